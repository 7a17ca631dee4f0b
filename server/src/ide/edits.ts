/** Building blocks of quick fixes: replacing, removing, moving and inserting statements so that the text stays tidy. */
import type { AnnotatedTextEdit, Range, TextEdit, WorkspaceEdit } from "vscode-languageserver-types";
import type { Source } from "../policy/policy.ts";
import type { SourceDocument } from "../syntax/document.ts";
import type { BlockStatement, Span, Statement } from "../syntax/tree.ts";
import { fullRange, type View } from "./view.ts";

export interface FileEdit {
  readonly uri: string;
  readonly edit: TextEdit;
  /** What edits of one sort have in common, where an action makes several: editors show the sorts apart. */
  readonly sort?: string;
}

/** The sorts are change annotations, for clients that know them: others are not told (`lsp/fitting.ts`). */
export function workspaceEdit(edits: readonly FileEdit[]): WorkspaceEdit {
  const byUri = new Map<string, (TextEdit | AnnotatedTextEdit)[]>();
  const sorts = new Set<string>();
  for (const { uri, edit, sort } of edits) {
    const list = byUri.get(uri) ?? [];
    byUri.set(uri, list);
    list.push(sort === undefined ? edit : { ...edit, annotationId: sort });
    if (sort !== undefined) sorts.add(sort);
  }
  const changes = Object.fromEntries(byUri);
  if (sorts.size === 0) return { changes };
  return { changes, changeAnnotations: Object.fromEntries([...sorts].map((label) => [label, { label }])) };
}

export function documentOf(view: View, { uri }: Source): SourceDocument {
  const document = view.program.document(uri);
  if (document === undefined) throw new Error(`no document ${uri} in this program`);
  return document;
}

/** Text at the end of a document, an empty line before it. */
export function appended(document: SourceDocument, text: string): WorkspaceEdit {
  const eol = eolOf(document);
  const line = document.lineCount - 1;
  const last = document.lineText(line) ?? "";
  const end = { line, character: last.length };
  const before = last.trim() === "" ? eol : `${eol}${eol}`;
  const newText = before + text.replaceAll("\n", eol);
  return workspaceEdit([{ uri: document.uri, edit: { range: { start: end, end }, newText } }]);
}

export const replaceSpan = (view: View, source: Source, span: Span, newText: string): FileEdit => ({
  uri: source.uri,
  edit: { range: documentOf(view, source).rangeOf(source.statement.chunk, span), newText },
});

/** The line end that a document uses. */
export const eolOf = (document: SourceDocument): string => (document.chunks[0]?.text.includes("\r\n") ? "\r\n" : "\n");

export const indentOf = (document: SourceDocument, line: number): string =>
  /^[ \t]*/.exec(document.lineText(line))?.[0] ?? "";

/** The text of a range. */
export function textIn(document: SourceDocument, { start, end }: Range): string {
  if (start.line === end.line) return document.lineText(start.line).slice(start.character, end.character);
  const lines = [document.lineText(start.line).slice(start.character)];
  for (let line = start.line + 1; line < end.line; line += 1) lines.push(document.lineText(line));
  lines.push(document.lineText(end.line).slice(0, end.character));
  return lines.join(eolOf(document));
}

/** A statement with all that is in it and the `///` lines that belong to it. */
export function withDocs(document: SourceDocument, statement: Statement): Range {
  const { start, end } = fullRange(document, statement);
  if (statement.doc === undefined) return { start, end };
  const { chunk } = statement;
  const docs = chunk.comments.filter((comment) => comment.kind === "doc" && comment.end <= statement.start);
  const before = chunk.statements.findLast((other) => other.end <= statement.start);
  const first = docs.find((comment) => before === undefined || comment.start >= before.end);
  return { start: first ? document.positionAt(chunk, first.start) : start, end };
}

/** Takes a statement out: with its lines where nothing else stands on them, else with the space before it. */
export function removeRange(document: SourceDocument, { start, end }: Range): TextEdit {
  const before = document.lineText(start.line).slice(0, start.character);
  const after = document.lineText(end.line).slice(end.character);
  if (before.trim() === "" && after.trim() === "" && end.line + 1 < document.lineCount)
    return {
      range: { start: { line: start.line, character: 0 }, end: { line: end.line + 1, character: 0 } },
      newText: "",
    };
  const space = before.length - before.trimEnd().length;
  const from = before.trim() === "" ? start : { line: start.line, character: start.character - space };
  return { range: { start: from, end }, newText: "" };
}

