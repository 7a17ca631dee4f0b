/** EtherTypes that put a header, or another Ethernet frame, before what they carry. */
import { u8, u16 } from "./bytes.ts";
import { type Draft, has, Layer, rare } from "./draft.ts";

/** By EtherType. What is carried is the tunnel's packet: the frame itself stays what its type says. */
export const ETHER_TAGS: ReadonlyMap<number, (draft: Draft) => Layer> = new Map([
  [0x22f3, trill],
  [0x8809, slow],
  [0x88e7, (draft: Draft) => tagged(draft, ":ieee8021ah", 18, ":ethertype")],
  [0x892f, (draft: Draft) => tagged(draft, ":hsr", 6, "")],
  [0x893f, (draft: Draft) => tagged(draft, ":etag", 8, ":ethertype")],
  [0x894f, serviceHeader],
]);

/** A tag that ends in an EtherType: backbone service instances (IEEE 802.1ah), HSR (IEC 62439-3), E-TAG (IEEE 802.1BR). */
function tagged(draft: Draft, name: string, size: number, via: string): Layer {
  draft.protocols += name;
  if (!has(draft, size, "tag")) return Layer.Done;
  const at = draft.at + size;
  rare(draft).nested = { role: "inner", layer: Layer.EtherType, at, type: u16(draft.data, at - 2), via };
  return Layer.Done;
}

/** RFC 6325: six octets, options in words, and an Ethernet frame. */
function trill(draft: Draft): Layer {
  draft.protocols += ":trill";
  if (!has(draft, 6, "TRILL header")) return Layer.Done;
  const size = 6 + 4 * ((u16(draft.data, draft.at) >> 6) & 31);
  if (!has(draft, size + 1, "TRILL header")) return Layer.Done;
  const at = draft.at + size;
  rare(draft).nested = { role: "inner", layer: Layer.Ethernet, at, type: 0, via: "" };
  return Layer.Done;
}

/** Octets that slow protocols have at least, by their subtype (IEEE 802.3, annex 57A). */
const SLOW: Readonly<Record<number, readonly [name: string, least: number]>> = {
  1: [":lacp", 58],
  2: [":marker", 20],
  3: [":oampdu", 4],
  10: [":ossp", 4],
};

function slow(draft: Draft): Layer {
  draft.protocols += ":slow";
  if (!has(draft, 1, "subtype of the slow protocol")) return Layer.Done;
  const [name, least] = SLOW[u8(draft.data, draft.at)] ?? ["", 1];
  if (name !== "") draft.protocols += name;
  else if (draft.at + 1 < draft.end) draft.protocols += ":data";
  has(draft, least, "slow protocol");
  return Layer.Done;
}

const FIXED_CONTEXT = 1;

/** RFC 8300: a base and a path of eight octets, and a context, of 16 octets or as the length says. */
function serviceHeader(draft: Draft): Layer {
  draft.protocols += ":nsh";
  if (!has(draft, 8, "NSH header")) return Layer.Done;
  const { data, at } = draft;
  const size = u8(data, at + 2) === FIXED_CONTEXT ? 24 : Math.max(4 * (u8(data, at + 1) & 0x3f), 8);
  if (!has(draft, size, "NSH header")) return Layer.Done;
  const behind = { role: "inner" as const, at: at + size, via: "" };
  switch (u8(data, at + 3)) {
    case 1:
      rare(draft).nested = { ...behind, layer: Layer.Ip, type: 0x0800 };
      break;
    case 2:
      rare(draft).nested = { ...behind, layer: Layer.Ip, type: 0x86dd };
      break;
    case 3:
      rare(draft).nested = { ...behind, layer: Layer.Ethernet, type: 0 };
      break;
    case 4:
      rare(draft).nested = { ...behind, layer: Layer.EtherType, type: 0x894f };
      break;
    case 5:
      rare(draft).nested = { ...behind, layer: Layer.EtherType, type: 0x8847 };
      break;
    default:
      if (at + size < draft.end) draft.protocols += ":data";
  }
  return Layer.Done;
}
