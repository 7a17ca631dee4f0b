/** What the Node and the browser client have in common. */
import type * as vscode from "vscode";
import type { LanguageClientOptions, Middleware } from "vscode-languageclient";
import { languageId } from "./names.ts";
import { Restarting } from "./restarting.ts";
import { settings } from "./settings.ts";

/** Settings of the client, such as `iochain.trace.server`, begin with it. */
export const clientId = "iochain";
export const clientName = "IOChain Language Server";

/** `more` is added to what the server is told at every start. */
export function clientOptions(
  log: vscode.LogOutputChannel,
  middleware: Middleware,
  more: object = {},
): LanguageClientOptions {
  return {
    initializationOptions: () => ({ ...settings(), ...more }),
    documentSelector: [{ language: languageId }],
    outputChannel: log,
    errorHandler: new Restarting(),
    middleware,
  };
}
