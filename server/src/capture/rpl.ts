import { u8 } from "./bytes.ts";
import { type Draft, has, rare, shortOf } from "./draft.ts";

/** Octets of a control message behind ICMPv6's four, by its code (RFC 6550, 6; RFC 6997, 8): solicitation, information … */
const BASES: Readonly<Record<number, number>> = { 0: 2, 1: 24, 2: 4, 3: 4, 4: 20, 10: 24 };
/** Of the destination advertisement and its acknowledgment the bit of the second octet that says an identifier follows. */
const WITH_IDENTIFIER: Readonly<Record<number, number>> = { 2: 0x40, 3: 0x80 };
const IDENTIFIER = 16;
/** A message in its secured form, whose options follow all the same. */
const SECURED = 0x80;
/** Octets of a key's identifier by its mode (RFC 6550, 6.1), behind the eight that every secured message has. */
const KEYS = [1, 0, 9, 9] as const;

/** Lengths that an option may have (RFC 6550, 6.7; RFC 6997, 7); what is not here may have any. */
const LENGTHS: Readonly<Record<number, readonly number[]>> = {
  3: [6, 14, 22],
  4: [14],
  5: [2, 10, 18],
  6: [4, 20],
  7: [19],
  8: [30],
  9: [4],
  10: [18],
};
const PAD = 0;
const METRICS = 2;

/** The routing protocol of low-power networks: `at` is the ICMPv6 message's first octet. */
export function rpl(draft: Draft, from: number): void {
  const { data, end } = draft;
  const code = u8(data, from + 1);
  const kind = code & ~SECURED;
  const base = BASES[kind];
  if (base === undefined) return;
  let at = from + 4;
  if ((code & SECURED) !== 0) at += 8 + (at + 3 <= end ? (KEYS[u8(data, at + 2) >> 6] ?? 0) : 0);
  const isIdentified = at + 2 <= end && (u8(data, at + 1) & (WITH_IDENTIFIER[kind] ?? 0)) !== 0;
  at += base + (isIdentified ? IDENTIFIER : 0);
  if (at > end) {
    const { at: behind } = draft;
    draft.at = from;
    shortOf(draft, at, "RPL message");
    draft.at = behind;
  } else options(draft, at);
}

function options(draft: Draft, from: number): void {
  const { data, end } = draft;
  for (let at = from; at < end; ) {
    const option = u8(data, at);
    if (option === PAD) {
      at += 1;
      continue;
    }
    const to = at + 2 + (at + 2 <= end ? u8(data, at + 1) : 0);
    if (!has(draft, to - draft.at, "RPL option")) return;
    const size = to - at - 2;
    const isRight = option === METRICS ? size % 4 === 0 : (LENGTHS[option]?.includes(size) ?? true);
    if (!isRight) rare(draft).malformed ??= { at: at + 1, why: `an RPL option ${option} of ${size} octets` };
    at = to;
  }
}
