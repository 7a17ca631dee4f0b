/**
 * The tree of a JSON text, in steps: exports of a manager have tens of megabytes. The words are the library's; its own
 * tree is made in one go, and is asked where this one finds a mistake, for what that is.
 */
import { createScanner, type SyntaxKind as Kind } from "jsonc-parser";
import { STRIDE, type Steps } from "../syntax/steps.ts";

export interface JsonNode {
  readonly type: "object" | "array" | "property" | "string" | "number" | "boolean" | "null";
  readonly offset: number;
  readonly value?: string | number | boolean | null;
  /** Of an object its properties, of those the key and the value; of a list its items. */
  readonly children: readonly JsonNode[];
}

// Kinds of words, as jsonc-parser numbers them: its enumeration has no values where modules are compiled one by one.
const OPEN_BRACE = 1 as Kind.OpenBraceToken;
const CLOSE_BRACE = 2 as Kind.CloseBraceToken;
const OPEN_BRACKET = 3 as Kind.OpenBracketToken;
const CLOSE_BRACKET = 4 as Kind.CloseBracketToken;
const COMMA = 5 as Kind.CommaToken;
const COLON = 6 as Kind.ColonToken;
const NULL = 7 as Kind.NullKeyword;
const TRUE = 8 as Kind.TrueKeyword;
const FALSE = 9 as Kind.FalseKeyword;
const STRING = 10 as Kind.StringLiteral;
const NUMBER = 11 as Kind.NumericLiteral;
const LINE_BREAK = 14 as Kind.LineBreakTrivia;
const BLANK = 15 as Kind.Trivia;
const END = 17 as Kind.EOF;

const NOTHING: readonly JsonNode[] = [];

/** Undefined where the text is no JSON, comments included. */
export function* jsonTree(text: string): Steps<JsonNode | undefined> {
  const scanner = createScanner(text);
  let words = 0;
  const next = (): Kind => {
    for (;;) {
      const kind = scanner.scan();
      if (kind !== LINE_BREAK && kind !== BLANK) return scanner.getTokenError() === 0 ? kind : (16 as Kind.Unknown);
    }
  };
  const open: { readonly node: JsonNode; readonly children: JsonNode[]; key: JsonNode | undefined }[] = [];
  let root: JsonNode | undefined;
  let kind = next();
  for (;;) {
    if (++words % STRIDE === 0) yield;
    // A value, or the end of what is empty.
    const parent = open.at(-1);
    const offset = scanner.getTokenOffset();
    if (parent !== undefined && parent.node.type === "object" && parent.key === undefined) {
      if (kind !== STRING) return undefined;
      parent.key = { type: "string", offset, value: scanner.getTokenValue(), children: NOTHING };
      if (next() !== COLON) return undefined;
      kind = next();
      continue;
    }
    let node: JsonNode | undefined;
    if (kind === OPEN_BRACE || kind === OPEN_BRACKET) {
      const children: JsonNode[] = [];
      node = { type: kind === OPEN_BRACE ? "object" : "array", offset, children };
      const close = kind === OPEN_BRACE ? CLOSE_BRACE : CLOSE_BRACKET;
      kind = next();
      if (kind !== close) {
        open.push({ node, children, key: undefined });
        continue;
      }
    } else if (kind === STRING) node = { type: "string", offset, value: scanner.getTokenValue(), children: NOTHING };
    else if (kind === NUMBER) {
      const value = Number(scanner.getTokenValue());
      if (Number.isNaN(value)) return undefined;
      node = { type: "number", offset, value, children: NOTHING };
    } else if (kind === TRUE || kind === FALSE)
      node = { type: "boolean", offset, value: kind === TRUE, children: NOTHING };
    else if (kind === NULL) node = { type: "null", offset, value: null, children: NOTHING };
    if (node === undefined) return undefined;
    // It is whole: so may be what it is in.
    for (;;) {
      const within = open.at(-1);
      kind = next();
      if (within === undefined) {
        root = node;
        return kind === END ? root : undefined;
      }
      if (within.node.type === "array") within.children.push(node);
      else {
        const key = within.key as JsonNode;
        within.children.push({ type: "property", offset: key.offset, children: [key, node] });
        within.key = undefined;
      }
      if (kind === COMMA) {
        kind = next();
        break;
      }
      if (kind !== (within.node.type === "array" ? CLOSE_BRACKET : CLOSE_BRACE)) return undefined;
      node = within.node;
      open.pop();
    }
  }
}
