/** A chain's `slot` lines: which of them hold, and what is wrong with the rest. */
import type { ChainStatement, SlotStatement } from "../syntax/tree.ts";
import { isSlotNumber, type Module, type Platform, type SlotOwner } from "./platforms.ts";

/** The graver first: a line has one of them at most. */
export type SlotProblem =
  | { readonly kind: "out-of-range" }
  | { readonly kind: "reserved"; readonly owner: SlotOwner }
  | { readonly kind: "wrong-module"; readonly owner: SlotOwner }
  | { readonly kind: "duplicate"; readonly first: SlotStatement };

export interface SlotLine {
  readonly statement: SlotStatement;
  readonly number: number;
  readonly module: string;
  readonly problem?: SlotProblem;
}

/** The lines that say a number and a module, in order, each judged against the platform and the lines before it. */
export function slotLines(chain: ChainStatement, platform: Platform): SlotLine[] {
  const filled = new Map<number, SlotStatement>();
  const lines: SlotLine[] = [];
  for (const statement of chain.children) {
    if (statement.kind !== "slot" || statement.number === undefined || statement.module === undefined) continue;
    const number = statement.number.value;
    const module = statement.module.text;
    const problem = problemOf(number, module, platform, filled);
    if (problem === undefined) filled.set(number, statement);
    lines.push({ statement, number, module, ...(problem && { problem }) });
  }
  return lines;
}

function problemOf(
  number: number,
  module: string,
  platform: Platform,
  filled: ReadonlyMap<number, SlotStatement>,
): SlotProblem | undefined {
  if (!isSlotNumber(number)) return { kind: "out-of-range" };
  const owner = platform.slots[number];
  if (owner.module === undefined) return { kind: "reserved", owner };
  if (owner.module !== module) return { kind: "wrong-module", owner };
  const first = filled.get(number);
  return first && { kind: "duplicate", first };
}

/** The slots that a platform has for a module, in order. */
export const slotsFor = (platform: Platform, module: Module): number[] =>
  Object.entries(platform.slots).flatMap(([n, owner]) => (owner.module === module ? [Number(n)] : []));