export const removeStatement = (view: View, source: Source): FileEdit => {
  const document = documentOf(view, source);
  return { uri: source.uri, edit: removeRange(document, withDocs(document, source.statement)) };
};

/** A new item on a line of its own after a statement of the same block. */
export function insertAfter(view: View, source: Source, text: string): FileEdit {
  const document = documentOf(view, source);
  const { start, end } = fullRange(document, source.statement);
  const indent = indentOf(document, start.line);
  return { uri: source.uri, edit: insertion(end, `${eolOf(document)}${indent}${reindent(document, text, indent)}`) };
}

/** A new item on a line of its own before a statement of the same block, above its `///` lines. */
export function insertBefore(view: View, source: Source, text: string): FileEdit {
  const document = documentOf(view, source);
  const { start } = withDocs(document, source.statement);
  const indent = indentOf(document, start.line);
  return { uri: source.uri, edit: insertion(start, `${reindent(document, text, indent)}${eolOf(document)}${indent}`) };
}

/** A new item as the last of a block: on the block's own line where it has only one. */
export function insertLast(view: View, source: Source<BlockStatement>, text: string): FileEdit {
  const last = source.statement.children.at(-1);
  const document = documentOf(view, source);
  const head = document.rangeOf(source.statement.chunk, source.statement);
  if (last !== undefined) {
    const { start, end } = fullRange(document, source.statement);
    const oneLine = start.line === end.line && source.statement.close !== undefined && !text.includes("\n");
    return oneLine
      ? { uri: source.uri, edit: insertion(fullRange(document, last).end, ` ${text}`) }
      : insertAfter(view, { uri: source.uri, statement: last }, text);
  }
  const outer = indentOf(document, head.start.line);
  const eol = eolOf(document);
  const indent = `${outer}  `;
  const close = source.statement.close;
  const inside = `${eol}${indent}${reindent(document, text, indent)}`;
  if (close === undefined) return { uri: source.uri, edit: insertion(head.end, inside) };
  // `{ }` on one line opens up.
  const at = document.rangeOf(close.chunk, close.span).start;
  const sameLine = at.line === head.end.line;
  return {
    uri: source.uri,
    edit: sameLine
      ? { range: { start: head.end, end: at }, newText: `${inside}${eol}${outer}` }
      : insertion(head.end, inside),
  };
}

/** Of a text without white space around it. */
const NOTHING_OR_COMMENT = /^(?:\/\/.*|\/\*(?:(?!\*\/).)*\*\/)?$/;

/**
 * Where statements of one block stand that are to change places: each on lines of its own has with it the comments
 * right above it and the one behind it.
 */
export function movable(document: SourceDocument, statements: readonly Statement[]): Range[] {
  const ranges = statements.map((statement) => withDocs(document, statement));
  const alone = ranges.every(
    ({ start, end }) =>
      document.lineText(start.line).slice(0, start.character).trim() === "" &&
      NOTHING_OR_COMMENT.test(document.lineText(end.line).slice(end.character).trim()),
  );
  return alone ? ranges.map((range) => withComments(document, range)) : ranges;
}

function withComments(document: SourceDocument, { start, end }: Range): Range {
  let { line } = start;
  while (
    line > 0 &&
    document
      .lineText(line - 1)
      .trimStart()
      .startsWith("//")
  )
    line -= 1;
  const first = line === start.line ? start : { line, character: indentOf(document, line).length };
  return { start: first, end: { line: end.line, character: document.lineText(end.line).trimEnd().length } };
}

/** Puts statements of one block in another order: their texts change places, what stands between them stays. */
export function reorder(view: View, uri: string, from: readonly Statement[], to: readonly string[]): FileEdit[] {
  const [any] = from;
  if (any === undefined) return [];
  const document = documentOf(view, { uri, statement: any });
  return movable(document, from).flatMap((range, index) => {
    const newText = to[index] as string;
    return textIn(document, range) === newText ? [] : [{ uri, edit: { range, newText } }];
  });
}

const insertion = (at: Range["start"], newText: string): TextEdit => ({ range: { start: at, end: at }, newText });
const reindent = (document: SourceDocument, text: string, indent: string): string =>
  text.split("\n").join(`${eolOf(document)}${indent}`);
