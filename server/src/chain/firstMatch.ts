/**
 * First match, for every block that has rules. Where somebody is stepping, the rules are tried one by one; where nobody
 * looks, an index names those that may match. Both ask `ruleMatches`, and a property test holds them to one answer.
 */
import type { Packet } from "../capture/packet.ts";
import type { Ip } from "../policy/addresses.ts";
import type { Appliance, Rule, Vnic } from "../policy/policy.ts";
import { Classifier, EARLY, LATE } from "../space/classifier/classifier.ts";
import { Head } from "../space/classifier/head.ts";
import { NOTHING } from "../space/classifier/part.ts";
import { type Asked, ownersOf, restMatches, ruleMatches } from "./match.ts";
import { Memo } from "./memo.ts";
import type { Steps, Visit } from "./slot.ts";

export interface Match {
  readonly rule?: Rule;
  readonly index: number;
  readonly disabled: readonly number[];
}
export interface MatchOptions {
  /** The index of the first rule that is tried. */
  readonly start?: number;
  readonly layer?: Asked["layer"];
  /** Whose `inspect` rules they are. */
  readonly appliance?: Appliance;
  /** Later fragments are taken for what their first one was. */
  readonly whole?: boolean;
  /** Disabled rules that were passed over before. */
  readonly disabled?: readonly number[];
}

/** The first rule from `start` that matches. A disabled rule is passed over, and told. */
export function* firstMatch(rules: readonly Rule[], visit: Visit, options: MatchOptions = {}): Steps<Match> {
  const { start = 0, layer = "ip", appliance, whole = false, disabled = [] } = options;
  if (start >= rules.length) return { index: rules.length, disabled };
  const { world, place } = visit;
  const { vnic, direction } = place;
  let packet = whole ? visit.whole : visit.packet;
  let asked: Asked = { world, packet, vnic, direction, layer, owners: ownersOf(world, packet) };
  if (!visit.stepping) {
    const index = indexOf(rules, start, asked);
    const skipped = index > start ? disabledAt(rules, vnic, start, index) : [];
    return { rule: rules[index], index, disabled: skipped.length === 0 ? disabled : [...disabled, ...skipped] };
  }
  const skipped: number[] = [];
  for (let index = start; index < rules.length; index++) {
    const rule = rules[index] as Rule;
    // At a vNIC that it is not applied to, a rule does not exist: there is nothing to stop at, or to tell.
    if (rule.appliedTo !== undefined && !rule.appliedTo.has(vnic)) continue;
    if (rule.disabled) {
      skipped.push(rule.id);
      continue;
    }
    yield* visit.at(rule.source, { rule, appliance });
    packet = whole ? visit.whole : visit.packet;
    asked = { ...asked, packet, owners: ownersOf(world, packet) };
    if (ruleMatches(rule, asked)) return { rule, index, disabled: [...disabled, ...skipped] };
  }
  return { index: rules.length, disabled: skipped.length === 0 ? disabled : [...disabled, ...skipped] };
}

/** What is known of a list of rules, beside the rules. A policy never changes, so it holds as long as the list does. */
interface Reading {
  /** Packets since it was last judged whether a head pays, and the rules before theirs in it, of all together. */
  packets: number;
  depth: number;
  head?: Head;
  /** Rules read so far, one by one, and for how many packets. */
  read: number;
  readings: number;
  classifier?: Classifier;
  /** Of a list whose index takes longer than to remember what it said. */
  memo?: Memo;
  /** Indexes of disabled rules. */
  readonly disabled: readonly number[];
}
const readings = new WeakMap<readonly Rule[], Reading>();

/** The first rules, which are read before an index is asked where packets find theirs early among them. */
const HEAD = 64;
/** On average before so many: about as many are read while an index answers. */
const SOON = 10;
/** Packets after which that is judged. */
const JUDGED = 1024;
/** An index costs about as much as reading the list this often. */
const WORTH_AN_INDEX = 200;
/** An index is made for packets that come less far, on average, or for such as come farther. */
const SHALLOW = 1024;
/** Lists below this are read as quickly as an index answers. */
const SHORT = 32;
/** Above this an index has more than bit rows. */
const LONG = 12_288;

