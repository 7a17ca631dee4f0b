/** `iochain explain`: the fate of a class of packets, split where it splits. */
import { checkProgram } from "../check/check.ts";
import { explanationText } from "../check/classText.ts";
import { CODES } from "../check/codes.ts";
import { explain as explained } from "../check/explain.ts";
import type { QueryProblem, QueryText } from "../check/query.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { finish } from "../space/steps.ts";
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
  for (const { file: at, line, message } of leftOut)
    say(`${at}:${line}: ${message}; what it says counts only as far as it can be read`);
  return OK;
}

/** Errors of the policy: rules that have one are left out, or hold in part. */
export function errorsOf(program: Program, policy: Policy): { file: string; line: number; message: string }[] {
  return checkProgram(program, policy).flatMap(({ code, place: { at, span }, message }) => {
    if (CODES[code].severity !== "error") return [];
    const range = program.document(at.uri)?.rangeOf(at.statement.chunk, span);
    return [{ file: at.uri, line: (range?.start.line ?? 0) + 1, message }];
  });
}

const problemsText = (problems: readonly QueryProblem[], text: QueryText) =>
  problems
    .map(({ part, message, start, end }) => `--${part}: ${message}\n${pointAt(text[part] ?? "", start, end)}`)
    .join("\n");
