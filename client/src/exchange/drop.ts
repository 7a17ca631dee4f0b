/** A capture that is dropped onto a policy becomes a `replay` step. */
import * as vscode from "vscode";
import type { Server } from "../server.ts";
import { type Declaration, replaySteps } from "./replaySteps.ts";

export async function dropCapture(
  server: Server,
  document: vscode.TextDocument,
  position: vscode.Position,
  data: vscode.DataTransfer,
): Promise<vscode.DocumentDropEdit | undefined> {
  const list = (await data.get("text/uri-list")?.asString()) ?? "";
  const captures = list.split(/\r?\n/).filter((line) => /\.(?:pcap|pcapng|cap)(?:\.gz)?$/i.test(line));
  if (captures.length === 0) return undefined;
  const folder = vscode.Uri.joinPath(document.uri, "..").path;
  const paths = captures.map((line) => {
    const uri = vscode.Uri.parse(line);
    if (uri.path.startsWith(`${folder}/`)) return uri.path.slice(folder.length + 1);
    return uri.scheme === "file" ? uri.fsPath : uri.toString();
  });
  const uri = document.uri.toString();
  const vnics = await server.sendRequest<{ vnics: { vnic: string }[] }>("iochain/vnics", { uri }).then(
    (answer) => answer.vnics.map(({ vnic }) => vnic),
    () => [],
  );
  const lines = document.getText().split(/\r?\n/);
  const { place, snippet } = replaySteps(paths, vnics, lines, await declarationsOf(document), position);
  const edit = new vscode.DocumentDropEdit("", vscode.l10n.t("Replay this capture"));
  const at = new vscode.Range(place.line, place.character, place.line, place.character);
  edit.additionalEdit = new vscode.WorkspaceEdit();
  edit.additionalEdit.set(document.uri, [new vscode.SnippetTextEdit(at, new vscode.SnippetString(snippet))]);
  return edit;
}

async function declarationsOf({ uri }: vscode.TextDocument): Promise<Declaration[]> {
  const outline = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
    "vscode.executeDocumentSymbolProvider",
    uri,
  );
  return (outline ?? []).map(({ kind, range }) => ({
    isScenario: kind === vscode.SymbolKind.Event,
    first: range.start.line,
    last: range.end.line,
  }));
}
