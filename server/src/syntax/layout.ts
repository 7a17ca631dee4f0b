/**
 * A document as the formatter's lines: an item a line, indented by its blocks, columns aligned with their neighbours.
 * Only a blank line or the brace of a longer block ends a run of neighbours.
 */
import type { ParsedChunk, Part } from "./chunk.ts";
import { type Cell, cellsOf } from "./spell.ts";
import { isBlock } from "./statements.ts";
import { finish, STRIDE, type Steps } from "./steps.ts";
import { tail } from "./tail.ts";
import type { Comment, Statement } from "./tree.ts";

export interface Style {
  readonly indent: string;
  readonly lineEnd: string;
  readonly width: number;
}

/** A line to be. Its text is known at the end. */
interface Row {
  readonly depth: number;
  /** Rows of one sort line up. */
  readonly sort: string;
  readonly cells: readonly Cell[];
  comment: string | undefined;
  /** The comment stands right behind the row, not in a column with its neighbours'. */
  apart: boolean;
  text: string;
}

/** What becomes of a chunk: rows in order and blank lines between, or a text; undefined where it stays as it is. */
type ChunkRows = readonly (Row | "blank")[] | string | undefined;

export class Layout {
  private readonly style: Style;
  private depth = 0;
  private run: Row[] = [];
  /** Runs whose rows have no text yet. */
  private runs: Row[][] = [];
  /** What the last line was; a file begins as a block does. */
  private last: "row" | "blank" | "open" = "open";

  /** `depth`: of the place where the first chunk stands. `inside`: something stands before it in its block. */
  constructor(style: Style, depth = 0, inside = false) {
    this.style = style;
    this.depth = depth;
    if (inside) this.last = "row";
  }

  /** The new text of each chunk. `toEnd`: the last of them ends the document. */
  *format(chunks: readonly ParsedChunk[], toEnd = true): Steps<string[]> {
    const rows: ChunkRows[] = [];
    for (const chunk of chunks) {
      rows.push(this.chunk(chunk));
      if (rows.length % STRIDE === 0) yield;
    }
    yield* this.align();
    const texts: string[] = [];
    for (const [i, list] of rows.entries()) {
      texts.push(this.textOf(list, (chunks[i] as ParsedChunk).text, toEnd && i === rows.length - 1));
      if (texts.length % STRIDE === 0) yield;
    }
    return texts;
  }
  /** `text`: the chunk's as it was. */
  private textOf(list: ChunkRows, text: string, isLast: boolean): string {
    const { lineEnd } = this.style;
    if (list === undefined) return isLast || /[\r\n]$/.test(text) ? text : text + lineEnd;
    if (typeof list === "string") return list;
    return list.map((row) => (row === "blank" ? "" : row.text) + lineEnd).join("");
  }
  /** Gives all rows their text. */
  end(): void {
    finish(this.align());
  }

  private chunk(chunk: ParsedChunk): ChunkRows {
    if (chunk.errors.length > 0 || chunk.statements.some((statement) => this.keeps(chunk, statement))) {
      const moved = this.moved(chunk);
      if (moved !== undefined) return moved;
      for (const part of chunk.parts) this.depth = Math.max(0, this.depth + depthChange(part));
      this.last = "row";
      return undefined;
    }
    return new ChunkLayout(this, chunk).rows();
  }
  /** A statement with a mistake or a comment in it, or one that fills several lines with reason, keeps its shape. */
  private keeps(chunk: ParsedChunk, statement: Statement): boolean {
    const { start, end, broken } = statement;
    if (broken || chunk.comments.some((comment) => comment.start >= start && comment.start < end)) return true;
    return /[\r\n]/.test(chunk.text.slice(start, end)) && !this.fits(cellsOf(statement, chunk.text));
  }

  /** A sound statement that keeps its shape, moved to where its block's items begin; undefined where it is no such. */
  private moved({ text, errors, statements, parts, comments }: ParsedChunk): string | undefined {
    const [statement] = statements;
    if (errors.length > 0 || parts.length !== 1 || statement === undefined || statement.broken) return undefined;
    // Lines of a comment are its author's, and so is what stands before the statement.
    if (isBlock(statement) || comments.some((comment) => /[\r\n]/.test(comment.text))) return undefined;
    const lead = text.slice(0, statement.start);
    if (lead.trim() !== "" || !/[\r\n]$/.test(text)) return undefined;
    const { lineEnd, indent } = this.style;
    const blank = /[\r\n]/.test(lead) && this.blank() ? lineEnd : "";
    this.last = "row";
    const old = tail(lead, /[ \t]/);
    const lines = text.slice(lead.length - old.length).split(/\r?\n/);
    while (lines.at(-1) === "") lines.pop();
    const shifted = lines.map((line) =>
      (line.startsWith(old) ? indent.repeat(this.depth) + line.slice(old.length) : line).trimEnd(),
    );
    return blank + shifted.map((line) => line + lineEnd).join("");
  }

