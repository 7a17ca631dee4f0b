/** What an index of boxes is made of, in steps: their sets and services numbered, the atoms, and the lists by set. */
import type { Ranges } from "../policy/ranges.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import {
  type Box,
  DESTINATION,
  DESTINATION_PORT,
  type Layer,
  PROTOCOL,
  SOURCE,
  SOURCE_PORT,
  type Values,
} from "./box.ts";

/** Entries that the atoms' lists may have together. */
const MAX_LISTED = 8_000_000;
/** Of a set that no box has. */
export const NONE: readonly number[] = [];

/** Boxes by set: source narrow and destination wide; the other way round; both narrow, by each; both wide. */
export interface Lists {
  readonly bySource: readonly (readonly number[])[];
  readonly byDestination: readonly (readonly number[])[];
  readonly bothBySource: readonly (readonly number[])[];
  readonly bothByDestination: readonly (readonly number[])[];
  readonly wide: readonly number[];
}
interface Interned {
  /** Different sets of addresses, and different services (a box that has each). */
  readonly sets: readonly Values[];
  readonly services: readonly Box[];
  /** Of each box: the number of its source, destination and service. */
  readonly source: Int32Array;
  readonly destination: Int32Array;
  readonly service: Int32Array;
}
interface Atoms {
  /** The first value of each atom, ascending. */
  readonly bounds: Ranges<number | bigint>;
  /** Of each set: whether the atoms list it. */
  readonly narrow: readonly boolean[];
  /** Where the sets of an atom begin in `atomSets`. */
  readonly atomStart: Int32Array;
  readonly atomSets: Int32Array;
}

export interface Parts {
  readonly interned: Interned;
  readonly atoms: Atoms;
  readonly lists: Lists;
}

export function* partsOf(layer: Layer, boxes: readonly Box[]): Steps<Parts> {
  const interned = yield* intern(boxes);
  const bounds = yield* boundariesOf(interned.sets, layer === 6 ? 0n : 0);
  const spans: number[][] = [];
  for (const [i, set] of interned.sets.entries()) {
    if (i % STRIDE === 0) yield;
    spans.push(spanOf(set, bounds));
  }
  yield;
  const narrow = chooseNarrow(spans, bounds.length);
  yield;
  const atoms = { bounds, narrow, ...(yield* listAtoms(spans, narrow, bounds.length)) };
  return { interned, atoms, lists: yield* listBoxes(interned, narrow) };
}

function* intern(boxes: readonly Box[]): Steps<Interned> {
  const addresses = new Interner();
  const values = new Interner();
  const services: Box[] = [];
  const byParts = new Map<string, number>();
  const [source, destination, service] = [0, 0, 0].map(() => new Int32Array(boxes.length)) as [
    Int32Array,
    Int32Array,
    Int32Array,
  ];
  for (const [i, box] of boxes.entries()) {
    if (i % STRIDE === 0) yield;
    const id = (of: Interner, field: number) => of.id(box.fields[field] as Values);
    source[i] = id(addresses, SOURCE);
    destination[i] = id(addresses, DESTINATION);
    const parts = `${id(values, PROTOCOL)},${id(values, SOURCE_PORT)},${id(values, DESTINATION_PORT)}`;
    let known = byParts.get(parts);
    if (known === undefined) {
      known = services.push(box) - 1;
      byParts.set(parts, known);
    }
    service[i] = known;
  }
  return { sets: addresses.items, services, source, destination, service };
}

/** Equal sets to one number; the text of a set is made once an object. */
class Interner {
  readonly items: Values[] = [];
  readonly #byObject = new Map<Values, number>();
  readonly #byText = new Map<string, number>();

  id(values: Values): number {
    const known = this.#byObject.get(values);
    if (known !== undefined) return known;
    const text = values.join();
    let id = this.#byText.get(text);
    if (id === undefined) {
      id = this.items.push(values) - 1;
      this.#byText.set(text, id);
    }
    this.#byObject.set(values, id);
    return id;
  }
}

