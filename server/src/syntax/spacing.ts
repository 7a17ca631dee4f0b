/** The tokens of a statement as one line, spaced as the language's own examples are. */
import type { IToken } from "chevrotain";
import * as t from "./tokens.ts";

/** Nothing stands between these and what comes before, or after, them. */
const TIGHT_BEFORE = new Set([t.Comma, t.Dot, t.Slash, t.Colon, t.Dash, t.RSquare]);
const TIGHT_AFTER = new Set([t.Dot, t.Slash, t.Colon, t.Dash, t.LSquare]);

export function spaced(tokens: readonly IToken[]): string {
  let text = "";
  let ports = false;
  tokens.forEach((token, i) => {
    const before = tokens[i - 1];
    // A port list's braces hug what is in them; a block's do not.
    const opensPorts = token.tokenType === t.LCurly && (before?.tokenType === t.Slash || before?.image === "from");
    const closesPorts = token.tokenType === t.RCurly && ports;
    const tight =
      before === undefined ||
      TIGHT_BEFORE.has(token.tokenType) ||
      TIGHT_AFTER.has(before.tokenType) ||
      closesPorts ||
      (before.tokenType === t.LCurly && ports);
    text += tight ? token.image : ` ${token.image}`;
    if (opensPorts) ports = true;
    if (closesPorts) ports = false;
  });
  return text;
}
