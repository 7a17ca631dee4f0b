import { applicationOf, TCP_PORTS, UDP_PORTS } from "./applications.ts";
import { u8, u16, u32, u128 } from "./bytes.ts";
import { verifyTransport } from "./checksums.ts";
import { dhcp, dhcpv6 } from "./dhcp.ts";
import { bogus, type Draft, has, hasHeader, Layer, rare, shortOf } from "./draft.ts";
import type { Icmp } from "./packet.ts";
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
} from "./tunnels.ts";

/** tshark's names of the IP protocols (IANA) that it decodes and we do not. */
const PROTOCOL_NAMES: Readonly<Record<number, string>> = {
  3: ":ggp",
  8: ":egp",
  9: ":igrp",
  27: ":rdp",
  33: ":dccp",
  46: ":rsvp",
  54: ":nhrp",
  55: ":mobile",
  62: ":mipv6",
  77: ":sunnd",
  81: ":vmtp",
  88: ":eigrp",
  89: ":ospf",
  103: ":pim",
  108: ":ipcomp",
  112: ":vrrp",
  115: ":l2tp",
  124: ":isis",
  136: ":udplite",
  139: ":hip",
  140: ":shim6",
};

/** The layer that `draft.type`, an IP protocol, names. */
export function transport(draft: Draft): Layer {
  // Behind IPv4 a dissector that has no octets is not asked; behind IPv6 it is.
  if (draft.at >= draft.end && draft.ip?.version === 4) return Layer.Done;
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
    case 51:
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
    case 59:
      draft.protocols += ":ipv6.nonxt";
      return Layer.Done;
    default:
      draft.protocols += PROTOCOL_NAMES[draft.type] ?? (draft.at < draft.end ? ":data" : "");
      return Layer.Done;
  }
}

const RST = 4;

