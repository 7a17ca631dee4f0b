/** Runs in VS Code's extension host, as a test suite does, and writes down how long extensions take to be there. */
import { writeFileSync } from "node:fs";
import process from "node:process";
import * as vscode from "vscode";

export interface Activated {
  readonly subject: string;
  /** Milliseconds that it takes to load the extension's code and to call it. */
  readonly active: number;
  /** Milliseconds from the same moment until its server has answered what a document's outline is. */
  readonly ready: number;
}

const SUBJECTS = [
  ["IOChain", "iochain.iochain", "a.iochain"],
  ["VS Code's CSS", "vscode.css-language-features", "a.css"],
] as const;

/** Until the window itself has started: what is measured is not to wait for it. */
const SETTLED_MILLISECONDS = 5000;

export async function run(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, SETTLED_MILLISECONDS));
  const tell = (result: readonly Activated[] | { readonly error: string }): void =>
    writeFileSync(String(process.env.IOCHAIN_BENCH_RESULT), JSON.stringify(result));
  const results: Activated[] = [];
  try {
    // Each is the first as often as the other: what comes later finds a warmer machine.
    const order = process.env.IOCHAIN_BENCH_TURN === "1" ? SUBJECTS.toReversed() : SUBJECTS;
    for (const [subject, id, file] of order) results.push(await measure(subject, id, file));
    tell(results);
  } catch (error) {
    // The host says no more of it than that it ended with 1.
    tell({ error: String(error) });
  }
}

async function measure(subject: string, id: string, file: string): Promise<Activated> {
  const extension = vscode.extensions.getExtension(id);
  if (extension === undefined || extension.isActive) throw new Error(`${id} is not there, or was active before`);
  const begun = performance.now();
  await extension.activate();
  const active = performance.now() - begun;
  const [folder] = vscode.workspace.workspaceFolders ?? [];
  if (folder === undefined) throw new Error("no folder is open");
  const { uri } = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder.uri, file));
  for (const end = Date.now() + 20_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 2))) {
    const outline = await vscode.commands.executeCommand<unknown[]>("vscode.executeDocumentSymbolProvider", uri);
    if (outline?.length > 0) return { subject, active, ready: performance.now() - begun };
  }
  throw new Error(`${id} did not answer`);
}
