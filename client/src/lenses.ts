/** What the server puts above statements, as VS Code has it. */
import * as vscode from "vscode";
import { LastingCommands } from "./lastingCommands.ts";

/** A scenario is run where its tests are: the result stands in the gutter, and nobody is told it twice. */
const IN_VS_CODE: Readonly<Record<string, string>> = { "iochain.runScenario": "iochain.runScenarioTest" };

/** In the words of the window. */
const TITLES: Readonly<Record<string, () => string>> = {
  "iochain.runScenario": () => vscode.l10n.t("▷ Run"),
  "iochain.debugScenario": () => vscode.l10n.t("Debug"),
  "iochain.showTrips": () => vscode.l10n.t("Trips"),
};

/** Of the lenses of a policy. */
export function lensesOf(context: vscode.ExtensionContext): (lenses: vscode.CodeLens[]) => vscode.CodeLens[] {
  const lasting = new LastingCommands();
  context.subscriptions.push(lasting);
  const lens = (range: vscode.Range, command: vscode.Command) => new vscode.CodeLens(range, lasting.of(command));
  return (lenses) =>
    lenses.flatMap((given) => {
      const { range, command } = given;
      if (!command?.arguments) return [given];
      const title = TITLES[command.command]?.() ?? command.title;
      const own = lens(range, { ...command, title, command: IN_VS_CODE[command.command] ?? command.command });
      if (command.command !== "iochain.debugScenario") return [own];
      // Beside it the way of its packets, drawn.
      return [own, lens(range, { ...command, title: vscode.l10n.t("Way"), command: "iochain.showWay" })];
    });
}
