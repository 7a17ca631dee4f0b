/** What a session has made to be looked at, a packet as it was typed or the frames of a capture, goes with the session. */
import * as vscode from "vscode";
import { debugType } from "../names.ts";

/** VS Code's scheme for them: `debug:NAME?session=ID&ref=NUMBER`. */
const SCHEME = "debug";

export function registerSources(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.debug.onDidTerminateDebugSession((session) => {
      if (session.type === debugType) void vscode.window.tabGroups.close(tabsOf(session), true);
    }),
  );
}

function tabsOf({ id }: vscode.DebugSession): vscode.Tab[] {
  const isOf = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputText &&
    input.uri.scheme === SCHEME &&
    new URLSearchParams(input.uri.query).get("session") === id;
  return vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.filter(isOf));
}
