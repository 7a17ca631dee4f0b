import * as assert from "node:assert/strict";
import * as vscode from "vscode";
import { eventually, openPolicy, policyUri } from "./policy.ts";

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

  describe("imported", () => {
    beforeEach(() => vscode.commands.executeCommand("workbench.action.closeAllEditors"));

    /** Answers the question for the format with the first one, a host's summarize-dvfilter. */
    async function importAs(uri: vscode.Uri): Promise<void> {
      const done = vscode.commands.executeCommand("iochain.import", uri);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
      // A refusal waits for the person: what matters is what can be seen by then.
      await Promise.race([done, new Promise((resolve) => setTimeout(resolve, 1500))]);
      await vscode.commands.executeCommand("notifications.clearAll");
    }
    async function written(name: string, content: string | Uint8Array): Promise<vscode.Uri> {
      const uri = policyUri(name);
      const octets = typeof content === "string" ? new TextEncoder().encode(content) : content;
      await vscode.workspace.fs.writeFile(uri, octets);
      return uri;
    }
    const untitled = () => vscode.workspace.textDocuments.find(({ isUntitled }) => isUntitled);
    const dump = [
      "world 1000002 vmm0:web-01 vcUuid:'50 1c 2e 5b 11 22 33 44-55 66 77 88 99 aa bb 01'",
      " port 50331650 web-01.eth0",
      "  vNic slot 2",
      "   name: nic-1000002-eth0-vmware-sfw.2",
      "   agentName: vmware-sfw",
      "   state: IOChain Attached",
      "   vmState: Detached",
      "   failurePolicy: failClosed",
      "",
    ].join("\n");

    it("a host's dump is a policy, untitled, in the front", async () => {
      await importAs(await written("dvfilter.txt", dump));
      const policy = await eventually("the imported policy", untitled);
      assert.equal(policy.languageId, "iochain");
      assert.match(policy.getText(), /web-01/);
    });

    for (const [what, name, content] of [
      ["an empty file", "empty.txt", ""],
      ["a text of something else", "letter.txt", "Dear Sir or Madam,\n"],
      ["an archive", "bundle.tgz", new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0])],
    ] as const)
      it(`${what} is refused, and no policy appears`, async () => {
        await importAs(await written(name, content));
        assert.equal(untitled(), undefined);
      });

    it("a refusal stands where it was found", async () => {
      const uri = await written("letter.txt", "Dear Sir or Madam,\n");
      await importAs(uri);
      const [refusal] = vscode.languages.getDiagnostics(uri);
      assert.equal(refusal?.source, "iochain import");
      assert.equal(refusal.severity, vscode.DiagnosticSeverity.Error);
    });

    it("a file that is not there is no crash", async () => {
      await importAs(policyUri("nowhere.txt"));
      assert.equal(untitled(), undefined);
    });

    it("a picker that is left imports nothing", async () => {
      const done = vscode.commands.executeCommand("iochain.import");
      await new Promise((resolve) => setTimeout(resolve, 300));
      await vscode.commands.executeCommand("workbench.action.closeQuickOpen");
      await done;
      assert.equal(untitled(), undefined);
    });
  });

  it("has its commands", async () => {
    const commands = await vscode.commands.getCommands();
    for (const command of ["iochain.import", "iochain.export"]) assert.ok(commands.includes(command), command);
  });
});
