/** What the person has set, for the server and the debugger. */
import * as vscode from "vscode";
import type { Server } from "./server.ts";

export interface Settings {
  readonly imports: { readonly outsideWorkspace: boolean };
  readonly limits: object;
}

export function settings(): Settings {
  const configuration = vscode.workspace.getConfiguration("iochain");
  return {
    // A workspace that is not trusted reads nothing else, whatever is set.
    imports: { outsideWorkspace: vscode.workspace.isTrusted && configuration.get("imports.outsideWorkspace", false) },
    // A copy: VS Code hands out a proxy, which cannot be posted to a worker.
    limits: { ...configuration.get("limits", {}) },
  };
}

/** Tells the server at every change. */
export function registerSettings(context: vscode.ExtensionContext, server: Server): void {
  const tell = (): void => {
    const changed = server.sendNotification("workspace/didChangeConfiguration", { settings: { iochain: settings() } });
    changed.catch((error: unknown) => server.log.error(String(error)));
  };
  context.subscriptions.push(
    vscode.workspace.onDidGrantWorkspaceTrust(tell),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration("iochain.imports") || change.affectsConfiguration("iochain.limits")) tell();
    }),
  );
}
