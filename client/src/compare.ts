/** Compare with HEAD, and with a file: the packets that fare differently, as a document whose packets can be debugged. */
import * as vscode from "vscode";
import type { PacketDocuments } from "./packetDocuments.ts";
import { beside, withPolicy } from "./policies.ts";
import { withProgress } from "./progress.ts";
import type { Server } from "./server.ts";

/** The part of VS Code's Git extension (`vscode.git`, API version 1) that is used. */
interface Git {
  getRepository(uri: vscode.Uri): Repository | null;
  toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
}
interface Repository {
  readonly rootUri: vscode.Uri;
  show(ref: string, path: string): Promise<string>;
}

/** One side of `iochain/diff`: a policy, and texts that stand in for some of its files. */
interface Side {
  readonly uri: string;
  readonly files?: Readonly<Record<string, string>>;
}

/** Policies of a repository whose committed texts are fetched: what a policy imports may have changed, too. */
const MOST_FILES = 200;

export function registerComparison(context: vscode.ExtensionContext, server: Server, documents: PacketDocuments): void {
  context.subscriptions.push(
    vscode.commands.registerCommand("iochain.compareWithHead", () => withPolicy((policy) => withHead(policy.uri))),
    vscode.commands.registerCommand("iochain.compareWithFile", () => withPolicy((policy) => withFile(policy.uri))),
  );

  async function withHead(policy: vscode.Uri): Promise<void> {
    const git = await gitApi();
    const repository = git?.getRepository(policy);
    if (!git || !repository) {
      vscode.window.showWarningMessage(vscode.l10n.t("This policy is in no Git repository."));
      return;
    }
    const files: Record<string, string> = {};
    const pattern = new vscode.RelativePattern(repository.rootUri, "**/*.iochain");
    for (const uri of await vscode.workspace.findFiles(pattern, undefined, MOST_FILES))
      await repository.show("HEAD", uri.fsPath).then(
        (text) => {
          files[uri.toString()] = text;
        },
        // A file that is not committed yet is compared as it is.
        () => undefined,
      );
    if (files[policy.toString()] === undefined) {
      vscode.window.showWarningMessage(vscode.l10n.t("This policy is not in the last commit yet."));
      return;
    }
    const side = { uri: policy.toString(), files };
    await show("HEAD", git.toGitUri(policy, "HEAD"), side, policy);
  }

  async function withFile(policy: vscode.Uri): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: vscode.l10n.t("Compare with which policy, as the old one?"),
        openLabel: vscode.l10n.t("Compare"),
        filters: { [vscode.l10n.t("IOChain policies")]: ["iochain"] },
        ...beside(policy),
      })) ?? [];
    if (file) await show(nameOf(file), file, { uri: file.toString() }, policy);
  }

  async function show(name: string, old: vscode.Uri, side: Side, policy: vscode.Uri): Promise<void> {
    const title = vscode.l10n.t("{0} against {1}", nameOf(policy), name);
    const params = { old: side, new: { uri: policy.toString() } };
    const answer = await withProgress(vscode.l10n.t("Comparing {0}", title), (_, token) =>
      server.sendRequest<{ text: string; note?: string }>("iochain/diff", params, token),
    );
    if (answer === undefined) return;
    const text = [answer.text, ...(answer.note === undefined ? [] : ["", answer.note])].join("\n");
    await documents.show(title, text, [
      { policy: old, title: vscode.l10n.t("Debug in the old policy") },
      { policy, title: vscode.l10n.t("Debug in the new policy") },
    ]);
  }
}

/** As the tab of a comparison calls it: with its ending, VS Code would take the comparison for a policy. */
const nameOf = ({ path }: vscode.Uri): string => (path.split("/").at(-1) ?? "").replace(/\.iochain$/, "");

async function gitApi(): Promise<Git | undefined> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): Git }>("vscode.git");
  return (await extension?.activate())?.getAPI(1);
}
