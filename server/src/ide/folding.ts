/** Feature: folding of blocks, runs of comments and imports; and growing a selection word by word, clause by clause. */

import {
  type FoldingRange,
  FoldingRangeKind,
  type Position,
  type Range,
  type SelectionRange,
} from "vscode-languageserver-types";
import type { SourceDocument } from "../syntax/document.ts";
import { eachStatement } from "../syntax/statements.ts";
import type { Span } from "../syntax/tree.ts";
import { partsOf } from "./parts.ts";
import { at, blockAt, fullRange, isBefore, placeAt, samePosition, spanOf, type View } from "./view.ts";

export function foldingRanges(document: SourceDocument): FoldingRange[] {
  const out: FoldingRange[] = [];
  const fold = (startLine: number, endLine: number, kind?: FoldingRangeKind) => {
    if (endLine > startLine) out.push({ startLine, endLine, ...(kind && { kind }) });
  };
  eachStatement(document.tree.statements, (statement) => {
    const isBlock = "children" in statement;
    // Most are a line, and there are very many.
    if (!isBlock && statement.chunk.lineCount === 1) return;
    const { start, end } = fullRange(document, statement);
    // The closing brace stays in sight.
    fold(start.line, isBlock && statement.close ? end.line - 1 : end.line);
  });
  run(
    document.tree.statements.filter(({ kind }) => kind === "import").map((s) => document.rangeOf(s.chunk, s)),
    (a, b) => fold(a, b, FoldingRangeKind.Imports),
  );
  const commented = document.chunks.filter((chunk) => chunk.comments.length > 0);
  const comments = commented.flatMap((chunk) => chunk.comments.map((comment) => document.rangeOf(chunk, comment)));
  run(comments, (a, b) => fold(a, b, FoldingRangeKind.Comment));
  const regions: number[] = [];
  for (const chunk of commented)
    for (const comment of chunk.comments) {
      const { line } = document.positionAt(chunk, comment.start);
      if (/^\/\/\s*#?region\b/.test(comment.text)) regions.push(line);
      else if (/^\/\/\s*#?endregion\b/.test(comment.text)) {
        const from = regions.pop();
        if (from !== undefined) fold(from, line, FoldingRangeKind.Region);
      }
    }
  return out.sort((a, b) => a.startLine - b.startLine || b.endLine - a.endLine);
}

/** Runs of ranges on consecutive lines: first line and last line of each. */
function run(ranges: readonly Range[], tell: (first: number, last: number) => void): void {
  let first: number | undefined;
  let last = -2;
  for (const { start, end } of ranges) {
    if (start.line > last + 1) {
      if (first !== undefined) tell(first, last);
      first = start.line;
    }
    last = end.line;
  }
  if (first !== undefined) tell(first, last);
}

export function selectionRange(view: View, position: Position): SelectionRange | undefined {
  const { document } = view;
  const place = placeAt(document, position);
  if (place === undefined) return undefined;
  const ranges: Range[] = [];
  const add = (span: Span) => ranges.push(document.rangeOf(place.chunk, span));
  const found = at(view, position);
  if (found?.token) add(spanOf(found.token));
  const { statement } = found ?? {};
  if (statement && statement.start <= place.offset && place.offset <= statement.end) {
    const around = (span: Span) => span.start <= place.offset && place.offset <= span.end;
    for (const part of partsOf(statement)) if (around(part.span)) add(part.span);
    if (statement.kind === "rule" || statement.kind === "assert")
      for (const clause of statement.clauses) {
        if (!around(clause)) continue;
        if ("endpoints" in clause && around(clause.endpoints)) add(clause.endpoints);
        add(clause);
      }
    add(statement);
    ranges.push(fullRange(document, statement));
  }
  const comment = place.chunk.comments.find(({ start, end }) => start <= place.offset && place.offset <= end);
  if (comment) add(comment);
  for (let block = blockAt(view, position); block !== undefined; block = block.parent) {
    const last = block.children.at(-1);
    const firstRange = block.children[0] && document.rangeOf(block.children[0].chunk, block.children[0]);
    if (firstRange && last) ranges.push({ start: firstRange.start, end: fullRange(document, last).end });
    ranges.push(fullRange(document, block));
  }
  const lastLine = document.lineCount - 1;
  ranges.push({
    start: { line: 0, character: 0 },
    end: { line: lastLine, character: document.lineText(lastLine).length },
  });
  return nest(ranges.filter((range) => holds(range, position)));
}

const holds = ({ start, end }: Range, position: Position): boolean =>
  !isBefore(position, start) && !isBefore(end, position);

/** From the smallest out, each holding the one before; what does not is left out. */
function nest(ranges: readonly Range[]): SelectionRange | undefined {
  const wider: Range[] = [];
  for (const range of ranges) {
    const inner = wider.at(-1);
    if (inner === undefined) wider.push(range);
    else if (holds(range, inner.start) && holds(range, inner.end) && !sameRange(range, inner)) wider.push(range);
  }
  return wider.reduceRight<SelectionRange | undefined>(
    (parent, range) => (parent ? { range, parent } : { range }),
    undefined,
  );
}
const sameRange = (a: Range, b: Range): boolean => samePosition(a.start, b.start) && samePosition(a.end, b.end);
