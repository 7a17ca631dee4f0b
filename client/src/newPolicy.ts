/** A policy to begin with: from a template, from a sample, or from what one has already. */
import * as vscode from "vscode";
import { languageId } from "./names.ts";

const EMPTY = `policy "New policy"
platform nsx-v 6.3

segment lan { vni 5001  subnet 10.0.1.0/24  gateway 10.0.1.1 }

vm vm-01 { tags app  vnic eth0 { mac 00:50:56:aa:01:11  ip 10.0.1.11  segment lan } }

group app = tag app

dfw firewall {
  section "Application" tcp-strict {
    rule 1001 "Users to app" allow from any to app service https
  }
  default drop log
}

chain standard applied-to any {
  slot 2 dfw firewall
}

scenario "A user calls" {
  send tcp 203.0.113.7:51000 -> vm-01:443 syn  expect delivered by rule 1001
  send tcp 203.0.113.7:51001 -> vm-01:22 syn   expect dropped at slot 2 by default
}
`;

export function registerNewPolicy(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("iochain.newPolicy", newPolicy),
    vscode.commands.registerCommand("iochain.openSample", openSample),
  );

  async function newPolicy(): Promise<void> {
    const choices: (vscode.QuickPickItem & { readonly make: () => Thenable<unknown> })[] = [
      {
        label: vscode.l10n.t("Small"),
        detail: vscode.l10n.t("One machine, one firewall, one scenario: to write on from."),
        make: () => open(EMPTY),
      },
      {
        label: vscode.l10n.t("Three tiers"),
        detail: vscode.l10n.t("A shop with web, application and database, SpoofGuard, scenarios and asserts."),
        make: () => openSampleFile("three-tier.iochain"),
      },
      {
        label: vscode.l10n.t("From a host's dumps or an NSX export…"),
        detail: vscode.l10n.t("summarize-dvfilter, vsipioctl, the NSX Policy API, NSX-v, firewall logs."),
        make: () => vscode.commands.executeCommand("iochain.import"),
      },
    ];
    const chosen = await vscode.window.showQuickPick(choices, { title: vscode.l10n.t("New Policy") });
    await chosen?.make();
  }

  async function openSample(name?: string): Promise<void> {
    const files = (await vscode.workspace.fs.readDirectory(samples())).map(([file]) => file).sort();
    const policies = files.filter((file) => file.endsWith(".iochain"));
    const chosen = name ?? (await vscode.window.showQuickPick(policies, { title: vscode.l10n.t("Open a Sample") }));
    if (chosen !== undefined && policies.includes(chosen)) await openSampleFile(chosen);
  }

  const samples = () => vscode.Uri.joinPath(context.extensionUri, "samples");

  /** As a new document: the sample itself stays as it is. */
  async function openSampleFile(name: string): Promise<void> {
    await open(new TextDecoder().decode(await vscode.workspace.fs.readFile(vscode.Uri.joinPath(samples(), name))));
  }
}

async function open(content: string): Promise<void> {
  await vscode.window.showTextDocument(await vscode.workspace.openTextDocument({ language: languageId, content }));
}
