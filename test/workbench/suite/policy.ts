/** The workspace's policies, and waiting for VS Code to catch up. */
import * as vscode from "vscode";

export function policyUri(name: string): vscode.Uri {
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (!folder) throw new Error("no folder is open");
  return vscode.Uri.joinPath(folder.uri, name);
}

export async function openPolicy(name: string): Promise<vscode.TextDocument> {
  const document = await vscode.workspace.openTextDocument(policyUri(name));
  await vscode.window.showTextDocument(document);
  return document;
}

/** Asks until the answer is there; complains, with `what`, after ten seconds if no other time is promised. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Thenable<T | undefined>,
  within = 10_000,
): Promise<T> {
  for (const end = Date.now() + within; Date.now() < end; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited in vain for ${what}`);
}

/** Where a text first stands in a document. */
export function placeOf(document: vscode.TextDocument, text: string): vscode.Position {
  const offset = document.getText().indexOf(text);
  if (offset < 0) throw new Error(`the policy has no “${text}”`);
  return document.positionAt(offset);
}
