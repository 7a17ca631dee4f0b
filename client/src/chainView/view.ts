/**
 * The chain view: the sixteen slots of a vNIC, between its VM and the switch. While debugging it shows the packet's
 * place and each slot's verdict, as the adapter tells it; otherwise what the open policy configures.
 */
import * as vscode from "vscode";
import type { BaseLanguageClient } from "vscode-languageclient";
import { debugType, languageId } from "../names.ts";
import type { Chain, FromPage, ToPage } from "./chain.ts";
import { pageHtml } from "./html.ts";

const viewId = "iochain.chain";
const request = "iochain/chain";
/** Typing should not ask the server for a chain at every key. */
const quietMilliseconds = 250;

export function registerChainView(context: vscode.ExtensionContext, client: BaseLanguageClient): void {
  const view = new ChainView(context.extensionUri, client);
  const show = () => vscode.commands.executeCommand(`${viewId}.focus`, { preserveFocus: true });
  context.subscriptions.push(
    view,
    vscode.window.registerWebviewViewProvider(viewId, view),
    vscode.commands.registerCommand("iochain.showChainView", show),
    vscode.window.onDidChangeActiveTextEditor(() => view.refresh()),
    vscode.workspace.onDidChangeTextDocument(({ document }) => {
      if (document.languageId === languageId) view.refreshSoon();
    }),
    vscode.debug.onDidStartDebugSession((session) => {
      if (session.type === debugType) void show();
    }),
    vscode.debug.onDidTerminateDebugSession(() => view.refresh()),
    vscode.debug.onDidChangeActiveDebugSession(() => view.refresh()),
    vscode.debug.registerDebugAdapterTrackerFactory(debugType, {
      createDebugAdapterTracker: () => ({
        onDidSendMessage: (message: { type: string; event?: string }) => {
          if (message.type === "event" && (message.event === "stopped" || message.event === "invalidated"))
            void view.refresh();
        },
      }),
    }),
  );
}

class ChainView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private shown: Chain | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts the questions asked, so that a late answer to an old one is not shown. */
  private asked = 0;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly client: BaseLanguageClient,
  ) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const root = vscode.Uri.joinPath(this.extensionUri, "dist", "chain-view");
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    view.webview.onDidReceiveMessage((message: FromPage) => {
      if (message.type === "ready") void this.refresh();
      else void this.reveal(message.slot);
    });
    view.onDidChangeVisibility(() => this.refresh());
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.webview.html = pageHtml(view.webview, root);
  }

  refreshSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.refresh(), quietMilliseconds);
  }

  async refresh(): Promise<void> {
    if (!this.view?.visible) return;
    const question = ++this.asked;
    const answer = await this.ask().catch(
      (error): ToPage => ({ type: "nothing", why: String(error.message ?? error) }),
    );
    if (question !== this.asked) return;
    this.shown = answer.type === "chain" ? answer.chain : undefined;
    await this.view?.webview.postMessage(answer);
  }

  private async ask(): Promise<ToPage> {
    const session = vscode.debug.activeDebugSession;
    if (session?.type === debugType) {
      return { type: "chain", live: true, chain: await session.customRequest(request) };
    }
    const document = vscode.window.activeTextEditor?.document;
    if (document?.languageId !== languageId) {
      return {
        type: "nothing",
        why: "Open an IOChain policy to see its chain, and press F5 to send a packet through it.",
      };
    }
    const chain = await this.client.sendRequest<Chain | null>(request, { uri: document.uri.toString() });
    return chain
      ? { type: "chain", live: false, chain }
      : { type: "nothing", why: "This policy has no chain yet: type “chain” for a template." };
  }

  /** Opens the statement that decided at a slot. */
  private async reveal(slot: number): Promise<void> {
    const by = this.shown?.slots[slot]?.by;
    if (by?.file === undefined || by.line === undefined) return;
    const uri = by.file.includes("://") ? vscode.Uri.parse(by.file) : vscode.Uri.file(by.file);
    const start = new vscode.Position(by.line - 1, 0);
    await vscode.window.showTextDocument(uri, { selection: new vscode.Range(start, start), preserveFocus: true });
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}
