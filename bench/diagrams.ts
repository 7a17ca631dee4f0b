/**
 * Reduced ordered binary decision diagrams (Bryant 1986) over the bits of a packet: the representation that was tried
 * beside boxes. Nodes and answers are kept in typed arrays; where the nodes or the time do not last, it gives up.
 */
import {
  type Box,
  DESTINATION,
  DESTINATION_PORT,
  DIRECTION,
  PROTOCOL,
  SOURCE,
  SOURCE_PORT,
  type Values,
} from "../server/src/space/box.ts";

export class OutOfNodes extends Error {}

/** Field, and its bits; in this order, which is Batfish's: what splits rules most comes first. */
const FIELDS: readonly (readonly [number, number])[] = [
  [DESTINATION, 32],
  [SOURCE, 32],
  [DESTINATION_PORT, 16],
  [SOURCE_PORT, 16],
  [PROTOCOL, 8],
  [DIRECTION, 1],
];
const MOST_NODES = 1 << 23;
const TABLE = 1 << 24;
const CACHE = 1 << 20;
/** Milliseconds that one list may take. */
const PATIENCE = 30_000;

export class Diagrams {
  readonly none = 0;
  readonly all = 1;
  readonly #level = new Uint8Array(MOST_NODES).fill(255, 0, 2);
  readonly #low = new Int32Array(MOST_NODES);
  readonly #high = new Int32Array(MOST_NODES);
  readonly #table = new Int32Array(TABLE);
  readonly #cache = new Int32Array(CACHE * 4);
  readonly #sets = new Map<string, number>();
  readonly #until = performance.now() + PATIENCE;
  #count = 2;

  and = (a: number, b: number): number => this.#apply(1, a, b);
  or = (a: number, b: number): number => this.#apply(2, a, b);
  without = (a: number, b: number): number => this.#apply(3, a, b);

  /** The packets of a box, the vNIC aside. */
  box({ fields }: Box): number {
    let out = this.all;
    let first = 0;
    for (const [field, bits] of FIELDS) {
      out = this.and(out, this.#set(fields[field] as Values, first, bits));
      first += bits;
    }
    return out;
  }

  #set(values: Values, first: number, bits: number): number {
    const key = `${first} ${values.join()}`;
    let known = this.#sets.get(key);
    if (known === undefined) {
      known = this.none;
      for (let i = 0; i < values.length; i += 2)
        known = this.or(known, this.#range(Number(values[i]), Number(values[i + 1]), first, bits));
      this.#sets.set(key, known);
    }
    return known;
  }

  /** Numbers of so many bits from low to high. */
  #range(low: number, high: number, level: number, bits: number): number {
    const most = 2 ** bits - 1;
    if (low > high) return this.none;
    if (low <= 0 && high >= most) return this.all;
    const half = 2 ** (bits - 1);
    const below = low < half ? this.#range(low, Math.min(high, half - 1), level + 1, bits - 1) : this.none;
    const above = high >= half ? this.#range(Math.max(low - half, 0), high - half, level + 1, bits - 1) : this.none;
    return this.#node(level, below, above);
  }

  #node(level: number, low: number, high: number): number {
    if (low === high) return low;
    let at =
      (Math.imul(level + 1, 0x9e3779b1) ^ Math.imul(low, 0x85ebca6b) ^ Math.imul(high, 0xc2b2ae35)) & (TABLE - 1);
    for (let found = this.#table[at] as number; found !== 0; found = this.#table[at] as number) {
      if (this.#level[found] === level && this.#low[found] === low && this.#high[found] === high) return found;
      at = (at + 1) & (TABLE - 1);
    }
    if (this.#count >= MOST_NODES || (this.#count % 65536 === 0 && performance.now() > this.#until))
      throw new OutOfNodes();
    const node = this.#count;
    this.#count += 1;
    this.#level[node] = level;
    this.#low[node] = low;
    this.#high[node] = high;
    this.#table[at] = node;
    return node;
  }

  #apply(operation: 1 | 2 | 3, a: number, b: number): number {
    if (operation === 1) {
      if (a === 0 || b === 0) return 0;
      if (a === 1 || a === b) return b;
      if (b === 1) return a;
    } else if (operation === 2) {
      if (a === 1 || b === 1) return 1;
      if (a === 0 || a === b) return b;
      if (b === 0) return a;
    } else {
      if (a === 0 || b === 1 || a === b) return 0;
      if (b === 0) return a;
    }
    const at =
      4 * ((Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(operation, 0xc2b2ae35)) & (CACHE - 1));
    if (this.#cache[at] === a && this.#cache[at + 1] === b && this.#cache[at + 2] === operation)
      return this.#cache[at + 3] as number;
    const [levelA, levelB] = [this.#level[a] as number, this.#level[b] as number];
    const level = Math.min(levelA, levelB);
    const low = this.#apply(
      operation,
      levelA === level ? (this.#low[a] as number) : a,
      levelB === level ? (this.#low[b] as number) : b,
    );
    const high = this.#apply(
      operation,
      levelA === level ? (this.#high[a] as number) : a,
      levelB === level ? (this.#high[b] as number) : b,
    );
    const result = this.#node(level, low, high);
    this.#cache[at] = a;
    this.#cache[at + 1] = b;
    this.#cache[at + 2] = operation;
    this.#cache[at + 3] = result;
    return result;
  }
}
