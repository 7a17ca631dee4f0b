import { join, put16, put32, put48, put128 } from "./bytes.ts";
import { crc32c, pseudoHeader, sum } from "./checksums.ts";
import { dhcpOctets } from "./dhcpOctets.ts";
import type { Arp, Ethernet, Icmp, IpHeader, Packet, Tcp } from "./packet.ts";

const ETHERNET_HEADER = 14;
const LENGTH_FIELD_END = 0x600;
const ICMP = 1;
const TCP = 6;
const UDP = 17;
const FRAGMENT = 44;
const AUTHENTICATION = 51;
const ICMPV6 = 58;

/**
 * An Ethernet frame of a packet. Lengths, header lengths and checksums are those of what is written, whatever the
 * packet says. A tunnel is written from the payload, not from `inner`; a frame of a link type that is not decoded, or
 * a header that was cut, as its octets.
 */
export function encodeFrame(packet: Packet): Uint8Array {
  if (packet.unsupported !== undefined) return packet.payload.slice();
  const body = network(packet);
  const header = ETHERNET_HEADER + 4 * packet.eth.tags.length;
  const frame = new Uint8Array(header + body.length);
  ethernetHeader(frame, packet.eth, body.length);
  frame.set(body, header);
  return frame;
}

function ethernetHeader(to: Uint8Array, eth: Ethernet, bodyLength: number): void {
  put48(to, 0, eth.dst);
  put48(to, 6, eth.src);
  let at = 12;
  for (const tag of eth.tags) {
    put16(to, at, tag.tpid);
    put16(to, at + 2, (tag.priority << 13) | (tag.dei ? 0x1000 : 0) | tag.id);
    at += 4;
  }
  put16(to, at, eth.type < LENGTH_FIELD_END ? Math.min(bodyLength, 1500) : eth.type);
}

function network(packet: Packet): Uint8Array {
  const { arp, ip, eth } = packet;
  const body =
    arp !== undefined ? arpBody(arp, packet.payload) : ip !== undefined ? ipBody(packet, ip) : packet.payload;
  if (eth.type >= LENGTH_FIELD_END || (arp === undefined && ip === undefined)) return body;
  // Behind a length field IP and ARP stand in SNAP (RFC 1042).
  const type = arp !== undefined ? 0x0806 : ip?.version === 6 ? 0x86dd : 0x0800;
  return join([Uint8Array.of(0xaa, 0xaa, 3, 0, 0, 0, type >> 8, type & 255), body]);
}

/** RFC 826. */
function arpBody(arp: Arp, payload: Uint8Array): Uint8Array {
  const hardware = arp.hardware ?? { type: 1, length: 6 };
  const protocol = arp.network ?? { type: 0x0800, length: 4 };
  const size = hardware.length + protocol.length;
  const to = new Uint8Array(8 + 2 * size + payload.length);
  put16(to, 0, hardware.type);
  put16(to, 2, protocol.type);
  to[4] = hardware.length;
  to[5] = protocol.length;
  put16(to, 6, arp.opcode);
  if (hardware.length === 6) {
    put48(to, 8, arp.senderMac);
    put48(to, 8 + size, arp.targetMac);
  }
  if (protocol.length === 4) {
    put32(to, 8 + hardware.length, arp.senderIp);
    put32(to, 8 + size + hardware.length, arp.targetIp);
  }
  to.set(payload, 8 + 2 * size);
  return to;
}

function ipBody(packet: Packet, ip: IpHeader): Uint8Array {
  const message = transport(packet);
  const header = ip.version === 4 ? ip4Header(ip, message.length) : ip6Header(ip, message.length);
  const datagram = join([header, message]);
  if (ip.fragmentOffset === 0) checksum(packet, ip, datagram, header.length);
  return datagram;
}

