import { applicationOf, TCP_PORTS, UDP_PORTS } from "./applications.ts";
import { u8, u16, u32 } from "./bytes.ts";
import { verifyTransport } from "./checksums.ts";
import { dhcp, dhcpv6 } from "./dhcp.ts";
import { bogus, type Draft, has, hasHeader, Layer, name, rare } from "./draft.ts";
import { extensionsBehindIpv4, isExtension } from "./extensions.ts";
import { hip } from "./hip.ts";
import { objects } from "./icmpExtensions.ts";
import { icmpv6 } from "./icmpv6.ts";
import { igmp } from "./igmp.ts";
import { PortMap } from "./portMap.ts";
import { sctp } from "./sctp.ts";
import {
  ah,
  ayiya,
  esp,
  geneve,
  gre,
  gtp,
  l2tp,
  lispControl,
  lispData,
  teredo,
  udpEncapsulation,
  vxlan,
  vxlanGpe,
} from "./tunnels.ts";

/** tshark's names of the IP protocols (IANA) that it decodes and we do not. */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  9: ":igrp",
  36: ":xtp",
  46: ":rsvp",
  48: ":dsr",
  53: ":swipe",
  54: ":nhrp",
  62: ":mipv6",
  88: ":eigrp",
  89: ":ospf",
  103: ":pim",
  108: ":ipcomp:data",
  112: ":vrrp",
  113: ":pgm",
  115: ":l2tp:data",
};

/** The layer that `draft.type`, an IP protocol, names. */
export function transport(draft: Draft): Layer {
  // Behind IPv4 a dissector that has no octets is not asked; behind IPv6, and behind extension headers, it is.
  const isBehind4 = draft.ip?.version === 4 && draft.ip.extensions === undefined;
  if (draft.at >= draft.end && isBehind4 && (draft.isQuoted || draft.at >= draft.limit)) return Layer.Done;
  if (draft.verify) verifyTransport(draft);
  switch (draft.type) {
    case 6:
      return tcp(draft);
    case 17:
      return udp(draft);
    case 1:
      return icmp(draft);
    case 58:
      return icmpv6(draft);
    case 2:
      return igmp(draft);
    case 4:
    case 41: {
      const type = draft.type === 4 ? 0x0800 : 0x86dd;
      if (has(draft, 1, "IP header"))
        rare(draft).nested = { role: "inner", layer: Layer.Ip, at: draft.at, type, via: "" };
      return Layer.Done;
    }
    case 47:
      return gre(draft, draft.at);
    case 50:
      return esp(draft);
    case AUTHENTICATION:
      return ah(draft);
    case 97:
      draft.protocols += ":etherip";
      if (has(draft, 2, "EtherIP header")) {
        rare(draft).nested = { role: "inner", layer: Layer.Ethernet, at: draft.at + 2, type: 0, via: "" };
      }
      return Layer.Done;
    case 132:
      return sctp(draft);
    case 137:
      rare(draft).nested = { role: "inner", layer: Layer.EtherType, at: draft.at, type: 0x8847, via: "" };
      return Layer.Done;
    case 143:
      // RFC 8986, 10.1.
      rare(draft).nested = { role: "inner", layer: Layer.Ethernet, at: draft.at, type: 0, via: "" };
      return Layer.Done;
    case 33:
      return dccp(draft);
    case 136:
      // RFC 3828: its ports are the packet's own, which rules for UDP do not see.
      draft.protocols += ":udplite";
      rare(draft).part = { layer: "udp", octets: draft.data.subarray(draft.at, Math.min(draft.at + 8, draft.end)) };
      if (has(draft, 8, "UDP-Lite header") && draft.at + 8 < draft.end) draft.protocols += ":data";
      return Layer.Done;
    case HOST_IDENTITY:
      return hip(draft);
    case 59:
      draft.protocols += draft.at < draft.end ? ":data" : "";
      return Layer.Done;
    default:
      // Behind IPv6 they have been read by now.
      if (isExtension(draft.type)) return extensionsBehindIpv4(draft);
      draft.protocols += PROTOCOL_NAMES[draft.type] ?? (draft.at < draft.end ? ":data" : "");
      return Layer.Done;
  }
}

/** RFC 4340, 5.1: the header's length is in words. */
function dccp(draft: Draft): Layer {
  draft.protocols += ":dccp";
  if (!has(draft, 12, "DCCP header")) return Layer.Done;
  const size = 4 * u8(draft.data, draft.at + 4);
  if (size >= 12 && draft.at + size < draft.end) draft.protocols += ":data";
  return Layer.Done;
}

/** RFC 4302. */
const AUTHENTICATION = 51;
/** RFC 7401, 5.1. */
const HOST_IDENTITY = 139;
const RST = 4;

