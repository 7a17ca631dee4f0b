/** A stretch of rules by bit rows: quickest, but each class of addresses costs a bit for every rule. */
import type { Ip } from "../../policy/addresses.ts";
import type { EndpointSet, Rule, ServiceMatch, Vnic } from "../../policy/policy.ts";
import { type Axis, type Domain, IP4, IP6, PORT } from "./axis.ts";
import {
  BY,
  type Grouped,
  groupRules,
  knownOf,
  mayHold,
  type PortSets,
  portSets,
  rangesOf,
  type StatedAddresses,
} from "./clauses.ts";
import { ALL, type Known, type Matches, NOTHING, type Part, type Question, read } from "./part.ts";
import { Rows, rowOf, wordsOf } from "./rows.ts";

export class ByRows implements Part {
  readonly begin: number;
  readonly end: number;
  private readonly size: number;
  private readonly services: ServiceRows;
  private readonly known: Uint8Array;
  private readonly four: Ends<number>;
  private six: Ends<bigint> | undefined;
  private readonly rules: readonly Rule[];
  private readonly stated: StatedAddresses;
  private readonly most: number;

  /** Undefined where the rows would take more than `most` words a field. */
  static build(rules: readonly Rule[], begin: number, end: number, stated: StatedAddresses, most: number) {
    const part = new ByRows(rules, begin, end, stated, most);
    return part.four.whole && part.services.whole ? part : undefined;
  }
  private constructor(rules: readonly Rule[], begin: number, end: number, stated: StatedAddresses, most: number) {
    this.begin = begin;
    this.end = end;
    this.size = end - begin;
    this.rules = rules;
    this.stated = stated;
    this.most = most;
    this.four = new Ends(rules, begin, end, stated, 4, IP4, most);
    this.services = new ServiceRows(rules, begin, end, most);
    this.known = knownOf(rules, begin, end);
  }

  first<A>(question: Question, from: number, matches: Matches<A>, asked: A): number {
    const { src, dst, protocol, port, srcLearnedBy, dstLearnedBy } = question;
    const { rules, begin, end, size, services } = this;
    const start = from > begin ? from - begin : 0;
    const ends = (typeof src === "bigint" ? this.sixth() : this.four) as Ends<Ip>;
    if (!ends.whole) return read(rules, start + begin, end, matches, asked);
    let { words: a } = ends.from;
    let { words: b } = ends.to;
    let atA = ends.from.stride * (ends.from.axis as Axis<Ip>).classAt(src);
    let atB = ends.to.stride * (ends.to.axis as Axis<Ip>).classAt(dst);
    if (srcLearnedBy !== undefined) {
      a = together(a, atA, ends.learned(ends.fromSets, srcLearnedBy, size));
      atA = 0;
    }
    if (dstLearnedBy !== undefined) {
      b = together(b, atB, ends.learned(ends.toSets, dstLearnedBy, size));
      atB = 0;
    }
    const { rows, portless } = services.of(protocol);
    const c = port === undefined ? portless : rows.words;
    const atC = port === undefined ? 0 : rows.stride * (rows.axis as Axis<number>).classAt(port);
    // What is known of services is of those with ports.
    const known = port === undefined ? undefined : this.known;
    const width = wordsOf(size);
    const last = width + wordsOf(width);
    const firstWord = start >>> 5;
    for (let summary = width + (firstWord >>> 5); summary < last; summary++) {
      let words = (a[atA + summary] as number) & (b[atB + summary] as number) & (c[atC + summary] as number);
      while (words !== 0) {
        const word = ((summary - width) << 5) + 31 - Math.clz32(words & -words);
        words &= words - 1;
        if (word < firstWord) continue;
        let bits = (a[atA + word] as number) & (b[atB + word] as number) & (c[atC + word] as number);
        if (word === firstWord) bits &= -1 << (start & 31);
        while (bits !== 0) {
          const rule = (word << 5) + 31 - Math.clz32(bits & -bits);
          const how = known === undefined ? NOTHING : (known[rule] as Known);
          if (how === ALL || matches(rules[begin + rule] as Rule, asked, how)) return begin + rule;
          bits &= bits - 1;
        }
      }
    }
    return -1;
  }

  /** Most policies never see an IPv6 packet: its rows are made for the first. */
  private sixth(): Ends<bigint> {
    this.six ??= new Ends(this.rules, this.begin, this.end, this.stated, 6, IP6, this.most);
    return this.six;
  }
}

/** The rows of both ends, in one family. */
class Ends<T extends Ip> {
  readonly fromSets: Grouped<EndpointSet>;
  readonly toSets: Grouped<EndpointSet>;
  readonly from: Rows<T>;
  readonly to: Rows<T>;
  private readonly rowsLearned = new Map<Grouped<EndpointSet>, Map<Vnic, Uint32Array>>();

  constructor(
    rules: readonly Rule[],
    begin: number,
    end: number,
    stated: StatedAddresses,
    family: 4 | 6,
    domain: unknown,
    most: number,
  ) {
    const size = end - begin;
    const rows = (sets: Grouped<EndpointSet>) =>
      new Rows<T>(size, sets.always, rangesOf<T>(stated, sets, family), sets.members, domain as Domain<T>, most);
    this.fromSets = groupRules(rules, begin, end, BY.from(family));
    this.toSets = groupRules(rules, begin, end, BY.to);
    this.from = rows(this.fromSets);
    this.to = rows(this.toSets);
  }
  get whole(): boolean {
    return this.from.axis !== undefined && this.to.axis !== undefined;
  }
  /** The row of what a vNIC may have learned. */
  learned(sets: Grouped<EndpointSet>, vnic: Vnic, size: number): Uint32Array {
    let rows = this.rowsLearned.get(sets);
    if (rows === undefined) {
      rows = new Map();
      this.rowsLearned.set(sets, rows);
    }
    let row = rows.get(vnic);
    if (row === undefined) {
      row = rowOf(
        size,
        sets.members.flatMap((rules, number) => (mayHold(sets.keys[number] as EndpointSet, vnic) ? rules : [])),
      );
      rows.set(vnic, row);
    }
    return row;
  }
}
const together = (words: Uint32Array, at: number, row: Uint32Array): Uint32Array =>
  row.map((word, i) => word | (words[at + i] as number));

/** Rows of the services: for each protocol that a rule names, by destination port. */
class ServiceRows {
  private readonly protocols = new Map<number, PortRows>();
  private readonly others: PortRows;

  constructor(rules: readonly Rule[], begin: number, end: number, most: number) {
    const size = end - begin;
    const { always, keys, members } = groupRules<readonly ServiceMatch[]>(rules, begin, end, BY.services);
    const portRows = ({ ports, lists }: PortSets): PortRows => {
      const of = lists.map((list) => members[list] as readonly number[]);
      const rows = new Rows<number>(size, always, ports, of, PORT, most);
      return { rows, portless: rowOf(size, [...always, ...of.flat()]) };
    };
    for (const [protocol, sets] of portSets(keys)) this.protocols.set(protocol, portRows(sets));
    this.others = portRows({ ports: [], lists: [] });
  }

  get whole(): boolean {
    return [...this.protocols.values()].every(({ rows }) => rows.axis !== undefined);
  }
  of(protocol: number): PortRows {
    return this.protocols.get(protocol) ?? this.others;
  }
}
interface PortRows {
  readonly rows: Rows<number>;
  /** Of a packet whose ports are not known: every rule that names the protocol. */
  readonly portless: Uint32Array;
}
