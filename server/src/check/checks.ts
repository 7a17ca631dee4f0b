/** Scenarios and asserts that do not hold, as findings at the expectation and at the assert. */
import { decisionText, decisiveSlot } from "../chain/expectation.ts";
import { beyondBounds, runStep, type ScenarioHost, stepsOf, walksOf } from "../chain/scenario.ts";
import type { Trace } from "../chain/trace.ts";
import { World } from "../chain/world.ts";
import type { Policy } from "../policy/policy.ts";
import { checkAssert } from "./asserts.ts";
import { traceOf } from "./explain.ts";
import type { Finding } from "./finding.ts";
import { Mistakes, withErrors } from "./mistakenWay.ts";

/**
 * Step by step, so that a caller can stop or let others have their turn (undefined). `before`: the findings of the
 * policy; a step with an error of its own, or whose packet has met one, has its finding already. A capture that cannot be
 * read here is for `iochain test` to tell.
 */
export function* checkFindings(
  policy: Policy,
  before: Iterable<Finding>,
  host?: ScenarioHost,
): Generator<Finding | undefined, void> {
  const hasError = withErrors(before);
  const mistakes = new Mistakes(policy, before);
  for (const { uri, statement: scenario } of policy.scenarios) {
    const world = World.start(policy);
    let walks = 0;
    for (const [index, step] of stepsOf(scenario).entries()) {
      yield undefined;
      const beyond = beyondBounds(policy, index, walks);
      if (beyond !== undefined) {
        const message = `This step is not run: ${beyond}.`;
        yield { code: "expect-failed", place: { at: { uri, statement: step }, span: step }, message };
        break;
      }
      if (hasError(step) || (step.kind === "replay" && !host)) continue;
      const result = runStep(world, step, uri, host);
      const { failure } = result;
      walks += walksOf(result);
      const traces = result.traces ?? (result.trace ? [result.trace] : []);
      if (failure && !mistakes.met(step, traces))
        yield {
          code: "expect-failed",
          place: { at: { uri, statement: step }, span: failure.span },
          message: `Expected ${failure.expected}, but ${failure.actual}.`,
        };
    }
  }
  for (const assert of policy.asserts) {
    yield undefined;
    const { statement } = assert;
    if (hasError(statement)) continue;
    const result = checkAssert(policy, assert);
    if (result.holds !== false) continue;
    const trace = result.packet === undefined ? undefined : traceOf(policy, result.packet);
    if (mistakes.met(statement, trace ? [trace] : [])) continue;
    const span = statement.property ?? statement.keyword;
    yield {
      code: "assert-failed",
      place: { at: assert, span },
      message: `It does not hold: ${result.reason}${decision(trace)}.`,
      data: { packet: result.packet },
    };
  }
}

/** Where the engine decides about a counterexample, and by what. */
function decision(trace: Trace | undefined): string {
  const decisive = trace && decisiveSlot(trace.walks);
  return decisive === undefined ? "" : `, ${decisionText(decisive)}`;
}
