import { u8, u16 } from "./bytes.ts";
import { type Draft, hasFields, Layer, rare } from "./draft.ts";

const QUERY = 0x11;
const DVMRP = 0x13;
const PIM_1 = 0x14;
const REPORT_3 = 0x22;

/** Octets of a message of the types that tshark decodes (RFC 1112, RFC 2236; RFC 8487 for the traces). */
const LENGTHS: Readonly<Record<number, number>> = { 18: 8, 22: 8, 23: 8, 30: 24, 31: 24 };
/** IGMP version 0 (RFC 988). */
const FIRST_VERSION_TYPES = 0x0f;
const FIRST_VERSION_LENGTH = 20;

/** IGMP and what shares its number: DVMRP (RFC 1075), PIM version 1, IGAP. */
export function igmp(draft: Draft): Layer {
  draft.protocols += ":igmp";
  if (!hasFields(draft, 1, "IGMP header")) return Layer.Done;
  const type = u8(draft.data, draft.at);
  if (type === DVMRP || type === PIM_1) {
    draft.protocols += type === DVMRP ? ":dvmrp" : ":pim";
    hasFields(draft, type === DVMRP ? 4 : 5, "header");
    return Layer.Done;
  }
  if (type >= 0x40 && type <= 0x42) {
    draft.protocols += ":igap";
    group(draft);
    return Layer.Done;
  }
  const isKnown = type <= FIRST_VERSION_TYPES || type === QUERY || type === REPORT_3 || LENGTHS[type] !== undefined;
  if (isKnown) draft.protocols += ":igmp";
  // A query's type is read together with its code.
  if (type === QUERY && !hasFields(draft, 2, "IGMP query")) return Layer.Done;
  rare(draft).igmp = { type };
  if (type === QUERY) query(draft);
  else if (type === REPORT_3) report(draft);
  else hasFields(draft, isKnown ? (LENGTHS[type] ?? FIRST_VERSION_LENGTH) : 2, "IGMP message");
  return Layer.Done;
}

/** IGAP (draft-hayashi-igap): 16 octets, an account name in 16 more, and a message in 64, each with a length. */
function group(draft: Draft): void {
  const { data, at } = draft;
  if (!hasFields(draft, 14, "IGAP header")) return;
  const account = u8(data, at + 12);
  const message = u8(data, at + 13);
  if (account > 0 && !hasFields(draft, 16 + Math.min(account, 16), "account of the IGAP message")) return;
  if (message > 0) hasFields(draft, 32 + Math.min(message, 64), "IGAP message");
}

/** RFC 3376, 4.1; a shorter one is of version 1 or 2. */
function query(draft: Draft): void {
  const { data, at } = draft;
  if (draft.limit - at < 12) hasFields(draft, 8, "IGMP query");
  else if (hasFields(draft, 12, "IGMP query"))
    hasFields(draft, 12 + 4 * u16(data, at + 10), "sources of the IGMP query");
}

/** RFC 3376, 4.2: a record has eight octets, four for each source, and auxiliary words. */
function report(draft: Draft): void {
  const { data, at } = draft;
  if (!hasFields(draft, 8, "IGMP report")) return;
  let next = at + 8;
  for (let records = u16(data, at + 6); records > 0; records--) {
    const size = next + 8 > draft.end ? 8 : 8 + 4 * u16(data, next + 2) + 4 * u8(data, next + 1);
    next += size;
    if (next > draft.end) {
      hasFields(draft, next - at, "IGMP report");
      return;
    }
  }
}
