/** Fixes of slot lines: move one to a free slot of its module, sort them, place a redirect. */

import type { Range } from "vscode-languageserver-types";
import type { Code } from "../../check/codes.ts";
import type { Finding } from "../../check/finding.ts";
import type { Source } from "../../policy/policy.ts";
import type { SourceDocument } from "../../syntax/document.ts";
import { topOf } from "../../syntax/statements.ts";
import type { ChainStatement, SlotStatement, Statement } from "../../syntax/tree.ts";
import { writeName } from "../../syntax/writeName.ts";
import {
  documentOf,
  eolOf,
  type FileEdit,
  indentOf,
  insertBefore,
  insertLast,
  movable,
  removeStatement,
  reorder,
  textIn,
} from "../edits.ts";
import type { View } from "../view.ts";
import { dataOf, type Fix, type Fixer, isNumbers, isString } from "./fix.ts";

/** Slot lines without an error of their own: what "in order" is about. */
const linesOf = (
  chain: ChainStatement,
): (SlotStatement & { readonly number: NonNullable<SlotStatement["number"]> })[] =>
  chain.children.filter((line) => line.kind === "slot" && line.number !== undefined && !line.broken) as never;

interface Line {
  readonly number: number;
  readonly text: string;
}
/** The lines of a chain as they stand, or with the slots that some of them move to. */
function linesWith(
  view: View,
  { uri, statement }: Source<ChainStatement>,
  moves: ReadonlyMap<Statement, number>,
): Line[] {
  const lines = linesOf(statement);
  const document = documentOf(view, { uri, statement });
  const ranges = movable(document, lines);
  return lines.map((line, index) => {
    const range = ranges[index] as Range;
    const to = moves.get(line);
    if (to === undefined) return { number: line.number.value, text: textIn(document, range) };
    const { start, end } = document.rangeOf(line.chunk, line.number);
    const before = textIn(document, { start: range.start, end: start });
    return { number: to, text: before + String(to) + textIn(document, { start: end, end: range.end }) };
  });
}
const byNumber = (a: Line, b: Line): number => a.number - b.number;
const textsOf = (lines: readonly Line[]): string[] => lines.map(({ text }) => text);

/** Moves a line to another slot, and all lines to their order. */
function moved(view: View, { uri, statement }: Source, to: number): Fix["edits"] {
  const chain = topOf(statement);
  if (chain.kind !== "chain") return [];
  const lines = linesWith(view, { uri, statement: chain }, new Map([[statement, to]])).sort(byNumber);
  return reorder(view, uri, linesOf(chain), textsOf(lines));
}

export const moveSlot: Fixer = (view, finding) => {
  const { at } = finding.place;
  // An expectation may name a slot that is none, too: its step stays.
  if (at.statement.kind !== "slot") return [];
  const free = dataOf(finding, "free", isNumbers) ?? [];
  const module = dataOf(finding, "module", isString) ?? "";
  const fixes: Fix[] = free.slice(0, 4).map((slot, index) => ({
    title: `Move to slot ${slot}${index === 0 ? `, the first free one for ${module}` : ""}`,
    edits: moved(view, at, slot),
    preferred: index === 0,
  }));
  fixes.push({ title: "Remove this slot line", edits: [removeStatement(view, at)], preferred: free.length === 0 });
  return fixes;
};

/** The lines of a chain change places until their numbers rise. */
export function slotsInOrder(view: View, chain: Source<ChainStatement>): Fix["edits"] {
  const lines = linesWith(view, chain, new Map()).sort(byNumber);
  return reorder(view, chain.uri, linesOf(chain.statement), textsOf(lines));
}

export const sortSlots: Fixer = (view, { place }) => {
  const statement = topOf(place.at.statement);
  if (statement.kind !== "chain") return [];
  const edits = slotsInOrder(view, { uri: place.at.uri, statement });
  return edits.length === 0 ? [] : [{ title: "Sort the slot lines", edits, preferred: true }];
};

/** A redirect that no chain places: at the first partner slot that is free, in every chain that has one. */
export const placeRedirect: Fixer = (view, finding) => {
  const name = dataOf(finding, "name", isString);
  const partner = dataOf(finding, "free", isNumbers) ?? [];
  if (name === undefined) return [];
  const fixes: Fix[] = [];
  for (const { name: chainName, source } of view.policy().chains) {
    const lines = linesOf(source.statement);
    const taken = new Set(lines.map((line) => line.number.value));
    const slot = partner.find((number) => !taken.has(number));
    if (slot === undefined) continue;
    const text = `slot ${slot} redirect ${writeName(name)}`;
    const next: Statement | undefined = lines.find((line) => line.number.value > slot);
    const edit = next ? insertBefore(view, { uri: source.uri, statement: next }, text) : insertLast(view, source, text);
    fixes.push({
      title: `Place it in slot ${slot} of chain ${writeName(chainName)}`,
      edits: [edit],
      preferred: fixes.length === 0,
    });
  }
  return fixes;
};

