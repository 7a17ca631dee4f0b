import { u8, u16, u32, u128 } from "./bytes.ts";
import type { HeaderPart } from "./packet.ts";
import { hex, ipText } from "./text.ts";

/** A field of a header that ends too early: how many octets must be there before tshark shows it. */
type Row = readonly [name: string, needed: number, read: (octets: Uint8Array) => string | number];

const PORTS = (layer: string): readonly Row[] => [
  [`${layer}.srcport`, 4, (octets) => u16(octets, 0)],
  [`${layer}.dstport`, 4, (octets) => u16(octets, 2)],
];
/** Dissectors read several fields before they show the first: TCP's up to the window, IPv6's up to the next header. */
const ROWS: Readonly<Record<HeaderPart["layer"], readonly Row[]>> = {
  eth: [],
  vlan: [
    ["vlan.id", 2, (octets) => u16(octets, 0) & 0xfff],
    ["vlan.priority", 2, (octets) => u16(octets, 0) >> 13],
  ],
  version: [["ip.version", 1, (octets) => u8(octets, 0) >> 4]],
  ip: [
    ["ip.version", 1, (octets) => u8(octets, 0) >> 4],
    ["ip.hdr_len", 1, (octets) => (u8(octets, 0) & 15) * 4],
    ["ip.dsfield", 2, (octets) => hex(u8(octets, 1), 2)],
    ["ip.len", 4, (octets) => u16(octets, 2)],
    ["ip.id", 6, (octets) => hex(u16(octets, 4), 4)],
    ["ip.flags.df", 8, (octets) => (u8(octets, 6) >> 6) & 1],
    ["ip.flags.mf", 8, (octets) => (u8(octets, 6) >> 5) & 1],
    ["ip.frag_offset", 8, (octets) => u16(octets, 6) & 0x1fff],
    ["ip.ttl", 9, (octets) => u8(octets, 8)],
    ["ip.proto", 10, (octets) => u8(octets, 9)],
    ["ip.src", 16, (octets) => ipText(u32(octets, 12))],
  ],
  ipv6: [
    ["ip.version", 1, (octets) => u8(octets, 0) >> 4],
    ["ipv6.plen", 7, (octets) => u16(octets, 4)],
    ["ipv6.nxt", 7, (octets) => u8(octets, 6)],
    ["ipv6.hlim", 8, (octets) => u8(octets, 7)],
    ["ipv6.src", 24, (octets) => ipText(u128(octets, 8))],
  ],
  tcp: [
    ...PORTS("tcp"),
    ["tcp.seq", 16, (octets) => u32(octets, 4)],
    ["tcp.ack", 16, (octets) => u32(octets, 8)],
    ["tcp.hdr_len", 16, (octets) => (u8(octets, 12) >> 4) * 4],
    ["tcp.flags", 16, (octets) => hex(u16(octets, 12) & 0xfff, 4)],
    ["tcp.window_size_value", 16, (octets) => u16(octets, 14)],
  ],
  udp: [...PORTS("udp"), ["udp.length", 6, (octets) => u16(octets, 4)]],
  dhcp: [
    ["dhcp.type", 1, (octets) => u8(octets, 0)],
    ["dhcp.ip.client", 16, (octets) => ipText(u32(octets, 12))],
    ["dhcp.ip.your", 20, (octets) => ipText(u32(octets, 16))],
  ],
  icmpv6: [
    ["icmpv6.type", 1, (octets) => u8(octets, 0)],
    ["icmpv6.code", 2, (octets) => u8(octets, 1)],
  ],
};

/** An ICMP error quotes as little as eight octets (RFC 792): of TCP's the sequence number is then shown, too. */
const QUOTED_SEQUENCE = 8;

export function partFields(
  { layer, octets }: HeaderPart,
  isQuoted: boolean,
  to: Record<string, string | number>,
): void {
  for (const [name, needed, read] of ROWS[layer]) {
    const least = isQuoted && name === "tcp.seq" ? QUOTED_SEQUENCE : needed;
    // A second tag is not the first.
    if (octets.length >= least) to[name] = layer === "vlan" ? (to[name] ?? read(octets)) : read(octets);
  }
}
