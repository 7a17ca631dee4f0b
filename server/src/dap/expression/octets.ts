/** Slices (`eth.src[0:3]`) and strings of octets (`00:50:56`), as Wireshark's display filters have them. */
import { ExpressionError, type Place, type Stretch } from "./tree.ts";
import type { Value } from "./values.ts";

const STRETCH = /^(?:(-?\d+)?:(\d+)?|(-?\d+)-(-?\d+)|(-?\d+))$/;

/** `[0]`, `[0:3]` (from, how many), `[0-2]` (from, to), `[:3]`, `[3:]`, and several with commas; -1 is the last. */
export function stretches(text: string, at: Place): readonly Stretch[] {
  return text
    .slice(1, -1)
    .replace(/\s/g, "")
    .split(",")
    .map((part) => {
      const [, from, length, first, last, only] = STRETCH.exec(part) ?? [];
      if (only !== undefined) return { from: Number(only), length: 1 };
      if (first !== undefined) return { from: Number(first), last: Number(last) };
      if (from === undefined && length === undefined)
        throw new ExpressionError("expected a slice, such as [0], [0:3] (from, how many) or [0-2] (from, to)", at);
      return { from: Number(from ?? 0), ...(length === undefined ? {} : { length: Number(length) }) };
    });
}

/** The octets of a stretch; undefined where it reaches beyond them. */
function cut(octets: Uint8Array, { from, length, last }: Stretch): Uint8Array | undefined {
  const place = (index: number): number => (index < 0 ? octets.length + index : index);
  const start = place(from);
  const end = last !== undefined ? place(last) + 1 : length === undefined ? octets.length : start + length;
  return start >= 0 && start < end && end <= octets.length ? octets.subarray(start, end) : undefined;
}

/** What a value is on the wire; undefined for what has no octets of its own. */
export function octetsOf(value: Value): Uint8Array | undefined {
  switch (value.kind) {
    case "octets":
      return value.value;
    case "text":
      return new TextEncoder().encode(value.value);
    case "mac":
      return bigEndian(BigInt(value.value), 6);
    case "ip":
      return bigEndian(BigInt(value.value), typeof value.value === "bigint" ? 16 : 4);
    default:
      return undefined;
  }
}
function bigEndian(value: bigint, length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => Number((value >> BigInt(8 * (length - 1 - i))) & 0xffn));
}

/** The slice of a value; a text stays one. Undefined where the value has no octets. */
export function slice(value: Value, ranges: readonly Stretch[]): Value | undefined {
  const whole = octetsOf(value);
  if (!whole) return undefined;
  const parts: number[] = [];
  for (const range of ranges) {
    const part = cut(whole, range);
    if (!part) return { kind: "absent", why: `it has ${whole.length} octets: the slice reaches beyond them` };
    parts.push(...part);
  }
  const found = Uint8Array.from(parts);
  return value.kind === "text" ? { kind: "text", value: new TextDecoder().decode(found) } : octets(found);
}

/** Octets shown beyond this many would fill the console. */
const SHOWN = 256;
export function octets(value: Uint8Array): Value {
  const pairs = Array.from(value.subarray(0, SHOWN), (octet) => octet.toString(16).padStart(2, "0"));
  const rest = value.length > SHOWN ? `… (${value.length} octets)` : "";
  return { kind: "octets", value, shown: pairs.join(":") + rest };
}

/** Below 0, 0, above 0, as texts are ordered; a number stands for what the octets say together. */
export function orderOctets(left: Value, right: Value): number {
  if (left.kind === "octets" && right.kind === "number") return together(left.value) - right.value;
  const l = octetsOf(left);
  const r = octetsOf(right);
  if (!l || !r) return Number.NaN;
  for (let i = 0; i < Math.min(l.length, r.length); i++) {
    const difference = (l[i] as number) - (r[i] as number);
    if (difference !== 0) return difference;
  }
  return l.length - r.length;
}
/** Up to six octets make a number that is exact. */
const together = (all: Uint8Array): number =>
  all.length > 6 ? Number.NaN : all.reduce((sum, octet) => sum * 256 + octet, 0);

export function includes(all: Uint8Array, part: Uint8Array): boolean {
  for (let start = 0; start + part.length <= all.length; start++)
    if (part.every((octet, i) => all[start + i] === octet)) return true;
  return false;
}
