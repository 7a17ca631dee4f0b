/** The scenarios and asserts of a policy, as the language server sees them. */
import type * as vscode from "vscode";
import type { Range } from "vscode-languageserver-types";
import type { Server } from "./server.ts";

/** One entry of the answer to `iochain/tests`. */
export interface TestItem {
  readonly name: string;
  readonly kind: "scenario" | "assert";
  readonly uri: string;
  readonly range: Range;
}

/** What a code lens or the Testing view passes to the command `iochain.debugScenario`. */
export interface ScenarioArgument {
  readonly uri: string;
  readonly scenario: string;
}

/** One entry of the answer to `iochain/runTests`; lines count from 1, as in `iochain test --format json`. */
export interface TestResult {
  readonly name: string;
  readonly kind: "scenario" | "assert";
  readonly line: number;
  readonly outcome: "passed" | "failed";
  readonly failures: readonly {
    readonly line: number;
    readonly expected: string;
    readonly actual: string;
    /** The packet's trip as text. */
    readonly trip?: string;
  }[];
  readonly counterexample?: string;
}

export async function testsOf(server: Server, uri: vscode.Uri): Promise<readonly TestItem[]> {
  const answer = await server.sendRequest<{ tests: TestItem[] }>("iochain/tests", { uri: uri.toString() });
  return answer.tests;
}

export async function scenariosOf(server: Server, uri: vscode.Uri): Promise<readonly TestItem[]> {
  return (await testsOf(server, uri)).filter((test) => test.kind === "scenario");
}

/** The answer to `iochain/runTests`. */
export interface TestResults {
  readonly tests: readonly TestResult[];
  /** Errors of the policy: the tests were run without what stands there. */
  readonly errors: readonly { readonly file: string; readonly line: number; readonly message: string }[];
}

export function runTests(server: Server, uri: vscode.Uri, token?: vscode.CancellationToken): Promise<TestResults> {
  return server.sendRequest<TestResults>("iochain/runTests", { uri: uri.toString() }, token);
}
