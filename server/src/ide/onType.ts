/**
 * Feature: formatting while typing. A line that Enter ends is put in order with the run it belongs to; a brace that
 * closes a block puts the block in order. The line that is being typed on is left alone.
 */
import type { Position, TextEdit } from "vscode-languageserver-types";
import { type FormatOptions, formatRange } from "../syntax/format.ts";
import type { Steps } from "../syntax/steps.ts";
import { blockAt, fullRange, type View } from "./view.ts";

export function* formatOnType(
  view: View,
  position: Position,
  typed: string,
  options: FormatOptions,
): Steps<TextEdit[]> {
  const { document } = view;
  if (typed === "\n") {
    const line = position.line - 1;
    if (line < 0) return [];
    const range = { start: { line, character: 0 }, end: { line, character: document.lineText(line).length } };
    const edits = yield* formatRange(document, range, options);
    return edits.filter((edit) => edit.range.end.line < position.line || endsAtStart(edit, position));
  }
  if (typed !== "}") return [];
  // Behind its brace the position is outside the block; on it, inside.
  const block = blockAt(view, { line: position.line, character: Math.max(0, position.character - 1) });
  return block === undefined ? [] : yield* formatRange(document, fullRange(document, block), options);
}

const endsAtStart = ({ range: { end } }: TextEdit, { line }: Position): boolean =>
  end.line === line && end.character === 0;
