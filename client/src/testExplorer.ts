/** Scenarios and asserts in VS Code's Testing view: run, debugged, covered, and run again at every change. */
import * as vscode from "vscode";
import { messageOf } from "./exchange/note.ts";
import { isPolicy } from "./names.ts";
import { namePlaces } from "./places.ts";
import { runTests, type ScenarioArgument, type TestResult, type TestResults, testsOf } from "./scenarios.ts";
import type { Server } from "./server.ts";
import { coverageOf, detailsOf } from "./testCoverage.ts";

/** Typing should not run everything at every key. */
const QUIET_MILLISECONDS = 400;
/** A workspace may hold more policies than anybody looks at. */
const MOST_FILES = 500;

export function registerTestExplorer(context: vscode.ExtensionContext, server: Server): void {
  const controller = vscode.tests.createTestController("iochain", "IOChain");
  controller.refreshHandler = discoverAll;
  // What is not open is looked for when somebody looks at the tests.
  controller.resolveHandler = (item) => (item === undefined ? discoverAll() : undefined);
  const { Run, Debug, Coverage } = vscode.TestRunProfileKind;
  const run = controller.createRunProfile(vscode.l10n.t("Run"), Run, runRequest, true, undefined, true);
  const cover = controller.createRunProfile(vscode.l10n.t("Run with Coverage"), Coverage, runRequest, true);
  cover.loadDetailedCoverage = async (_run, file) => detailsOf(file);
  const watcher = vscode.workspace.createFileSystemWatcher("**/*.iochain");
  const typing = new Map<string, ReturnType<typeof setTimeout>>();
  /** What each file's item was made of. */
  const shown = new WeakMap<vscode.TestItem, string>();
  context.subscriptions.push(
    ...[controller, run, cover, watcher],
    controller.createRunProfile(vscode.l10n.t("Debug"), Debug, debugRequest, true),
    watcher.onDidCreate(discover),
    watcher.onDidChange(discover),
    watcher.onDidDelete((uri) => controller.items.delete(uri.toString())),
    vscode.workspace.onDidOpenTextDocument(discoverOpen),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (contentChanges.length > 0 && isPolicy(document)) discoverLater(document);
    }),
    vscode.workspace.onDidCloseTextDocument(({ isUntitled, uri }) => {
      clearTimeout(typing.get(uri.toString()));
      if (isUntitled) controller.items.delete(uri.toString());
    }),
    { dispose: () => typing.forEach(clearTimeout) },
    vscode.commands.registerCommand("iochain.runScenarios", runActive),
    vscode.commands.registerCommand("iochain.runScenarioTest", runScenario),
    // The replay view's; not offered elsewhere.
    vscode.commands.registerCommand("iochain.showReplayCoverage", showReplayCoverage),
  );
  void discoverAllOpen();

  /** What is being typed in is looked at when nobody has typed for a while. */
  function discoverLater(document: vscode.TextDocument): void {
    const id = document.uri.toString();
    clearTimeout(typing.get(id));
    typing.set(
      id,
      setTimeout(() => void discoverOpen(document), QUIET_MILLISECONDS),
    );
  }

  async function discoverAllOpen(): Promise<void> {
    for (const document of vscode.workspace.textDocuments) await discoverOpen(document);
  }

  async function discoverAll(): Promise<void> {
    await discoverAllOpen();
    for (const uri of await vscode.workspace.findFiles("**/*.iochain", undefined, MOST_FILES)) await discover(uri);
  }

  async function discoverOpen(document: vscode.TextDocument): Promise<vscode.TestItem | undefined> {
    // The old side of a comparison is a policy, too, and nobody's to run.
    const isOwn = document.isUntitled || vscode.workspace.fs.isWritableFileSystem(document.uri.scheme) === true;
    return isPolicy(document) && isOwn ? discover(document.uri) : undefined;
  }

  async function discover(uri: vscode.Uri): Promise<vscode.TestItem | undefined> {
    const tests = await testsOf(server, uri);
    const id = uri.toString();
    if (tests.length === 0) {
      controller.items.delete(id);
      return undefined;
    }
    const file = controller.items.get(id) ?? controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
    const now = JSON.stringify(tests);
    if (controller.items.get(id) === file && shown.get(file) === now) return file;
    shown.set(file, now);
    file.children.replace(
      tests.map(({ name, kind, range }) => {
        const item = controller.createTestItem(`${kind} ${name}`, name, uri);
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
    const file = document && (await discoverOpen(document));
    if (!file) {
      vscode.window.showWarningMessage(vscode.l10n.t("This file has no scenario and no assert."));
      return;
    }
    await runNow(file);
  }

  /** The one that a code lens names. */
  async function runScenario(argument: ScenarioArgument): Promise<void> {
    const file = await discoverOpen(await vscode.workspace.openTextDocument(vscode.Uri.parse(argument.uri)));
    const item = file?.children.get(`scenario ${argument.scenario}`);
    if (item) await runNow(item);
    // Nobody's to run as a test: the server runs it, and tells.
    else await vscode.commands.executeCommand("iochain.runScenario", argument);
  }

  const runNow = (item: vscode.TestItem): Promise<void> =>
    runRequest(new vscode.TestRunRequest([item], undefined, run), new vscode.CancellationTokenSource().token);

  /** What a capture has exercised, where what tests have exercised is shown. */
  async function showReplayCoverage(policy: vscode.Uri, title: string): Promise<void> {
    const shown = controller.createTestRun(new vscode.TestRunRequest([], undefined, cover), title, false);
    for (const coverage of await coverageOf(server, policy, "replay")) shown.addCoverage(coverage);
    shown.end();
    await vscode.commands.executeCommand("workbench.view.testCoverage.focus");
  }

  /** One at a time: of a file, or of all, the first. */
  async function debugRequest({ include }: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const [asked] = include ?? [...controller.items].map(([, file]) => file);
    const item = asked?.parent ? asked : [...(asked?.children ?? [])][0]?.[1];
    if (item?.uri === undefined) return;
    if (item.id.startsWith("assert ")) return debugAssert(item, item.uri, token);
    const argument: ScenarioArgument = { uri: item.uri.toString(), scenario: item.label };
    await vscode.commands.executeCommand("iochain.debugScenario", argument);
  }

  /** What can be stepped of an assert is the packet that refutes it. */
  async function debugAssert(
    item: vscode.TestItem,
    policy: vscode.Uri,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const { tests } = await runTests(server, policy, token);
    const packet = tests.find(({ kind, name }) => `${kind} ${name}` === item.id)?.counterexample;
    if (packet !== undefined) await vscode.commands.executeCommand("iochain.debugPacketIn", policy.toString(), packet);
    else void vscode.window.showInformationMessage(vscode.l10n.t("No packet refutes “{0}”.", item.label));
  }

  async function runRequest(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    if (!request.continuous) return runOnce(request, token);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = ({ document }: vscode.TextDocumentChangeEvent): void => {
      if (!isPolicy(document)) return;
      clearTimeout(timer);
      timer = setTimeout(() => void runOnce(request, token), QUIET_MILLISECONDS);
    };
    const changes = vscode.workspace.onDidChangeTextDocument(again);
    token.onCancellationRequested(() => {
      clearTimeout(timer);
      changes.dispose();
    });
  }

  async function runOnce(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
    const asked = request.include ?? [...controller.items].map(([, file]) => file);
    const testRun = controller.createTestRun(request);
    const files = new Set(asked.map((item) => item.parent ?? item));
    for (const file of files) {
      if (!file.uri || token.isCancellationRequested) continue;
      const chosen = [...file.children]
        .map(([, item]) => item)
        .filter((item) => asked.includes(file) || asked.includes(item));
      for (const item of chosen) testRun.started(item);
      try {
        const { tests, errors } = await runTests(server, file.uri, token);
        const results = new Map(tests.map((result) => [`${result.kind} ${result.name}`, result]));
        for (const error of errors) tellLeftOut(testRun, error);
        for (const item of chosen) report(testRun, item, results.get(item.id));
        if (request.profile?.kind === Coverage)
          for (const coverage of await coverageOf(server, file.uri)) testRun.addCoverage(coverage);
      } catch (error) {
        if (token.isCancellationRequested) continue;
        for (const item of chosen) testRun.errored(item, new vscode.TestMessage(messageOf(error)));
      }
    }
    testRun.end();
  }
}

/** What has an error is not tested: it is told where a person looks at how the tests went. */
function tellLeftOut(run: vscode.TestRun, { file, line, message }: TestResults["errors"][number]): void {
  const place = new vscode.Location(vscode.Uri.parse(file), new vscode.Position(line - 1, 0));
  const path = vscode.workspace.asRelativePath(place.uri);
  run.appendOutput(`${vscode.l10n.t("Tested without what stands at {0}:{1}: {2}", path, line, message)}\r\n`, place);
}

function report(run: vscode.TestRun, item: vscode.TestItem, result: TestResult | undefined): void {
  if (result?.outcome !== "failed") {
    if (result) run.passed(item);
    else run.skipped(item);
    return;
  }
  const messages = result.failures.map(({ line, expected, actual, trip }) => {
    const message = vscode.TestMessage.diff(vscode.l10n.t("Not what was expected"), expected, actual);
    if (item.uri) message.location = new vscode.Location(item.uri, new vscode.Position(line - 1, 0));
    if (trip) run.appendOutput(`${namePlaces(trip).text.replaceAll("\n", "\r\n")}\r\n`, message.location, item);
    return message;
  });
  if (result.counterexample)
    messages.push(new vscode.TestMessage(vscode.l10n.t("Counterexample: {0}", result.counterexample)));
  run.failed(item, messages);
}
