/** A stretch of whole lines with the statements that it holds, as an edit keeps it or reads it anew. */
import { bare, splitLines, startsOf } from "./lines.ts";
import type { SplitState } from "./split.ts";
import * as t from "./tokens.ts";
import type { Chunk, Comment, Span, Statement, SyntaxError } from "./tree.ts";

/** What `document.ts` puts together: statements, and where blocks end. */
export type Part =
  | { readonly statement: Statement; readonly opens: boolean }
  | { readonly close: Span }
  | { readonly unclosed: Span };

const NONE: readonly never[] = [];

/** What is in a chunk that is more than one statement, or less. */
export class Content {
  readonly parts: readonly Part[];
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly errors: readonly SyntaxError[];
  constructor(
    parts: readonly Part[],
    statements: readonly Statement[],
    comments: readonly Comment[],
    errors: readonly SyntaxError[],
  ) {
    this.parts = parts;
    this.statements = statements;
    this.comments = comments;
    this.errors = errors;
  }
}
const EMPTY = new Content(NONE, NONE, NONE, NONE);

/** Of the few chunks that have several lines: where these begin. */
const starts = new WeakMap<ParsedChunk, readonly number[]>();

export class ParsedChunk implements Chunk {
  /** Most chunks are one statement that opens nothing, of which there is nothing more to remember. */
  content: Statement | Content = EMPTY;
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

  /** The one statement, where there is nothing else. */
  get only(): Statement | undefined {
    return this.content instanceof Content ? undefined : this.content;
  }
  get parts(): readonly Part[] {
    const { content } = this;
    return content instanceof Content ? content.parts : [{ statement: content, opens: false }];
  }
  get statements(): readonly Statement[] {
    const { content } = this;
    return content instanceof Content ? content.statements : [content];
  }
  /** Statements and mistakes: what its memory goes to. */
  get partCount(): number {
    const { content } = this;
    return content instanceof Content ? content.statements.length + content.errors.length : 1;
  }
  get comments(): readonly Comment[] {
    return this.content instanceof Content ? this.content.comments : NONE;
  }
  get errors(): readonly SyntaxError[] {
    return this.content instanceof Content ? this.content.errors : NONE;
  }

  /** Where the last token of the chunk stands. */
  get last(): Span | undefined {
    const token = t.lex(this.text).tokens.at(-1);
    return token && { start: token.startOffset, end: token.startOffset + token.image.length };
  }

  /** Offsets at which the chunk's lines begin. */
  get lineStarts(): readonly number[] {
    let known = starts.get(this);
    if (known === undefined) {
      known = startsOf(splitLines(this.text)).slice(0, this.lineCount);
      starts.set(this, known);
    }
    return known;
  }
}

/** What is too much of a text, with a word about it. */
export class UnreadChunk extends ParsedChunk {
  /** `wanted`: the statements and mistakes of its first chunk, where those before are too many for it to be read. */
  constructor(
    line: number,
    lines: readonly string[],
    entry: SplitState,
    most: string,
    readonly wanted?: number,
  ) {
    super(line, lines.length, lines.join(""), entry);
    const message = `what stands from here on is not read: a policy may have ${most}`;
    const end = bare(lines[0] ?? "").length;
    const error = { code: "syntax-error", start: 0, end, message, expected: undefined } as const;
    this.content = new Content(NONE, NONE, NONE, [error]);
  }
}
