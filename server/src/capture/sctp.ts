import { u8, u16, u32 } from "./bytes.ts";
import { type Draft, has, hasFields, isBegun, Layer, rare, shortOf } from "./draft.ts";

const DATA = 0;
const SACK = 3;
const NR_SACK = 16;
const I_DATA = 64;
/** A packet that a router has dropped, behind the chunk's 16 octets (draft-stewart-sctp-pktdrprep). */
const PACKET_DROP = 129;
const HEADER = 12;
/** ABORT and ERROR have causes, which count for themselves. */
const CAUSES: ReadonlySet<number> = new Set([6, 9]);
/** Octets of parameters that hold addresses, a lifetime, an adaptation (RFC 9260, 5061). */
const PARAMETERS: Readonly<Record<number, number>> = { 5: 8, 6: 20, 9: 8, 49158: 8 };

/** Chunks whose fields end in a list of parameters or causes: how many octets stand before the list (RFC 9260, 5061, 6525). */
const LIST_AT: Readonly<Record<number, number>> = { 1: 20, 2: 20, 4: 4, 5: 4, 6: 4, 9: 4, 128: 8, 130: 4, 193: 8 };
/** Octets of chunks that are read as a whole, the padding included: heartbeats have a parameter, AUTH an identifier. */
const LEAST: Readonly<Record<number, number>> = { 3: 16, 4: 8, 5: 8, 7: 8, 12: 8, 13: 8, 15: 8, 16: 20 };

/** RFC 9260. */
export function sctp(draft: Draft): Layer {
  draft.protocols += ":sctp";
  const { data, at } = draft;
  if (!has(draft, HEADER, "SCTP header")) {
    if (at + 4 > draft.end) return Layer.Done;
    const seq = at + 8 <= draft.end ? u32(data, at + 4) : undefined;
    rare(draft).ports = { srcPort: u16(data, at), dstPort: u16(data, at + 2), ...(seq !== undefined && { seq }) };
    return Layer.Done;
  }
  rare(draft).sctp = { srcPort: u16(data, at), dstPort: u16(data, at + 2), verificationTag: u32(data, at + 4) };
  draft.at += HEADER;
  chunks(draft, Math.min(u16(data, at), u16(data, at + 2)), Math.max(u16(data, at), u16(data, at + 2)));
  return Layer.Done;
}

/** Stops at what cannot be. */
function chunks(draft: Draft, lowPort: number, highPort: number): boolean {
  const { data, end } = draft;
  for (let at = draft.at; at < end; ) {
    if (at + 4 > end) return isShort(draft, at + 4);
    const type = u8(data, at);
    const length = u16(data, at + 2);
    // What is shorter than its header, but not empty, is passed over.
    if (length === 0) return tooShort(draft, at + 2, `an SCTP chunk of ${length} octets`);
    // In a first fragment as well.
    if (at + length > end) {
      if (end < draft.limit) return hasFields(draft, at + length - draft.at, "SCTP chunk");
      return isShort(draft, at + length, false);
    }
    const next = Math.min(at + padded(length), end);
    if (next - at < (LEAST[type] ?? 0)) return tooShort(draft, at + 2, `an SCTP chunk ${type} of ${length} octets`);
    if (type === DATA || type === I_DATA) draft.protocols += payloadOf(data, at, length, type, lowPort, highPort);
    else if (type === SACK || type === NR_SACK) {
      const blocks = u16(data, at + 12) + u16(data, at + 14) + (type === NR_SACK ? u16(data, at + 16) : 0);
      if ((type === SACK ? 16 : 20) + 4 * blocks > next - at)
        return tooShort(draft, at + 2, `an SCTP chunk with ${blocks} blocks, and room for fewer`);
    } else if (type === PACKET_DROP && next > at + 16 && next < at + 16 + HEADER)
      return tooShort(draft, at + 2, `an SCTP chunk ${type} of ${length} octets, and no header in it`);
    else if (LIST_AT[type] !== undefined && !list(draft, at + LIST_AT[type], next, at + length, CAUSES.has(type)))
      return false;
    at = next;
  }
  return true;
}

