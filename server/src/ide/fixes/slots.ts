/** Fixes of slot lines: move one to a free slot of its module, sort them, place a redirect. */
import type { Range } from "vscode-languageserver-types";
import { topOf } from "../../policy/names.ts";
import type { Source } from "../../policy/policy.ts";
import type { ChainStatement, SlotStatement, Statement } from "../../syntax/tree.ts";
import {
  documentOf,
  type FileEdit,
  insertBefore,
  insertLast,
  movable,
  removeStatement,
  reorder,
  textIn,
} from "../edits.ts";
import { writeName } from "../rename.ts";
import { fullRange, isBefore, type View } from "../view.ts";
import { dataOf, type Fix, type Fixer, isNumbers, isString } from "./fix.ts";

/** Slot lines without an error of their own: what "in order" is about. */
const linesOf = (
  chain: ChainStatement,
): (SlotStatement & { readonly number: NonNullable<SlotStatement["number"]> })[] =>
  chain.children.filter((line) => line.kind === "slot" && line.number !== undefined && !line.broken) as never;

/** Moves a line to another slot, and all lines to their order. */
function moved(view: View, { uri, statement }: Source, to: number): Fix["edits"] {
  const chain = topOf(statement);
  if (chain.kind !== "chain") return [];
  const lines = linesOf(chain);
  const document = documentOf(view, { uri, statement });
  const ranges = movable(document, lines);
  const texts = lines.map((line, index) => {
    const range = ranges[index] as Range;
    if (line !== statement) return { number: line.number.value, text: textIn(document, range) };
    const { start, end } = document.rangeOf(line.chunk, line.number);
    const before = textIn(document, { start: range.start, end: start });
    return { number: to, text: before + String(to) + textIn(document, { start: end, end: range.end }) };
  });
  const sorted = [...texts].sort((a, b) => a.number - b.number).map(({ text }) => text);
  return reorder(view, uri, lines, sorted);
}

export const moveSlot: Fixer = (view, finding, before) => {
  const { at } = finding.place;
  // An expectation may name a slot that is none, too: its step stays.
  if (at.statement.kind !== "slot") return [];
  const written = new Set(slotsWritten(view, { uri: at.uri, statement: topOf(at.statement) }, before));
  const free = (dataOf(finding, "free", isNumbers) ?? []).filter((slot) => !written.has(slot));
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
export function slotsInOrder(view: View, { uri, statement }: Source<ChainStatement>): Fix["edits"] {
  const lines = linesOf(statement);
  const document = documentOf(view, { uri, statement });
  const ranges = movable(document, lines);
  const sorted = lines
    .map(({ number }, index) => ({ slot: number.value, text: textIn(document, ranges[index] as Range) }))
    .sort((a, b) => a.slot - b.slot);
  return reorder(
    view,
    uri,
    lines,
    sorted.map(({ text }) => text),
  );
}

export const sortSlots: Fixer = (view, { place }) => {
  const statement = topOf(place.at.statement);
  if (statement.kind !== "chain") return [];
  const edits = slotsInOrder(view, { uri: place.at.uri, statement });
  return edits.length === 0 ? [] : [{ title: "Sort the slot lines", edits, preferred: true }];
};

/** Slots that edits place something in, in one chain. */
function slotsWritten(view: View, source: Source, edits: readonly FileEdit[]): number[] {
  const { start, end } = fullRange(documentOf(view, source), source.statement);
  return edits
    .filter(
      ({ uri, edit: { range } }) => uri === source.uri && isBefore(start, range.start) && isBefore(range.end, end),
    )
    .flatMap(({ edit }) => [...edit.newText.matchAll(/\bslot (\d+)\b/g)].map(([, slot]) => Number(slot)));
}

/** A redirect that no chain places: at the first partner slot that is free, in every chain that has one. */
export const placeRedirect: Fixer = (view, finding, before) => {
  const name = dataOf(finding, "name", isString);
  const partner = dataOf(finding, "free", isNumbers) ?? [];
  if (name === undefined) return [];
  const fixes: Fix[] = [];
  for (const { name: chainName, source } of view.policy().chains) {
    const lines = linesOf(source.statement);
    const taken = new Set([...lines.map((line) => line.number.value), ...slotsWritten(view, source, before)]);
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
