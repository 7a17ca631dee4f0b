/**
 * A region of whole lines → chunks: lexed, split into pieces, each statement parsed. The region begins where a
 * statement begins, with the splitter's state there; so a file and a part of it are read by the same code.
 */
import type { IToken } from "chevrotain";
import { bare, splitLines } from "./lines.ts";
import { lexicalMistake } from "./mistakes.ts";
import { nearest } from "./near.ts";
import { type ActionContext, type Draft, statementParser } from "./parser.ts";
import { type BlockKind, homesOf, itemWords, type Piece, type SplitState, Splitter } from "./split.ts";
import * as t from "./tokens.ts";
import type { BlockStatement, Chunk, Comment, Span, Statement, SyntaxError } from "./tree.ts";

/** What `document.ts` puts together: statements, and where blocks end. */
export type Part =
  | { readonly statement: Statement; readonly opens: boolean }
  | { readonly close: Span }
  | { readonly unclosed: Span };

const NONE: readonly never[] = [];

/** What is in a chunk that is more than one statement, or less. */
interface Content {
  readonly parts: readonly Part[];
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly errors: readonly SyntaxError[];
}
const EMPTY: Content = { parts: NONE, statements: NONE, comments: NONE, errors: NONE };

export class ParsedChunk implements Chunk {
  /** Most chunks are one statement that opens nothing, of which there is nothing more to remember. */
  only: Statement | undefined = undefined;
  content: Content = EMPTY;
  private starts: readonly number[] | undefined = undefined;
  line: number;
  gone = false;
  readonly lineCount: number;
  readonly text: string;
  /** The blocks that are open before it. */
  readonly entry: SplitState;

  constructor(line: number, lineCount: number, text: string, entry: SplitState) {
    this.line = line;
    this.lineCount = lineCount;
    this.text = text;
    this.entry = entry;
  }

  get parts(): readonly Part[] {
    return this.only === undefined ? this.content.parts : [{ statement: this.only, opens: false }];
  }
  get statements(): readonly Statement[] {
    return this.only === undefined ? this.content.statements : [this.only];
  }
  /** Statements and mistakes: what its memory goes to. */
  get partCount(): number {
    return this.only === undefined ? this.content.statements.length + this.content.errors.length : 1;
  }
  get comments(): readonly Comment[] {
    return this.content.comments;
  }
  get errors(): readonly SyntaxError[] {
    return this.content.errors;
  }

  /** Where the last token of the chunk stands. */
  get last(): Span | undefined {
    const token = t.lex(this.text).tokens.at(-1);
    return token && { start: token.startOffset, end: token.startOffset + token.image.length };
  }

  /** Offsets at which the chunk's lines begin. */
  get lineStarts(): readonly number[] {
    this.starts ??= startsOf(splitLines(this.text)).slice(0, this.lineCount);
    return this.starts;
  }
}

/** What is too much of a text, with a word about it. */
export class UnreadChunk extends ParsedChunk {
  constructor(line: number, lines: readonly string[], entry: SplitState, most: string) {
    super(line, lines.length, lines.join(""), entry);
    const message = `what stands from here on is not read: a policy may have ${most}`;
    const end = bare(lines[0] ?? "").length;
    this.content = { ...EMPTY, errors: [{ code: "syntax-error", start: 0, end, message, expected: undefined }] };
  }
}

export const isBlock = (statement: Statement): statement is BlockStatement => "children" in statement;

