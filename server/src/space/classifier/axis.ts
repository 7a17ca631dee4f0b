/**
 * One field of a packet cut into intervals: at every value of an interval the same sets of rules are to be had.
 * Intervals with equal sets share a class, and what is kept is kept once a class.
 */
import type { Ranges } from "../../policy/ranges.ts";
import { Scratch } from "./scratch.ts";

type Value = number | bigint;

/** A field's values, and how many bits those have, which is a multiple of 8. */
export interface Domain<T extends Value> {
  readonly zero: T;
  readonly after: (value: T) => T;
  /** Undefined: no tables, the whole list is searched. */
  readonly bits?: number;
}
export const IP4: Domain<number> = { zero: 0, after: (value) => value + 1, bits: 32 };
export const IP6: Domain<bigint> = { zero: 0n, after: (value) => value + 1n };
export const PORT: Domain<number> = { zero: 0, after: (value) => value + 1, bits: 16 };

/** From which value to which, and of which class. */
export class Axis<T extends Value> {
  /** Where each interval begins, ascending; the first begins at zero. */
  private readonly starts: ArrayLike<T>;
  private readonly classes: Uint32Array;
  /** The place of a value's first eight bits. */
  private readonly shift: number;
  private readonly cells: Uint32Array | undefined;

  constructor(starts: readonly T[], classes: readonly number[], { bits }: Domain<T>) {
    const small = typeof starts[0] === "number";
    this.starts = small ? (Uint32Array.from(starts as readonly number[]) as unknown as ArrayLike<T>) : starts;
    this.classes = Uint32Array.from(classes);
    this.shift = bits === undefined ? 0 : bits - 8;
    this.cells =
      small && bits !== undefined && starts.length > FEW
        ? new Cells(this.starts as unknown as Uint32Array, this.classes, this.shift).words
        : undefined;
  }

  classAt(value: T): number {
    return this.cells === undefined ? this.searched(value) : this.lookedUp(value as number, this.cells);
  }
  private lookedUp(value: number, cells: Uint32Array): number {
    let { shift } = this;
    let cell = cells[value >>> shift] as number;
    while ((cell & KIND) === TABLE) {
      shift -= 8;
      cell = cells[(cell >>> 2) + ((value >>> shift) & 255)] as number;
    }
    let at = cell >>> 2;
    if ((cell & KIND) === CLASS) return at;
    const starts = this.starts as unknown as Uint32Array;
    while ((starts[at] as number) > value) at--;
    return this.classes[at] as number;
  }
  /** The last interval that does not begin after the value, by halves. */
  private searched(value: T): number {
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

const scratch = new Scratch();

/** Tables of 256 cells, of which each stands for the values that share their leading bits, eight more a table. */
class Cells {
  readonly words: Uint32Array;
  private end = 0;
  private readonly starts: Uint32Array;
  private readonly classes: Uint32Array;

  constructor(starts: Uint32Array, classes: Uint32Array, shift: number) {
    this.starts = starts;
    this.classes = classes;
    this.table(0, shift, 0);
    this.words = scratch.take(this.end);
  }

  /** Makes a table of cells of 2^`shift` values each, the first one's at `value`, which is in interval `interval`. */
  private table(value: number, shift: number, interval: number): number {
    const { starts, classes } = this;
    const at = this.end;
    this.end += 256;
    scratch.reserve(this.end);
    const size = 2 ** shift;
    let within = interval;
    for (let cell = 0; cell < 256; ) {
      const next = within + 1 < starts.length ? (starts[within + 1] as number) : Number.POSITIVE_INFINITY;
      const whole = Math.min(256, Math.floor((next - value) / size));
      if (whole > cell) {
        scratch.words.fill((classes[within] as number) << 2, at + cell, at + whole);
        cell = whole;
        continue;
      }
      const first = value + cell * size;
      if (next === first) {
        within += 1;
        continue;
      }
      let last = within;
      while (last + 1 < starts.length && (starts[last + 1] as number) < first + size) last += 1;
      const said = last - within <= FEW ? (last << 2) | LAST : (this.table(first, shift - 8, within) << 2) | TABLE;
      scratch.words[at + cell] = said;
      within = last;
      cell += 1;
    }
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
  const numbers = domain.bits === undefined ? undefined : sortedNumbers(sets as readonly Ranges<number>[]);
  const { values, events } = numbers ?? sorted(sets, domain);
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
  for (let i = 0; i < values.length; ) {
    const at = values[i] as T;
    for (; i < values.length && values[i] === at; i++) {
      const event = events[i] as number;
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

/** Where sets begin and end, in the order of the values: twice the set's number, and 1 more where it begins. */
interface Events {
  readonly values: ArrayLike<Value>;
  readonly events: ArrayLike<number>;
}

/** The same as `sorted`, each value together with its event as one float. Undefined where that is not wide enough. */
function sortedNumbers(sets: readonly Ranges<number>[]): Events | undefined {
  if (2 * sets.length > MOST) return undefined;
  let count = 0;
  for (const ranges of sets) count += ranges.length;
  const keys = new Float64Array(count);
  let at = 0;
  for (let set = 0; set < sets.length; set++) {
    const ranges = sets[set] as Ranges<number>;
    for (let i = 0; i < ranges.length; i += 2) {
      keys[at++] = (ranges[i] as number) * MOST + 2 * set + 1;
      keys[at++] = ((ranges[i + 1] as number) + 1) * MOST + 2 * set;
    }
  }
  keys.sort();
  const events = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const key = keys[i] as number;
    const value = Math.floor(key / MOST);
    events[i] = key - value * MOST;
    keys[i] = value;
  }
  return { values: keys, events };
}
/** 33 bits of value leave 20 of a float's 53 for the event. */
const MOST = 2 ** 20;

function sorted<T extends Value>(sets: readonly Ranges<T>[], domain: Domain<T>): Events {
  const all: { readonly value: T; readonly event: number }[] = [];
  for (const [set, ranges] of sets.entries())
    for (let i = 0; i < ranges.length; i += 2) {
      all.push({ value: ranges[i] as T, event: 2 * set + 1 });
      all.push({ value: domain.after(ranges[i + 1] as T), event: 2 * set });
    }
  all.sort((a, b) => (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
  return { values: all.map(({ value }) => value), events: all.map(({ event }) => event) };
}

/** A number for a set's part in a class's hash; well mixed, the same in every run. */
export function mix(set: number): number {
  let value = Math.imul(set + 1, 0x9e3779b1);
  value = Math.imul(value ^ (value >>> 15), 0x85ebca6b);
  return (value ^ (value >>> 13)) >>> 0;
}
