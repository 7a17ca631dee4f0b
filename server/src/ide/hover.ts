/**
 * Feature: hover. What a thing is, what it resolves to, and what an engineer would look up: slots with their owner,
 * order and history; rules as a table; names with their members; values with their meaning; every word of the grammar.
 */
import type { Hover, Position } from "vscode-languageserver-types";
import { REASONS, type ReasonCode } from "../chain/reasons.ts";
import type { Span, Statement } from "../syntax/tree.ts";
import { hoverName } from "./hoverNames.ts";
import { hoverPath } from "./hoverPath.ts";
import { hoverRule } from "./hoverRule.ts";
import { hoverSlot, slotInRemark } from "./hoverSlot.ts";
import { hoverValue } from "./hoverValues.ts";
import { KEYWORD_NOTES } from "./keywordNotes.ts";
import { code, docMarkdown, escapeMarkdown, paragraphs } from "./markdown.ts";
import { type At, at, placeAt, spanOf, type View } from "./view.ts";

/** Markdown for the span it is about. */
export interface HoverText {
  readonly markdown: string;
  readonly span: Span;
}

export function hover(view: View, position: Position): Hover | undefined {
  const place = placeAt(view.document, position);
  if (place === undefined) return undefined;
  const found = at(view, position);
  const text = (found && hoverAt(view, found)) ?? slotInRemark(view, place.chunk, place.offset);
  if (text === undefined) return undefined;
  return {
    contents: { kind: "markdown", value: text.markdown },
    range: view.document.rangeOf(place.chunk, text.span),
  };
}

function hoverAt(view: View, found: At): HoverText | undefined {
  const { statement, part, token } = found;
  if (statement === undefined || token === undefined) return undefined;
  if (part !== undefined && part.kind !== "word") {
    const markdown =
      part.kind === "slot-number"
        ? hoverSlot(view, part.number.value, statement)
        : part.kind === "rule-id"
          ? hoverRule(view, statement, part)
          : part.kind === "path" && part.of === "import"
            ? hoverPath(view, part.text.text)
            : (hoverName(view, statement, part) ?? hoverValue(view, statement, part));
    if (markdown !== undefined) return { markdown, span: part.span };
    if (part.kind === "title") return undefined;
  }
  if (statement.kind === "send" && part?.kind === "word" && Object.hasOwn(REASONS, part.word.text)) {
    const { text, origin } = REASONS[part.word.text as ReasonCode];
    return {
      markdown: paragraphs(
        `Reason ${code(part.word.text)}: ${escapeMarkdown(text)}.`,
        `Word and meaning: ${escapeMarkdown(origin)}.`,
      ),
      span: part.span,
    };
  }
  const span = spanOf(token);
  const onKeyword = span.start === statement.keyword.start;
  if (onKeyword && statement.kind === "slot" && statement.number !== undefined)
    return {
      markdown: hoverSlot(view, statement.number.value, statement),
      span: { start: span.start, end: statement.number.end },
    };
  if (onKeyword && statement.kind === "rule") {
    const markdown = hoverRule(view, statement, undefined);
    if (markdown !== undefined) return { markdown, span };
  }
  return hoverWord(statement, token.image, span);
}

function hoverWord(statement: Statement, word: string, span: Span): HoverText | undefined {
  // `section` and `segment`, `in` and `out` say different things at different places; the note tells them all.
  const note = KEYWORD_NOTES.get(word);
  if (note === undefined) return undefined;
  const doc = span.start === statement.keyword.start ? statement.doc : undefined;
  return { markdown: paragraphs(code(note.syntax), note.text, doc && `---\n\n${docMarkdown(doc)}`), span };
}
