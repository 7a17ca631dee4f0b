/**
 * Packet → the first rule that matches, exactly and fast. An index finds the rules that may match, in their order;
 * whether one does is asked of the caller, so that there is one meaning of a rule and no second one here.
 *
 * Most packets are decided early in a list. So it is cut into stretches that grow: the first ones have bit rows, which
 * answer in a few loads however the rules overlap; a long rest has postings, whose size is that of the rules; and where
 * neither pays, the rest is read rule by rule.
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
  /** Else it has stretches of rows of this length. */
  readonly stretch: number;
  /** Words that the rows of a field may take. */
  readonly mostWords: number;
}
const LAYOUT: Layout = { heads: [256, 2048], mostInRows: 12_288, mostSets: 64, stretch: 4096, mostWords: 1 << 23 };

export class Classifier {
  readonly parts: readonly Part[];

  constructor(rules: readonly Rule[], layout: Layout = LAYOUT) {
    this.parts = partsOf(rules, layout);
  }

  /** The index of the first rule from `from` on that `matches`; -1 where none does. */
  first(question: Question, from: number, matches: Matches): number {
    const { parts } = this;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as Part;
      if (part.end <= from) continue;
      const found = part.first(question, from, matches);
      if (found >= 0) return found;
    }
    return -1;
  }
}

function partsOf(rules: readonly Rule[], { heads, mostInRows, mostSets, stretch, mostWords }: Layout): Part[] {
  const stated = new StatedAddresses();
  const parts: Part[] = [];
  let begin = 0;
  const rows = (end: number): boolean => {
    const part = ByRows.build(rules, begin, end, stated, mostWords);
    if (part === undefined) return false;
    parts.push(part);
    begin = end;
    return true;
  };
  for (const head of heads) {
    if (begin >= rules.length) break;
    if (!rows(Math.min(head, rules.length))) break;
  }
  if (begin < rules.length && rules.length - begin <= mostInRows) rows(rules.length);
  if (begin < rules.length) {
    const postings = ByPostings.build(rules, begin, rules.length, stated, mostSets);
    if (postings !== undefined) {
      parts.push(postings);
      begin = rules.length;
    }
  }
  while (begin < rules.length && rows(Math.min(begin + stretch, rules.length)));
  if (begin < rules.length) parts.push(new Linear(begin, rules.length));
  return parts;
}
