/** Imports and exports over the wire, as a client that is not VS Code would ask for them. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CancellationTokenSource } from "vscode-languageserver-protocol/node";
import { type Client, startClient } from "./client.ts";

const uri = "file:///policies/shop.iochain";
const text = `vm a { vnic eth0 { ip 10.0.0.1 } }
dfw fw {
  section S {
    rule 7 allow from 10.0.0.0/8 to a service tcp/443
  }
  default drop
}
chain c { slot 2 dfw fw }
`;
const rules = `ruleset mine {
rule 7 at 1 inout protocol tcp from ip 10.0.0.0/8 to any port 443 accept;
}
`;

describe("other people's formats", () => {
  let client: Client;
  beforeAll(async () => {
    client = await startClient();
    await client.open(uri, text);
  });
  afterAll(() => client.stop());

  test("an import answers the policy and what is to be said of it", async () => {
    const answer = await client.request<{ text: string; notes: unknown[] }>("iochain/import", {
      format: "getrules",
      inputs: [{ name: "host.txt", text: rules }],
    });
    expect(answer.text).toContain("rule 7 allow from 10.0.0.0/8 service tcp/443");
    expect(answer.notes).toEqual([
      { kind: "understood", file: "host.txt", line: 1, message: "rule set mine, 1 line of rules, to line 3" },
    ]);
  });

  test("an input that is something else is refused at a place", async () => {
    const inputs = [{ name: "x.json", text: '{ "a": ' }];
    expect(await client.request("iochain/import", { format: "nsx-policy", inputs })).toMatchObject({
      refused: { file: "x.json", line: 1, column: 7 },
    });
  });

  test("a long import is told of, lets others have their turn, and can be cancelled", async () => {
    const many = Array.from(
      { length: 20_000 },
      (_, i) => `rule ${i} at ${i} inout protocol tcp from any to ip 10.0.0.1 accept;`,
    );
    const inputs = [{ name: "host.txt", text: `ruleset mine {\n${many.join("\n")}\n}\n` }];
    const told: string[] = [];
    const cancel = new CancellationTokenSource();
    client.connection.onNotification("$/progress", ({ value }: { value: { kind: string; title?: string } }) => {
      told.push(value.title ?? value.kind);
    });
    const importing = client.connection.sendRequest(
      "iochain/import",
      { format: "getrules", inputs, workDoneToken: "import" },
      cancel.token,
    );
    // Another request is answered before the import is, and with it the way is free for the cancellation.
    await client.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 4 } });
    cancel.cancel();
    await expect(importing).rejects.toMatchObject({ message: "cancelled" });
    expect(told).toEqual(["Importing", "end"]);
  });

  test("an export answers the text and what it cannot hold", async () => {
    const answer = await client.request<{ text: string; notes: { message: string }[] }>("iochain/export", {
      uri,
      format: "nsx-policy",
    });
    expect(JSON.parse(answer.text).resource_type).toBe("Infra");
    expect(answer.notes.map(({ message }) => message)).toContain(
      "a.eth0 is on no segment: only ports of segments can be written",
    );
  });

  test("an export is a document, too; a policy that is gone is told in it", async () => {
    const address = (query: object) => `iochain-export:/shop.json?${encodeURIComponent(JSON.stringify(query))}`;
    const shown = (query: object) =>
      client.request<{ text: string }>("workspace/textDocumentContent", { uri: address(query) });
    expect(JSON.parse((await shown({ uri, format: "nsx-policy" })).text).resource_type).toBe("Infra");
    expect((await shown({ uri: "file:///gone.iochain", format: "nsx-policy" })).text).toMatch(/no policy/);
    await expect(shown({ uri, format: "pdf" })).rejects.toThrow(/no document/);
  });

  test.each([
    ["iochain/import", { format: "pdf", inputs: [] }],
    ["iochain/import", { format: "getrules", inputs: [] }],
    ["iochain/import", { format: "getrules", inputs: [{ name: 1 }] }],
    ["iochain/export", { format: "nsx-policy", uri: "file:///nowhere.iochain" }],
    ["iochain/export", { format: "nsx", uri }],
  ])("%s with wrong parameters is a protocol error", async (method, params) => {
    await expect(client.request(method, params)).rejects.toThrow(/format is|inputs is|no policy/);
  });

  test("a policy with a syntax error is not exported", async () => {
    await client.open("file:///policies/broken.iochain", "dfw fw { rule }\n");
    await expect(
      client.request("iochain/export", { uri: "file:///policies/broken.iochain", format: "getrules" }),
    ).rejects.toThrow(/syntax error .*:1:\d+: /);
  });
});
