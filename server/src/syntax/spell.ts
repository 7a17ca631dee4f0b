/** Statements in the formatter's spelling: their words in the grammar's order, in columns. */
import type { IToken, TokenType } from "chevrotain";
import * as t from "./tokens.ts";
import type { Clause, Span, Statement } from "./tree.ts";

/** A part of a line that neighbours line up with: those that have the same key at the same place. */
export interface Cell {
  readonly key: string;
  /** Spaces that part it from the cell before, at least. */
  readonly gap: number;
  readonly text: string;
}

const CLOSE_LEFT = new Set<TokenType>([t.Comma, t.Dot, t.Colon, t.Slash, t.RSquare, t.RCurly, t.Dash]);
const CLOSE_RIGHT = new Set<TokenType>([t.Dot, t.Colon, t.Slash, t.LSquare, t.LCurly, t.Dash]);

/** A statement's words, each with one space where one belongs. */
export class Speller {
  private readonly tokens: readonly IToken[];
  private readonly base: number;

  /** `text`: the chunk's. */
  constructor(text: string, statement: Span) {
    this.tokens = t.lex(text.slice(statement.start, statement.end)).tokens;
    this.base = statement.start;
  }

  /** The words in a part of the statement. */
  part({ start, end }: Span): string {
    let text = "";
    let before: TokenType | undefined;
    for (const { startOffset, tokenType, image } of this.tokens) {
      const at = startOffset + this.base;
      if (at < start || at >= end) continue;
      if (before !== undefined && !CLOSE_LEFT.has(tokenType) && !CLOSE_RIGHT.has(before)) text += " ";
      text += image;
      before = tokenType;
    }
    return text;
  }
}

const COLUMNS = ["from", "to", "service", "direction", "applied-to", "family", "log", "disabled"];
function columnOf(kind: Clause["kind"]): string {
  if (kind === "in" || kind === "out") return "direction";
  return kind === "ipv4" || kind === "ipv6" ? "family" : kind;
}

/** The cells of a statement by itself: of a block, its head without the `{`. */
export function cellsOf(statement: Statement, text: string): Cell[] {
  const speller = new Speller(text, statement);
  const { start, end } = statement;
  const upTo = (at: number | undefined, key: string, then: string, gap = 1): Cell[] => {
    if (at === undefined) return [{ key, gap: 1, text: speller.part(statement) }];
    return [
      { key, gap: 1, text: speller.part({ start, end: at }) },
      { key: then, gap, text: speller.part({ start: at, end }) },
    ];
  };
  switch (statement.kind) {
    case "rule":
      return ruleCells(statement, speller);
    case "group":
      return upTo(statement.name && afterName(text, statement.name.end), "group", "=");
    case "service":
      return upTo(statement.name && afterName(text, statement.name.end), "service", "=");
    case "assert": {
      const { property } = statement;
      if (property === undefined) return upTo(undefined, "assert", "");
      return [
        { key: "assert", gap: 1, text: speller.part({ start, end: property.start }) },
        { key: "property", gap: 1, text: speller.part(property) },
        ...some("clauses", speller.part({ start: property.end, end })),
      ];
    }
    case "send":
      return upTo(statement.expect?.start, "send", "expect", 2);
    case "timeout":
      return upTo(statement.duration?.start, "timer", "duration");
    case "bind": {
      const { vnic, mac } = statement;
      const at = vnic && speller.part({ start: vnic.end, end });
      // Only the usual order has columns; whoever writes it another way may.
      if (vnic === undefined || mac === undefined || !at?.startsWith("mac ")) return upTo(vnic?.end, "bind", "ip");
      return [
        { key: "bind", gap: 1, text: speller.part({ start, end: vnic.end }) },
        { key: "mac", gap: 1, text: speller.part({ start: vnic.end, end: mac.end }) },
        ...some("ip", speller.part({ start: mac.end, end })),
      ];
    }
    case "slot": {
      const { module, block } = statement;
      if (module === undefined || block === undefined) return upTo(undefined, "slot", "");
      return [
        { key: "slot", gap: 1, text: speller.part({ start, end: module.start }) },
        { key: "module", gap: 1, text: module.text },
        { key: "block", gap: 1, text: speller.part(block) },
        ...some("fail", speller.part({ start: block.end, end })),
      ];
    }
    default: {
      const whole = speller.part(statement);
      return [{ key: statement.kind, gap: 1, text: "children" in statement ? whole.replace(/ ?\{$/, "") : whole }];
    }
  }
}

const some = (key: string, text: string): Cell[] => (text === "" ? [] : [{ key, gap: 1, text }]);
/** Where the `=` behind a name stands. */
const afterName = (text: string, end: number): number => text.indexOf("=", end);

function ruleCells(rule: Statement & { readonly kind: "rule" }, speller: Speller): Cell[] {
  const { start, id, title, action, clauses } = rule;
  if (id === undefined || action === undefined) return [{ key: "rule", gap: 1, text: speller.part(rule) }];
  const cells = [{ key: "rule", gap: 1, text: speller.part({ start, end: id.end }) }];
  if (title !== undefined) cells.push({ key: "title", gap: 1, text: speller.part(title) });
  cells.push({ key: "action", gap: 1, text: speller.part(action) });
  for (const column of COLUMNS) {
    const parts = clauses.filter(({ kind }) => columnOf(kind) === column).map((clause) => speller.part(clause));
    if (parts.length > 0) cells.push({ key: column, gap: 1, text: parts.join(" ") });
  }
  return cells;
}
