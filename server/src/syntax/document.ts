/**
 * A policy file as the editor holds it: lines, chunks, and the tree that is put together from them. An edit re-reads the
 * chunks it touches; a statement elsewhere stays the object it was, so that whatever is known of it stays known.
 */
import { Assembly } from "./assemble.ts";
import { countParts, MOST, type Most, readAll, readBatch, type Unread, unread } from "./batches.ts";
import { type ParsedChunk, type Part, UnreadChunk } from "./chunk.ts";
import { bare, before, type Position, type Range, replace, search, splitLines } from "./lines.ts";
import { readRegion } from "./region.ts";
import { sameState } from "./split.ts";
import type { Chunk, FileTree, Span, Statement, SyntaxError } from "./tree.ts";

export type { Position, Range, TextEdit } from "./lines.ts";

export interface Change {
  /** Without it `text` is the whole document. */
  readonly range?: Range;
  readonly text: string;
}
/** What an edit did to a document. */
export interface Edit {
  readonly removed: readonly Statement[];
  readonly added: readonly Statement[];
  /** Neither: they stand in another block than before, or in one whose head was written anew. */
  readonly moved: readonly Statement[];
  /** Chunks that are gone or have come, those without a statement included. */
  readonly chunks: { readonly removed: readonly ParsedChunk[]; readonly added: readonly ParsedChunk[] };
}

export class SourceDocument {
  version: number;
  /** How often lines have come or gone: while it stays the same, so does the line of a statement that stays. */
  shifts = 0;
  private lines: string[];
  /** Chunks read so far. */
  private read: ParsedChunk[] = [];
  /** Where the rest begins; undefined when all is read. */
  private unread: Unread | undefined;
  /** Statements and mistakes of a text that is whole. */
  private count = 0;
  private readonly assembly = new Assembly([]);
  private assembled: FileTree;
  private readonly followers = new Set<(edit: Edit) => void>();

  constructor(
    readonly uri: string,
    text: string,
    version = 0,
    private readonly most: Most = MOST,
  ) {
    this.version = version;
    this.lines = splitLines(text);
    this.unread = unread(text);
    this.assembled = this.assemble();
  }

  /**
   * Reads on for a few milliseconds, or `lines`. Nobody has to: whoever asks for what is not read yet has it read at
   * once. An edit does not.
   */
  readOn(lines?: number): void {
    if (this.unread === undefined) return;
    this.unread = readBatch(this.lines, this.unread, this.read, this.most, lines);
    if (this.unread !== undefined) return;
    this.count = countParts(this.read);
    this.assembly.rebuild(this.read);
    this.assembled = this.assemble();
  }
  get whole(): boolean {
    return this.unread === undefined;
  }
  /** What was read of the text, without the rest. */
  get part(): readonly ParsedChunk[] {
    return this.read;
  }
  private get parsed(): ParsedChunk[] {
    while (!this.whole) this.readOn();
    return this.read;
  }
  private assemble(): FileTree {
    const { statements, changed } = this.assembly;
    return { statements, changed };
  }

  get text(): string {
    return this.lines.join("");
  }
  /** Another object after each edit, though its parts may be the same. */
  get tree(): FileTree {
    while (!this.whole) this.readOn();
    return this.assembled;
  }
  get chunks(): readonly ParsedChunk[] {
    return this.parsed;
  }
  /** Whether the letters stand anywhere in the text; it need not be read for that. */
  mentions(letters: string): boolean {
    return this.lines.some((line) => line.includes(letters));
  }
  get lineCount(): number {
    return this.lines.length;
  }
  get length(): number {
    return this.lines.reduce((sum, line) => sum + line.length, 0);
  }
  /** Without its line end; empty beyond the text. */
  lineText(line: number): string {
    return bare(this.lines[line] ?? "");
  }

  /** Every mistake in the text, in order. */
  *errors(): Generator<{ readonly chunk: Chunk; readonly error: SyntaxError }> {
    for (const chunk of this.parsed) for (const error of chunk.errors) yield { chunk, error };
    const unclosed = this.unclosed();
    if (unclosed) yield unclosed;
  }
  /** The mistake that belongs to no chunk: that the text ends inside a block. */
  unclosed(): { readonly chunk: Chunk; readonly error: SyntaxError } | undefined {
    return this.assembly.unclosed(this.parsed);
  }

  positionAt(chunk: Chunk, offset: number): Position {
    if (chunk.lineCount === 1) return { line: chunk.line, character: offset };
    const starts = (chunk as ParsedChunk).lineStarts;
    const line = search(starts, offset);
    return { line: chunk.line + line, character: offset - (starts[line] as number) };
  }
  rangeOf(chunk: Chunk, span: Span): Range {
    return { start: this.positionAt(chunk, span.start), end: this.positionAt(chunk, span.end) };
  }

