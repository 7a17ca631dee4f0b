/**
 * Allow rules that let packets out of one vNIC, or into one, that are all stopped at the vNIC at the other end. The
 * two walks of a packet both ask the firewall (and the ACL); a rule for one direction or with a narrow `applied-to`
 * is met at one of them only.
 */
import type { Block, Rule, Vnic } from "../../policy/policy.ts";
import type { Values } from "../../space/box.ts";
import { budget, type Condition, findPacket } from "../../space/find.ts";
import { between, type Places, type RuleBlock, rulesOf, type Way } from "../../space/places.ts";
import type { Statement } from "../../syntax/tree.ts";
import type { Finding } from "../finding.ts";
import type { SetEvent } from "../sets.ts";
import { clauseOf, nameOf, placeOf } from "./places.ts";

/** A firewall or ACL: stands at both ends, allows and drops. */
type Filter = Extract<Block, { module: "acl" | "dfw" }>;
const STRIDE = 64;

export function* oneSided(
  places: Places,
  block: RuleBlock,
  hasError: (statement: Statement) => boolean,
  unused: ReadonlySet<Rule>,
): Generator<SetEvent, void> {
  if (!("module" in block) || (block.module !== "dfw" && block.module !== "acl")) return;
  if (places.where(block).size === 0) return;
  const others = partsOf(places, block.module);
  for (const [i, rule] of rulesOf(block).entries()) {
    if (i % STRIDE === 0) yield;
    if (rule.action !== "allow" || rule.disabled || unused.has(rule) || hasError(rule.source.statement)) continue;
    const found = atOtherEnd(places, block, i, rule, others);
    if (found === "undecided") yield { undecided: rule };
    else if (found !== undefined) yield found;
  }
}

/** vNICs by the filter of a kind that they have. */
interface Part {
  readonly filter?: Filter;
  readonly vnics: ReadonlySet<Vnic>;
}
/** All vNICs, by the filter that stands at them; those without one together. */
export function partsOf(places: Places, module: Filter["module"]): readonly Part[] {
  const parts = new Map<Filter | undefined, Set<Vnic>>();
  for (const vnic of places.allVnics) {
    let filter: Filter | undefined;
    for (const slot of places.chainOf(vnic)?.slots.values() ?? [])
      if (slot.block?.module === module && places.where(slot.block).has(vnic)) filter = slot.block as Filter;
    const part = parts.get(filter);
    if (part === undefined) parts.set(filter, new Set([vnic]));
    else part.add(vnic);
  }
  return [...parts].map(([filter, vnics]) => ({ filter, vnics }));
}

/** Whether a filter lets a packet on that this rule takes, or none. Rules with an error are given the benefit. */
export const lets = (filter: Filter, taker: number | undefined): boolean => {
  const action = taker === undefined ? filter.default?.action : rulesOf(filter)[taker]?.action;
  return action !== "drop" && action !== "reject";
};

function atOtherEnd(
  places: Places,
  block: Filter,
  i: number,
  rule: Rule,
  parts: readonly Part[],
): Finding | "undecided" | undefined {
  const left = budget();
  const stoppers = new Map<number | undefined, Filter>();
  let any = false;
  for (const way of ["out", "in"] as const) {
    const boxes = places.endSpace(rule, way);
    if (boxes.length === 0) continue;
    const takes: Condition = { list: places.end(block, way), limit: i, holds: (taker) => taker === undefined };
    for (const { filter, vnics } of parts) {
      const here = boxes.flatMap((box) => {
        if (box.layer === "ethernet") return [];
        const near = places.meaning.held(places.where(block), box.layer);
        const far = places.meaning.held(vnics, box.layer);
        return (way === "out" ? between(box, near, far) : between(box, far, near)) ?? [];
      });
      if (here.length === 0) continue;
      const end: Way = way === "out" ? "in" : "out";
      const conditions = filter === undefined ? [takes] : [takes, passes(places, filter, end)];
      const found = findPacket(here, conditions, left, {
        sameEnd: sameVnic(places),
        failed: (condition, taker) => {
          if (condition === 0) return;
          any = true;
          if (filter !== undefined && stoppers.size < 8) stoppers.set(taker, filter);
        },
      });
      if (found.kind === "packet") return undefined;
      if (found.kind === "undecided") return "undecided";
    }
  }
  if (!any) return undefined;
  return finding(rule, stoppers);
}

/** Rules that may do anything (an error stands in them) spoil the certainty that all is stopped. */
export function passes(places: Places, filter: Filter, way: Way): Condition {
  const list = places.end(filter, way);
  return { list, limit: list.rules.length, holds: (taker) => lets(filter, taker) };
}

/** The addresses of the one vNIC that has both; undefined when two do. */
export function sameVnic(places: Places): (source: number | bigint, destination: number | bigint) => Values | undefined {
  const { meaning } = places;
  return (source, destination) => {
    const one = meaning.holderOf(source);
    if (one === undefined || one !== meaning.holderOf(destination)) return undefined;
    return meaning.heldByOne(one, typeof source === "bigint" ? 6 : 4);
  };
}

function finding(rule: Rule, stoppers: ReadonlyMap<number | undefined, Filter>): Finding {
  const related = [...stoppers].map(([taker, filter]) => {
    const by = taker === undefined ? undefined : rulesOf(filter)[taker];
    if (by !== undefined) return { ...placeOf(by), message: `${nameOf(by)} (${by.action}) stops it at the other end` };
    const at = filter.default?.source ?? filter.source;
    return { at, span: at.statement.keyword, message: `the default of ${filter.name} stops it at the other end` };
  });
  const direction = rule.direction && clauseOf(rule, rule.direction);
  const appliedTo = clauseOf(rule, "applied-to");
  const why: string[] = [];
  if (direction !== undefined && rule.direction !== undefined) {
    why.push(`it is for "${rule.direction}" only`);
    related.unshift({ ...placeOf(rule, direction), message: `for "${rule.direction}" only` });
  }
  if (rule.appliedTo !== undefined) {
    why.push("it applies to one end only");
    related.unshift({ ...placeOf(rule, appliedTo), message: "the other end is not in applied-to" });
  }
  const reason = why.length === 0 ? "" : ` (${why.join(", ")})`;
  return {
    code: "one-sided-allow",
    place: placeOf(rule),
    message: `All that ${nameOf(rule)} allows between two vNICs is stopped at the other end${reason}`,
    related,
  };
}
