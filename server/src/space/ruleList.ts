/**
 * Rules in the order in which they are tried, as sets: who takes a packet, and whether earlier rules take all that a
 * rule matches. The method: look up a corner of what is left of the rule; if no earlier rule takes it, it is a packet
 * that the rule takes; else subtract the rule that does and go on, depth first. Nothing left: the union of the rules
 * met covers it. Worst cases are exponential, so the work is bounded, and beyond the bound the answer is "undecided".
 */
import type { Rule } from "../policy/policy.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import {
  type Box,
  boxesOverlap,
  corner,
  intersectBoxes,
  type Layer,
  type Point,
  subtractBox,
  type Values,
  weight,
} from "./box.ts";
import { BoxIndex, type BoxLookup } from "./boxIndex.ts";
import { EditedIndex, type Origins, Renumbering } from "./edited.ts";

export interface ListedRule {
  readonly rule: Rule;
  /** Empty: the rule takes no part. */
  readonly boxes: readonly Box[];
  /**
   * `takes`: ends the search. `jumps`: goes on at `RuleList.jumpTarget`. `passes`: acts and goes on (`mark`).
   * `unknown`: what it does is not to be relied on (it has an error).
   */
  readonly effect: "takes" | "jumps" | "passes" | "unknown";
}

/** A rule, and the box of it that a packet is in. */
export interface Taker {
  readonly rule: number;
  readonly box: Box;
}

export type Cover =
  | { readonly kind: "reached"; readonly packet: Point }
  /** The rules that take its packets; each of them takes at least one. */
  | { readonly kind: "covered"; readonly by: readonly number[] }
  | { readonly kind: "undecided" };

/** Steps of one search, and the ranges that it may go through: about a tenth of a second at the worst. */
const MAX_STEPS = 20_000;
const MAX_WORK = 20_000_000;

const LAYERS = [4, 6, "ethernet"] as const;
/** Adds what a packet may be taken by, and whose it is. */
function enter({ boxes, effect }: ListedRule, owner: number, layer: Layer, into: Box[], owners: number[]): void {
  if (effect !== "takes" && effect !== "jumps") return;
  for (const box of boxes) {
    if (box.layer !== layer) continue;
    into.push(box);
    owners.push(owner);
  }
}

export class RuleList {
  readonly rules: readonly ListedRule[];
  /** Where `jump-to-application` goes on. */
  readonly jumpTarget: number;
  readonly #indexes: ReadonlyMap<Layer, BoxLookup>;
  readonly #jumps: readonly number[];
  readonly #passes: readonly number[];
  /** Rules whose effect is unknown, where they match anything. */
  readonly unknown: readonly ListedRule[];

  /** `everyVnic`: the very array that stands for "all vNICs" in the boxes. */
  static *build(rules: readonly ListedRule[], jumpTarget: number, everyVnic: Values): Steps<RuleList> {
    const indexes = new Map<Layer, BoxIndex>();
    for (const layer of LAYERS) {
      const boxes: Box[] = [];
      const owners: number[] = [];
      for (const [owner, listed] of rules.entries()) {
        if (owner % (4 * STRIDE) === 0) yield;
        enter(listed, owner, layer, boxes, owners);
      }
      yield;
      indexes.set(layer, yield* BoxIndex.build(layer, boxes, owners, everyVnic));
    }
    return new RuleList(rules, jumpTarget, indexes);
  }

