/**
 * Which of a list of boxes is the first that a packet is in, for lists of a hundred thousand: the look-up under the
 * exact search for shadowed rules.
 *
 * Addresses are cut into *atoms*, the intervals between any two boundaries of the boxes' address sets; an atom lists
 * the sets that it lies in, and a set lists the boxes that have it. A set that spans many atoms is *wide*: it is not
 * listed but tested. A packet's candidates are then the boxes of its source's and destination's sets, and those whose
 * both sets are wide; lists ascend, so each is left as soon as it cannot improve on what was found.
 */
import { type Ranges, rangesContain } from "../policy/ranges.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import {
  type Box,
  DESTINATION,
  DESTINATION_PORT,
  DIRECTION,
  type Layer,
  type Point,
  PROTOCOL,
  SOURCE,
  SOURCE_PORT,
  type Values,
  VNIC,
} from "./box.ts";

/** Entries that the atoms' lists may have together. */
const MAX_LISTED = 8_000_000;
const NONE: readonly number[] = [];

/** A list of boxes that is asked. Boxes are named by numbers of its own, which ascend with their owners'. */
export interface BoxLookup {
  box(index: number): Box;
  /** The number of the rule that a box belongs to. */
  owner(index: number): number;
  /** The first box of rules `from` (inclusive) to `limit` (exclusive) that the packet is in; -1 when there is none. */
  first(point: Point, from: number, limit: number): number;
  /** Boxes of rules before `limit` that may share packets with `box`, in no order: its addresses meet theirs. */
  near(box: Box, limit: number): Iterable<number>;
}

export class BoxIndex implements BoxLookup {
  readonly #boxes: readonly Box[];
  /** Rule of each box; ascending. */
  readonly #owners: Int32Array;
  readonly #bounds: Ranges<number | bigint>;
  readonly #atomStart: Int32Array;
  readonly #atomSets: Int32Array;
  readonly #sets: readonly Values[];
  /** 1: the atoms list it. */
  readonly #narrow: Uint8Array;
  readonly #source: Int32Array;
  readonly #destination: Int32Array;
  readonly #service: Int32Array;
  readonly #services: readonly Box[];
  readonly #vnics: readonly (Values | undefined)[];
  /** Bit 1 in, bit 2 out. */
  readonly #directions: Uint8Array;
  /** As `Lists` has them. */
  readonly #bySource: readonly (readonly number[])[];
  readonly #byDestination: readonly (readonly number[])[];
  readonly #bothBySource: readonly (readonly number[])[];
  readonly #bothByDestination: readonly (readonly number[])[];
  readonly #wide: readonly number[];
  // Answers for the packet in hand, one a set or service: the number of the packet, negative for "no".
  readonly #sourceAnswer: Float64Array;
  readonly #destinationAnswer: Float64Array;
  readonly #serviceAnswer: Float64Array;
  #question = 0;
  #numbers: Int32Array | undefined;

  /** The index of boxes of one layer. `owners`: the number of the rule that each belongs to, ascending. */
  static *build(layer: Layer, boxes: readonly Box[], owners: readonly number[], everyVnic: Values): Steps<BoxIndex> {
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
    const atoms = yield* listAtoms(spans, narrow, bounds.length);
    const lists = yield* listBoxes(interned, narrow);
    return new BoxIndex(boxes, owners, everyVnic, interned, { bounds, narrow, ...atoms }, lists);
  }