function isShort(draft: Draft, to: number, goesOn?: boolean): false {
  shortOf(draft, to, "SCTP chunk", goesOn);
  return false;
}

/**
 * Parameters and causes: type, length, value, each filled up to a multiple of four octets. What fills up the last is
 * the chunk's and not counted in its length, so it stands behind `chunkEnd` (RFC 9260, 3.2).
 */
function list(draft: Draft, from: number, end: number, chunkEnd: number, areCauses: boolean): boolean {
  const { data } = draft;
  for (let at = from; at < end; ) {
    const length = at + 4 <= end ? u16(data, at + 2) : 0;
    const least = areCauses || length === 0 ? 0 : (PARAMETERS[u16(data, at)] ?? 0);
    if (length < 4 || padded(length) < least || at + length > end)
      return tooShort(draft, at, `an SCTP parameter of ${length} octets`);
    if (at + length < chunkEnd && at + padded(length) >= chunkEnd)
      rare(draft).malformed ??= { at: at + length, why: "an SCTP parameter whose padding is counted as the chunk's" };
    at += padded(length);
  }
  return true;
}

function tooShort(draft: Draft, at: number, why: string): false {
  rare(draft).malformed = { at, why, ...(isBegun(draft) && { fragment: true }) };
  return false;
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

const WHOLE_MESSAGE = 3;
/** RFC 6733, 3: it begins with the version. */
const DIAMETER_HEADER = 20;

/** tshark's name of what a DATA chunk carries: a whole message only, since the others are put together first. */
function payloadOf(
  data: Uint8Array,
  at: number,
  length: number,
  type: number,
  lowPort: number,
  highPort: number,
): string {
  const header = type === DATA ? 16 : 20;
  if (length <= header || (u8(data, at + 1) & WHOLE_MESSAGE) !== WHOLE_MESSAGE) return "";
  const identifier = type === DATA ? u32(data, at + 12) : 0;
  const name = PAYLOADS[identifier] ?? PORTS[lowPort] ?? PORTS[highPort] ?? "data";
  const isOther = name === "diameter" && (length < header + DIAMETER_HEADER || u8(data, at + header) !== 1);
  return isOther ? ":data" : `:${name}`;
}

/** Payload protocol identifiers (IANA). */
const PAYLOADS: Readonly<Record<number, string>> = {
  1: "iua",
  2: "m2ua",
  3: "m3ua",
  4: "sua",
  5: "m2pa",
  6: "v5ua",
  7: "megaco",
  8: "bicc",
  10: "dua",
  11: "asap",
  12: "enrp",
  13: "q931",
  18: "s1ap",
  19: "rua",
  20: "hnbap",
  24: "sbcap",
  25: "nbap",
  27: "x2ap",
  29: "lcsap",
  31: "sabp",
  43: "m2ap",
  44: "m3ap",
  45: "ssh",
  46: "diameter",
  47: "dtls",
  50: "rtcdc",
  60: "ngap",
  61: "xnap",
  62: "f1ap",
  64: "e1ap",
};

/** Ports as Wireshark's defaults have them. */
const PORTS: Readonly<Record<number, string>> = {
  22: "ssh",
  53: "dns",
  443: "tls",
  636: "tls",
  853: "dtls",
  2904: "m2ua",
  2905: "m3ua",
  2944: "megaco",
  3565: "m2pa",
  3863: "asap",
  3868: "diameter",
  5061: "tls",
  9082: "lcsap",
  9900: "iua",
  9901: "enrp",
  9908: "m2tp",
  10001: "v5ua",
  14001: "sua",
  29118: "sgsap",
  29168: "sbcap",
  29169: "rua",
  36412: "s1ap",
  36422: "x2ap",
  36443: "m2ap",
  36444: "m3ap",
  38412: "ngap",
  38422: "xnap",
  38462: "e1ap",
  38472: "f1ap",
};
