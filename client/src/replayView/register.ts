/** The command that replays a capture through the open policy, and what is done with its flows. */
import * as vscode from "vscode";
import { launchConfiguration, nameOf } from "../debugging/configurations.ts";
import { isPolicy } from "../names.ts";
import { activePolicy, choosePolicy, policyInSight } from "../policies.ts";
import { withProgress } from "../progress.ts";
import type { Server } from "../server.ts";
import { askVantage, chooseCapture, titleOf, type Vantage, vnicsOf } from "./questions.ts";
import type { Flow, Replayed } from "./replay.ts";
import { ReplayView, viewId } from "./view.ts";

export function registerReplayView(context: vscode.ExtensionContext, server: Server): void {
  const view = new ReplayView(context.extensionUri);
  context.subscriptions.push(
    vscode.window.registerWebviewViewProvider(viewId, view, { webviewOptions: { retainContextWhenHidden: true } }),
    vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
      if (isPolicy(document) && contentChanges.length > 0) void view.policyEdited(document.uri);
    }),
    vscode.commands.registerCommand("iochain.replay", async (argument?: Partial<Asked> | vscode.Uri) => {
      // From the explorer: the capture that was clicked.
      const given: Partial<Asked> = argument instanceof vscode.Uri ? { capture: argument } : (argument ?? {});
      const policy = given.policy ?? (await choosePolicy(vscode.l10n.t("Replay through which policy?")));
      if (policy === undefined) return;
      // The server knows what is open.
      await vscode.workspace.openTextDocument(policy);
      const title = vscode.l10n.t("Replay Capture");
      const capture = given.capture ?? (await chooseCapture(policy, title));
      if (capture === undefined) return;
      const vantage = given.vantage ?? (await askVantage(server, policy, title));
      if (vantage !== undefined) await replay(server, view, { policy, capture, vantage });
    }),
    vscode.commands.registerCommand("iochain.replaySample", async () => {
      const policy = await samplePolicy(server);
      const capture = vscode.Uri.joinPath(context.extensionUri, "samples", SAMPLE.capture);
      if (policy) await replay(server, view, { policy, capture, vantage: { at: SAMPLE.at } });
    }),
  );
}

/** For somebody who has no capture at hand: the one that lies beside the sample. */
const SAMPLE = { policy: "three-tier.iochain", capture: "three-tier.pcapng", at: "web-01.eth0" };

/** The sample as it is open, perhaps edited, else opened. */
async function samplePolicy(server: Server): Promise<vscode.Uri | undefined> {
  const inSight = policyInSight()?.uri;
  if (inSight && (await vnicsOf(server, inSight)).some(({ label }) => label === SAMPLE.at)) return inSight;
  await vscode.commands.executeCommand("iochain.openSample", SAMPLE.policy);
  return activePolicy()?.uri;
}

interface Asked {
  readonly policy: vscode.Uri;
  readonly capture: vscode.Uri;
  readonly vantage: Vantage;
}

async function replay(server: Server, view: ReplayView, asked: Asked): Promise<void> {
  const title = titleOf(asked.capture, asked.vantage);
  try {
    const replayed = await framesReplayed(server, title, asked);
    if (replayed === undefined) return;
    await view.show({
      title,
      replayed,
      again: () => replay(server, view, asked),
      coverage: () => vscode.commands.executeCommand("iochain.showReplayCoverage", asked.policy, title),
      debug: (flow) => debugFlow(asked, flow),
      scenario: (flow) => makeScenario(server, asked.policy, flow),
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    void vscode.window.showErrorMessage(vscode.l10n.t("{0} cannot be replayed: {1}", title, why));
  }
}

/** Undefined when the person has cancelled it. */
function framesReplayed(
  server: Server,
  title: string,
  { policy, capture, vantage }: Asked,
): Promise<Replayed | undefined> {
  return withProgress(title, async (progress, token) => {
    const workDoneToken = crypto.randomUUID();
    let told = 0;
    const listening = await server.onProgress(workDoneToken, ({ kind, message, percentage = told }) => {
      if (kind !== "report") return;
      progress.report({ increment: percentage - told, ...(message !== undefined && { message }) });
      told = percentage;
    });
    try {
      const params = { uri: policy.toString(), capture: capture.toString(), ...vantage, workDoneToken };
      return await server.sendRequest<Replayed>("iochain/replay", params, token);
    } finally {
      listening.dispose();
    }
  });
}

async function debugFlow({ policy, capture }: Asked, flow: Flow): Promise<void> {
  const [at] = flow.vnics;
  if (at === undefined) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("No vNIC of the policy has seen this flow: there is nothing to step through."),
    );
    return;
  }
  const target = { capture: nameOf(capture), at, flow: flow.key };
  const folder = vscode.workspace.getWorkspaceFolder(policy);
  await vscode.debug.startDebugging(folder, launchConfiguration(nameOf(policy), flow.flow, target));
}

/** Writes the flow down at the end of the policy, where it can be undone. */
async function makeScenario(server: Server, policy: vscode.Uri, flow: Flow): Promise<void> {
  const { text } = await server.sendRequest<{ text: string }>("iochain/flowScenario", {
    uri: policy.toString(),
    title: flow.flow,
    sends: flow.sends,
  });
  const document = await vscode.workspace.openTextDocument(policy);
  const end = document.lineAt(document.lineCount - 1).range.end;
  const edit = new vscode.WorkspaceEdit();
  edit.insert(policy, end, `${end.character > 0 ? "\n" : ""}\n${text}`);
  await vscode.workspace.applyEdit(edit);
  const start = document.positionAt(document.getText().lastIndexOf(text));
  await vscode.window.showTextDocument(document, { selection: new vscode.Range(start, start) });
}
