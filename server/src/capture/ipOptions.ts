import { u8, u32 } from "./bytes.ts";
import { type Draft, rare, shortOf } from "./draft.ts";

const LOOSE_SOURCE_ROUTE = 131;
const STRICT_SOURCE_ROUTE = 137;
const SECURITY = 134;

/** Octets that an option of IPv4 has at least, where tshark reads on (RFC 791, 1063, 1393, 1108, 2113). */
const LEAST: Readonly<Record<number, number>> = {
  7: 3,
  11: 4,
  12: 4,
  25: 8,
  68: 4,
  82: 12,
  130: 3,
  131: 3,
  133: 3,
  134: 6,
  136: 4,
  137: 3,
  148: 4,
};

/** Whether the options of an IPv4 header are long enough for what they are; if not, notes the first that is not. */
export function ipv4Options(draft: Draft, from: number, end: number): boolean {
  const { data } = draft;
  for (let at = from; at + 2 <= end; ) {
    const type = u8(data, at);
    if (type === 0) return true;
    const size = type === 1 ? 1 : u8(data, at + 1);
    if (type !== 1 && size < 2) return true;
    if (size < (LEAST[type] ?? 0)) {
      rare(draft).malformed = { at: at + 1, why: `an IPv4 option ${type} of ${size} octets` };
      return false;
    }
    if (type === SECURITY && !areTags(data.subarray(at + 6, Math.min(at + size, end)))) {
      rare(draft).malformed = { at: at + size, why: "a tag of CIPSO without a length" };
      return false;
    }
    at += size;
  }
  return true;
}

/** Tags of CIPSO that tshark knows, and looks at the length of before it reads it. */
const KNOWN_TAGS: ReadonlySet<number> = new Set([1, 2, 5, 6, 7]);

/** Commercial IP security option: tags of a type and a length; a 0 fills up. */
function areTags(tags: Uint8Array): boolean {
  let at = 0;
  while (at < tags.length) {
    const tag = u8(tags, at);
    if (tag === 0) at += 1;
    else if (at + 1 >= tags.length) return KNOWN_TAGS.has(tag);
    else at += Math.max(u8(tags, at + 1), 2);
  }
  return true;
}

const isRoute = (type: number): boolean => type === LOOSE_SOURCE_ROUTE || type === STRICT_SOURCE_ROUTE;
/** Does a route's pointer say that there is another address? */
const isRouting = (pointer: number, size: number): boolean => pointer >= 4 && pointer % 4 === 0 && pointer <= size;

/** Are the types and lengths of the options there that `room` octets would hold, up to a source route? Values may be missing. */
export function areListed(options: Uint8Array, room: number): boolean {
  for (let at = 0; at < room; ) {
    if (at >= options.length) return false;
    const type = u8(options, at);
    if (type === 0 || at + 1 >= room) return true;
    const size = type === 1 ? 1 : (options[at + 1] ?? 0);
    if (size === 0 && at + 1 >= options.length) return false;
    if (size < 2 && type !== 1) return true;
    if (isRoute(type) && at + 2 < options.length) return !isRouting(u8(options, at + 2), size);
    at += size;
  }
  return true;
}

/**
 * The last address of a source route whose pointer is in it: what Wireshark shows as the destination. `undefined`
 * where there is no such route, 0 where its addresses do not fill it, or an option before it cannot be read.
 */
export function finalDestination(options: Uint8Array): number | undefined {
  let isRead = true;
  for (let at = 0; at + 2 <= options.length; ) {
    const type = u8(options, at);
    if (type === 0) return undefined;
    const size = type === 1 ? 1 : u8(options, at + 1);
    if (size < 2 && type !== 1) return undefined;
    if (isRoute(type) && size > 3 && at + size <= options.length) {
      if (!isRouting(u8(options, at + 2), size)) return undefined;
      return isRead && size % 4 === 3 ? u32(options, at + size - 4) : 0;
    }
    isRead &&= size >= (LEAST[type] ?? 0);
    at += size;
  }
  return undefined;
}

const ANY_LENGTH = [0, 255] as const;
const QUICK_START = 38;
/** RFC 4782, 3.1: requests and reports of a rate. */
const isQuickStart = (action: number): boolean => action === 0 || action === 8;

/**
 * Lengths of IPv6's options: least and most. Tunnel limit (RFC 2473), router alert (2711), CALIPSO (5570), performance
 * metrics (8250), path MTU (9268), Quick-Start (4782), RPL (6553), jumbo payload (2675), home address (6275), depth-first forwarding (6971).
 */
const IPV6_LENGTHS: Readonly<Record<number, readonly [least: number, most: number]>> = {
  4: [1, 1],
  5: [2, 2],
  7: [8, 255],
  15: [10, 10],
  48: [4, 4],
  [QUICK_START]: [6, 6],
  65: [1, 255],
  99: [4, 255],
  194: [4, 4],
  201: [16, 16],
  238: [3, 3],
};

/**
 * Notes the first option of a hop-by-hop or destination options header (RFC 8200, 4.2) whose length cannot be. False
 * where one goes beyond the packet; one that goes beyond the header only ends the list.
 */
export function ipv6Options(draft: Draft, from: number, end: number): boolean {
  const { data } = draft;
  for (let at = from; at < end; ) {
    // Of Pad1 as well the octet is read that would be its length.
    if (at + 2 > draft.end) {
      shortOf(draft, at + 2, "length of an IPv6 option");
      return false;
    }
    const type = u8(data, at);
    const size = u8(data, at + 1);
    const [least, most] = type === 0 ? ANY_LENGTH : (IPV6_LENGTHS[type] ?? ANY_LENGTH);
    if (size < least || size > most) {
      rare(draft).malformed ??= { at: at + 1, why: `an IPv6 option ${type} of ${size} octets` };
    }
    // What it has at least is read, whatever its length says.
    const isRead = type !== QUICK_START || (at + 3 <= draft.end && isQuickStart(u8(data, at + 2) >> 4));
    const next = at + (type === 0 ? 1 : 2 + Math.max(size, isRead ? least : 0));
    if (next > draft.end) {
      shortOf(draft, next, `IPv6 option ${type}`);
      return false;
    }
    at = next;
  }
  return true;
}
