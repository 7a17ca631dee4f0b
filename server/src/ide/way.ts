/** Feature: the way of a scenario's packets, for the chain view: the trip of each step, and what was expected of it. */
import { runScenario, type ScenarioHost } from "../chain/scenario.ts";
import type { Trace } from "../chain/trace.ts";
import { lineOf } from "../syntax/document.ts";
import type { View } from "./view.ts";

export interface WayStep {
  /** From 1. */
  readonly line: number;
  readonly trace: Trace;
  /** The expectation that did not come true. */
  readonly failure?: { readonly expected: string; readonly actual: string };
}

/** Packets of a capture that are answered; nobody looks at more of them one by one. */
const MOST_OF_A_CAPTURE = 500;

/** The steps that sent something, in order; undefined when the document has no such scenario. */
export function wayOf(view: View, title: string, host?: ScenarioHost): readonly WayStep[] | undefined {
  const { uri, tree } = view.document;
  for (const statement of tree.statements) {
    if (statement.kind !== "scenario" || (statement.title?.text ?? "scenario") !== title) continue;
    return runScenario(view.policy(), { uri, statement }, host).steps.flatMap(({ step, trace, traces, failure }) => {
      const line = lineOf(step);
      const mismatch = failure && { failure: { expected: failure.expected, actual: failure.actual } };
      if (trace) return [{ line, trace, ...mismatch }];
      return (traces ?? []).slice(0, MOST_OF_A_CAPTURE).map((each) => ({ line, trace: each }));
    });
  }
  return undefined;
}
