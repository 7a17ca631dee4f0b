import { u8, u16, u32 } from "./bytes.ts";
import { type Draft, has, Layer, NO_ETHERNET } from "./draft.ts";

const MANAGEMENT = 0;
const CONTROL = 1;
const DATA = 2;

/** IEEE 802.11 (link type 105): of data frames that are not encrypted what they carry, which is LLC. */
export function wlan(draft: Draft): Layer {
  draft.protocols += draft.protocols === "" ? "wlan" : ":wlan";
  draft.eth = NO_ETHERNET;
  if (!has(draft, 10, "802.11 header")) return Layer.Done;
  const { data, at } = draft;
  const control = u8(data, at);
  const flags = u8(data, at + 1);
  const type = (control >> 2) & 3;
  const subtype = control >> 4;
  if (type === CONTROL || type > DATA || !has(draft, 24, "802.11 header")) return Layer.Done;
  // Between access points there is a fourth address; frames with quality of service have its field, and High
  // Throughput's where the order bit is set (9.2.4, 9.3.2.1).
  const hasQos = type === DATA && subtype >= 8;
  const size = 24 + (type === DATA && (flags & 3) === 3 ? 6 : 0) + (hasQos ? 2 : 0) + (hasQos && flags >= 0x80 ? 4 : 0);
  if (!has(draft, size, "802.11 header")) return Layer.Done;
  draft.at += size;
  if (type === MANAGEMENT || (subtype & 4) !== 0 || draft.at >= draft.end) return Layer.Done;
  if ((flags & 0x40) === 0) return Layer.Llc;
  draft.protocols += ":data";
  return Layer.Done;
}

/** Radiotap (https://www.radiotap.org): version, length, which fields are there; flags may say that a check follows. */
export function radiotap(draft: Draft): Layer {
  draft.protocols = "radiotap";
  if (!has(draft, 8, "radiotap header")) return Layer.Done;
  const { data, at } = draft;
  const length = little16(data, at + 2);
  if (length < 8 || !has(draft, length, "radiotap header")) return Layer.Done;
  const present = u8(data, at + 4);
  let fields = at + 8;
  for (let word = at + 4; word + 4 <= at + length && (u8(data, word + 3) & 0x80) !== 0; word += 4) fields += 4;
  // A time of eight octets, aligned, is before the flags.
  if ((present & 1) !== 0) fields = at + Math.ceil((fields - at) / 8) * 8 + 8;
  const hasCheck = (present & 2) !== 0 && fields < at + length && (u8(data, fields) & 0x10) !== 0;
  draft.at += length;
  return radio(draft, hasCheck);
}

function radio(draft: Draft, hasCheck: boolean): Layer {
  draft.protocols += ":wlan_radio";
  if (hasCheck && draft.limit - 4 >= draft.at) {
    draft.limit -= 4;
    draft.end = Math.min(draft.end, draft.limit);
  }
  return wlan(draft);
}

const AVS_VERSION = 0x80211001;

/** The header of Prism II cards: a message's code and length, in the host's order; or AVS's in its place. */
export function prism(draft: Draft): Layer {
  draft.protocols = "prism";
  if (!has(draft, 8, "Prism header")) return Layer.Done;
  if (u32(draft.data, draft.at) === AVS_VERSION) return avsHeader(draft, "prism:wlancap");
  const length = little16(draft.data, draft.at + 4) || u16(draft.data, draft.at + 6);
  if (!has(draft, length, "Prism header")) return Layer.Done;
  draft.at += length;
  return radio(draft, false);
}

export function avs(draft: Draft): Layer {
  return avsHeader(draft, "wlancap");
}

function avsHeader(draft: Draft, names: string): Layer {
  draft.protocols = names;
  if (!has(draft, 8, "AVS header")) return Layer.Done;
  const length = u32(draft.data, draft.at + 4);
  if (!has(draft, length, "AVS header")) return Layer.Done;
  draft.at += length;
  return radio(draft, false);
}

const COMMON_FIELD = 2;

/** CACE's Per-Packet Information 1.0.10: length, the link type of what follows, fields of type, length and value. */
export function perPacketInformation(draft: Draft, links: ReadonlyMap<number, (draft: Draft) => Layer>): Layer {
  draft.protocols = "ppi";
  if (!has(draft, 8, "PPI header")) return Layer.Done;
  const { data, at } = draft;
  const length = little16(data, at + 2);
  const linkType = little16(data, at + 4);
  if (length < 8 || !has(draft, length, "PPI header")) return Layer.Done;
  draft.at += length;
  if (linkType === 105) {
    let hasCheck = false;
    for (let field = at + 8; field + 4 <= at + length; field += 4 + little16(data, field + 2)) {
      const isCommon = little16(data, field) === COMMON_FIELD && field + 14 <= at + length;
      if (isCommon) hasCheck = (u8(data, field + 12) & 1) === 1;
    }
    return radio(draft, hasCheck);
  }
  const decode = linkType === 192 ? undefined : links.get(linkType);
  if (decode === undefined) {
    draft.protocols += ":pcap_pktdata";
    return Layer.Done;
  }
  draft.protocols = "";
  const next = decode(draft);
  draft.protocols = `ppi:pcap_pktdata${draft.protocols === "" ? "" : `:${draft.protocols}`}`;
  return next;
}

function little16(data: Uint8Array, at: number): number {
  return u8(data, at) | (u8(data, at + 1) << 8);
}
