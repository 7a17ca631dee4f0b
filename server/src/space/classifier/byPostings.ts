/** A stretch of rules by postings: each set has the list of the rules that ask for it, which is room for the rules only. */
import type { Ip } from "../../policy/addresses.ts";
import type { EndpointSet, Rule, Vnic } from "../../policy/policy.ts";
import { type Domain, IP4, IP6 } from "./axis.ts";
import { BY, type Grouped, groupRules, knownOf, mayHold, rangesOf, type StatedAddresses } from "./clauses.ts";
import { Lists } from "./lists.ts";
import { ALL, type Known, type Matches, NOTHING, type Part, type Question, read } from "./part.ts";
import { ANY, ServiceLists } from "./serviceLists.ts";

/** Rules `begin` up to `end` of a list, and how many sets and services an address or a port may be in. */
export interface Stretch {
  readonly rules: readonly Rule[];
  readonly begin: number;
  readonly end: number;
  readonly stated: StatedAddresses;
  readonly mostSets: number;
  readonly mostServices: number;
}

type IsFirst = (rule: number) => boolean;

export class ByPostings implements Part {
  readonly begin: number;
  readonly end: number;
  /** Made for the first packet; null: too many sets to be quick. */
  private six: PostedEnds<bigint> | null | undefined;
  private readonly services: ServiceLists;
  private readonly known: Uint8Array;

  /** Undefined where addresses are in so many sets that to look through their lists is no gain. */
  static build(stretch: Stretch): ByPostings | undefined {
    let made: ServiceLists | undefined;
    const services = (): ServiceLists => {
      made ??= new ServiceLists(stretch.rules, stretch.begin, stretch.end, stretch.mostServices);
      return made;
    };
    const four = PostedEnds.build(stretch, 4, IP4, services);
    return four === null ? undefined : new ByPostings(stretch, four, services());
  }
  private constructor(
    private readonly stretch: Stretch,
    private readonly four: PostedEnds<number>,
    services: ServiceLists,
  ) {
    this.begin = stretch.begin;
    this.end = stretch.end;
    this.services = services;
    this.known = knownOf(stretch.rules, stretch.begin, stretch.end);
  }

  first<A>(question: Question, from: number, matches: Matches<A>, asked: A): number {
    const { begin, end } = this;
    const { rules } = this.stretch;
    const start = from > begin ? from - begin : 0;
    const ends = (typeof question.src === "bigint" ? this.sixth() : this.four) as PostedEnds<Ip> | null;
    if (ends === null) return read(rules, start + begin, end, matches, asked);
    this.services.stamp(question.protocol, question.port);
    const known = this.services.isExact ? this.known : undefined;
    const found = ends.first(question, start, this.services, (rule) => {
      const how = known === undefined ? NOTHING : (known[rule] as Known);
      return how === ALL || matches(rules[begin + rule] as Rule, asked, how);
    });
    return found < 0 ? -1 : begin + found;
  }

  private sixth(): PostedEnds<bigint> | null {
    if (this.six === undefined) this.six = PostedEnds.build(this.stretch, 6, IP6, () => this.services);
    return this.six;
  }
}

/** Sets of all classes of a field together. */
const MOST_ITEMS = 1 << 22;

class PostedEnds<T extends Ip> {
  private readonly from: Lists<T>;
  private readonly to: Lists<T>;
  private readonly fromSets: Grouped<EndpointSet>;
  private readonly toSets: Grouped<EndpointSet>;
  /** By set: rules that ask for both ends; those that ask for this end alone; and those that ask for neither. */
  private readonly bothByFrom: Postings;
  private readonly bothByTo: Postings;
  private readonly fromOnly: Postings;
  private readonly toOnly: Postings;
  private readonly neither: Uint32Array;
  private readonly fromStamps: Uint32Array;
  private readonly toStamps: Uint32Array;
  private turn = 0;

  /** Null where addresses are in more than `mostSets` sets, on average. */
  static build<T extends Ip>(
    { rules, begin, end, stated, mostSets }: Stretch,
    family: 4 | 6,
    domain: Domain<T>,
    services: () => ServiceLists,
  ): PostedEnds<T> | null {
    const listsOf = (sets: Grouped<EndpointSet>) => new Lists(rangesOf<T>(stated, sets, family), domain, MOST_ITEMS);
    const fromSets = groupRules(rules, begin, end, BY.from(family));
    const from = listsOf(fromSets);
    if (from.axis === undefined || average(from) > 2 * mostSets) return null;
    const toSets = groupRules(rules, begin, end, BY.to);
    const to = listsOf(toSets);
    if (to.axis === undefined || average(from) + average(to) > 2 * mostSets) return null;
    return new PostedEnds(end - begin, fromSets, from, toSets, to, services());
  }
  private constructor(
    size: number,
    fromSets: Grouped<EndpointSet>,
    from: Lists<T>,
    toSets: Grouped<EndpointSet>,
    to: Lists<T>,
    { of }: ServiceLists,
  ) {
    this.fromSets = fromSets;
    this.from = from;
    this.toSets = toSets;
    this.to = to;
    const fromOf = numbersOf(size, this.fromSets);
    const toOf = numbersOf(size, this.toSets);
    const isSpecific = (number: number) => number >= 0;
    const isAny = (number: number) => number === ANY;
    this.bothByFrom = new Postings(this.fromSets, toOf, isSpecific, of);
    this.bothByTo = new Postings(this.toSets, fromOf, isSpecific, of);
    this.fromOnly = new Postings(this.fromSets, toOf, isAny, of);
    this.toOnly = new Postings(this.toSets, fromOf, isAny, of);
    this.neither = Uint32Array.from(this.fromSets.always.filter((rule) => toOf[rule] === ANY));
    this.fromStamps = new Uint32Array(this.fromSets.keys.length);
    this.toStamps = new Uint32Array(this.toSets.keys.length);
  }

