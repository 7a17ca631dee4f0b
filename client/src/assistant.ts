/** The engine's questions as tools of VS Code's language models: what they take is declared in package.json. */
import * as vscode from "vscode";
import { isPolicy } from "./names.ts";
import { namePlaces } from "./places.ts";
import type { Server } from "./server.ts";

interface Input {
  readonly policy?: string;
}

export function registerTools(context: vscode.ExtensionContext, server: Server): void {
  // VS Code forks without language models have no such part of the interface.
  if (vscode.lm?.registerTool === undefined) return;
  const declared: readonly { readonly name: string }[] = context.extension.packageJSON.contributes.languageModelTools;
  for (const { name } of declared)
    context.subscriptions.push(
      vscode.lm.registerTool<Input>(name, {
        prepareInvocation: ({ input }) => ({
          invocationMessage: vscode.l10n.t("Asking the IOChain engine about {0}", String(input.policy ?? "")),
        }),
        invoke: async ({ input }, token) => {
          const answer = await ask(name.replace(/^iochain_/, ""), input, token);
          return new vscode.LanguageModelToolResult([new vscode.LanguageModelTextPart(answer)]);
        },
      }),
    );

  async function ask(name: string, input: Input, token: vscode.CancellationToken): Promise<string> {
    const uri = await policyUri(String(input.policy ?? ""));
    if (uri === undefined) return noPolicy(input.policy);
    // The server knows what is open; closing it again is VS Code's business.
    await vscode.workspace.openTextDocument(uri);
    const parameters = { uri: String(uri), name, input };
    const answer = await server.sendRequest<{ text?: string; error?: string }>("iochain/tool", parameters, token);
    return named(answer.text ?? `Error: ${answer.error}`);
  }
}

/** Policies that are named to somebody who has named none. */
const MOST_NAMED = 20;

async function noPolicy(name: string | undefined): Promise<string> {
  const open = vscode.workspace.textDocuments.filter(isPolicy).map(({ uri }) => uri);
  const found = [...open, ...(await vscode.workspace.findFiles("**/*.iochain", undefined, MOST_NAMED))];
  const names = [...new Set(found.map((uri) => vscode.workspace.asRelativePath(uri)))].slice(0, MOST_NAMED);
  const there = names.length > 0 ? `It has ${names.join(", ")}.` : "It has none.";
  return `Error: ${name === undefined ? "policy is missing" : `the workspace has no policy ${name}`}. ${there}`;
}

/** With the policies' names as this tool takes them. */
const named = (text: string): string =>
  namePlaces(text).text.replace(/^[a-z][\w+.-]*:\S+?(?=:\d+:\d+: )/gm, (file) =>
    vscode.workspace.asRelativePath(vscode.Uri.parse(file)),
  );

/** A model may name any path: only what is open, or in a folder of the workspace, is read. */
async function policyUri(name: string): Promise<vscode.Uri | undefined> {
  const open = vscode.workspace.textDocuments.find(
    ({ uri }) => String(uri) === name || uri.fsPath === name || vscode.workspace.asRelativePath(uri) === name,
  );
  if (open) return open.uri;
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    const root = folder.uri.path.endsWith("/") ? folder.uri.path : `${folder.uri.path}/`;
    const relative = name.startsWith(root) ? name.slice(root.length) : name;
    const uri = vscode.Uri.joinPath(folder.uri, relative);
    if (!uri.path.startsWith(root) || !uri.path.endsWith(".iochain")) continue;
    const isThere = await vscode.workspace.fs.stat(uri).then(
      () => true,
      () => false,
    );
    if (isThere) return uri;
  }
  return undefined;
}