function* listBoxes({ sets, source, destination }: Interned, narrow: readonly boolean[]): Steps<Lists> {
  const lists = () => sets.map(() => NONE as number[]);
  const [bySource, byDestination, bothBySource, bothByDestination] = [lists(), lists(), lists(), lists()];
  const wide: number[] = [];
  for (let box = 0; box < source.length; box += 1) {
    if (box % (4 * STRIDE) === 0) yield;
    const from = source[box] as number;
    const to = destination[box] as number;
    if (narrow[from] && narrow[to]) {
      add(bothBySource, from, box);
      add(bothByDestination, to, box);
    } else if (narrow[from]) add(bySource, from, box);
    else if (narrow[to]) add(byDestination, to, box);
    else wide.push(box);
  }
  return { bySource, byDestination, bothBySource, bothByDestination, wide };
}

function add(lists: number[][], set: number, box: number): void {
  const list = lists[set] as number[];
  if (list === NONE) lists[set] = [box];
  else list.push(box);
}

function* boundariesOf(sets: readonly Values[], zero: number | bigint): Steps<Ranges<number | bigint>> {
  const found = new Set<number | bigint>([zero]);
  for (const [index, set] of sets.entries()) {
    if (index % STRIDE === 0) yield;
    for (let i = 0; i < set.length; i += 2) {
      const high = set[i + 1] as number | bigint;
      found.add(set[i] as number | bigint);
      found.add(typeof high === "bigint" ? high + 1n : high + 1);
    }
  }
  if (typeof zero === "number") return Array.from(Float64Array.from(found as Set<number>).sort());
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

/** The last atom that begins at or before the value. */
export function atomOf(bounds: Ranges<number | bigint>, value: number | bigint): number {
  let low = 0;
  let high = bounds.length;
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] as number) <= (value as number)) low = middle;
    else high = middle;
  }
  return low;
}

/** First and last atom of each range of a set. */
function spanOf(set: Values, bounds: Ranges<number | bigint>): number[] {
  const span: number[] = [];
  for (const value of set) span.push(atomOf(bounds, value));
  return span;
}

/** Sets from the smallest up, while their lists fit; a set that covers a good part of all atoms gains nothing. */
function chooseNarrow(spans: readonly (readonly number[])[], atoms: number): readonly boolean[] {
  const sizes = spans.map((span) => {
    let size = 0;
    for (let i = 0; i < span.length; i += 2) size += (span[i + 1] as number) - (span[i] as number) + 1;
    return size;
  });
  const narrow = new Array<boolean>(spans.length).fill(false);
  let listed = 0;
  for (const set of [...sizes.keys()].sort((a, b) => (sizes[a] as number) - (sizes[b] as number))) {
    const size = sizes[set] as number;
    listed += size;
    if (listed > MAX_LISTED || size > Math.max(16, atoms / 4)) break;
    narrow[set] = true;
  }
  return narrow;
}

function* listAtoms(
  spans: readonly (readonly number[])[],
  narrow: readonly boolean[],
  atoms: number,
): Steps<Pick<Atoms, "atomStart" | "atomSets">> {
  const atomStart = new Int32Array(atoms + 2);
  function* each(visit: (atom: number, set: number) => void): Steps<void> {
    for (const [set, span] of spans.entries()) {
      if (set % STRIDE === 0) yield;
      if (!narrow[set]) continue;
      for (let i = 0; i < span.length; i += 2)
        for (let atom = span[i] as number; atom <= (span[i + 1] as number); atom += 1) visit(atom, set);
    }
  }
  yield* each((atom) => {
    atomStart[atom + 1] = (atomStart[atom + 1] as number) + 1;
  });
  for (let atom = 0; atom <= atoms; atom += 1)
    atomStart[atom + 1] = (atomStart[atom + 1] as number) + (atomStart[atom] as number);
  const atomSets = new Int32Array(atomStart[atoms] as number);
  const next = atomStart.slice();
  yield* each((atom, set) => {
    const at = next[atom] as number;
    atomSets[at] = set;
    next[atom] = at + 1;
  });
  return { atomStart, atomSets };
}
