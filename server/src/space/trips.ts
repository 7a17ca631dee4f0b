/**
 * The trips of packets that open a connection, as sets: who can send to whom, and what each slot of the two walks has
 * to do for the packet to get through, or to be stopped. No state, everything up.
 *
 * Choices where the language leaves room: ICMP errors open no connection, nor does neighbour discovery, which stays on
 * its link. A packet from a vNIC to itself is none, for it never leaves the VM.
 */
import type { Appliance, Chain, Dfw, Encryption, Key, Policy, Redirect, Slot, Swsec } from "../policy/policy.ts";
import { ICMP, ICMPV6 } from "../policy/protocols.ts";
import { rangesContain, subtractRanges } from "../policy/ranges.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, narrow, type Point, SOURCE, subtractBoxes, type Values } from "./box.ts";
import type { Condition } from "./find.ts";
import { unfold } from "./meaning.ts";
import { type Addresses, Parties, type Party } from "./parties.ts";
import { between, type Places, type RuleBlock, rulesOf, type Way } from "./places.ts";
import type { RuleList } from "./ruleList.ts";
import { packetText } from "./witness.ts";

/** Packets from one kind of sender to one kind of receiver: all of them meet the same blocks. */
export interface Route {
  readonly sender: Party;
  readonly receiver: Party;
}

/** A way to get through both walks, or to be stopped: conditions that hold together, and what has befallen the packet. */
export interface Passage {
  readonly conditions: readonly Condition[];
  readonly inspectedBy: readonly Appliance[];
  /** The key's id it was sealed with on leaving; undefined: it left in the clear. */
  readonly sealed?: Key;
}

export class Trips {
  readonly #places: Places;
  readonly parties: Parties;

  /** `places`: of a meaning in which nothing is learned. */
  constructor(places: Places) {
    this.#places = places;
    this.parties = new Parties(places);
  }

  /** Every pair of parties between which packets of the boxes travel, with those that can open a connection. */
  routes(boxes: readonly Box[]): Iterable<Route & { readonly boxes: readonly Box[] }> {
    return this.between(openers(boxes));
  }
  /** The same with all of the packets. */
  *between(boxes: readonly Box[]): Iterable<Route & { readonly boxes: readonly Box[] }> {
    const { senders, receivers } = this.parties;
    for (const sender of senders)
      for (const receiver of receivers) {
        if (sender.outside && receiver.outside) continue;
        const here = boxes.flatMap((box) => betweenParties(box, sender.addresses, receiver.addresses));
        if (here.length > 0) yield { sender, receiver, boxes: here };
      }
  }

  /** Packets of a route that its sender's SpoofGuard stops, whatever the rules say. */
  refused({ sender, boxes }: Route & { readonly boxes: readonly Box[] }): Box[] {
    return boxes.flatMap((box) =>
      box.layer === "ethernet" ? [] : (narrow(box, SOURCE, sender.refused[box.layer]) ?? []),
    );
  }
  /** The others. */
  admitted({ sender, boxes }: Route & { readonly boxes: readonly Box[] }): Box[] {
    return boxes.flatMap((box) => {
      if (box.layer === "ethernet") return [];
      const left = subtractRanges(box.fields[SOURCE] as Values, sender.refused[box.layer]);
      return narrow(box, SOURCE, left) ?? [];
    });
  }

