import { u8, u16, u32, u128 } from "./bytes.ts";
import { labelsEnd } from "./dnsFault.ts";
import { type Draft, has, hasFields, hasHeader, Layer, rare, shortOf } from "./draft.ts";
import type { Icmp } from "./packet.ts";
import { rpl } from "./rpl.ts";

/** Octets that a message has at least, as tshark reads it, and where options of neighbour discovery begin. */
const MESSAGES: Readonly<Record<number, readonly [least: number, optionsAt?: number]>> = {
  // Errors (RFC 4443), echo, multicast listeners (RFC 2710).
  1: [9],
  2: [9],
  3: [9],
  4: [9],
  128: [8],
  129: [8],
  130: [24],
  131: [24],
  132: [24],
  // Neighbour discovery (RFC 4861), renumbering (RFC 2894), node information (RFC 4620), inverse (RFC 3122).
  133: [8, 8],
  134: [16, 16],
  135: [24, 24],
  136: [24, 24],
  137: [40, 40],
  138: [16],
  139: [16],
  140: [16],
  141: [8, 8],
  142: [8, 8],
  143: [8],
  // Mobility (RFC 6275, 5568), certificates (RFC 3971), multicast routers (RFC 4286), RPL (RFC 6550), 6LoWPAN (RFC 6775).
  144: [8],
  145: [8],
  146: [8],
  147: [8, 8],
  148: [8, 8],
  149: [12, 12],
  150: [8, 8],
  151: [8],
  152: [4],
  153: [4],
  154: [8, 8],
  155: [4],
  156: [8],
  157: [32],
  158: [32],
  160: [8],
  161: [8],
};
/** What is not known has a rest that is shown. */
const UNKNOWN: readonly [least: number, optionsAt?: number] = [5];

/** RFC 4443; neighbour discovery RFC 4861. */
export function icmpv6(draft: Draft): Layer {
  draft.protocols += ":icmpv6";
  if (!hasHeader(draft, 4, "icmpv6", "ICMPv6 header")) return Layer.Done;
  const { data, at } = draft;
  const type = u8(data, at);
  const found: { -readonly [K in keyof Icmp]: Icmp[K] } = { type, code: u8(data, at + 1) };
  draft.icmp = found;
  const [least, optionsAt] = MESSAGES[type] ?? UNKNOWN;
  const isWhole = has(draft, least, "ICMPv6 message");
  if (at + 8 > draft.end) {
    if (type === RPL_CONTROL) rpl(draft, at);
    draft.at = at + 4;
    return Layer.Done;
  }
  draft.at = at + 8;
  if (type === 128 || type === 129) {
    found.id = u16(data, at + 4);
    found.seq = u16(data, at + 6);
  } else {
    const rest = u32(data, at + 4);
    if (rest !== 0) found.rest = rest;
  }
  if ((type === 128 || type === 129 || type === EXTENDED_ECHO) && draft.at < draft.end) draft.protocols += ":data";
  if (!isWhole) return Layer.Done;
  if (type === 135 || type === 136) found.target = u128(data, at + 8);
  if (type < 5 && type > 0) {
    // RFC 4884, 4.3: how much is quoted, in units of 8 octets, where something follows it.
    const quoted = type === 1 || type === 3 ? u8(data, at + 4) * 8 : 0;
    if (draft.end === draft.limit) has(draft, quoted, "quoted packet");
    quote(draft, at + 8);
  } else if (type === NODE_QUERY || type === NODE_REPLY) nodeInformation(draft, at, type === NODE_QUERY);
  else if (type === RENUMBERING) renumbering(draft, at);
  else if (type === RPL_CONTROL) rpl(draft, at);
  else if (type === HOME_AGENTS && (draft.limit - draft.at) % 16 !== 0) {
    const whole = Math.floor((draft.limit - draft.at) / 16) + 1;
    hasFields(draft, 16 * whole, "list of home agents");
  } else if (type === LISTENER_QUERY && draft.limit - at >= 28)
    hasFields(draft, 20 + 16 * u16(data, at + 26), "sources of the listener query");
  else if (type === LISTENER_REPORT) listenerRecords(draft);
  if (optionsAt !== undefined) discoveryOptions(draft, at + optionsAt);
  return Layer.Done;
}

const EXTENDED_ECHO = 160;
const RENUMBERING = 138;
const NODE_QUERY = 139;
const NODE_REPLY = 140;
const RPL_CONTROL = 155;
/** Of a query's subject by its code, and of an answer behind its time to live by what was asked for (RFC 4620, 4, 6). */
const SUBJECTS: Readonly<Record<number, number | "name">> = { 0: 16, 1: "name", 2: 4 };
const ANSWERS: Readonly<Record<number, number | "name">> = { 2: "name", 3: 16, 4: 4 };
const HOME_AGENTS = 145;
const LISTENER_QUERY = 130;
const LISTENER_REPORT = 143;

/** RFC 4620: what is asked about, or answered, behind the nonce: a name in the form of DNS, or addresses. */
function nodeInformation(draft: Draft, from: number, isQuery: boolean): void {
  const { data, end, limit } = draft;
  const at = from + 16;
  if (at >= limit) return;
  const sort = isQuery ? SUBJECTS[u8(data, from + 1)] : ANSWERS[u16(data, from + 4)];
  const timeToLive = isQuery ? 0 : 4;
  if (sort === undefined || !has(draft, at + timeToLive - draft.at, "node information")) return;
  if (sort === "name") {
    const start = at + timeToLive;
    if (start < end && Number.isNaN(labelsEnd(data, start, end, false))) shortOf(draft, end + 1, "name of the node");
  } else {
    const each = timeToLive + sort;
    has(
      draft,
      at + (isQuery ? each : Math.ceil((limit - at) / each) * each) - draft.at,
      "list of the node's addresses",
    );
  }
}