  /** The chunk and the offset in it of a position, clamped to the text, and the statement there, if any. */
  locate(position: Position): { readonly chunk: ParsedChunk; readonly offset: number; readonly statement?: Statement } {
    const { line, character } = this.clamp(position);
    const { parsed } = this;
    const chunk = parsed[this.chunkAt(line)] as ParsedChunk;
    const offset = chunk.lineCount === 1 ? character : (chunk.lineStarts[line - chunk.line] as number) + character;
    const statement = chunk.statements.find((s) => s.start <= offset && offset <= s.end);
    return { chunk, offset, statement };
  }

  /** Calls `follower` after every edit, in the order in which they came, until the function it gives is called. */
  follow(follower: (edit: Edit) => void): () => void {
    this.followers.add(follower);
    return () => this.followers.delete(follower);
  }

  /**
   * Applies changes in order, as LSP gives them. Positions outside the text are clamped. What is not read yet is in no
   * block: until all is, nothing was removed or added.
   */
  edit(changes: readonly Change[], version: number): Edit {
    this.version = version;
    const removed = new Set<ParsedChunk>();
    const added = new Set<ParsedChunk>();
    const moved = new Set<Statement>();
    const all = changes.length > MANY && changes.length * REREAD > this.read.length;
    for (const step of all ? [this.applyAll(changes)] : stepsOf(changes, (change) => this.apply(change))) {
      for (const chunk of step.removed) if (!added.delete(chunk)) removed.add(chunk);
      for (const chunk of step.added) added.add(chunk);
      for (const statement of step.moved) moved.add(statement);
    }
    for (const chunk of removed) chunk.gone = true;
    this.assembled = this.assemble();
    const edit = {
      removed: statementsOf(removed),
      added: statementsOf(added),
      moved: [...moved].filter(({ chunk }) => !removed.has(chunk as ParsedChunk) && !added.has(chunk as ParsedChunk)),
      chunks: { removed: [...removed], added: [...added] },
    };
    for (const follower of this.followers) follower(edit);
    return edit;
  }

  private apply({ range, text }: Change): readonly Step[] {
    if (!range) {
      this.lines = splitLines(text);
      return [this.readAgain()];
    }
    const { first, last, line, delta } = this.put(range, text);
    if (this.whole) {
      if (text.length > VERY_LONG) return [this.readAgain()];
      const beyond = this.beyond !== undefined;
      const step = beyond && last === this.read.length - 1 ? undefined : this.reread(first, last, delta);
      // Behind what an edit reaches, and it reaches what is not read.
      if (step === undefined) return [this.readTail(Math.min(first, this.read.length - 1))];
      return this.endsWhereItMay(delta) ? [step] : [step, this.readTail(this.read.length)];
    }
    this.editRead(line, first, last, delta);
    return [];
  }
  /** Where each of very many changes would have a part of the text read anew, all of it is read once, behind the last. */
  private applyAll(changes: readonly Change[]): Step {
    for (const { range, text } of changes)
      if (range) this.put(range, text);
      else this.lines = splitLines(text);
    return this.readAgain();
  }

  /** Puts a text in the place of another, unread; tells the chunks that it touched, its last line, and how many lines came. */
  private put(range: Range, text: string) {
    let start = this.clamp(range.start);
    let end = this.clamp(range.end);
    if (before(end, start)) [start, end] = [end, start];
    // A line feed put behind a lone carriage return makes one line end of the two.
    if (start.character === 0 && start.line > 0 && (this.lines[start.line - 1] as string).endsWith("\r")) {
      const line = start.line - 1;
      start = { line, character: (this.lines[line] as string).length };
    }
    const firstChunk = this.chunkAt(start.line);
    const lastChunk = this.chunkAt(end.line);

    const head = (this.lines[start.line] as string).slice(0, start.character);
    const tailLine = this.lines[end.line] as string;
    const inserted = splitLines(head + text + tailLine.slice(end.character));
    // The old last line had its end, so the last piece is the next line's beginning; a cut CR LF is joined again.
    const whole = end.line + 1 < this.lines.length ? end.line + 1 : end.line;
    if (whole > end.line && inserted.at(-1) === "") inserted.pop();
    else if (whole > end.line) inserted.push(...splitLines((inserted.pop() as string) + (this.lines[whole] as string)));
    const cut = end.line - start.line + 1;
    replace(this.lines, start.line, cut, inserted);
    if (inserted.length !== cut) this.shifts += 1;
    return { first: firstChunk, last: lastChunk, line: end.line, delta: inserted.length - cut };
  }

  // ---- texts that are too much --------------------------------------------------------------------------------

