/**
 * Allow rules that let packets out of one vNIC, or into one, that are all stopped at the vNIC at the other end. The
 * two walks of a packet both ask the firewall (and the ACL); a rule for one direction or with a narrow `applied-to`
 * is met at one of them only.
 */
import type { Rule } from "../../policy/policy.ts";
import { budget, type Condition, findPacket } from "../../space/find.ts";
import { between, type Places, type RuleBlock, rulesOf, type Way } from "../../space/places.ts";
import type { Finding } from "../finding.ts";
import type { SetEvent } from "../sets.ts";
import { type Filter, isUncertain, type Part, partsOf, passes, sameVnic } from "./ends.ts";
import type { Search } from "./kept.ts";
import { clauseOf, nameOf, placeOf, sentence } from "./places.ts";

/** Rules between two places to breathe. */
const STRIDE = 4;
/** Rules that stop packets: so many are named. */
const NAMED = 8;

export function* oneSided(
  { places, hasError, oneSided: answers }: Search,
  block: RuleBlock,
  unused: ReadonlySet<Rule>,
): Generator<SetEvent, void> {
  if (!("module" in block) || (block.module !== "dfw" && block.module !== "acl")) return;
  if (places.where(block).size === 0) return;
  for (const way of ["out", "in"] as const) yield* places.prepareEnd(block, way);
  const parts: readonly Part[] = partsOf(places, block.module);
  for (const [i, rule] of rulesOf(block).entries()) {
    if (i % STRIDE === 0) yield;
    if (rule.action !== "allow" || rule.disabled || unused.has(rule) || hasError(rule.source.statement)) continue;
    const found = answers.of(rule, () => atOtherEnd(places, block, i, rule, parts));
    if (found === "undecided") yield { undecided: rule };
    else if (found !== undefined) yield found;
  }
}

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
    const list = places.end(block, way);
    const boxes = list.rules[i]?.boxes ?? [];
    if (boxes.length === 0) continue;
    const takes: Condition = {
      list,
      limit: i,
      holds: (taker) => taker === undefined,
      alone: true,
    };
    for (const { filter, vnics } of parts) {
      const here = boxes.flatMap((box) => {
        if (box.layer === "ethernet") return [];
        const near = places.meaning.held(places.where(block), box.layer);
        const far = places.meaning.held(vnics, box.layer);
        return (way === "out" ? between(box, near, far) : between(box, far, near)) ?? [];
      });
      if (here.length === 0) continue;
      const otherWay: Way = way === "out" ? "in" : "out";
      const conditions = filter === undefined ? [takes] : [takes, passes(places, filter, otherWay)];
      if (isUncertain(here, conditions)) return undefined;
      const found = findPacket(here, conditions, left, {
        sameEnd: sameVnic(places),
        failed: (condition, taker) => {
          if (condition === 0) return;
          any = true;
          if (filter !== undefined && stoppers.size < NAMED) stoppers.set(taker, filter);
        },
      });
      if (found.kind === "packet") return undefined;
      if (found.kind === "undecided") return "undecided";
    }
  }
  return any ? finding(rule, i, block, stoppers) : undefined;
}

function finding(rule: Rule, i: number, block: Filter, stoppers: ReadonlyMap<number | undefined, Filter>): Finding {
  const related: NonNullable<Finding["related"]>[number][] = [];
  const why: string[] = [];
  // Stopped by what comes after it: so the rule itself is not met at the other end.
  const absent = [...stoppers].some(([taker, filter]) => filter !== block || taker === undefined || taker > i);
  if (absent && rule.direction !== undefined) {
    why.push(`it is for "${rule.direction}" only`);
    related.push({
      ...placeOf(rule, clauseOf(rule, rule.direction)),
      message: `for "${rule.direction}" only`,
    });
  } else if (absent && rule.appliedTo !== undefined) {
    why.push("applied-to leaves out the other end");
    related.push({
      ...placeOf(rule, clauseOf(rule, "applied-to")),
      message: "applied-to leaves out the other end",
    });
  }
  for (const [taker, filter] of stoppers) {
    const by = taker === undefined ? undefined : rulesOf(filter)[taker];
    if (by !== undefined) {
      related.push({ ...placeOf(by), message: `${nameOf(by)} (${by.action}) stops it at the other end` });
      continue;
    }
    const at = filter.default?.source ?? filter.source;
    const span = at.statement.keyword;
    related.push({ at, span, message: `the default of ${filter.name} stops it at the other end` });
  }
  const reason = why.length === 0 ? "" : ` (${why.join(", ")})`;
  return {
    code: "one-sided-allow",
    place: placeOf(rule),
    message: sentence(`All that ${nameOf(rule)} allows between two vNICs is stopped at the other end${reason}`),
    related,
  };
}
