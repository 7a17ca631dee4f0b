/**
 * A region of whole lines → chunks: lexed, split into pieces, each statement parsed. The region begins where a
 * statement begins, with the splitter's state there; so a file and a part of it are read by the same code.
 */
import type { IToken } from "chevrotain";
import { ParsedChunk } from "./chunk.ts";
import { Filler } from "./fill.ts";
import { search, startsOf } from "./lines.ts";
import { type Piece, type SplitState, Splitter } from "./split.ts";
import * as t from "./tokens.ts";
import type { Comment } from "./tree.ts";

const NONE: readonly never[] = [];

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

/** Reads a region once; with `partial`, `covered` and `exit` say where the next one begins. */
export class RegionReader {
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
    // The pieces of the open chunk; the array is used again and again.
    const batch: Piece[] = [];
    let count = 0;
    let entry = splitter.state;
    let reach = -1; // the last line that the open chunk takes
    let comment = 0;
    const commentLines = this.linesOf(this.comments);
    for (let state = entry, piece = splitter.next(); piece; state = splitter.state, piece = splitter.next()) {
      const line = tokenLines[piece.is === "statement" ? piece.from : piece.at] as number;
      if (count > 0 && line > reach) {
        this.chunk(batch, count, reach + 1, entry);
        this.exit = state;
        count = 0;
      }
      if (count === 0) entry = state;
      batch[count++] = piece;
      const last = piece.is === "statement" ? piece.to - 1 : piece.at;
      reach = Math.max(reach, tokenLines[last] as number);
      // A block comment that begins on the chunk's last line takes its other lines along.
      while (comment < this.comments.length && (commentLines[comment] as number) <= reach) {
        const { startOffset, image } = this.comments[comment++] as IToken;
        reach = Math.max(reach, search(this.starts, startOffset + image.length - 1));
      }
    }
    if (this.partial) return this.chunks;
    if (count > 0) this.chunk(batch, count, Math.max(reach + 1, this.covered + 1), entry);
    if (this.covered < this.lines.length) this.chunk(batch, 0, this.lines.length, splitter.state);
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

  /** Of the `pieces` the first `count` lie in it. */
  private chunk(pieces: readonly Piece[], count: number, upTo: number, entry: SplitState): void {
    const { starts, covered } = this;
    const base = starts[covered] as number;
    const end = upTo < this.lines.length ? (starts[upTo] as number) : this.text.length;
    const text = upTo === covered + 1 ? (this.lines[covered] as string) : this.text.slice(base, end);
    const chunk = new ParsedChunk(this.firstLine + covered, upTo - covered, text, entry);
    this.filler.fill(chunk, base, pieces, count, this.takeComments(base, end));
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