  /** What of a whole text is too much of it. */
  private get beyond(): UnreadChunk | undefined {
    const end = this.read.at(-1);
    return end instanceof UnreadChunk ? end : undefined;
  }
  /** Whether a whole text, of which lines have come or gone, is still read as far as it may be, and no further. */
  private endsWhereItMay(delta: number): boolean {
    const { beyond, count, most } = this;
    const lines = this.lines.length;
    if (beyond === undefined) return count <= most.parts && lines <= most.lines;
    // It is a mistake itself.
    const parts = count - 1;
    if (beyond.wanted === undefined) return delta === 0 && parts <= most.parts;
    return parts <= most.parts && parts + beyond.wanted > most.parts && (delta === 0 || lines <= most.lines);
  }
  /** A whole text is read anew from a chunk on, or from as many before as make it too much. */
  private readTail(from: number): Step {
    const { read, most } = this;
    let at = this.beyond === undefined ? read.length : read.length - 1;
    let parts = this.beyond === undefined ? this.count : this.count - 1;
    const back = (to: number) => {
      for (; at > Math.max(0, to); at--) parts -= (read[at - 1] as ParsedChunk).partCount;
    };
    const isTooMuch = ({ line, lineCount }: ParsedChunk) => parts > most.parts || line + lineCount > most.lines;
    while (at > 0 && isTooMuch(read[at - 1] as ParsedChunk)) back(at - 1);
    back(Math.min(from, at) - 1 - LOOKAHEAD);
    const first = read[at];
    if (at === 0 || first === undefined) return this.readAgain();
    const fresh: ParsedChunk[] = [];
    let rest: Unread | undefined = { line: first.line, entry: first.entry, text: undefined, parts };
    for (let size: number | undefined = FEW_LINES; rest !== undefined; size = undefined)
      rest = readBatch(this.lines, rest, fresh, most, size);
    return this.exchange(at, read.length - 1, fresh);
  }

  /** What is in the lines now is read from the beginning. */
  private readAgain(): Step {
    if (!this.whole) {
      this.rewind(0);
      return NOTHING;
    }
    const removed = this.read;
    this.read = readAll(this.text, this.lines, this.most);
    this.count = countParts(this.read);
    this.assembly.rebuild(this.read);
    return { removed, added: this.read, moved: [] };
  }
  /** What was read is read anew where the edit touches it; the rest, which begins behind it, is read later anyway. */
  private editRead(line: number, first: number, last: number, delta: number): void {
    const rest = this.unread as Unread;
    if (line < rest.line && this.reread(first, last, delta)) {
      const parts = countParts(this.read);
      if (parts > this.most.parts) this.rewind(0);
      else this.unread = { ...rest, line: rest.line + delta, parts };
    } else this.rewind(Math.max(0, Math.min(first, this.read.length - 1) - LOOKAHEAD));
  }
  /** What was read from a chunk on is forgotten. */
  private rewind(to: number): void {
    const chunk = this.read[to];
    this.read.length = to;
    this.unread =
      to === 0 || chunk === undefined
        ? unread()
        : { line: chunk.line, entry: chunk.entry, text: undefined, parts: countParts(this.read) };
  }

  /**
   * Reads anew the chunks from `first` to `last`, some before, and as many behind as the edit reaches; undefined where
   * that is more than was read, or may be.
   */
  private reread(first: number, last: number, delta: number): Step | undefined {
    const from = Math.max(0, first - LOOKAHEAD);
    const old = this.read;
    const begin = old[from] as ParsedChunk;
    const isWhole = this.whole && this.beyond === undefined;
    const end = old.length - (this.beyond === undefined ? 1 : 2);
    for (let size = 2; ; size *= 4) {
      const to = Math.min(last + size, end);
      const until = old[to] as ParsedChunk;
      const partial = to < end || !isWhole;
      const lines = this.lines.slice(begin.line, until.line + until.lineCount + delta);
      const fresh = readRegion(lines, begin.line, begin.entry, partial);
      const meeting = partial ? this.meeting(fresh, last, to, delta) : { chunk: fresh.length, old: old.length };
      if (meeting === undefined && to === end) return undefined;
      if (meeting === undefined) continue;
      if (delta !== 0) for (let i = meeting.old; i < old.length; i++) (old[i] as ParsedChunk).line += delta;
      fresh.length = meeting.chunk;
      return this.exchange(from, meeting.old - 1, fresh);
    }
  }
  /** Where new chunks begin to be what the old ones are: behind the edit, on the same line, with the same blocks open. */
  private meeting(fresh: readonly ParsedChunk[], last: number, to: number, delta: number) {
    let candidate = last + 1;
    for (let i = 1; i < fresh.length; i++) {
      const chunk = fresh[i] as ParsedChunk;
      while (candidate <= to && (this.read[candidate] as ParsedChunk).line + delta < chunk.line) candidate++;
      const other = this.read[candidate];
      if (candidate > to || other === undefined) return undefined;
      if (other.line + delta === chunk.line && sameState(other.entry, chunk.entry)) return { chunk: i, old: candidate };
    }
    return undefined;
  }

