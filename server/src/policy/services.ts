/** Services: what an entry of the text matches, names resolved, cycles cut. */
import type { Int, Name, PortRange, ServiceEntry, ServiceStatement } from "../syntax/tree.ts";
import type { Bounds } from "./bounds.ts";
import { BARE_PROTOCOLS, BUILTIN_SERVICES } from "./builtins.ts";
import { components } from "./components.ts";
import type { Service, ServiceMatch, Source } from "./policy.ts";
import { ETHER_TYPES, ICMP, ICMPV6, type IcmpType, IP_PROTOCOLS, icmpTypes, PORT_PROTOCOLS } from "./protocols.ts";
import { normalizeRanges, type Ranges } from "./ranges.ts";

export const MAX_PORT = 65535;
export const ALL_PORTS: Ranges<number> = [0, MAX_PORT];

/** What kind of thing an entry is: a protocol's own match, or the name of a service. */
export function isProtocolEntry(entry: ServiceEntry): boolean {
  if (entry.name.quoted) return false;
  if (BARE_PROTOCOLS.has(entry.name.text)) return true;
  return (entry.name.text === "ip" || entry.name.text === "ether") && entry.detail !== undefined;
}

const isInt = (part: Int | Name): part is Int => "value" in part;

/** The ports of a list, as a set; parts out of 0–65535 or reversed are left out. Undefined when nothing is left. */
function portSet(list: readonly PortRange[]): Ranges<number> | undefined {
  const pairs: number[] = [];
  for (const { from, to } of list) {
    const high = (to ?? from).value;
    if (from.value <= high && high <= MAX_PORT) pairs.push(from.value, high);
  }
  return pairs.length === 0 ? undefined : normalizeRanges(pairs);
}

/** The type and code after `icmp/`; undefined where there is no such type. */
export function icmpOf(protocol: "icmp" | "icmpv6", detail: Int | Name, code?: Int): IcmpType | undefined {
  if (!isInt(detail)) return icmpTypes(protocol).get(detail.text);
  if (detail.value > 255 || (code !== undefined && code.value > 255)) return undefined;
  return code === undefined ? { type: detail.value } : { type: detail.value, code: code.value };
}

/** The number after `ip/`; undefined where it is none. */
export function ipProtocolOf(detail: Int | Name): number | undefined {
  if (isInt(detail)) return detail.value <= 255 ? detail.value : undefined;
  return IP_PROTOCOLS.get(detail.text);
}

/** The number after `ether/`; undefined where it is none. */
export function etherTypeOf(detail: Int | Name): number | undefined {
  if (isInt(detail)) return detail.value <= 0xffff ? detail.value : undefined;
  return ETHER_TYPES.get(detail.text);
}

/** What a protocol's entry matches (`tcp/443`, `icmp/8:0`, `ether/arp`); undefined where a part of it is wrong. */
export function protocolMatch(entry: ServiceEntry): ServiceMatch | undefined {
  const word = entry.name.text;
  if (word === "icmp" || word === "icmpv6") {
    if (entry.detail === undefined) return BARE_PROTOCOLS.get(word);
    const icmp = icmpOf(word, entry.detail, entry.code);
    if (icmp === undefined) return undefined;
    const protocol = word === "icmp" ? ICMP : ICMPV6;
    if (icmp.code === undefined) return { layer: "ip", protocol, icmpType: icmp.type };
    return { layer: "ip", protocol, icmpType: icmp.type, icmpCode: icmp.code };
  }
  if (word === "ip") {
    const protocol = entry.detail && ipProtocolOf(entry.detail);
    return protocol === undefined ? undefined : { layer: "ip", protocol };
  }
  if (word === "ether") {
    const etherType = entry.detail && etherTypeOf(entry.detail);
    return etherType === undefined ? undefined : { layer: "ethernet", etherType };
  }
  const protocol = PORT_PROTOCOLS[word];
  if (protocol === undefined) return undefined;
  const ports = entry.ports && portSet(entry.ports);
  const sourcePorts = entry.sourcePorts && portSet(entry.sourcePorts);
  if ((entry.ports && !ports) || (entry.sourcePorts && !sourcePorts)) return undefined;
  return { layer: "ip", protocol, ...(ports && { ports }), ...(sourcePorts && { sourcePorts }) };
}

