/** Entry point in Node's extension host: the server and the debug adapter are processes of their own. */
import type * as vscode from "vscode";
import { adapterProcess } from "./debugging/process.ts";
import { createLanguageClient } from "./languageClient.ts";
import { registerParts } from "./parts.ts";

export function activate(context: vscode.ExtensionContext): void {
  registerParts(context, createLanguageClient(context), adapterProcess(context));
}
