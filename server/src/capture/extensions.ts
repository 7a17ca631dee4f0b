/** Extension headers of IPv6. tshark reads them behind an IPv4 header, too, where nothing should send them. */
import { u8, u16, u32 } from "./bytes.ts";
import { type Draft, has, Layer, rare } from "./draft.ts";
import { ipv6Options } from "./ipOptions.ts";
import type { IpHeader } from "./packet.ts";
import { shim6 } from "./shim6.ts";

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const DESTINATION = 60;
const MOBILITY = 135;
const SHIM6 = 140;

/** tshark's names (RFC 8200; RFC 6275 for mobility; RFC 4302 for AH; RFC 5533 for Shim6). */
const NAMES: Readonly<Record<number, string>> = {
  [HOP_BY_HOP]: ":ipv6.hopopts",
  [ROUTING]: ":ipv6.routing",
  [FRAGMENT]: ":ipv6.fraghdr",
  [AUTHENTICATION]: ":ah",
  [DESTINATION]: ":ipv6.dstopts",
  [MOBILITY]: ":mipv6",
  [SHIM6]: ":shim6",
};

export const isExtension = (protocol: number): boolean => NAMES[protocol] !== undefined;

/** Behind IPv4 they make a packet of their own, which has the IP header in common: its rules see the protocol that IPv4 names. */
export function extensionsBehindIpv4(draft: Draft): Layer {
  const { at, type, ip } = draft;
  rare(draft).nested = { role: "inner", layer: Layer.Extensions, at, type, via: "", ...(ip && { ip }) };
  return Layer.Done;
}

/** The headers from `draft.at` on, the first of which is `draft.type`: `draft.ip` becomes one that has them. */
export function extensionHeaders(draft: Draft): Layer {
  const { data, ip: fixed } = draft;
  if (fixed === undefined) return Layer.Done;
  const start = draft.at;
  const nextHeader = draft.type;
  let type = nextHeader;
  let isWhole = true;
  let isLast = false;
  // What IPv4 says of fragments is the outer packet's.
  let ip: IpHeader = { ...fixed, id: 0, moreFragments: false, fragmentOffset: 0 };
  while (isExtension(type)) {
    draft.protocols += NAMES[type];
    const { at } = draft;
    isWhole = has(draft, 8, "IPv6 extension header");
    if (!isWhole) break;
    if (type === FRAGMENT) {
      const field = u16(data, at + 2);
      ip = { ...ip, fragmentOffset: field & 0xfff8, moreFragments: (field & 1) === 1, id: u32(data, at + 4) };
      draft.ip = ip;
      draft.at += 8;
    } else {
      isWhole = read(draft, type);
      if (!isWhole) break;
    }
    // RFC 6275, 6.1.1: nothing follows a mobility header, so it is the protocol.
    isLast = type === MOBILITY;
    if (isLast) break;
    type = u8(data, at);
    if (isLater(ip)) break;
  }
  draft.ip = {
    ...ip,
    protocol: type,
    headerLength: draft.at - start + fixed.headerLength,
    extensions: data.subarray(start, draft.at),
    nextHeader,
  };
  draft.type = type;
  if (!isWhole || isLast) return Layer.Done;
  if (!isLater(ip)) return Layer.Transport;
  if (draft.at < draft.end) draft.protocols += ":data";
  return Layer.Done;
}

/** Behind IPv4 tshark reads on in a fragment that is not the first. */
const isLater = (ip: IpHeader): boolean => ip.version === 6 && ip.fragmentOffset !== 0;

/** A header of at least 8 octets, which says how long it is; false where what follows it is not looked for. */
function read(draft: Draft, type: number): boolean {
  const { data, at } = draft;
  // AH counts in words of 4 octets less two (RFC 4302), the others in 8 less one.
  const size = type === AUTHENTICATION ? (u8(data, at + 1) + 2) * 4 : (u8(data, at + 1) + 1) * 8;
  if (type === AUTHENTICATION) rare(draft).ah ??= { spi: u32(data, at + 4) };
  if (!has(draft, size, "IPv6 extension header")) return false;
  draft.at += size;
  switch (type) {
    case HOP_BY_HOP:
    case DESTINATION:
      return ipv6Options(draft, at + 2, draft.at);
    case ROUTING:
      return routing(draft, at, size);
    case MOBILITY:
      return has(draft, (MOBILITY_MESSAGES[u8(data, at + 2)] ?? 8) - size, "mobility message");
    case SHIM6:
      return shim6(draft, at, size);
    default:
      return true;
  }
}

/** Octets of messages that tshark reads, whatever the header says of its length (RFC 6275, 6.1; RFC 5568; RFC 5847). */
const MOBILITY_MESSAGES: Readonly<Record<number, number>> = {
  1: 16,
  2: 16,
  3: 24,
  4: 24,
  5: 12,
  6: 12,
  7: 24,
  8: 12,
  9: 12,
  13: 12,
  14: 12,
  15: 12,
};

/**
 * Whether a routing header's addresses fit in it: type 0 (RFC 2460), 2 (RFC 6275), segments (RFC 8754), compact ones
 * (RFC 9631).
 */
function routing(draft: Draft, at: number, size: number): boolean {
  const { data } = draft;
  const type = u8(data, at + 2);
  const left = u8(data, at + 3);
  let needed = 8;
  if (type === 2) needed += 16;
  else if (type === RPL) needed += rplOctets(draft, at, size);
  else if (type === 4) needed += 16 * (u8(data, at + 4) + 1);
  else if (type === 5) needed = 4 + 2 * (left + 1);
  else if (type === 6) needed = 4 + 4 * (left + 1);
  if (needed > size || (type === 0 && size % 16 === 0) || (type === 2 && size !== 24)) {
    rare(draft).malformed ??= { at: at + 1, why: `a routing header of type ${type} with ${size} octets` };
  }
  return needed <= size;
}

const RPL = 3;

/**
 * Octets of the last address, which has fewer or more of them than the others (RFC 6554, 3), and of the padding. tshark
 * shows none behind IPv4.
 */
function rplOctets(draft: Draft, at: number, size: number): number {
  if (draft.ip?.version === 4) {
    draft.protocols += ":data";
    return 0;
  }
  return size === 8 ? 0 : 16 - (u8(draft.data, at + 4) & 15) + (u8(draft.data, at + 5) >> 4);
}
