/** Commands that start a debug session from the palette, the editor's run menu, or a code lens. */
import * as vscode from "vscode";
import { withPolicy } from "../policies.ts";
import { askPacket, chooseScenario } from "../questions.ts";
import { chooseCapture, chooseVnic, titleOf } from "../replayView/questions.ts";
import type { ScenarioArgument } from "../scenarios.ts";
import type { Server } from "../server.ts";
import { launchConfiguration, nameOf, type Target } from "./configurations.ts";

export function registerDebugCommands(context: vscode.ExtensionContext, server: Server): void {
  context.subscriptions.push(
    // F5 in a window that is still opening: VS Code knows no debugger yet, and would only show where they are.
    vscode.commands.registerCommand("iochain.start", () =>
      vscode.commands.executeCommand("workbench.action.debug.start"),
    ),
    vscode.commands.registerCommand("iochain.debugScenario", (argument?: ScenarioArgument) =>
      typeof argument?.scenario === "string"
        ? start(vscode.Uri.parse(argument.uri), argument.scenario, { scenario: argument.scenario })
        : withPolicy((policy) => debugScenario(server, policy)),
    ),
    vscode.commands.registerCommand("iochain.debugPacket", () =>
      withPolicy((policy) => debugPacket(context.workspaceState, policy)),
    ),
    vscode.commands.registerCommand("iochain.replayCapture", () =>
      withPolicy((policy) => replayCapture(server, policy)),
    ),
  );
}

async function debugScenario(server: Server, { uri }: vscode.TextDocument): Promise<void> {
  const scenario = await chooseScenario(server, uri, vscode.l10n.t("Debug which scenario?"));
  if (scenario !== undefined) await start(uri, scenario, { scenario });
}

async function debugPacket(memory: vscode.Memento, { uri }: vscode.TextDocument): Promise<void> {
  const packet = await askPacket(memory, vscode.l10n.t("Debug Packet"));
  if (packet !== undefined) await start(uri, packet, { packet });
}

async function replayCapture(server: Server, policy: vscode.TextDocument): Promise<void> {
  const title = vscode.l10n.t("Replay Capture in Debugger");
  const capture = await chooseCapture(policy.uri, title);
  const at = capture && (await chooseVnic(server, policy.uri, title));
  if (capture && at) await start(policy.uri, titleOf(capture, { at }), { capture: nameOf(capture), at });
}

function start(policy: vscode.Uri, name: string, target: Target): Thenable<boolean> {
  const folder = vscode.workspace.getWorkspaceFolder(policy);
  return vscode.debug.startDebugging(folder, launchConfiguration(nameOf(policy), name, target));
}
