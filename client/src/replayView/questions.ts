/** Which capture, and where it was taken. */
import * as vscode from "vscode";
import { beside } from "../policies.ts";
import type { Server } from "../server.ts";

/** Without `at` each frame is placed by its MACs. */
export interface Vantage {
  readonly at?: string;
}

export async function chooseCapture(policy: vscode.Uri, title: string): Promise<vscode.Uri | undefined> {
  const [capture] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: vscode.l10n.t("Replay"),
      filters: { [vscode.l10n.t("Captures")]: ["pcap", "pcapng", "cap", "gz"] },
      ...beside(policy),
    })) ?? [];
  return capture;
}

interface Inventory {
  readonly vnics: readonly { readonly vnic: string; readonly mac?: string; readonly ips: readonly string[] }[];
}

/** One of the policy's vNICs. */
export async function chooseVnic(server: Server, policy: vscode.Uri, title: string): Promise<string | undefined> {
  const placeHolder = vscode.l10n.t("The vNIC at which the capture was taken.");
  const items = await vnicsOf(server, policy);
  if (items.length === 0) {
    void vscode.window.showWarningMessage(vscode.l10n.t("This policy has no vNIC: declare a vm with one first."));
    return undefined;
  }
  return (await vscode.window.showQuickPick(items, { title, placeHolder, matchOnDescription: true }))?.label;
}

/** One of the policy's vNICs, or all of them. */
export async function askVantage(server: Server, policy: vscode.Uri, title: string): Promise<Vantage | undefined> {
  const vnics = await vnicsOf(server, policy);
  const byMac = {
    label: vscode.l10n.t("$(server) Wherever its MACs say"),
    description: vscode.l10n.t("a capture of a whole segment: each frame at the vNICs that have its addresses"),
  };
  const placeHolder = vscode.l10n.t("Where was the capture taken?");
  const chosen = await vscode.window.showQuickPick([byMac, ...vnics], { title, placeHolder, matchOnDescription: true });
  if (chosen === undefined) return undefined;
  return chosen === byMac ? {} : { at: chosen.label };
}

/** By their names, with their addresses. */
export async function vnicsOf(server: Server, policy: vscode.Uri): Promise<vscode.QuickPickItem[]> {
  const { vnics } = await server.sendRequest<Inventory>("iochain/vnics", { uri: policy.toString() });
  return vnics.map(({ vnic, mac, ips }) => ({ label: vnic, description: [mac, ...ips].filter(Boolean).join("  ") }));
}

export function titleOf(capture: vscode.Uri, { at }: Vantage): string {
  const name = capture.path.split("/").at(-1) ?? "";
  return at === undefined ? name : vscode.l10n.t("{0} at {1}", name, at);
}
