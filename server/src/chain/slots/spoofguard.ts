/** SpoofGuard: does a VM speak from addresses that are its own? */
import type { Packet } from "../../capture/packet.ts";
import { familyOf, type Ip, isLinkLocal } from "../../policy/addresses.ts";
import type { Binding, Swsec, Vnic } from "../../policy/policy.ts";
import type { ReasonCode } from "../reasons.ts";
import type { VnicState } from "../world.ts";

/** Neighbour discovery (RFC 4861): a solicitation, an advertisement. */
const SOLICITATION = 135;
const ADVERTISEMENT = 136;
/** Types that a host may send from `::` before it has an address: RS, NS for duplicate detection, MLDv2 reports. */
const FROM_UNSPECIFIED = new Set([133, SOLICITATION, 143]);

export interface Guarded {
  readonly block: Swsec;
  readonly vnic: Vnic;
  /** Of this vNIC; more than one may be written. */
  readonly bindings: readonly Binding[];
  readonly state: VnicState;
}

/** Why the packet is refused; undefined when it is not. */
export function spoofed(packet: Packet, guarded: Guarded): ReasonCode | undefined {
  // Always, whatever its MAC: who has no address yet cannot claim another's.
  if (asksForLease(packet)) return undefined;
  const { vnic, bindings } = guarded;
  const bound = bindings.flatMap(({ mac }) => mac ?? []);
  // A vNIC that declares no MAC, and has none bound, may have any.
  const strange = (mac: number) =>
    bound.length > 0 ? !bound.includes(mac) : vnic.mac !== undefined && vnic.mac !== mac;
  if (strange(packet.eth.src)) return "spoofguard-mac";
  const { arp, ip, icmp } = packet;
  if (arp) {
    if (strange(arp.senderMac)) return "spoofguard-arp";
    // A probe (RFC 5227) has no sender address, and claims none.
    return arp.senderIp === 0 || approved(arp.senderIp, guarded, "arp") ? undefined : "spoofguard-arp";
  }
  if (!ip) return undefined;
  const nd = ip.version === 6 && (icmp?.type === SOLICITATION || icmp?.type === ADVERTISEMENT) ? icmp : undefined;
  const unspecified = ip.src === 0n && icmp !== undefined && FROM_UNSPECIFIED.has(icmp.type);
  // An advertisement speaks of its target; a solicitation does when it asks for the sender's own address to be.
  const claims = nd && (nd.type === ADVERTISEMENT || ip.src === 0n) ? nd.target : undefined;
  const reports = nd?.type === ADVERTISEMENT && claims === ip.src;
  if (!unspecified && !approved(ip.src, guarded, reports ? "nd" : undefined))
    return ip.version === 4 ? "spoofguard-ipv4" : "spoofguard-ipv6";
  return claims === undefined || approved(claims, guarded, "nd") ? undefined : "spoofguard-nd";
}

/** DHCP, of either family, by a client that has no address yet (RFC 2131, RFC 8415). */
function asksForLease({ ip, udp }: Packet): boolean {
  if (ip?.src === 0) return udp?.srcPort === 68 && udp.dstPort === 67;
  return ip?.src === 0n && udp?.srcPort === 546 && udp.dstPort === 547;
}

/** `reported`: the packet is one that discovery would report this address from. */
function approved(ip: Ip, { block, bindings, state }: Guarded, reported?: "arp" | "nd"): boolean {
  if (bindings.some(({ ips }) => ips.includes(ip)) || state.approved.includes(ip)) return true;
  if (block.allowLocal && isLinkLocal(ip)) return true;
  if (block.spoofguard.mode !== "tofu") return false;
  const first = state.first[familyOf(ip)];
  if (first !== undefined) return first === ip;
  // Trust on first use: the very packet that reports the first address is the first use.
  return reported !== undefined && block.discover.methods.has(reported);
}
