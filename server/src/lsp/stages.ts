/**
 * The checks in the order of their cost. Each runs in slices, so that a keystroke never waits for one: what is cheap
 * is told at once, what needs sets of packets and scenarios follows.
 */
import { checkCompiledRules } from "../check/check.ts";
import { checkFindings } from "../check/checks.ts";
import type { Finding } from "../check/finding.ts";
import { withErrors } from "../check/mistakenWay.ts";
import { setFindings } from "../check/sets.ts";
import { compileRules } from "../policy/compile.ts";
import type { LoadedProgram } from "./workspace.ts";

export interface Stage {
  readonly name: string;
  /**
   * Gives up the floor at every `yield`, which may tell of a finding before all are found; what it returns is all of
   * them. `before`: what the stages before it found.
   */
  readonly run: (loaded: LoadedProgram, before: readonly Finding[]) => StageSteps;
}
export type StageSteps = Generator<Finding | undefined, readonly Finding[]>;

/** What an edit touched is looked at anew, and nothing else: this is run on every keystroke. */
function* kept({ program, compile, findings }: LoadedProgram): StageSteps {
  yield* findings.refresh(program, yield* compile());
  return [...findings.all()];
}

function* compiled({ policy }: LoadedProgram): StageSteps {
  yield* compileRules(policy());
  yield;
  return checkCompiledRules(policy());
}

/** After an edit of some rules, those that share packets with them are looked at again, and no others. */
function* sets({ policy, sets: kept }: LoadedProgram, before: readonly Finding[]): StageSteps {
  const findings: Finding[] = [];
  for (const event of setFindings(policy(), withErrors(before), kept)) {
    const finding = event !== undefined && !("undecided" in event) ? event : undefined;
    if (finding) findings.push(finding);
    yield finding;
  }
  return findings;
}

function* checks({ policy }: LoadedProgram, before: readonly Finding[]): StageSteps {
  const findings: Finding[] = [];
  for (const finding of checkFindings(policy(), before)) {
    if (finding) findings.push(finding);
    yield finding;
  }
  return findings;
}

export const STAGES: readonly Stage[] = [
  { name: "kept", run: kept },
  { name: "compiled", run: compiled },
  { name: "sets", run: sets },
  { name: "checks", run: checks },
];