  /** The list after an edit of one that was built; `came` gives the rules that did. */
  static edited(before: RuleList, origins: Origins, came: (i: number) => ListedRule, jumpTarget: number): RuleList {
    const rules: ListedRule[] = [];
    for (const [i, origin] of origins.entries()) rules.push(origin >= 0 ? before.#listed(origin) : came(i));
    const numbers = new Renumbering(before.rules.length, origins);
    const indexes = new Map<Layer, BoxLookup>();
    for (const layer of LAYERS) {
      const boxes: Box[] = [];
      const owners: number[] = [];
      for (const [i, origin] of origins.entries())
        if (origin < 0) enter(rules[i] as ListedRule, i, layer, boxes, owners);
      indexes.set(layer, new EditedIndex(before.#indexes.get(layer) as BoxIndex, numbers, boxes, owners));
    }
    return new RuleList(rules, jumpTarget, indexes);
  }

  private constructor(rules: readonly ListedRule[], jumpTarget: number, indexes: ReadonlyMap<Layer, BoxLookup>) {
    this.rules = rules;
    this.jumpTarget = jumpTarget;
    this.#indexes = indexes;
    const [jumps, passes, unknown]: [number[], number[], ListedRule[]] = [[], [], []];
    for (let i = 0; i < rules.length; i += 1) {
      const { effect, boxes } = this.#listed(i);
      if (effect === "jumps") jumps.push(i);
      else if (effect === "passes") passes.push(i);
      else if (effect === "unknown" && boxes.length > 0) unknown.push(this.#listed(i));
    }
    this.#jumps = jumps;
    this.#passes = passes;
    this.unknown = unknown;
  }

  #listed(i: number): ListedRule {
    return this.rules[i] as ListedRule;
  }

  /** The rule before `limit` that keeps the packet from it, and the box of it that the packet is in. */
  taker(packet: Point, limit: number): Taker | undefined {
    const index = this.#indexes.get(packet.layer) as BoxLookup;
    let found = index.first(packet, 0, limit);
    if (found >= 0 && limit >= this.jumpTarget && this.#listed(index.owner(found)).effect === "jumps")
      found = index.first(packet, this.jumpTarget, limit);
    return found < 0 ? undefined : { rule: index.owner(found), box: index.box(found) };
  }

  /** The rule that has the packet jump, where one does, and the box of it that the packet is in. */
  jump(packet: Point): Taker | undefined {
    const index = this.#indexes.get(packet.layer) as BoxLookup;
    const found = index.first(packet, 0, this.jumpTarget);
    if (found < 0 || this.#listed(index.owner(found)).effect !== "jumps") return undefined;
    return { rule: index.owner(found), box: index.box(found) };
  }

  /** What rules before `limit` share with a box, and which rules they are; in no order. */
  *near(box: Box, limit: number): Iterable<{ readonly rule: number; readonly shared: Box }> {
    const index = this.#indexes.get(box.layer) as BoxLookup;
    for (const found of index.near(box, limit)) {
      const shared = intersectBoxes(box, index.box(found));
      if (shared !== undefined) yield { rule: index.owner(found), shared };
    }
  }

  /** What rules that act and go on (`mark`) share with a box, before `limit`. */
  passing(box: Box, limit: number): { readonly rule: number; readonly shared: Box }[] {
    return this.#passes.flatMap((rule) =>
      rule >= limit
        ? []
        : this.#listed(rule).boxes.flatMap((own) => {
            const shared = intersectBoxes(box, own);
            return shared === undefined ? [] : [{ rule, shared }];
          }),
    );
  }

  /** What is left of a box when the packets that a rule's box keeps from rule `limit` are gone. */
  without(box: Box, taker: Taker, limit: number): Box[] {
    const left = subtractBox(box, taker.box);
    if (limit < this.jumpTarget || taker.rule >= this.jumpTarget) return left;
    // A packet that jumped before it came to the rule is not the rule's.
    let inside: Box[] = [];
    for (const jump of this.#jumps) {
      if (jump >= taker.rule) break;
      for (const jumping of this.#listed(jump).boxes) {
        const taken = intersectBoxes(box, taker.box);
        const both = taken && intersectBoxes(taken, jumping);
        if (both === undefined) continue;
        inside = inside.flatMap((piece) => subtractBox(piece, both));
        inside.push(both);
      }
    }
    return [...left, ...inside];
  }

  /** Whether earlier rules take all of rule `i`'s packets, or all of `boxes` (a part of them). */
  cover(i: number, boxes: readonly Box[] = this.#listed(i).boxes): Cover {
    const by = new Set<number>();
    const packet = this.#search(i, boxes, (taker) => {
      by.add(taker);
      return false;
    });
    if (packet === "undecided") return { kind: "undecided" };
    if (packet !== undefined) return { kind: "reached", packet };
    return { kind: "covered", by: [...by].sort((a, b) => a - b) };
  }

