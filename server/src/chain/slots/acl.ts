/** Slot 0, the DVFilter's access list: stateless, each packet on its own. */
import type { Acl } from "../../policy/policy.ts";
import { firstMatch } from "../firstMatch.ts";
import { byDefault, byRule, type SlotAnswer, type Steps, type Visit } from "../slot.ts";

export function* acl(block: Acl, visit: Visit): Steps<SlotAnswer> {
  let disabled: readonly number[] = [];
  for (let start = 0; ; ) {
    const match = yield* firstMatch(block.rules, visit, { start, disabled });
    disabled = match.disabled;
    const { rule } = match;
    if (!rule) break;
    visit.world.hit(block.name, rule.id);
    if (rule.mark) {
      visit.mark(rule.mark.field, rule.mark.value);
      start = match.index + 1;
      continue;
    }
    return {
      verdict: rule.action === "drop" ? "drop" : "allow",
      reason: "match",
      by: byRule(rule),
      source: rule.source,
      disabled,
    };
  }
  yield* visit.at(block.default?.source);
  const verdict = block.default?.action === "drop" ? "drop" : "allow";
  return { verdict, reason: "no-match", by: byDefault(block.default), source: block.default?.source, disabled };
}
