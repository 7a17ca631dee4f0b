import { u8, u16, u24, u32 } from "./bytes.ts";
import { type Draft, has, Layer, type Nested, rare, shortOf } from "./draft.ts";

/** What is inside is decoded as a packet of its own, `inner`; the outer packet's payload keeps the tunnel's header. */
function carry(draft: Draft, layer: Layer, at: number, type: number, via = "", ip?: Nested["ip"]): Layer {
  if (at < draft.end || at < draft.limit)
    rare(draft).nested = { role: "inner", layer, at, type, via, ...(ip && { ip }) };
  else draft.protocols += via;
  return Layer.Done;
}

const PPP = 0x880b;
/** Cisco's redirection of the web; version 2 of it has four octets more, told by the first not being IPv4's. */
const WCCP = 0x883e;
/** 3GPP2's two uses of PPP. */
const CDMA_2000 = 0x8881;
const PP2 = 0x88d2;

/** RFC 2784, with the key and sequence number of RFC 2890, the routing of RFC 1701, the version 1 of RFC 2637. */
export function gre(draft: Draft, at: number): Layer {
  draft.protocols += ":gre";
  if (!has(draft, 4, "GRE header")) return Layer.Done;
  const { data } = draft;
  const flags = u16(data, at);
  const protocol = u16(data, at + 2);
  rare(draft).gre = { protocol };
  const hasSequence = (flags & 0x1000) !== 0;
  let next = at + 4;
  if ((flags & 0xc000) !== 0) next += 4;
  if ((flags & 0x2000) !== 0) next += 4;
  if (hasSequence) next += 4;
  // RFC 2637, 4.1: of version 1, which carries PPP.
  const carriesPpp = (protocol === PPP && (flags & 7) !== 0) || protocol === CDMA_2000 || protocol === PP2;
  if (carriesPpp && (flags & 0x80) !== 0) next += 4;
  let isRouted = (flags & 0x4000) !== 0;
  while (isRouted && next + 4 <= draft.end) {
    // Source routes (RFC 1701): family, offset, length; the last has neither.
    const length = u8(data, next + 3);
    isRouted = length !== 0 || u16(data, next) !== 0;
    next += 4 + length;
  }
  if (isRouted) next += 4;
  if (protocol === WCCP && at + 4 < draft.end && u8(data, at + 4) >> 4 !== 4) next += 4;
  if (next > draft.end) {
    shortOf(draft, next, "GRE header");
    return Layer.Done;
  }
  switch (protocol) {
    case 0x0800:
    case 0x86dd:
      return carry(draft, Layer.Ip, next, protocol);
    case WCCP:
      return carry(draft, Layer.Ip, next, 0x0800);
    case 0x6558:
      return carry(draft, Layer.Ethernet, next, 0);
    case 0x8847:
    case 0x8848:
    case 0x0806:
      return carry(draft, Layer.EtherType, next, protocol);
    case 0x88be:
      // ERSPAN type I has no sequence number and no header of its own (draft-foschiano-erspan).
      if (!hasSequence) return next < draft.end ? carry(draft, Layer.Ethernet, next, 0, ":erspan") : Layer.Done;
      return erspan(draft, next);
    case 0x22eb:
      return erspan(draft, next);
    case PPP:
      return carry(draft, Layer.Ppp, next, 0);
    default:
      draft.protocols += next < draft.end ? ":data" : "";
      return Layer.Done;
  }
}

/** draft-foschiano-erspan: the version in front says whether it is type II or III; the latter may have a subheader. */
function erspan(draft: Draft, at: number): Layer {
  const { data, end } = draft;
  const version = at < end ? u8(data, at) >> 4 : 0;
  const least = version === 1 ? 8 : version === 2 ? 12 : 2;
  if (at < end && at + least > end) {
    draft.protocols += ":erspan";
    shortOf(draft, at + least, "ERSPAN header");
    return Layer.Done;
  }
  if (version === 1) return carry(draft, Layer.Ethernet, at + 8, 0, ":erspan");
  if (version === 2) {
    const hasSubheader = at + 12 <= end && (u8(data, at + 11) & 1) === 1;
    return carry(draft, Layer.Ethernet, at + (hasSubheader ? 20 : 12), 0, ":erspan");
  }
  draft.protocols += ":erspan";
  return Layer.Done;
}

/** RFC 7348. */
export function vxlan(draft: Draft): Layer {
  draft.protocols += ":vxlan";
  const { data, at } = draft;
  if (at + 7 <= draft.end) rare(draft).vxlan = { vni: u24(data, at + 4) };
  return has(draft, 8, "VXLAN header") ? carry(draft, Layer.Ethernet, at + 8, 0) : Layer.Done;
}

/** draft-ietf-nvo3-vxlan-gpe: the fourth octet says what follows. tshark does not name the header. */
export function vxlanGpe(draft: Draft): Layer {
  if (!has(draft, 8, "VXLAN-GPE header")) return Layer.Done;
  const { data, at } = draft;
  rare(draft).vxlan = { vni: u24(data, at + 4) };
  const next = u8(data, at + 3);
  if (next === 3) return carry(draft, Layer.Ethernet, at + 8, 0);
  if (next === 1 || next === 2) return carry(draft, Layer.Ip, at + 8, next === 1 ? 0x0800 : 0x86dd);
  if (next === 5) return carry(draft, Layer.EtherType, at + 8, 0x8847);
  draft.protocols += next === 4 ? ":nsh" : draft.end > at + 8 ? ":data" : "";
  return Layer.Done;
}

