/** The scenarios and asserts of a policy, as the language server sees them. */
import type * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import type { Range } from "vscode-languageserver-types";

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

export async function testsOf(client: BaseLanguageClient, uri: vscode.Uri): Promise<readonly TestItem[]> {
  const answer = await client.sendRequest<{ tests: TestItem[] }>("iochain/tests", { uri: uri.toString() });
  return answer.tests;
}

export async function scenariosOf(client: BaseLanguageClient, uri: vscode.Uri): Promise<readonly TestItem[]> {
  return (await testsOf(client, uri)).filter((test) => test.kind === "scenario");
}

/** The answer to `iochain/runTests`. */
export interface TestResults {
  readonly tests: readonly TestResult[];
  /** Errors of the policy: the tests were run without what stands there. */
  readonly errors: readonly { readonly file: string; readonly line: number; readonly message: string }[];
}

export function runTests(
  client: BaseLanguageClient,
  uri: vscode.Uri,
  token?: vscode.CancellationToken,
): Promise<TestResults> {
  return client.sendRequest<TestResults>("iochain/runTests", { uri: uri.toString() }, token);
}
