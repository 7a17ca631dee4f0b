/** Scenarios and asserts in VS Code's Testing view, and the command Run Scenarios. */
import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { languageId } from "./names.ts";
import { runTests, type ScenarioArgument, type TestResult, testsOf } from "./scenarios.ts";

export function registerTestExplorer(context: vscode.ExtensionContext, client: BaseLanguageClient): void {
  const controller = vscode.tests.createTestController("iochain", "IOChain");
  const run = controller.createRunProfile("Run", vscode.TestRunProfileKind.Run, runRequest, true);
  context.subscriptions.push(
    controller,
    run,
    vscode.workspace.onDidOpenTextDocument(discover),
    vscode.workspace.onDidChangeTextDocument(({ document }) => discover(document)),
    vscode.commands.registerCommand("iochain.runScenarios", runActive),
    controller.createRunProfile("Debug", vscode.TestRunProfileKind.Debug, async ({ include }) => {
      for (const item of include ?? []) {
        const argument: ScenarioArgument = { uri: String(item.uri), scenario: item.label };
        if (item.parent) await vscode.commands.executeCommand("iochain.debugScenario", argument);
      }
    }),
  );
  for (const document of vscode.workspace.textDocuments) void discover(document);

  async function discover(document: vscode.TextDocument): Promise<vscode.TestItem | undefined> {
    if (document.languageId !== languageId || document.uri.scheme === "untitled") return undefined;
    const tests = await testsOf(client, document.uri);
    const id = document.uri.toString();
    if (tests.length === 0) {
      controller.items.delete(id);
      return undefined;
    }
    const file =
      controller.items.get(id) ??
      controller.createTestItem(id, vscode.workspace.asRelativePath(document.uri), document.uri);
    file.children.replace(
      tests.map(({ name, kind, range }) => {
        const item = controller.createTestItem(`${kind} ${name}`, name, document.uri);
        item.description = kind;
        item.range = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
        return item;
      }),
    );
    controller.items.add(file);
    return file;
  }

  async function runActive(): Promise<void> {
    const document = vscode.window.activeTextEditor?.document;
    const file = document && (await discover(document));
    if (!file) {
      vscode.window.showWarningMessage("This file has no scenario and no assert.");
      return;
    }
    await runRequest(new vscode.TestRunRequest([file], undefined, run), new vscode.CancellationTokenSource().token);
  }

  async function runRequest(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const asked = request.include ?? [...controller.items].map(([, file]) => file);
    const testRun = controller.createTestRun(request);
    const files = new Set(asked.map((item) => item.parent ?? item));
    for (const file of files) {
      if (!file.uri || token.isCancellationRequested) continue;
      const chosen = [...file.children]
        .map(([, item]) => item)
        .filter((item) => asked.includes(file) || asked.includes(item));
      for (const item of chosen) testRun.started(item);
      const results = new Map(
        (await runTests(client, file.uri, token)).map((result) => [`${result.kind} ${result.name}`, result]),
      );
      for (const item of chosen) report(testRun, item, results.get(item.id));
    }
    testRun.end();
  }
}

function report(run: vscode.TestRun, item: vscode.TestItem, result: TestResult | undefined): void {
  if (result?.outcome !== "failed") {
    if (result) run.passed(item);
    else run.skipped(item);
    return;
  }
  const messages = result.failures.map(({ line, expected, actual }) => {
    const message = vscode.TestMessage.diff("Not what was expected", expected, actual);
    if (item.uri) message.location = new vscode.Location(item.uri, new vscode.Position(line - 1, 0));
    return message;
  });
  if (result.counterexample) messages.push(new vscode.TestMessage(`Counterexample: ${result.counterexample}`));
  run.failed(item, messages);
}