/** RFC 791. */
function ip4Header(ip: IpHeader, messageLength: number): Uint8Array {
  const options = padded(ip.options, 40);
  const to = new Uint8Array(20 + options.length);
  to[0] = 0x40 | (to.length / 4);
  to[1] = (ip.dscp << 2) | ip.ecn;
  put16(to, 2, Math.min(to.length + messageLength, 0xffff));
  put16(to, 4, ip.id);
  put16(to, 6, (ip.dontFragment ? 0x4000 : 0) | (ip.moreFragments ? 0x2000 : 0) | (ip.fragmentOffset >> 3));
  to[8] = ip.ttl;
  to[9] = ip.protocol;
  put32(to, 12, Number(ip.src));
  put32(to, 16, Number(ip.dst));
  to.set(options, 20);
  put16(to, 10, ~sum(to, 0, to.length));
  return to;
}

/** RFC 8200. The last extension header names the protocol; a fragment header is made when one is needed. */
function ip6Header(ip: IpHeader, messageLength: number): Uint8Array {
  let extensions: Uint8Array = ip.extensions?.slice() ?? new Uint8Array(0);
  let next = extensions.length > 0 ? (ip.nextHeader ?? ip.protocol) : ip.protocol;
  const fragmentAt = patchChain(extensions, next, ip.protocol);
  if (fragmentAt < 0 && (ip.moreFragments || ip.fragmentOffset !== 0 || ip.id !== 0)) {
    const made = Uint8Array.of(ip.protocol, 0, 0, 0, 0, 0, 0, 0);
    patchLast(extensions, next, FRAGMENT);
    if (extensions.length === 0) next = FRAGMENT;
    extensions = join([extensions, made]);
    fragment(extensions, extensions.length - 8, ip);
  } else if (fragmentAt >= 0) fragment(extensions, fragmentAt, ip);
  const to = new Uint8Array(40 + extensions.length);
  put32(to, 0, 0x60000000 | (((ip.dscp << 2) | ip.ecn) << 20) | (ip.flowLabel ?? 0));
  put16(to, 4, Math.min(extensions.length + messageLength, 0xffff));
  to[6] = next;
  to[7] = ip.ttl;
  put128(to, 8, BigInt(ip.src));
  put128(to, 24, BigInt(ip.dst));
  to.set(extensions, 40);
  return to;
}

function fragment(extensions: Uint8Array, at: number, ip: IpHeader): void {
  put16(extensions, at + 2, (ip.fragmentOffset & 0xfff8) | (ip.moreFragments ? 1 : 0));
  put32(extensions, at + 4, ip.id);
}

/** Sets the last header's next header to `protocol`, and answers where the fragment header is, or -1. */
function patchChain(extensions: Uint8Array, first: number, protocol: number): number {
  let fragmentAt = -1;
  walk(extensions, first, (type, at) => {
    if (type === FRAGMENT) fragmentAt = at;
  });
  patchLast(extensions, first, protocol);
  return fragmentAt;
}

function patchLast(extensions: Uint8Array, first: number, protocol: number): void {
  let last = -1;
  walk(extensions, first, (type, at) => {
    // A mobility header is itself the protocol (RFC 6275).
    last = type === 135 && protocol === 135 ? -1 : at;
  });
  if (last >= 0) extensions[last] = protocol;
}

function walk(extensions: Uint8Array, first: number, visit: (type: number, at: number) => void): void {
  let type = first;
  for (let at = 0; at + 8 <= extensions.length; ) {
    const size = extensions[at + 1] ?? 0;
    const length = type === FRAGMENT ? 8 : type === AUTHENTICATION ? (size + 2) * 4 : (size + 1) * 8;
    const next = extensions[at] ?? 0;
    visit(type, at);
    type = next;
    at += length;
  }
}

function transport(packet: Packet): Uint8Array {
  const { tcp, udp, sctp, icmp, ip } = packet;
  if (tcp !== undefined) return join([tcpHeader(tcp), packet.payload]);
  if (udp !== undefined) {
    const payload = packet.dhcp !== undefined ? dhcpOctets(packet.dhcp, packet.payload) : packet.payload;
    const to = new Uint8Array(8 + payload.length);
    put16(to, 0, udp.srcPort);
    put16(to, 2, udp.dstPort);
    put16(to, 4, Math.min(to.length, 0xffff));
    to.set(payload, 8);
    return to;
  }
  if (sctp !== undefined) {
    const to = new Uint8Array(12 + packet.payload.length);
    put16(to, 0, sctp.srcPort);
    put16(to, 2, sctp.dstPort);
    put32(to, 4, sctp.verificationTag ?? 0);
    to.set(packet.payload, 12);
    return to;
  }
  if (icmp !== undefined && ip !== undefined) return icmpMessage(icmp, ip, packet.payload);
  return packet.payload;
}

