import { u8, u16 } from "./bytes.ts";
import { type Draft, has, Layer, rare } from "./draft.ts";

/** What the network layer protocol identifier names (ISO/IEC TR 9577), which is the first octet and its protocol's own. */
export function networkLayer(draft: Draft): Layer {
  if (draft.at >= draft.end) return Layer.Done;
  switch (u8(draft.data, draft.at)) {
    case 0xcc:
    case 0x8e:
      draft.type = u8(draft.data, draft.at) === 0xcc ? 0x0800 : 0x86dd;
      draft.at += 1;
      return Layer.Ip;
    case 0x83:
      return isis(draft);
    case 0x82:
      draft.protocols += ":esis";
      return Layer.Done;
    case 0x81:
    case 0x00:
      draft.protocols += draft.at + 1 < draft.end ? ":clnp:data" : ":clnp";
      return Layer.Done;
    case 0x08:
      draft.protocols += ":q931";
      return Layer.Done;
    default:
      draft.protocols += ":data";
      return Layer.Done;
  }
}

interface Pdu {
  readonly name: string;
  /** Octets of the header, and where in it the length of the whole is. */
  readonly size: number;
  readonly lengthAt: number;
}
const HELLO: Pdu = { name: "hello", size: 27, lengthAt: 17 };
const LINK_STATE: Pdu = { name: "lsp", size: 27, lengthAt: 8 };
const COMPLETE: Pdu = { name: "csnp", size: 33, lengthAt: 8 };
const PARTIAL: Pdu = { name: "psnp", size: 17, lengthAt: 8 };
/** ISO/IEC 10589, 9: of level 1, of level 2, and the hello of a point-to-point link. */
const PDUS: Readonly<Record<number, Pdu>> = {
  15: HELLO,
  16: HELLO,
  17: { ...HELLO, size: 20 },
  18: LINK_STATE,
  20: LINK_STATE,
  24: COMPLETE,
  25: COMPLETE,
  26: PARTIAL,
  27: PARTIAL,
};

/** Intermediate systems (ISO/IEC 10589). */
function isis(draft: Draft): Layer {
  draft.protocols += ":isis";
  if (!has(draft, 8, "IS-IS header")) return Layer.Done;
  const { data, at } = draft;
  const pdu = PDUS[u8(data, at + 4) & 31];
  if (pdu === undefined) return Layer.Done;
  draft.protocols += `:isis.${pdu.name}`;
  if (u8(data, at + 1) !== pdu.size)
    rare(draft).malformed ??= { at: at + 1, why: `an IS-IS header of ${u8(data, at + 1)} octets` };
  else if (has(draft, pdu.size, "IS-IS PDU")) has(draft, u16(data, at + pdu.lengthAt), "IS-IS PDU");
  return Layer.Done;
}
