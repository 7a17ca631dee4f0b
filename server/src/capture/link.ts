import { u8, u16, u32 } from "./bytes.ts";
import { type Draft, has, Layer, NO_ETHERNET, rare } from "./draft.ts";
import { ethernetFrame, MAX_LENGTH_FIELD, tagName } from "./ethernet.ts";
import { networkLayer } from "./osi.ts";
import {
  arcnet,
  classicalIp,
  encapsulating,
  fddi,
  frameRelay,
  ipOverFibreChannel,
  llcOnly,
  netfilterLog,
  packetFilterLog,
  pppoe,
  sunAtm,
  tokenRing,
  UNDECODED,
} from "./rareLinks.ts";
import { avs, perPacketInformation, prism, radiotap, wlan } from "./wireless.ts";

/** Link types that we decode (https://www.tcpdump.org/linktypes.html): what to do first with a frame of each. */
export const LINK_TYPES: ReadonlyMap<number, (draft: Draft) => Layer> = new Map<number, (draft: Draft) => Layer>([
  [0, (draft) => loopback(draft, true)],
  [1, ethernetFrame],
  [6, tokenRing],
  [7, (draft) => arcnet(draft, 0)],
  [9, ppp],
  [10, fddi],
  [12, rawIp],
  [14, rawIp],
  [19, classicalIp],
  [50, ppp],
  [51, pppoe],
  [100, llcOnly],
  [101, rawIp],
  [104, ciscoHdlc],
  [105, wlan],
  [106, classicalIp],
  [107, frameRelay],
  [108, (draft) => loopback(draft, false)],
  [109, encapsulating],
  [113, linuxCooked],
  [117, packetFilterLog],
  [119, prism],
  [122, ipOverFibreChannel],
  [123, sunAtm],
  [127, radiotap],
  [129, (draft) => arcnet(draft, 2)],
  [163, avs],
  [178, juniperEthernet],
  [192, (draft) => perPacketInformation(draft, LINK_TYPES)],
  [204, pppWithDirection],
  [228, rawIpVersion],
  [229, rawIpVersion],
  [239, netfilterLog],
  [242, ipOverInfiniband],
  [258, packetTap],
  [276, linuxCooked2],
]);

function rawIp(draft: Draft): Layer {
  draft.protocols = "raw";
  return rawIpVersion(draft);
}

/** Link types 228 and 229 are one IP version each; tshark then leaves out "raw". */
function rawIpVersion(draft: Draft): Layer {
  draft.type = draft.end > draft.at && u8(draft.data, draft.at) >> 4 === 6 ? 0x86dd : 0x0800;
  draft.eth = { ...NO_ETHERNET, type: draft.type };
  return Layer.Ip;
}

/** AF_INET; AF_INET6 of the BSDs, FreeBSD and macOS. */
function familyType(family: number): number {
  if (family === 2) return 0x0800;
  return family === 24 || family === 28 || family === 30 ? 0x86dd : 0;
}

function loopback(draft: Draft, hostOrder: boolean): Layer {
  draft.protocols = "null";
  if (!has(draft, 4, "loopback header")) return Layer.Done;
  const value = u32(draft.data, draft.at);
  // The capturing host's byte order is not known: a family fits in 16 bits in one of the two.
  const family = hostOrder && value > 0xffff ? swap32(value) : value;
  draft.at += 4;
  return known(draft, familyType(family));
}

function swap32(value: number): number {
  return ((value >>> 24) | ((value >>> 8) & 0xff00) | ((value & 0xff00) << 8) | (value << 24)) >>> 0;
}

function known(draft: Draft, type: number): Layer {
  draft.type = type;
  draft.eth = { ...NO_ETHERNET, type };
  if (type !== 0) return Layer.Ip;
  draft.protocols += ":data";
  return Layer.Done;
}

function linuxCooked(draft: Draft): Layer {
  draft.protocols = "sll";
  if (!has(draft, 16, "Linux cooked header")) return Layer.Done;
  const hardware = u16(draft.data, draft.at + 2);
  const protocol = u16(draft.data, draft.at + 14);
  draft.at += 16;
  return cookedProtocol(draft, hardware, protocol);
}

function linuxCooked2(draft: Draft): Layer {
  draft.protocols = "sll";
  if (!has(draft, 20, "Linux cooked header")) return Layer.Done;
  const hardware = u16(draft.data, draft.at + 8);
  const protocol = u16(draft.data, draft.at);
  draft.at += 20;
  return cookedProtocol(draft, hardware, protocol);
}