/** RFC 9293. */
function tcpHeader(tcp: Tcp): Uint8Array {
  const options = padded(tcp.options, 40);
  const to = new Uint8Array(20 + options.length);
  put16(to, 0, tcp.srcPort);
  put16(to, 2, tcp.dstPort);
  put32(to, 4, tcp.seq);
  put32(to, 8, tcp.ack);
  put16(to, 12, ((to.length / 4) << 12) | (tcp.flags & 0xfff));
  put16(to, 14, tcp.window);
  put16(to, 18, tcp.urgent ?? 0);
  to.set(options, 20);
  return to;
}

/** RFC 792, RFC 4443. An error without octets quotes the header and 8 octets of what it is about. */
function icmpMessage(icmp: Icmp, ip: IpHeader, payload: Uint8Array): Uint8Array {
  let body = payload;
  if (body.length === 0 && icmp.about !== undefined) body = quotation(icmp.about, ip.version);
  if (icmp.target !== undefined) {
    const withTarget = new Uint8Array(Math.max(16, payload.length));
    withTarget.set(payload);
    put128(withTarget, 0, icmp.target);
    body = withTarget;
  }
  const to = new Uint8Array(8 + body.length);
  to[0] = icmp.type;
  to[1] = icmp.code;
  if (icmp.id !== undefined) {
    put16(to, 4, icmp.id);
    put16(to, 6, icmp.seq ?? 0);
  } else put32(to, 4, icmp.rest ?? 0);
  to.set(body, 8);
  return to;
}

function quotation(about: NonNullable<Icmp["about"]>, version: 4 | 6): Uint8Array {
  const message = new Uint8Array(8);
  if (about.srcPort !== undefined) put16(message, 0, about.srcPort);
  if (about.dstPort !== undefined) put16(message, 2, about.dstPort);
  if (about.id !== undefined) {
    message[0] = version === 4 ? 8 : 128;
    put16(message, 4, about.id);
  } else if (about.protocol === UDP) put16(message, 4, 8);
  const ip: IpHeader = {
    version,
    src: about.src,
    dst: about.dst,
    protocol: about.protocol,
    ttl: 64,
    dscp: 0,
    ecn: 0,
    id: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    headerLength: version === 4 ? 20 : 40,
    length: 0,
  };
  const header = version === 4 ? ip4Header(ip, message.length) : ip6Header(ip, message.length);
  return join([header, message]);
}

function checksum(packet: Packet, ip: IpHeader, datagram: Uint8Array, at: number): void {
  const length = datagram.length - at;
  const write = (field: number, protocol: number): void => {
    const pseudo = protocol === ICMP ? 0 : pseudoHeader(datagram, 0, ip.version, protocol, length);
    const value = ~sum(datagram, at, datagram.length, pseudo) & 0xffff;
    // RFC 768: 0 would mean that there is no checksum.
    put16(datagram, at + field, value === 0 && protocol === UDP ? 0xffff : value);
  };
  if (packet.tcp !== undefined) write(16, TCP);
  else if (packet.udp !== undefined) write(6, UDP);
  else if (packet.sctp !== undefined) crc32c(datagram, at, at + 8);
  else if (packet.icmp !== undefined) write(2, ip.version === 4 ? ICMP : ICMPV6);
}

/** Options fill up with zeros to a multiple of four octets. */
function padded(options: Uint8Array | undefined, most: number): Uint8Array {
  if (options === undefined || options.length === 0) return new Uint8Array(0);
  const to = new Uint8Array(Math.min((options.length + 3) & ~3, most));
  to.set(options.subarray(0, to.length));
  return to;
}
