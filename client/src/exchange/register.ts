/** Other people's formats: “Import…”, “Export As…”, and a capture that is dropped onto a policy. */
import * as vscode from "vscode";
import { languageId } from "../names.ts";
import { withPolicy } from "../policies.ts";
import type { Server } from "../server.ts";
import { dropCapture } from "./drop.ts";
import { exportPolicy } from "./export.ts";
import { importFiles } from "./import.ts";

export function registerExchange(context: vscode.ExtensionContext, server: Server): void {
  const found = vscode.languages.createDiagnosticCollection("iochain import");
  const imports = (...uris: unknown[]) => importFiles(server, found, urisOf(uris));
  context.subscriptions.push(
    found,
    vscode.commands.registerCommand("iochain.import", imports),
    // The same in a file's menu, where no category stands before the name.
    vscode.commands.registerCommand("iochain.importFiles", imports),
    vscode.commands.registerCommand("iochain.export", () => withPolicy((policy) => exportPolicy(server, policy.uri))),
    vscode.languages.registerDocumentDropEditProvider(
      { language: languageId },
      {
        provideDocumentDropEdits: (document, position, data) => dropCapture(server, document, position, data),
      },
      { dropMimeTypes: ["text/uri-list"], providedDropEditKinds: [vscode.DocumentDropOrPasteEditKind.Text] },
    ),
  );
}

/** From the explorer: the file that was clicked, and all that are chosen. */
function urisOf([clicked, chosen]: unknown[]): vscode.Uri[] {
  if (Array.isArray(chosen) && chosen.length > 0) return chosen.filter((uri) => uri instanceof vscode.Uri);
  return clicked instanceof vscode.Uri ? [clicked] : [];
}
