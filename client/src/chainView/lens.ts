/** Above each scenario, beside what the server puts there: the way of its packets, drawn. */
import * as vscode from "vscode";

export function withWays(lenses: vscode.CodeLens[] | null | undefined): vscode.CodeLens[] {
  return (lenses ?? []).flatMap((lens) => {
    if (lens.command?.command !== "iochain.debugScenario") return [lens];
    const command = {
      title: vscode.l10n.t("Way"),
      command: "iochain.showWay",
      arguments: lens.command.arguments ?? [],
    };
    return [lens, new vscode.CodeLens(lens.range, command)];
  });
}
