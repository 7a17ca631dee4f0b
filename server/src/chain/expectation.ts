/** `expect …` held against a trace. */

import { vnicId } from "../policy/endpoints.ts";
import type { Expectation } from "../syntax/tree.ts";
import type { SlotTrace, Trace, WalkTrace } from "./trace.ts";

export interface Mismatch {
  readonly expected: string;
  readonly actual: string;
}

/** What decides without a rule is known by its reason. */
const BY_REASON: ReadonlySet<string> = new Set(["policy", "binding", "discovery", "appliance"]);

/** Undefined when the expectation holds. */
export function compare(expectation: Expectation, trace: Trace): Mismatch | undefined {
  const { outcome, on, slot, by } = expectation;
  const walks = on ? trace.walks.filter((walk) => walk.vnic === vnicId(on.vm, on.vnic)) : trace.walks;
  const wanted = slot?.value;
  const mismatch = {
    expected: expectationText(expectation),
    actual: actualText(trace, on ? walks : trace.walks, wanted),
  };
  // A flood's receivers have outcomes of their own: `on` asks for one of them.
  const outcomes =
    trace.outcome === "flooded" && on && outcome.text !== "flooded"
      ? walks.map((walk) => walk.outcome)
      : [trace.outcome];
  if (!outcomes.some((found) => found === outcome.text)) return mismatch;
  // A trip that ended, ended on one walk: that is the one that `on` must name.
  if (on && !walks.some((walk) => trace.outcome === "flooded" || walk.outcome === outcome.text)) return mismatch;
  if (wanted === undefined && !by) return undefined;
  if (trace.reason !== undefined)
    return wanted === undefined && by?.kind === "reason" && by.reason.text === trace.reason ? undefined : mismatch;
  const meant = slotsMeant(trace, walks, wanted);
  if (wanted !== undefined && meant.length === 0) return mismatch;
  if (!by) return undefined;
  const holds = meant.some((found) => {
    if (by.kind === "reason") return found.reason === by.reason.text;
    if (by.kind === "rule")
      return (found.by?.kind === "rule" || found.by?.kind === "appliance") && found.by.id === by.id.value;
    return found.by?.kind === by.kind;
  });
  return holds ? undefined : mismatch;
}

/** The slots that an expectation can speak of: the named one; else the one that ended the trip, or slot 2 of any walk. */
function slotsMeant(trace: Trace, walks: readonly WalkTrace[], slot: number | undefined): SlotTrace[] {
  const ended = trace.outcome !== "delivered" && trace.outcome !== "flooded";
  if (slot !== undefined) {
    // The slot is the one that ended the trip, where something did.
    if (ended) {
      const last = walks.at(-1)?.slots.at(-1);
      return last?.slot === slot && walks.at(-1)?.outcome !== "delivered" ? [last] : [];
    }
    return walks.flatMap((walk) => walk.slots.filter((found) => found.slot === slot));
  }
  const ends = walks.filter((walk) => walk.outcome !== "delivered").flatMap((walk) => walk.slots.at(-1) ?? []);
  if (ended) return ends;
  return [...ends, ...walks.flatMap((walk) => walk.slots.filter((found) => found.slot === 2))];
}

function expectationText({ outcome, slot, on, by }: Expectation): string {
  const parts = [outcome.text];
  if (slot) parts.push(`at slot ${slot.value}`);
  if (on) parts.push(`on ${vnicId(on.vm, on.vnic)}`);
  if (by)
    parts.push(`by ${by.kind === "rule" ? `rule ${by.id.value}` : by.kind === "reason" ? by.reason.text : by.kind}`);
  return parts.join(" ");
}

function actualText(trace: Trace, walks: readonly WalkTrace[], slot: number | undefined): string {
  if (trace.reason !== undefined) return `${trace.outcome} between two walks by ${trace.reason}`;
  const decisive = decisiveSlot(walks.length > 0 ? walks : trace.walks, slot);
  if (!decisive) return trace.note ? `${trace.outcome}: ${trace.note}` : trace.outcome;
  return `${trace.outcome} ${decisionText(decisive)}`;
}

type Decisive = NonNullable<ReturnType<typeof decisiveSlot>>;
/** `at slot 2 on db-01.eth0 by rule 1003 "App to db"` */
export const decisionText = ({ slot, walk }: Decisive): string =>
  `at slot ${slot.slot} on ${walk.vnic} by ${byText(slot)}`;

/** Where a trip was decided: what ended it, or the firewall that let it through last. */
export function decisiveSlot(
  walks: readonly WalkTrace[],
  slot?: number,
): { readonly walk: WalkTrace; readonly slot: SlotTrace } | undefined {
  const ended = walks.find((walk) => walk.outcome !== "delivered");
  if (ended?.slots.length) return { walk: ended, slot: ended.slots.at(-1) as SlotTrace };
  for (const walk of [...walks].reverse()) {
    const found = walk.slots.find((s) => s.slot === (slot ?? 2) && s.module !== "empty");
    if (found) return { walk, slot: found };
  }
  return undefined;
}

/** As one would expect it: `rule 1001 "Users to web"`, `state`, `default`, a reason. */
export function byText({ by, reason }: SlotTrace): string {
  const why = reason && !["match", "no-match", "state"].includes(reason) ? ` (${reason})` : "";
  if (!by || (reason && BY_REASON.has(by.kind))) return reason ?? "nothing";
  const name = by.name ? ` "${by.name}"` : "";
  return (by.kind === "rule" ? `rule ${by.id}${name}` : by.kind) + why;
}
