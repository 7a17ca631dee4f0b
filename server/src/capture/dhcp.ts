import { u8, u32, u48 } from "./bytes.ts";
import { MAGIC, messageTypeAt, OPTIONS_AT } from "./dhcpOctets.ts";
import { type Draft, has, Layer, NO_OCTETS, rare, shortOf } from "./draft.ts";
import type { HeaderPart } from "./packet.ts";

/** Where the fields of RFC 2131 end, and where the vendor's area of RFC 951 does, which has no cookie. */
const FIELDS_END = 236;
const VENDOR_END = 300;
/** Octets that are read before the first field is shown; of a request the hardware address as well. */
const READ_FIRST = 3;
const REQUEST = 1;

/** RFC 2131, RFC 2132. */
export function dhcp(draft: Draft): Layer {
  draft.protocols += ":dhcp";
  const { data, at } = draft;
  const octets = data.subarray(at, draft.end);
  const least = octets[0] === REQUEST && octets[2] !== 0 ? 28 + (octets[2] ?? 0) : READ_FIRST;
  if (!has(draft, 34, "DHCP header")) {
    rare(draft).part = shown(octets, least);
    return Layer.Done;
  }
  const isFound = areOptions(draft);
  rare(draft).dhcp = {
    op: u8(data, at),
    transactionId: u32(data, at + 4),
    clientIp: u32(data, at + 12),
    yourIp: u32(data, at + 16),
    clientMac: u48(data, at + 28),
    message: isFound ? messageType(draft) : 0,
  };
  // What the options say is looked for before anything is shown.
  if (octets.length < least || isHidden(draft)) rare(draft).part = { layer: "dhcp", octets: NO_OCTETS };
  return Layer.Done;
}

const shown = (octets: Uint8Array, least: number): HeaderPart => ({
  layer: "dhcp",
  octets: octets.length < least ? NO_OCTETS : octets,
});

function messageType(draft: Draft): number {
  const octets = draft.data.subarray(draft.at, draft.end);
  return octets[messageTypeAt(octets)] ?? 0;
}

function hasCookie({ data, at, end }: Draft): boolean {
  return at + OPTIONS_AT <= end && u32(data, at + OPTIONS_AT - 4) === MAGIC;
}

/** Whether options begin at all; notes where the message, or one of them, ends too early. */
function areOptions(draft: Draft): boolean {
  const { data, at, end } = draft;
  const isCookie = hasCookie(draft);
  if (!has(draft, FIELDS_END, "DHCP header")) return false;
  if (!isCookie) {
    has(draft, at + OPTIONS_AT <= end || draft.limit > end ? VENDOR_END : OPTIONS_AT, "DHCP vendor area");
    return false;
  }
  for (let next = at + OPTIONS_AT; next < end; ) {
    const option = u8(data, next);
    if (option === END) return true;
    if (option === PAD) next += 1;
    else {
      const to = next + 2 > end ? next + 2 : next + 2 + u8(data, next + 1);
      // A message type must be there.
      if (option === MESSAGE_TYPE && to === next + 2) {
        rare(draft).malformed ??= { at: next + 1, why: "a DHCP option 53 of 0 octets" };
        return true;
      }
      if (to > end) {
        shortOf(draft, to, `DHCP option ${option}`);
        return true;
      }
      next = to;
    }
  }
  return true;
}

const PAD = 0;
const END = 255;
const OVERLOAD = 52;
const MESSAGE_TYPE = 53;
const VENDOR_CLASS = 60;

/** Whether the capture ends before what is looked for in the options, so that Wireshark shows no field. */
function isHidden(draft: Draft): boolean {
  const { data, end, limit } = draft;
  if (limit <= end) return false;
  let next = draft.at + (hasCookie(draft) ? OPTIONS_AT : VENDOR_END);
  while (next < limit) {
    if (next >= end) return true;
    const option = u8(data, next);
    if (option === END) return false;
    if (option === PAD) {
      next += 1;
      continue;
    }
    if (next + 1 >= end) return next + 1 < limit;
    const size = u8(data, next + 1);
    const read = option === OVERLOAD || option === MESSAGE_TYPE ? 1 : option === VENDOR_CLASS ? size : 0;
    if (next + 2 + read > end) return next + 2 + read <= limit;
    next += 2 + size;
  }
  return false;
}

/** RFC 8415: the first octet says which message it is. */
export function dhcpv6(draft: Draft): Layer {
  draft.protocols += ":dhcpv6";
  if (has(draft, 1, "DHCPv6 header")) rare(draft).dhcpv6 = { message: u8(draft.data, draft.at) };
  return Layer.Done;
}