  row(sort: string, cells: readonly Cell[]): Row {
    const row: Row = { depth: this.depth, sort, cells, comment: undefined, apart: false, text: "" };
    this.run.push(row);
    this.last = "row";
    return row;
  }
  /** Puts a comment behind a row; where the row's run is over, right behind it. */
  comment(row: Row, text: string): void {
    row.comment = text;
    row.apart = this.run.at(-1) !== row;
  }
  /** Is a blank line of the author's kept here? One is, but not at the edges of a block. */
  blank(): boolean {
    if (this.last !== "row") return false;
    this.endRun();
    this.last = "blank";
    return true;
  }
  open(): void {
    this.depth++;
    this.endRun();
    this.last = "open";
  }
  close(): Row {
    this.endRun();
    this.depth = Math.max(0, this.depth - 1);
    const row = this.row("}", [{ key: "}", gap: 0, text: "}" }]);
    this.endRun();
    return row;
  }

  fits(cells: readonly Cell[]): boolean {
    const width = cells.reduce((sum, { gap, text }, i) => sum + text.length + (i === 0 ? 0 : gap), 0);
    return this.depth * this.style.indent.length + width <= this.style.width;
  }

  private endRun(): void {
    if (this.run.length > 0) this.runs.push(this.run);
    this.run = [];
  }

  private *align(): Steps<void> {
    this.endRun();
    for (const run of this.runs) {
      const sorts = new Map<string, Row[]>();
      for (const row of run) {
        const sort = sorts.get(row.sort);
        if (sort === undefined) sorts.set(row.sort, [row]);
        else sort.push(row);
      }
      for (const rows of sorts.values()) yield* align(rows, this.style.indent);
      alignComments(run);
    }
    this.runs = [];
  }
}

/** One chunk's statements, braces and comments, in the order they stand. */
class ChunkLayout {
  private readonly out: (Row | "blank")[] = [];
  private readonly layout: Layout;
  private readonly chunk: ParsedChunk;
  private comment = 0;
  /** End of what was laid out last. */
  private end = 0;
  private lastRow: Row | undefined;

  constructor(layout: Layout, chunk: ParsedChunk) {
    this.layout = layout;
    this.chunk = chunk;
  }

  rows(): (Row | "blank")[] {
    const { parts, text } = this.chunk;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i] as Part;
      const place = "statement" in part ? part.statement : "close" in part ? part.close : part.unclosed;
      this.comments(place.start);
      if ("unclosed" in part) this.layout.close();
      else if ("close" in part) {
        this.lastRow = this.layout.close();
        this.out.push(this.lastRow);
        this.end = part.close.end;
      } else {
        this.blankBefore(part.statement.start);
        i = this.statement(part.statement, i);
      }
    }
    this.comments(text.length);
    return this.out;
  }

  private statement(statement: Statement, at: number): number {
    const { text, parts } = this.chunk;
    const block = isBlock(statement);
    const inline = block ? this.inline(at) : undefined;
    if (inline !== undefined && this.layout.fits(inline.cells)) {
      this.push(`${statement.kind}{}`, inline.cells);
      const close = parts[inline.to] as Part & { close: { end: number } };
      this.end = close.close.end;
      return inline.to;
    }
    const cells = cellsOf(statement, text);
    this.end = statement.end;
    if (!block) this.push(statement.kind, cells);
    else {
      const last = cells.pop() as Cell;
      this.push(`${statement.kind}{`, [...cells, { ...last, text: `${last.text} {` }]);
      this.layout.open();
    }
    return at;
  }

  private push(sort: string, cells: readonly Cell[]): void {
    this.lastRow = this.layout.row(sort, cells);
    this.out.push(this.lastRow);
  }

  /** The cells of a block that its author wrote on one line, and the part that closes it. */
  private inline(at: number): { readonly cells: Cell[]; readonly to: number } | undefined {
    const { parts, text, comments } = this.chunk;
    const { statement } = parts[at] as Part & { statement: Statement };
    const cells = cellsOf(statement, text);
    let open = "{ ";
    for (let i = at + 1; i < parts.length; i++) {
      const part = parts[i] as Part;
      if ("unclosed" in part) return undefined;
      if ("close" in part) {
        const { start, end } = part.close;
        if (/[\r\n]/.test(text.slice(statement.start, end))) return undefined;
        if (comments.some((comment) => comment.start > statement.start && comment.start < start)) return undefined;
        if (open !== "") cells.push({ key: "{", gap: 1, text: "{ }" });
        else {
          const last = cells.pop() as Cell;
          cells.push({ ...last, text: `${last.text} }` });
        }
        return { cells, to: i };
      }
      const inner = isBlock(part.statement) ? this.inline(i) : undefined;
      if (isBlock(part.statement) && inner === undefined) return undefined;
      const own = inner?.cells ?? joined(cellsOf(part.statement, text));
      const [first, ...rest] = own as [Cell, ...Cell[]];
      cells.push({ key: first.key, gap: open === "" ? 2 : 1, text: open + first.text }, ...rest);
      open = "";
      if (inner !== undefined) i = inner.to;
    }
    return undefined;
  }

  /** Comments up to an offset: behind what stands before them on their line, else on lines of their own. */
  private comments(upTo: number): void {
    for (; this.comment < this.chunk.comments.length; this.comment++) {
      const comment = this.chunk.comments[this.comment] as Comment;
      if (comment.start >= upTo) return;
      const text = comment.text.trimEnd();
      const between = this.chunk.text.slice(this.end, comment.start);
      const behind = this.lastRow !== undefined && !/[\r\n]/.test(between);
      const more = /^[ \t]*(?:[\r\n]|$)/.test(this.chunk.text.slice(comment.end));
      if (behind && more && this.lastRow?.comment === undefined && !/[\r\n]/.test(text)) {
        this.layout.comment(this.lastRow as Row, text);
      } else {
        this.blankBefore(comment.start);
        this.push("//", [{ key: "//", gap: 0, text }]);
      }
      this.end = comment.end;
    }
  }
  private blankBefore(start: number): void {
    const between = this.chunk.text.slice(this.end, start);
    // The chunk begins at a line's start, so that its first line end is an empty line's.
    const ends = between.split("\n").length - 1;
    if (ends >= (this.end === 0 ? 1 : 2) && this.layout.blank()) this.out.push("blank");
  }
}

