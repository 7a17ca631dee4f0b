/** Formatting: the whole document or a part of it, as edits that touch only what changes. */
import type { ParsedChunk } from "./chunk.ts";
import type { SourceDocument } from "./document.ts";
import { Layout, type Style } from "./layout.ts";
import { before, type Position, type Range, splitLines, type TextEdit } from "./lines.ts";
import { sameState } from "./split.ts";
import { finish, STRIDE, type Steps } from "./steps.ts";

export interface FormatOptions {
  readonly tabSize?: number;
  readonly insertSpaces?: boolean;
}
const WIDTH = 120;
const BOM = "\uFEFF";

function styleOf(document: SourceDocument, { tabSize = 2, insertSpaces = true }: FormatOptions): Style {
  const lineEnd = /\r?\n/.exec(document.chunks[0]?.text ?? "")?.[0] ?? "\n";
  return { indent: insertSpaces ? " ".repeat(tabSize) : "\t", lineEnd, width: WIDTH };
}

/** Edits, in order, that format the document. Statements with syntax errors stay exactly as they are. */
export function* format(document: SourceDocument, options: FormatOptions = {}): Steps<TextEdit[]> {
  const { chunks } = document;
  return yield* editsOf(chunks, yield* new Layout(styleOf(document, options)).format(chunks));
}

/** Rows further away than this do not move when a part is formatted, nor do they move it. */
const REACH = 2000;

/** The edits that format the lines of `range`. Neighbours have a say in the columns, but stay as they are. */
export function* formatRange(document: SourceDocument, range: Range, options: FormatOptions = {}): Steps<TextEdit[]> {
  const { chunks } = document;
  const first = Math.min(range.start.line, range.end.line);
  const last = Math.max(range.start.line, range.end.line);
  let from = chunks.indexOf(document.locate({ line: first, character: 0 }).chunk);
  let to = chunks.indexOf(document.locate({ line: last, character: 0 }).chunk, from);
  for (let i = 0; i < REACH && from > 0 && !parted(chunks, from); i++) from--;
  for (let i = 0; i < REACH && to + 1 < chunks.length && !parted(chunks, to + 1); i++) to++;
  const part = chunks.slice(from, to + 1);
  const before = chunks[from - 1]?.parts.at(-1);
  const inside = before !== undefined && !("statement" in before && before.opens);
  const layout = new Layout(styleOf(document, options), part[0]?.entry?.depth ?? 0, inside);
  const edits = yield* editsOf(part, yield* layout.format(part, to === chunks.length - 1));
  return edits.filter((edit) => edit.range.end.line >= first && edit.range.start.line <= last);
}
/** Does a run of rows end before a chunk? */
function parted(chunks: readonly ParsedChunk[], i: number): boolean {
  const chunk = chunks[i] as ParsedChunk;
  return /^[ \t]*[\r\n]/.test(chunk.text) || !sameState(chunk.entry, chunks[i - 1]?.entry);
}

function* editsOf(chunks: readonly ParsedChunk[], texts: readonly string[]): Steps<TextEdit[]> {
  const edits: TextEdit[] = [];
  for (const [i, chunk] of chunks.entries()) {
    const text = texts[i] as string;
    const formatted = chunk.text.startsWith(BOM) && !text.startsWith(BOM) ? BOM + text : text;
    if (formatted !== chunk.text) edits.push(lineEdit(chunk.line, splitLines(chunk.text), splitLines(formatted)));
    if (i % STRIDE === STRIDE - 1) yield;
  }
  return edits;
}

/** The document's text, formatted. */
export function formatText(document: SourceDocument, options: FormatOptions = {}): string {
  return applyEdits(document.text, finish(format(document, options)));
}

/** `edits` must be in order and must not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  const lines = splitLines(text);
  const out: string[] = [];
  let at: Position = { line: 0, character: 0 };
  const copyTo = (to: Position) => {
    if (at.line === to.line) out.push((lines[at.line] ?? "").slice(at.character, to.character));
    else {
      out.push((lines[at.line] as string).slice(at.character));
      for (let line = at.line + 1; line < to.line; line++) out.push(lines[line] as string);
      out.push((lines[to.line] ?? "").slice(0, to.character));
    }
    at = to;
  };
  for (const { range, newText } of edits) {
    copyTo(range.start);
    out.push(newText);
    if (before(at, range.end)) at = range.end;
  }
  copyTo({ line: lines.length - 1, character: (lines.at(-1) as string).length });
  return out.join("");
}

/** One edit for the lines between the first and the last that differ. */
function lineEdit(firstLine: number, old: readonly string[], fresh: readonly string[]): TextEdit {
  let head = 0;
  while (head < old.length && head < fresh.length && old[head] === fresh[head]) head++;
  let tail = 0;
  while (tail < old.length - head && tail < fresh.length - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail++;
  const start = { line: firstLine + head, character: 0 };
  const lastOld = old.length - tail;
  const end =
    tail > 0
      ? { line: firstLine + lastOld, character: 0 }
      : { line: firstLine + old.length - 1, character: (old.at(-1) as string).length };
  const from = head === old.length ? { line: firstLine + head - 1, character: (old.at(-1) as string).length } : start;
  return { range: { start: from, end }, newText: fresh.slice(head, fresh.length - tail).join("") };
}