/** Linux's if_arp.h: a GRE tunnel, netlink. */
const GRE_HARDWARE = 778;
const NETLINK_HARDWARE = 824;
const GRE_PACKETS: ReadonlySet<number> = new Set([0x0800, 0x86dd, 0x0806, 0x8847]);

/** Linux's if_ether.h: below 0x600 are its own numbers; 1 is 802.3 without LLC, 4 is LLC. */
function cookedProtocol(draft: Draft, hardware: number, protocol: number): Layer {
  if (hardware === NETLINK_HARDWARE) {
    draft.protocols += ":netlink";
    return Layer.Done;
  }
  draft.eth = { ...NO_ETHERNET, type: protocol };
  if (protocol === 4) return Layer.Llc;
  if (protocol === 1) {
    draft.protocols += ":ipx";
    return Layer.Done;
  }
  if (protocol <= MAX_LENGTH_FIELD) {
    draft.protocols += ":data";
    return Layer.Done;
  }
  draft.type = protocol;
  // The numbers of a GRE tunnel's packets (RFC 2784), of which tags are none.
  if (hardware === GRE_HARDWARE) return GRE_PACKETS.has(protocol) ? Layer.EtherType : Layer.Done;
  draft.protocols += ":ethertype";
  if (protocol !== 0x8100 && protocol !== 0x88a8) return Layer.EtherType;
  draft.protocols += tagName(protocol);
  if (!has(draft, 4, "VLAN tag")) return Layer.Done;
  const control = u16(draft.data, draft.at);
  const tag = { tpid: protocol, id: control & 0xfff, priority: control >> 13, dei: (control & 0x1000) !== 0 };
  draft.type = u16(draft.data, draft.at + 2);
  draft.eth = { ...NO_ETHERNET, type: draft.type, tags: [tag] };
  draft.protocols += ":ethertype";
  draft.at += 4;
  return Layer.EtherType;
}

/** RFC 1661; with HDLC-like framing (RFC 1662) address and control come first. */
function ppp(draft: Draft): Layer {
  const first = draft.end > draft.at ? draft.data[draft.at] : 0;
  draft.protocols = "ppp";
  if (first === 0x0f || first === 0x8f) {
    draft.protocols = "ppp:chdlc";
    return chdlcHeader(draft);
  }
  return pppFrame(draft);
}

/** A PPP frame in whatever carries it. */
export function pppFrame(draft: Draft): Layer {
  draft.protocols = "ppp";
  if (draft.at < draft.end && u8(draft.data, draft.at) === 0xff) draft.at += 2;
  return pppProtocol(draft);
}

/** PPP's protocol field, one octet when it is odd (RFC 1661, 6.5). */
function pppProtocol(draft: Draft): Layer {
  if (!has(draft, 2, "PPP header")) return Layer.Done;
  const short = (u8(draft.data, draft.at) & 1) === 1;
  const protocol = short ? u8(draft.data, draft.at) : u16(draft.data, draft.at);
  draft.at += short ? 1 : 2;
  if (protocol === 0x21 || protocol === 0x57) return known(draft, protocol === 0x21 ? 0x0800 : 0x86dd);
  if (protocol === PPP_MULTILINK) return multilink(draft);
  if (protocol === PPP_OSI) {
    draft.protocols += ":osi";
    return networkLayer(draft);
  }
  if (protocol === PPP_MPLS) {
    draft.type = 0x8847;
    return Layer.EtherType;
  }
  draft.protocols += PPP_NAMES[protocol] ?? (draft.at < draft.end ? ":data" : "");
  return Layer.Done;
}

/** RFC 1990, 3: a fragment's number in four octets; the first fragment has the frame's protocol in front. */
function multilink(draft: Draft): Layer {
  draft.protocols += ":mp";
  if (!has(draft, 4, "multilink header")) return Layer.Done;
  const isFirst = (u8(draft.data, draft.at) & 0x80) !== 0;
  draft.at += 4;
  if (isFirst) return pppProtocol(draft);
  if (draft.at < draft.end) draft.protocols += ":data";
  return Layer.Done;
}

/** PPP's protocols (IANA) that tshark names. */
const PPP_NAMES: Readonly<Record<number, string>> = {
  41: ":ddp",
  43: ":ipx",
  45: ":vjc",
  47: ":vjc",
  49: ":bcp_bpdu",
  53: ":vines_ip",
  89: ":pppmux",
  253: ":comp_data",
  519: ":cdp",
  643: ":mpls",
  32801: ":ipcp",
  32803: ":osinlcp",
  32817: ":bcp_ncp",
  32855: ":ipv6cp",
  32857: ":pppmuxcp",
  33021: ":ccp",
  33287: ":cdpcp",
  33409: ":mplscp",
  49185: ":lcp",
  49187: ":pap",
  49193: ":cbcp",
  49195: ":bacp",
  49197: ":bap",
  49699: ":chap",
  49703: ":eap",
};
const PPP_MULTILINK = 0x3d;
const PPP_OSI = 0x23;
const PPP_MPLS = 0x281;

