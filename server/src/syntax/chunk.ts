/** A stretch of whole lines with the statements that it holds, as an edit keeps it or reads it anew. */
import { bare, splitLines, startsOf } from "./lines.ts";
import type { SplitState } from "./split.ts";
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