/** RFC 9293. */
function tcp(draft: Draft): Layer {
  draft.protocols += ":tcp";
  const { data, at } = draft;
  if (at + 20 > draft.end) {
    partPorts(draft, at, 4);
    hasHeader(draft, 20, "tcp", "TCP header");
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
  }
  const urgent = u16(data, at + 18);
  if (urgent !== 0) draft.tcp = { ...draft.tcp, urgent };
  // What a RST carries is its cause (RFC 9293, 3.5.2), no application's.
  if (draft.at < draft.end && (plain.flags & RST) === 0) {
    draft.protocols += applicationOf(TCP_PORTS, srcPort, dstPort);
  }
  return Layer.Done;
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

/** RFC 768. */
function udp(draft: Draft): Layer {
  draft.protocols += ":udp";
  if (!hasHeader(draft, 8, "udp", "UDP header")) return Layer.Done;
  const { data, at } = draft;
  const srcPort = u16(data, at);
  const dstPort = u16(data, at + 2);
  const length = u16(data, at + 4);
  draft.udp = { srcPort, dstPort, length };
  draft.at = at + 8;
  if (length < 8) {
    // 0 is a jumbogram's (RFC 2675).
    if (length !== 0) {
      bogus(draft, at + 4, `a UDP length of ${length} octets`);
      return Layer.Done;
    }
  } else if (at + length < draft.limit) {
    draft.limit = at + length;
    if (draft.limit < draft.end) draft.end = draft.limit;
  } else if (at + length > draft.limit && draft.ip?.moreFragments === false) {
    // What is there is decoded all the same.
    rare(draft).malformed = { at: at + 4, why: `a UDP length of ${length} octets, more than IP carries` };
  }
  if (draft.at >= draft.end) return Layer.Done;
  const low = Math.min(srcPort, dstPort);
  if (low === DHCP_SERVER || low === DHCP_CLIENT) return dhcp(draft);
  const tunnel = TUNNEL_PORTS.get(low) ?? TUNNEL_PORTS.get(Math.max(srcPort, dstPort));
  if (tunnel !== undefined) return tunnel(draft);
  switch (dstPort) {
    case 4789:
      return vxlan(draft);
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
  draft.protocols += applicationOf(UDP_PORTS, srcPort, dstPort);
  return Layer.Done;
}

/** Tunnels that both directions know by the port. */
const TUNNEL_PORTS: ReadonlyMap<number, (draft: Draft) => Layer> = new Map([
  [1701, l2tp],
  [2152, gtp],
  [3544, teredo],
  [4500, udpEncapsulation],
  [5072, ayiya],
]);

/** RFC 9260. */
function sctp(draft: Draft): Layer {
  draft.protocols += ":sctp";
  if (!has(draft, 12, "SCTP header")) {
    partPorts(draft, draft.at, 4);
    return Layer.Done;
  }
  const { data, at } = draft;
  rare(draft).sctp = { srcPort: u16(data, at), dstPort: u16(data, at + 2), verificationTag: u32(data, at + 4) };
  draft.at += 12;
  return Layer.Done;
}

/** RFC 792: echo, timestamp, information (13–16), address mask (17, 18: RFC 950) have an identifier; errors quote. */
function icmp(draft: Draft): Layer {
  draft.protocols += ":icmp";
  // Wireshark reads the first six octets before it shows the type.
  if (!has(draft, 6, "ICMP header")) return Layer.Done;
  const { data, at } = draft;
  const type = u8(data, at);
  const code = u8(data, at + 1);
  if (at + 8 > draft.end) return shortIcmp(draft, type <= 18);
  draft.at = at + 8;
  const isEcho = type === 8 || type === 0;
  if (isEcho || (type >= 13 && type <= 18)) {
    draft.icmp = { type, code, id: u16(data, at + 4), seq: u16(data, at + 6) };
    if (isEcho && draft.at < draft.end) draft.protocols += ":data";
    return Layer.Done;
  }
  const rest = u32(data, at + 4);
  draft.icmp = rest === 0 ? { type, code } : { type, code, rest };
  if ((type >= 3 && type <= 5) || type === 11 || type === 12) quote(draft, 0x0800);
  return Layer.Done;
}

/** A message of which type, code and checksum are there; of the types that we know the header has eight octets. */
function shortIcmp(draft: Draft, isKnown: boolean): Layer {
  const { data, at } = draft;
  draft.icmp = { type: u8(data, at), code: u8(data, at + 1) };
  if (isKnown) has(draft, 8, "ICMP header");
  draft.at = at + 4;
  return Layer.Done;
}

function quote(draft: Draft, type: number): void {
  if (draft.at >= draft.end) return;
  rare(draft).nested = { role: "quoted", layer: Layer.Ip, at: draft.at, type, via: "" };
}

/** RFC 4443; neighbour discovery RFC 4861. */
function icmpv6(draft: Draft): Layer {
  draft.protocols += ":icmpv6";
  if (!hasHeader(draft, 4, "icmpv6", "ICMPv6 header")) return Layer.Done;
  const { data, at } = draft;
  const type = u8(data, at);
  const code = u8(data, at + 1);
  if (at + 8 > draft.end) return shortIcmp(draft, type <= 4 || (type >= 128 && type <= 137));
  draft.at = at + 8;
  const found: { -readonly [K in keyof Icmp]: Icmp[K] } = { type, code };
  draft.icmp = found;
  if (type === 128 || type === 129) {
    found.id = u16(data, at + 4);
    found.seq = u16(data, at + 6);
    if (draft.at < draft.end) draft.protocols += ":data";
    return Layer.Done;
  }
  const rest = u32(data, at + 4);
  if (rest !== 0) found.rest = rest;
  if (type < 5 && type > 0) quote(draft, 0x86dd);
  else if (type === 135 || type === 136) {
    if (!has(draft, 16, "target address")) return Layer.Done;
    found.target = u128(data, at + 8);
  }
  const optionsAt = DISCOVERY_OPTIONS_AT[type];
  if (optionsAt !== undefined) discoveryOptions(draft, at + optionsAt);
  return Layer.Done;
}

/** Router solicitation and advertisement, neighbour solicitation and advertisement, redirect (RFC 4861, 4). */
const DISCOVERY_OPTIONS_AT: Readonly<Record<number, number>> = { 133: 8, 134: 16, 135: 24, 136: 24, 137: 40 };

/** RFC 4861, 4.6: a length of 0 makes the packet invalid; an option must not go beyond its end. */
function discoveryOptions(draft: Draft, from: number): void {
  const { data, end } = draft;
  for (let at = from; at < end; ) {
    const size = at + 2 <= end ? u8(data, at + 1) * 8 : 2;
    if (size === 0) {
      rare(draft).malformed = { at: at + 1, why: "an option of neighbour discovery with a length of 0" };
      return;
    }
    if (at + size > end) {
      shortOf(draft, at + size, "option of neighbour discovery");
      return;
    }
    const type = u8(data, at);
    const [least, most, odd] = OPTION_LENGTHS[type] ?? [1, 255];
    const units = size / 8;
    if (units < least || units > most || (odd && units % 2 === 0))
      rare(draft).malformed ??= { at: at + 1, why: `option ${type} of neighbour discovery with a length of ${units}` };
    // RFC 8781, 4: codes of prefix lengths 96, 64, 56, 48, 40 and 32.
    else if (type === PREF64 && (u8(data, at + 3) & 7) > 5)
      rare(draft).malformed ??= { at: at + 3, why: "a PREF64 option with a prefix length code above 5" };
    at += size;
  }
}

const PREF64 = 38;
/**
 * Lengths of options, in units of 8 octets: least, most, and whether they are odd. Prefix information and MTU (RFC
 * 4861), advertisement interval, home agent and IP address (RFC 6275, 5568), route information (RFC 4191), DNS servers
 * and flags (RFC 8106, 5175), 6LoWPAN's (RFC 6775) and PREF64 (RFC 8781).
 */
const OPTION_LENGTHS: Readonly<Record<number, readonly [least: number, most: number, odd?: true]>> = {
  3: [4, 4],
  5: [1, 1],
  7: [1, 1],
  8: [1, 1],
  13: [2, 2],
  17: [3, 3],
  18: [3, 3],
  23: [3, 3],
  24: [1, 3],
  25: [1, 255, true],
  26: [1, 1],
  32: [3, 255],
  33: [2, 2],
  34: [1, 3],
  35: [3, 3],
  36: [1, 1],
  [PREF64]: [2, 2],
};

/** RFC 3376; other protocols share the number with it (DVMRP 0x13, PIM version 1 0x14). */
function igmp(draft: Draft): Layer {
  draft.protocols += ":igmp";
  if (!has(draft, 1, "IGMP header")) return Layer.Done;
  const type = u8(draft.data, draft.at);
  rare(draft).igmp = { type };
  draft.protocols += type === 0x13 ? ":dvmrp" : type === 0x14 ? ":pim" : ":igmp";
  return Layer.Done;
}
