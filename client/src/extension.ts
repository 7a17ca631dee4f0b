/** Entry point in Node's extension host: the server and the debug adapter are processes of their own. */
import type * as vscode from "vscode";
import { adapterProcess } from "./debugging/process.ts";
import { middleware } from "./middleware.ts";
import { registerParts } from "./parts.ts";
import { Server } from "./server.ts";
import { serverProcess } from "./serverProcess.ts";

export function activate(context: vscode.ExtensionContext): void {
  const server = new Server(async (log) => {
    const start = serverProcess(context);
    const { createLanguageClient } = await import("./languageClient.ts");
    return createLanguageClient(start, log, middleware(context));
  });
  registerParts(context, server, adapterProcess(context));
}
