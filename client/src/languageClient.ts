/** The language server as a process of its own, spoken to over Node IPC. */
import type * as vscode from "vscode";
import { LanguageClient, type NodeModule, TransportKind } from "vscode-languageclient/node";
import { clientOptions, serverName } from "./languageServer.ts";

export function createLanguageClient(context: vscode.ExtensionContext): LanguageClient {
  const run: NodeModule = { module: context.asAbsolutePath("dist/server.js"), transport: TransportKind.ipc };
  const debug: NodeModule = { ...run, options: { execArgv: ["--inspect=6009"] } };
  return new LanguageClient("iochain", serverName, { run, debug }, clientOptions());
}
