/**
 * The formatter. Each statement has a line of its own, or the line of the one-line block it is in; statements of a kind
 * that follow one another are aligned in columns, until a blank line or a brace ends the run. Comments stay where they
 * are. Lines with a mistake in them are left exactly as they are.
 */

import { type Cell, cellsOf } from "./cells.ts";
import type { ParsedChunk } from "./chunk.ts";
import type { Position, Range, SourceDocument, TextEdit } from "./document.ts";
import { bare, splitLines } from "./lines.ts";
import type { Comment, Statement } from "./tree.ts";

export interface FormatOptions {
  /** Blanks a level, and whether they are blanks at all. */
  readonly tabSize?: number;
  readonly insertSpaces?: boolean;
}
/** A one-line block that would be longer than this is unfolded. */
const WIDTH = 120;

/** A line, or several, of the formatted text, and the lines it comes from. */
interface Row {
  readonly first: number;
  last: number;
  readonly depth: number;
  /** Kept as it is, indentation included. */
  readonly verbatim?: string;
  readonly text?: string;
  readonly cells?: readonly Cell[];
  /** Rows of one shape in one run are aligned. */
  readonly shape: string;
  /** A block's `{` or `}` ends the run. */
  readonly ends: boolean;
  trailing?: string;
}

type Item = { readonly first: number; readonly last: number; readonly chunk: ParsedChunk } & (
  | { readonly is: "statement"; readonly statement: Statement; readonly opens: boolean }
  | { readonly is: "close" }
  | { readonly is: "comment"; readonly comment: Comment }
  | { readonly is: "verbatim"; readonly text: string; readonly deeper: number }
);

export function formatText(document: SourceDocument, options: FormatOptions = {}): string {
  const { text } = document;
  const eol = /\r\n|\n|\r/.exec(text)?.[0] ?? "\n";
  const rows = rowsOf(document);
  const lines = rendered(rows, options);
  const out: string[] = [];
  rows.forEach((row, i) => {
    const before = rows[i - 1];
    if (before && row.first > before.last + 1) out.push("");
    out.push(...(lines[i] as string).split("\n"));
  });
  const mark = text.startsWith("\uFEFF") && !out[0]?.startsWith("\uFEFF") ? "\uFEFF" : "";
  return out.length === 0 ? mark : `${mark}${out.join(eol)}${eol}`;
}

/** One edit for what differs, so that the rest of the text is not touched. */
export function format(document: SourceDocument, options: FormatOptions = {}): TextEdit[] {
  const before = splitLines(document.text);
  const after = splitLines(formatText(document, options));
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head++;
  if (head === before.length && head === after.length) return [];
  let tail = 0;
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail))
    tail++;
  const newText = after.slice(head, after.length - tail).join("");
  return [{ range: { start: { line: head, character: 0 }, end: endBefore(document, before.length - tail) }, newText }];
}

/** Where the lines before `line` end. */
const endBefore = (document: SourceDocument, line: number): Position =>
  line < document.lineCount
    ? { line, character: 0 }
    : { line: document.lineCount - 1, character: document.lineText(document.lineCount - 1).length };

/** Only lines that the range touches change; blank lines between them stay. */
export function formatRange(document: SourceDocument, range: Range, options: FormatOptions = {}): TextEdit[] {
  const rows = rowsOf(document);
  const lines = rendered(rows, options);
  const eol = /\r\n|\n|\r/.exec(document.text)?.[0] ?? "\n";
  const edits: TextEdit[] = [];
  for (let i = 0; i < rows.length; ) {
    // Rows that come from one line change together.
    let j = i + 1;
    let last = (rows[i] as Row).last;
    while (j < rows.length && (rows[j] as Row).first <= last) last = Math.max(last, (rows[j++] as Row).last);
    const { first } = rows[i] as Row;
    const newText = lines.slice(i, j).join("\n").replaceAll("\n", eol);
    i = j;
    if (last < range.start.line || first > range.end.line) continue;
    const end = { line: last, character: document.lineText(last).length };
    const oldText = Array.from({ length: last - first + 1 }, (_, k) => document.lineText(first + k)).join(eol);
    if (oldText !== newText) edits.push({ range: { start: { line: first, character: 0 }, end }, newText });
  }
  return edits;
}

