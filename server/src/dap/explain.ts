/**
 * Why a packet did not get through, as a colleague would say it: which slot, which block, which rule, for what reason,
 * and what would have let it through.
 */

import { byText } from "../chain/expectation.ts";
import { REASONS } from "../chain/reasons.ts";
import type { SlotTrace } from "../chain/trace.ts";
import type { Block, Rule } from "../policy/policy.ts";
import type { Debuggee } from "./debuggee.ts";
import { FILTERS } from "./exceptions.ts";
import type { PlacedMoment, SlotPlace } from "./moment.ts";
import { rulesOf } from "./places.ts";
import { failing } from "./whyNot.ts";

export interface Explanation {
  readonly title: string;
  readonly message: string;
}

/** What the session has caught here. */
export function explain(debuggee: Debuggee): Explanation {
  const { moment, halt } = debuggee;
  const title = FILTERS.find((filter) => filter.id === halt.caught)?.label ?? "Stopped";
  if (moment?.kind === "finished" && moment.failure)
    return { title, message: `Expected ${moment.failure.expected}; it was ${moment.failure.actual}.` };
  if (moment?.kind !== "decided") return { title, message: "" };
  const { place, decision } = moment;
  const packet = debuggee.loaded.script.notation(debuggee.index, debuggee.world);
  const hint = remedy(moment, debuggee);
  return {
    title,
    message: `${packet} is ${FATE[decision.verdict] ?? decision.verdict} at slot ${place.number}, ${walking(place)}: ${cause(decision, place)}.${hint ? ` ${hint}` : ""}`,
  };
}

const FATE: Readonly<Record<string, string>> = {
  drop: "dropped",
  reject: "rejected",
  answer: "answered",
  blackhole: "lost",
  redirect: "redirected",
  allow: "allowed",
  pass: "passed on",
};
const walking = (place: SlotPlace): string => `${place.direction === "in" ? "entering" : "leaving"} ${place.vnic}`;

/** Who decided, and for what reason. */
function cause(decision: SlotTrace, place: SlotPlace): string {
  const who = place.block ? `${place.block.module} ${place.block.name}` : "the end of the wire";
  const { by, reason } = decision;
  const known =
    reason !== undefined && Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS].text : reason;
  if (by?.kind === "default") return `no rule of ${who} matches, and its default decides`;
  const decider = by && by.kind !== "policy" ? byText({ ...decision, reason: undefined }) : undefined;
  if (reason === "match" && decider) return `${decider} of ${who} decides`;
  const from = decider && by?.kind === "rule" ? ` (${decider})` : "";
  const appliance = decision.appliance === undefined ? "" : ` and appliance ${decision.appliance}`;
  return `${who}${appliance}${from}, because ${known ?? "it says so"}`;
}

/** What would have let it through, where there is something to say. */
function remedy({ decision, place }: PlacedMoment & { kind: "decided" }, debuggee: Debuggee): string | undefined {
  const { verdict, reason } = decision;
  if (verdict !== "drop" && verdict !== "reject" && verdict !== "blackhole") return undefined;
  switch (reason) {
    case "spoofguard-ipv4":
    case "spoofguard-ipv6":
    case "spoofguard-arp":
    case "spoofguard-nd":
      return `A bind of ${place.vnic} with that address, or an approve step, would let it through.`;
    case "spoofguard-mac":
      return `A bind of ${place.vnic} with that MAC would let it through.`;
    case "strict-no-syn":
      return "A SYN first, or a section without tcp-strict, would let it through.";
    case "state-mismatch":
      return "A packet in the order in which TCP sends them would pass.";
    case "fail-closed":
      return decision.appliance === undefined
        ? "With fail open on the slot's line, or the block set up, it would pass."
        : `With fail open, or ${decision.appliance} set up, it would pass.`;
    case "decrypt-failed":
      return "The same key at the same epoch on this side would open it.";
    case "not-sealed":
      return "Sealed by an encrypt rule where it left its VM, it would pass.";
    default:
      if (verdict === "blackhole") return `With ${decision.appliance ?? "the appliance"} set up, it would pass.`;
      return place.block ? nearestRule(place.block, decision, debuggee) : undefined;
  }
}

const LETS_THROUGH: ReadonlySet<string> = new Set(["allow"]);

/** The rule that would have let it through had fewest of its clauses been otherwise. */
function nearestRule(block: Block, decision: SlotTrace, debuggee: Debuggee): string | undefined {
  let best: { rule: Rule; failed: readonly string[] } | undefined;
  for (const rule of rulesOf(block)) {
    if (!LETS_THROUGH.has(rule.action) || rule.disabled) continue;
    if (decision.by?.kind === "rule" && decision.by.id === rule.id) continue;
    const failed = failing(rule, debuggee);
    if (failed.length > 0 && (!best || failed.length < best.failed.length)) best = { rule, failed };
  }
  if (!best) return undefined;
  const { rule, failed } = best;
  const name = `rule ${rule.id}${rule.title === undefined ? "" : ` "${rule.title}"`}`;
  return `${name} would have let it through, but ${failed.join(", and ")}.`;
}
