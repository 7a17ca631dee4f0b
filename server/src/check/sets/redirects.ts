/**
 * Redirect rules whose work is wasted. Leaving a VM, slot 2 comes before the partner slots: what it drops is never
 * redirected. Entering, it comes after them: what it drops was inspected for nothing.
 */
import type { Dfw, Redirect, Rule, Vnic } from "../../policy/policy.ts";
import { subtractRanges } from "../../policy/ranges.ts";
import type { Box, Values } from "../../space/box.ts";
import { type Budget, budget, type Condition, type Found, findPacket } from "../../space/find.ts";
import { between, type Places, rulesOf, type Way } from "../../space/places.ts";
import type { Finding } from "../finding.ts";
import type { SetEvent } from "../sets.ts";
import { isUncertain, type Part, partsOf, passes, sameVnic, stopped } from "./ends.ts";
import type { Search } from "./kept.ts";
import { nameOf, placeOf, sentence } from "./places.ts";

export function* redirectFindings({ places, hasError }: Search, unused: ReadonlySet<Rule>): Generator<SetEvent, void> {
  const firewalls = partsOf(places, "dfw");
  for (const block of places.policy.blocks.values()) {
    if (block.module !== "redirect") continue;
    const where = places.where(block);
    if (where.size === 0) continue;
    const redirects = new Redirects(places, block, firewalls);
    for (const [i, rule] of block.rules.entries()) {
      yield;
      if (rule.action !== "redirect" || rule.disabled || unused.has(rule) || hasError(rule.source.statement)) continue;
      for (const found of [redirects.neverReached(i, rule), redirects.inspectedThenDropped(i, rule)])
        if (found === "undecided") yield { undecided: rule };
        else if (found !== undefined) yield found;
    }
  }
}

/** vNICs at which the redirect stands, by their firewall. */
class Redirects {
  readonly #places: Places;
  readonly #block: Redirect;
  /** All vNICs by firewall, and those of them that have the redirect. */
  readonly #all: readonly Part<Dfw>[];
  readonly #here: readonly Part<Dfw>[];

