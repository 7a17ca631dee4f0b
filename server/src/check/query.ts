/** A question about a class of packets, as typed: what `from`, `to` and `service` stand for, or what is wrong with them. */

import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { ProgramNames } from "../policy/programNames.ts";
import { parseFile, type SourceDocument } from "../syntax/document.ts";
import type { AssertStatement, Clause } from "../syntax/tree.ts";
import { CODES } from "./codes.ts";
import type { Finding } from "./finding.ts";
import { checkUses } from "./names.ts";
import { Nearby } from "./nearby.ts";
import { mistake } from "./syntax.ts";
import { checkValues } from "./values.ts";

/** As an assert's clauses would say them, without their first word; undefined: anything. */
export interface QueryText {
  readonly from?: string;
  readonly to?: string;
  readonly service?: string;
}
export interface Query {
  readonly clauses: Pick<AssertStatement, "clauses">;
}
export interface QueryProblem {
  readonly part: keyof QueryText;
  readonly message: string;
  /** In the part's text. */
  readonly start: number;
  readonly end: number;
}

/** No file is called so. */
const NAME = "\u{0}question";
const PARTS = ["from", "to", "service"] as const;

/**
 * Reads the question with the policy's names, as an assert in one more document: one grammar, one way to resolve names.
 * The policy's own mistakes are not told here.
 */
export function readQuery(
  program: Program,
  policy: Policy,
  text: QueryText,
): Query | { readonly problems: readonly QueryProblem[] } {
  const lines = PARTS.map((part) => {
    const value = text[part]?.replace(/\s/g, " ");
    // A rule leaves its service out where it means any; a person who is asked says so.
    const isAny = part === "service" && value?.trim() === "any";
    return value === undefined || isAny ? "" : `${part} ${value}`;
  });
  const document = parseFile(NAME, `assert blocked\n${lines.join("\n")}\n`);
  const problems: QueryProblem[] = [];
  const tell = (line: number, start: number, end: number, message: string) => {
    const part = PARTS[Math.min(Math.max(line - 1, 0), PARTS.length - 1)] as keyof QueryText;
    const skip = part.length + 1;
    const length = text[part]?.length ?? 0;
    const at = Math.min(Math.max(start - skip, 0), length);
    if (problems.some((known) => known.part === part && known.start === at)) return;
    problems.push({ part, message, start: at, end: Math.max(at, Math.min(Math.max(end - skip, 0), length)) });
  };
  const assert = document.tree.statements[0] as AssertStatement;
  const names = new ProgramNames(withQuestion(program, document));
  const findings: Finding[] = [...document.errors()].map(({ chunk, error }) => mistake(NAME, chunk, error));
  const at = { uri: NAME, statement: assert };
  checkUses(at, { program, names, policy, nearby: new Nearby(names, policy) }, findings);
  checkValues(at, findings);
  for (const { code, place, message } of findings) {
    if (CODES[code].severity !== "error") continue;
    const { start, end } = document.rangeOf(place.at.statement.chunk, place.span);
    tell(start.line, start.character, end.line === start.line ? end.character : start.character + 1, message);
  }
  const lineOfClause = (clause: Clause) => document.rangeOf(assert.chunk, clause).start.line;
  for (const [i, part] of PARTS.entries()) {
    const found = problems.length > 0 ? [] : assert.clauses.filter((clause) => lineOfClause(clause) === i + 1);
    const [own, more] = found;
    if (more === undefined && own?.kind === (own && part)) continue;
    const { start } = document.rangeOf(assert.chunk, more ?? (own as Clause));
    tell(i + 1, start.character, Number.POSITIVE_INFINITY, `this is no part of "${part}"`);
  }
  if (problems.length > 0) return { problems };
  return { clauses: assert };
}

/** The program with one more document, whose names it lends. */
const withQuestion = (program: Program, question: SourceDocument): Program => ({
  ...program,
  root: question,
  documents: [question, ...program.documents],
  declarationOrder: [...program.declarationOrder, question],
  document: (uri) => (uri === NAME ? question : program.document(uri)),
});
