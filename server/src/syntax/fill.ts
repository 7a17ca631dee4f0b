/** Pieces of a text → the statements of a chunk, with what is wrong about them in words of the language. */
import type { IToken } from "chevrotain";
import { Content, type ParsedChunk, type Part } from "./chunk.ts";
import { lexicalMistake } from "./mistakes.ts";
import { nearest } from "./near.ts";
import { ACTION_CONTEXTS, type Draft, statementParser } from "./parser.ts";
import { type BlockKind, homesOf, itemWords, type Piece } from "./split.ts";
import * as t from "./tokens.ts";
import type { Comment, Span, Statement, SyntaxError } from "./tree.ts";

const NONE: readonly never[] = [];

/** Makes a chunk's statements of the pieces that lie in it. */
export class Filler {
  /** The first part of the chunk, if that is a statement that opens nothing: most chunks have no other. */
  private first: Statement | undefined;
  /** Every part, where there are more. */
  private parts: Part[] = [];
  private errors: SyntaxError[] | undefined;
  private docsSeen = 0;

  private chunk!: ParsedChunk;
  private base = 0;
  private comments: readonly Comment[] = NONE;
  private readonly tokens: IToken[];
  private readonly lines: Int32Array;

  constructor(tokens: IToken[], lines: Int32Array) {
    this.tokens = tokens;
    this.lines = lines;
  }

  /** Of the `pieces` the first `count` are the chunk's. */
  fill(chunk: ParsedChunk, base: number, pieces: readonly Piece[], count: number, comments: readonly Comment[]): void {
    this.chunk = chunk;
    this.base = base;
    this.comments = comments;
    this.docsSeen = 0;
    for (let i = 0; i < count; i++) this.add(pieces[i] as Piece);
    this.finish();
  }

  private add(piece: Piece): void {
    if (piece.is === "statement") {
      this.statement(piece);
    } else if (piece.is === "close") {
      this.part({ close: this.span(piece.at) });
    } else if (piece.is === "unclosed") {
      const span = this.span(piece.at);
      const found = (this.tokens[piece.at] as IToken).image;
      const before = this.errors?.at(-1);
      // Two blocks that end at one place lack one pair of braces as far as the reader is concerned.
      if (!(before?.start === span.start && before.expected?.[0] === "}")) {
        this.error(span, `expected "}" before "${found}": the ${piece.block} above is not closed`, ["}"]);
      }
      this.part({ unclosed: span });
    } else {
      this.error(this.span(piece.at), 'no block is open here that this "}" could close');
    }
  }
  private finish(): void {
    const { chunk, first, comments } = this;
    const open = comments.at(-1);
    if (open?.kind === "block" && !(open.text.length >= 4 && open.text.endsWith("*/"))) {
      this.error({ start: open.start, end: open.start + 2 }, 'the comment is not closed: a "*/" is missing', ["*/"]);
    }
    const plain = comments.length === 0 && this.errors === undefined;
    if (plain && first !== undefined && this.parts.length === 0) chunk.content = first;
    else {
      const parts = this.partsSoFar();
      const statements = parts.flatMap((part) => ("statement" in part ? part.statement : NONE));
      if (!plain || parts.length > 0)
        chunk.content = new Content(parts.slice(), statements, comments, this.errors ?? NONE);
      this.parts = [];
    }
    this.first = undefined;
    this.errors = undefined;
  }

  private part(part: Part): void {
    this.partsSoFar().push(part);
  }
  private partsSoFar(): Part[] {
    const { parts, first } = this;
    if (first !== undefined) parts.push({ statement: first, opens: false });
    this.first = undefined;
    return parts;
  }

  private error(span: Span, message: string, expected?: readonly string[]): void {
    this.errors ??= [];
    this.errors.push({ code: "syntax-error", start: span.start, end: span.end, message, expected });
  }

  private span(from: number, to = from): Span {
    const last = this.tokens[to] as IToken;
    const start = ((this.tokens[from] as IToken).startOffset - this.base) | 0;
    return { start, end: (last.startOffset + last.image.length - this.base) | 0 };
  }

