/** “Export As…”: the policy in another format as a read-only document that the server writes, and what is lost in it. */
import * as vscode from "vscode";
import type { Server } from "../server.ts";
import { messageOf, type Note } from "./note.ts";

const SCHEME = "iochain-export";

const formats = () => [
  {
    format: "nsx-policy",
    label: vscode.l10n.t("NSX: Policy API JSON"),
    detail: vscode.l10n.t("For PATCH /policy/api/v1/infra"),
    language: "json",
    extension: "json",
  },
  {
    format: "terraform",
    label: vscode.l10n.t("Terraform"),
    detail: vscode.l10n.t("For the provider vmware/nsxt"),
    language: "terraform",
    extension: "tf",
  },
  {
    format: "nsxv-xml",
    label: vscode.l10n.t("NSX for vSphere: REST bodies"),
    detail: vscode.l10n.t("Firewall configuration and what it names"),
    language: "xml",
    extension: "xml",
  },
  {
    format: "getrules",
    label: vscode.l10n.t("Host: as its commands print it"),
    detail: vscode.l10n.t("summarize-dvfilter, vsipioctl"),
    language: "plaintext",
    extension: "txt",
  },
];

export async function exportPolicy(server: Server, policy: vscode.Uri): Promise<void> {
  const title = vscode.l10n.t("Export this policy as");
  const chosen = await vscode.window.showQuickPick(formats(), { title, matchOnDetail: true });
  if (chosen === undefined) return;
  const { format, label, language, extension } = chosen;
  const name = (policy.path.split("/").at(-1) ?? "").replace(/\.iochain$/, "");
  const asked = { uri: policy.toString(), format };
  const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}.${extension}`, query: JSON.stringify(asked) });
  try {
    const { notes } = await server.sendRequest<{ text: string; notes: readonly Note[] }>("iochain/export", asked);
    const document = await vscode.workspace.openTextDocument(uri);
    const languages = await vscode.languages.getLanguages();
    if (languages.includes(language)) await vscode.languages.setTextDocumentLanguage(document, language);
    await vscode.window.showTextDocument(document, { preview: true });
    if (notes.length > 0) await showNotes(policy, label, notes);
  } catch (error) {
    void vscode.window.showErrorMessage(vscode.l10n.t("This policy cannot be exported: {0}", messageOf(error)));
  }
}

/** What the format cannot hold, as a list to go to. */
async function showNotes(policy: vscode.Uri, format: string, notes: readonly Note[]): Promise<void> {
  const show = vscode.l10n.t("Show What Is Lost");
  const told =
    notes.length === 1
      ? vscode.l10n.t("One thing of this policy has no words in “{0}”.", format)
      : vscode.l10n.t("{0} things of this policy have no words in “{1}”.", notes.length, format);
  if ((await vscode.window.showWarningMessage(told, show)) !== show) return;
  const chosen = await vscode.window.showQuickPick(
    notes.map((note) => ({ label: note.message, description: vscode.l10n.t("line {0}", note.line), note })),
    { title: told },
  );
  if (chosen === undefined) return;
  const at = new vscode.Position(chosen.note.line - 1, 0);
  const file = chosen.note.file.includes(":") ? vscode.Uri.parse(chosen.note.file) : policy;
  await vscode.window.showTextDocument(file, { selection: new vscode.Range(at, at) });
}
