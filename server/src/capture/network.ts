import { u8, u16, u24, u32, u48, u128 } from "./bytes.ts";
import { verifyIpv4 } from "./checksums.ts";
import { bogus, type Draft, has, hasHeader, Layer, name, rare, shortOf } from "./draft.ts";
import { ETHER_TAGS } from "./etherTags.ts";
import { ETHERTYPE_NAMES } from "./etherTypes.ts";
import { extensionHeaders, isExtension } from "./extensions.ts";
import { areListed, ipv4Options } from "./ipOptions.ts";
import type { IpHeader } from "./packet.ts";

/** The layer that `draft.type`, an EtherType, names. */
export function etherType(draft: Draft): Layer {
  switch (draft.type) {
    case 0x0800:
    case 0x86dd:
      return Layer.Ip;
    case 0x0806:
    case 0x8035:
      return Layer.Arp;
    case 0x8847:
    case 0x8848:
      return mpls(draft);
    case 0x8864:
      return pppoeSession(draft);
    case JUMBO_LLC:
      return Layer.Llc;
    case 0x6558:
      rare(draft).nested = { role: "inner", layer: Layer.Ethernet, at: draft.at, type: 0, via: "" };
      return Layer.Done;
    default: {
      const tag = ETHER_TAGS.get(draft.type);
      if (tag !== undefined) return tag(draft);
      draft.protocols += ETHERTYPE_NAMES[draft.type] ?? (draft.at < draft.end ? ":data" : "");
      return Layer.Done;
    }
  }
}

/** Frames with LLC that are longer than a length field can say (draft-ietf-isis-ext-eth). */
const JUMBO_LLC = 0x8870;
/** RFC 2225. */
const ATM_HARDWARE = 19;

/** RFC 826. */
export function arp(draft: Draft): Layer {
  draft.protocols += ":arp";
  if (!has(draft, 8, "ARP header")) return Layer.Done;
  const { data, at } = draft;
  const hardware = { type: u16(data, at), length: u8(data, at + 4) };
  const network = { type: u16(data, at + 2), length: u8(data, at + 5) };
  const size = 8 + 2 * (hardware.length + network.length);
  const mac = hardware.length === 6 ? u48 : () => 0;
  const ip = network.length === 4 ? u32 : () => 0;
  const opcode = u16(data, at + 6);
  const whole = at + size <= draft.end;
  const targetAt = at + 8 + hardware.length + network.length;
  rare(draft).arp = {
    opcode,
    senderMac: whole ? mac(data, at + 8) : 0,
    senderIp: whole ? ip(data, at + 8 + hardware.length) : 0,
    targetMac: whole ? mac(data, targetAt) : 0,
    targetIp: whole ? ip(data, targetAt + hardware.length) : 0,
    ...((hardware.type !== 1 || hardware.length !== 6) && { hardware }),
    ...((network.type !== 0x0800 || network.length !== 4) && { network }),
  };
  if (!whole) shortOf(draft, at + size, "ARP addresses");
  if (hardware.type === ATM_HARDWARE) draft.protocols += ":atmarp";
  draft.at = Math.min(at + size, draft.end);
  return Layer.Done;
}

/** RFC 791 or RFC 8200, as the type says. Where IPv4 is expected, Wireshark takes IPv6, too; not the other way round. */
export function internet(draft: Draft): Layer {
  const expected = draft.type === 0x86dd ? 6 : 4;
  const version = draft.at < draft.end ? u8(draft.data, draft.at) >> 4 : expected;
  if (version === expected) return version === 6 ? Layer.Ip6 : ipv4(draft);
  if (expected === 6) {
    draft.protocols += draft.protocols === "" ? "data" : ":data";
    wrongVersion(draft, version);
    rare(draft).malformed = { at: draft.at, why: `IP version ${version} where IPv6 is announced` };
    return Layer.Done;
  }
  draft.protocols += draft.protocols === "" ? "ip" : ":ip";
  if (version === 6) return Layer.Ip6;
  wrongVersion(draft, version);
  return Layer.Done;
}

