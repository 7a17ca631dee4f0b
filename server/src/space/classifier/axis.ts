/**
 * One field of a packet cut into intervals: at every value of an interval the same sets of rules are to be had.
 * Intervals with equal sets share a class, and what is kept is kept once a class.
 */
import type { Ranges } from "../../policy/ranges.ts";

type Value = number | bigint;

/** A field's values, and how far a value is shifted to its place in the table of first guesses. */
export interface Domain<T extends Value> {
  readonly zero: T;
  readonly after: (value: T) => T;
  /** Undefined: no table, the whole list is searched. */
  readonly shift?: number;
}
export const IP4: Domain<number> = { zero: 0, after: (value) => value + 1, shift: 16 };
export const IP6: Domain<bigint> = { zero: 0n, after: (value) => value + 1n };
export const PORT: Domain<number> = { zero: 0, after: (value) => value + 1, shift: 0 };

/** From which value to which, and of which class. */
export class Axis<T extends Value> {
  /** Where each interval begins, ascending; the first begins at zero. */
  private readonly starts: ArrayLike<T>;
  private readonly classes: Uint32Array;
  private readonly shift: number;
  private readonly guesses: Uint32Array | undefined;

  constructor(starts: readonly T[], classes: readonly number[], { shift }: Domain<T>) {
    const small = typeof starts[0] === "number";
    this.starts = small ? (Uint32Array.from(starts as readonly number[]) as unknown as ArrayLike<T>) : starts;
    this.classes = Uint32Array.from(classes);
    this.shift = shift ?? 0;
    // Below that a search by halves is as quick, and the table would take more room than the list.
    this.guesses =
      small && shift !== undefined && starts.length > 32
        ? guesses(this.starts as unknown as Uint32Array, shift)
        : undefined;
  }

  classAt(value: T): number {
    const { starts, guesses: table } = this;
    let low = 0;
    let high = starts.length - 1;
    if (table !== undefined) {
      const place = (value as number) >>> this.shift;
      low = table[place] as number;
      high = table[place + 1] as number;
    }
    // The last interval that does not begin after the value.
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] as T) <= value) low = middle;
      else high = middle - 1;
    }
    return this.classes[low] as number;
  }
}

/** For each place, the interval that its first value is in. */
function guesses(starts: Uint32Array, shift: number): Uint32Array {
  const table = new Uint32Array(65537).fill(starts.length - 1);
  let place = 0;
  for (let at = 1; at < starts.length; at++) {
    const next = Math.ceil((starts[at] as number) / 2 ** shift);
    if (next > place) table.fill(at - 1, place, next);
    place = next;
  }
  return table;
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
