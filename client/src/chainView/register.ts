/** What moves the chain view: commands, the editor, the debugger. */
import * as vscode from "vscode";
import { debugType, isPolicy } from "../names.ts";
import { type ScenarioArgument, scenariosOf } from "../scenarios.ts";
import type { Server } from "../server.ts";
import { ChainView, viewId } from "./view.ts";

export function registerChainView(context: vscode.ExtensionContext, server: Server): ChainView {
  const view = new ChainView(context.extensionUri, server);
  context.subscriptions.push(
    view,
    vscode.window.registerWebviewViewProvider(viewId, view),
    vscode.commands.registerCommand("iochain.showChainView", () => view.show()),
    vscode.commands.registerCommand("iochain.showWay", async (argument?: ScenarioArgument & { line?: number }) => {
      const subject = argument?.scenario === undefined ? await chooseScenario(server) : argument;
      if (subject) await view.show(subject);
    }),
    vscode.commands.registerCommand("iochain.tracePacket", async () => {
      const document = vscode.window.activeTextEditor?.document;
      if (!document || !isPolicy(document)) return;
      const key = "packet";
      const packet = await vscode.window.showInputBox({
        title: vscode.l10n.t("Trace Packet"),
        prompt: vscode.l10n.t("The packet, as a scenario's send step writes it."),
        placeHolder: "tcp 203.0.113.7:51000 -> web-01:443 syn",
        value: context.workspaceState.get<string>(key, ""),
      });
      if (!packet?.trim()) return;
      await context.workspaceState.update(key, packet.trim());
      await view.show({ uri: document.uri.toString(), packet: packet.trim() });
    }),
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
}

/** From the palette: the open policy's scenario, or one of several. */
async function chooseScenario(server: Server): Promise<ScenarioArgument | undefined> {
  const document = vscode.window.activeTextEditor?.document;
  if (!document || !isPolicy(document)) return undefined;
  const names = (await scenariosOf(server, document.uri)).map(({ name }) => name);
  if (names.length === 0) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("This policy has no scenario yet: type “scenario” for a template."),
    );
    return undefined;
  }
  const title = vscode.l10n.t("Show the way of which scenario's packets?");
  const scenario = names.length === 1 ? names[0] : await vscode.window.showQuickPick(names, { title });
  return scenario === undefined ? undefined : { uri: document.uri.toString(), scenario };
}
