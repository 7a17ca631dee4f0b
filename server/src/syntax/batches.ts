/** A document, read from its beginning in batches of lines, as far as a policy may reach. */
import { type ParsedChunk, UnreadChunk } from "./chunk.ts";
import { RegionReader } from "./region.ts";
import type { SplitState } from "./split.ts";
import { forgetNames } from "./tokens.ts";

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

/** Lines that are read at a time: few of their tokens live when the collector comes, and it moves what lives. */
const BATCH = 250;
/** So many characters end a batch before it has its lines. */
const LONG_BATCH = 1 << 20;
/** Eight times as many as the rules that a host may have. */
export const MOST_LINES = 1_000_000;
/** Statements and mistakes; they come to a gigabyte or so. */
export const MOST_PARTS = 500_000;
/** How much of a text is read. */
export interface Most {
  readonly lines: number;
  readonly parts: number;
}
export const MOST: Most = { lines: MOST_LINES, parts: MOST_PARTS };

/** The next lines of a document, into `chunks`. Gives where it goes on; undefined at the end. */
export function readBatch(
  lines: readonly string[],
  { line, entry, text, parts }: Unread,
  chunks: ParsedChunk[],
  most: Most,
  batch = BATCH,
): Unread | undefined {
  // A statement that is longer than a batch wants a longer one.
  for (let size = batch, long = LONG_BATCH; line < lines.length; size *= 4, long *= 4) {
    const end = Math.min(lines.length, most.lines);
    const to = batchEnd(lines, line, Math.min(end, line + size), long);
    const some = lines.slice(line, to);
    const piece = text?.slice(0, lengthOf(some, some.length)) ?? some.join("");
    const reader = new RegionReader(piece, some, line, entry, to < end);
    const read = reader.read();
    const upTo = within(most.parts, read, parts);
    for (let i = 0; i < upTo; i++) chunks.push(read[i] as ParsedChunk);
    const beyond = read[upTo];
    if (beyond !== undefined) {
      const what = `${most.parts} statements and mistakes`;
      chunks.push(new UnreadChunk(beyond.line, lines.slice(beyond.line), beyond.entry, what, beyond.partCount));
      break;
    }
    const { covered, exit } = reader;
    if (to === end) {
      if (end < lines.length) chunks.push(new UnreadChunk(end, lines.slice(end), exit, `${most.lines} lines`));
      break;
    }
    if (covered > 0) {
      const rest = text?.slice(lengthOf(some, covered));
      return { line: line + covered, entry: exit, text: rest, parts: parts + countParts(read) };
    }
  }
  forgetNames();
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
function within(most: number, chunks: readonly ParsedChunk[], before: number): number {
  let count = before;
  for (const [i, chunk] of chunks.entries()) {
    count += chunk.partCount;
    if (count > most) return i;
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
export function readAll(text: string, lines: readonly string[], most: Most): ParsedChunk[] {
  const chunks: ParsedChunk[] = [];
  for (let rest: Unread | undefined = unread(text); rest !== undefined; ) rest = readBatch(lines, rest, chunks, most);
  return chunks;
}
