import { u8, u16 } from "./bytes.ts";
import { type Draft, rare, shortOf } from "./draft.ts";

/** Octets of control messages behind the common six (RFC 5533, 5; RFC 5534, 5), by their type. */
const CONTROL: Readonly<Record<number, number>> = {
  1: 10,
  2: 10,
  3: 18,
  4: 10,
  5: 10,
  6: 26,
  64: 10,
  65: 10,
  66: 10,
  67: 10,
};
const PROBE = 67;
/** A report of a probe that was sent or received. */
const REPORT = 40;
/** Set where the header goes with somebody's payload (RFC 5533, 5.1). */
const PAYLOAD = 0x80;

/** Octets of an option's value that are read, whatever its length says: pairs of identifiers, forked instances. */
const LEAST: Readonly<Record<number, number>> = { 6: 36, 7: 4 };
const LOCATORS = 2;
const PREFERENCES = 3;

/** A Shim6 header that is there as a whole, of `size` octets; false where its message goes beyond the packet. */
export function shim6(draft: Draft, from: number, size: number): boolean {
  const { data, end } = draft;
  const kind = u8(data, from + 2);
  if ((kind & PAYLOAD) !== 0) return true;
  const fixed = CONTROL[kind];
  if (fixed === undefined) return size <= 8 || isUnknown(draft, from, kind);
  let at = from + 6 + fixed;
  if (kind === PROBE && from + 13 <= end) {
    const reports = u8(data, from + 12);
    at += REPORT * ((reports & 15) + (reports >> 4));
  }
  if (at > end) return isShort(draft, at, "message");
  while (at < from + size) {
    if (at + 4 > end) return isShort(draft, at + 4, "option");
    const length = u16(data, at + 2);
    // Padded to a multiple of 8 octets, the head included (RFC 5533, 5.15).
    const next = at + 4 + length + 7 - ((length + 3) % 8);
    const last = Math.max(next, at + 4 + valueOf(data, at, end));
    if (last > end) return isShort(draft, last, "option");
    at = next;
  }
  return true;
}

function valueOf(data: Uint8Array, at: number, end: number): number {
  const type = u16(data, at) >> 1;
  if (type === PREFERENCES) return 5;
  if (type !== LOCATORS) return LEAST[type] ?? 0;
  // Each has an octet for how it was verified, filled up, and an address.
  const count = at + 9 <= end ? u8(data, at + 8) : 0;
  return 5 + count + (7 - (count % 8)) + 16 * count;
}

function isUnknown(draft: Draft, from: number, kind: number): false {
  rare(draft).malformed ??= { at: from + 2, why: `a Shim6 message of type ${kind}, which there is not` };
  return false;
}

function isShort(draft: Draft, to: number, what: string): false {
  shortOf(draft, to, `Shim6 ${what}`);
  return false;
}