/** The last index whose value is not above `value`. */
export function search(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function startsOf(lines: readonly string[]): number[] {
  const starts: number[] = new Array(lines.length);
  let offset = 0;
  for (let i = 0; i < lines.length; i++) {
    starts[i] = offset;
    offset += (lines[i] as string).length;
  }
  return starts;
}

/**
 * `lines`: the region's lines, ends included. `firstLine`: where they stand in the document. With `partial` there is
 * more text behind the region, and a chunk that might reach into it is not given.
 */
export function readRegion(
  lines: readonly string[],
  firstLine: number,
  entry: SplitState,
  partial: boolean,
): ParsedChunk[] {
  return new RegionReader(
    lines.length === 1 ? (lines[0] as string) : lines.join(""),
    lines,
    firstLine,
    entry,
    partial,
  ).read();
}

/** Where the reading of a document goes on, and the blocks that are open there. */
export interface Unread {
  readonly line: number;
  readonly entry: SplitState;
  /** The text from there on, as long as it is a piece of the whole: what is kept of lines joined keeps all of them. */
  readonly text: string | undefined;
  /** Statements and mistakes that stand before. */
  readonly parts: number;
}
export const unread = (text?: string): Unread => ({ line: 0, entry: undefined, text, parts: 0 });

/** Lines that are read at a time: their tokens die young, which spares the collector most of its work. */
const BATCH = 1000;
/** So many characters end a batch before it has its lines. */
const LONG_BATCH = 1 << 20;
/** Eight times as many as the rules that a host may have. */
export const MOST_LINES = 1_000_000;
/** Statements and mistakes; they come to a gigabyte or so. */
export const MOST_PARTS = 500_000;
/** The next lines of a document, into `chunks`. Gives where it goes on; undefined at the end. */
export function readBatch(
  lines: readonly string[],
  { line, entry, text, parts }: Unread,
  chunks: ParsedChunk[],
  batch = BATCH,
): Unread | undefined {
  // A statement that is longer than a batch wants a longer one.
  for (let size = batch, most = LONG_BATCH; line < lines.length; size *= 4, most *= 4) {
    const end = Math.min(lines.length, MOST_LINES);
    const to = batchEnd(lines, line, Math.min(end, line + size), most);
    const some = lines.slice(line, to);
    const piece = text?.slice(0, lengthOf(some, some.length)) ?? some.join("");
    const reader = new RegionReader(piece, some, line, entry, to < end);
    const read = reader.read();
    const upTo = withinParts(read, parts);
    for (let i = 0; i < upTo; i++) chunks.push(read[i] as ParsedChunk);
    const beyond = read[upTo];
    if (beyond !== undefined) {
      chunks.push(
        new UnreadChunk(beyond.line, lines.slice(beyond.line), beyond.entry, `${MOST_PARTS} statements and mistakes`),
      );
      break;
    }
    const { covered, exit } = reader;
    if (to === end) {
      if (end < lines.length) chunks.push(new UnreadChunk(end, lines.slice(end), exit, `${MOST_LINES} lines`));
      break;
    }
    if (covered > 0) {
      const rest = text?.slice(lengthOf(some, covered));
      return { line: line + covered, entry: exit, text: rest, parts: parts + countParts(read) };
    }
  }
  t.forgetNames();
  return undefined;
}
/** At least one line, and no more than `most` characters. */
function batchEnd(lines: readonly string[], line: number, end: number, most: number): number {
  let length = 0;
  for (let to = line; to < end; to++) {
    length += (lines[to] as string).length;
    if (length > most) return Math.max(to, line + 1);
  }
  return end;
}
/** How many of the chunks that come behind so many statements and mistakes may be read. */
function withinParts(chunks: readonly ParsedChunk[], before: number): number {
  let count = before;
  for (const [i, chunk] of chunks.entries()) {
    count += chunk.partCount;
    if (count > MOST_PARTS) return i;
  }
  return chunks.length;
}
export function countParts(chunks: readonly ParsedChunk[]): number {
  let count = 0;
  for (const chunk of chunks) count += chunk.partCount;
  return count;
}
function lengthOf(lines: readonly string[], count: number): number {
  let length = 0;
  for (let i = 0; i < count; i++) length += (lines[i] as string).length;
  return length;
}
/** A whole document: its text, and the same in lines. */
export function readAll(text: string, lines: readonly string[]): ParsedChunk[] {
  const chunks: ParsedChunk[] = [];
  for (let rest: Unread | undefined = unread(text); rest !== undefined; ) rest = readBatch(lines, rest, chunks);
  return chunks;
}

class RegionReader {
  private readonly text: string;
  private readonly starts: readonly number[];
  private readonly tokenLines: Int32Array;
  private readonly comments: readonly IToken[];
  private readonly splitter: Splitter;
  private readonly filler: Filler;
  private readonly chunks: ParsedChunk[] = [];
  /** Lines that chunks have taken, and the blocks that are open behind them. */
  covered = 0;
  exit: SplitState;
  private commentsTaken = 0;

  private readonly lines: readonly string[];
  private readonly firstLine: number;
  private readonly partial: boolean;

  constructor(text: string, lines: readonly string[], firstLine: number, entry: SplitState, partial: boolean) {
    this.text = text;
    this.lines = lines;
    this.firstLine = firstLine;
    this.partial = partial;
    this.exit = entry;
    this.starts = startsOf(lines);
    const { tokens, comments } = t.lex(this.text);
    this.comments = comments;
    this.tokenLines = this.linesOf(tokens);
    this.splitter = new Splitter(tokens, this.tokenLines, entry, partial);
    this.filler = new Filler(tokens, this.tokenLines);
  }

  read(): ParsedChunk[] {
    const { splitter, tokenLines } = this;
    let batch: Piece[] = [];
    let entry = splitter.state;
    let reach = -1; // the last line that the open chunk takes
    let comment = 0;
    const commentLines = this.linesOf(this.comments);
    for (let state = entry, piece = splitter.next(); piece; state = splitter.state, piece = splitter.next()) {
      const line = tokenLines[piece.is === "statement" ? piece.from : piece.at] as number;
      if (batch.length > 0 && line > reach) {
        this.chunk(batch, reach + 1, entry);
        this.exit = state;
        batch = [];
      }
      if (batch.length === 0) entry = state;
      batch.push(piece);
      const last = piece.is === "statement" ? piece.to - 1 : piece.at;
      reach = Math.max(reach, tokenLines[last] as number);
      // A block comment that begins on the chunk's last line takes its other lines along.
      while (comment < this.comments.length && (commentLines[comment] as number) <= reach) {
        const { startOffset, image } = this.comments[comment++] as IToken;
        reach = Math.max(reach, search(this.starts, startOffset + image.length - 1));
      }
    }
    if (this.partial) return this.chunks;
    if (batch.length > 0) this.chunk(batch, Math.max(reach + 1, this.covered + 1), entry);
    if (this.covered < this.lines.length) this.chunk([], this.lines.length, splitter.state);
    return this.chunks;
  }

  /** The line of each token, which stand in order. */
  private linesOf(tokens: readonly IToken[]): Int32Array {
    const { starts } = this;
    const lines = new Int32Array(tokens.length);
    let line = 0;
    for (let i = 0; i < tokens.length; i++) {
      const { startOffset } = tokens[i] as IToken;
      while (line + 1 < starts.length && (starts[line + 1] as number) <= startOffset) line++;
      lines[i] = line;
    }
    return lines;
  }

  private chunk(pieces: readonly Piece[], upTo: number, entry: SplitState): void {
    const { starts, covered } = this;
    const base = starts[covered] as number;
    const end = upTo < this.lines.length ? (starts[upTo] as number) : this.text.length;
    const text = upTo === covered + 1 ? (this.lines[covered] as string) : this.text.slice(base, end);
    const chunk = new ParsedChunk(this.firstLine + covered, upTo - covered, text, entry);
    this.filler.fill(chunk, base, pieces, this.takeComments(base, end));
    this.chunks.push(chunk);
    this.covered = upTo;
  }
  private takeComments(base: number, end: number): readonly Comment[] {
    const first = this.comments[this.commentsTaken];
    if (first === undefined || first.startOffset >= end) return NONE;
    const taken: Comment[] = [];
    for (; this.commentsTaken < this.comments.length; this.commentsTaken++) {
      const token = this.comments[this.commentsTaken] as IToken;
      if (token.startOffset >= end) break;
      const start = (token.startOffset - base) | 0;
      const type = token.tokenType;
      const kind = type === t.DocComment ? "doc" : type === t.LineComment ? "line" : "block";
      taken.push({ kind, start, end: start + token.image.length, text: token.image });
    }
    return taken;
  }
}

const ACTION_CONTEXTS: { readonly [K in BlockKind]?: ActionContext } = {
  acl: "acl",
  inspect: "inspect",
  dfw: "dfw",
  section: "dfw",
  redirect: "redirect",
  encryption: "encryption",
};

/** Makes a chunk's statements of the pieces that lie in it. */
class Filler {
  /** Used again for every chunk, which keeps copies that are just as long as need be. */
  private readonly statements: Statement[] = [];
  private readonly parts: Part[] = [];
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

  fill(chunk: ParsedChunk, base: number, pieces: readonly Piece[], comments: readonly Comment[]): void {
    this.chunk = chunk;
    this.base = base;
    this.comments = comments;
    this.docsSeen = 0;
    for (const piece of pieces) this.add(piece);
    this.finish();
  }

  private add(piece: Piece): void {
    if (piece.is === "statement") {
      this.statement(piece);
    } else if (piece.is === "close") {
      this.parts.push({ close: this.span(piece.at) });
    } else if (piece.is === "unclosed") {
      const span = this.span(piece.at);
      const found = (this.tokens[piece.at] as IToken).image;
      const before = this.errors?.at(-1);
      // Two blocks that end at one place lack one pair of braces as far as the reader is concerned.
      if (!(before?.start === span.start && before.expected?.[0] === "}")) {
        this.error(span, `expected "}" before "${found}": the ${piece.block} above is not closed`, ["}"]);
      }
      this.parts.push({ unclosed: span });
    } else {
      this.error(this.span(piece.at), 'no block is open here that this "}" could close');
    }
  }
  private finish(): void {
    const { chunk, statements, parts, comments } = this;
    const open = comments.at(-1);
    if (open?.kind === "block" && !(open.text.length >= 4 && open.text.endsWith("*/"))) {
      this.error({ start: open.start, end: open.start + 2 }, 'the comment is not closed: a "*/" is missing', ["*/"]);
    }
    const first = parts[0];
    const plain = comments.length === 0 && this.errors === undefined && parts.length <= 1;
    if (plain && first !== undefined && "statement" in first && !first.opens) chunk.only = first.statement;
    else if (!plain || first !== undefined)
      chunk.content = { parts: parts.slice(), statements: statements.slice(), comments, errors: this.errors ?? NONE };
    statements.length = 0;
    parts.length = 0;
    this.errors = undefined;
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
    draft.broken = mistakes.some(({ code }) => code === "syntax-error");
    const statement = draft as Statement;
    this.statements.push(statement);
    this.parts.push({ statement, opens });
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
