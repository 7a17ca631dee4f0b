import * as assert from "node:assert/strict";
import * as vscode from "vscode";

describe("beginning", () => {
  it("opens a sample as a document of one's own", async () => {
    await vscode.commands.executeCommand("iochain.openSample", "three-tier.iochain");
    const document = vscode.window.activeTextEditor?.document;
    assert.equal(document?.languageId, "iochain");
    assert.equal(document?.isUntitled, true);
    assert.match(document?.getText() ?? "", /chain standard/);
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });

  it("every command of package.json is there", async () => {
    const { contributes } = vscode.extensions.getExtension("iochain.iochain")?.packageJSON ?? {};
    const known = new Set(await vscode.commands.getCommands(true));
    const missing = contributes.commands.map(({ command }: { command: string }) => command);
    assert.deepEqual(
      missing.filter((command: string) => !known.has(command)),
      [],
    );
  });
});
