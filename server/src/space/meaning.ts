/**
 * What the parts of rules stand for, as values of fields: endpoint lists, services, `applied-to`.
 *
 * An address that will only be learned (`ip dhcp`, or none declared) is part of every set that its vNIC is a member
 * of, whatever it will be. Such a vNIC therefore gets a *plane*: the whole address space once more, beyond the real
 * one, whose values mean "this address, and this vNIC has it". Every set of addresses continues on every plane, so
 * that `from desks` takes all of a member's plane and `from 10.0.0.0/8` that part of it. vNICs that no set tells
 * apart share a plane.
 *
 * Asserts speak of a time when nothing is learned: then a plane only says who sends ("this address, from this vNIC"),
 * and sets continue on it as they are on the real one.
 */
import { addressesOf } from "../policy/endpoints.ts";
import type { Dfw, EndpointSet, Policy, Rule, ServiceMatch, Vnic } from "../policy/policy.ts";
import { ICMP, ICMPV6 } from "../policy/protocols.ts";
import { intersectRanges, normalizeRanges, type Ranges, subtractRanges, unionRanges } from "../policy/ranges.ts";
import { ALL_PORTS, icmpPorts, type Layer, PROTOCOLS, type Values } from "./box.ts";

/** The service part of a box. */
export interface ServicePart {
  readonly protocol: Ranges<number>;
  readonly sourcePort: Ranges<number>;
  readonly destinationPort: Ranges<number>;
}
export interface ServiceParts {
  readonly 4: readonly ServicePart[];
  readonly 6: readonly ServicePart[];
  /** EtherTypes. */
  readonly ethernet: Ranges<number>;
}

/** Beyond so many planes, vNICs whose address is unknown are taken to have none. */
const MAX_PLANES = 32;
const WIDTH_4 = 2 ** 32;
const WIDTH_6 = 1n << 128n;
const ALL_MACS: Ranges<number> = [0, 2 ** 48 - 1];
const HOSTS: Meaning["hosts"] = {
  4: [1, 0xdfffffff, 0xf0000000, 0xfffffffe],
  6: [1n, (0xff00n << 112n) - 1n],
};

export class Meaning {
  readonly policy: Policy;
  /** vNICs whose address is unknown, one list a plane, in the order of the planes. */
  readonly planes: readonly (readonly Vnic[])[];
  /** Every address, on every plane. */
  readonly everywhere: { readonly 4: Ranges<number>; readonly 6: Ranges<bigint> };
  readonly everyMac = ALL_MACS;
  /** Addresses that a host may have: not unspecified, multicast or broadcast; of the real plane. */
  readonly hosts: { readonly 4: Ranges<number>; readonly 6: Ranges<bigint> } = HOSTS;
  readonly #firstHolder = new Map<number | bigint, Vnic>();
  // Weak: meanings outlive the policies of many edits.
  readonly #endpoints = new WeakMap<EndpointSet, { readonly 4: Ranges<number>; readonly 6: Ranges<bigint> }>();
  readonly #macs = new WeakMap<EndpointSet, Ranges<number>>();
  readonly #services = new WeakMap<readonly ServiceMatch[], ServiceParts>();
  readonly #vnics = new WeakMap<ReadonlySet<Vnic>, Ranges<number>>();
  readonly #alone = new WeakMap<Vnic, ReadonlySet<Vnic>>();
  readonly #held = new WeakMap<ReadonlySet<Vnic>, { readonly 4: Ranges<number>; readonly 6: Ranges<bigint> }>();

  readonly #learned: boolean;

