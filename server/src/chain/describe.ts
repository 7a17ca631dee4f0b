/** A packet in the language's notation, as far as that has words for it. */
import type { Dhcp, Packet } from "../capture/packet.ts";
import { formatIp, formatMac, type Ip } from "../policy/addresses.ts";
import type { Policy } from "../policy/policy.ts";
import { etherTypeName, icmpName, ipProtocolName } from "../policy/protocols.ts";

export const FLAG_BITS = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ece: 64, cwr: 128 } as const;
const FLAG_ORDER = ["syn", "fin", "rst", "psh", "ack", "urg", "ece", "cwr"] as const;
/** DHCP messages by option 53 (RFC 2132, 9.6). */
export const DHCP_MESSAGES = { discover: 1, offer: 2, request: 3, ack: 5, nak: 6, release: 7 } as const;

export const hostText = (ip: Ip): string => formatIp(ip);
export const portText = (ip: Ip, port: number): string =>
  typeof ip === "bigint" ? `[${formatIp(ip)}]:${port}` : `${formatIp(ip)}:${port}`;

/** With a policy, a DHCP client is called by its vNIC: the notation knows hosts, not MACs. */
export function describe(packet: Packet, policy?: Policy): string {
  const { ip, arp, eth } = packet;
  if (arp) return describeArp(packet);
  if (!ip)
    return `ether/${etherTypeName(eth.type) ?? `0x${eth.type.toString(16).padStart(4, "0")}`} ${formatMac(eth.src)} -> ${formatMac(eth.dst)}`;
  const fragment =
    ip.fragmentOffset > 0 ? ` fragment at ${ip.fragmentOffset}` : ip.moreFragments ? " first fragment" : "";
  return `${packet.dhcp ? describeDhcp(packet.dhcp, policy) : describeIp(packet)}${fragment}`;
}

function describeArp({ arp }: Packet): string {
  if (!arp) return "arp";
  if (arp.opcode === 1) return `arp request ${formatIp(arp.targetIp)} from ${formatIp(arp.senderIp)}`;
  if (arp.opcode === 2)
    return `arp reply ${formatIp(arp.senderIp)} at ${formatMac(arp.senderMac)} to ${formatIp(arp.targetIp)}`;
  return `arp opcode ${arp.opcode}`;
}

function describeDhcp({ message, op, yourIp, clientMac }: Dhcp, policy: Policy | undefined): string {
  const name = Object.entries(DHCP_MESSAGES).find(([, number]) => number === message)?.[0] ?? String(message);
  const address = yourIp ? ` ${formatIp(yourIp)}` : "";
  const client = policy && [...policy.vnics.values()].find(({ mac }) => mac === clientMac);
  return `dhcp ${name}${address} ${op === 2 ? "to" : "from"} ${client?.id ?? formatMac(clientMac)}`;
}

function describeIp(packet: Packet): string {
  const { ip, tcp, udp, sctp, icmp } = packet;
  if (!ip) return "";
  const ends = (ports: { srcPort: number; dstPort: number }) =>
    `${portText(ip.src, ports.srcPort)} -> ${portText(ip.dst, ports.dstPort)}`;
  if (tcp) {
    const flags = FLAG_ORDER.filter((name) => tcp.flags & FLAG_BITS[name]);
    return `tcp ${ends(tcp)}${flags.length > 0 ? ` ${flags.join(", ")}` : ""}`;
  }
  if (udp) return `udp ${ends(udp)}`;
  if (sctp) return `sctp ${ends(sctp)}`;
  const hosts = `${formatIp(ip.src)} -> ${formatIp(ip.dst)}`;
  if (icmp) {
    const protocol = ip.version === 6 ? "icmpv6" : "icmp";
    const id = icmp.id ? ` id ${icmp.id}` : "";
    return `${protocol} ${hosts} ${icmpName(protocol, icmp.type, icmp.code) ?? `${icmp.type}:${icmp.code}`}${id}`;
  }
  return `ip/${ipProtocolName(ip.protocol) ?? ip.protocol} ${hosts}`;
}
