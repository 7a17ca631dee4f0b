/**
 * Commands of code lenses that work for as long as the lens is on the screen. VS Code shows a lens that was out of sight
 * as it was until it has been asked for anew, but forgets the arguments of its command as soon as newer lenses are
 * there, and says “Actual command not found” (microsoft/vscode issue 226936). Without arguments there is nothing to forget.
 */
import * as vscode from "vscode";

/** As many as the lenses of a long file have, and those of the text before; beyond, the oldest are let go. */
const MOST = 8192;
let last = 0;

interface Lasting {
  readonly id: string;
  readonly registration: vscode.Disposable;
}

export class LastingCommands implements vscode.Disposable {
  /** By what they do: the one used last comes last. */
  private readonly known = new Map<string, Lasting>();

  /** A command that does the same, under a name of its own. */
  of(command: vscode.Command): vscode.Command {
    if (!command.arguments?.length) return command;
    const does = JSON.stringify([command.command, command.arguments]);
    const lasting = this.known.get(does) ?? register(command.command, command.arguments);
    this.known.delete(does);
    this.known.set(does, lasting);
    if (this.known.size > MOST) this.forgetOldest();
    return { title: command.title, ...(command.tooltip && { tooltip: command.tooltip }), command: lasting.id };
  }

  private forgetOldest(): void {
    for (const [does, { registration }] of this.known) {
      registration.dispose();
      this.known.delete(does);
      return;
    }
  }

  dispose(): void {
    for (const { registration } of this.known.values()) registration.dispose();
    this.known.clear();
  }
}

function register(name: string, args: readonly unknown[]): Lasting {
  // The underscore keeps it out of the list of shortcuts.
  const id = `_iochain.lens.${++last}`;
  const run = () => vscode.commands.executeCommand(name, ...args);
  return { id, registration: vscode.commands.registerCommand(id, run) };
}