// ---- the text as rows -------------------------------------------------------------------------------------------

function itemsOf(document: SourceDocument): Item[] {
  const items: Item[] = [];
  for (const chunk of document.chunks) {
    const place = (span: { start: number; end: number }) => {
      const { start, end } = document.rangeOf(chunk, span);
      return { first: start.line, last: end.line, chunk };
    };
    if (chunk.errors.length > 0) {
      items.push(verbatimOf(chunk));
      continue;
    }
    const parts: { offset: number; item: Item }[] = chunk.comments.map((comment) => ({
      offset: comment.start,
      item: { is: "comment", comment, ...place(comment) },
    }));
    for (const part of chunk.parts) {
      if ("statement" in part)
        parts.push({
          offset: part.statement.start,
          item: { is: "statement", statement: part.statement, opens: part.opens, ...place(part.statement) },
        });
      else if ("close" in part) parts.push({ offset: part.close.start, item: { is: "close", ...place(part.close) } });
    }
    parts.sort((a, b) => a.offset - b.offset);
    items.push(...parts.map(({ item }) => item));
  }
  return items;
}

/** A chunk with a mistake in it. Its blank lines at the start and the end are the gaps around it. */
function verbatimOf(chunk: ParsedChunk): Item {
  const lines = splitLines(chunk.text).slice(0, chunk.lineCount).map(bare);
  const first = lines.findIndex((line) => line.trim() !== "");
  const last = lines.findLastIndex((line) => line.trim() !== "");
  let deeper = 0;
  for (const part of chunk.parts) deeper += "statement" in part ? Number(part.opens) : -1;
  const text = lines.slice(Math.max(first, 0), last + 1).join("\n");
  return {
    is: "verbatim",
    text,
    deeper,
    first: chunk.line + Math.max(first, 0),
    last: chunk.line + Math.max(last, 0),
    chunk,
  };
}

function rowsOf(document: SourceDocument): Row[] {
  const items = itemsOf(document);
  const rows: Row[] = [];
  let depth = 0;
  for (let i = 0; i < items.length; i++) {
    const item = items[i] as Item;
    const { first, last } = item;
    switch (item.is) {
      case "verbatim":
        rows.push({ first, last, depth, verbatim: item.text, shape: "", ends: item.deeper !== 0 });
        depth = Math.max(0, depth + item.deeper);
        break;
      case "comment":
        addComment(rows, item, depth);
        break;
      case "close":
        depth = Math.max(0, depth - 1);
        rows.push({ first, last, depth, text: "}", shape: "}", ends: true });
        break;
      case "statement": {
        const inline = item.opens ? inlineBlock(items, i, depth) : undefined;
        if (inline) {
          rows.push(inline.row);
          i = inline.end;
          break;
        }
        rows.push(statementRow(item, depth));
        if (item.opens) depth++;
      }
    }
  }
  return rows;
}

/** On a line of its own, or behind what it follows. */
function addComment(rows: Row[], item: Item & { is: "comment" }, depth: number): void {
  const before = rows.at(-1);
  const text = item.comment.text.trimEnd();
  if (before && before.verbatim === undefined && before.last === item.first && before.shape !== "comment") {
    before.trailing = before.trailing ? `${before.trailing} ${text}` : text;
    before.last = item.last;
    return;
  }
  rows.push({ first: item.first, last: item.last, depth, text, shape: "comment", ends: false });
}

function statementRow({ statement, opens, first, last, chunk }: Item & { is: "statement" }, depth: number): Row {
  const source = chunk.text.slice(statement.start, statement.end);
  const commented = chunk.comments.some((c) => c.start > statement.start && c.end < statement.end);
  const cells = cellsOf(statement);
  const long = last > first && joined(cells).length + 2 * depth > WIDTH;
  // What spans lines because it is long, or has comments inside, keeps its shape; only its first line is indented.
  if (commented || long)
    return {
      first,
      last,
      depth,
      text: source
        .split(/\r\n|\n|\r/)
        .map((line, i) => (i === 0 ? line : line.trimEnd()))
        .join("\n"),
      shape: "",
      ends: opens,
    };
  return { first, last, depth, cells, shape: opens ? "" : statement.kind, ends: opens };
}