/** Link type 204 has an octet in front that says who sent the frame. */
function pppWithDirection(draft: Draft): Layer {
  draft.at = Math.min(draft.at + 1, draft.end);
  return pppFrame(draft);
}

/**
 * Juniper's header before an Ethernet frame: "MGC", flags, with 0x80 extensions behind their length; with 0x02 there is
 * no frame, but a packet behind the number of its protocol.
 */
function juniperEthernet(draft: Draft): Layer {
  draft.protocols = "juniper";
  if (!has(draft, 4, "Juniper header")) return Layer.Done;
  const { data, at } = draft;
  if (u16(data, at) !== 0x4d47 || u8(data, at + 2) !== 0x43) return ethernetFrame(draft);
  const flags = u8(data, at + 3);
  draft.at += 4;
  if ((flags & 0x80) !== 0) {
    if (!has(draft, 2, "Juniper header")) return Layer.Done;
    const size = 2 + u16(data, draft.at);
    if (!has(draft, size, "Juniper header")) return Layer.Done;
    draft.at += size;
  }
  if ((flags & 0x02) === 0) return ethernetFrame(draft);
  if (!has(draft, 4, "Juniper header")) return Layer.Done;
  const protocol = u8(data, draft.at);
  draft.at += 4;
  if (protocol === 2 || protocol === 6) return known(draft, protocol === 2 ? 0x0800 : 0x86dd);
  draft.protocols += ":data";
  return Layer.Done;
}

function ciscoHdlc(draft: Draft): Layer {
  draft.protocols = "chdlc";
  return chdlcHeader(draft);
}

function chdlcHeader(draft: Draft): Layer {
  if (!has(draft, 4, "Cisco HDLC header")) return Layer.Done;
  const protocol = u16(draft.data, draft.at + 2);
  draft.at += 4;
  draft.eth = { ...NO_ETHERNET, type: protocol };
  draft.type = protocol;
  if (protocol === 0x8035) {
    draft.protocols += ":slarp";
    return Layer.Done;
  }
  if (protocol === CHDLC_CDP) {
    draft.protocols += ":cdp";
    return Layer.Done;
  }
  if (protocol === CHDLC_OSI) {
    draft.protocols += ":osi";
    return networkLayer(draft);
  }
  return Layer.EtherType;
}
const CHDLC_CDP = 0x2000;
const CHDLC_OSI = 0xfefe;

/** RFC 4391; captured with the 40 octets of a global routing header's place in front, 44 in all. */
function ipOverInfiniband(draft: Draft): Layer {
  draft.protocols = "ipoib";
  if (!has(draft, 44, "IP over InfiniBand header")) return Layer.Done;
  const protocol = u16(draft.data, draft.at + 40);
  draft.at += 44;
  draft.eth = { ...NO_ETHERNET, type: protocol };
  draft.type = protocol;
  return Layer.EtherType;
}

/** Apple's PKTAP: a header in little-endian order, its length first and at 8 the link type of what follows. */
function packetTap(draft: Draft): Layer {
  draft.protocols = "pktap";
  if (!has(draft, 12, "PKTAP header")) return Layer.Done;
  const { data, at } = draft;
  const length = swap32(u32(data, at));
  const linkType = swap32(u32(data, at + 8));
  if (length < 12 || !has(draft, length, "PKTAP header")) return Layer.Done;
  draft.at += length;
  draft.protocols += ":pcap_pktdata";
  if (linkType === 1) return Layer.Ethernet;
  if (linkType !== 0) {
    unsupportedLink(draft, linkType);
    return Layer.Done;
  }
  if (!has(draft, 4, "loopback header")) return Layer.Done;
  const family = swap32(u32(data, draft.at));
  draft.at += 4;
  draft.protocols += ":null";
  return known(draft, familyType(family));
}

export function unsupportedLink(draft: Draft, linkType: number): void {
  const name = UNDECODED.get(linkType);
  if (name !== undefined && draft.end > draft.at) draft.protocols += draft.protocols === "" ? name : `:${name}`;
  const known = name === undefined ? "" : ` (${name.split(":", 1)[0]})`;
  rare(draft).unsupported = `link type ${linkType}${known} is not decoded`;
}
