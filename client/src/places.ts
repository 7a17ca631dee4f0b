/** Places in policies as the server writes them, `(URI:line)`, named as the workspace names its files. */
import * as vscode from "vscode";

const PLACE = /\(([a-z][a-z0-9+.-]*:[^\s()]+):(\d+)\)/g;

/** What stands for a place in a text. */
export interface Place {
  readonly name: string;
  readonly target: vscode.Uri;
}

/** The text with names for places, which it has one after the other. */
export function namePlaces(text: string): { readonly text: string; readonly places: readonly Place[] } {
  const places: Place[] = [];
  const named = text.replace(PLACE, (_place, file: string, line: string) => {
    const document = vscode.Uri.parse(file);
    const name = `${vscode.workspace.asRelativePath(document)}:${line}`;
    places.push({ name, target: document.with({ fragment: `L${line}` }) });
    return `(${name})`;
  });
  return { text: named, places };
}

/** Links from the names, in a document that has such a text. */
export function linksTo(places: readonly Place[], document: vscode.TextDocument): vscode.DocumentLink[] {
  const text = document.getText();
  let from = 0;
  return places.map(({ name, target }) => {
    const start = text.indexOf(`(${name})`, from) + 1;
    from = start + name.length;
    return new vscode.DocumentLink(new vscode.Range(document.positionAt(start), document.positionAt(from)), target);
  });
}
