/** What becomes of a server that falls over: started again, and after five falls in three minutes only by the person. */
import * as vscode from "vscode";
import { CloseAction, ErrorAction, type ErrorHandler } from "vscode-languageclient";

const FALLS = 5;
const WITHIN_MILLISECONDS = 3 * 60 * 1000;

export class Restarting implements ErrorHandler {
  private falls: number[] = [];

  /** What cannot be sent is to a server that has just fallen over: that is told by `closed`. */
  error(): { action: ErrorAction; handled: boolean } {
    return { action: ErrorAction.Continue, handled: true };
  }

  closed(): { action: CloseAction; handled: boolean } {
    const now = Date.now();
    this.falls = [...this.falls, now].filter((at) => now - at < WITHIN_MILLISECONDS);
    if (this.falls.length < FALLS) return { action: CloseAction.Restart, handled: true };
    this.falls = [];
    void this.ask();
    return { action: CloseAction.DoNotRestart, handled: true };
  }

  private async ask(): Promise<void> {
    const restart = vscode.l10n.t("Restart");
    const message = vscode.l10n.t("The IOChain language server ended {0} times within three minutes.", FALLS);
    const chosen = await vscode.window.showErrorMessage(message, restart);
    if (chosen === restart) await vscode.commands.executeCommand("iochain.restartServer");
  }
}