/** One text for equal matches. */
export function matchKey(match: ServiceMatch): string {
  if (match.layer === "ethernet") return `e${match.etherType}`;
  if ("icmpType" in match) return `i${match.protocol}/${match.icmpType}:${match.icmpCode ?? ""}`;
  const ports = "ports" in match ? match.ports : undefined;
  const sources = "sourcePorts" in match ? match.sourcePorts : undefined;
  return `p${match.protocol}/${ports ?? ""}/${sources ?? ""}`;
}

/** Stands for a list beyond the bounds: it matches nothing, and is a finding. */
export const TOO_MANY_ENTRIES: readonly ServiceMatch[] = [];
/** All lists of a policy together may come to so many times the bound of one. */
const TOGETHER = 100;

/** Names of services to what they match. Equal lists of entries share one answer. */
export class ServiceResolver {
  readonly services: ReadonlyMap<string, Service>;
  readonly #lists = new Map<string, readonly ServiceMatch[]>();

  readonly #most: number;
  /** Entries of all lists that were made. */
  #made = 0;
  /** A list was too long, now or before an edit: `TOO_MANY_ENTRIES` may stand somewhere. */
  exceeded: boolean;

  /** `declared`: the declaration that holds for each name. */
  constructor(
    declared: ReadonlyMap<string, Source<ServiceStatement>>,
    { serviceEntries }: Bounds,
    before?: ServiceResolver,
  ) {
    this.#most = serviceEntries;
    this.exceeded = before?.exceeded ?? false;
    const services = new Map<string, Service>(BUILTIN_SERVICES);
    // A declaration hides the built-in of its name, also while it is being resolved.
    for (const name of declared.keys()) services.delete(name);
    this.services = services;
    for (const component of serviceComponents(declared))
      for (const name of component) {
        const source = declared.get(name) as Source<ServiceStatement>;
        const { entries, alg } = source.statement;
        const matches = this.#resolve(entries);
        services.set(name, { name, source, matches, ...(alg && { alg: alg.text }) });
      }
    // In order of declaration, built-ins first.
    for (const name of declared.keys()) {
      const service = services.get(name) as Service;
      services.delete(name);
      services.set(name, service);
    }
  }

  /** What a `service` clause matches. Entries that are wrong are left out; none at all is an empty list. */
  matches(entries: readonly ServiceEntry[]): readonly ServiceMatch[] {
    const only = entries.length === 1 ? (entries[0] as ServiceEntry) : undefined;
    if (only !== undefined && !isProtocolEntry(only)) return this.services.get(only.name.text)?.matches ?? [];
    const key = entries.map(entryKey).join();
    let matches = this.#lists.get(key);
    if (matches === undefined) {
      matches = this.#resolve(entries);
      this.#lists.set(key, matches);
    }
    return matches;
  }

  #resolve(entries: readonly ServiceEntry[]): readonly ServiceMatch[] {
    const found = new Map<string, ServiceMatch>();
    for (const entry of entries) {
      const named = isProtocolEntry(entry) ? [protocolMatch(entry)] : this.services.get(entry.name.text)?.matches;
      for (const match of named ?? []) if (match !== undefined) found.set(matchKey(match), match);
      if (named !== TOO_MANY_ENTRIES && found.size <= this.#most && this.#made <= TOGETHER * this.#most) continue;
      this.exceeded = true;
      return TOO_MANY_ENTRIES;
    }
    this.#made += found.size;
    return [...found.values()];
  }
}

/** Groups of services that contain one another, each after those it uses: a cycle is one group. */
export function serviceComponents(declared: ReadonlyMap<string, Source<ServiceStatement>>): string[][] {
  return components(declared.keys(), (name) => usedServices(declared, name));
}

/** Declared services that a service's entries name. */
export function usedServices(declared: ReadonlyMap<string, Source<ServiceStatement>>, name: string): string[] {
  const entries = declared.get(name)?.statement.entries ?? [];
  return entries.filter((e) => !isProtocolEntry(e) && declared.has(e.name.text)).map((e) => e.name.text);
}

function entryKey(entry: ServiceEntry): string {
  const ports = (list?: readonly PortRange[]) =>
    list?.map((p) => `${p.from.value}-${(p.to ?? p.from).value}`).join("+");
  const { name, detail, code } = entry;
  return `${JSON.stringify(name.text)}${name.quoted ? "q" : ""}/${ports(entry.ports) ?? ""}${detail?.text ?? ""}:${code?.value ?? ""}<${ports(entry.sourcePorts) ?? ""}`;
}
