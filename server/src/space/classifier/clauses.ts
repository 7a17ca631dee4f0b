/**
 * What an index knows of a rule's clauses: never less than the rule matches, sometimes more. So the index only says
 * which rules are worth asking, and whether a rule matches is said in one place, which is not here.
 */
import {
  type AddressSet,
  ALL_ADDRESSES,
  addressSet,
  type Ip,
  subtractAddresses,
  unionAllAddresses,
} from "../../policy/addresses.ts";
import type { EndpointSet, Rule, ServiceMatch, Vnic } from "../../policy/policy.ts";
import type { Ranges } from "../../policy/ranges.ts";
import { normalizeRanges } from "../../policy/ranges.ts";
import { ALL_PORTS } from "../../policy/services.ts";
import { ALL, ENDS_AND_SERVICES } from "./part.ts";

/** The addresses of a set by what is declared. Those that its vNICs learn come on top: `mayHold`. */
export class StatedAddresses {
  private readonly known = new Map<EndpointSet, AddressSet>();

  of(set: EndpointSet): AddressSet {
    if (set.any) return ALL_ADDRESSES;
    if (isWritten(set)) return set.addresses;
    let found = this.known.get(set);
    if (found === undefined) {
      found = this.make(set);
      this.known.set(set, found);
    }
    return found;
  }
  private make(set: EndpointSet): AddressSet {
    const members: Ip[] = [];
    for (const { ips } of set.vnics) for (const ip of ips) members.push(ip, ip);
    const all = unionAllAddresses([set.addresses, addressSet(members), ...(set.parts ?? []).map((p) => this.of(p))]);
    const { except } = set;
    // Of an `except` only what is taken out for certain: its vNICs' addresses may turn out to be another's.
    return except && except.except === undefined ? subtractAddresses(all, except.addresses) : all;
  }
}

/** Whether an address that a vNIC has learned may be in a set. */
export const mayHold = (set: EndpointSet, vnic: Vnic): boolean =>
  set.any || set.vnics.has(vnic) || (set.parts?.some((part) => mayHold(part, vnic)) ?? false);

/** Rules by the thing that a clause of theirs asks for, numbered from 0; `always`: the clause is missing or `any`. */
export interface Grouped<K> {
  readonly always: readonly number[];
  readonly keys: readonly K[];
  readonly members: readonly (readonly number[])[];
}

/** Groups rules `begin` to `end`, numbered from `begin`. `key`: undefined for any; null: the rule takes no part. */
export function groupRules<K>(
  rules: readonly Rule[],
  begin: number,
  end: number,
  key: (rule: Rule) => K | undefined | null,
): Grouped<K> {
  const always: number[] = [];
  const members: number[][] = [];
  const numbers = new Map<K, number>();
  for (let index = begin; index < end; index++) {
    const wanted = key(rules[index] as Rule);
    if (wanted === null) continue;
    if (wanted === undefined) {
      always.push(index - begin);
      continue;
    }
    let number = numbers.get(wanted);
    if (number === undefined) {
      number = members.length;
      numbers.set(wanted, number);
      // Most things are asked for once: no room is kept for more.
      members.push([index - begin]);
    } else members[number]?.push(index - begin);
  }
  return { always, keys: [...numbers.keys()], members };
}

const specific = (set: EndpointSet | undefined): EndpointSet | undefined => (set?.any ? undefined : set);

/** What `groupRules` groups by. */
export const BY = {
  from: (family: 4 | 6) => (rule: Rule) =>
    rule.disabled || (rule.family ?? family) !== family ? null : specific(rule.from),
  to: (rule: Rule) => (rule.disabled ? null : specific(rule.to)),
  // An ethernet service in an access list asks for no port, and is not looked into here.
  services: ({ disabled, services }: Rule) =>
    disabled ? null : services?.some(({ layer }) => layer === "ethernet") ? undefined : services,
};

/** Nothing but addresses as they are written: who has one does not matter. */
export const isWritten = ({ vnics, parts, except }: EndpointSet): boolean =>
  vnics.size === 0 && parts === undefined && except === undefined;
const isKnown = (set: EndpointSet | undefined): boolean => set === undefined || set.any || isWritten(set);

/** Of rules `begin` to `end`, what an index answers of each. */
export function knownOf(rules: readonly Rule[], begin: number, end: number): Uint8Array {
  const known = new Uint8Array(end - begin);
  for (let index = begin; index < end; index++) {
    const { from, to, services, direction, appliedTo } = rules[index] as Rule;
    if (!isKnown(from) || !isKnown(to) || services?.every(asksForPortsOnly) === false) continue;
    known[index - begin] = direction === undefined && appliedTo === undefined ? ALL : ENDS_AND_SERVICES;
  }
  return known;
}
const asksForPortsOnly = (service: ServiceMatch): boolean =>
  service.layer === "ip" &&
  !("icmpType" in service || "icmpCode" in service) &&
  !("sourcePorts" in service && service.sourcePorts !== undefined);

/** The stated addresses of each set, in one family. */
export const rangesOf = <T extends Ip>(
  stated: StatedAddresses,
  { keys }: Grouped<EndpointSet>,
  family: 4 | 6,
): Ranges<T>[] => keys.map((set) => (family === 4 ? stated.of(set).v4 : stated.of(set).v6) as unknown as Ranges<T>);

/** Destination ports that services take of one protocol; of each, the number of its service list. */
export interface PortSets {
  readonly ports: Ranges<number>[];
  readonly lists: number[];
}
/** By protocol, the ports of all service lists that name it. */
export function portSets(lists: readonly (readonly ServiceMatch[])[]): ReadonlyMap<number, PortSets> {
  const found = new Map<number, PortSets>();
  for (const [number, services] of lists.entries())
    for (const [protocol, ports] of portsByProtocol(services)) {
      let sets = found.get(protocol);
      if (sets === undefined) {
        sets = { ports: [], lists: [] };
        found.set(protocol, sets);
      }
      sets.ports.push(ports);
      sets.lists.push(number);
    }
  return found;
}

/** By protocol, the destination ports of services that look into IP packets. */
export function portsByProtocol(services: readonly ServiceMatch[]): ReadonlyMap<number, Ranges<number>> {
  const found = new Map<number, Ranges<number>>();
  for (const service of services) {
    if (service.layer !== "ip") continue;
    const ports = ("ports" in service && service.ports) || ALL_PORTS;
    const before = found.get(service.protocol);
    found.set(service.protocol, before ? normalizeRanges([...before, ...ports]) : ports);
  }
  return found;
}
