/** What a firewall's reject sends back; told in the trace, not walked. */
import type { Packet } from "../capture/packet.ts";
import { RST } from "./connections.ts";
import { hostText, portText } from "./describe.ts";

/** TCP gets a RST, all else ICMP administratively prohibited (RFC 1812: code 13; RFC 4443: code 1). A RST gets nothing. */
export function refusal({ ip, tcp }: Packet): string | undefined {
  if (!ip) return undefined;
  if (tcp) {
    if (tcp.flags & RST) return undefined;
    return `tcp ${portText(ip.dst, tcp.dstPort)} -> ${portText(ip.src, tcp.srcPort)} rst, ack`;
  }
  const protocol = ip.version === 4 ? "icmp" : "icmpv6";
  return `${protocol} ${hostText(ip.dst)} -> ${hostText(ip.src)} administratively-prohibited`;
}
