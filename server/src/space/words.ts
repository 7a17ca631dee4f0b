/**
 * Sets of packets in words: endpoints and services as the language writes them, by the names that the policy has for
 * them. A box is said as from, to, service; what the words leave out says so.
 */
import { formatIp, formatRange, type Ip } from "../policy/addresses.ts";
import type { Policy, Vnic } from "../policy/policy.ts";
import { ICMP, ICMPV6, icmpName, ipProtocolName, PORT_PROTOCOLS } from "../policy/protocols.ts";
import { intersectRanges, type Ranges, rangesContain, subtractRanges, unionRanges } from "../policy/ranges.ts";
import {
  ALL_PORTS,
  type Box,
  DESTINATION,
  DESTINATION_PORT,
  FIELDS,
  icmpValue,
  PROTOCOL,
  PROTOCOLS,
  SOURCE,
  SOURCE_PORT,
  type Values,
} from "./box.ts";
import { isUnknown, type Meaning, onRealPlane, unfold } from "./meaning.ts";
import type { Party } from "./parties.ts";
import type { Route } from "./trips.ts";

/** A class as a rule would say it: endpoints, and service entries; `any` alone for all. */
export interface BoxText {
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly service: readonly string[];
}

/** Every address that is no vNIC's. */
const OUTSIDE = "outside";

export class Words {
  readonly #policy: Policy;
  readonly #meaning: Meaning;
  readonly #named: readonly Named[];
  readonly #ends = new Map<string, readonly string[]>();

  constructor(meaning: Meaning) {
    this.#meaning = meaning;
    this.#policy = meaning.policy;
    this.#named = namedSets(meaning);
  }

  box(box: Box, { sender, receiver }: Route): BoxText {
    return {
      from: this.#end(box, SOURCE, sender),
      to: this.#end(box, DESTINATION, receiver),
      service: serviceText(box),
    };
  }

  #end(box: Box, field: typeof SOURCE | typeof DESTINATION, party: Party): readonly string[] {
    if (box.layer === "ethernet") return ["any"];
    const values = box.fields[field] as Values;
    const key = `${box.layer} ${party.outside} ${values.join()}`;
    let text = this.#ends.get(key);
    if (text === undefined) {
      const known = party.addresses[box.layer];
      text = party.outside ? this.#outside(values, known, box.layer) : this.#inside(values, box.layer);
      this.#ends.set(key, text);
    }
    return text;
  }

  /** vNICs, by groups and machines where they are all of them; whose address is unknown, by name. */
  #inside(values: Values, layer: 4 | 6): readonly string[] {
    const vnics = new Set<Vnic>();
    const parts: string[] = [];
    for (const vnic of this.#meaning.policy.vnics.values()) {
      const declared = this.#meaning.declared(vnic).filter((ip) => (typeof ip === "bigint" ? 6 : 4) === layer);
      const here = isUnknown(vnic) ? [] : declared.filter((ip) => rangesContain(values, ip));
      if (here.length > 0 && here.length === declared.length) vnics.add(vnic);
      else parts.push(...here.map((ip) => formatIp(ip)));
    }
    for (const [index, members] of this.#meaning.planes.entries())
      if (planeOf(values, index + 1)) for (const vnic of members) vnics.add(vnic);
    const names: string[] = [];
    let left = vnics;
    for (const { name, members } of this.#named) {
      if (members.size === 0 || members.size > left.size || ![...members].every((vnic) => left.has(vnic))) continue;
      names.push(name);
      left = new Set([...left].filter((vnic) => !members.has(vnic)));
    }
    return [...names, ...parts];
  }

  /** Ranges, without the holes that vNICs make; a group's name where all of the group that is outside is meant. */
  #outside(values: Values, known: Values, layer: 4 | 6): readonly string[] {
    if (values.join() === known.join()) return [OUTSIDE];
    for (const { name, endpoints } of this.#policy.groups.values()) {
      const there = intersectRanges(this.#meaning.addresses(endpoints, layer) as Values, known);
      if (there.join() === values.join()) return [name];
    }
    const all: Values = onRealPlane(this.#meaning.everywhere[layer]);
    const strangers = subtractRanges(all, known);
    return rangeTexts(withoutHoles(values, strangers));
  }
}

interface Named {
  readonly name: string;
  readonly members: ReadonlySet<Vnic>;
}

/** What a set of vNICs may be called, the largest first; a group that also has addresses of others is no name. */
function namedSets({ policy }: Meaning): Named[] {
  const groups = [...policy.groups.values()].flatMap(({ name, endpoints }) => {
    const { any, addresses, parts, except, vnics } = endpoints;
    const byMembersOnly =
      !any && !parts?.length && except === undefined && addresses.v4.length + addresses.v6.length === 0;
    return byMembersOnly && vnics.size > 1 ? [{ name: quoted(name), members: vnics }] : [];
  });
  const machines = [...policy.vms.values()].map(({ name, vnics }) => ({ name: quoted(name), members: new Set(vnics) }));
  const vnics = [...policy.vnics.values()].map((vnic) => ({
    name: `${quoted(vnic.vm)}.${quoted(vnic.name)}`,
    members: new Set([vnic]),
  }));
  return [...[...groups].sort((a, b) => b.members.size - a.members.size), ...machines, ...vnics];
}
const quoted = (name: string): string => (/^[A-Za-z_][A-Za-z0-9_]*(-[A-Za-z0-9_]+)*$/.test(name) ? name : `"${name}"`);

/** Whether some of the values are on a plane. */
function planeOf(values: Values, plane: number): boolean {
  for (const value of values) if (unfold(value).plane === plane) return true;
  return false;
}