  /** Puts new chunks for old ones; those that came out the same stay the objects they were. */
  private exchange(from: number, to: number, fresh: ParsedChunk[]): Step {
    const old = this.read.slice(from, to + 1);
    const same = (a: ParsedChunk | undefined, b: ParsedChunk | undefined) =>
      a !== undefined && b !== undefined && readsAs(a, b);
    const keep = (kept: ParsedChunk, instead: ParsedChunk) => {
      kept.line = instead.line;
      return kept;
    };
    let head = 0;
    while (same(old[head], fresh[head])) head++;
    let tail = 0;
    while (tail < old.length - head && tail < fresh.length - head && same(old.at(-1 - tail), fresh.at(-1 - tail)))
      tail++;
    const chunks = fresh.map((chunk, i) => {
      if (i < head) return keep(old[i] as ParsedChunk, chunk);
      const fromEnd = fresh.length - i;
      return fromEnd <= tail ? keep(old[old.length - fromEnd] as ParsedChunk, chunk) : chunk;
    });
    replace(this.read, from, old.length, chunks);
    if (!this.whole) return NOTHING;
    const removed = old.slice(head, old.length - tail);
    const added = chunks.slice(head, chunks.length - tail);
    this.count += countParts(added) - countParts(removed);
    const moved = this.assembly.update(this.read, from + head, added.length, removed);
    return { removed, added, moved };
  }

  private clamp(position: Position): Position {
    if (!(position.line >= 0)) return { line: 0, character: 0 };
    const last = this.lines.length - 1;
    if (position.line > last) return { line: last, character: bare(this.lines[last] as string).length };
    const line = Math.floor(position.line);
    const length = bare(this.lines[line] as string).length;
    return { line, character: Math.min(Math.max(0, Math.floor(position.character) || 0), length) };
  }

  private chunkAt(line: number): number {
    let low = 0;
    let high = this.read.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.read[middle] as ParsedChunk).line <= line) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** What one change did. */
interface Step {
  readonly removed: readonly ParsedChunk[];
  readonly added: readonly ParsedChunk[];
  readonly moved: readonly Statement[];
}

const NOTHING: Step = { removed: [], added: [], moved: [] };

const statementsOf = (chunks: Iterable<ParsedChunk>): Statement[] => [...chunks].flatMap((chunk) => chunk.statements);

/** A text that is put in and is longer than this is read in batches, with the rest: as one it would be too much. */
const VERY_LONG = 2 ** 22;

/** More changes at once than a person makes, and how many chunks, or so, each of them has read anew. */
const MANY = 64;
const REREAD = 8;
function* stepsOf(changes: readonly Change[], apply: (change: Change) => readonly Step[]): Generator<Step> {
  for (const change of changes) yield* apply(change);
}

/** Lines that are read at first of what was too much until now. */
const FEW_LINES = 32;

/** Where a statement ends can hang on the three tokens behind it, which may be a chunk each. */
const LOOKAHEAD = 3;

/** What stands behind a chunk has a say in where its last statement ends, and in whether that opens a block. */
function readsAs(a: ParsedChunk, b: ParsedChunk): boolean {
  if (a.text !== b.text || a.lineCount !== b.lineCount || !sameState(a.entry, b.entry)) return false;
  if (a.parts.length !== b.parts.length || a.errors.length !== b.errors.length) return false;
  for (let i = 0; i < a.errors.length; i++) {
    const x = a.errors[i] as SyntaxError;
    const y = b.errors[i] as SyntaxError;
    if (x.start !== y.start || x.end !== y.end || x.message !== y.message) return false;
  }
  for (let i = 0; i < a.parts.length; i++) {
    const x = a.parts[i] as Part;
    const y = b.parts[i] as Part;
    if ("statement" in x !== "statement" in y || "close" in x !== "close" in y) return false;
    if (!("statement" in x && "statement" in y)) continue;
    const same = x.opens === y.opens && x.statement.kind === y.statement.kind && x.statement.end === y.statement.end;
    if (!same || x.statement.start !== y.statement.start) return false;
  }
  return true;
}

export const parseFile = (uri: string, text: string): SourceDocument => new SourceDocument(uri, text);

/** The line of a statement's first word, from 1. */
export function lineOf(statement: Statement): number {
  const { chunk, start } = statement;
  if (chunk.lineCount === 1) return chunk.line + 1;
  return chunk.line + search((chunk as ParsedChunk).lineStarts, start) + 1;
}
