/** `iochain explain`: the fate of a class of packets, split where it splits. */
import { explanationText } from "../check/classText.ts";
import { explain as explained } from "../check/explain.ts";
import { leftOut, leftOutLines, type PolicyError } from "../check/leftOut.ts";
import type { QueryProblem, QueryText } from "../check/query.ts";
import { finish } from "../syntax/steps.ts";
import { loadPolicy } from "./files.ts";
import { json, OK, pointAt, print, say, style, Unusable } from "./terminal.ts";

export interface ExplainOptions extends QueryText {
  readonly format: "text" | "json";
}

export function explain(file: string, { format, ...text }: ExplainOptions): number {
  const { program, policy } = loadPolicy(file);
  const answer = finish(explained(program, policy, text));
  if ("problems" in answer) throw new Unusable(problemsText(answer.problems, text));
  const errors = finish(leftOut(program, policy));
  if (format === "json") {
    const { from = "any", to = "any", service = "any" } = text;
    print(json({ from, to, service, ...answer, errors }, 1));
    return OK;
  }
  if (answer.note !== undefined) (answer.classes.length === 0 ? print : say)(answer.note);
  if (answer.classes.length > 0) print(explanationText(answer, style));
  sayLeftOut(errors);
  return OK;
}

/** What an answer does without. */
export function sayLeftOut(errors: readonly PolicyError[]): void {
  for (const line of leftOutLines(errors)) say(line);
}

const problemsText = (problems: readonly QueryProblem[], text: QueryText) =>
  problems
    .map(({ part, message, start, end }) => `--${part}: ${message}\n${pointAt(text[part] ?? "", start, end)}`)
    .join("\n");
