import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { eventually, openPolicy } from "./policy.ts";

const id = "iochain.iochain";

describe("activation", () => {
  it("gives an .iochain file its language", async () => {
    const document = await openPolicy("three-tier.iochain");
    assert.equal(document.languageId, "iochain");
  });

  it("wakes the extension when a policy opens", async () => {
    const extension = vscode.extensions.getExtension(id);
    assert.ok(extension, "the extension is not installed");
    await eventually("the extension to be active", () => extension.isActive || undefined);
  });

  it("registers every command that package.json names", async () => {
    const contributed: { command: string }[] = vscode.extensions.getExtension(id)?.packageJSON.contributes.commands;
    const registered = new Set(await vscode.commands.getCommands(true));
    assert.deepEqual(
      contributed.map(({ command }) => command).filter((command) => !registered.has(command)),
      [],
    );
  });

  it("indents a policy by two spaces", async () => {
    await openPolicy("three-tier.iochain");
    assert.equal(vscode.window.activeTextEditor?.options.tabSize, 2);
    assert.equal(vscode.window.activeTextEditor?.options.insertSpaces, true);
  });
});
