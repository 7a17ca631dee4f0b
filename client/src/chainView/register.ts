/** What moves the chain view: commands, the editor, the debugger. */
import * as vscode from "vscode";
import { debugType, isPolicy } from "../names.ts";
import { withPolicy } from "../policies.ts";
import { askPacket, chooseScenario } from "../questions.ts";
import type { ScenarioArgument } from "../scenarios.ts";
import type { Server } from "../server.ts";
import { ChainView, viewId } from "./view.ts";

export function registerChainView(context: vscode.ExtensionContext, server: Server): ChainView {
  const view = new ChainView(context.extensionUri, server);
  context.subscriptions.push(
    view,
    vscode.window.registerWebviewViewProvider(viewId, view),
    vscode.commands.registerCommand("iochain.showChainView", () => view.show()),
    vscode.commands.registerCommand("iochain.showWay", (argument?: ScenarioArgument & { line?: number }) =>
      argument?.scenario === undefined ? withPolicy(({ uri }) => showWay(uri)) : view.show(argument),
    ),
    vscode.commands.registerCommand("iochain.tracePacket", () => withPolicy(({ uri }) => tracePacket(uri))),
    vscode.window.onDidChangeActiveTextEditor((editor) => {
      // A panel that takes the keyboard leaves no active editor: what is shown stays.
      if (editor) void view.refresh();
    }),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (isPolicy(document)) view.refreshSoon();
    }),
    vscode.workspace.onDidCloseTextDocument(() => view.refreshSoon()),
    vscode.debug.onDidStartDebugSession((session) => {
      const isWanted = vscode.workspace.getConfiguration("iochain").get("chainView.openWhileDebugging", true);
      if (session.type === debugType && isWanted) void view.show();
    }),
    vscode.debug.onDidTerminateDebugSession(() => view.refresh()),
    vscode.debug.onDidChangeActiveDebugSession(() => view.refresh()),
    vscode.debug.registerDebugAdapterTrackerFactory(debugType, {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: { type: string; event?: string }) => {
          if (message.type === "event" && (message.event === "stopped" || message.event === "invalidated"))
            void view.refresh();
        },
      }),
    }),
  );
  return view;

  async function showWay(policy: vscode.Uri): Promise<void> {
    const title = vscode.l10n.t("Show the way of which scenario's packets?");
    const scenario = await chooseScenario(server, policy, title);
    if (scenario !== undefined) await view.show({ uri: policy.toString(), scenario });
  }

  async function tracePacket(policy: vscode.Uri): Promise<void> {
    const packet = await askPacket(context.workspaceState, vscode.l10n.t("Trace Packet"));
    if (packet !== undefined) await view.show({ uri: policy.toString(), packet });
  }
}
