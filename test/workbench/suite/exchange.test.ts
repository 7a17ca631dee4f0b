import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { openPolicy } from "./policy.ts";

describe("other people's formats", () => {
  it("shows a policy as the JSON that NSX takes, in a document of its own", async () => {
    const policy = await openPolicy("three-tier.iochain");
    const uri = vscode.Uri.from({
      scheme: "iochain-export",
      path: "/three-tier.json",
      query: JSON.stringify({ uri: policy.uri.toString(), format: "nsx-policy" }),
    });
    const document = await vscode.workspace.openTextDocument(uri);
    const infra = JSON.parse(document.getText()) as { resource_type: string };
    assert.equal(infra.resource_type, "Infra");
  });

  it("has its commands", async () => {
    const commands = await vscode.commands.getCommands();
    for (const command of ["iochain.import", "iochain.export"]) assert.ok(commands.includes(command), command);
  });
});
