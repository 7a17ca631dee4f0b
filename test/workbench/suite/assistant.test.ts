/** What assistants are given to ask, through VS Code: its answers, and what it says to a question that is none. */
import * as assert from "node:assert/strict";
import * as vscode from "vscode";

async function ask(tool: string, input: object): Promise<string> {
  const { content } = await vscode.lm.invokeTool(`iochain_${tool}`, { input, toolInvocationToken: undefined });
  return content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("");
}
const policy = "three-tier.iochain";

describe("assistants", () => {
  it("trace a packet, with the place of the rule", async () => {
    const packet = "tcp 203.0.113.7:51000 -> web-01:443 syn";
    assert.match(
      await ask("trace_packet", { policy, packet }),
      /delivered[\s\S]*by rule 1001 .*\(three-tier\.iochain:42\)/,
    );
  });
  it("are told what a rule means", async () => {
    assert.match(await ask("explain_rule", { policy, rule: 1002 }), /Web to app[\s\S]*10\.0\.2\.11/);
  });
  it("have a policy checked as it stands in the editor", async () => {
    const document = await vscode.workspace.openTextDocument({ language: "iochain", content: "group a = nobody\n" });
    await vscode.window.showTextDocument(document);
    const { fileName } = document;
    assert.match(await ask("check_policy", { policy: fileName }), new RegExp(`^${fileName}:1:11: error: .*nobody`));
    await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
  });
  it("are proved that there is no such packet", async () => {
    const question = { policy, fate: "delivered", from: "internet", to: "db" };
    assert.match(await ask("find_packet", question), /^There is no such packet/);
  });

  const wrong: readonly [tool: string, input: object, answer: RegExp][] = [
    ["trace_packet", { policy, packet: "nonsense" }, /^Error: expected a packet/],
    ["explain_rule", { policy, rule: 9 }, /^Error: there is no rule 9/],
    ["find_packet", { policy, fate: "lost" }, /^Error: fate is one of delivered/],
    [
      "check_policy",
      { policy: "/etc/passwd" },
      /^Error: the workspace has no policy \/etc\/passwd\. It has .*three-tier/,
    ],
    ["check_policy", {}, /^Error: policy is missing\. It has .*three-tier/],
  ];
  for (const [tool, input, answer] of wrong)
    it(`${tool} says what is wrong with ${JSON.stringify(input)}`, async () => {
      assert.match(await ask(tool, input), answer);
    });
});