function wrongVersion(draft: Draft, version: number): void {
  bogus(draft, draft.at, `IP version ${version}`);
  rare(draft).part = { layer: "version", octets: draft.data.subarray(draft.at, draft.end) };
}

function ipv4(draft: Draft): Layer {
  name(draft, draft.protocols === "" ? "ip" : ":ip");
  const { data, at } = draft;
  const headerLength = at < draft.end ? (u8(data, at) & 15) * 4 : 20;
  if (headerLength < 20 && at + 20 > draft.end) {
    bogus(draft, at, `an IPv4 header of ${headerLength} octets`);
    rare(draft).part = { layer: "ip", octets: data.subarray(at, at + 1) };
    return Layer.Done;
  }
  if (!hasHeader(draft, 20, "ip", "IPv4 header")) return Layer.Done;
  const length = u16(data, at + 2);
  const fragment = u16(data, at + 6);
  const ip: IpHeader = {
    version: 4,
    src: u32(data, at + 12),
    dst: u32(data, at + 16),
    protocol: u8(data, at + 9),
    ttl: u8(data, at + 8),
    dscp: u8(data, at + 1) >> 2,
    ecn: u8(data, at + 1) & 3,
    id: u16(data, at + 4),
    dontFragment: (fragment & 0x4000) !== 0,
    moreFragments: (fragment & 0x2000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    headerLength,
    length,
  };
  draft.ip = ip;
  draft.ipAt = at;
  if (headerLength < 20) {
    bogus(draft, at, `an IPv4 header of ${headerLength} octets`);
    return Layer.Done;
  }
  // A length of 0 is what a sending host's capture shows when the network card segments (TSO).
  if (length !== 0 && length < headerLength) {
    bogus(draft, at + 2, `an IPv4 length of ${length} octets, less than the header`);
    return Layer.Done;
  }
  if (length !== 0 && at + length <= draft.limit) {
    draft.limit = at + length;
    if (draft.limit < draft.end) draft.end = draft.limit;
  } else rare(draft).room = draft.limit - at;
  if (headerLength > 20) {
    if (at + headerLength > draft.end) {
      if (areListed(data.subarray(at + 20, draft.end), headerLength - 20))
        draft.ip = { ...ip, options: data.subarray(at + 20, draft.end) };
      shortOf(draft, at + headerLength, "IPv4 options", false);
      draft.at += 20;
      return Layer.Done;
    }
    draft.ip = { ...ip, options: data.subarray(at + 20, at + headerLength) };
    if (!ipv4Options(draft, at + 20, at + headerLength)) {
      draft.at += headerLength;
      return Layer.Done;
    }
  }
  if (draft.verify) verifyIpv4(draft, at, headerLength);
  draft.at = at + headerLength;
  draft.type = ip.protocol;
  if (ip.fragmentOffset !== 0) {
    if (draft.at < draft.end) draft.protocols += ":data";
    return Layer.Done;
  }
  return Layer.Transport;
}

const HOP_BY_HOP = 0;

export function ipv6(draft: Draft): Layer {
  name(draft, draft.protocols === "" ? "ipv6" : ":ipv6");
  if (!hasHeader(draft, 40, "ipv6", "IPv6 header")) return Layer.Done;
  const { data, at } = draft;
  const length = u16(data, at + 4);
  const nextHeader = u8(data, at + 6);
  const trafficClass = (u16(data, at) >> 4) & 0xff;
  const flowLabel = u24(data, at + 1) & 0xfffff;
  const plain = {
    version: 6 as const,
    src: u128(data, at + 8),
    dst: u128(data, at + 24),
    protocol: nextHeader,
    ttl: u8(data, at + 7),
    dscp: trafficClass >> 2,
    ecn: trafficClass & 3,
    id: 0,
    dontFragment: false,
    moreFragments: false,
    fragmentOffset: 0,
    headerLength: 40,
    length,
    flowLabel,
  };
  draft.at = at + 40;
  draft.type = nextHeader;
  // 0 stands for a jumbogram (RFC 2675), which says its length in the first extension header.
  if ((length !== 0 || nextHeader !== HOP_BY_HOP) && at + 40 + length < draft.limit) {
    draft.limit = at + 40 + length;
    if (draft.limit < draft.end) draft.end = draft.limit;
  } else if (at + 40 + length !== draft.limit) rare(draft).room = draft.limit - at;
  draft.ip = plain;
  draft.ipAt = at;
  return isExtension(nextHeader) ? extensionHeaders(draft) : Layer.Transport;
}

const ETHERNET_HEADER = 14;

/** RFC 3032. What the labels carry is not said: the first four bits of it tell IP from the rest (RFC 4928). */
export function mpls(draft: Draft): Layer {
  draft.protocols += ":mpls";
  const labels: number[] = [];
  let at = draft.at;
  for (;;) {
    if (at + 4 > draft.end) {
      rare(draft).mpls = labels;
      shortOf(draft, at + 4, "MPLS label stack");
      return Layer.Done;
    }
    const entry = u32(draft.data, at);
    labels.push(entry >>> 12);
    at += 4;
    if ((entry & 0x100) !== 0) break;
  }
  const notes = rare(draft);
  notes.mpls = labels;
  if (at >= draft.end) shortOf(draft, at + 1, "MPLS payload");
  const nibble = at < draft.end ? u8(draft.data, at) >> 4 : -1;
  if (nibble === 4 || nibble === 6) {
    notes.nested = { role: "inner", layer: Layer.Ip, at, type: nibble === 4 ? 0x0800 : 0x86dd, via: "" };
  } else if (nibble === 0) pseudowire(draft, at);
  else if (nibble === 1) {
    // RFC 5586: an associated channel's header has four octets.
    const isBfd = at + 4 < draft.end && u16(draft.data, at + 2) === BFD_CHANNEL;
    draft.protocols += at + 4 >= draft.end ? ":pwach" : isBfd ? ":pwach:bfd" : ":pwach:data";
    if (at + 4 > draft.end) shortOf(draft, at + 4, "associated channel's header");
  } else if (nibble > 0) draft.protocols += ":data";
  return Layer.Done;
}

/** RFC 5885: forwarding detection without IP. */
const BFD_CHANNEL = 7;

/** RFC 4448: Ethernet behind a control word of four octets, or without it, which only a look at the octets tells. */
function pseudowire(draft: Draft, at: number): void {
  if (at + 4 > draft.end) {
    draft.protocols += ":pwethheuristic:data";
    return;
  }
  const isPlain = looksLikeEthernet(draft, at);
  const via = `:pwethheuristic:${isPlain ? "pwethnocw" : "pwethcw"}`;
  if (!isPlain && at + 4 === draft.end) draft.protocols += via;
  else rare(draft).nested = { role: "inner", layer: Layer.Ethernet, at: isPlain ? at : at + 4, type: 0, via };
}

/** Two addresses of vendors, and a type or length that is one. */
function looksLikeEthernet({ data, end }: Draft, at: number): boolean {
  if (at + ETHERNET_HEADER > end) return false;
  const isVendors = ((u8(data, at) | u8(data, at + 6)) & 3) === 0;
  const type = u16(data, at + 12);
  return isVendors && (type <= 1500 || ETHERTYPE_NAMES[type] !== undefined || FRAME_TYPES.has(type));
}
/** What `etherType` and tags read themselves. */
const FRAME_TYPES: ReadonlySet<number> = new Set([0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8847, 0x8864]);

/** RFC 2516: six octets, and PPP. */
function pppoeSession(draft: Draft): Layer {
  draft.protocols += ":pppoes";
  if (!has(draft, 6, "PPPoE header")) return Layer.Done;
  rare(draft).nested = { role: "inner", layer: Layer.Ppp, at: draft.at + 6, type: 0, via: "" };
  return Layer.Done;
}
