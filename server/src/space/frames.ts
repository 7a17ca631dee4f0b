/**
 * A firewall's ethernet rules as IP packets meet them: which MACs a frame has follows from who sends it to whom.
 *
 * Within a segment the frame goes from vNIC to vNIC. Between segments the distributed router stands in: leaving, it is
 * the destination's MAC; entering, the source's. From outside, frames come from the router. Where one end only has a
 * segment, nobody rewrites: the frame goes to the router and arrives as it was.
 */
import type { EndpointSet, Rule, Vnic } from "../policy/policy.ts";
import { rangesContain, subtractRanges } from "../policy/ranges.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, PROTOCOLS, type Values } from "./box.ts";
import type { Meaning } from "./meaning.ts";
import { IP_TYPES } from "./rule.ts";

/** The distributed router's MAC (NSX for vSphere Design Guide: the vMAC), as `chain/ethernet.ts` has it. */
const ROUTER_MAC = 0x0250_5656_4452;

/** The IP packets that an ethernet rule matches at one end, by their addresses. */
export function frameSpace(rule: Rule, meaning: Meaning, way: "out" | "in"): Box[] {
  if (rule.disabled || (rule.direction !== undefined && rule.direction !== way)) return [];
  const types = meaning.services(rule.services).ethernet;
  const boxes: Box[] = [];
  for (const layer of [4, 6] as const) {
    if ((rule.family !== undefined && rule.family !== layer) || !rangesContain(types, IP_TYPES[layer])) continue;
    for (const [source, destination] of new Frames(rule, meaning, layer).ends(way))
      if (source.length > 0 && destination.length > 0)
        boxes.push({
          layer,
          fields: [BOTH_WAYS, [0, 0], source, destination, PROTOCOLS[layer], ALL_PORTS, ALL_PORTS],
        });
  }
  return boxes;
}

type Ends = readonly [source: Values, destination: Values];

class Frames {
  readonly #rule: Rule;
  readonly #meaning: Meaning;
  readonly #layer: 4 | 6;
  readonly #segments = new Map<string | undefined, Vnic[]>();

  constructor(rule: Rule, meaning: Meaning, layer: 4 | 6) {
    this.#rule = rule;
    this.#meaning = meaning;
    this.#layer = layer;
    for (const vnic of meaning.policy.vnics.values()) {
      const members = this.#segments.get(vnic.segment);
      if (members === undefined) this.#segments.set(vnic.segment, [vnic]);
      else members.push(vnic);
    }
  }

  ends(way: "out" | "in"): Ends[] {
    return way === "out" ? this.#leaving() : this.#entering();
  }

  #leaving(): Ends[] {
    const { to } = this.#rule;
    const sent = (vnics: readonly Vnic[]) => this.#held(vnics.filter((v) => this.#at(v) && this.#from(v)));
    const ends: Ends[] = [];
    for (const members of this.#segments.values()) {
      ends.push([sent(members), this.#held(members.filter((vnic) => this.#to(vnic)))]);
      if (this.#has(to, ROUTER_MAC)) ends.push([sent(members), this.#others(members)]);
    }
    return ends;
  }

  #entering(): Ends[] {
    const { from, to } = this.#rule;
    const [all, without] = [[...this.#meaning.policy.vnics.values()], this.#segments.get(undefined) ?? []];
    const within = all.filter(({ segment }) => segment !== undefined);
    const fromRouter = this.#has(from, ROUTER_MAC);
    const got = (vnics: readonly Vnic[]) => this.#held(vnics.filter((v) => this.#at(v) && this.#to(v)));
    const ends: Ends[] = [];
    if (fromRouter) ends.push([this.#others(all), got(all)]);
    for (const [segment, members] of this.#segments) {
      ends.push([this.#held(members.filter((vnic) => this.#from(vnic))), got(members)]);
      if (fromRouter && segment !== undefined)
        ends.push([subtractRanges(this.#held(within), this.#held(members)), got(members)]);
    }
    if (this.#has(to, ROUTER_MAC))
      for (const [senders, receivers] of [
        [without, within],
        [within, without],
      ] as const)
        ends.push([
          this.#held(senders.filter((vnic) => this.#from(vnic))),
          this.#held(receivers.filter((vnic) => this.#at(vnic))),
        ]);
    return ends;
  }

  #held(vnics: readonly Vnic[]): Values {
    return this.#meaning.held(new Set(vnics), this.#layer);
  }
  #others(vnics: readonly Vnic[]): Values {
    return subtractRanges(this.#meaning.everywhere[this.#layer] as Values, this.#held(vnics));
  }
  #at(vnic: Vnic): boolean {
    return this.#rule.appliedTo?.has(vnic) ?? true;
  }
  #from(vnic: Vnic): boolean {
    return this.#has(this.#rule.from, vnic.mac);
  }
  #to(vnic: Vnic): boolean {
    return this.#has(this.#rule.to, vnic.mac);
  }
  /** Whether a set has a MAC; one that is not declared (undefined) is in "any" alone. */
  #has(set: EndpointSet | undefined, mac: number | undefined): boolean {
    if (set === undefined || set.any) return true;
    return mac !== undefined && rangesContain(this.#meaning.addresses(set, "ethernet"), mac);
  }
}
