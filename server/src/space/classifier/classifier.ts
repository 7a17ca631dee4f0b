/**
 * Packet → the first rule that matches, exactly and fast. An index finds the rules that may match, in their order;
 * whether one does is asked of the caller, but for the clauses that the index has answered exactly (`Known`).
 *
 * Where most packets are decided early in a list, it is cut into stretches that grow: the first ones have bit rows, which
 * answer in a few loads however the rules overlap; a long rest, or a long list of which packets come far, has postings,
 * whose size is that of the rules; and where neither pays, the rest is read rule by rule.
 */
import type { Rule } from "../../policy/policy.ts";
import { ByPostings } from "./byPostings.ts";
import { ByRows } from "./byRows.ts";
import { StatedAddresses } from "./clauses.ts";
import { Linear, type Matches, type Part, type Question } from "./part.ts";

/** How a list is cut. */
export interface Layout {
  /** Ends of the first stretches, which have rows. */
  readonly heads: readonly number[];
  /** A rest up to this is one more stretch of rows. */
  readonly mostInRows: number;
  /** Sets an address, on average, up to which the rest has postings. */
  readonly mostSets: number;
  /** Service lists of all ports together, up to which they are kept by port. */
  readonly mostServices: number;
  /** Else it has stretches of rows of this length. */
  readonly stretch: number;
  /** Words that the rows of a field may take. */
  readonly mostWords: number;
}
/** For packets of which most are decided among the first rules. */
export const EARLY: Layout = {
  heads: [2048],
  mostInRows: 12_288,
  mostSets: 64,
  mostServices: 1 << 22,
  stretch: 4096,
  mostWords: 1 << 23,
};
/** For packets that come further: postings of all rules are then read sooner than a head and those of the rest. */
export const LATE: Layout = { ...EARLY, heads: [], mostInRows: 4096 };

export class Classifier {
  private readonly rules: readonly Rule[];
  private readonly layout: Layout;
  private readonly stated = new StatedAddresses();
  /** Made as packets come to them: a stretch that no packet reaches costs nothing. */
  private readonly parts: Part[] = [];
  private made = 0;

  constructor(rules: readonly Rule[], layout: Layout = EARLY) {
    this.rules = rules;
    this.layout = layout;
  }

  /** The index of the first rule from `from` on that `matches`; -1 where none does. */
  first<A>(question: Question, from: number, matches: Matches<A>, asked: A): number {
    const { parts } = this;
    for (let i = 0; ; i++) {
      if (i === parts.length) {
        if (this.made === this.rules.length) return -1;
        this.makeNext();
      }
      const part = parts[i] as Part;
      if (part.end <= from) continue;
      const found = part.first(question, from, matches, asked);
      if (found >= 0) return found;
    }
  }

  private makeNext(): void {
    const { rules, stated, made: begin } = this;
    const { heads, mostInRows, mostSets, mostServices, stretch, mostWords } = this.layout;
    const rest = rules.length - begin;
    const rows = (end: number) => ByRows.build(rules, begin, Math.min(end, rules.length), stated, mostWords);
    const head = heads.find((end) => end > begin);
    const part =
      (head !== undefined ? rows(head) : rest <= mostInRows ? rows(rules.length) : undefined) ??
      (this.overlaps
        ? undefined
        : ByPostings.build({ rules, begin, end: rules.length, stated, mostSets, mostServices })) ??
      rows(begin + stretch) ??
      new Linear(rules, begin, Math.min(begin + stretch, rules.length));
    // What is too much for postings once, is so for the rest.
    if (part.end < rules.length && head === undefined) this.overlaps = true;
    this.parts.push(part);
    this.made = part.end;
  }
  private overlaps = false;
}
