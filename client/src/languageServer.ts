/** What the Node and the browser client have in common: options, start, restart. */
import * as vscode from "vscode";
import type { BaseLanguageClient, LanguageClientOptions } from "vscode-languageclient";
import { withWays } from "./chainView/lens.ts";
import { besideRules } from "./debugging/besideRules.ts";
import { languageId } from "./names.ts";
import { Restarting } from "./serverState.ts";
import { settings } from "./settings.ts";

export const serverName = "IOChain Language Server";

/** `more` is added to what the server is told at every start. */
export function clientOptions(more: object = {}): LanguageClientOptions {
  return {
    initializationOptions: () => ({ ...settings(), ...more }),
    documentSelector: [{ language: languageId }],
    errorHandler: new Restarting(),
    middleware: {
      ...besideRules,
      provideCodeLenses: async (document, token, next) => withWays(await next(document, token)),
    },
  };
}

/** Starts the server without holding up activation: the grammar, the snippets and the debugger need no server. */
export function startLanguageServer(context: vscode.ExtensionContext, client: BaseLanguageClient): void {
  context.subscriptions.push(
    client,
    vscode.commands.registerCommand("iochain.restartServer", () => restart().catch(report)),
  );
  client.start().catch(report);

  async function restart(): Promise<void> {
    if (client.needsStop()) await client.stop();
    await client.start();
  }

  async function report(error: unknown): Promise<void> {
    client.outputChannel.error(String(error));
    const showLog = vscode.l10n.t("Show Log");
    const chosen = await vscode.window.showErrorMessage(
      vscode.l10n.t("The IOChain language server did not start."),
      showLog,
    );
    if (chosen === showLog) client.outputChannel.show();
  }
}
