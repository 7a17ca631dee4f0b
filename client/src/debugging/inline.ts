/** The debug adapter inside the extension host: for policies that lie where only VS Code itself can read. */
import * as vscode from "vscode";
import { createSession } from "../../../server/src/dap/session.ts";

export function inlineAdapter(): vscode.DebugAdapterDescriptor {
  return new vscode.DebugAdapterInlineImplementation(new InlineAdapter());
}

class InlineAdapter implements vscode.DebugAdapter {
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.messages.event;
  /** How often each file has been saved during the session. */
  private readonly saved = new Map<string, number>();
  private readonly saving = vscode.workspace.onDidSaveTextDocument(({ uri }) => {
    this.saved.set(String(uri), (this.saved.get(String(uri)) ?? 0) + 1);
  });
  private readonly session = createSession(
    {
      readFile: (path) => readFile(toUri(path)),
      stamp: (path) => this.saved.get(String(toUri(path))) ?? 0,
      ended: () => {},
    },
    (message) => this.messages.fire(message as vscode.DebugProtocolMessage),
  );

  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.session.handle(message);
  }
  dispose(): void {
    this.session.close();
    this.saving.dispose();
    this.messages.dispose();
  }
}

/** The adapter names files as it was told to: by their URIs, or by paths where there is a disk. */
const toUri = (name: string): vscode.Uri =>
  /^[\w+.-]{2,}:/.test(name) ? vscode.Uri.parse(name) : vscode.Uri.file(name);

/** What is in no file system (an untitled policy) is read from its editor. */
async function readFile(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  try {
    return await vscode.workspace.fs.readFile(uri);
  } catch {
    const open = vscode.workspace.textDocuments.find((document) => String(document.uri) === String(uri));
    return open && new TextEncoder().encode(open.getText());
  }
}
