import { u8, u16, u24, u32 } from "./bytes.ts";
import { type Draft, has, Layer, type Nested, rare, shortOf } from "./draft.ts";

/** What is inside is decoded as a packet of its own, `inner`; the outer packet's payload keeps the tunnel's header. */
function carry(draft: Draft, layer: Layer, at: number, type: number, via = "", ip?: Nested["ip"]): Layer {
  if (at < draft.end) rare(draft).nested = { role: "inner", layer, at, type, via, ...(ip && { ip }) };
  else if (at < draft.limit || via !== "") draft.protocols += via;
  return Layer.Done;
}

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
  if ((flags & 7) === 1 && (flags & 0x80) !== 0) next += 4;
  if ((flags & 0x4000) !== 0) {
    // Source routes: family, offset, length; the last has length 0.
    for (let length = 1; length !== 0 && next + 4 <= draft.end; next += 4 + length) length = u8(data, next + 3);
  }
  if (next > draft.end) {
    shortOf(draft, next, "GRE header");
    return Layer.Done;
  }
  switch (protocol) {
    case 0x0800:
    case 0x86dd:
      return carry(draft, Layer.Ip, next, protocol);
    case 0x6558:
      return carry(draft, Layer.Ethernet, next, 0);
    case 0x8847:
    case 0x8848:
    case 0x0806:
      return carry(draft, Layer.EtherType, next, protocol);
    case 0x88be:
      // ERSPAN type I has no sequence number and no header of its own (draft-foschiano-erspan).
      return carry(draft, Layer.Ethernet, hasSequence ? next + 8 : next, 0, ":erspan");
    case 0x22eb: {
      const hasSubheader = next + 12 <= draft.end && (u8(data, next + 11) & 1) === 1;
      return carry(draft, Layer.Ethernet, next + (hasSubheader ? 20 : 12), 0, ":erspan");
    }
    case 0x880b:
      draft.protocols += next < draft.end ? ":ppp" : "";
      return Layer.Done;
    default:
      draft.protocols += next < draft.end ? ":data" : "";
      return Layer.Done;
  }
}

/** RFC 7348. */
export function vxlan(draft: Draft): Layer {
  draft.protocols += ":vxlan";
  if (!has(draft, 8, "VXLAN header")) return Layer.Done;
  rare(draft).vxlan = { vni: u24(draft.data, draft.at + 4) };
  return carry(draft, Layer.Ethernet, draft.at + 8, 0);
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

/** RFC 4303: the rest is encrypted. */
export function esp(draft: Draft): Layer {
  draft.protocols += ":esp";
  if (has(draft, 8, "ESP header")) rare(draft).esp = { spi: u32(draft.data, draft.at) };
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
  return carry(draft, Layer.Transport, at + size, next, "", ip && { ...ip, protocol: next });
}
