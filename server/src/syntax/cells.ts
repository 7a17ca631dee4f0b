/** A statement as the cells of a row: what stands under what when statements of a kind follow one another. */
import type { IToken } from "chevrotain";
import { spaced } from "./spacing.ts";
import { lex } from "./tokens.ts";
import type { Clause, Span, Statement } from "./tree.ts";

/** `gap`: blanks between this cell and the one before it. An empty text keeps its column free. */
export interface Cell {
  readonly text: string;
  readonly gap: number;
}
/** Clauses by their column, in the order of the grammar. */
const COLUMNS: Readonly<Record<Clause["kind"], number>> = {
  from: 0,
  to: 1,
  service: 2,
  in: 3,
  out: 3,
  "applied-to": 4,
  ipv4: 5,
  ipv6: 5,
  log: 6,
  disabled: 7,
};

export function cellsOf(statement: Statement): Cell[] {
  const { chunk, start, end } = statement;
  const tokens = lex(chunk.text.slice(start, end)).tokens;
  const slice = (from: number, to: number) =>
    spaced(tokens.filter(({ startOffset }) => startOffset + start >= from && startOffset + start < to));
  const all = spaced(tokens);
  const cells = (...texts: (string | undefined)[]) =>
    texts.filter((text) => text !== undefined).map((text) => ({ text, gap: 1 }));
  const at = (span: Span | undefined) => (span ? slice(span.start, span.end) : "");

  switch (statement.kind) {
    case "rule": {
      const head = slice(start, statement.id?.end ?? end);
      const clauses = clauseCells(statement.clauses, at);
      return cells(head, at(statement.title), at(statement.action), ...clauses);
    }
    case "assert": {
      const head = statement.title ? slice(start, statement.title.end) : "assert";
      return cells(head, at(statement.property), clauseCells(statement.clauses, at).filter(Boolean).join(" "));
    }
    case "group":
    case "service": {
      const equals = tokens.find(({ image }) => image === "=");
      return equals
        ? cells(slice(start, start + equals.startOffset), slice(start + equals.startOffset, end))
        : cells(all);
    }
    case "bind":
      return statement.vnic
        ? cells(slice(start, statement.vnic.end), ...addressCells(tokens, start, statement.vnic.end, slice, end))
        : cells(all);
    case "slot":
      return statement.module
        ? cells(slice(start, statement.module.start), at(statement.module), slice(statement.module.end, end))
        : cells(all);
    case "key":
      return statement.name && statement.id
        ? cells(
            slice(start, statement.name.end),
            slice(statement.name.end, statement.id.end),
            slice(statement.id.end, end),
          )
        : cells(all);
    case "send":
      if (!statement.expect) return cells(all);
      return [
        { text: slice(start, statement.expect.start), gap: 0 },
        { text: at(statement.expect), gap: 2 },
      ];
    default:
      return cells(all);
  }
}

/** Two clauses of one column (`in out`) stand in it together. */
function clauseCells(clauses: readonly Clause[], at: (span: Span) => string): string[] {
  const columns: string[] = ["", "", "", "", "", "", "", ""];
  for (const clause of clauses) {
    const column = COLUMNS[clause.kind];
    const before = columns[column];
    columns[column] = before ? `${before} ${at(clause)}` : at(clause);
  }
  return columns;
}

/** `mac …` and `ip …` of a binding, each in its column, in this order. */
function addressCells(
  tokens: readonly IToken[],
  start: number,
  from: number,
  slice: (from: number, to: number) => string,
  end: number,
): string[] {
  const words = tokens.filter(
    ({ image, startOffset }) => startOffset + start >= from && (image === "mac" || image === "ip"),
  );
  const part = (word: string) =>
    words
      .map((token, i) => ({ token, to: words[i + 1] ? start + (words[i + 1] as IToken).startOffset : end }))
      .filter(({ token }) => token.image === word)
      .map(({ token, to }) => slice(start + token.startOffset, to))
      .join(" ");
  return [part("mac"), part("ip")];
}
