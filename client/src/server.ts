/**
 * The language server, as the rest of the extension asks it. The client that speaks its protocol is most of the
 * extension's code: it is loaded and started once the extension is active, and until then what is asked waits.
 */
import * as vscode from "vscode";
import type { BaseLanguageClient, ProgressType, WorkDoneProgressReport } from "vscode-languageclient";

export type Report = WorkDoneProgressReport;
/** It is by their token that reports are told apart: the type is for the compiler. */
const reports = {} as ProgressType<Report>;

export class Server implements vscode.Disposable {
  /** The client as soon as it is loaded; it may not be running yet. */
  readonly client: Promise<BaseLanguageClient>;
  readonly log = vscode.window.createOutputChannel("IOChain Language Server", { log: true });

  constructor(load: (log: vscode.LogOutputChannel) => Promise<BaseLanguageClient>) {
    this.client = new Promise((resolve) => setTimeout(() => resolve(load(this.log))));
    void this.start();
  }

  async sendRequest<Answer>(method: string, params: object, token?: vscode.CancellationToken): Promise<Answer> {
    return (await this.client).sendRequest<Answer>(method, params, token);
  }

  async sendNotification(method: string, params: object): Promise<void> {
    await (await this.client).sendNotification(method, params);
  }

  async onProgress(token: string, listen: (report: Report) => void): Promise<vscode.Disposable> {
    return (await this.client).onProgress(reports, token, listen);
  }

  async restart(): Promise<void> {
    const client = await this.client;
    if (client.needsStop()) await client.stop().catch((error: unknown) => this.log.error(String(error)));
    await this.start();
  }

  /** That it does not start is told to the person. */
  private async start(): Promise<void> {
    try {
      await (await this.client).start();
    } catch (error) {
      this.log.error(String(error));
      const showLog = vscode.l10n.t("Show Log");
      const message = vscode.l10n.t("The IOChain language server did not start.");
      if ((await vscode.window.showErrorMessage(message, showLog)) === showLog) this.log.show();
    }
  }

  async dispose(): Promise<void> {
    await (await this.client).dispose();
    this.log.dispose();
  }
}