/** RFC 9293. */
function tcp(draft: Draft): Layer {
  name(draft, ":tcp");
  const { data, at } = draft;
  if (at + 20 > draft.end) {
    partPorts(draft, at, 4);
    hasHeader(draft, 20, "tcp", "TCP header");
    // Of what ICMPv6 quotes tshark shows the ports alone.
    if (draft.isInError && draft.ip?.version === 6)
      rare(draft).part = { layer: "tcp", octets: data.subarray(at, Math.min(at + 4, draft.end)) };
    return Layer.Done;
  }
  const word = u16(data, at + 12);
  const headerLength = (word >> 12) * 4;
  const srcPort = u16(data, at);
  const dstPort = u16(data, at + 2);
  const plain = {
    srcPort,
    dstPort,
    seq: u32(data, at + 4),
    ack: u32(data, at + 8),
    flags: word & 0xfff,
    window: u16(data, at + 14),
    headerLength,
  };
  draft.tcp = plain;
  if (headerLength <= 20) {
    draft.at = at + 20;
    if (headerLength < 20) {
      bogus(draft, at + 12, `a TCP header of ${headerLength} octets`);
      return Layer.Done;
    }
  } else {
    if (!has(draft, headerLength, "TCP options")) {
      draft.at = at + 20;
      return Layer.Done;
    }
    draft.tcp = { ...plain, options: data.subarray(at + 20, at + headerLength) };
    draft.at = at + headerLength;
    if (!tcpOptions(draft, at + 20)) return Layer.Done;
  }
  const urgent = u16(data, at + 18);
  if (urgent !== 0) draft.tcp = { ...draft.tcp, urgent };
  // What a RST carries is its cause (RFC 9293, 3.5.2), no application's.
  if (draft.at < draft.end && (plain.flags & RST) === 0) {
    name(draft, applicationOf(TCP_PORTS, srcPort, dstPort));
  }
  return Layer.Done;
}

const SELECTIVE_ACKNOWLEDGMENT = 5;
const MULTIPATH = 30;

/** RFC 9293, 3.1; RFC 2018, 3: a selective acknowledgment has pairs of sequence numbers. What else is odd is only noted. */
function tcpOptions(draft: Draft, from: number): boolean {
  const { data, at: end } = draft;
  for (let at = from; at + 2 <= end; ) {
    const kind = u8(data, at);
    if (kind === 0) break;
    const size = kind === 1 ? 1 : u8(data, at + 1);
    if (size === 0 || (kind !== 1 && size < 2) || at + size > end) break;
    if (kind === SELECTIVE_ACKNOWLEDGMENT && (size === 2 || size % 8 !== 2)) {
      rare(draft).malformed = { at: at + 1, why: `a selective acknowledgment of ${size} octets` };
      return size >= 10;
    }
    if (kind === MULTIPATH && !multipath(draft, at, size)) return false;
    at += size;
  }
  return true;
}

const DATA_SEQUENCE_SIGNAL = 2;
/** Octets of options that have more than their subtype and flags (RFC 8684, 3). */
const MULTIPATH_LENGTHS: Readonly<Record<number, number>> = { 0: 4, 3: 4, 6: 12, 7: 12, 8: 4 };

/** RFC 8684: Wireshark has a dissector for the option, and names it. The flags of a data sequence signal tell its length. */
function multipath(draft: Draft, at: number, size: number): boolean {
  draft.protocols += ":mptcp";
  const { data } = draft;
  let least = at + 3 <= draft.at ? (MULTIPATH_LENGTHS[u8(data, at + 2) >> 4] ?? 3) : 3;
  if (size >= 4 && u8(data, at + 2) >> 4 === DATA_SEQUENCE_SIGNAL) {
    const flags = u8(data, at + 3);
    const acknowledgment = (flags & 1) === 0 ? 0 : (flags & 2) === 0 ? 4 : 8;
    const mapping = (flags & 4) === 0 ? 0 : (flags & 8) === 0 ? 10 : 14;
    least = 4 + acknowledgment + mapping;
  }
  if (size >= least) return true;
  rare(draft).malformed = { at: at + 1, why: `a multipath option of ${size} octets` };
  return false;
}

/** The ports of a header that is not whole, as an ICMP error quotes them (RFC 792: 8 octets). */
function partPorts(draft: Draft, at: number, seqAt: number): void {
  if (at + 4 > draft.end) return;
  const { data } = draft;
  const seq = at + seqAt + 4 <= draft.end ? u32(data, at + seqAt) : undefined;
  rare(draft).ports = { srcPort: u16(data, at), dstPort: u16(data, at + 2), ...(seq !== undefined && { seq }) };
}

const DHCP_SERVER = 67;
const DHCP_CLIENT = 68;
/** Of the preboot execution environment (PXE 2.1). */
const BOOT_SERVER = 4011;
const isDhcp = (port: number): boolean => port === DHCP_SERVER || port === DHCP_CLIENT || port === BOOT_SERVER;

