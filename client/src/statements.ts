/** Statements of policies, as the server and the debugger tell where they are. */
import * as vscode from "vscode";

/** Opens one in the editor; nothing happens where it is not told where it is. */
export async function openStatement(
  by: { readonly file?: string; readonly line?: number } | undefined,
  options: vscode.TextDocumentShowOptions = {},
): Promise<void> {
  if (by?.file === undefined || by.line === undefined) return;
  // A drive letter is no scheme.
  const uri = /^[\w-]{2,}:/.test(by.file) ? vscode.Uri.parse(by.file) : vscode.Uri.file(by.file);
  const start = new vscode.Position(by.line - 1, 0);
  await vscode.window.showTextDocument(uri, { ...options, selection: new vscode.Range(start, start) });
}
