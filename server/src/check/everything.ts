/** Every finding of a program, those that need sets of packets and runs of scenarios included: what a batch run tells. */
import type { ScenarioHost } from "../chain/scenario.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import type { Statement } from "../syntax/tree.ts";
import { checkProgram, sortFindings } from "./check.ts";
import { checkFindings } from "./checks.ts";
import { CODES } from "./codes.ts";
import type { Finding } from "./finding.ts";
import { checkSets } from "./sets.ts";

export function checkEverything(
  program: Program,
  policy: Policy = compilePolicy(program),
  host?: ScenarioHost,
): Finding[] {
  const plain = checkProgram(program, policy);
  const hasError = withErrors(plain);
  const checks = [...checkFindings(policy, hasError, host)].filter((finding) => finding !== undefined);
  return sortFindings(program, [...plain, ...checkSets(policy, { hasError }), ...checks]);
}

/** Whether a statement has an error, by the findings so far: what depends on it then stays silent. */
export function withErrors(findings: readonly Finding[]): (statement: Statement) => boolean {
  const wrong = new Set<Statement>();
  for (const { code, place } of findings) if (CODES[code].severity === "error") wrong.add(place.at.statement);
  return (statement) => statement.broken || wrong.has(statement);
}