/** RFC 768. */
function udp(draft: Draft): Layer {
  name(draft, ":udp");
  if (!hasHeader(draft, 8, "udp", "UDP header")) return Layer.Done;
  const { data, at } = draft;
  const srcPort = u16(data, at);
  const dstPort = u16(data, at + 2);
  const length = u16(data, at + 4);
  draft.udp = { srcPort, dstPort, length };
  draft.at = at + 8;
  if (length < 8) {
    // 0 is a jumbogram's (RFC 2675).
    if (length !== 0 || draft.ip?.version === 4) {
      rare(draft).malformed = { at: at + 4, why: `a UDP length of ${length} octets` };
      return Layer.Done;
    }
  } else if (at + length < draft.limit) {
    draft.limit = at + length;
    if (draft.limit < draft.end) draft.end = draft.limit;
  } else if (at + length > draft.limit && draft.ip?.moreFragments === false && !draft.isInError) {
    // What is there is decoded all the same.
    rare(draft).malformed = { at: at + 4, why: `a UDP length of ${length} octets, more than IP carries` };
  }
  if (draft.at >= draft.end) return Layer.Done;
  const low = Math.min(srcPort, dstPort);
  const high = Math.max(srcPort, dstPort);
  // The lower port is asked first.
  if (isDhcp(low) || (isDhcp(high) && !UDP_PORTS.has(low))) return dhcp(draft);
  const tunnel = TUNNEL_PORTS.get(low) ?? TUNNEL_PORTS.get(high);
  if (tunnel !== undefined) return tunnel(draft);
  switch (dstPort) {
    case 4789:
      return vxlan(draft);
    case 4790:
      return vxlanGpe(draft);
    case 6081:
      return geneve(draft);
    case 4754:
      return gre(draft, draft.at);
    case 6635:
      rare(draft).nested = { role: "inner", layer: Layer.EtherType, at: draft.at, type: 0x8847, via: "" };
      return Layer.Done;
    case 4341:
      return lispData(draft);
    case 4342:
      return lispControl(draft);
  }
  if (low === 546 || low === 547) return dhcpv6(draft);
  name(draft, applicationOf(UDP_PORTS, srcPort, dstPort));
  return Layer.Done;
}

/** Tunnels that both directions know by the port. */
const TUNNEL_PORTS = new PortMap<(draft: Draft) => Layer>([
  [1701, l2tp],
  [2152, gtp],
  [3544, teredo],
  [4500, udpEncapsulation],
  [5072, ayiya],
]);

/** Octets of ICMP's messages that tshark reads beyond the six of every header (RFC 792, 950, 8335). */
const ICMP_LENGTHS: Readonly<Record<number, number>> = {
  0: 8,
  3: 8,
  4: 8,
  5: 9,
  8: 8,
  9: 8,
  11: 8,
  12: 8,
  13: 20,
  14: 20,
  15: 8,
  16: 8,
  17: 12,
  18: 12,
  42: 8,
  43: 8,
};
const ROUTER_ADVERTISEMENT = 9;
/** RFC 8335. */
const EXTENDED_ECHO = 42;

/** RFC 792: echo, timestamp, information (13–16), address mask (17, 18) have an identifier; errors quote. */
function icmp(draft: Draft): Layer {
  name(draft, ":icmp");
  // Wireshark reads the first six octets before it shows the type.
  if (!has(draft, 6, "ICMP header")) return Layer.Done;
  const { data, at } = draft;
  const type = u8(data, at);
  const code = u8(data, at + 1);
  const isEcho = type === 8 || type === 0;
  const isIdentified = isEcho || (type >= 13 && type <= 18);
  const isWhole = has(draft, ICMP_LENGTHS[type] ?? 6, "ICMP message");
  if (at + 8 > draft.end) {
    draft.icmp = { type, code };
    draft.at = at + 4;
    return Layer.Done;
  }
  draft.at = at + 8;
  if (isIdentified) {
    draft.icmp = { type, code, id: u16(data, at + 4), seq: u16(data, at + 6) };
    if (isEcho && draft.at < draft.end) draft.protocols += ":data";
    return Layer.Done;
  }
  const rest = u32(data, at + 4);
  draft.icmp = rest === 0 ? { type, code } : { type, code, rest };
  if (!isWhole) return Layer.Done;
  if ((type >= 3 && type <= 5) || type === 11 || type === 12) quote(draft);
  else if (type === EXTENDED_ECHO) objects(draft, draft.at);
  else if (type === ROUTER_ADVERTISEMENT) routers(draft, at);
  return Layer.Done;
}

/** RFC 1256: two words for each; lists of other sizes are not read. */
function routers(draft: Draft, at: number): void {
  if (u8(draft.data, at + 5) === 2) has(draft, 8 * u8(draft.data, at + 4), "list of routers");
  else if (draft.at < draft.end) draft.protocols += ":data";
}

function quote(draft: Draft): void {
  if (draft.at >= draft.end) return;
  rare(draft).nested = { role: "quoted", layer: Layer.Ip, at: draft.at, type: 0x0800, via: "" };
}
