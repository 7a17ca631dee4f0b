/**
 * Sets of integers as ranges: low and high (inclusive) of each range in turn, sorted, disjoint, not adjacent, so that
 * equal sets are equal arrays. Numbers (ports, IPv4, MAC) and bigints (IPv6) alike; every operation is linear but
 * `normalizeRanges`, which sorts.
 */
export type Ranges<T extends number | bigint> = readonly T[];

type Integer = number | bigint;
const after = <T extends Integer>(x: T): T => (typeof x === "bigint" ? x + 1n : (x as number) + 1) as T;
const before = <T extends Integer>(x: T): T => (typeof x === "bigint" ? x - 1n : (x as number) - 1) as T;

/** Ranges from pairs in any order, overlapping or not. A pair that ends before it begins counts for nothing. */
export function normalizeRanges<T extends Integer>(pairs: readonly T[]): Ranges<T> {
  if (isNormal(pairs)) return pairs;
  const order: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) if ((pairs[i] as T) <= (pairs[i + 1] as T)) order.push(i);
  order.sort((a, b) => ((pairs[a] as T) < (pairs[b] as T) ? -1 : 1));
  const out: T[] = [];
  for (const i of order) append(out, pairs[i] as T, pairs[i + 1] as T);
  return out;
}

function isNormal<T extends Integer>(pairs: readonly T[]): boolean {
  for (let i = 0; i < pairs.length; i += 2) {
    if ((pairs[i] as T) > (pairs[i + 1] as T)) return false;
    if (i > 0 && (pairs[i] as T) <= after(pairs[i - 1] as T)) return false;
  }
  return true;
}

/** Adds a range whose low end is not below that of any range before it. */
function append<T extends Integer>(out: T[], low: T, high: T): void {
  const last = out.length - 1;
  if (last > 0 && low <= after(out[last] as T)) {
    if (high > (out[last] as T)) out[last] = high;
  } else out.push(low, high);
}

export function unionRanges<T extends Integer>(a: Ranges<T>, b: Ranges<T>): Ranges<T> {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (j >= b.length || (i < a.length && (a[i] as T) <= (b[j] as T))) {
      append(out, a[i] as T, a[i + 1] as T);
      i += 2;
    } else {
      append(out, b[j] as T, b[j + 1] as T);
      j += 2;
    }
  }
  return out;
}

export function intersectRanges<T extends Integer>(a: Ranges<T>, b: Ranges<T>): Ranges<T> {
  const out: T[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const low = (a[i] as T) > (b[j] as T) ? (a[i] as T) : (b[j] as T);
    const aEnds = (a[i + 1] as T) < (b[j + 1] as T);
    const high = aEnds ? (a[i + 1] as T) : (b[j + 1] as T);
    if (low <= high) out.push(low, high);
    if (aEnds) i += 2;
    else j += 2;
  }
  return out;
}

/** What is in `a` and not in `b`. */
export function subtractRanges<T extends Integer>(a: Ranges<T>, b: Ranges<T>): Ranges<T> {
  if (a.length === 0 || b.length === 0) return a;
  const out: T[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let low = a[i] as T;
    const high = a[i + 1] as T;
    while (j < b.length && (b[j + 1] as T) < low) j += 2;
    let k = j;
    while (k < b.length && (b[k] as T) <= high) {
      if ((b[k] as T) > low) out.push(low, before(b[k] as T));
      low = after(b[k + 1] as T);
      k += 2;
    }
    if (low <= high) out.push(low, high);
  }
  return out;
}

export function rangesContain<T extends Integer>(ranges: Ranges<T>, value: T): boolean {
  let low = 0;
  let high = ranges.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[2 * middle + 1] as T) < value) low = middle + 1;
    else high = middle;
  }
  return 2 * low < ranges.length && (ranges[2 * low] as T) <= value;
}

export function rangesEqual<T extends Integer>(a: Ranges<T>, b: Ranges<T>): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((x, i) => x === b[i]);
}

export function rangesOverlap<T extends Integer>(a: Ranges<T>, b: Ranges<T>): boolean {
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    if ((a[i + 1] as T) < (b[j] as T)) i += 2;
    else if ((b[j + 1] as T) < (a[i] as T)) j += 2;
    else return true;
  }
  return false;
}

/** How many integers there are in it. */
export function rangesSize<T extends Integer>(ranges: Ranges<T>): bigint {
  let size = 0n;
  for (let i = 0; i < ranges.length; i += 2) size += BigInt(ranges[i + 1] as T) - BigInt(ranges[i] as T) + 1n;
  return size;
}
