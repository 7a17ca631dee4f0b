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
import type { Steps } from "../syntax/steps.ts";
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
import { atomOf, NONE, type Parts, partsOf } from "./boxParts.ts";

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
    return new BoxIndex(boxes, owners, everyVnic, yield* partsOf(layer, boxes));
  }

  private constructor(
    boxes: readonly Box[],
    owners: readonly number[],
    everyVnic: Values,
    { interned, atoms, lists }: Parts,
  ) {
    const { sets, services, source, destination, service } = interned;
    const { bounds, narrow, atomStart, atomSets } = atoms;
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

function* before(ascending: readonly number[], end: number): Iterable<number> {
  for (const each of ascending) {
    if (each >= end) return;
    yield each;
  }
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
