/** Compare with HEAD, and with a file: the packets that fare differently, as a document whose packets can be debugged. */
import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { activePolicy, launchConfiguration, nameOf } from "./debugging/configurations.ts";

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
interface Compared {
  readonly title: string;
  readonly text: string;
  readonly old: vscode.Uri;
  readonly new: vscode.Uri;
}

const SCHEME = "iochain-diff";
/** The line of a class that has its packet. */
const EXAMPLE = /^ {4}for example (.+)$/;
/** Policies of a repository whose committed texts are fetched: what a policy imports may have changed, too. */
const MOST_FILES = 200;

export function registerComparison(context: vscode.ExtensionContext, client: BaseLanguageClient): void {
  const shown = new Map<string, Compared>();
  context.subscriptions.push(
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
      provideTextDocumentContent: (uri) => shown.get(uri.toString())?.text,
    }),
    vscode.languages.registerCodeLensProvider(
      { scheme: SCHEME },
      { provideCodeLenses: (document) => lenses(document, shown.get(document.uri.toString())) },
    ),
    vscode.commands.registerCommand("iochain.compareWithHead", () => withPolicy((policy) => withHead(policy.uri))),
    vscode.commands.registerCommand("iochain.compareWithFile", () => withPolicy((policy) => withFile(policy.uri))),
    vscode.commands.registerCommand("iochain.debugPacketIn", (policy: string, packet: string) => {
      const uri = vscode.Uri.parse(policy);
      const folder = vscode.workspace.getWorkspaceFolder(uri);
      return vscode.debug.startDebugging(folder, launchConfiguration(nameOf(uri), packet, { packet }));
    }),
  );

  async function withHead(policy: vscode.Uri): Promise<void> {
    const git = await gitApi();
    const repository = git?.getRepository(policy);
    if (!git || !repository) {
      vscode.window.showWarningMessage("This policy is in no Git repository.");
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
      vscode.window.showWarningMessage("This policy is not in the last commit yet.");
      return;
    }
    const side = { uri: policy.toString(), files };
    await show("HEAD", git.toGitUri(policy, "HEAD"), side, policy);
  }

  async function withFile(policy: vscode.Uri): Promise<void> {
    const [file] =
      (await vscode.window.showOpenDialog({
        title: "Compare with which policy, as the old one?",
        openLabel: "Compare",
        filters: { "IOChain policies": ["iochain"] },
        defaultUri: vscode.Uri.joinPath(policy, ".."),
      })) ?? [];
    if (file) await show(file.path.split("/").at(-1) ?? "", file, { uri: file.toString() }, policy);
  }

  async function show(name: string, old: vscode.Uri, side: Side, policy: vscode.Uri): Promise<void> {
    const title = `${policy.path.split("/").at(-1)} against ${name}`;
    const params = { old: side, new: { uri: policy.toString() } };
    const answer = await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Window, title: `Comparing ${title}` },
      (_, token) => client.sendRequest<{ text: string; note?: string }>("iochain/diff", params, token),
    );
    // Each comparison is a document of its own: what it says was so when it was asked.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${title}`, query: String(shown.size) });
    const text = [title, "", answer.text, ...(answer.note === undefined ? [] : ["", answer.note]), ""].join("\n");
    shown.set(uri.toString(), { title, text, old, new: policy });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }
}

async function withPolicy(run: (policy: vscode.TextDocument) => Promise<unknown>): Promise<void> {
  const policy = activePolicy();
  if (policy) await run(policy);
  else vscode.window.showWarningMessage("Open an IOChain policy first.");
}

async function gitApi(): Promise<Git | undefined> {
  const extension = vscode.extensions.getExtension<{ getAPI(version: 1): Git }>("vscode.git");
  return (await extension?.activate())?.getAPI(1);
}

/** Over each packet: step through it in the old policy, and in the new. */
function lenses(document: vscode.TextDocument, compared: Compared | undefined): vscode.CodeLens[] {
  if (!compared) return [];
  return Array.from({ length: document.lineCount }, (_, line) => line).flatMap((line) => {
    const packet = EXAMPLE.exec(document.lineAt(line).text)?.[1];
    if (packet === undefined) return [];
    const range = new vscode.Range(line, 0, line, 0);
    const lens = (title: string, policy: vscode.Uri) =>
      new vscode.CodeLens(range, { title, command: "iochain.debugPacketIn", arguments: [policy.toString(), packet] });
    return [lens("Debug in the old policy", compared.old), lens("Debug in the new policy", compared.new)];
  });
}