/** Findings whose fixes write the same lines of a chain, and must not choose the same slot. */
export const OF_SLOTS: ReadonlySet<Code> = new Set([
  "slot-out-of-range",
  "slot-reserved",
  "slot-wrong-module",
  "slot-duplicate",
  "slot-order",
  "redirect-unplaced",
]);

/** What is wrong with the slots of some chains, mended together: each line gets a slot of its own while there are any. */
export function mendSlots(
  view: View,
  findings: readonly Finding[],
): { readonly edits: readonly FileEdit[]; readonly mended: ReadonlySet<Finding> } {
  const mended = new Set<Finding>();
  // A line out of order changes its place, not its slot.
  const elsewhere = findings.filter(({ code }) => code !== "slot-order");
  const moving = new Set<Statement>(elsewhere.map(({ place }) => place.at.statement));
  const chains = new Map<Statement, Mending>();
  const mendingOf = (source: Source<ChainStatement>): Mending => {
    const known = chains.get(source.statement);
    if (known !== undefined) return known;
    const kept = linesOf(source.statement).filter((line) => !moving.has(line));
    const mending = { source, taken: new Set(kept.map(({ number }) => number.value)), moves: new Map(), added: [] };
    chains.set(source.statement, mending);
    return mending;
  };
  const sorted = new Set<Statement>();
  for (const finding of findings)
    if (finding.code === "slot-order") {
      const { uri, statement } = finding.place.at;
      const chain = topOf(statement);
      if (chain.kind !== "chain") continue;
      mendingOf({ uri, statement: chain });
      sorted.add(chain);
      mended.add(finding);
    }
  for (const finding of elsewhere) {
    const { statement, uri } = finding.place.at;
    const chain = topOf(statement);
    if (statement.kind !== "slot" || chain.kind !== "chain") continue;
    const { taken, moves } = mendingOf({ uri, statement: chain });
    const free = dataOf(finding, "free", isNumbers);
    const slot = free?.find((number) => !taken.has(number));
    if (slot !== undefined) {
      moves.set(statement, slot);
      mended.add(finding);
    }
    taken.add(slot ?? statement.number?.value ?? -1);
  }
  for (const finding of findings) {
    const name = dataOf(finding, "name", isString);
    if (finding.code !== "redirect-unplaced" || name === undefined) continue;
    for (const { source } of view.policy().chains) {
      const { taken, added } = mendingOf(source);
      const slot = dataOf(finding, "free", isNumbers)?.find((number) => !taken.has(number));
      if (slot === undefined) continue;
      taken.add(slot);
      mended.add(finding);
      added.push({ number: slot, text: `slot ${slot} redirect ${writeName(name)}` });
      break;
    }
  }
  const edits = [...chains.values()].flatMap((mending) => editsOf(view, mending, sorted.has(mending.source.statement)));
  return { edits, mended };
}

interface Mending {
  readonly source: Source<ChainStatement>;
  readonly taken: Set<number>;
  readonly moves: Map<Statement, number>;
  readonly added: Line[];
}

/** A line that is added stands behind the one before it, in that one's place. */
function editsOf(view: View, { source, moves, added }: Mending, sort: boolean): FileEdit[] {
  const lines = linesWith(view, source, moves);
  if (sort || moves.size > 0) lines.sort(byNumber);
  added.sort(byNumber);
  const [first] = linesOf(source.statement);
  if (first === undefined) return added.length === 0 ? [] : [insertLast(view, source, textsOf(added).join("\n"))];
  const document = documentOf(view, source);
  const between = lineBreakOf(document, source.statement, first);
  const next = added.map(({ number }) => lines.findIndex((line) => line.number > number));
  const at = (index: number) => added.filter((_, i) => (next[i] as number) === index);
  const texts = lines.map(({ text }, index) => {
    const before = index === 0 ? textsOf(at(0)) : [];
    const after = textsOf(at(index + 1 === lines.length ? -1 : index + 1));
    return [...before, text, ...after].join(between);
  });
  return reorder(view, source.uri, linesOf(source.statement), texts);
}

/** What stands between two lines of a chain: a space where the whole chain is one line. */
function lineBreakOf(document: SourceDocument, chain: ChainStatement, first: SlotStatement): string {
  const { start } = document.rangeOf(first.chunk, first);
  const close = chain.close && document.rangeOf(chain.close.chunk, chain.close.span).start.line;
  return close === start.line ? " " : eolOf(document) + indentOf(document, start.line);
}
