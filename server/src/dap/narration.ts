/** What happened, in a line each, for the debug console. */
import { byText, decisiveSlot } from "../chain/expectation.ts";
import { POSSIBLE_STEP } from "../chain/scenario.ts";
import type { SlotTrace, Trace } from "../chain/trace.ts";
import type { Failure } from "./moment.ts";

/** Who decided, and why where that says more than the verdict does. */
export const decidedBy = (slot: SlotTrace): string =>
  slot.by || slot.reason !== undefined ? ` by ${byText(slot)}` : "";

/** A packet's fate in a line; `edited`: what it was changed to by hand. `tcp … → dropped at slot 2 · dfw east-west · in · db-01.eth0 by default`. */
export function fate(trace: Trace, edited: string | undefined): string {
  const head = `${edited === undefined ? trace.packet : `${edited} (edited)`} → ${trace.outcome}`;
  if (trace.outcome === "flooded") {
    const counts = new Map<string, number>();
    const received = trace.walks.filter((walk) => walk.direction === "in");
    for (const { outcome } of received) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    const each = [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(", ");
    if (received.length === 0) return `${head} to nobody`;
    // That there are more than are walked.
    return `${head}: ${each}${trace.note === undefined ? "" : ` (${trace.note})`}`;
  }
  if (trace.reason !== undefined) return `${head} between two walks by ${trace.reason}`;
  const settled = decisiveSlot(trace.walks);
  if (!settled) return trace.note === undefined ? head : `${head} (${trace.note})`;
  const { walk, slot } = settled;
  return `${head} at slot ${slot.slot} · ${slot.module}${slot.block === undefined ? "" : ` ${slot.block}`} · ${walk.direction} · ${walk.vnic}${decidedBy(slot)}`;
}

export const failureOutput = ({ expected, actual }: Failure): string =>
  expected === POSSIBLE_STEP
    ? `this step cannot be taken: ${actual}`
    : `expectation failed: expected ${expected}; it was ${actual}`;

/** The last line of a session. */
export const summary = (title: string, packets: number, failures: number): string => {
  const many = `${packets} packet${packets === 1 ? "" : "s"}`;
  return failures === 0
    ? `${title}: ${many}`
    : `${title}: ${many}, ${failures} expectation${failures === 1 ? "" : "s"} failed`;
};