  /** Every way through both walks. */
  through({ sender, receiver }: Route): Passage[] {
    let passages: Passage[] = [{ conditions: [], inspectedBy: [] }];
    for (const [party, way] of walks(sender, receiver)) {
      if (way === "in" && cannotOpen(this.#places.policy, party))
        passages = passages.filter(({ sealed }) => sealed === undefined);
      for (const block of blocksOf(party, way)) {
        const before = passages;
        passages = before.flatMap((passage) => this.#pass(block, party, way, passage));
      }
    }
    return passages;
  }

  /**
   * Every way to come to the rules of a block or appliance in one of the walks; none where it does not stand there.
   * `onward`: and then through all that follows.
   */
  reaching({ sender, receiver }: Route, where: RuleBlock, at: Way, onward: boolean): Passage[] {
    let passages: Passage[] = [{ conditions: [], inspectedBy: [] }];
    let met = false;
    for (const [party, way] of walks(sender, receiver)) {
      if (way === "in" && cannotOpen(this.#places.policy, party))
        passages = passages.filter(({ sealed }) => sealed === undefined);
      for (const block of blocksOf(party, way)) {
        const before = passages;
        const here = way === at ? this.#arriving(block, party, way, where, before) : undefined;
        if (here !== undefined && !onward) return here;
        met ||= here !== undefined && here.length > 0;
        passages = (here ?? before).flatMap((passage) => {
          const after = this.#pass(block, party, way, passage);
          // Who has come to the appliance has not gone past it.
          if (here === undefined || block === where) return after;
          return after.filter(({ inspectedBy }) => inspectedBy.length > passage.inspectedBy.length);
        });
      }
    }
    return met ? passages : [];
  }

  /** At a block: the ways that come to the rules that are meant; undefined when those are not the block's. */
  #arriving(
    block: Walked,
    party: Party,
    way: Way,
    where: RuleBlock,
    passages: readonly Passage[],
  ): Passage[] | undefined {
    if (block.module === "redirect" && block.via === where)
      return passages.map((passage) => and(passage, this.#isRedirected(block, way, true)));
    if (block !== where) return undefined;
    if (block.module === "encryption" && way === "in") return passages.filter(({ sealed }) => sealed === undefined);
    if (block.module !== "dfw") return [...passages];
    if (party.excluded) return [];
    const frames = this.#firewall(block, way, true).slice(0, -1);
    return passages.map((passage) => and(passage, ...frames));
  }

  /** Every way to be stopped by a rule list of either walk; earlier slots are not asked: they would stop it, too. */
  stops({ sender, receiver }: Route): Passage[] {
    const stops: Passage[] = [];
    let sealings: Passage[] = [{ conditions: [], inspectedBy: [] }];
    for (const [party, way] of walks(sender, receiver)) {
      if (way === "in" && cannotOpen(this.#places.policy, party))
        stops.push(...sealings.filter(({ sealed }) => sealed !== undefined));
      for (const block of blocksOf(party, way)) {
        if (block.module === "encryption") {
          if (way === "in") stops.push(...sealings.flatMap((passage) => this.#refusesSeal(block, passage)));
          else sealings = sealings.flatMap((passage) => this.#pass(block, party, way, passage));
        } else stops.push(...this.#stop(block, party, way));
      }
    }
    return stops;
  }

  /** A packet as it stands after `send`; who sends it is said where the address does not say it. */
  send(point: Point): string {
    const { ip, plane } = unfold(point.values[SOURCE] as number | bigint);
    const text = packetText({ ...point, values: point.values.with(SOURCE, ip) });
    if (plane === 0) return text;
    const layer = point.layer as 4 | 6;
    const sender = this.#places.meaning.planes[plane - 1]?.find((vnic) =>
      rangesContain(this.parties.mayHave(vnic)[layer], ip),
    );
    return sender === undefined ? text : `from ${sender.id} ${text}`;
  }

  // ---- slots ----------------------------------------------------------------------------------------------------

  #pass(block: Walked, party: Party, way: Way, passage: Passage): Passage[] {
    switch (block.module) {
      case "acl":
        return [
          and(
            passage,
            this.#takenBy(this.#places.end(block, way), (i) => passesRule(block, i)),
          ),
        ];
      case "dfw":
        return party.excluded ? [passage] : [and(passage, ...this.#firewall(block, way, true))];
      case "redirect":
        return this.#redirected(block, way, passage);
      case "encryption":
        return way === "out" ? this.#seals(block, passage) : this.#opens(block, passage);
    }
  }

  #stop(block: Exclude<Walked, Encryption>, party: Party, way: Way): Passage[] {
    const alone = (...conditions: Condition[]): Passage => ({ conditions, inspectedBy: [] });
    if (block.module === "redirect") {
      const { via } = block;
      if (via?.inspect === undefined) return [];
      return [alone(this.#isRedirected(block, way, true), this.#inspected(via, way, false))];
    }
    if (block.module === "dfw") {
      if (party.excluded) return [];
      const frames = this.#places.frames(block, way);
      const stops = [alone(...this.#firewall(block, way, false).slice(-1))];
      if (frames !== undefined) stops.push(alone(this.#takenBy(frames, (i) => !passesFrame(block, i))));
      return stops;
    }
    return [alone(this.#takenBy(this.#places.end(block, way), (i) => !passesRule(block, i)))];
  }

  #takenBy(list: RuleList, holds: (taker: number | undefined) => boolean): Condition {
    return { list, limit: list.rules.length, holds };
  }

  /** Ethernet rules, where there are any that know IP packets, then the others. */
  #firewall(block: Dfw, way: Way, pass: boolean): Condition[] {
    const frames = this.#places.frames(block, way);
    const rules = this.#takenBy(this.#places.end(block, way), (i) => passesRule(block, i) === pass);
    return frames === undefined ? [rules] : [this.#takenBy(frames, (i) => passesFrame(block, i) === pass), rules];
  }

  #isRedirected(block: Redirect, way: Way, yes: boolean): Condition {
    const action = (i: number | undefined) => (i === undefined ? block.default?.action : block.rules[i]?.action);
    return this.#takenBy(this.#places.end(block, way), (i) => (action(i) === "redirect") === yes);
  }
  #inspected(appliance: Appliance, way: Way, pass: boolean): Condition {
    const action = (i: number | undefined) =>
      i === undefined ? appliance.inspect?.default?.action : appliance.inspect?.rules[i]?.action;
    return this.#takenBy(this.#places.end(appliance, way), (i) => (action(i) !== "drop") === pass);
  }
  #redirected(block: Redirect, way: Way, passage: Passage): Passage[] {
    const { via } = block;
    if (via === undefined) return [passage];
    const past: Passage = { ...passage, conditions: [...passage.conditions, this.#isRedirected(block, way, false)] };
    const conditions = [...passage.conditions, this.#isRedirected(block, way, true)];
    if (via.inspect !== undefined) conditions.push(this.#inspected(via, way, true));
    return [past, { ...passage, conditions, inspectedBy: [...passage.inspectedBy, via] }];
  }

  #sealedWith(block: Encryption, way: Way, key: Key | undefined): Condition {
    const used = (i: number | undefined) => (i === undefined ? block.default?.key : block.rules[i]?.key);
    return this.#takenBy(this.#places.end(block, way), (i) => used(i) === key);
  }
  /** Leaving: in the clear, or with one of the keys. */
  #seals(block: Encryption, passage: Passage): Passage[] {
    const keys = new Set<Key | undefined>([undefined, block.default?.key, ...block.rules.map((rule) => rule.key)]);
    return [...keys].map((sealed) => ({
      ...passage,
      sealed,
      conditions: [...passage.conditions, this.#sealedWith(block, "out", sealed)],
    }));
  }
  /** Entering: a sealed packet needs its key here, a clear one must not be one that should be sealed. */
  #opens(block: Encryption, passage: Passage): Passage[] {
    if (passage.sealed !== undefined) return hasKey(block, passage.sealed) ? [passage] : [];
    return [{ ...passage, conditions: [...passage.conditions, this.#sealedWith(block, "in", undefined)] }];
  }
  #refusesSeal(block: Encryption, passage: Passage): Passage[] {
    if (passage.sealed !== undefined) return hasKey(block, passage.sealed) ? [] : [passage];
    const list = this.#places.end(block, "in");
    const used = (i: number | undefined) => (i === undefined ? block.default?.key : block.rules[i]?.key);
    return [{ ...passage, conditions: [...passage.conditions, this.#takenBy(list, (i) => used(i) !== undefined)] }];
  }
}

const and = (passage: Passage, ...conditions: Condition[]): Passage => ({
  ...passage,
  conditions: [...passage.conditions, ...conditions],
});

type Walked = Exclude<
  NonNullable<Chain["slots"] extends ReadonlyMap<number, infer S> ? S : never>["block"],
  undefined | Swsec
>;
/** ICMP errors (RFC 792, RFC 4443) and neighbour discovery (RFC 4861). */
const NO_OPENERS: readonly Box[] = [icmpBox(4, ICMP, [3, 5, 11, 12]), icmpBox(6, ICMPV6, [0, 127, 133, 137])];
function icmpBox(layer: 4 | 6, protocol: number, types: readonly number[]): Box {
  const ports = types.map((type, i) => type * 256 + (i % 2) * 255);
  const anyone: Values = layer === 4 ? [0, Number.MAX_SAFE_INTEGER] : [0n, 1n << 192n];
  return {
    layer,
    fields: [BOTH_WAYS, [0, Number.MAX_SAFE_INTEGER], anyone, anyone, [protocol, protocol], ports, ALL_PORTS],
  };
}
/** Those of the packets that can open a connection. */
export const openers = (boxes: readonly Box[]): readonly Box[] => subtractBoxes(boxes, NO_OPENERS);
export const walks = (sender: Party, receiver: Party): (readonly [Party, Way])[] => [
  [sender, "out"],
  [receiver, "in"],
];

/** The slots in the order of the walk; entering, first the wire, where what arrives sealed may meet nobody to open it. */
export function slotsOf({ chain }: Party, way: Way): (Slot | "wire")[] {
  const slots = [...(chain?.slots.values() ?? [])].sort((a, b) => a.number - b.number);
  return way === "out" ? slots : ["wire", ...slots.reverse()];
}
/** Blocks with rules, in the order of the walk. */
const blocksOf = (party: Party, way: Way): Walked[] =>
  slotsOf(party, way).flatMap((slot) =>
    slot === "wire" || slot.block === undefined || slot.block.module === "swsec" ? [] : [slot.block],
  );
/** A chain without encryption, on a platform that has it, drops what arrives sealed. */
export function cannotOpen(policy: Policy, { chain }: Party): boolean {
  if (chain === undefined || policy.platform.slots[15].module !== "encryption") return false;
  return chain.slots.get(15)?.block === undefined;
}

const passesRule = (block: Exclude<Walked, Redirect | Encryption>, taker: number | undefined): boolean => {
  const action = taker === undefined ? block.default?.action : rulesOf(block)[taker]?.action;
  return action !== "drop" && action !== "reject";
};
const passesFrame = (block: Dfw, taker: number | undefined): boolean => {
  const action = taker === undefined ? "allow" : block.ethernetRules[taker]?.action;
  return action !== "drop" && action !== "reject";
};
export const hasKey = (block: Encryption, key: Key): boolean =>
  [...block.keys.values()].some(({ id }) => id === key.id);

function betweenParties(box: Box, from: Addresses, to: Addresses): Box[] {
  if (box.layer === "ethernet") return [];
  const both = between(box, from[box.layer], to[box.layer]);
  return both === undefined ? [] : [both];
}
