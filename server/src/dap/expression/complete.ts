/** What may be typed at a place in the debug console: fields, our words, names of the policy, rules, operators. */
import type { TokenType } from "chevrotain";
import { tail } from "../../syntax/tail.ts";
import { evaluate, partsOf } from "./evaluate.ts";
import { parseExpression } from "./parser.ts";
import * as T from "./tokens.ts";
import { ExpressionError } from "./tree.ts";
import { type Environment, portProtocol } from "./values.ts";

export interface Completion {
  readonly label: string;
  /** Replaces `start`..`start + length` of the text. */
  readonly start: number;
  readonly length: number;
  readonly kind: "field" | "word" | "members" | "function" | "value" | "operator";
}
type Candidate = Pick<Completion, "label" | "kind">;

/** Completions at `offset` (UTF-16 units) of `text`, at most `limit`. */
export function complete(text: string, offset: number, environment: Environment, limit = 200): readonly Completion[] {
  const head = text.slice(0, offset);
  for (const read of [rules, parts, cut, values, services, operators, names]) {
    const found = read(head, environment);
    if (found === undefined) continue;
    const { typed, candidates } = found;
    const wanted = typed.toLowerCase();
    return candidates
      .filter(({ label }) => label.toLowerCase().startsWith(wanted))
      .slice(0, limit)
      .map((candidate) => ({ ...candidate, start: offset - typed.length, length: typed.length }));
  }
  return [];
}

interface Found {
  /** What stands there of it already. */
  readonly typed: string;
  readonly candidates: readonly Candidate[];
}
type Reader = (head: string, environment: Environment) => Found | undefined;
const all = (typed: string, labels: readonly string[], kind: Candidate["kind"]): Found => ({
  typed,
  candidates: labels.map((label) => ({ label, kind })),
});

/** Behind `rule(`. */
const rules: Reader = (head, environment) => {
  const typed = /\b(?:rule|matches)\s*\(\s*([\w.-]*)$/.exec(head)?.[1];
  return typed === undefined ? undefined : all(typed, environment.rules(), "value");
};

/** Behind the dot of a thing with parts. */
const parts: Reader = (head, environment) => {
  const typed = tail(head, /\w/);
  const before = head.slice(0, head.length - typed.length);
  const object = before.endsWith(".") ? thing(before.slice(0, -1)) : undefined;
  if (object === undefined) return undefined;
  try {
    return all(typed, partsOf(evaluate(parseExpression(object), environment)) ?? [], "value");
  } catch (error) {
    if (error instanceof ExpressionError) return all(typed, [], "value");
    throw error;
  }
};

/** `state`, `rule(…)` or `matches(…)` at the end of a text. */
function thing(text: string): string | undefined {
  if (/(?<![\w.])state$/.test(text)) return "state";
  const open = text.lastIndexOf("(");
  if (open < 0 || text.indexOf(")", open) !== text.length - 1) return undefined;
  const name = /\b(?:rule|matches)$/.exec(text.slice(0, open).trimEnd());
  return name === null ? undefined : text.slice(name.index);
}

/** In a slice stand numbers. */
const cut: Reader = (head) => {
  const behind = head.slice(Math.max(head.lastIndexOf("]"), head.lastIndexOf('"')) + 1);
  return /\w\[/.test(behind) ? all("", [], "value") : undefined;
};

/** What is typed behind a comparison, or in the set behind `in`, and what stands before it. */
function compared(head: string, part = /[\w-]/): { readonly what?: string; readonly typed: string } {
  const typed = tail(head, part);
  const before = head.slice(0, head.length - typed.length).trimEnd();
  const set = before.lastIndexOf("{");
  const isSet = set >= 0 && !/[}"]/.test(before.slice(set));
  const comparison = isSet ? /\bin$/.exec(before.slice(0, set).trimEnd()) : /(?:==|!=|\beq|\bne)$/.exec(before);
  if (comparison === null) return { typed };
  return { what: tail(before.slice(0, comparison.index).trimEnd(), /[\w.]/), typed };
}

/** Behind `verdict ==`. */
const values: Reader = (head, environment) => {
  const { what = "", typed } = compared(head, /[\w.-]/);
  const known = environment.values(what);
  return known && all(typed, known.map(quotedName), "value");
};

/** Behind `tcp.dstport ==`, and in `tcp.dstport in {`: what has a port of the protocol. */
const services: Reader = (head, environment) => {
  const { what = "", typed } = compared(head);
  const protocol = portProtocol(what);
  return protocol && all(typed, environment.services(protocol).map(quotedName), "value");
};

const JOINTS = ["and", "or", "xor"];
const OPERATORS = ["==", "!=", "<", "<=", ">", ">=", "in", ...JOINTS, "contains", "matches"];
const NO_VALUE = /(?:^|[^\w.])(?:and|or|xor|not|in|contains|matches|eq|ne|lt|le|gt|ge)$/;
/** Behind a value and a space. */
const operators: Reader = (head) => {
  const [, before, typed = ""] = /^(.*[\w)}"])\s+(\w*|[=!<>]*)$/s.exec(head) ?? [];
  if (before === undefined || insideText(before) || insideSet(before) || NO_VALUE.test(before)) return undefined;
  return all(typed, isCompared(before) ? JOINTS : OPERATORS, "operator");
};
/** Whether a comparison ends here: it compares no further. */
function isCompared(before: string): boolean {
  const { tokens } = T.lexer().tokenize(before);
  const start = tokens.findLastIndex(({ tokenType }) => JOIN.has(tokenType));
  return tokens.slice(start + 1).some(({ tokenType }) => COMPARE.has(tokenType));
}
const JOIN: ReadonlySet<TokenType> = new Set([T.And, T.Or, T.Xor, T.Not, T.Open, T.Assign]);
const COMPARE: ReadonlySet<TokenType> = new Set([T.Compare, T.In, T.Contains, T.Matches]);

/** Where a value may stand. */
const names: Reader = (head, environment) => {
  const typed = /[A-Za-z_].*/.exec(tail(head, /[\w.-]/))?.[0] ?? "";
  const before = head.slice(0, head.length - typed.length);
  if (insideText(before)) return all(typed, [], "value");
  const afterIn = /\bin(?![\w.-])/.test(before.slice(before.lastIndexOf("}") + 1));
  const candidates = environment
    .names()
    .filter(({ kind }) => !afterIn || kind === "members")
    .map(({ name, kind }) => ({
      label: kind === "members" ? quotedName(name) : name,
      kind,
    }));
  return { typed, candidates };
};
const PLAIN = /^(?:\d+|[A-Za-z_]\w*(?:-\w+)*(?:\.[A-Za-z_]\w*(?:-\w+)*)?)$/;
/** As it must be written to be one name. */
const quotedName = (name: string): string => (PLAIN.test(name) ? name : JSON.stringify(name));
const insideText = (before: string): boolean => (before.replace(/\\./g, "").match(/"/g)?.length ?? 0) % 2 === 1;
const insideSet = (before: string): boolean => before.lastIndexOf("{") > before.lastIndexOf("}");