  constructor(places: Places, block: Redirect, firewalls: readonly Part<Dfw>[]) {
    this.#places = places;
    this.#block = block;
    this.#all = firewalls;
    const where = places.where(block);
    this.#here = firewalls.flatMap(({ filter, vnics }) => {
      const both = new Set<Vnic>([...vnics].filter((vnic) => where.has(vnic)));
      return both.size === 0 ? [] : [{ filter, vnics: both }];
    });
  }

  /** Leaving, slot 2 drops all of it; and nothing that enters comes to the rule either. */
  neverReached(i: number, rule: Rule): Finding | "undecided" | undefined {
    const left = budget();
    const droppers = new Map<Rule | undefined, Dfw>();
    for (const { filter, vnics } of this.#here) {
      const boxes = this.#leaving(rule, vnics);
      const found = this.#find(
        boxes,
        this.#taken(i, "out", filter && [passes(this.#places, filter, "out")]),
        left,
        (taker) => {
          if (filter === undefined) return;
          droppers.set(taker === undefined ? undefined : rulesOf(filter)[taker], filter);
        },
      );
      if (found.kind === "undecided") return "undecided";
      if (found.kind === "packet") return undefined;
    }
    if (droppers.size === 0) return undefined;
    for (const entering of this.#entering(rule)) {
      const sent = entering.sender && [passes(this.#places, entering.sender, "out")];
      const found = this.#find(entering.boxes, this.#taken(i, "in", sent), left);
      if (found.kind !== "none") return found.kind === "undecided" ? "undecided" : undefined;
    }
    return {
      code: "redirect-never-reached",
      place: placeOf(rule),
      message: sentence(`${nameOf(rule)} redirects nothing: leaving the VM, slot 2 drops all that it matches`),
      related: [...droppers].slice(0, 8).map(([by, firewall]) => droppedBy(by, firewall)),
    };
  }

  /** Entering, some of what the appliance passes is dropped by slot 2. */
  inspectedThenDropped(i: number, rule: Rule): Finding | "undecided" | undefined {
    const left = budget();
    const appliance = this.#block.via;
    for (const { receiver, sender, boxes } of this.#entering(rule)) {
      if (receiver === undefined) continue;
      const conditions = this.#taken(i, "in", sender && [passes(this.#places, sender, "out")]);
      if (appliance?.inspect !== undefined) {
        const { rules, default: otherwise } = appliance.inspect;
        const list = this.#places.end(appliance, "in");
        const holds = (taker: number | undefined) =>
          (taker === undefined ? otherwise?.action : rules[taker]?.action) !== "drop";
        conditions.push({ list, limit: list.rules.length, holds });
      }
      conditions.push(stopped(this.#places, receiver, "in"));
      const found = this.#find(boxes, conditions, left);
      if (found.kind === "undecided") return "undecided";
      if (found.kind === "none") continue;
      const list = this.#places.end(receiver, "in");
      const taker = list.taker(found.packet, list.rules.length);
      return {
        code: "inspected-then-dropped",
        place: placeOf(rule),
        message: sentence(
          `Entering the VM, slot 2 drops packets that ${nameOf(rule)} has already sent to ${appliance ? `"${appliance.name}"` : "the appliance"}`,
        ),
        related: [droppedBy(taker && list.rules[taker.rule]?.rule, receiver)],
      };
    }
    return undefined;
  }

  #find(
    boxes: readonly Box[],
    conditions: readonly Condition[],
    left: Budget,
    dropped?: (taker: number | undefined) => void,
  ): Found {
    if (boxes.length === 0) return { kind: "none" };
    if (isUncertain(boxes, conditions)) return { kind: "undecided" };
    return findPacket(boxes, conditions, left, {
      sameEnd: sameVnic(this.#places),
      failed: (condition, taker) => {
        if (condition > 0) dropped?.(taker);
      },
    });
  }

  #taken(i: number, way: Way, more: readonly Condition[] = []): Condition[] {
    return [
      { list: this.#places.end(this.#block, way), limit: i, holds: (taker) => taker === undefined, alone: true },
      ...more,
    ];
  }

  #leaving(rule: Rule, vnics: ReadonlySet<Vnic>): Box[] {
    const { meaning } = this.#places;
    return this.#places
      .endSpace(rule, "out")
      .flatMap((box) =>
        box.layer === "ethernet"
          ? []
          : (between(box, meaning.held(vnics, box.layer), meaning.everywhere[box.layer]) ?? []),
      );
  }

  /** What the rule matches entering, by the firewalls of receiver and sender; from outside there is none. */
  *#entering(rule: Rule): Iterable<{ readonly receiver?: Dfw; readonly sender?: Dfw; readonly boxes: readonly Box[] }> {
    const { meaning, allVnics } = this.#places;
    const boxes = this.#places.endSpace(rule, "in");
    const narrowed = (from: (layer: 4 | 6) => Values, to: ReadonlySet<Vnic>) =>
      boxes.flatMap((box) =>
        box.layer === "ethernet" ? [] : (between(box, from(box.layer), meaning.held(to, box.layer)) ?? []),
      );
    const outside = (layer: 4 | 6) => subtractRanges(meaning.hosts[layer] as Values, meaning.held(allVnics, layer));
    for (const { filter, vnics } of this.#here) {
      yield { receiver: filter, boxes: narrowed(outside, vnics) };
      for (const sender of this.#all)
        yield {
          receiver: filter,
          sender: sender.filter,
          boxes: narrowed((layer) => meaning.held(sender.vnics, layer), vnics),
        };
    }
  }
}

function droppedBy(by: Rule | undefined, firewall: Dfw): NonNullable<Finding["related"]>[number] {
  if (by !== undefined) return { ...placeOf(by), message: `${nameOf(by)} (${by.action}) drops it` };
  const at = firewall.default?.source ?? firewall.source;
  return { at, span: at.statement.keyword, message: `the default of ${firewall.name} drops it` };
}