/** The index of the first rule from `start` that matches; the list's length where none does. */
export function indexOf(rules: readonly Rule[], start: number, asked: Asked): number {
  const { packet, layer } = asked;
  const { ip } = packet;
  if (rules.length < SHORT || ip === undefined || layer === "ethernet") return read(rules, start, asked);
  const reading = readingOf(rules);
  const early = reading.head?.first(ip, portOf(packet), start, isFor, asked) ?? -1;
  return counted(reading, rules, early < 0 ? behindHead(reading, rules, start, asked) : early);
}
function counted(reading: Reading, rules: readonly Rule[], index: number): number {
  reading.depth += Math.min(index, HEAD);
  reading.packets += 1;
  if (reading.packets === JUDGED) judge(reading, rules);
  return index;
}
function judge(reading: Reading, rules: readonly Rule[]): void {
  const pays = reading.depth < SOON * JUDGED;
  if (pays !== (reading.head !== undefined)) reading.head = pays ? new Head(rules, HEAD) : undefined;
  reading.packets = 0;
  reading.depth = 0;
}

/** The same by an index, once it is worth its making. */
function behindHead(reading: Reading, rules: readonly Rule[], from: number, asked: Asked): number {
  const start = Math.max(from, reading.head?.end ?? 0);
  if (reading.classifier === undefined) {
    if (reading.read < WORTH_AN_INDEX * rules.length) {
      const index = read(rules, start, asked);
      reading.read += index - start;
      reading.readings += 1;
      return index;
    }
    reading.classifier = new Classifier(rules, reading.read < SHALLOW * reading.readings ? EARLY : LATE);
    if (rules.length > LONG) reading.memo = new Memo(rules);
  }
  const { classifier, memo } = reading;
  const find = () => classify(classifier, start, asked);
  const found = memo ? memo.answer(asked, start, find) : find();
  return found < 0 ? rules.length : found;
}

function read(rules: readonly Rule[], start: number, asked: Asked): number {
  let index = start;
  while (index < rules.length && !isFor(rules[index] as Rule, asked)) index += 1;
  return index;
}
const isFor = (rule: Rule, asked: Asked, known = NOTHING): boolean =>
  known === NOTHING ? !rule.disabled && ruleMatches(rule, asked) : restMatches(rule, asked);

/** What an index says; -1 where no rule matches. The packet has addresses. */
export function classify(classifier: Classifier, start: number, asked: Asked): number {
  const { packet, owners } = asked;
  const { src, dst, protocol } = packet.ip as NonNullable<Packet["ip"]>;
  const question = {
    src,
    dst,
    srcLearnedBy: learnedBy(owners?.src, src),
    dstLearnedBy: learnedBy(owners?.dst, dst),
    protocol,
    port: portOf(packet),
  };
  return classifier.first(question, start, isFor, asked);
}
const portOf = (packet: Packet): number | undefined =>
  (packet.tcp ?? packet.udp ?? packet.sctp ?? packet.ports)?.dstPort;
const learnedBy = (owner: Vnic | undefined, ip: Ip): Vnic | undefined =>
  owner === undefined || owner.ips.includes(ip) ? undefined : owner;

function readingOf(rules: readonly Rule[]): Reading {
  let reading = readings.get(rules);
  if (reading === undefined) {
    const disabled: number[] = [];
    for (const [index, rule] of rules.entries()) if (rule.disabled) disabled.push(index);
    reading = { packets: 0, depth: 0, read: 0, readings: 0, disabled };
    readings.set(rules, reading);
  }
  return reading;
}

/** The disabled rules between two indexes that exist at a vNIC, by id. */
function disabledAt(rules: readonly Rule[], vnic: Vnic, start: number, end: number): number[] {
  const { disabled } = readingOf(rules);
  const ids: number[] = [];
  for (const index of disabled) {
    if (index >= end) break;
    const { id, appliedTo } = rules[index] as Rule;
    if (index >= start && (appliedTo === undefined || appliedTo.has(vnic))) ids.push(id);
  }
  return ids;
}