  private constructor(
    boxes: readonly Box[],
    owners: readonly number[],
    everyVnic: Values,
    { sets, services, source, destination, service }: Interned,
    { bounds, narrow, atomStart, atomSets }: Atoms,
    lists: Lists,
  ) {
    this.#boxes = boxes;
    this.#owners = new Int32Array(owners);
    this.#sets = sets;
    this.#narrow = Uint8Array.from(narrow, Number);
    this.#services = services;
    this.#source = source;
    this.#destination = destination;
    this.#service = service;
    this.#bounds = bounds;
    this.#atomStart = atomStart;
    this.#atomSets = atomSets;
    this.#vnics = boxes.map((box) => (box.fields[VNIC] === everyVnic ? undefined : box.fields[VNIC]));
    this.#directions = new Uint8Array(boxes.length);
    for (let i = 0; i < boxes.length; i += 1) {
      const direction = (boxes[i] as Box).fields[DIRECTION] as Values;
      this.#directions[i] = (direction[0] === 0 ? 1 : 0) | (direction[direction.length - 1] === 1 ? 2 : 0);
    }
    this.#sourceAnswer = new Float64Array(sets.length);
    this.#destinationAnswer = new Float64Array(sets.length);
    this.#serviceAnswer = new Float64Array(services.length);

    this.#bySource = lists.bySource;
    this.#byDestination = lists.byDestination;
    this.#bothBySource = lists.bothBySource;
    this.#bothByDestination = lists.bothByDestination;
    this.#wide = lists.wide;
  }

  /** How many boxes there are. */
  get size(): number {
    return this.#boxes.length;
  }
  box(index: number): Box {
    return this.#boxes[index] as Box;
  }
  owner(index: number): number {
    return this.#owners[index] as number;
  }

