/** JSON with places: every value knows its line and column, and keys are data (`__proto__` is a key like any other). */
import { type ParseError, parseTree, printParseErrorCode } from "jsonc-parser";
import type { Steps } from "../syntax/steps.ts";
import { type Input, isTooMany, Lines, tooDeepFor, tooManyFor } from "./input.ts";
import { type JsonNode, jsonTree } from "./jsonTree.ts";
import { promptCommand } from "./lines.ts";
import { type Place, Refusal } from "./report.ts";

export type JsonValue = string | number | boolean | null | JsonObject | readonly JsonValue[];

/** What makes places of the nodes of one input. */
interface Source {
  readonly file: string;
  readonly lines: Lines;
}

export class JsonObject {
  readonly #source: Source;
  readonly #offset: number;
  readonly #fields = new Map<string, JsonNode>();

  constructor(source: Source, node: JsonNode) {
    this.#source = source;
    this.#offset = node.offset;
    for (const { children } of node.children) {
      const [key, value] = children;
      if (key !== undefined && value !== undefined) this.#fields.set(String(key.value), value);
    }
  }

  /** An object without a key, where this one stands. */
  get nothing(): JsonObject {
    return new JsonObject(this.#source, { type: "object", offset: this.#offset, children: [] });
  }
  get keys(): string[] {
    return [...this.#fields.keys()];
  }
  has(key: string): boolean {
    return this.#fields.has(key);
  }
  /** Of a key's value, else of the object. */
  at(key?: string): Place {
    const node = key === undefined ? undefined : this.#fields.get(key);
    return { file: this.#source.file, ...this.#source.lines.at(node?.offset ?? this.#offset) };
  }
  get(key: string): JsonValue | undefined {
    const node = this.#fields.get(key);
    return node && valueOf(this.#source, node);
  }
  /** A text; numbers count as one. Undefined where there is none. */
  text(key: string): string | undefined {
    const value = this.#fields.get(key)?.value;
    return typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;
  }
  /** A whole number, also one that is written as a text. */
  int(key: string): number | undefined {
    const value = this.#fields.get(key)?.value;
    if (typeof value === "number") return Number.isSafeInteger(value) ? value : undefined;
    return typeof value === "string" && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
  }
  /** Undefined where it is neither true nor false. */
  flag(key: string): boolean | undefined {
    const value = this.#fields.get(key)?.value;
    if (typeof value === "boolean") return value;
    return value === "true" ? true : value === "false" ? false : undefined;
  }
  object(key: string): JsonObject | undefined {
    const node = this.#fields.get(key);
    return node?.type === "object" ? new JsonObject(this.#source, node) : undefined;
  }
  /** The objects of a list. */
  objects(key: string): JsonObject[] {
    const node = this.#fields.get(key);
    if (node?.type !== "array") return [];
    return node.children.flatMap((child) => (child.type === "object" ? [new JsonObject(this.#source, child)] : []));
  }
  /** The texts of a list, or a text alone. */
  texts(key: string): string[] {
    const node = this.#fields.get(key);
    if (typeof node?.value === "string") return [node.value];
    return (node?.children ?? []).flatMap(({ value }) =>
      typeof value === "string" || typeof value === "number" ? [String(value)] : [],
    );
  }
  isList(key: string): boolean {
    return this.#fields.get(key)?.type === "array";
  }
}

function valueOf(source: Source, node: JsonNode): JsonValue {
  if (node.type === "object") return new JsonObject(source, node);
  if (node.type === "array") return node.children.map((child) => valueOf(source, child));
  return node.value ?? null;
}

const WRONG: Readonly<Partial<Record<ReturnType<typeof printParseErrorCode>, string>>> = {
  InvalidSymbol: "this is no word of JSON",
  InvalidNumberFormat: "this is no number",
  PropertyNameExpected: "expected a key in quotes",
  ValueExpected: "expected a value",
  ColonExpected: 'expected ":"',
  CommaExpected: 'expected ","',
  CloseBraceExpected: 'expected "}"',
  CloseBracketExpected: 'expected "]"',
  EndOfFileExpected: "the value ends before here",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfString: "this text has no closing quote",
  UnexpectedEndOfNumber: "this number is cut off",
  InvalidUnicode: "\\u wants four hexadecimal digits",
  InvalidEscapeCharacter: "this escape is none of JSON",
  InvalidCharacter: "a control character must be escaped",
};

/** The objects at the top: of an object itself, of a list all. Refuses what is no JSON, with line and column. */
export function* readJson(input: Input, deepest: number): Steps<JsonObject[]> {
  const text = withoutPrompts(input.text.replace(/^\uFEFF/, " "));
  const source: Source = { file: input.name, lines: new Lines(text) };
  const at = (offset: number): Place => ({ file: input.name, ...source.lines.at(offset) });
  const harm = tooMuch(text, deepest);
  if (harm !== undefined) throw new Refusal(at(harm.at), harm.why);
  const root = yield* jsonTree(text);
  if (root === undefined) {
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true });
    const error = errors[0] ?? { error: 1, offset: 0, length: 0 };
    const end = text.trimEnd().length;
    const why = WRONG[printParseErrorCode(error.error)] ?? "this is no JSON";
    throw new Refusal(
      at(Math.min(error.offset, end)),
      `not JSON: ${error.offset >= end ? "the text ends too early: " : ""}${why}`,
    );
  }
  if (root.type === "object") return [new JsonObject(source, root)];
  if (root.type === "array")
    return root.children.flatMap((child) => (child.type === "object" ? [new JsonObject(source, child)] : []));
  throw new Refusal(at(root.offset), "expected an object or a list of objects");
}

/** Lines of a terminal around the JSON, blanked so that places stay. */
function withoutPrompts(text: string): string {
  const start = text.search(/^[ \t]*[{[]/m);
  if (start <= 0) return text;
  const before = text.slice(0, start);
  if (before.split("\n").some((line) => line.trim() !== "" && promptCommand(line) === undefined)) return text;
  return before.replace(/[^\n]/g, " ") + text.slice(start);
}

/** Where the first bracket stands that is nested too deep, or the first value that is one too many. */
function tooMuch(text: string, deepest: number): { readonly at: number; readonly why: string } | undefined {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 34) {
      for (i++; i < text.length && text.charCodeAt(i) !== 34; i++) if (text.charCodeAt(i) === 92) i++;
    } else if (c === 123 || c === 91) {
      if (++depth > deepest) return { at: i, why: tooDeepFor(deepest) };
    } else if (c === 125 || c === 93) depth--;
    // Behind each comma and each colon is one.
    else if ((c === 44 || c === 58) && isTooMany(++values)) return { at: i, why: tooManyFor("keys and values") };
  }
  return undefined;
}
