/** Commands that start a debug session from the palette, the editor's run menu, or a code lens. */
import * as vscode from "vscode";
import { withPolicy } from "../policies.ts";
import { chooseCapture, chooseVnic, titleOf } from "../replayView/questions.ts";
import { type ScenarioArgument, scenariosOf } from "../scenarios.ts";
import type { Server } from "../server.ts";
import { launchConfiguration, nameOf, type Target } from "./configurations.ts";

export function registerDebugCommands(context: vscode.ExtensionContext, server: Server): void {
  context.subscriptions.push(
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

async function debugScenario(server: Server, policy: vscode.TextDocument): Promise<void> {
  const scenarios = await scenariosOf(server, policy.uri);
  if (scenarios.length === 0) {
    vscode.window.showWarningMessage(vscode.l10n.t("This policy has no scenario yet: type “scenario” for a template."));
    return;
  }
  const names = scenarios.map((scenario) => scenario.name);
  const chosen =
    names.length === 1
      ? names[0]
      : await vscode.window.showQuickPick(names, { title: vscode.l10n.t("Debug which scenario?") });
  if (chosen !== undefined) await start(policy.uri, chosen, { scenario: chosen });
}

async function debugPacket(memory: vscode.Memento, policy: vscode.TextDocument): Promise<void> {
  const packet = await ask(memory, "packet", {
    title: vscode.l10n.t("Debug Packet"),
    prompt: vscode.l10n.t("The packet, as a scenario's send step writes it."),
    placeHolder: "tcp 203.0.113.7:51000 -> web-01:443 syn",
  });
  if (packet) await start(policy.uri, packet, { packet });
}

async function replayCapture(server: Server, policy: vscode.TextDocument): Promise<void> {
  const title = vscode.l10n.t("Replay Capture in Debugger");
  const capture = await chooseCapture(policy.uri, title);
  const at = capture && (await chooseVnic(server, policy.uri, title));
  if (capture && at) await start(policy.uri, titleOf(capture, { at }), { capture: nameOf(capture), at });
}

/** An input box that starts with the last answer to the same question. */
async function ask(memory: vscode.Memento, key: string, options: vscode.InputBoxOptions): Promise<string | undefined> {
  const answer = (await vscode.window.showInputBox({ ...options, value: memory.get<string>(key, "") }))?.trim();
  if (answer) await memory.update(key, answer);
  return answer;
}

function start(policy: vscode.Uri, name: string, target: Target): Thenable<boolean> {
  const folder = vscode.workspace.getWorkspaceFolder(policy);
  return vscode.debug.startDebugging(folder, launchConfiguration(nameOf(policy), name, target));
}
