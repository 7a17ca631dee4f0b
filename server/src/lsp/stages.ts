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
  /** Gives up the floor at every `yield`, which tells of a finding or of none. `before`: what earlier stages found. */
  readonly run: (loaded: LoadedProgram, before: Iterable<Finding>) => StageSteps;
}
export type StageSteps = Generator<Finding | undefined, void>;

/** What an edit touched is looked at anew, and nothing else: this is run on every keystroke, and keeps what it finds. */
function* kept({ program, compile, findings }: LoadedProgram): StageSteps {
  yield* findings.refresh(program, yield* compile());
}

function* compiled({ policy }: LoadedProgram): StageSteps {
  yield* compileRules(policy());
  yield;
  yield* checkCompiledRules(policy());
}

/** After an edit of some rules, those that share packets with them are looked at again, and no others. */
function* sets({ policy, sets: kept }: LoadedProgram, before: Iterable<Finding>): StageSteps {
  for (const event of setFindings(policy(), withErrors(before), kept))
    yield event !== undefined && !("undecided" in event) ? event : undefined;
}

function* checks({ policy }: LoadedProgram, before: Iterable<Finding>): StageSteps {
  yield* checkFindings(policy(), before);
}

export const STAGES: readonly Stage[] = [
  { name: "kept", run: kept },
  { name: "compiled", run: compiled },
  { name: "sets", run: sets },
  { name: "checks", run: checks },
];
