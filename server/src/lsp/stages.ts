/**
 * The checks in the order of their cost. Each runs in slices, so that a keystroke never waits for one: what is cheap
 * is told at once, what needs sets of packets and scenarios follows.
 */
import { checkBindings } from "../check/bindings.ts";
import { checkFindings } from "../check/checks.ts";
import { withErrors } from "../check/everything.ts";
import type { Finding } from "../check/finding.ts";
import { checkNames } from "../check/names.ts";
import { checkRules } from "../check/rules.ts";
import { checkServices } from "../check/services.ts";
import { setFindings } from "../check/sets.ts";
import { checkSlots } from "../check/slots.ts";
import { checkSyntax } from "../check/syntax.ts";
import { checkValues } from "../check/values.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import type { LoadedProgram } from "./workspace.ts";

export interface Stage {
  readonly name: string;
  /** Gives up the floor at every `yield`. `before`: what the stages before it found. */
  readonly run: (loaded: LoadedProgram, before: readonly Finding[]) => Generator<void, readonly Finding[]>;
}

/** The text alone: nothing is compiled for it. */
function* text({ program }: LoadedProgram): Generator<void, readonly Finding[]> {
  const findings = checkSyntax(program);
  yield;
  return findings;
}

function* values({ program }: LoadedProgram): Generator<void, readonly Finding[]> {
  yield;
  return checkValues(program);
}

const ofPolicy = (...checks: readonly ((program: Program, policy: Policy) => Finding[])[]): Stage["run"] =>
  function* run({ program, policy }) {
    const compiled = policy();
    const findings: Finding[] = [];
    for (const check of checks) {
      yield;
      for (const finding of check(program, compiled)) findings.push(finding);
    }
    return findings;
  };

function* sets({ policy }: LoadedProgram, before: readonly Finding[]): Generator<void, readonly Finding[]> {
  const findings: Finding[] = [];
  for (const event of setFindings(policy(), withErrors(before))) {
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
  { name: "text", run: text },
  { name: "values", run: values },
  { name: "names", run: ofPolicy(checkNames) },
  { name: "slots", run: ofPolicy(checkSlots, checkBindings, checkServices) },
  { name: "rules", run: ofPolicy(checkRules) },
  { name: "sets", run: sets },
  { name: "checks", run: checks },
];
