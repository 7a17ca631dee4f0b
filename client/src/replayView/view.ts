/** The replay view: the flows of a capture and what became of them, over time and in a table. */
import * as vscode from "vscode";
import { pageHtml } from "../pages/html.ts";
import { openStatement } from "../statements.ts";
import { readMessage } from "./fromPage.ts";
import { type Flow, type FromPage, pictureOf, type Replayed, type ToPage } from "./replay.ts";
import { texts } from "./texts.ts";

export const viewId = "iochain.replay";

/** What the view shows, and what can be done with its flows. */
export interface Shown {
  /** `web.pcapng at web-01.eth0` */
  readonly title: string;
  readonly replayed: Replayed;
  readonly again: () => unknown;
  /** Shows what the capture has exercised in the policy. */
  readonly coverage: () => unknown;
  readonly debug: (flow: Flow) => unknown;
  readonly scenario: (flow: Flow) => unknown;
}

export class ReplayView implements vscode.WebviewViewProvider {
  private view: vscode.WebviewView | undefined;
  private shown: Shown | undefined;
  private files: ReadonlySet<string> = new Set();
  /** Whether the policy has been edited since. */
  private isEdited = false;

  constructor(private readonly extensionUri: vscode.Uri) {}

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    const root = vscode.Uri.joinPath(this.extensionUri, "dist", "replay-view");
    view.webview.options = { enableScripts: true, localResourceRoots: [root] };
    view.webview.onDidReceiveMessage((said: unknown) => {
      const message = readMessage(said);
      return message && this.receive(message);
    });
    view.onDidDispose(() => {
      this.view = undefined;
    });
    view.webview.html = pageHtml(view.webview, root, "replay");
  }

  async show(shown: Shown): Promise<void> {
    this.shown = shown;
    this.files = new Set(shown.replayed.files.map((file) => vscode.Uri.parse(file).toString()));
    this.isEdited = false;
    await vscode.commands.executeCommand("setContext", "iochain.hasReplay", true);
    await this.draw();
    await vscode.commands.executeCommand(`${viewId}.focus`);
  }

  /** Told when it is the policy that was replayed, or a file that it imports. */
  async policyEdited(uri: vscode.Uri): Promise<void> {
    if (this.isEdited || !this.files.has(uri.toString())) return;
    this.isEdited = true;
    await this.tell({ type: "edited" });
  }

  private async draw(): Promise<void> {
    if (this.shown === undefined) return;
    const { title, replayed } = this.shown;
    await this.tell({ type: "picture", picture: pictureOf(title, replayed) });
    if (this.isEdited) await this.tell({ type: "edited" });
  }

  private async tell(message: ToPage): Promise<void> {
    await this.view?.webview.postMessage(message);
  }

  private async receive(message: FromPage): Promise<void> {
    if (message.type === "ready") {
      await this.tell({ type: "texts", texts: texts() });
      return this.draw();
    }
    if (message.type === "again" || message.type === "coverage") return void (await this.shown?.[message.type]());
    const flow = this.shown?.replayed.flows[message.flow];
    if (flow === undefined) return;
    if (message.type === "open") await openStatement(flow.by);
    else await this.shown?.[message.type](flow);
  }
}
