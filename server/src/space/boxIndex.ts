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

export class BoxIndex {
  readonly #boxes: readonly Box[];
  /** Rule of each box; ascending. */
  readonly #owners: Int32Array;
  readonly #bounds: Ranges<number | bigint>;
  readonly #atomStart: Int32Array;
  readonly #atomSets: Int32Array;
  readonly #sets: readonly Values[];
  readonly #source: Int32Array;
  readonly #destination: Int32Array;
  readonly #service: Int32Array;
  readonly #services: readonly Box[];
  readonly #vnics: readonly (Values | undefined)[];
  /** Bit 1 in, bit 2 out. */
  readonly #directions: Uint8Array;
  /** Boxes by set: source narrow and destination wide; the other way round; both narrow, by each. */
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

  /** `boxes`: of one layer. `owners`: the number of the rule that each belongs to, ascending. */
  constructor(layer: Layer, boxes: readonly Box[], owners: readonly number[], everyVnic: Values) {
    this.#boxes = boxes;
    this.#owners = Int32Array.from(owners);
    const sets = new Interner<Values>(keyOfValues);
    const services = new Interner<Box>(keyOfService);
    this.#source = Int32Array.from(boxes, (box) => sets.id(box.fields[SOURCE] as Values));
    this.#destination = Int32Array.from(boxes, (box) => sets.id(box.fields[DESTINATION] as Values));
    this.#service = Int32Array.from(boxes, (box) => services.id(box));
    this.#services = services.items;
    this.#sets = sets.items;
    this.#vnics = boxes.map((box) => (box.fields[VNIC] === everyVnic ? undefined : box.fields[VNIC]));
    this.#directions = Uint8Array.from(boxes, ({ fields }) => {
      const direction = fields[DIRECTION] as Values;
      return (direction[0] === 0 ? 1 : 0) | (direction[direction.length - 1] === 1 ? 2 : 0);
    });
    this.#sourceAnswer = new Float64Array(this.#sets.length);
    this.#destinationAnswer = new Float64Array(this.#sets.length);
    this.#serviceAnswer = new Float64Array(this.#services.length);

    const zero = layer === 6 ? 0n : 0;
    const bounds = boundariesOf(this.#sets, zero);
    this.#bounds = bounds;
    const spans = this.#sets.map((set) => spanOf(set, bounds));
    const narrow = chooseNarrow(spans, bounds.length);
    [this.#atomStart, this.#atomSets] = listAtoms(spans, narrow, bounds.length);

    const lists = () => this.#sets.map(() => NONE as number[]);
    const [bySource, byDestination, bothBySource, bothByDestination] = [lists(), lists(), lists(), lists()];
    const wide: number[] = [];
    for (let box = 0; box < boxes.length; box += 1) {
      const source = this.#source[box] as number;
      const destination = this.#destination[box] as number;
      if (narrow[source] && narrow[destination]) {
        add(bothBySource, source, box);
        add(bothByDestination, destination, box);
      } else if (narrow[source]) add(bySource, source, box);
      else if (narrow[destination]) add(byDestination, destination, box);
      else wide.push(box);
    }
    this.#bySource = bySource;
    this.#byDestination = byDestination;
    this.#bothBySource = bothBySource;
    this.#bothByDestination = bothByDestination;
    this.#wide = wide;
  }

  box(index: number): Box {
    return this.#boxes[index] as Box;
  }
  /** The number of the rule that a box belongs to. */
  owner(index: number): number {
    return this.#owners[index] as number;
  }

  /** The first box of rules `from` (inclusive) to `limit` (exclusive) that the packet is in; -1 when there is none. */
  first(point: Point, from: number, limit: number): number {
    this.#question += 1;
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

  /** Boxes of rules before `limit` that may share packets with `box`, in no order: its addresses meet theirs. */
  *near(box: Box, limit: number): Iterable<number> {
    const end = lowerBound(this.#owners, limit);
    const source = box.fields[SOURCE] as Values;
    const destination = box.fields[DESTINATION] as Values;
    const bySource = this.#entries(source) <= this.#entries(destination);
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
      if (!this.#inService(this.#service[box] as number, values)) continue;
      if (!this.#inSet(this.#sourceAnswer, this.#source[box] as number, values[SOURCE] as number)) continue;
      if (!this.#inSet(this.#destinationAnswer, this.#destination[box] as number, values[DESTINATION] as number))
        continue;
      const vnics = this.#vnics[box];
      if (vnics !== undefined && !rangesContain(vnics, values[VNIC] as number)) continue;
      return box;
    }
    return best;
  }

  /** Narrow sets that hold were marked beforehand; one that is not marked is tested once and remembered. */
  #inSet(answers: Float64Array, set: number, address: number | bigint): boolean {
    const answer = answers[set] as number;
    if (answer === this.#question) return true;
    if (answer === -this.#question) return false;
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

/** Equal values to one number; the text of a value is made once an object. */
class Interner<T extends object> {
  readonly items: T[] = [];
  readonly #byObject = new Map<unknown, number>();
  readonly #byText = new Map<string, number>();
  readonly #key: (item: T) => { readonly object?: unknown; readonly text: () => string };

  constructor(key: (item: T) => { readonly object?: unknown; readonly text: () => string }) {
    this.#key = key;
  }
  id(item: T): number {
    const key = this.#key(item);
    const known = key.object === undefined ? undefined : this.#byObject.get(key.object);
    if (known !== undefined) return known;
    const text = key.text();
    let id = this.#byText.get(text);
    if (id === undefined) {
      id = this.items.push(item) - 1;
      this.#byText.set(text, id);
    }
    if (key.object !== undefined) this.#byObject.set(key.object, id);
    return id;
  }
}
const keyOfValues = (values: Values) => ({ object: values, text: () => values.join() });
const keyOfService = ({ fields }: Box) => ({
  text: () => `${fields[PROTOCOL]}<${fields[SOURCE_PORT]}>${fields[DESTINATION_PORT]}`,
});

function* before(ascending: readonly number[], end: number): Iterable<number> {
  for (const each of ascending) {
    if (each >= end) return;
    yield each;
  }
}

function add(lists: number[][], set: number, box: number): void {
  const list = lists[set] as number[];
  if (list === NONE) lists[set] = [box];
  else list.push(box);
}

/** The first value of each atom, ascending. */
function boundariesOf(sets: readonly Values[], zero: number | bigint): Ranges<number | bigint> {
  const found = new Set<number | bigint>([zero]);
  for (const set of sets)
    for (let i = 0; i < set.length; i += 2) {
      const high = set[i + 1] as number | bigint;
      found.add(set[i] as number | bigint);
      found.add(typeof high === "bigint" ? high + 1n : high + 1);
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

function listAtoms(
  spans: readonly (readonly number[])[],
  narrow: readonly boolean[],
  atoms: number,
): [Int32Array, Int32Array] {
  const start = new Int32Array(atoms + 2);
  const each = (visit: (atom: number, set: number) => void) => {
    for (const [set, span] of spans.entries()) {
      if (!narrow[set]) continue;
      for (let i = 0; i < span.length; i += 2)
        for (let atom = span[i] as number; atom <= (span[i + 1] as number); atom += 1) visit(atom, set);
    }
  };
  each((atom) => {
    start[atom + 1] = (start[atom + 1] as number) + 1;
  });
  for (let atom = 0; atom <= atoms; atom += 1) start[atom + 1] = (start[atom + 1] as number) + (start[atom] as number);
  const sets = new Int32Array(start[atoms] as number);
  const next = start.slice();
  each((atom, set) => {
    const at = next[atom] as number;
    sets[at] = set;
    next[atom] = at + 1;
  });
  return [start, sets];
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