  /** `numbers`: rules whose number there is negative are passed over. */
  first(point: Point, from: number, limit: number, numbers?: Int32Array): number {
    this.#question += 1;
    this.#numbers = numbers;
    const { values } = point;
    const low = lowerBound(this.#owners, from);
    let best = lowerBound(this.#owners, limit);
    const end = best;
    const sourceAtom = atomOf(this.#bounds, values[SOURCE] as number);
    const destinationAtom = atomOf(this.#bounds, values[DESTINATION] as number);
    const s0 = this.#atomStart[sourceAtom] as number;
    const s1 = this.#atomStart[sourceAtom + 1] as number;
    const d0 = this.#atomStart[destinationAtom] as number;
    const d1 = this.#atomStart[destinationAtom + 1] as number;
    for (let i = s0; i < s1; i += 1) this.#sourceAnswer[this.#atomSets[i] as number] = this.#question;
    for (let i = d0; i < d1; i += 1) this.#destinationAnswer[this.#atomSets[i] as number] = this.#question;
    best = this.#scan(this.#wide, values, low, best);
    let sourceCount = 0;
    let destinationCount = 0;
    for (let i = s0; i < s1; i += 1) sourceCount += (this.#bothBySource[this.#atomSets[i] as number] ?? NONE).length;
    for (let i = d0; i < d1; i += 1)
      destinationCount += (this.#bothByDestination[this.#atomSets[i] as number] ?? NONE).length;
    for (let i = s0; i < s1; i += 1) {
      const set = this.#atomSets[i] as number;
      best = this.#scan(this.#bySource[set] ?? NONE, values, low, best);
      if (sourceCount <= destinationCount) best = this.#scan(this.#bothBySource[set] ?? NONE, values, low, best);
    }
    for (let i = d0; i < d1; i += 1) {
      const set = this.#atomSets[i] as number;
      best = this.#scan(this.#byDestination[set] ?? NONE, values, low, best);
      if (sourceCount > destinationCount) best = this.#scan(this.#bothByDestination[set] ?? NONE, values, low, best);
    }
    return best === end ? -1 : best;
  }

  *near(box: Box, limit: number): Iterable<number> {
    const end = lowerBound(this.#owners, limit);
    const source = box.fields[SOURCE] as Values;
    const destination = box.fields[DESTINATION] as Values;
    const [sources, destinations] = [this.#entries(source), this.#entries(destination)];
    const bySource = sources <= destinations;
    // Sets are gone through on both sides: some boxes are listed by one of theirs only.
    if (end <= sources + destinations) {
      for (let each = 0; each < end; each += 1) yield each;
      return;
    }
    yield* before(this.#wide, end);
    if (bySource)
      for (const set of this.#setsOver(source)) yield* before(this.#bothBySource[set] as readonly number[], end);
    else
      for (const set of this.#setsOver(destination))
        yield* before(this.#bothByDestination[set] as readonly number[], end);
    for (const set of this.#setsOver(source)) yield* before(this.#bySource[set] as readonly number[], end);
    for (const set of this.#setsOver(destination)) yield* before(this.#byDestination[set] as readonly number[], end);
  }

  /** How many entries the lists of these addresses' atoms have. */
  #entries(values: Values): number {
    let sum = 0;
    for (let i = 0; i < values.length; i += 2) {
      const last = atomOf(this.#bounds, values[i + 1] as number);
      const first = atomOf(this.#bounds, values[i] as number);
      sum += (this.#atomStart[last + 1] as number) - (this.#atomStart[first] as number);
    }
    return sum;
  }

  /** Narrow sets that meet these addresses. */
  *#setsOver(values: Values): Iterable<number> {
    const seen = new Set<number>();
    for (let i = 0; i < values.length; i += 2) {
      const last = atomOf(this.#bounds, values[i + 1] as number);
      const end = this.#atomStart[last + 1] as number;
      for (let at = this.#atomStart[atomOf(this.#bounds, values[i] as number)] as number; at < end; at += 1) {
        const set = this.#atomSets[at] as number;
        if (seen.has(set)) continue;
        seen.add(set);
        yield set;
      }
    }
  }

  /** The first of the list, from `low`, that the packet is in and that comes before `best`; else `best`. */
  #scan(list: readonly number[], values: readonly (number | bigint)[], low: number, best: number): number {
    const way = values[DIRECTION] === 0 ? 1 : 2;
    for (let i = 0; i < list.length; i += 1) {
      const box = list[i] as number;
      if (box >= best) return best;
      if (box < low || ((this.#directions[box] as number) & way) === 0) continue;
      // Addresses first: they are told apart most, and for narrow sets the answer is there already.
      if (!this.#inSet(this.#sourceAnswer, this.#source[box] as number, values[SOURCE] as number)) continue;
      if (!this.#inSet(this.#destinationAnswer, this.#destination[box] as number, values[DESTINATION] as number))
        continue;
      if (!this.#inService(this.#service[box] as number, values)) continue;
      const vnics = this.#vnics[box];
      if (vnics !== undefined && !rangesContain(vnics, values[VNIC] as number)) continue;
      if (this.#numbers !== undefined && (this.#numbers[this.#owners[box] as number] as number) < 0) continue;
      return box;
    }
    return best;
  }

  /** Narrow sets that hold were marked beforehand; one that is not marked is tested once and remembered. */
  #inSet(answers: Float64Array, set: number, address: number | bigint): boolean {
    const answer = answers[set] as number;
    if (answer === this.#question) return true;
    if (answer === -this.#question || this.#narrow[set] === 1) return false;
    const inside = rangesContain(this.#sets[set] as Values, address);
    answers[set] = inside ? this.#question : -this.#question;
    return inside;
  }

  #inService(service: number, values: readonly (number | bigint)[]): boolean {
    const answer = this.#serviceAnswer[service] as number;
    if (answer === this.#question) return true;
    if (answer === -this.#question) return false;
    const { fields } = this.#services[service] as Box;
    const inside =
      rangesContain(fields[PROTOCOL] as Values, values[PROTOCOL] as number) &&
      rangesContain(fields[DESTINATION_PORT] as Values, values[DESTINATION_PORT] as number) &&
      rangesContain(fields[SOURCE_PORT] as Values, values[SOURCE_PORT] as number);
    this.#serviceAnswer[service] = inside ? this.#question : -this.#question;
    return inside;
  }
}

/** Boxes by set: source narrow and destination wide; the other way round; both narrow, by each; both wide. */
interface Lists {
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

function* before(ascending: readonly number[], end: number): Iterable<number> {
  for (const each of ascending) {
    if (each >= end) return;
    yield each;
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
function atomOf(bounds: Ranges<number | bigint>, value: number | bigint): number {
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

/** The first position whose value is not below `value`. */
function lowerBound(ascending: Int32Array, value: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
