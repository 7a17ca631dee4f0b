import { u8, u16 } from "./bytes.ts";

/** Where a message cannot be read on, in octets from its start, and why. */
export interface Fault {
  readonly at: number;
  readonly why: string;
}

const HEADER = 12;
/** Names are followed no further: pointers may go round. */
const MOST_LABELS = 256;

/** What tshark reads of a record's data: `name`, `text` (an octet of length, and it), lists of types, or so many octets. */
type Part = "name" | "text" | "types" | number;
const NAMES_AND_NUMBERS: readonly Part[] = ["name", "name", 20];
/** RFC 1035, 1183, 2782, 3403, 3596, 4034, 6844 and others. */
const DATA: Readonly<Record<number, readonly Part[]>> = {
  1: [4],
  2: ["name"],
  3: ["name"],
  4: ["name"],
  5: ["name"],
  6: NAMES_AND_NUMBERS,
  7: ["name"],
  8: ["name"],
  9: ["name"],
  11: [5],
  12: ["name"],
  13: ["text", "text"],
  14: ["name", "name"],
  15: [2, "name"],
  17: ["name", "name"],
  18: [2, "name"],
  19: ["text"],
  21: [2, "name"],
  23: ["name"],
  24: [18, "name"],
  25: [4],
  26: [2, "name", "name"],
  27: ["text", "text", "text"],
  28: [16],
  30: ["name"],
  33: [6, "name"],
  35: [4, "text", "text", "text", "name"],
  36: [2, "name"],
  37: [5],
  39: ["name"],
  43: [4],
  44: [2],
  45: [3],
  46: [18, "name"],
  47: ["name", "types"],
  48: [4],
  50: [4, "text", "text", "types"],
  51: [4, "text"],
  52: [3],
  59: [4],
  249: ["name", 16],
  250: ["name", 16],
  257: [1, "text"],
  32769: [4],
};
const TEXT = 16;
const OPTIONS = 41;

/** RFC 1035, 4: the first octets of a message that are not there. `areNetBios`: records of RFC 1002, whose data is its own. */
export function dnsFault(octets: Uint8Array, areNetBios: boolean): Fault | undefined {
  if (octets.length < HEADER) return tooShort(octets, "header");
  const questions = u16(octets, 4);
  const records = u16(octets, 6) + u16(octets, 8) + u16(octets, 10);
  let at = HEADER;
  for (let i = 0; i < questions; i++) {
    at = nameEnd(octets, at) + 4;
    if (!(at <= octets.length)) return tooShort(octets, "question");
  }
  for (let i = 0; i < records; i++) {
    const dataAt = nameEnd(octets, at) + 10;
    if (!(dataAt <= octets.length)) return tooShort(octets, "record");
    const type = u16(octets, dataAt - 10);
    const length = u16(octets, dataAt - 2);
    const end = dataAt + length;
    if (end > octets.length || (length > 0 && !areNetBios && !(dataEnd(octets, type, dataAt, end) <= octets.length)))
      return tooShort(octets, `record of type ${type}`);
    at = end;
  }
  return undefined;
}

function tooShort(octets: Uint8Array, what: string): Fault {
  return { at: octets.length, why: `the message ends in a ${what}` };
}

/** The place after a name; NaN where it goes beyond the message. */
function nameEnd(octets: Uint8Array, from: number): number {
  let end = Number.NaN;
  let at = from;
  for (let i = 0; i < MOST_LABELS; i++) {
    if (at >= octets.length) return Number.NaN;
    const length = u8(octets, at);
    const kind = length & 0xc0;
    if (kind === 0xc0) {
      if (at + 2 > octets.length) return Number.NaN;
      if (Number.isNaN(end)) end = at + 2;
      at = u16(octets, at) & 0x3fff;
    } else if (length === 0 || kind !== 0) return Number.isNaN(end) ? at + 1 : end;
    else at += 1 + length;
  }
  return end;
}

/**
 * The place after a name that stands in an option, NaN where it goes beyond `to`; a pointer ends it, and the end of the
 * option, if `mayEnd`, in place of the root.
 */
export function labelsEnd(octets: Uint8Array, from: number, to: number, mayEnd: boolean): number {
  let at = from;
  while (at < to) {
    const length = u8(octets, at);
    if (length >= 0xc0) return at + 2 <= to ? at + 2 : Number.NaN;
    if (length >= 0x40) return Number.NaN;
    at += 1 + length;
    if (length === 0) return at;
  }
  return mayEnd && at === to ? to : Number.NaN;
}

/** The place after what is read of a record's data; NaN where it goes beyond the message. */
function dataEnd(octets: Uint8Array, type: number, from: number, end: number): number {
  let at = from;
  if (type === TEXT || type === 99) {
    while (at < end) at += 1 + u8(octets, at);
    return at;
  }
  if (type === OPTIONS) {
    while (at < end) at += at + 4 <= octets.length ? 4 + u16(octets, at + 2) : Number.NaN;
    return Number.isNaN(at) || at < end ? Number.NaN : at;
  }
  for (const part of DATA[type] ?? []) {
    if (part === "name") at = nameEnd(octets, at);
    else if (part === "types") {
      // Blocks of a number, a length and bits (RFC 4034, 4.1.2).
      while (at < end) at += at + 2 <= octets.length ? 2 + u8(octets, at + 1) : Number.NaN;
    } else if (part === "text") at = at < octets.length ? at + 1 + u8(octets, at) : Number.NaN;
    else at += part;
    if (!(at <= octets.length)) return Number.NaN;
  }
  return at;
}