/** RFC 2894, 3.2: a command has a part that matches prefixes, and parts that make new ones; a result has matches. */
function renumbering(draft: Draft, from: number): void {
  const { data, limit } = draft;
  const at = from + 16;
  const code = u8(data, from + 1);
  if (at >= limit || code > 1) return;
  const rest = Math.max(limit - at - MATCH, 0);
  const each = code === 0 ? NEW_PREFIX : MATCH;
  has(draft, at + MATCH + Math.ceil(rest / each) * each - draft.at, "list of the renumbering's prefixes");
}
const MATCH = 24;
const NEW_PREFIX = 32;

function quote(draft: Draft, at: number): void {
  if (u8(draft.data, at) >> 4 !== 6) {
    draft.protocols += ":data";
    return;
  }
  rare(draft).nested = { role: "quoted", layer: Layer.Ip, at, type: 0x86dd, via: "" };
}

/** RFC 3810, 5.2: a record has 20 octets, 16 for each source, and auxiliary words. Wireshark reads them to the end. */
function listenerRecords(draft: Draft): void {
  const { data, end } = draft;
  for (let at = draft.at; at < end; ) {
    const size = at + 4 <= end ? 20 + 16 * u16(data, at + 2) + 4 * u8(data, at + 1) : 20;
    if (at + size > end) {
      hasFields(draft, at + size - draft.at, "record of the listener report");
      return;
    }
    at += size;
  }
}

/** RFC 4861, 4.6: a length of 0 makes the packet invalid; an option must not go beyond its end. */
function discoveryOptions(draft: Draft, from: number): void {
  const { data, end } = draft;
  for (let at = from; at < end; ) {
    const size = at + 2 <= end ? u8(data, at + 1) * 8 : 2;
    if (size === 0) {
      rare(draft).malformed ??= { at: at + 1, why: "an option of neighbour discovery with a length of 0" };
      return;
    }
    const type = u8(data, at);
    const [least, most, addresses] = OPTION_LENGTHS[type] ?? [1, 255];
    if (at + size > end || (end < draft.limit && at + 8 * least > end)) {
      if (type !== REDIRECTED)
        hasFields(draft, at + Math.max(size, 8 * least) - draft.at, "option of neighbour discovery");
      return;
    }
    const units = size / 8;
    const read = READ_WHOLE[type];
    if (read !== undefined && size < read && at + read > end) {
      shortOf(draft, at + read, `option ${type} of neighbour discovery`);
      return;
    }
    // Half an address is read as a whole one.
    if (addresses && units % 2 === 0 && at + size + 8 > end) {
      shortOf(draft, at + size + 8, `option ${type} of neighbour discovery`);
      return;
    }
    if (units < least || units > most)
      rare(draft).malformed ??= { at: at + 1, why: `option ${type} of neighbour discovery with a length of ${units}` };
    else if (type === PREF64 && units < 2 && (u8(data, at + 3) & 7) < SHORTEST_PREFIX)
      rare(draft).malformed ??= { at: at + 1, why: "a PREF64 option that is too short for its prefix" };
    // RFC 8781, 4: codes of prefix lengths 96, 64, 56, 48, 40 and 32.
    else if (type === PREF64 && (u8(data, at + 3) & 7) > SHORTEST_PREFIX)
      rare(draft).malformed ??= { at: at + 3, why: "a PREF64 option with a prefix length code above 5" };
    else if (type === SEARCH_LIST && !areNames(draft, at + 8, at + size))
      rare(draft).malformed ??= { at: end, why: "a DNS search list whose name goes beyond the message" };
    // RFC 4861, 4.6.3: of what is redirected.
    else if (type === REDIRECTED && size > 8) quote(draft, at + 8);
    at += size;
  }
}

/** RFC 8106, 5.2: names, and zeros that fill up. */
function areNames({ data, end }: Draft, from: number, to: number): boolean {
  let at = from;
  while (at < to && u8(data, at) !== 0) at = labelsEnd(data, at, end, false);
  return !Number.isNaN(at);
}

const REDIRECTED = 4;
const SEARCH_LIST = 31;
const PREF64 = 38;
const SHORTEST_PREFIX = 5;
/** Octets of a proxy's signature (RFC 6496) and of a border router (RFC 6775) that are read, however short they say they are. */
const READ_WHOLE: Readonly<Record<number, number>> = { 32: 20, 35: 24 };
/**
 * Lengths of options, in units of 8 octets: least, most, and whether they are addresses. Prefix information and MTU (RFC
 * 4861), NBMA (RFC 2491), advertisement interval, home agent and IP address (RFC 6275, 5568), CGA and RSA (RFC 3971),
 * route information (RFC 4191), DNS servers and flags (RFC 8106, 5175), 6LoWPAN's (RFC 6775) and PREF64 (RFC 8781).
 */
const OPTION_LENGTHS: Readonly<Record<number, readonly [least: number, most: number, addresses?: true]>> = {
  3: [4, 4],
  5: [1, 1],
  7: [1, 1],
  8: [1, 1],
  9: [1, 255, true],
  10: [1, 255, true],
  12: [3, 255],
  13: [2, 2],
  17: [3, 3],
  18: [3, 3],
  23: [3, 3],
  24: [1, 3],
  25: [1, 255, true],
  26: [1, 1],
  33: [2, 2],
  34: [1, 3],
  36: [1, 1],
  [PREF64]: [1, 2],
};
