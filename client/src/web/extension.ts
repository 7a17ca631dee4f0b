/** Entry point in the browser (vscode.dev): the language server runs in a worker. The debugger needs a desktop or a remote host. */
import * as vscode from "vscode";
import { LanguageClient } from "vscode-languageclient/browser";
import { registerChainView } from "../chainView/view.ts";
import { clientOptions, serverName, startLanguageServer } from "../languageServer.ts";
import { registerTestExplorer } from "../testExplorer.ts";

export function activate(context: vscode.ExtensionContext): void {
  const server = vscode.Uri.joinPath(context.extensionUri, "dist/web/server.js");
  const client = new LanguageClient(
    "iochain",
    serverName,
    async () => new Worker(server.toString(true)),
    clientOptions(),
  );
  startLanguageServer(context, client);
  registerChainView(context, client);
  registerTestExplorer(context, client, { canDebug: false });
}
