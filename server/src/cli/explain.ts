/** `iochain explain`: the fate of a class of packets, split where it splits. */
import { checkProgram } from "../check/check.ts";
import { explanationText } from "../check/classText.ts";
import { CODES } from "../check/codes.ts";
import { explain as explained } from "../check/explain.ts";
import type { Finding } from "../check/finding.ts";
import type { QueryProblem, QueryText } from "../check/query.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { finish } from "../space/steps.ts";
import type { Statement } from "../syntax/tree.ts";
import { loadPolicy } from "./files.ts";
import { OK, pointAt, print, say, style, Unusable } from "./terminal.ts";

export interface ExplainOptions extends QueryText {
  readonly format: "text" | "json";
}

export function explain(file: string, { format, ...text }: ExplainOptions): number {
  const { program, policy } = loadPolicy(file);
  const answer = finish(explained(program, policy, text));
  if ("problems" in answer) throw new Unusable(problemsText(answer.problems, text));
  const leftOut = errorsOf(program, policy);
  if (format === "json") {
    const { from = "any", to = "any", service = "any" } = text;
    print(JSON.stringify({ from, to, service, ...answer, errors: leftOut }, undefined, 1));
    return OK;
  }
  if (answer.note !== undefined) (answer.classes.length === 0 ? print : say)(answer.note);
  if (answer.classes.length > 0) print(explanationText(answer, style));
  sayLeftOut(leftOut);
  return OK;
}

export interface PolicyError {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Errors of the policy, but for its tests: rules that have one are left out, or hold in part. */
export function errorsOf(
  program: Program,
  policy: Policy,
  findings: readonly Finding[] = checkProgram(program, policy),
): PolicyError[] {
  return findings.flatMap(({ code, place: { at, span }, message }) => {
    if (CODES[code].severity !== "error" || OF_TESTS.has(at.statement.kind)) return [];
    const range = program.document(at.uri)?.rangeOf(at.statement.chunk, span);
    return [{ file: at.uri, line: (range?.start.line ?? 0) + 1, message }];
  });
}
const OF_TESTS: ReadonlySet<Statement["kind"]> = new Set([
  "assert",
  "scenario",
  "send",
  "wait",
  "set",
  "approve",
  "rotate",
  "replay",
]);

/** What an answer does without. */
export function sayLeftOut(errors: readonly PolicyError[]): void {
  for (const { file, line, message } of errors) say(`${file}:${line}: ${message}`);
  if (errors.length > 0)
    say(
      `${errors.length === 1 ? "1 error" : `${errors.length} errors`} in the policy: it is answered without what stands there`,
    );
}

const problemsText = (problems: readonly QueryProblem[], text: QueryText) =>
  problems
    .map(({ part, message, start, end }) => `--${part}: ${message}\n${pointAt(text[part] ?? "", start, end)}`)
    .join("\n");
