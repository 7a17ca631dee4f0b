/** Stretches of a rule list, each with its own way to find the first rule that a packet matches. */
import type { Ip } from "../../policy/addresses.ts";
import type { Rule, Vnic } from "../../policy/policy.ts";

/** What a packet has of the fields that rules ask for. */
export interface Question {
  readonly src: Ip;
  readonly dst: Ip;
  /** Who has learned the address; undefined for one that is declared or nobody's. */
  readonly srcLearnedBy?: Vnic;
  readonly dstLearnedBy?: Vnic;
  readonly protocol: number;
  /** The destination port, where there is one. */
  readonly port?: number;
}
/** How much of what a rule asks an index has answered when it names the rule; its family and that it is not disabled, too. */
export type Known = typeof NOTHING | typeof ENDS_AND_SERVICES | typeof ALL;
export const NOTHING = 0;
export const ENDS_AND_SERVICES = 1;
export const ALL = 2;

/** Whether a rule matches what is asked about, asked of candidates in ascending order. */
export type Matches<A> = (rule: Rule, asked: A, known: typeof NOTHING | typeof ENDS_AND_SERVICES) => boolean;

export interface Part {
  readonly begin: number;
  readonly end: number;
  /** The first matching rule from `from` on; -1 where none of the part matches. */
  first<A>(question: Question, from: number, matches: Matches<A>, asked: A): number;
}

/** One after the other. */
export class Linear implements Part {
  readonly begin: number;
  readonly end: number;
  private readonly rules: readonly Rule[];
  constructor(rules: readonly Rule[], begin: number, end: number) {
    this.rules = rules;
    this.begin = begin;
    this.end = end;
  }
  first<A>(_: Question, from: number, matches: Matches<A>, asked: A): number {
    return read(this.rules, Math.max(from, this.begin), this.end, matches, asked);
  }
}

/** Reads rules `begin` up to `end` one by one. */
export function read<A>(rules: readonly Rule[], begin: number, end: number, matches: Matches<A>, asked: A): number {
  for (let index = begin; index < end; index++) if (matches(rules[index] as Rule, asked, NOTHING)) return index;
  return -1;
}
