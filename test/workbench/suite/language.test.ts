import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { eventually, openPolicy, placeOf } from "./policy.ts";

describe("the language server, through VS Code", () => {
  let document: vscode.TextDocument;

  before(async () => {
    document = await openPolicy("three-tier.iochain");
  });

  it("has nothing to say against the sample", async () => {
    // Its findings arrive by themselves; a symbol's answer says that the server has seen the file.
    await symbols();
    assert.deepEqual(errors(), []);
  });

  it("tells whose slot it is", async () => {
    const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
      "vscode.executeHoverProvider",
      document.uri,
      placeOf(document, "slot 2"),
    );
    const text = hovers.flatMap(({ contents }) =>
      contents.map((part) => (typeof part === "string" ? part : part.value)),
    );
    assert.match(text.join("\n"), /Distributed Firewall/);
  });

  it("goes from a chain's slot to the block", async () => {
    const places = await vscode.commands.executeCommand<(vscode.Location | vscode.LocationLink)[]>(
      "vscode.executeDefinitionProvider",
      document.uri,
      placeOf(document, "dfw   east-west").translate(0, "dfw   ".length),
    );
    const [place] = places;
    assert.ok(place, "no definition");
    const range = "targetRange" in place ? (place.targetSelectionRange ?? place.targetRange) : place.range;
    assert.equal(range.start.line, placeOf(document, "dfw east-west {").line);
  });

  it("outlines the policy", async () => {
    const names = (await symbols()).map(({ name }) => name);
    for (const name of ["web-01", "east-west", "standard", "A customer buys"]) {
      assert.ok(
        names.some((shown) => shown.includes(name)),
        `${name} is missing from ${names}`,
      );
    }
  });

  it("completes block names at a slot", async () => {
    const list = await vscode.commands.executeCommand<vscode.CompletionList>(
      "vscode.executeCompletionItemProvider",
      document.uri,
      placeOf(document, "dfw   east-west").translate(0, "dfw   ".length),
    );
    const labels = list.items.map(({ label }) => (typeof label === "string" ? label : label.label));
    assert.ok(labels.includes("east-west"), String(labels));
  });

  it("finds a mistake while it is typed, and forgets it when it is mended", async () => {
    await replace("blocked from internet to db", "blocked from nobody-knows to db");
    const [error] = await eventually("an error", () => (errors().length > 0 ? errors() : undefined));
    assert.equal(error, "unknown-name");
    await replace("nobody-knows", "internet");
    await eventually("no error", () => (errors().length === 0 ? true : undefined));
  });

  it("formats on request, back to what the sample was", async () => {
    const before = document.getText();
    await replace("slot 0 acl   edge", "slot   0 acl edge");
    await vscode.commands.executeCommand("editor.action.formatDocument");
    assert.equal(document.getText(), before);
  });

  it("starts anew on request", async () => {
    await vscode.commands.executeCommand("iochain.restartServer");
    assert.ok((await symbols()).length > 0);
  });

  async function replace(text: string, by: string): Promise<void> {
    const start = placeOf(document, text);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(start, start.translate(0, text.length)), by);
    assert.ok(await vscode.workspace.applyEdit(edit));
  }

  function symbols(): Thenable<vscode.DocumentSymbol[]> {
    return eventually("the outline", () =>
      vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        "vscode.executeDocumentSymbolProvider",
        document.uri,
      ),
    );
  }

  /** The codes of the errors in the document. */
  function errors(): string[] {
    return vscode.languages
      .getDiagnostics(document.uri)
      .filter(({ severity }) => severity === vscode.DiagnosticSeverity.Error)
      .map(({ code }) => String(typeof code === "object" ? code.value : code));
  }
});
