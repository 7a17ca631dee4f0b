/** What a firewall's reject sends back; told in the trace, not walked. */
import type { Packet } from "../capture/packet.ts";
import { RST } from "./connections.ts";
import { hostText, portText } from "./describe.ts";
import { isBroadcastIp, isMulticastIp } from "./ethernet.ts";
import { isIcmpError } from "./flow.ts";

/**
 * TCP gets a RST, all else ICMP administratively prohibited (RFC 1812: code 13; RFC 4443: code 1). Nothing answers a
 * RST, an ICMP error, or what was sent to many (RFC 1122, 3.2.2; RFC 4443, 2.4).
 */
export function refusal({ ip, tcp, icmp }: Packet): string | undefined {
  if (!ip || isMulticastIp(ip.dst) || isBroadcastIp(ip.dst)) return undefined;
  if (icmp && isIcmpError(ip.protocol, icmp)) return undefined;
  if (tcp) {
    if (tcp.flags & RST) return undefined;
    return `tcp ${portText(ip.dst, tcp.dstPort)} -> ${portText(ip.src, tcp.srcPort)} rst, ack`;
  }
  const protocol = ip.version === 4 ? "icmp" : "icmpv6";
  return `${protocol} ${hostText(ip.dst)} -> ${hostText(ip.src)} administratively-prohibited`;
}