/** RFC 8926. */
export function geneve(draft: Draft): Layer {
  draft.protocols += ":geneve";
  if (!has(draft, 8, "Geneve header")) return Layer.Done;
  const { data, at } = draft;
  rare(draft).geneve = { vni: u24(data, at + 4) };
  const size = 8 + (u8(data, at) & 0x3f) * 4;
  if (!has(draft, size, "Geneve options")) return Layer.Done;
  const type = u16(data, at + 2);
  if (type === 0x6558) return carry(draft, Layer.Ethernet, at + size, 0);
  return carry(draft, Layer.EtherType, at + size, type);
}

/** RFC 9300: eight octets, then IP. */
export function lispData(draft: Draft): Layer {
  draft.protocols += ":lisp-data";
  if (!has(draft, 8, "LISP header")) return Layer.Done;
  return carry(draft, Layer.Ip, draft.at + 8, 0x0800);
}

/** RFC 9301: type 8 carries a control message as an IP packet behind four octets. */
export function lispControl(draft: Draft): Layer {
  draft.protocols += ":lisp";
  const isEncapsulated = u8(draft.data, draft.at) >> 4 === 8;
  return isEncapsulated ? carry(draft, Layer.Ip, draft.at + 4, 0x0800) : Layer.Done;
}

/** 3GPP TS 29.281: of a G-PDU (message 255) what is carried, behind the optional fields and extension headers. */
export function gtp(draft: Draft): Layer {
  draft.protocols += ":gtp";
  if (!has(draft, 8, "GTP header")) return Layer.Done;
  const { data, at, end } = draft;
  const flags = u8(data, at);
  if (flags >> 4 !== 3 || u8(data, at + 1) !== 255) return Layer.Done;
  let next = at + 8;
  if ((flags & 7) !== 0) {
    next += 4;
    let extension = (flags & 4) !== 0 && next <= end ? u8(data, next - 1) : 0;
    while (extension !== 0 && next < end) {
      const length = u8(data, next) * 4;
      next += length;
      extension = length === 0 || next > end ? 0 : u8(data, next - 1);
    }
  }
  return carry(draft, Layer.Ip, next, 0x0800);
}

/** RFC 4380: authentication and origin may stand before the IPv6 packet. */
export function teredo(draft: Draft): Layer {
  draft.protocols += ":teredo";
  const { data, end } = draft;
  let at = draft.at;
  if (at + 4 <= end && u16(data, at) === 1) at += 13 + u8(data, at + 2) + u8(data, at + 3);
  if (at + 2 <= end && u16(data, at) === 0) at += 8;
  return carry(draft, Layer.Ip, at, 0x86dd);
}

/** draft-massar-v6ops-ayiya: the lengths of the identity and the signature are in the first two octets. */
export function ayiya(draft: Draft): Layer {
  draft.protocols += ":ayiya";
  if (!has(draft, 8, "AYIYA header")) return Layer.Done;
  const { data, at } = draft;
  const next = at + 8 + 2 ** (u8(data, at) >> 4) + (u8(data, at + 1) >> 4) * 4;
  return u8(data, at + 3) === 41 ? carry(draft, Layer.Ip, next, 0x86dd) : Layer.Done;
}

/** RFC 2661: a data message carries PPP. */
export function l2tp(draft: Draft): Layer {
  draft.protocols += ":l2tp";
  if (!has(draft, 6, "L2TP header")) return Layer.Done;
  const { data, at } = draft;
  const flags = u16(data, at);
  if ((flags & 0x8000) !== 0 || (flags & 15) !== 2) return Layer.Done;
  let next = at + 6;
  if ((flags & 0x4000) !== 0) next += 2;
  if ((flags & 0x0800) !== 0) next += 4;
  if ((flags & 0x0200) !== 0) next += next + 2 <= draft.end ? 2 + u16(data, next) : 2;
  return carry(draft, Layer.Ppp, next, 0);
}

/** RFC 3948: four zeros are in front of IKE, one octet 0xff keeps a translation alive, anything else is ESP. */
export function udpEncapsulation(draft: Draft): Layer {
  draft.protocols += ":udpencap";
  const { data, at, end } = draft;
  if (end - at === 1 && u8(data, at) === 0xff) return Layer.Done;
  if (end - at >= 4 && u32(data, at) === 0) {
    draft.protocols += ":isakmp";
    return Layer.Done;
  }
  return esp(draft);
}

/** RFC 4303: the rest is encrypted. */
export function esp(draft: Draft): Layer {
  draft.protocols += ":esp";
  const isWhole = has(draft, 8, "ESP header");
  if (isWhole || draft.at + 4 <= draft.end) rare(draft).esp = { spi: u32(draft.data, draft.at) };
  return Layer.Done;
}

/** RFC 4302, behind IPv4: the packet's protocol stays 51, what is authenticated is `inner` under the same IP header. */
export function ah(draft: Draft): Layer {
  draft.protocols += ":ah";
  if (!has(draft, 8, "AH header")) return Layer.Done;
  const { data, at, ip } = draft;
  rare(draft).ah = { spi: u32(data, at + 4) };
  const size = (u8(data, at + 1) + 2) * 4;
  if (!has(draft, Math.max(size, 12), "AH header")) return Layer.Done;
  const next = u8(data, at);
  const shared = ip && { ...ip, protocol: next, length: ip.length - size, nextHeader: draft.type };
  const behind = shared && { ...shared, extensions: data.subarray(at, at + size) };
  rare(draft).nested = {
    role: "inner",
    layer: Layer.Transport,
    at: at + size,
    type: next,
    via: "",
    ...(behind && { ip: behind }),
  };
  return Layer.Done;
}