  private statement({ kind, from, to, block, opens, meant }: Piece & { is: "statement" }): void {
    if (kind === "unknown") {
      this.unknown(from, to, block);
      return;
    }
    const { chunk, base, tokens } = this;
    const context = block === undefined ? undefined : ACTION_CONTEXTS[block];
    const parser = statementParser();
    const leftOver = parser.read(kind, tokens, from, to, chunk, base, context);
    const statement = parser.statement;
    if (statement === undefined) {
      this.unknown(from, to, block);
      return;
    }
    // Junk on a line of its own spoils no statement above it.
    const cut =
      leftOver < to && this.lines[leftOver] !== this.lines[leftOver - 1] && !GLUE.has(tokens[leftOver]?.tokenType);
    const mistakes = cut ? NONE : parser.mistakes;
    const end = cut ? leftOver : to;
    if (meant === undefined) this.push(statement, from, end, mistakes, opens && !cut);
    else {
      const found = (tokens[from] as IToken).image;
      this.error(this.span(from), `"${found}" begins nothing here; did you mean "${meant}"?`, [meant]);
      this.push(statement, from, end, NONE, opens && !cut);
      statement.broken = true;
    }
    if (cut) this.unknown(leftOver, to, block);
  }

  private unknown(from: number, to: number, block: BlockKind | undefined): void {
    const token = this.tokens[from] as IToken;
    const span = this.span(from);
    const words = itemWords(block);
    const meant = nearest(token.image, words);
    this.error(
      span,
      lexicalMistake(token) ?? misplaced(token.image, block, words, meant),
      meant ? [meant, ...words] : words,
    );
    const statement: Draft = {
      kind: "unknown",
      ...this.span(from, to - 1),
      chunk: this.chunk,
      keyword: span,
      doc: undefined,
      broken: true,
      parent: undefined,
    };
    this.push(statement, from, to, NONE, false);
    statement.broken = true;
  }

  private push(draft: Draft, from: number, to: number, mistakes: readonly SyntaxError[], opens: boolean): void {
    const last = this.tokens[to - 1] as IToken;
    draft.end = (last.startOffset + last.image.length - this.base) | 0;
    draft.doc = this.docAbove(from);
    draft.broken = mistakes.length > 0 && mistakes.some(({ code }) => code === "syntax-error");
    const statement = draft as Statement;
    if (!opens && this.first === undefined && this.parts.length === 0) this.first = statement;
    else this.part({ statement, opens });
    if (mistakes.length > 0) {
      this.errors ??= [];
      for (const mistake of mistakes) this.errors.push(mistake);
    }
  }

  /** The `///` lines between the token before and the statement, as Markdown. */
  private docAbove(from: number): string | undefined {
    if (this.comments.length === 0) return undefined;
    const start = ((this.tokens[from] as IToken).startOffset - this.base) | 0;
    const before = from > 0 ? this.tokens[from - 1] : undefined;
    const after = before === undefined ? 0 : Math.max(0, before.startOffset + before.image.length - this.base);
    const docs: string[] = [];
    for (; this.docsSeen < this.comments.length; this.docsSeen++) {
      const comment = this.comments[this.docsSeen] as Comment;
      if (comment.start > start) break;
      if (comment.kind === "doc" && comment.start >= after) docs.push(comment.text.slice(3).replace(/^ /, ""));
    }
    return docs.length === 0 ? undefined : docs.join("\n");
  }
}

/** Tokens that join what stands before them, so that a line which begins with one is no line of its own. */
const GLUE = new Set([t.Comma, t.Dot, t.Slash, t.Colon, t.Arrow, t.Dash, t.Equals, undefined]);

function misplaced(
  found: string,
  block: BlockKind | undefined,
  words: readonly string[],
  meant: string | undefined,
): string {
  if (block === "dfw" && found === "rule") return "a rule of a dfw block stands in a section";
  const where = block === undefined ? "at the top of a file" : `in ${article(block)} block`;
  if (meant !== undefined) return `"${found}" begins nothing ${where}; did you mean "${meant}"?`;
  const homes = t.RESERVED_WORDS.has(found) ? homesOf(found) : NONE;
  if (homes.length > 0) return `"${found}" has no place ${where}; it belongs in ${homes.map(article).join(", ")} block`;
  const expected = words.length > 0 ? words.join(", ") : "a timer such as tcp-established";
  return `"${found}" begins nothing ${where}; expected ${expected}`;
}
const article = (block: string): string => `${/^[aei]/.test(block) ? "an" : "a"} ${block}`;
