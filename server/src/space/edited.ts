/**
 * A list of rules after an edit, as the list before it less the rules that went, and with those that came. Looking up
 * a packet is then looking it up in the index that is there, and among the few that came.
 */
import type { Rule } from "../policy/policy.ts";
import { type Box, boxContains, type Point } from "./box.ts";
import type { BoxIndex, BoxLookup } from "./boxIndex.ts";

/** Where each rule of a list stood before an edit; -1: it came. Ascending otherwise. */
export type Origins = Int32Array;

/** Rules that came or went: beyond so many, a list is made anew. */
const MOST = 64;
/** A rule that has moved further than this has gone, and come. */
const REACH = 256;

/** Which rules of `before` are there `now`; undefined where too many came or went. */
export function originsOf(
  before: readonly Rule[],
  now: readonly Rule[],
  same: (before: Rule, now: Rule) => boolean,
): Origins | undefined {
  const isSame = (i: number, j: number) => same(before[i] as Rule, now[j] as Rule);
  const origins: Origins = new Int32Array(now.length).fill(-1);
  const shorter = Math.min(before.length, now.length);
  let start = 0;
  while (start < shorter && isSame(start, start)) start += 1;
  let end = 0;
  while (end < shorter - start && isSame(before.length - 1 - end, now.length - 1 - end)) end += 1;
  for (let i = 0; i < start; i += 1) origins[i] = i;
  for (let i = 1; i <= end; i += 1) origins[now.length - i] = before.length - i;

  const places = new Map<unknown, number>();
  for (let i = start; i < before.length - end; i += 1) places.set((before[i] as Rule).source.statement, i);
  let next = start;
  let came = 0;
  for (let i = start; i < now.length - end; i += 1) {
    const place = places.get((now[i] as Rule).source.statement);
    if (place !== undefined && place >= next && place < next + REACH && isSame(place, i)) {
      origins[i] = place;
      next = place + 1;
    } else came += 1;
    if (came > MOST) return undefined;
  }
  const went = before.length - (now.length - came);
  return went > MOST ? undefined : origins;
}

/** Numbers of rules before an edit and after it. */
export class Renumbering {
  readonly origins: Origins;
  /** Of each rule before the edit its number now; -1: it went. */
  readonly now: Int32Array;
  readonly #firstOrigin: Int32Array;

  constructor(before: number, origins: Origins) {
    this.origins = origins;
    this.now = new Int32Array(before).fill(-1);
    this.#firstOrigin = new Int32Array(origins.length + 1).fill(before);
    for (let i = origins.length - 1; i >= 0; i -= 1) {
      const origin = origins[i] as number;
      if (origin >= 0) this.now[origin] = i;
      this.#firstOrigin[i] = origin >= 0 ? origin : (this.#firstOrigin[i + 1] as number);
    }
  }

  /** The first rule before the edit whose number now is `number` or above. */
  origin(number: number): number {
    return this.#firstOrigin[Math.min(number, this.origins.length)] as number;
  }
}

/** `BoxIndex` of the list after an edit. */
export class EditedIndex implements BoxLookup {
  readonly #before: BoxIndex;
  readonly #numbers: Renumbering;
  /** Of the rules that came, numbered behind those of the index before. */
  readonly #came: readonly Box[];
  readonly #owners: readonly number[];

  /** `owners`: the numbers, now, of the rules that the boxes which came belong to, ascending. */
  constructor(before: BoxIndex, numbers: Renumbering, came: readonly Box[], owners: readonly number[]) {
    this.#before = before;
    this.#numbers = numbers;
    this.#came = came;
    this.#owners = owners;
  }

  box(index: number): Box {
    const { size } = this.#before;
    return index < size ? this.#before.box(index) : (this.#came[index - size] as Box);
  }
  owner(index: number): number {
    const { size } = this.#before;
    if (index >= size) return this.#owners[index - size] as number;
    return this.#numbers.now[this.#before.owner(index)] as number;
  }

  first(point: Point, from: number, limit: number): number {
    const numbers = this.#numbers;
    const found = this.#before.first(point, numbers.origin(from), numbers.origin(limit), numbers.now);
    const end = found < 0 ? limit : this.owner(found);
    for (let i = 0; i < this.#came.length; i += 1) {
      const owner = this.#owners[i] as number;
      if (owner >= end) break;
      if (owner >= from && boxContains(this.#came[i] as Box, point)) return this.#before.size + i;
    }
    return found;
  }

  *near(box: Box, limit: number): Iterable<number> {
    for (const found of this.#before.near(box, this.#numbers.origin(limit))) if (this.owner(found) >= 0) yield found;
    for (let i = 0; i < this.#came.length; i += 1) {
      if ((this.#owners[i] as number) >= limit) return;
      yield this.#before.size + i;
    }
  }
}
