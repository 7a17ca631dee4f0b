/**
 * The checks in the order of their cost. Each runs in slices, so that a keystroke never waits for one: what is cheap
 * is told at once, what needs sets of packets and scenarios follows.
 */
import { checkCompiledRules } from "../check/check.ts";
import { checkFindings } from "../check/checks.ts";
import { withErrors } from "../check/everything.ts";
import type { Finding } from "../check/finding.ts";
import { setFindings } from "../check/sets.ts";
import { compileRules } from "../policy/compile.ts";
import type { LoadedProgram } from "./workspace.ts";

export interface Stage {
  readonly name: string;
  /** Gives up the floor at every `yield`. `before`: what the stages before it found. */
  readonly run: (loaded: LoadedProgram, before: readonly Finding[]) => Generator<void, readonly Finding[]>;
}

/** What an edit touched is looked at anew, and nothing else: this is run on every keystroke. */
function* kept({ program, policy, findings }: LoadedProgram): Generator<void, readonly Finding[]> {
  yield* findings.refresh(program, policy());
  return [...findings.all()];
}

function* compiled({ policy }: LoadedProgram): Generator<void, readonly Finding[]> {
  yield* compileRules(policy());
  yield;
  return checkCompiledRules(policy());
}

/** After an edit of some rules, those that share packets with them are looked at again, and no others. */
function* sets({ policy, sets: kept }: LoadedProgram, before: readonly Finding[]): Generator<void, readonly Finding[]> {
  const findings: Finding[] = [];
  for (const event of setFindings(policy(), withErrors(before), kept)) {
    if (event !== undefined && !("undecided" in event)) findings.push(event);
    yield;
  }
  return findings;
}

function* checks({ policy }: LoadedProgram, before: readonly Finding[]): Generator<void, readonly Finding[]> {
  const findings: Finding[] = [];
  for (const finding of checkFindings(policy(), withErrors(before))) {
    if (finding) findings.push(finding);
    yield;
  }
  return findings;
}

export const STAGES: readonly Stage[] = [
  { name: "kept", run: kept },
  { name: "compiled", run: compiled },
  { name: "sets", run: sets },
  { name: "checks", run: checks },
];