/** The same packets in fewer ranges: what nobody of the party has may be said along. */
function withoutHoles(values: Values, strangers: Values): Values {
  const filled = unionRanges<number | bigint>(values, strangers);
  const out: (number | bigint)[] = [];
  for (let i = 0; i < filled.length; i += 2) {
    const low = filled[i] as number | bigint;
    const high = filled[i + 1] as number | bigint;
    const inside = intersectRanges<number | bigint>(values, [low, high]);
    if (inside.length === 0) continue;
    // The ends as they are, unless what is beyond them completes a prefix.
    const first = inside[0] as number | bigint;
    const last = inside.at(-1) as number | bigint;
    out.push(...shortest(low, first, last, high));
  }
  return out;
}
/** A range from `low`..`first` to `last`..`high` that is written shortest. */
function shortest(low: Ip, first: Ip, last: Ip, high: Ip): readonly [Ip, Ip] {
  for (const pair of [
    [first, last],
    [low, last],
    [first, high],
    [low, high],
  ] as const)
    if (!formatRange(pair[0], pair[1]).includes("-")) return pair;
  return [first, last];
}

const rangeTexts = (values: Values): string[] => {
  const out: string[] = [];
  for (let i = 0; i < values.length; i += 2) out.push(formatRange(values[i] as Ip, values[i + 1] as Ip));
  return out;
};

// ---- services ---------------------------------------------------------------------------------------------------

/** Protocols more than which are said by those that are missing. */
const MANY = 12;

function serviceText(box: Box): readonly string[] {
  if (box.layer === "ethernet") return ["any"];
  const protocols = box.fields[PROTOCOL] as Ranges<number>;
  const source = box.fields[SOURCE_PORT] as Ranges<number>;
  const destination = box.fields[DESTINATION_PORT] as Ranges<number>;
  const every = PROTOCOLS[box.layer];
  const allPorts = isAll(source) && isAll(destination);
  if (allPorts && protocols.join() === every.join()) return ["any"];
  const listed = [...each(protocols)];
  if (allPorts && listed.length > MANY) {
    return [`any except ${[...each(subtractRanges(every, protocols))].map(protocolWord).join(", ")}`];
  }
  return listed.flatMap((protocol) => {
    if (protocol === ICMP || protocol === ICMPV6) return icmpTexts(protocol, source, destination);
    const word = protocolWord(protocol);
    if (!(word in PORT_PROTOCOLS)) return [word];
    const to = isAll(destination) ? "" : `/${portsText(destination)}`;
    const from = isAll(source) ? "" : ` from ${portsText(source)}`;
    return [`${word}${to}${from}`];
  });
}
/** All of a protocol, as a service has it. */
function protocolWord(protocol: number): string {
  if (protocol === ICMP) return "icmp";
  if (protocol === ICMPV6) return "icmpv6";
  const ported = Object.entries(PORT_PROTOCOLS).find(([, number]) => number === protocol)?.[0];
  return ported ?? `ip/${ipProtocolName(protocol) ?? protocol}`;
}
const isAll = (ports: Ranges<number>): boolean => ports.length === 2 && ports[0] === 0 && ports[1] === ALL_PORTS[1];

function* each(values: Ranges<number>): Iterable<number> {
  for (let i = 0; i < values.length; i += 2)
    for (let value = values[i] as number; value <= (values[i + 1] as number); value += 1) yield value;
}

function portsText(ports: Ranges<number>): string {
  const parts: string[] = [];
  for (let i = 0; i < ports.length; i += 2)
    parts.push(ports[i] === ports[i + 1] ? `${ports[i]}` : `${ports[i]}-${ports[i + 1]}`);
  return parts.length === 1 ? (parts[0] as string) : `{${parts.join(", ")}}`;
}

function icmpTexts(protocol: number, source: Ranges<number>, destination: Ranges<number>): string[] {
  const word = protocol === ICMP ? "icmp" : "icmpv6";
  if (isAll(source) && isAll(destination)) return [word];
  const types = [...each(byType(source))];
  if (!isAll(destination))
    return types.flatMap((type) => [...each(byType(destination))].map((code) => `${word}/${type}:${code}`));
  if (types.length <= MANY) return types.map((type) => `${word}/${icmpName(word, type) ?? type}`);
  const missing = [...each(subtractRanges([0, 255], byType(source)))];
  return [`${word} except ${missing.map((type) => icmpName(word, type) ?? type).join(", ")}`];
}
const byType = (ports: Ranges<number>): Ranges<number> => ports.map(icmpValue);

// ---- merging ----------------------------------------------------------------------------------------------------

/** The same packets in fewer boxes: two that differ in one field are one. Disjoint boxes stay disjoint. */
export function merged(boxes: readonly Box[]): readonly Box[] {
  let now = boxes;
  for (let before = Number.POSITIVE_INFINITY; now.length < before; ) {
    before = now.length;
    for (let field = 0; field < FIELDS; field += 1) now = mergedIn(now, field);
  }
  return now;
}

function mergedIn(boxes: readonly Box[], field: number): readonly Box[] {
  const out = new Map<string, Box>();
  for (const box of boxes) {
    const key = `${box.layer}|${box.fields.map((values, i) => (i === field ? "" : values.join())).join("|")}`;
    const same = out.get(key);
    if (same === undefined) {
      out.set(key, box);
      continue;
    }
    const fields = same.fields.slice();
    fields[field] = unionRanges<number | bigint>(same.fields[field] as Values, box.fields[field] as Values);
    out.set(key, { layer: box.layer, fields });
  }
  return [...out.values()];
}
