/** A capture that is dropped onto a policy becomes a `replay` step. */
import * as vscode from "vscode";
import type { Server } from "../server.ts";
import { replaySteps } from "./replaySteps.ts";

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
  const before = document.getText(new vscode.Range(new vscode.Position(0, 0), position));
  const uri = document.uri.toString();
  const vnics = await server.sendRequest<{ vnics: { vnic: string }[] }>("iochain/vnics", { uri }).then(
    (answer) => answer.vnics.map(({ vnic }) => vnic),
    () => [],
  );
  const snippet = new vscode.SnippetString(replaySteps(paths, vnics, before));
  return new vscode.DocumentDropEdit(snippet, vscode.l10n.t("Replay this capture"));
}
