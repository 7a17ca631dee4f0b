/** Launch configurations: F5 without a launch.json, and one configuration per scenario of the open policy. */
import * as vscode from "vscode";
import { debugType } from "../names.ts";
import { activePolicy, policyInSight } from "../policies.ts";
import { scenariosOf } from "../scenarios.ts";
import type { Server } from "../server.ts";
import { settings } from "../settings.ts";

/** What is debugged: a scenario (the first without a name), a packet, or a capture taken at a vNIC. */
export type Target =
  | { readonly scenario?: string }
  | { readonly packet: string }
  | { readonly capture: string; readonly at: string; readonly flow?: string };

export function launchConfiguration(program: string, name: string, target: Target): vscode.DebugConfiguration {
  return { type: debugType, request: "launch", name, program, ...target };
}

/** A file as a launch configuration names it: by its path, or by its URI where there is no disk. */
export const nameOf = (uri: vscode.Uri): string => (uri.scheme === "file" ? uri.fsPath : uri.toString());
export const isOnDisk = (name: string): boolean => !SCHEME.test(name) || name.startsWith("file:");
// A drive letter is no scheme.
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;

export function registerDebugConfigurations(context: vscode.ExtensionContext, server: Server): void {
  context.subscriptions.push(
    vscode.debug.registerDebugConfigurationProvider(debugType, {
      resolveDebugConfiguration: resolve,
      resolveDebugConfigurationWithSubstitutedVariables: locate,
    }),
    vscode.debug.registerDebugConfigurationProvider(
      debugType,
      { provideDebugConfigurations: () => onePerScenario(server) },
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
  const policy = policyInSight();
  const configuration =
    isEmpty && policy ? launchConfiguration(nameOf(policy.uri), vscode.l10n.t("Debug the first scenario"), {}) : asked;
  if (!configuration.program) {
    vscode.window.showErrorMessage(vscode.l10n.t("Open an IOChain policy, or name one as “program” in launch.json."));
    return undefined;
  }
  // The chain view takes the panel while debugging; the console stays a click away.
  return { internalConsoleOptions: "neverOpen", ...configuration };
}

/** A launch.json names files by paths: they are meant in the folder's own file system, which need not be a disk. */
function locate(
  folder: vscode.WorkspaceFolder | undefined,
  configuration: vscode.DebugConfiguration,
): vscode.DebugConfiguration {
  const located = (name: unknown): unknown => {
    if (typeof name !== "string" || !folder || SCHEME.test(name)) return name;
    if (!/^(?:[\\/]|[A-Za-z]:[\\/])/.test(name)) return nameOf(vscode.Uri.joinPath(folder.uri, name));
    return folder.uri.scheme === "file" ? name : folder.uri.with({ path: name.replaceAll("\\", "/") }).toString();
  };
  const { program, capture } = configuration;
  const { imports, limits } = settings();
  return {
    ...configuration,
    // Ours to say: a launch.json is the workspace's, and would allow itself more.
    folders: (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => nameOf(uri)),
    outsideFolders: imports.outsideWorkspace,
    limits,
    program: located(program),
    ...(capture === undefined ? {} : { capture: located(capture) }),
  };
}

async function onePerScenario(server: Server): Promise<vscode.DebugConfiguration[]> {
  const policy = activePolicy();
  if (!policy) return [];
  const scenarios = await scenariosOf(server, policy.uri);
  return scenarios.map(({ name }) => launchConfiguration(nameOf(policy.uri), name, { scenario: name }));
}
