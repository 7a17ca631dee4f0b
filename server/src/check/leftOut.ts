/** What an answer about all packets does without: lines of the policy that have an error. */
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import type { Steps } from "../syntax/steps.ts";
import type { Statement } from "../syntax/tree.ts";
import { CODES } from "./codes.ts";
import { errorSteps } from "./errors.ts";
import type { Finding } from "./finding.ts";

export interface PolicyError {
  /** As the program names it. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

const OF_TESTS: ReadonlySet<Statement["kind"]> = new Set([
  "assert",
  "scenario",
  "send",
  "wait",
  "set",
  "approve",
  "rotate",
  "replay",
]);

/** Errors of a policy, but for its tests: rules that have one are left out, or hold in part. */
export function errorsOf(program: Program, findings: readonly Finding[]): PolicyError[] {
  return findings.flatMap(({ code, place: { at, span }, message }) => {
    if (CODES[code].severity !== "error" || OF_TESTS.has(at.statement.kind)) return [];
    const range = program.document(at.uri)?.rangeOf(at.statement.chunk, span);
    return [{ file: at.uri, line: (range?.start.line ?? 0) + 1, message }];
  });
}

/** The same, found in short steps. */
export function* leftOut(program: Program, policy: Policy): Steps<PolicyError[]> {
  return errorsOf(program, yield* errorSteps(program, policy));
}

/** Beyond this a person reads them elsewhere. */
const MOST_TOLD = 20;

/** Lines that say what was left out, and how much it is; none where nothing was. */
export function leftOutLines(errors: readonly PolicyError[]): string[] {
  if (errors.length === 0) return [];
  const told = errors.slice(0, MOST_TOLD).map(({ file, line, message }) => `${file}:${line}: ${message}`);
  const more = errors.length > MOST_TOLD ? [`… and ${errors.length - MOST_TOLD} more`] : [];
  const errorCount = errors.length === 1 ? "1 error" : `${errors.length} errors`;
  return [...told, ...more, `${errorCount} in the policy: it is answered without what stands there`];
}
