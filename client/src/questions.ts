/** What is asked of a person about a policy, in the same words wherever it is asked. */
import * as vscode from "vscode";
import { scenariosOf } from "./scenarios.ts";
import type { Server } from "./server.ts";

/** A packet; the box begins with the last one. Undefined when there is none. */
export async function askPacket(memory: vscode.Memento, title: string): Promise<string | undefined> {
  const key = "packet";
  const answer = await vscode.window.showInputBox({
    title,
    prompt: vscode.l10n.t("The packet, as a scenario's send step writes it."),
    placeHolder: "tcp 203.0.113.7:51000 -> web-01:443 syn",
    value: memory.get<string>(key, ""),
  });
  const packet = answer?.trim();
  if (packet) await memory.update(key, packet);
  return packet || undefined;
}

/** The policy's scenario, or one of several; undefined, and said so, where it has none. */
export async function chooseScenario(server: Server, policy: vscode.Uri, title: string): Promise<string | undefined> {
  const names = (await scenariosOf(server, policy)).map(({ name }) => name);
  if (names.length === 0) {
    const message = vscode.l10n.t("This policy has no scenario yet: type “scenario” for a template.");
    void vscode.window.showInformationMessage(message);
    return undefined;
  }
  return names.length === 1 ? names[0] : vscode.window.showQuickPick(names, { title });
}
