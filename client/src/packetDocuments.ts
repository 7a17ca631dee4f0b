/** Read-only documents of answers about classes of packets: over each example stands what can be done with it. */
import * as vscode from "vscode";
import { launchConfiguration, nameOf } from "./debugging/configurations.ts";
import { LastingCommands } from "./lastingCommands.ts";
import { linksTo, namePlaces, type Place } from "./places.ts";

/** A policy in which the examples can be stepped, and how that is called. */
export interface Steppable {
  readonly policy: vscode.Uri;
  readonly title: string;
}

const SCHEME = "iochain-answer";
/** The line of a class that has its packet. */
const EXAMPLE = /^ {4}for example (.+)$/;

interface Answer {
  readonly text: string;
  readonly steppable: readonly Steppable[];
  readonly places: readonly Place[];
}

export class PacketDocuments {
  private readonly shown = new Map<string, Answer>();
  private readonly lasting = new LastingCommands();

  constructor(context: vscode.ExtensionContext) {
    context.subscriptions.push(
      this.lasting,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
        provideTextDocumentContent: (uri) => this.shown.get(uri.toString())?.text,
      }),
      vscode.languages.registerCodeLensProvider(
        { scheme: SCHEME },
        { provideCodeLenses: (document) => this.lenses(document) },
      ),
      vscode.languages.registerDocumentLinkProvider(
        { scheme: SCHEME },
        {
          provideDocumentLinks: (document) => linksTo(this.shown.get(document.uri.toString())?.places ?? [], document),
        },
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
    const { text: named, places } = namePlaces(text);
    this.shown.set(uri.toString(), { text: `${title}\n\n${named}\n`, steppable, places });
    const document = await vscode.workspace.openTextDocument(uri);
    // A title may end as a file's name does.
    const plain = "plaintext";
    if (document.languageId !== plain) await vscode.languages.setTextDocumentLanguage(document, plain);
    await vscode.window.showTextDocument(document, { preview: true });
  }

  private lenses(document: vscode.TextDocument): vscode.CodeLens[] {
    const steppable = this.shown.get(document.uri.toString())?.steppable ?? [];
    return Array.from({ length: document.lineCount }, (_, line) => line).flatMap((line) => {
      const packet = EXAMPLE.exec(document.lineAt(line).text)?.[1];
      if (packet === undefined) return [];
      const range = new vscode.Range(line, 0, line, 0);
      return steppable.map(({ policy, title }) => {
        const command = { title, command: "iochain.debugPacketIn", arguments: [policy.toString(), packet] };
        return new vscode.CodeLens(range, this.lasting.of(command));
      });
    });
  }
}
