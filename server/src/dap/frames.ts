/** The call stack: the statement in its block, the slot in its chain, the step in its scenario. Innermost first. */
import type { Statement } from "../syntax/tree.ts";
import type { Debuggee } from "./debuggee.ts";
import type { PlacedMoment, SlotPlace } from "./moment.ts";
import { extent } from "./places.ts";

export interface Frame {
  readonly name: string;
  readonly depth: "statement" | "slot" | "step";
  /** From 1; a reference instead of a file where the source is the session's own. */
  readonly uri?: string;
  readonly reference?: number;
  readonly line: number;
  readonly column: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  /** Of which module of the slot table it is. */
  readonly slot?: number;
}

/** Frames of a place that has decided or is about to; `clause` is the clause of a rule that a fine step stands at. */
export function frames(debuggee: Debuggee, clause: Span | undefined): readonly Frame[] {
  const { moment } = debuggee;
  const step = debuggee.stepFrame();
  if (moment === undefined || moment.kind === "finished") return [step];
  const { place } = moment;
  const slot = slotFrame(place, debuggee);
  const inner = innermost(moment, clause);
  return [...(inner ? [{ ...inner, slot: place.number }] : []), ...(slot ? [slot] : []), step];
}

export interface Span {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

function innermost(moment: PlacedMoment, clause: Span | undefined): Frame | undefined {
  if (moment.kind === "slot") return undefined;
  if (moment.kind === "statement") {
    const { uri, statement } = moment.source;
    const owner = moment.appliance ? ` · inspect of ${moment.appliance.name}` : "";
    return { name: `${nameOf(statement)}${owner}`, depth: "statement", uri, ...(clause ?? headOf(statement)) };
  }
  const source = moment.source ?? moment.place.block?.source;
  const name = moment.source ? nameOf(moment.source.statement) : blockName(moment.place);
  return source && { name, depth: "statement", uri: source.uri, ...headOf(source.statement) };
}
const blockName = ({ block }: SlotPlace): string => (block ? `${block.module} ${block.name}` : "");

/** `slot 2 · dfw east-west · in · web-01.eth0`. */
export function slotFrame(at: SlotPlace, debuggee: Debuggee): Frame | undefined {
  const { chain, line } = at;
  if (!chain) return undefined;
  const { uri, statement } = line?.source ?? chain.source;
  return {
    name: `slot ${at.number} · ${holder(at, debuggee)} · ${at.direction} · ${at.vnic}`,
    depth: "slot",
    uri,
    ...headOf(statement),
    slot: at.number,
  };
}
function holder({ block, number }: SlotPlace, debuggee: Debuggee): string {
  if (block) return `${block.module} ${block.name}`;
  const owner = debuggee.loaded.policy.platform.slots[number as 0];
  return owner?.module ? "empty" : "reserved";
}

/** A statement as the stack names it. */
export function nameOf(statement: Statement): string {
  switch (statement.kind) {
    case "rule":
      return `rule ${statement.id?.text ?? "?"}${statement.title ? ` "${statement.title.text}"` : ""}`;
    case "bind": {
      const vnic = statement.vnic;
      return `bind ${vnic ? `${vnic.vm.text}.${vnic.vnic.text}` : "?"}`;
    }
    default:
      return (
        statement.chunk.text
          .slice(statement.start, statement.end)
          .split(/[{\n]/, 1)[0]
          ?.trimEnd()
          .replace(/\s+/g, " ") ?? statement.kind
      );
  }
}

/** Lines and columns, from 1, of a part of a statement. */
export function spanWithin(statement: Statement, part: { readonly start: number; readonly end: number }): Span {
  const { text } = statement.chunk;
  const first = statement.chunk.line + 1;
  const at = (offset: number): { line: number; column: number } => {
    const before = text.slice(0, offset).split("\n");
    return { line: first + before.length - 1, column: (before.at(-1)?.length ?? 0) + 1 };
  };
  const start = at(part.start);
  const end = at(part.end);
  return { ...start, endLine: end.line, endColumn: end.column };
}
/** Where a statement begins. Without an end: editors select a frame that has one, and a key pressed would replace it. */
export function headOf(statement: Statement): { line: number; column: number } {
  const { line, column } = extent(statement);
  return { line, column };
}
