/** `iochain explain`: the fate of a class of packets, split where it splits. */
import { checkProgram } from "../check/check.ts";
import { CODES } from "../check/codes.ts";
import { type DecidedBy, type Explained, explain as explained } from "../check/explain.ts";
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
  for (let i = 0; i < answer.classes.length; ) {
    const same = answer.classes.filter(({ fate }) => fate === answer.classes[i]?.fate);
    printFate(same);
    i += same.length;
  }
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

function printFate(classes: readonly Explained[]): void {
  const [first] = classes as [Explained, ...Explained[]];
  const good = first.verdict === "allowed";
  const more = [
    first.inspectedBy.length > 0 && `inspected by ${first.inspectedBy.join(", ")}`,
    first.sealed !== undefined && `sealed with key ${first.sealed}`,
  ].filter(Boolean);
  print(style([first.outcome, ...more].join(", "), good ? "green" : "red"));
  for (const { from, to, service, witness } of classes) {
    print(`  from ${list(from)} to ${list(to)}${service[0] === "any" ? "" : ` service ${list(service)}`}`);
    print(style(`    for example ${witness}`, "dim"));
  }
  for (const rule of first.rules) print(`  ${ruleText(rule)}`);
}

/** Names of a list that are printed. */
const SHOWN = 12;
export const list = (parts: readonly string[]): string =>
  parts.length <= SHOWN ? parts.join(", ") : `${parts.slice(0, SHOWN).join(", ")} and ${parts.length - SHOWN} more`;

export function ruleText({ direction, slot, module, block, verdict, reached, ...by }: DecidedBy): string {
  const name = by.name === undefined ? "" : ` "${by.name}"`;
  const who = by.kind === "rule" ? `rule ${by.id}${name}` : by.kind === "default" ? "the default" : "the block";
  const where = by.file === undefined ? "" : ` (${by.file}:${by.line})`;
  const what = [module, block].filter(Boolean).join(" ");
  const of = by.appliance === undefined ? "" : `, appliance ${by.appliance}`;
  const late = reached ? "" : style("  (not reached)", "dim");
  return `${direction.padEnd(3)} slot ${String(slot).padStart(2)}  ${what}: ${verdict} by ${who}${of}${where}${late}`;
}
