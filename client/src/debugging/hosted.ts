/** The debug adapter inside the language server: for policies that lie where only VS Code itself can read. */
import * as vscode from "vscode";
import type { Server } from "../server.ts";

/** Registers what hosted sessions ask for, once; answers with what starts one. */
export function hostedAdapters(context: vscode.ExtensionContext, server: Server): () => vscode.DebugAdapterDescriptor {
  const sessions = new Map<number, HostedAdapter>();
  void server.client.then((client) => {
    client.onRequest("iochain/readBytes", ({ uri }: { uri: string }) => readBytes(toUri(uri)));
    client.onNotification("iochain/debug", ({ session, message }: Hosted) => sessions.get(session)?.deliver(message));
  });
  context.subscriptions.push(
    vscode.workspace.onDidSaveTextDocument(({ uri }) => {
      for (const adapter of sessions.values()) adapter.say({ saved: nameOf(uri) });
    }),
  );
  let last = 0;
  return () => {
    const id = ++last;
    const say = (what: object) => void server.sendNotification("iochain/debug", { session: id, ...what });
    const adapter = new HostedAdapter(say, () => sessions.delete(id));
    sessions.set(id, adapter);
    return new vscode.DebugAdapterInlineImplementation(adapter);
  };
}

interface Hosted {
  readonly session: number;
  readonly message: vscode.DebugProtocolMessage;
}

class HostedAdapter implements vscode.DebugAdapter {
  private readonly messages = new vscode.EventEmitter<vscode.DebugProtocolMessage>();
  readonly onDidSendMessage = this.messages.event;

  constructor(
    readonly say: (what: object) => void,
    private readonly ended: () => void,
  ) {}

  deliver(message: vscode.DebugProtocolMessage): void {
    this.messages.fire(message);
  }
  handleMessage(message: vscode.DebugProtocolMessage): void {
    this.say({ message });
  }
  dispose(): void {
    this.say({ closed: true });
    this.ended();
    this.messages.dispose();
  }
}

/** The adapter names files as it was told to: by their URIs, or by paths where there is a disk. */
const toUri = (name: string): vscode.Uri =>
  /^[\w+.-]{2,}:/.test(name) ? vscode.Uri.parse(name) : vscode.Uri.file(name);
const nameOf = (uri: vscode.Uri): string => (uri.scheme === "file" ? uri.fsPath : String(uri));

/** In base 64; null where there is no such file. What is in no file system (an untitled policy) is in its editor. */
async function readBytes(uri: vscode.Uri): Promise<string | null> {
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(uri);
  } catch {
    const open = vscode.workspace.textDocuments.find((document) => String(document.uri) === String(uri));
    if (open === undefined) return null;
    bytes = new TextEncoder().encode(open.getText());
  }
  // In pieces: a call takes only so many arguments.
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}
