/**
 * What an ICMP error of IPv4 may have behind the packet that it quotes (RFC 4884): objects of MPLS labels (RFC 4950), of
 * interfaces (RFC 5837), and those that a probe asks for (RFC 8335). Only their lengths matter here.
 */
import { u8, u16 } from "./bytes.ts";
import { type Draft, shortOf } from "./draft.ts";

const LABELS = 1;
const INTERFACE = 2;
const PROBE = 3;
/** Without a length in the header (the fifth octet), the older form has the objects behind 128 octets. */
const OLDER = 128;
const REDIRECT = 5;

/**
 * How many octets from `at`, where an error's quoted packet begins, are taken for it; undefined for all. `type` is the
 * error's. A redirect quotes the header and eight octets.
 */
export function quotedLength({ data, end, limit }: Draft, at: number, type: number): number | undefined {
  if (at >= end) return undefined;
  const header = (u8(data, at) & 15) * 4;
  if (type === REDIRECT) return header + 8;
  const told = u8(data, at - 3) * 4;
  const isCut = told > 0 && limit > at + told && at + 4 <= end && u16(data, at + 2) > told;
  return isCut ? header + told : undefined;
}

/** Notes the first object behind the packet quoted at `at` that the message ends in. */
export function icmpExtensions(draft: Draft, at: number): void {
  const { data, end, limit } = draft;
  if (at + 4 > end || limit - at <= OLDER || u16(data, at + 2) > OLDER) return;
  objects(draft, at + (u8(data, at - 3) * 4 || OLDER));
}

/** The objects of a probe's message (RFC 8335), or those behind a quoted packet. */
export function objects(draft: Draft, from: number): void {
  const { data, limit } = draft;
  const needs = (to: number): boolean => {
    if (to <= draft.end) return true;
    shortOf(draft, to, "ICMP extension");
    return false;
  };
  if (!needs(from) || limit - from < 4 || !needs(from + 4)) return;
  const version = u8(data, from) >> 4;
  if (version !== 1 && version !== 2) return;
  for (let at = from + 4; limit - at >= 4; ) {
    if (!needs(at + 4)) return;
    const length = u16(data, at);
    if (length < 4) return;
    const to = Math.min(at + length, limit);
    if (!needs(reach(draft, at, to, length))) return;
    at = to;
  }
}

/** How far an object is read, from `at` to `to`; beyond the packet where it cannot be what it says. */
function reach(draft: Draft, at: number, to: number, length: number): number {
  const { data, end, limit } = draft;
  const kind = u8(data, at + 3);
  switch (u8(data, at + 2)) {
    case LABELS:
      return to;
    case INTERFACE:
      return interfaceReach(draft, at + 4, to, kind);
    case PROBE: {
      if (limit - at < 5) return to;
      if (kind === 1) return at + length;
      if (kind === 2 || at + 8 > end) return at + 8;
      if (kind !== 3) return at + 4;
      const family = u16(data, at + 4);
      const size = family === 1 ? 4 : family === 2 ? 16 : 0;
      if (size === 0) return limit;
      return at + 8 + size * Math.min(Math.floor(u8(data, at + 6) / size), Math.floor((limit - at - 8) / size));
    }
    default:
      return to;
  }
}

/** RFC 5837, 4.1: the bits of the type say what is there: an index, an address, a name, an MTU. */
function interfaceReach({ data, end, limit }: Draft, from: number, to: number, bits: number): number {
  let at = from;
  if ((bits & 8) !== 0) at += 4;
  if ((bits & 4) !== 0 && to >= at + 2) {
    at += 4;
    if (at > end) return at;
    const family = u16(data, at - 4);
    // Of any other family the rest is read, from behind the object to here.
    if (family !== 1 && family !== 2) return at < to - 1 ? Math.max(end, limit) + 1 : Math.max(at, 2 * at - to);
    at += family === 1 ? 4 : 16;
  }
  if ((bits & 2) !== 0) {
    let name = 0;
    if (to >= at + 1) {
      at += 1;
      if (at > end) return at;
      name = u8(data, at - 1);
    }
    if (to >= at + name) at += name - 1;
  }
  return (bits & 1) !== 0 ? at + 4 : at;
}
