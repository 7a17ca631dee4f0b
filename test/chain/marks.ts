/**
 * Scenarios as data. A step's `//~` marks, on its line and on the comment lines below it, say what its trace must show
 * beyond what `expect` can: a mark is a text that some line of the rendered trace must contain. `//~ fails WORDS`: the
 * step must fail, and the failure must say WORDS.
 */

import type { Change, SlotTrace, Trace } from "../../server/src/chain/trace.ts";
import { lineOf } from "../../server/src/syntax/document.ts";
import type { Statement } from "../../server/src/syntax/tree.ts";

export interface Marks {
  /** Undefined: the step must not fail. */
  readonly fails?: string;
  readonly shows: readonly string[];
}

/** `lines`: of the whole file. */
export function marksOf(statement: Statement, lines: readonly string[]): Marks {
  let fails: string | undefined;
  const shows: string[] = [];
  const first = lineOf(statement) - 1;
  for (let at = first; at === first || /^\s*\/\/~/.test(lines[at] ?? ""); at++) {
    for (const mark of (lines[at] ?? "").split("//~").slice(1)) {
      const text = mark.trim();
      if (/^fails\b/.test(text)) fails = text.slice("fails".length).trim();
      else shows.push(text);
    }
  }
  return { ...(fails !== undefined && { fails }), shows };
}

const change = ({ field, from, to }: Change): string => `${field} ${from} -> ${to}`;

function slotLine(slot: SlotTrace): string {
  const { by } = slot;
  const who = by && ` by ${by.kind}${by.id === undefined ? "" : ` ${by.id}`}`;
  return [
    `slot ${slot.slot} ${slot.module}${slot.block === undefined ? "" : ` ${slot.block}`}: ${slot.verdict}${who ?? ""}`,
    slot.reason && ` (${slot.reason})`,
    slot.state && ` state ${slot.state}`,
    slot.changes?.length && ` changes ${slot.changes.map(change).join(", ")}`,
    slot.disabled && ` disabled ${slot.disabled.join(", ")}`,
    slot.reply && ` reply ${slot.reply}`,
    slot.appliance && ` appliance ${slot.appliance}`,
  ]
    .filter(Boolean)
    .join("");
}

/** A trace as lines to search in. */
export function render(trace: Trace): string[] {
  const walks = trace.walks.map(({ direction, vnic }) => `${direction} ${vnic}`).join(", ");
  const lines = [`packet ${trace.packet}`, `outcome ${trace.outcome}`, `walks ${walks || "none"}`];
  lines.push(...(trace.changes ?? []).map((made) => `routed ${change(made)}`));
  if (!trace.changes?.length) lines.push("unrouted");
  if (trace.note) lines.push(`note ${trace.note}`);
  for (const walk of trace.walks) {
    const head = `${walk.direction} ${walk.vnic}`;
    lines.push(`${head} ${walk.outcome}`, `slots ${head} ${walk.slots.map(({ slot }) => slot).join(" ")}`);
    if (walk.note) lines.push(`note ${walk.note}`);
    lines.push(...walk.slots.map((slot) => `${head} ${slotLine(slot)}`));
  }
  return lines;
}

/** Marks that the trace does not show. `walks …` and `slots …` are whole lines; others may be part of one. */
export function missing(shows: readonly string[], trace: Trace | undefined): string[] {
  const lines = trace ? render(trace) : [];
  return shows.filter(
    (text) => !lines.some((line) => (/^(walks|slots) /.test(text) ? line === text : line.includes(text))),
  );
}
