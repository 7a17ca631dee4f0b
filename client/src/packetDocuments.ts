/** Read-only documents of answers about classes of packets: over each example stands what can be done with it. */
import * as vscode from "vscode";
import { launchConfiguration, nameOf } from "./debugging/configurations.ts";

/** A policy in which the examples can be stepped, and how that is called. */
export interface Steppable {
  readonly policy: vscode.Uri;
  readonly title: string;
}

const SCHEME = "iochain-answer";
/** The line of a class that has its packet. */
const EXAMPLE = /^ {4}for example (.+)$/;
/** A place as the server writes it: a document's URI and a line, from 1. */
const PLACE = /\(([a-z][a-z0-9+.-]*:[^\s()]+):(\d+)\)/g;

interface Answer {
  readonly text: string;
  readonly steppable: readonly Steppable[];
  /** What stands for the places of the text, one after the other. */
  readonly places: readonly { readonly name: string; readonly target: vscode.Uri }[];
}

export class PacketDocuments {
  private readonly shown = new Map<string, Answer>();

  constructor(context: vscode.ExtensionContext) {
    context.subscriptions.push(
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        provideTextDocumentContent: (uri) => this.shown.get(uri.toString())?.text,
      }),
      vscode.languages.registerCodeLensProvider(
        { scheme: SCHEME },
        { provideCodeLenses: (document) => this.lenses(document) },
      ),
      vscode.languages.registerDocumentLinkProvider(
        { scheme: SCHEME },
        { provideDocumentLinks: (document) => this.links(document) },
      ),
      vscode.commands.registerCommand("iochain.debugPacketIn", (policy: string, packet: string) => {
        const uri = vscode.Uri.parse(policy);
        const folder = vscode.workspace.getWorkspaceFolder(uri);
        return vscode.debug.startDebugging(folder, launchConfiguration(nameOf(uri), packet, { packet }));
      }),
    );
  }

  /** Each answer is a document of its own: what it says was so when it was asked. */
  async show(title: string, text: string, steppable: readonly Steppable[]): Promise<void> {
    // A tab is called by what follows the last slash; a prefix has one, too.
    const uri = vscode.Uri.from({
      scheme: SCHEME,
      path: `/${title.replaceAll("/", "∕")}`,
      query: String(this.shown.size),
    });
    const places: { name: string; target: vscode.Uri }[] = [];
    const named = text.replace(PLACE, (_place, file: string, line: string) => {
      const document = vscode.Uri.parse(file);
      const name = `${vscode.workspace.asRelativePath(document)}:${line}`;
      places.push({ name, target: document.with({ fragment: `L${line}` }) });
      return `(${name})`;
    });
    this.shown.set(uri.toString(), { text: `${title}\n\n${named}\n`, steppable, places });
    await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
  }

  private links(document: vscode.TextDocument): vscode.DocumentLink[] {
    const text = document.getText();
    let from = 0;
    return (this.shown.get(document.uri.toString())?.places ?? []).map(({ name, target }) => {
      const start = text.indexOf(`(${name})`, from) + 1;
      from = start + name.length;
      return new vscode.DocumentLink(new vscode.Range(document.positionAt(start), document.positionAt(from)), target);
    });
  }

  private lenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const steppable = this.shown.get(document.uri.toString())?.steppable ?? [];
    return Array.from({ length: document.lineCount }, (_, line) => line).flatMap((line) => {
      const packet = EXAMPLE.exec(document.lineAt(line).text)?.[1];
      if (packet === undefined) return [];
      const range = new vscode.Range(line, 0, line, 0);
      return steppable.map(({ policy, title }) => {
        const command = { title, command: "iochain.debugPacketIn", arguments: [policy.toString(), packet] };
        return new vscode.CodeLens(range, command);
      });
    });
  }
}
