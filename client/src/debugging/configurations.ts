/** Launch configurations: F5 without a launch.json, and one configuration per scenario of the open policy. */
import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { debugType, languageId } from "../names.ts";
import { scenariosOf } from "../scenarios.ts";

/** What is debugged: a scenario (the first without a name), a packet, or a capture taken at a vNIC. */
export type Target =
  | { readonly scenario?: string }
  | { readonly packet: string }
  | { readonly capture: string; readonly at: string };

export function launchConfiguration(program: string, name: string, target: Target): vscode.DebugConfiguration {
  return { type: debugType, request: "launch", name, program, ...target };
}

/** The policy in the active editor, if it is one that the adapter can read from disk. */
export function activePolicy(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document?.languageId === languageId && document.uri.scheme === "file" ? document : undefined;
}

export function registerDebugConfigurations(context: vscode.ExtensionContext, client: BaseLanguageClient): void {
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(debugType, { resolveDebugConfiguration: resolve }),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      { provideDebugConfigurations: () => onePerScenario(client) },
      vscode.DebugConfigurationProviderTriggerKind.Dynamic,
    ),
  );
}

/** F5 without a launch.json arrives as an empty configuration: the active policy's first scenario is meant. */
function resolve(
  _folder: vscode.WorkspaceFolder | undefined,
  asked: vscode.DebugConfiguration,
): vscode.DebugConfiguration | undefined {
  const isEmpty = !asked.type && !asked.request && !asked.name;
  const policy = activePolicy();
  const configuration =
    isEmpty && policy ? launchConfiguration(policy.uri.fsPath, "Debug the first scenario", {}) : asked;
  if (!configuration.program) {
    vscode.window.showErrorMessage(
      "Open an IOChain policy that is saved on disk, or name one as “program” in launch.json.",
    );
    return undefined;
  }
  // The chain view takes the panel while debugging; the console stays a click away.
  return { internalConsoleOptions: "neverOpen", ...configuration };
}

async function onePerScenario(client: BaseLanguageClient): Promise<vscode.DebugConfiguration[]> {
  const policy = activePolicy();
  if (!policy) return [];
  const scenarios = await scenariosOf(client, policy.uri);
  return scenarios.map(({ name }) => launchConfiguration(policy.uri.fsPath, name, { scenario: name }));
}