  /** A packet of the boxes that comes to rule `limit`, or that a rule of which `stop` is true takes. */
  #search(limit: number, boxes: readonly Box[], stop: (taker: number) => boolean): Point | "undecided" | undefined {
    const left = [...boxes];
    let work = 0;
    for (let step = 0; left.length > 0; step += 1) {
      if (step >= MAX_STEPS || work > MAX_WORK) return "undecided";
      const box = left.pop() as Box;
      work += weight(box) + 16;
      const packet = corner(box);
      const taker = this.taker(packet, limit);
      if (taker === undefined || stop(taker.rule)) return packet;
      left.push(...this.without(box, taker, limit));
    }
    return undefined;
  }

  /**
   * For a covered rule: a rule with another action that takes some of its packets; undefined when none does.
   * `by` are takers that are known.
   */
  otherTaker(
    i: number,
    by: readonly number[],
    sameAction: (a: Rule, b: Rule) => boolean,
  ): number | "undecided" | undefined {
    const { rule, boxes } = this.#listed(i);
    // For an application rule, a jump takes nothing.
    const takes = (j: number) =>
      this.#listed(j).effect === "takes" || (this.#listed(j).effect === "jumps" && i < this.jumpTarget);
    const other = (j: number) => takes(j) && !sameAction(this.#listed(j).rule, rule);
    const known = by.find(other);
    if (known !== undefined) return known;
    for (const box of boxes) {
      const index = this.#indexes.get(box.layer) as BoxLookup;
      // In their order: the same policy is told the same, however its index came about.
      for (const near of [...index.near(box, by[by.length - 1] ?? 0)].sort((a, b) => index.owner(a) - index.owner(b))) {
        const j = index.owner(near);
        const shared = other(j) ? intersectBoxes(box, index.box(near)) : undefined;
        if (shared === undefined) continue;
        let found = j;
        const packet = this.#search(j, [shared], (taker) => {
          if (other(taker)) found = taker;
          return other(taker);
        });
        if (packet !== undefined) return packet === "undecided" ? packet : found;
      }
    }
    return undefined;
  }

  /** As few of the takers as cover the rule by themselves, `keep` among them. */
  concise(i: number, by: readonly number[], keep?: number): readonly number[] {
    const { boxes } = this.#listed(i);
    // Where jumps pass some of its packets by a rule, what that rule's boxes cover says nothing.
    if (i >= this.jumpTarget && (by[0] ?? i) < this.jumpTarget && this.#mayJump(boxes)) return by;
    const alone = by.find((j) => (keep === undefined || j === keep) && this.#covers([j], boxes));
    if (alone !== undefined) return [alone];
    const kept = keep === undefined || by.includes(keep) ? [...by] : [...by, keep].sort((a, b) => a - b);
    if (kept.length > 24) return kept;
    for (const j of [...kept].reverse()) {
      if (j === keep) continue;
      const rest = kept.filter((other) => other !== j);
      if (this.#covers(rest, boxes)) kept.splice(kept.indexOf(j), 1);
    }
    return kept;
  }

  #mayJump(boxes: readonly Box[]): boolean {
    const meets = (jumping: Box) => boxes.some((box) => boxesOverlap(box, jumping));
    return this.#jumps.some((jump) => this.#listed(jump).boxes.some(meets));
  }

  #covers(rules: readonly number[], boxes: readonly Box[]): boolean {
    let left: readonly Box[] = boxes;
    for (const j of rules)
      for (const box of this.#listed(j).boxes) {
        left = left.flatMap((piece) => subtractBox(piece, box));
        if (left.length > 1000) return false;
      }
    return left.length === 0;
  }
}
