/**
 * One field of a packet cut into intervals: at every value of an interval the same sets of rules are to be had.
 * Intervals with equal sets share a class, and what is kept is kept once a class.
 */
import type { Ranges } from "../../policy/ranges.ts";

type Value = number | bigint;

/** A field's values, and how many low bits of a value do not count in its first table. */
export interface Domain<T extends Value> {
  readonly zero: T;
  readonly after: (value: T) => T;
  /** Undefined: no tables, the whole list is searched. */
  readonly bits?: { readonly all: number; readonly low: number };
}
export const IP4: Domain<number> = { zero: 0, after: (value) => value + 1, bits: { all: 32, low: 16 } };
export const IP6: Domain<bigint> = { zero: 0n, after: (value) => value + 1n };
export const PORT: Domain<number> = { zero: 0, after: (value) => value + 1, bits: { all: 16, low: 8 } };

/** From which value to which, and of which class. */
export class Axis<T extends Value> {
  /** Where each interval begins, ascending; the first begins at zero. */
  private readonly starts: ArrayLike<T>;
  private readonly classes: Uint32Array;
  private readonly low: number;
  private readonly cells: Uint32Array | undefined;

  constructor(starts: readonly T[], classes: readonly number[], { bits }: Domain<T>) {
    const small = typeof starts[0] === "number";
    this.starts = small ? (Uint32Array.from(starts as readonly number[]) as unknown as ArrayLike<T>) : starts;
    this.classes = Uint32Array.from(classes);
    this.low = bits?.low ?? 0;
    this.cells =
      small && bits !== undefined && starts.length > FEW
        ? new Cells(this.starts as unknown as Uint32Array, this.classes, bits.all, bits.low).words
        : undefined;
  }

  classAt(value: T): number {
    return this.cells === undefined ? this.found(value) : this.looked(value as number, this.cells);
  }
  private looked(value: number, cells: Uint32Array): number {
    const { low } = this;
    let cell = cells[value >>> low] as number;
    if ((cell & KIND) === TABLE) {
      cell = cells[(cell >>> 2) + ((value >>> (low - 8)) & 255)] as number;
      if ((cell & KIND) === TABLE) cell = cells[(cell >>> 2) + (value & 255)] as number;
    }
    let at = cell >>> 2;
    if ((cell & KIND) === CLASS) return at;
    const starts = this.starts as unknown as Uint32Array;
    while ((starts[at] as number) > value) at--;
    return this.classes[at] as number;
  }
  /** The last interval that does not begin after the value, by halves. */
  private found(value: T): number {
    const { starts } = this;
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as T) <= value) low = middle;
      else high = middle - 1;
    }
    return this.classes[low] as number;
  }
}

/** Intervals that are searched as quickly as tables answer, and for which a table would take more room than the list. */
const FEW = 8;
/** What a cell says in its two low bits: that its values are of one class; its last interval; where its table is. */
const KIND = 3;
const CLASS = 0;
const LAST = 1;
const TABLE = 2;

/** Tables of cells, of which each stands for the values that share some leading bits: a large one, then some of 256. */
class Cells {
  words: Uint32Array;
  private end: number;
  private readonly starts: Uint32Array;
  private readonly classes: Uint32Array;

  constructor(starts: Uint32Array, classes: Uint32Array, all: number, low: number) {
    this.starts = starts;
    this.classes = classes;
    this.end = 2 ** (all - low);
    this.words = new Uint32Array(2 * this.end);
    this.fill(0, this.end, 0, low, 0);
    this.words = this.words.slice(0, this.end);
  }

  /** Fills `count` cells of 2^`low` values each, the first one's at `value`, which is in interval `interval`. */
  private fill(at: number, count: number, value: number, low: number, interval: number): void {
    const { starts, classes } = this;
    const size = 2 ** low;
    let within = interval;
    for (let cell = 0; cell < count; ) {
      const next = within + 1 < starts.length ? (starts[within + 1] as number) : Number.POSITIVE_INFINITY;
      const whole = Math.min(count, Math.floor((next - value) / size));
      if (whole > cell) {
        this.words.fill((classes[within] as number) << 2, at + cell, at + whole);
        cell = whole;
      }
      if (cell === count) break;
      const first = value + cell * size;
      if (next === first) {
        within += 1;
        continue;
      }
      let last = within;
      while (last + 1 < starts.length && (starts[last + 1] as number) < first + size) last += 1;
      // A table may move the words.
      const said = last - within <= FEW ? (last << 2) | LAST : (this.table(first, low - 8, within) << 2) | TABLE;
      this.words[at + cell] = said;
      within = last;
      cell += 1;
    }
  }
  private table(value: number, low: number, interval: number): number {
    const at = this.end;
    this.end += 256;
    if (this.end > this.words.length) {
      const longer = new Uint32Array(2 * this.words.length);
      longer.set(this.words);
      this.words = longer;
    }
    this.fill(at, 256, value, low, interval);
    return at;
  }
}

/** What is kept a class; it is told what begins and ends, and asked at each interval. */
export interface Keeper {
  toggle(set: number, on: boolean): void;
  /** The class of what is on now; undefined: there is no more room, and the axis is not made. */
  current(): number | undefined;
}

/** Cuts a field where one of the sets begins or ends. Undefined where the keeper has no room. */
export function cut<T extends Value>(
  sets: readonly Ranges<T>[],
  domain: Domain<T>,
  keeper: Keeper,
): Axis<T> | undefined {
  const positions: T[] = [];
  const events: number[] = [];
  for (const [set, ranges] of sets.entries())
    for (let i = 0; i < ranges.length; i += 2) {
      positions.push(ranges[i] as T, domain.after(ranges[i + 1] as T));
      events.push(2 * set + 1, 2 * set);
    }
  const order = ordered(positions);
  const starts: T[] = [];
  const classes: number[] = [];
  const begin = (at: T): boolean => {
    const found = keeper.current();
    if (found === undefined) return false;
    if (classes.at(-1) !== found) {
      starts.push(at);
      classes.push(found);
    }
    return true;
  };
  if (!begin(domain.zero)) return undefined;
  for (let i = 0; i < order.length; ) {
    const at = positions[order[i] as number] as T;
    for (; i < order.length && positions[order[i] as number] === at; i++) {
      const event = events[order[i] as number] as number;
      keeper.toggle(event >> 1, (event & 1) === 1);
    }
    // Nothing is asked behind the last address.
    if (typeof at === "number" && at > 0xffff_ffff) break;
    if (at === domain.zero) {
      starts.length = 0;
      classes.length = 0;
    }
    if (!begin(at)) return undefined;
  }
  return new Axis(starts, classes, domain);
}

/** Indexes in the order of what is there. Numbers are sorted together with their index, as one float each. */
function ordered(positions: readonly Value[]): ArrayLike<number> {
  const count = positions.length;
  if (count > 0 && typeof positions[0] === "number" && count < MOST) {
    const keys = new Float64Array(count);
    for (let i = 0; i < count; i++) keys[i] = (positions[i] as number) * MOST + i;
    keys.sort();
    return Uint32Array.from(keys, (key) => key % MOST);
  }
  return positions.map((_, i) => i).sort((a, b) => ((positions[a] as Value) < (positions[b] as Value) ? -1 : 1));
}
/** 33 bits of position leave 20 of a float's 53 for the index. */
const MOST = 2 ** 20;

/** A number for a set's part in a class's hash; well mixed, the same in every run. */
export function mix(set: number): number {
  let value = Math.imul(set + 1, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
