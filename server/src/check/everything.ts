/** Every finding of a program, those that need sets of packets and runs of scenarios included: what a batch run tells. */
import type { ScenarioHost } from "../chain/scenario.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { checkProgram, sortFindings } from "./check.ts";
import { checkFindings } from "./checks.ts";
import type { Finding } from "./finding.ts";
import { withErrors } from "./mistakenWay.ts";
import { checkSets } from "./sets.ts";

export function checkEverything(
  program: Program,
  policy: Policy = compilePolicy(program),
  host?: ScenarioHost,
): Finding[] {
  const plain = checkProgram(program, policy);
  const checks = [...checkFindings(policy, plain, host)].filter((finding) => finding !== undefined);
  return sortFindings(program, [...plain, ...checkSets(policy, { hasError: withErrors(plain) }), ...checks]);
}
