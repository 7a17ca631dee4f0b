/** Which policy is meant. */
import * as vscode from "vscode";
import { isPolicy } from "./names.ts";

/** A workspace may hold more policies than anybody looks at. */
const MOST_FILES = 500;

/** The policy in the active editor. */
export function activePolicy(): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  return document && isPolicy(document) ? document : undefined;
}

/** The active policy, else the only one in sight. */
export function policyInSight(): vscode.TextDocument | undefined {
  const visible = vscode.window.visibleTextEditors.filter(({ document }) => isPolicy(document));
  return activePolicy() ?? (visible.length === 1 ? visible[0]?.document : undefined);
}

/** Runs with the active policy, or says that there is none. */
export async function withPolicy(run: (policy: vscode.TextDocument) => Promise<unknown>): Promise<void> {
  const policy = activePolicy();
  if (policy) await run(policy);
  else vscode.window.showWarningMessage(vscode.l10n.t("Open an IOChain policy first."));
}

/** The active policy, else the only one in sight, else one that is chosen of those in the workspace. */
export async function choosePolicy(title: string): Promise<vscode.Uri | undefined> {
  const inSight = policyInSight();
  if (inSight) return inSight.uri;
  const open = vscode.workspace.textDocuments.filter(isPolicy).map(({ uri }) => uri);
  const found = [...open, ...(await vscode.workspace.findFiles("**/*.iochain", undefined, MOST_FILES))];
  const byName = new Map(found.map((uri) => [uri.toString(), uri]));
  if (byName.size === 0) {
    const sample = vscode.l10n.t("Open a Sample");
    const message = vscode.l10n.t("There is no IOChain policy here yet.");
    if ((await vscode.window.showInformationMessage(message, sample)) === sample)
      await vscode.commands.executeCommand("iochain.openSample");
    return undefined;
  }
  const items = [...byName.values()].map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
  return (await vscode.window.showQuickPick(items, { title }))?.uri;
}

/** Where a dialog for files begins: beside the policy; one that has no file yet lies nowhere. */
export const beside = (policy: vscode.Uri): { defaultUri?: vscode.Uri } =>
  policy.scheme === "untitled" ? {} : { defaultUri: vscode.Uri.joinPath(policy, "..") };
