/** Messages of applications that end too early: what Wireshark calls malformed beyond the headers. */
import { u16 } from "./bytes.ts";
import { dhcpFault } from "./dhcpOptions.ts";
import { dnsFault, type Fault } from "./dnsFault.ts";
import type { Frame, Packet } from "./packet.ts";

/**
 * Where and why Wireshark would call the frame malformed, in octets from its start, tunnels and quotes included;
 * undefined when it would not.
 */
export function malformation(frame: Frame, packet: Packet): Fault | undefined {
  for (let at: Packet | undefined = packet; at !== undefined; at = at.inner ?? at.icmp?.quoted) {
    if (at.malformed !== undefined && !at.malformed.expert && !at.malformed.fragment) return at.malformed;
  }
  // Of a message that the capture cut nothing can be said.
  return frame.data.length === frame.originalLength ? messageFault(frame, packet) : undefined;
}

const BY_NAME: Readonly<Record<string, (octets: Uint8Array) => Fault | undefined>> = {
  dns: (octets) => dnsFault(octets, false),
  mdns: (octets) => dnsFault(octets, false),
  llmnr: (octets) => dnsFault(octets, false),
  nbns: (octets) => dnsFault(octets, true),
  ntp: (octets) => shorterThan(octets, NTP_LENGTHS[(octets[0] ?? 0) & 7] ?? 48),
  dhcp: dhcpFault,
  rip: (octets) =>
    (octets.length - 4) % 20 === 0 || octets.length === 2 || octets.length === 3
      ? undefined
      : { at: octets.length, why: "half an entry" },
  dhcpv6: dhcpv6Fault,
};

/** RFC 5905: a header of 48 octets; control (RFC 9327) and private messages are shorter. */
const NTP_LENGTHS: Readonly<Record<number, number>> = { 6: 12, 7: 8 };

function messageFault(frame: Frame, packet: Packet): Fault | undefined {
  let innermost = packet;
  let isBegun = packet.ip?.moreFragments;
  while (innermost.inner !== undefined) {
    innermost = innermost.inner;
    isBegun ||= innermost.ip?.moreFragments;
  }
  const { udp, payload } = innermost;
  // The rest of a first fragment may be in the next.
  if (udp === undefined || payload.length === 0 || isBegun) return undefined;
  const name = packet.protocols.slice(packet.protocols.lastIndexOf(":") + 1);
  const fault = BY_NAME[name]?.(payload);
  const start = payload.byteOffset - frame.data.byteOffset;
  return fault && { at: start + fault.at, why: `${name}: ${fault.why}` };
}

function shorterThan(octets: Uint8Array, least: number): Fault | undefined {
  return octets.length < least ? { at: octets.length, why: `the message has ${octets.length} octets` } : undefined;
}

/** Lengths of DHCPv6's options (RFC 9915): least and most. */
const OPTION_LENGTHS: Readonly<Record<number, readonly [least: number, most: number]>> = {
  1: [2, 130],
  2: [2, 130],
  3: [12, 0xffff],
  4: [4, 0xffff],
  5: [24, 0xffff],
  7: [1, 1],
  8: [2, 2],
  9: [4, 0xffff],
  13: [2, 0xffff],
  16: [4, 0xffff],
  18: [1, 0xffff],
  19: [1, 1],
  20: [0, 0],
  25: [12, 0xffff],
  26: [25, 0xffff],
  32: [4, 4],
  37: [4, 0xffff],
  38: [1, 0xffff],
  39: [1, 0xffff],
};
/** Lists of what has so many octets each. */
const LISTS: Readonly<Record<number, number>> = { 6: 2, 15: 2, 22: 16, 23: 16, 27: 16, 28: 16, 31: 16, 34: 16, 43: 2 };
const RELAYED = new Set([12, 13]);

function dhcpv6Fault(octets: Uint8Array): Fault | undefined {
  const header = RELAYED.has(octets[0] ?? 0) ? 34 : 4;
  if (octets.length < header) return shorterThan(octets, header);
  for (let at = header; at + 4 <= octets.length; ) {
    const option = u16(octets, at);
    const length = u16(octets, at + 2);
    if (at + 4 + length > octets.length) return undefined;
    const [least, most] = OPTION_LENGTHS[option] ?? [0, 0xffff];
    if (length < least || length > most || length % (LISTS[option] ?? 1) !== 0) {
      return { at: at + 2, why: `an option ${option} of ${length} octets` };
    }
    at += 4 + length;
  }
  return undefined;
}
