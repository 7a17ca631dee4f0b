/** `iochain test`: scenarios and asserts. */
import { runScenario, type ScenarioResult } from "../chain/scenario.ts";
import type { Trace } from "../chain/trace.ts";
import { traceText } from "../chain/traceText.ts";
import { checkAssert } from "../check/asserts.ts";
import { checkProgram } from "../check/check.ts";
import { CODES } from "../check/codes.ts";
import { Coverage, type CoverageReport, lcov, together } from "../check/coverage.ts";
import { traceOf } from "../check/explain.ts";
import type { Finding } from "../check/finding.ts";
import { errorsOf } from "../check/leftOut.ts";
import type { Policy, Source } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import { finish } from "../syntax/steps.ts";
import type { AssertStatement, ScenarioStatement, Statement } from "../syntax/tree.ts";
import { host } from "./captures.ts";
import { printUncovered, sayCovered } from "./coverage.ts";
import { sayLeftOut } from "./explain.ts";
import { loadPolicy, policyFiles } from "./files.ts";
import { FOUND, json, OK, print, say, style, Unusable } from "./terminal.ts";
import { junit, tap } from "./testReports.ts";

export interface Failure {
  readonly line: number;
  readonly expected: string;
  readonly actual: string;
  readonly trace?: Trace;
}
export interface TestRow {
  readonly file: string;
  readonly line: number;
  readonly name: string;
  readonly kind: "scenario" | "assert";
  readonly outcome: "passed" | "failed";
  readonly failures: readonly Failure[];
  /** Of an assert: a packet for which it does not hold. */
  readonly counterexample?: string;
}

export interface TestOptions {
  readonly format: "text" | "json" | "junit" | "tap";
  readonly filter?: string;
  /** `text`: what is not covered is listed, too. */
  readonly coverage?: "text" | "lcov";
}

export function test(paths: string[], options: TestOptions): number {
  const results = policyFiles(paths).map((file) => testsOf(file, options.filter ?? ""));
  const tests = results.flatMap((result) => result.tests);
  const coverage = together(results.map((result) => result.coverage));
  // Standard output is for one reader at a time.
  if (options.coverage === "lcov") {
    if (options.format !== "text") throw new Unusable("--coverage lcov prints the coverage alone: leave out --format");
    print(lcov(coverage));
    printText(tests, say);
  } else if (options.format === "json") print(json({ tests, ...(options.coverage && { coverage }) }, 1));
  else if (options.format === "junit") print(junit(tests));
  else if (options.format === "tap") print(tap(tests));
  else {
    printText(tests, print);
    if (options.coverage) printUncovered(coverage);
  }
  if (options.format === "text") printSummary(tests, coverage);
  const isWell = results.every(({ isRead }) => isRead) && tests.every(({ outcome }) => outcome === "passed");
  return isWell ? OK : FOUND;
}

interface Tested {
  readonly tests: TestRow[];
  readonly coverage: CoverageReport;
  /** Whether every line could be read: another may have been a test. */
  readonly isRead: boolean;
}

function testsOf(file: string, filter: string): Tested {
  const { program, policy } = loadPolicy(file);
  const coverage = new Coverage(policy);
  const findings = checkProgram(program, policy);
  sayLeftOut(errorsOf(program, findings));
  const mistakes = mistakesOf(findings);
  // What a file imports has its tests there.
  const own = <S extends { uri: string }>(list: readonly S[]) => list.filter(({ uri }) => uri === file);
  const scenarios = own(policy.scenarios).map((scenario) => ({
    line: lineOf(scenario.statement),
    name: nameOf(scenario),
    make: () => {
      const result = runScenario(policy, scenario, host);
      coverage.addScenario(result);
      return scenarioRow(result);
    },
  }));
  const asserts = own(policy.asserts).map((assert) => ({
    line: lineOf(assert.statement),
    name: nameOfAssert(assert),
    make: () => {
      finish(coverage.addAssert(assert));
      return assertRow(policy, assert, mistakes.get(assert.statement));
    },
  }));
  const tests = [...scenarios, ...asserts]
    .filter(({ name }) => name.includes(filter))
    .sort((a, b) => a.line - b.line)
    .map(({ make }) => make());
  return { tests, coverage: coverage.report(), isRead: findings.every(({ code }) => code !== "syntax-error") };
}

const nameOf = ({ statement }: Source<ScenarioStatement>) => statement.title?.text ?? "";
const nameOfAssert = ({ statement }: Source<AssertStatement>) =>
  statement.title?.text ?? statement.chunk.text.slice(statement.start, statement.end).replace(/\s+/g, " ");

function scenarioRow({ scenario, steps, passed }: ScenarioResult): TestRow {
  const failures = steps.flatMap(({ step, trace, failure }) =>
    failure
      ? [{ line: lineOf(step), expected: failure.expected, actual: failure.actual, ...(trace && { trace }) }]
      : [],
  );
  return {
    file: scenario.uri,
    line: lineOf(scenario.statement),
    name: nameOf(scenario),
    kind: "scenario",
    outcome: passed ? "passed" : "failed",
    failures,
  };
}

/** What is wrong with statements, the first of each. */
function mistakesOf(findings: readonly Finding[]): ReadonlyMap<Statement, string> {
  const mistakes = new Map<Statement, string>();
  for (const { code, place, message } of findings)
    if (CODES[code].severity === "error" && !mistakes.has(place.at.statement))
      mistakes.set(place.at.statement, message);
  return mistakes;
}

/** `mistake`: one that stands in the assert. Nothing then holds: it may be about less than was meant. */
function assertRow(policy: Policy, assert: Source<AssertStatement>, mistake: string | undefined): TestRow {
  const { statement } = assert;
  const row = { file: assert.uri, line: lineOf(statement), name: nameOfAssert(assert), kind: "assert" as const };
  const expected = statement.property?.by
    ? `inspected by ${statement.property.by.text}`
    : (statement.property?.word ?? "an assert that can be read");
  const failed = (actual: string, counterexample?: string): TestRow => {
    const trace = counterexample === undefined ? undefined : traceOf(policy, counterexample);
    const failure = { line: row.line, expected, actual, ...(trace && { trace }) };
    return { ...row, outcome: "failed", failures: [failure], ...(counterexample !== undefined && { counterexample }) };
  };
  if (mistake !== undefined) return failed(`the assert has a mistake: ${mistake}`);
  const result = checkAssert(policy, assert);
  if (result.holds === undefined) return failed(`not decided: ${result.undecided}`);
  return result.holds ? { ...row, outcome: "passed", failures: [] } : failed(result.reason, result.packet);
}

function printText(tests: readonly TestRow[], tell: (text: string) => void): void {
  for (const { file, line, name, outcome, failures, counterexample } of tests) {
    const mark = outcome === "passed" ? style("✓", "green") : style("✗", "red");
    tell(`${mark} ${name} ${style(`(${file}:${line})`, "dim")}`);
    for (const failure of failures) {
      tell(`    ${file}:${failure.line}: expected ${failure.expected}\n      but: ${failure.actual}`);
      if (counterexample !== undefined) tell(`      counterexample: ${counterexample}`);
      if (failure.trace) tell(traceText(failure.trace, style).replace(/^/gm, "      "));
    }
  }
}

function printSummary(tests: readonly TestRow[], coverage: CoverageReport): void {
  const passed = tests.filter(({ outcome }) => outcome === "passed").length;
  say(`${passed} passed, ${tests.length - passed} failed`);
  sayCovered(coverage);
}
