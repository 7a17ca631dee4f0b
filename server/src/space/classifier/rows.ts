/** Rules as bits: a row a class and field says which rules the field's value may match. The AND of the rows are the candidates. */
import type { Ranges } from "../../policy/ranges.ts";
import { type Axis, cut, type Domain, type Keeper, mix } from "./axis.ts";
import { Scratch } from "./scratch.ts";

const scratch = new Scratch();

/** Rows of one field, behind each its summary: a bit for every word that is not empty. */
export class Rows<T extends number | bigint> implements Keeper {
  /** Row of class `c`: `stride` words from `c * stride`. Row 0 is that of a value that is in no set. */
  readonly words: Uint32Array;
  readonly stride: number;
  private readonly width: number;
  private readonly members: readonly (readonly number[])[];
  private readonly most: number;
  private count = 1;
  private readonly now: Uint32Array;
  private hashA = 0;
  private hashB = 0;
  private readonly known = new Map<number, number>([[0, 0]]);
  readonly axis: Axis<T> | undefined;

  /**
   * `always`: rules that take any value; `members`: of each set, the rules that ask for it; a rule asks for one set at
   * most. `most`: words that may be used; beyond them there is no `axis`.
   */
  constructor(
    rules: number,
    always: readonly number[],
    sets: readonly Ranges<T>[],
    members: readonly (readonly number[])[],
    domain: Domain<T>,
    most: number,
  ) {
    this.width = wordsOf(rules);
    this.stride = this.width + wordsOf(this.width);
    this.members = members;
    this.most = most;
    this.now = rowOf(rules, always);
    this.keep(0);
    this.axis = cut(sets, domain, this);
    this.words = scratch.take(this.count * this.stride);
  }

  toggle(set: number, on: boolean): void {
    const { now } = this;
    for (const rule of this.members[set] as readonly number[]) {
      const bit = 1 << (rule & 31);
      const word = now[rule >>> 5] as number;
      now[rule >>> 5] = on ? word | bit : word & ~bit;
    }
    this.hashA ^= mix(set);
    this.hashB ^= mix(~set);
  }

  current(): number | undefined {
    const key = (this.hashA >>> 0) * 0x20_0000 + (this.hashB & 0x1f_ffff);
    const found = this.known.get(key);
    if (found !== undefined && this.is(found)) return found;
    if ((this.count + 1) * this.stride > this.most) return undefined;
    const made = this.count;
    this.count += 1;
    this.keep(made);
    this.known.set(key, made);
    return made;
  }

  private keep(row: number): void {
    const { now, width } = this;
    summarize(now, width);
    scratch.reserve((row + 1) * this.stride);
    scratch.words.set(now, row * this.stride);
  }
  private is(row: number): boolean {
    const at = row * this.stride;
    const { words } = scratch;
    for (let word = 0; word < this.width; word++) if (words[at + word] !== this.now[word]) return false;
    return true;
  }
}

/** A row of its own. */
export function rowOf(size: number, rules: readonly number[]): Uint32Array {
  const width = wordsOf(size);
  const row = new Uint32Array(width + wordsOf(width));
  for (const rule of rules) row[rule >>> 5] = (row[rule >>> 5] as number) | (1 << (rule & 31));
  summarize(row, width);
  return row;
}

function summarize(row: Uint32Array, width: number): void {
  row.fill(0, width);
  for (let word = 0; word < width; word++)
    if (row[word] !== 0) row[width + (word >>> 5)] = (row[width + (word >>> 5)] as number) | (1 << (word & 31));
}

export const wordsOf = (bits: number): number => (bits + 31) >>> 5;