const joined = (cells: readonly Cell[]): Cell[] => [
  { key: (cells[0] as Cell).key, gap: 1, text: cells.map(({ text }) => text).join(" ") },
];

function depthChange(part: Part): number {
  if ("statement" in part) return part.opens ? 1 : 0;
  return -1;
}

/** Gives rows of one sort their text, each column as wide as its widest cell. */
function* align(rows: readonly Row[], indent: string): Steps<void> {
  const columns = yield* columnsOf(rows);
  for (const [i, row] of rows.entries()) {
    let text = indent.repeat(row.depth);
    let owed = 0; // spaces that a cell behind would need
    const put = ({ gap, text: own }: Cell, width: number, first: boolean) => {
      text += " ".repeat(owed + (first ? 0 : gap)) + own;
      owed = width - own.length;
    };
    if (columns === undefined) for (const [i, cell] of row.cells.entries()) put(cell, cell.text.length, i === 0);
    else
      for (const [i, { key, gap, width }] of columns.entries()) {
        const cell = row.cells.find((c) => c.key === key);
        if (cell !== undefined) put(cell, width, i === 0);
        else owed += width + (i === 0 ? 0 : gap);
      }
    row.text = text;
    if (i % STRIDE === STRIDE - 1) yield;
  }
}

interface Column {
  readonly key: string;
  /** Of the first row that has a cell here. */
  readonly gap: number;
  width: number;
}

/** The columns of rows, in order. Where rows do not agree on them, or repeat one, there are none. */
function* columnsOf(rows: readonly Row[]): Steps<readonly Column[] | undefined> {
  const first = rows[0] as Row;
  const columns = new Map<string, Column>();
  let agreed = true;
  for (const [i, { cells }] of rows.entries()) {
    agreed &&= sameKeys(cells, first.cells);
    for (const { key, gap, text } of cells) {
      const column = columns.get(key);
      if (column === undefined) columns.set(key, { key, gap, width: text.length });
      else if (text.length > column.width) column.width = text.length;
    }
    if (new Set(cells.map(({ key }) => key)).size < cells.length) return undefined;
    if (i % STRIDE === STRIDE - 1) yield;
  }
  if (agreed) return [...columns.values()];
  return ORDERS[first.sort]?.flatMap((key) => columns.get(key) ?? []);
}
const sameKeys = (a: readonly Cell[], b: readonly Cell[]) =>
  a.length === b.length && a.every(({ key }, i) => key === b[i]?.key);

/** Sorts whose rows may lack a cell and still line up. */
const ORDERS: Readonly<Record<string, readonly string[]>> = {
  rule: ["rule", "title", "action", "from", "to", "service", "direction", "applied-to", "family", "log", "disabled"],
  bind: ["bind", "mac", "ip"],
  slot: ["slot", "module", "block", "fail"],
  send: ["send", "expect"],
  assert: ["assert", "property", "clauses"],
};

/** Puts comments behind their rows; those of rows that follow one another stand in one column. */
function alignComments(rows: readonly Row[]): void {
  for (let i = 0; i < rows.length; i++) {
    let end = i;
    let width = 0;
    for (; end < rows.length && inColumn(rows[end] as Row); end++)
      width = Math.max(width, (rows[end] as Row).text.length);
    for (; i < end; i++) {
      const row = rows[i] as Row;
      row.text = `${row.text.padEnd(width)}  ${row.comment}`;
    }
    const row = rows[i];
    if (row?.apart) row.text += `  ${row.comment}`;
  }
}
const inColumn = ({ comment, apart }: Row): boolean => comment !== undefined && !apart;
