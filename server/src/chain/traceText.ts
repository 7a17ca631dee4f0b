/** A trace as a person reads it: a line a slot, all of them, in walking order. */
import type { By, Change, SlotTrace, Trace, WalkTrace } from "./trace.ts";

/** How a word is set off, where text can be. */
export type Style = (text: string, how: "bold" | "dim" | "green" | "red") => string;
const plain: Style = (text) => text;

export function traceText(trace: Trace, style: Style = plain): string {
  const lines = [`${style(trace.packet, "bold")}  ${outcomeText(trace.outcome, style)}`];
  if (trace.note) lines.push(`  ${trace.note}`);
  trace.walks.forEach((walk, index) => {
    if (index === 1 && trace.changes?.length) lines.push(`  routed: ${changesText(trace.changes)}`);
    lines.push(...walkLines(walk, style));
  });
  return lines.join("\n");
}

export function outcomeText(outcome: string, style: Style = plain): string {
  const good = outcome === "delivered" || outcome === "answered" || outcome === "flooded";
  return style(outcome, good ? "green" : "red");
}

function walkLines(walk: WalkTrace, style: Style): string[] {
  const towards = walk.direction === "out" ? "out, from the VM" : "in, to the VM";
  const head = `  ${walk.vnic} · ${walk.chain ? `chain ${walk.chain}` : "no chain"} · ${towards}: ${outcomeText(walk.outcome, style)}`;
  return [head, ...(walk.note ? [`    ${walk.note}`] : []), ...walk.slots.map((slot) => slotLine(slot, style))];
}

function slotLine(slot: SlotTrace, style: Style): string {
  const number = String(slot.slot).padStart(6);
  const what = slot.block ? `${slot.module} ${slot.block}` : slot.module;
  if (slot.module === "empty" || slot.module === "reserved") return style(`${number}  ${what}`, "dim");
  const parts = [
    `${number}  ${what.padEnd(24)}`,
    style(slot.verdict.padEnd(9), ["drop", "reject", "blackhole"].includes(slot.verdict) ? "red" : "green"),
    slot.reason,
    slot.by && byText(slot.by),
    slot.state && `state ${slot.state}`,
    slot.appliance && `appliance ${slot.appliance}`,
    slot.changes?.length && changesText(slot.changes),
    slot.disabled?.length && `disabled, so skipped: ${slot.disabled.join(", ")}`,
    slot.reply && `answers: ${slot.reply}`,
  ];
  return parts.filter(Boolean).join("  ");
}

function byText(by: By): string {
  const name = by.kind === "rule" ? `rule ${by.id}${by.name ? ` "${by.name}"` : ""}` : by.kind;
  return by.file ? `by ${name} (${by.file}:${by.line})` : `by ${name}`;
}

const changesText = (changes: readonly Change[]) =>
  changes.map((c) => `${c.field} ${c.from ?? "–"} → ${c.to ?? "–"}`).join(", ");
