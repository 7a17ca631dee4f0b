/** What every request is asked of: a document, the program it is looked at in, and what that means. */
import type { IToken } from "chevrotain";
import type { Location, Position, Range } from "vscode-languageserver-types";
import type { Finding } from "../check/finding.ts";
import type { Policy, Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { lex } from "../syntax/tokens.ts";
import type { BlockStatement, Chunk, Span, Statement } from "../syntax/tree.ts";
import { type Part, partAt } from "./parts.ts";

export interface View {
  readonly document: SourceDocument;
  readonly program: Program;
  /** Compiled when first asked for, then kept as long as the program is. */
  readonly policy: () => Policy;
  /** What is known to be wrong in the document now; for hover, which tells it along. */
  readonly findings?: (at?: Statement) => Iterable<Finding>;
  /** What the last replay of a capture counted; undefined when there was none. */
  readonly hits?: RuleHits;
}

/** How many packets each rule decided, by `BLOCK.ID`. */
export type RuleHits = Readonly<Record<string, number>>;

/** What stands at a position. Offsets and spans count from the start of the chunk. */
export interface At {
  readonly chunk: Chunk;
  readonly offset: number;
  readonly statement?: Statement;
  readonly part?: Part;
  readonly token?: IToken;
}

const tokensOfChunk = new WeakMap<Chunk, readonly IToken[]>();

/** The tokens of a chunk, comments left out. A chunk never changes, so they are found once. */
export function tokensOf(chunk: Chunk): readonly IToken[] {
  let tokens = tokensOfChunk.get(chunk);
  if (tokens === undefined) {
    tokens = lex(chunk.text).tokens;
    tokensOfChunk.set(chunk, tokens);
  }
  return tokens;
}
export const spanOf = (token: IToken): Span => ({
  start: token.startOffset,
  end: token.startOffset + token.image.length,
});

/** The chunk of a position and the offset in it; undefined when the text has no such line. */
export function placeAt(
  document: SourceDocument,
  position: Position,
): { readonly chunk: Chunk; readonly offset: number } | undefined {
  return position.line >= 0 && position.line < document.lineCount ? document.locate(position) : undefined;
}

/** What stands at a position; undefined outside the text and inside a comment. */
export function at({ document }: View, position: Position): At | undefined {
  const place = placeAt(document, position);
  if (place === undefined) return undefined;
  const { chunk, offset } = place;
  if (chunk.comments.some(({ start, end }) => start < offset && offset < end)) return undefined;
  const statement = chunk.statements.findLast(({ start }) => start <= offset);
  const touching = tokensOf(chunk).filter((token) => {
    const { start, end } = spanOf(token);
    return start <= offset && offset <= end;
  });
  // Of two tokens that touch at the position, a word wins over a mark, else the one that begins.
  const token = touching.findLast(({ image }) => /[\w"]/.test(image)) ?? touching.at(-1);
  const part = statement && partAt(statement, offset);
  return { chunk, offset, ...(statement && { statement }), ...(part && { part }), ...(token && { token }) };
}

/** The range of a span of a statement's chunk. */
export function rangeIn(program: Program, { uri, statement }: Source, span: Span): Range {
  const document = program.document(uri);
  if (document === undefined) throw new Error(`no document ${uri} in this program`);
  return document.rangeOf(statement.chunk, span);
}
export const locationOf = (program: Program, source: Source, span: Span): Location => ({
  uri: source.uri,
  range: rangeIn(program, source, span),
});

/** From a statement's first word to its end: of a block, to its `}`. */
export function fullRange(document: SourceDocument, statement: Statement): Range {
  const { start, end } = document.rangeOf(statement.chunk, statement);
  const close = "close" in statement ? statement.close : undefined;
  if (close) return { start, end: document.rangeOf(close.chunk, close.span).end };
  const last = "children" in statement ? statement.children.at(-1) : undefined;
  return { start, end: last ? fullRange(document, last).end : end };
}

/** The innermost block whose braces hold the position. */
export function blockAt({ document }: View, position: Position): BlockStatement | undefined {
  let found: BlockStatement | undefined;
  let statements: readonly Statement[] = document.tree.statements;
  for (;;) {
    const inner = lastBefore(document, statements, position);
    if (inner === undefined || !("children" in inner)) return found;
    const head = document.rangeOf(inner.chunk, inner);
    if (!isBefore(head.end, position) && !samePosition(head.end, position)) return found;
    if (inner.close !== undefined) {
      const close = document.rangeOf(inner.close.chunk, inner.close.span);
      if (isBefore(close.start, position)) return found;
    }
    found = inner;
    statements = inner.children;
  }
}

/** The last of some statements, in order, that begins at or before a position. By halving: a block may be long. */
function lastBefore(
  document: SourceDocument,
  statements: readonly Statement[],
  position: Position,
): Statement | undefined {
  let low = 0;
  let high = statements.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const statement = statements[middle] as Statement;
    const { start } = document.rangeOf(statement.chunk, statement);
    if (isBefore(position, start)) high = middle;
    else low = middle + 1;
  }
  return statements[low - 1];
}

export const isBefore = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);
export const samePosition = (a: Position, b: Position): boolean => a.line === b.line && a.character === b.character;
