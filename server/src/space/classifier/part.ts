/** Stretches of a rule list, each with its own way to find the first rule that a packet matches. */
import type { Ip } from "../../policy/addresses.ts";
import type { Vnic } from "../../policy/policy.ts";

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
/** Whether the rule of an index matches, asked of candidates in ascending order. */
export type Matches = (rule: number) => boolean;

export interface Part {
  readonly begin: number;
  readonly end: number;
  /** The first matching rule from `from` on; -1 where none of the part matches. */
  first(question: Question, from: number, matches: Matches): number;
}

/** One after the other. */
export class Linear implements Part {
  readonly begin: number;
  readonly end: number;
  constructor(begin: number, end: number) {
    this.begin = begin;
    this.end = end;
  }
  first(_: Question, from: number, matches: Matches): number {
    for (let index = Math.max(from, this.begin); index < this.end; index++) if (matches(index)) return index;
    return -1;
  }
}