/** A block that is written on one line stays there, when it fits. */
function inlineBlock(
  items: readonly Item[],
  from: number,
  depth: number,
): { readonly row: Row; readonly end: number } | undefined {
  const head = items[from] as Item;
  const cells: Cell[] = [];
  const kinds: string[] = [];
  let open = 0;
  let opening = "";
  for (let i = from; i < items.length; i++) {
    const item = items[i] as Item;
    if (item.first !== head.first || item.last !== head.first || item.is === "comment" || item.is === "verbatim")
      return undefined;
    if (item.is === "close") {
      open--;
      kinds.push("}");
      if (opening) cells.push({ text: opening, gap: 1 });
      opening = "";
      const last = cells.pop() as Cell;
      cells.push({ ...last, text: `${last.text} }` });
      if (open === 0) {
        const row: Row = { first: head.first, last: head.last, depth, cells, shape: kinds.join(" "), ends: false };
        return joined(cells).length + 2 * depth > WIDTH ? undefined : { row, end: i };
      }
      continue;
    }
    const { statement } = item;
    kinds.push(statement.kind);
    const text = joined(cellsOf(statement));
    if (item.opens) {
      open++;
      const name = text.replace(/\s*\{$/, "");
      if (cells.length === 0 && !opening) cells.push({ text: name, gap: 0 });
      else opening = `${opening}${name} `;
      opening = `${opening}{ `;
      continue;
    }
    cells.push({ text: `${opening}${text}`, gap: cells.length === 1 ? 1 : 2 });
    opening = "";
  }
  return undefined;
}

// ---- rows as lines ----------------------------------------------------------------------------------------------

/** Cells without alignment: empty ones left out. */
function joined(cells: readonly Cell[]): string {
  return cells
    .filter(({ text }) => text !== "")
    .map(({ text, gap }, i) => (i === 0 ? text : " ".repeat(gap) + text))
    .join("");
}

function rendered(rows: readonly Row[], { tabSize = 2, insertSpaces = true }: FormatOptions): string[] {
  const unit = insertSpaces ? " ".repeat(tabSize) : "\t";
  const out: string[] = new Array(rows.length);
  for (let i = 0; i < rows.length; ) {
    let j = i + 1;
    while (
      j < rows.length &&
      !(rows[j - 1] as Row).ends &&
      !(rows[j] as Row).ends &&
      (rows[j] as Row).first <= (rows[j - 1] as Row).last + 1
    )
      j++;
    renderRun(rows.slice(i, j), unit).forEach((line, k) => {
      out[i + k] = line;
    });
    i = j;
  }
  return out;
}

function renderRun(run: readonly Row[], unit: string): string[] {
  const widths = new Map<string, number[]>();
  for (const { cells, shape } of run) {
    if (!cells || shape === "") continue;
    const known = widths.get(shape) ?? [];
    cells.forEach(({ text }, i) => {
      known[i] = Math.max(known[i] ?? 0, text.length);
    });
    widths.set(shape, known);
  }
  const lines = run.map((row) => {
    if (row.verbatim !== undefined) return row.verbatim;
    const body = row.cells
      ? row.shape === ""
        ? joined(row.cells)
        : aligned(row.cells, widths.get(row.shape) as number[])
      : (row.text ?? "");
    return unit.repeat(row.depth) + body;
  });
  // Remarks behind the lines of a run stand under one another.
  const remarked = run.flatMap((row, i) => (row.trailing ? [(lines[i] as string).length] : []));
  const column = Math.max(0, ...remarked);
  return lines.map((line, i) => {
    const { trailing } = run[i] as Row;
    return trailing ? `${line.padEnd(column)}  ${trailing}` : line;
  });
}

function aligned(cells: readonly Cell[], widths: readonly number[]): string {
  let text = "";
  cells.forEach((cell, i) => {
    const width = widths[i] as number;
    if (width === 0) return;
    text += (i === 0 ? "" : " ".repeat(cell.gap)) + cell.text.padEnd(width);
  });
  return text.trimEnd();
}
