/**
 * Entry point in the browser (vscode.dev): the language server runs in a worker, and asks here for the files that
 * policies import; so does the debug adapter.
 */
import * as vscode from "vscode";
import {
  BrowserMessageReader,
  BrowserMessageWriter,
  LanguageClient,
  type MessageTransports,
} from "vscode-languageclient/browser";
import { clientId, clientName, clientOptions } from "../languageServer.ts";
import { middleware } from "../middleware.ts";
import { registerParts } from "../parts.ts";
import { Server } from "../server.ts";

export function activate(context: vscode.ExtensionContext): void {
  const server = new Server(async (log) => {
    const script = vscode.Uri.joinPath(context.extensionUri, "dist/web/server.js").toString(true);
    const docs = vscode.Uri.joinPath(context.extensionUri, "docs/").toString();
    const options = clientOptions(log, middleware(context), { readFile: true, docs });
    const client = new LanguageClient(clientId, clientName, workerTransports(script), options);
    client.onRequest("iochain/readFile", ({ uri }: { uri: string }) => readFile(vscode.Uri.parse(uri)));
    return client;
  });
  registerParts(context, server);
}

/**
 * Starts the server's worker, anew at every restart. VS Code's own Worker is not an instance of the global one, which
 * is why the client cannot be given the worker itself.
 */
function workerTransports(script: string): () => Promise<MessageTransports> {
  let worker: Worker | undefined;
  return async () => {
    worker?.terminate();
    worker = new Worker(script);
    return { reader: new BrowserMessageReader(worker), writer: new BrowserMessageWriter(worker) };
  };
}

/** Null when there is no such file. */
async function readFile(uri: vscode.Uri): Promise<string | null> {
  try {
    return new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null;
  }
}
