/** A packet's flow: what the two directions of a conversation have in common. */
import type { Icmp, Packet } from "../capture/packet.ts";
import type { Ip } from "../policy/addresses.ts";
import { ICMP, ICMPV6 } from "../policy/protocols.ts";

export interface End {
  readonly ip: Ip;
  readonly port: number;
}
export interface Flow {
  readonly protocol: number;
  readonly from: End;
  readonly to: End;
  /** The same for both directions. */
  readonly key: string;
}

export function flow(protocol: number, from: End, to: End): Flow {
  const a = `${from.ip}:${from.port}`;
  const b = `${to.ip}:${to.port}`;
  // A bigint prints like a number: an IPv6 address below 2^32 must not be taken for an IPv4 one.
  const family = typeof from.ip === "bigint" ? 6 : 4;
  return { protocol, from, to, key: a < b ? `${family} ${protocol} ${a} ${b}` : `${family} ${protocol} ${b} ${a}` };
}

/** ICMP (RFC 792) and ICMPv6 (RFC 4443) types that report about another packet. */
export function isIcmpError(protocol: number, icmp: Icmp): boolean {
  return protocol === ICMPV6 ? icmp.type < 128 : [3, 4, 5, 11, 12].includes(icmp.type);
}

/** Undefined for what has no flow: no IP, an ICMP error, ports that are not there. */
export function flowOf(packet: Packet): Flow | undefined {
  const { ip } = packet;
  if (!ip) return undefined;
  const ports = packet.tcp ?? packet.udp ?? packet.sctp ?? packet.ports;
  if (ports) return flow(ip.protocol, { ip: ip.src, port: ports.srcPort }, { ip: ip.dst, port: ports.dstPort });
  if (ip.protocol === ICMP || ip.protocol === ICMPV6) {
    if (!packet.icmp || isIcmpError(ip.protocol, packet.icmp)) return undefined;
    const id = packet.icmp.id ?? 0;
    return flow(ip.protocol, { ip: ip.src, port: id }, { ip: ip.dst, port: id });
  }
  return flow(ip.protocol, { ip: ip.src, port: 0 }, { ip: ip.dst, port: 0 });
}

/** Of an ICMP error: the flow of the packet that it is about. */
export function flowAbout(packet: Packet): Flow | undefined {
  const { ip, icmp } = packet;
  if (!ip || !icmp?.about || !isIcmpError(ip.protocol, icmp)) return undefined;
  const { src, dst, protocol, srcPort, dstPort, id } = icmp.about;
  return flow(protocol, { ip: src, port: srcPort ?? id ?? 0 }, { ip: dst, port: dstPort ?? id ?? 0 });
}
