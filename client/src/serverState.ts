/** In the status bar's language item, and only while a policy is open: whether the server runs. */
import * as vscode from "vscode";
import { languageId } from "./names.ts";
import type { Server } from "./server.ts";

export function registerServerState(context: vscode.ExtensionContext, server: Server): void {
  const item = vscode.languages.createLanguageStatusItem("iochain.server", { language: languageId });
  item.name = "IOChain";
  item.command = { title: vscode.l10n.t("Restart"), command: "iochain.restartServer" };
  item.text = vscode.l10n.t("Language server starting");
  item.busy = true;
  const stopped = (): void => {
    item.busy = false;
    item.severity = vscode.LanguageStatusSeverity.Error;
    item.text = vscode.l10n.t("Language server stopped");
  };
  server.client.then((client) => {
    client.onDidChangeState(() => {
      if (!client.needsStop()) return stopped();
      item.busy = !client.isRunning();
      item.severity = vscode.LanguageStatusSeverity.Information;
      item.text = item.busy ? vscode.l10n.t("Language server starting") : vscode.l10n.t("Language server running");
    });
  }, stopped);
  context.subscriptions.push(
    item,
    vscode.commands.registerCommand("iochain.restartServer", () => server.restart()),
  );
}
