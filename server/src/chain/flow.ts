/** A packet's flow: what the two directions of a conversation have in common. */
import type { Icmp, Packet } from "../capture/packet.ts";
import type { Ip } from "../policy/addresses.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../policy/protocols.ts";
import { type FlowKey, flowKey } from "./flowTable.ts";

export interface End {
  readonly ip: Ip;
  readonly port: number;
}
export interface Flow {
  readonly protocol: number;
  readonly from: End;
  readonly to: End;
  /** The same for both directions. */
  readonly key: FlowKey;
}

export function flow(protocol: number, from: End, to: End): Flow {
  const inOrder = from.ip < to.ip || (from.ip === to.ip && from.port <= to.port);
  const [low, high] = inOrder ? [from, to] : [to, from];
  return { protocol, from, to, key: flowKey(protocol, low.ip, low.port, high.ip, high.port) };
}

/** ICMP's questions, each with the type of its answer: RFC 792, 950, 1256; RFC 4443, 4861, 4620. */
const ANSWERS: Readonly<Record<number, ReadonlyMap<number, number>>> = {
  [ICMP]: new Map([
    [8, 0],
    [10, 9],
    [13, 14],
    [15, 16],
    [17, 18],
  ]),
  [ICMPV6]: new Map([
    [128, 129],
    [133, 134],
    [135, 136],
    [139, 140],
  ]),
};

/**
 * Who asks and who answers tells two ICMP conversations with the same identifier apart: a ping the other way is no
 * answer to this one (pf's `pf_icmp_mapping`; Linux and Open vSwitch invert the type with the addresses).
 */
function icmpFlow(protocol: number, icmp: Icmp, src: Ip, dst: Ip): Flow {
  const id = icmp.id ?? 0;
  const from = { ip: src, port: id };
  const to = { ip: dst, port: id };
  const questions = ANSWERS[protocol];
  const kind = (type: number, asks: Ip, answers: Ip) => flowKey(protocol, asks, id, answers, type);
  if (questions?.has(icmp.type)) return { protocol, from, to, key: kind(icmp.type, src, dst) };
  for (const [question, answer] of questions ?? [])
    if (answer === icmp.type) return { protocol, from, to, key: kind(question, dst, src) };
  return { protocol, from, to, key: src < dst ? kind(icmp.type, src, dst) : kind(icmp.type, dst, src) };
}

/** ICMP (RFC 792) and ICMPv6 (RFC 4443) types that report about another packet. */
export function isIcmpError(protocol: number, icmp: Icmp): boolean {
  return protocol === ICMPV6 ? icmp.type < 128 : [3, 4, 5, 11, 12].includes(icmp.type);
}

const HAVE_PORTS: ReadonlySet<number> = new Set([TCP, UDP, SCTP]);

/** Undefined for what has no flow: no IP, an ICMP error, ports that are not there. */
export function flowOf(packet: Packet): Flow | undefined {
  const { ip } = packet;
  if (!ip) return undefined;
  const ports = packet.tcp ?? packet.udp ?? packet.sctp ?? packet.ports;
  if (ports) return flow(ip.protocol, { ip: ip.src, port: ports.srcPort }, { ip: ip.dst, port: ports.dstPort });
  if (ip.protocol === ICMP || ip.protocol === ICMPV6) {
    if (!packet.icmp || isIcmpError(ip.protocol, packet.icmp)) return undefined;
    return icmpFlow(ip.protocol, packet.icmp, ip.src, ip.dst);
  }
  if (HAVE_PORTS.has(ip.protocol)) return undefined;
  return flow(ip.protocol, { ip: ip.src, port: 0 }, { ip: ip.dst, port: 0 });
}

/**
 * Of an ICMP error: the flow of the packet that it is about. An error goes to whom it quotes: one that goes elsewhere
 * is none about the quoted flow, and would carry strangers' packets through the firewall (CVE-2019-5598 in pf; Linux's
 * `nf_conntrack_inet_error` and Open vSwitch's `extract_l4_icmp` look, too).
 */
export function flowAbout({ ip, icmp }: Packet): Flow | undefined {
  if (!ip || !icmp?.quoted || !isIcmpError(ip.protocol, icmp)) return undefined;
  return icmp.quoted.ip?.src === ip.dst ? flowOf(icmp.quoted) : undefined;
}