  /** `learned`: whether a vNIC whose address is unknown counts as a member of its groups, by whatever it learns. */
  constructor(policy: Policy, learned: boolean) {
    this.policy = policy;
    this.#learned = learned;
    for (const vnic of policy.vnics.values())
      for (const ip of vnic.ips) if (!this.#firstHolder.has(ip)) this.#firstHolder.set(ip, vnic);
    this.planes = planesOf(policy);
    this.everywhere = {
      4: [0, WIDTH_4 * (this.planes.length + 1) - 1],
      6: [0n, WIDTH_6 * BigInt(this.planes.length + 1) - 1n],
    };
  }

  /** Whether the parts of another policy with the same vNICs mean the same. */
  holdsFor(policy: Policy): boolean {
    if (this.planes.length === 0) return true;
    const planes = planesOf(policy);
    const same = (plane: readonly Vnic[], i: number) =>
      plane.length === planes[i]?.length && plane.every((vnic, j) => vnic === planes[i]?.[j]);
    return planes.length === this.planes.length && this.planes.every(same);
  }

  /** The vNIC that has this address declared; the first, where several do. */
  holder(ip: number | bigint): Vnic | undefined {
    return this.#firstHolder.get(ip);
  }
  /** Addresses that a vNIC declares and is the first to declare. */
  readonly declared = (vnic: Vnic): (number | bigint)[] => vnic.ips.filter((ip) => this.#firstHolder.get(ip) === vnic);

  /**
   * The one vNIC that an address belongs to: declared, or on its plane when the plane is no other's. Undefined where
   * there is none.
   */
  soleHolder(value: number | bigint): Vnic | undefined {
    const { ip, plane } = unfold(value);
    if (plane === 0) return this.#firstHolder.get(ip);
    const members = this.planes[plane - 1];
    return members?.length === 1 ? members[0] : undefined;
  }
  /** All addresses of one vNIC. */
  heldByOne(vnic: Vnic, layer: 4 | 6): Values {
    let one = this.#alone.get(vnic);
    if (one === undefined) {
      one = new Set([vnic]);
      this.#alone.set(vnic, one);
    }
    return this.held(one, layer);
  }

  addresses(set: EndpointSet | undefined, layer: Layer): Values {
    if (layer === "ethernet") return set === undefined ? ALL_MACS : this.#macsOf(set);
    if (set === undefined || set.any) return this.everywhere[layer];
    let found = this.#endpoints.get(set);
    if (found === undefined) {
      const { v4, v6 } = addressesOf(set, this.declared);
      found = this.planes.length === 0 ? { 4: v4, 6: v6 } : this.#onPlanes(set, v4, v6);
      this.#endpoints.set(set, found);
    }
    return found[layer];
  }

  #onPlanes(set: EndpointSet, v4: Ranges<number>, v6: Ranges<bigint>) {
    const pairs4 = [...v4];
    const pairs6 = [...v6];
    for (const [index, [vnic]] of this.planes.entries()) {
      const offset = (index + 1) * WIDTH_4;
      const own4 = this.#learned ? (asMember(set, vnic as Vnic, 4) as Ranges<number>) : v4;
      for (const value of own4) pairs4.push(value + offset);
      const offset6 = BigInt(index + 1) * WIDTH_6;
      const own6 = this.#learned ? (asMember(set, vnic as Vnic, 6) as Ranges<bigint>) : v6;
      for (const value of own6) pairs6.push(value + offset6);
    }
    return { 4: normalizeRanges(pairs4), 6: normalizeRanges(pairs6) };
  }

  /** MAC addresses: those written, and those of members. */
  #macsOf(set: EndpointSet): Ranges<number> {
    if (set.any) return ALL_MACS;
    let found = this.#macs.get(set);
    if (found === undefined) {
      const macs = [...set.macs];
      for (const vnic of set.vnics) if (vnic.mac !== undefined) macs.push(vnic.mac);
      found = normalizeRanges(macs.flatMap((mac) => [mac, mac]));
      for (const part of set.parts ?? []) found = unionRanges(found, this.#macsOf(part));
      if (set.except !== undefined) found = subtractRanges(found, this.#macsOf(set.except));
      this.#macs.set(set, found);
    }
    return found;
  }

  services(matches: readonly ServiceMatch[] | undefined): ServiceParts {
    if (matches === undefined) return ANY_SERVICE;
    let found = this.#services.get(matches);
    if (found === undefined) {
      found = serviceParts(matches);
      this.#services.set(matches, found);
    }
    return found;
  }

  /** Indices of vNICs. */
  vnics(set: ReadonlySet<Vnic>): Ranges<number> {
    let found = this.#vnics.get(set);
    if (found === undefined) {
      found = normalizeRanges([...set].flatMap((vnic) => [vnic.index, vnic.index]));
      this.#vnics.set(set, found);
    }
    return found;
  }

  /** The addresses that these vNICs have: declared, or on their plane. */
  held(set: ReadonlySet<Vnic>, layer: 4 | 6): Values {
    let found = this.#held.get(set);
    if (found === undefined) {
      const pairs4: number[] = [];
      const pairs6: bigint[] = [];
      for (const vnic of set)
        for (const ip of this.declared(vnic)) typeof ip === "bigint" ? pairs6.push(ip, ip) : pairs4.push(ip, ip);
      for (const [index, members] of this.planes.entries()) {
        if (!set.has(members[0] as Vnic)) continue;
        pairs4.push((index + 1) * WIDTH_4, (index + 2) * WIDTH_4 - 1);
        pairs6.push(BigInt(index + 1) * WIDTH_6, BigInt(index + 2) * WIDTH_6 - 1n);
      }
      found = { 4: normalizeRanges(pairs4), 6: normalizeRanges(pairs6) };
      this.#held.set(set, found);
    }
    return found[layer];
  }
}

/** The real address, and the plane that it is on: 0 for the real one, else one more than the index in `planes`. */
export function unfold(value: number | bigint): { readonly ip: number | bigint; readonly plane: number } {
  if (typeof value === "bigint") return { ip: value % WIDTH_6, plane: Number(value / WIDTH_6) };
  return { ip: value % WIDTH_4, plane: Math.floor(value / WIDTH_4) };
}
/** Those of the values that are real addresses, of no plane. */
export const onRealPlane = (values: Values): Values =>
  intersectRanges<number | bigint>(values, typeof values[0] === "bigint" ? [0n, WIDTH_6 - 1n] : [0, WIDTH_4 - 1]);
/** An address of a plane as the fields have it. */
export const fold = (ip: number | bigint, plane: number): number | bigint =>
  typeof ip === "bigint" ? ip + BigInt(plane) * WIDTH_6 : ip + plane * WIDTH_4;

/** Whether a vNIC's address is only known once it is learned. */
export const isUnknown = (vnic: Vnic): boolean => vnic.dhcp || vnic.ips.length === 0;

/** The real addresses of a set for a packet whose address this vNIC has: `contains` of `policy/endpoints.ts`, as a set. */
function asMember(set: EndpointSet, vnic: Vnic, layer: 4 | 6): Values {
  const all: Values = layer === 4 ? [0, WIDTH_4 - 1] : [0n, WIDTH_6 - 1n];
  if (set.any) return all;
  let inside: Values = layer === 4 ? set.addresses.v4 : set.addresses.v6;
  if (set.vnics.has(vnic)) inside = all;
  else for (const part of set.parts ?? []) inside = unionRanges(inside, asMember(part, vnic, layer));
  return set.except === undefined ? inside : subtractRanges(inside, asMember(set.except, vnic, layer));
}

// ---- planes -----------------------------------------------------------------------------------------------------

/** vNICs of unknown address, grouped by the sets that they are members of. */
function planesOf(policy: Policy): Vnic[][] {
  const unknown = [...policy.vnics.values()].filter(isUnknown);
  if (unknown.length === 0) return [];
  const sets = new Set<ReadonlySet<Vnic>>();
  for (const rule of allRules(policy)) {
    if (rule.from !== undefined) membershipsOf(rule.from, sets);
    if (rule.to !== undefined) membershipsOf(rule.to, sets);
    if (rule.appliedTo !== undefined) sets.add(rule.appliedTo);
  }
  for (const chain of policy.chains) sets.add(chain.vnics);
  for (const block of policy.blocks.values()) if (block.module === "dfw") sets.add(block.exclude);
  // Ethernet rules know a vNIC by its MAC.
  const framed = [...policy.blocks.values()].some((block) => block.module === "dfw" && block.ethernetRules.length > 0);
  const keys = new Map<Vnic, string>(unknown.map((vnic) => [vnic, framed ? vnic.id : ""]));
  let id = 0;
  for (const set of sets) {
    for (const vnic of unknown) if (set.has(vnic)) keys.set(vnic, `${keys.get(vnic)},${id}`);
    id += 1;
  }
  const planes = new Map<string, Vnic[]>();
  for (const [vnic, key] of keys) {
    const plane = planes.get(key);
    if (plane === undefined) planes.set(key, [vnic]);
    else plane.push(vnic);
  }
  return [...planes.values()].slice(0, MAX_PLANES);
}

function membershipsOf(set: EndpointSet, into: Set<ReadonlySet<Vnic>>): void {
  into.add(set.vnics);
  for (const part of set.parts ?? []) membershipsOf(part, into);
  if (set.except !== undefined) membershipsOf(set.except, into);
}

function* allRules(policy: Policy): Iterable<Rule> {
  for (const block of policy.blocks.values()) {
    if (block.module === "dfw") yield* dfwRules(block);
    else if (block.module !== "swsec") yield* block.rules;
  }
  for (const appliance of policy.appliances.values()) yield* appliance.inspect?.rules ?? [];
}
const dfwRules = (dfw: Dfw): readonly Rule[] => [...dfw.ethernetRules, ...dfw.ipRules];

// ---- services ---------------------------------------------------------------------------------------------------

const anyOf = (protocol: Ranges<number>): ServicePart => ({
  protocol,
  sourcePort: ALL_PORTS,
  destinationPort: ALL_PORTS,
});
const ANY_SERVICE: ServiceParts = { 4: [anyOf(PROTOCOLS[4])], 6: [anyOf(PROTOCOLS[6])], ethernet: [0, 65535] };

/** Alternatives with nothing but the destination port apart become one part, and so do those without ports. */
function serviceParts(matches: readonly ServiceMatch[]): ServiceParts {
  const etherTypes: number[] = [];
  const bare: number[] = [];
  const ported = new Map<string, ServicePart>();
  for (const match of matches) {
    if (match.layer === "ethernet") {
      etherTypes.push(match.etherType, match.etherType);
      continue;
    }
    const part = partOf(match);
    if (part.sourcePort === ALL_PORTS && part.destinationPort === ALL_PORTS) {
      bare.push(match.protocol, match.protocol);
      continue;
    }
    const key = `${match.protocol}<${part.sourcePort}`;
    const same = ported.get(key);
    const ports = same === undefined ? part.destinationPort : unionRanges(same.destinationPort, part.destinationPort);
    ported.set(key, { ...part, destinationPort: ports });
  }
  const parts = [...ported.values()];
  if (bare.length > 0) parts.push(anyOf(normalizeRanges(bare)));
  const ofFamily = (foreign: number): readonly ServicePart[] =>
    parts.flatMap((part) => {
      const protocol = subtractRanges(part.protocol, [foreign, foreign]);
      return protocol.length === 0 ? [] : [{ ...part, protocol }];
    });
  return { 4: ofFamily(ICMPV6), 6: ofFamily(ICMP), ethernet: normalizeRanges(etherTypes) };
}

function partOf(match: ServiceMatch & { layer: "ip" }): ServicePart {
  const protocol: Ranges<number> = [match.protocol, match.protocol];
  if ("icmpType" in match && match.icmpType !== undefined) {
    const code = match.icmpCode === undefined ? ALL_PORTS : icmpPorts(match.icmpCode);
    return { protocol, sourcePort: icmpPorts(match.icmpType), destinationPort: code };
  }
  const ports = "ports" in match ? match.ports : undefined;
  const sourcePorts = "sourcePorts" in match ? match.sourcePorts : undefined;
  return { protocol, sourcePort: sourcePorts ?? ALL_PORTS, destinationPort: ports ?? ALL_PORTS };
}