  first(question: Question, start: number, services: ServiceLists, matches: IsFirst): number {
    const { from, to, fromStamps, toStamps } = this;
    const turn = this.nextTurn();
    const source = from.axis?.classAt(question.src as T) as number;
    const target = to.axis?.classAt(question.dst as T) as number;
    const sources = setsOf(from, source, this.fromSets, question.srcLearnedBy);
    const targets = setsOf(to, target, this.toSets, question.dstLearnedBy);
    const bySource = stamp(sources, fromStamps, turn, this.bothByFrom);
    const byTarget = stamp(targets, toStamps, turn, this.bothByTo);

    let best = NONE;
    const { neither } = this;
    for (let i = 0; i < neither.length; i++) {
      const rule = neither[i] as number;
      if (rule < start || !services.take(services.of[rule] as number) || !matches(rule)) continue;
      best = rule;
      break;
    }
    best = sweep(sources, this.fromOnly, start, best, services, toStamps, turn, matches);
    best = sweep(targets, this.toOnly, start, best, services, fromStamps, turn, matches);
    best =
      bySource <= byTarget
        ? sweep(sources, this.bothByFrom, start, best, services, toStamps, turn, matches)
        : sweep(targets, this.bothByTo, start, best, services, fromStamps, turn, matches);
    return best === NONE ? -1 : best;
  }

  private nextTurn(): number {
    if (this.turn === 0xffff_ffff) {
      this.fromStamps.fill(0);
      this.toStamps.fill(0);
      this.turn = 0;
    }
    this.turn += 1;
    return this.turn;
  }
}
const NONE = 0x7fff_ffff;
const ABSENT = -2;

const average = <T extends Ip>({ items, starts }: Lists<T>): number => items.length / Math.max(1, starts.length - 1);

/** Of each rule, the number of its set; ANY, or ABSENT where the rule takes no part. */
function numbersOf(size: number, { always, members }: Grouped<EndpointSet>): Int32Array {
  const numbers = new Int32Array(size).fill(ABSENT);
  for (const rule of always) numbers[rule] = ANY;
  for (const [number, rules] of members.entries()) for (const rule of rules) numbers[rule] = number;
  return numbers;
}

/** Of each set, the rules of one kind, ascending: of each its index, the set of its other end, and its services. */
class Postings {
  /** Where each set's begin in `entries`. */
  readonly starts: Uint32Array;
  readonly entries: Int32Array;
  constructor(
    { members }: Grouped<EndpointSet>,
    otherOf: Int32Array,
    wanted: (other: number) => boolean,
    servicesOf: Int32Array,
  ) {
    const entries: number[] = [];
    const starts = [0];
    for (const list of members) {
      for (const rule of list) {
        const other = otherOf[rule] as number;
        if (wanted(other)) entries.push(rule, other, servicesOf[rule] as number);
      }
      starts.push(entries.length);
    }
    this.entries = Int32Array.from(entries);
    this.starts = Uint32Array.from(starts);
  }
}
const WIDTH = 3;

/** Sets that an address is in: of `items`, those from `at` up to `end`. */
interface Sets {
  readonly items: Uint32Array;
  readonly at: number;
  readonly end: number;
}

function setsOf<T extends Ip>(
  { items, starts }: Lists<T>,
  found: number,
  sets: Grouped<EndpointSet>,
  learnedBy: Vnic | undefined,
): Sets {
  const at = starts[found] as number;
  const end = starts[found + 1] as number;
  if (learnedBy === undefined) return { items, at, end };
  const more = sets.keys.flatMap((set, number) => (mayHold(set, learnedBy) ? number : []));
  const all = Uint32Array.from(new Set([...items.subarray(at, end), ...more]));
  return { items: all, at: 0, end: all.length };
}

/** Marks the sets of this turn; how much there is to read of them. */
function stamp({ items, at, end }: Sets, stamps: Uint32Array, turn: number, { starts }: Postings): number {
  let length = 0;
  for (let i = at; i < end; i++) {
    const set = items[i] as number;
    stamps[set] = turn;
    length += (starts[set + 1] as number) - (starts[set] as number);
  }
  return length;
}

/** The first matching rule of these sets' postings that is below `best`; `best` where there is none. */
function sweep(
  { items, at, end }: Sets,
  { starts, entries }: Postings,
  start: number,
  best: number,
  services: ServiceLists,
  otherStamps: Uint32Array,
  turn: number,
  matches: IsFirst,
): number {
  let found = best;
  for (let i = at; i < end; i++) {
    const set = items[i] as number;
    const last = starts[set + 1] as number;
    for (let entry = starts[set] as number; entry < last; entry += WIDTH) {
      const rule = entries[entry] as number;
      if (rule >= found) break;
      if (rule < start) continue;
      const other = entries[entry + 1] as number;
      if (other !== ANY && otherStamps[other] !== turn) continue;
      if (!services.take(entries[entry + 2] as number) || !matches(rule)) continue;
      found = rule;
      break;
    }
  }
  return found;
}
