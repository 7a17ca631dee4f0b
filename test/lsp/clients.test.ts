/** Clients that can less than VS Code's, and those that can more: each gets what it can take. */
import { afterEach, expect, test, vi } from "vitest";
import type { CodeAction, Command, Hover, SignatureHelp, WorkspaceEdit } from "vscode-languageserver-protocol";
import { type Client, EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/a.iochain";
const lib = "file:///policies/lib.iochain";
const TEXT = `import "lib.iochain"
/// Everyone *inside* | see [the list](https://example.net/list), \`10.x\`.
group inside = 10.0.0.0/8
acl edge {
  rule 1 "Öl 😀" drop from web to inside service telnet
  rule 2 drop from web to inside service telnet
}
chain c { slot 3 acl edge }
`;
const textDocument = { uri };
const files = new Map([[lib, "group web = 10.1.0.1/16\n"]]);

let client: Client;
afterEach(() => client.stop());
async function start(capabilities: object): Promise<void> {
  client = await startClient(files, capabilities);
  await client.open(uri, TEXT);
}
const at = <T>(method: string, line: number, character: number, more: object = {}) =>
  client.request<T>(`textDocument/${method}`, { textDocument, position: { line, character }, ...more });
const actionsAt = (line: number, character: number) => {
  const place = { line, character };
  return client.request<(CodeAction | Command)[]>("textDocument/codeAction", {
    textDocument,
    range: { start: place, end: place },
    context: { diagnostics: [] },
  });
};

test("plain text where no Markdown is shown", async () => {
  const plaintext = ["plaintext"];
  await start({
    textDocument: {
      hover: { contentFormat: plaintext },
      completion: { completionItem: { documentationFormat: plaintext } },
      signatureHelp: { signatureInformation: { documentationFormat: plaintext } },
    },
  });
  const hover = async (line: number, character: number) => {
    const { contents } = (await at<Hover>("hover", line, character)) as { contents: { kind: string; value: string } };
    expect(contents.kind).toBe("plaintext");
    return contents.value;
  };
  expect(await hover(4, 8)).toMatchInlineSnapshot(`
    "Rule 1 · Öl 😀

    drop: The packet ends here; nobody is told.

    From       65,536 addresses: 10.1.0.0/16
    To         16,777,216 addresses: 10.0.0.0/8
    Service    tcp/23 Telnet
    Direction  both
    Exists at  every vNIC of the chains that run the block
    Place      1 of 2 rules in acl edge"
  `);
  expect(await hover(2, 8)).toMatchInlineSnapshot(`
    "group inside

    16,777,216 addresses: 10.0.0.0/8.

    Everyone inside | see the list (https://example.net/list), 10.x."
  `);
  expect(await hover(7, 16)).toMatchInlineSnapshot(`
    "Slot 3 · reserved

    Nothing may be placed here on this platform. A packet passes on, and every trace shows the slot.

    Owner     reserved by VMware for future use
    Platform  nsx-v 6.3 · NSX for vSphere 6.3 and 6.4
    Takes     nothing
    Order     4th of 16 leaving the VM (out: slots 0 → 15), 13th of 16 entering it (in: slots 15 → 0)
    Here      chain c: its line has an error and is left out, the packet passes on

    History. VMware's pages list slots 0–2 and 4–12 and say of slot 3 only reserved for future use. People who asked VMware's own engineers what happens here were told that there is no better answer (thevirtualunknown.co.uk, 2017). No shipped module is known to have used it. So a packet simply goes on.

    Directions. out is from the VM: egress in most firewall talk, Tx of the vNIC, out in vsipioctl getrules. vSphere's own traffic filtering on a distributed port calls the same packets ingress: they enter the switch.

    in is to the VM: ingress in most firewall talk, Rx of the vNIC, in in vsipioctl getrules. vSphere's own traffic filtering on a distributed port calls the same packets egress: they leave the switch."
  `);
  const { items } = await at<{ items: { documentation: { kind: string; value: string } }[] }>("completion", 3, 0);
  expect(items.map(({ documentation }) => documentation.kind)).not.toContain("markdown");
  const help = await at<SignatureHelp>("signatureHelp", 4, 25);
  expect(JSON.stringify(help)).not.toContain('"markdown"');
  // The places of parameters in the label are for clients that know them.
  expect(help.signatures[0]?.parameters?.[0]?.label).toBeTypeOf("string");
});

test("commands where actions are unknown, and what one does is asked of the client", async () => {
  await start({ workspace: { applyEdit: true } });
  const commands = (await actionsAt(7, 16)) as Command[];
  expect(commands.map(({ title }) => title)).toContain("Remove this slot line");
  expect(commands.map(({ command }) => typeof command)).not.toContain("object");
  const asked: { label: string; edit: WorkspaceEdit }[] = [];
  client.connection.onRequest("workspace/applyEdit", (params) => {
    asked.push(params);
    return { applied: true };
  });
  const [first] = commands;
  expect(await client.request("workspace/executeCommand", first)).toEqual({ applied: true });
  expect(asked.map(({ label }) => label)).toEqual([first?.title]);
  expect(Object.keys(asked[0]?.edit.changes ?? {})).toEqual([uri]);
});

test("no commands either where the client makes no edits for a server", async () => {
  await start({});
  expect(await actionsAt(7, 16)).toEqual([]);
});

test("edits that do several things say which where the client shows it", async () => {
  const workspaceEdit = { documentChanges: true, changeAnnotationSupport: {} };
  await start({ ...EDITOR, workspace: { ...EDITOR.workspace, workspaceEdit } });
  const sorts = ({ changeAnnotations, documentChanges }: WorkspaceEdit) => {
    const edits = (documentChanges ?? []).flatMap((change) => ("edits" in change ? change.edits : []));
    const used = edits.map((edit) =>
      "annotationId" in edit ? changeAnnotations?.[edit.annotationId ?? ""]?.label : "none",
    );
    return used.join(", ");
  };
  const renamed = await at<WorkspaceEdit>("rename", 4, 28, { newName: "web servers" });
  expect(sorts(renamed)).toBe("in a rule, in a rule, declaration");
  // That a rule changes nothing may be found out a little later.
  await vi.waitFor(async () => {
    const [all] = await client.request<CodeAction[]>("textDocument/codeAction", {
      textDocument,
      range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: [], only: ["source.fixAll"] },
    });
    expect(sorts(all?.edit ?? {})).toBe("A reserved slot is used, The rule changes nothing");
  }, 5000);
});

test("edits name the version they are for where the client knows versions", async () => {
  await start({ ...EDITOR, workspace: { ...EDITOR.workspace, workspaceEdit: { documentChanges: true } } });
  const { documentChanges } = await at<WorkspaceEdit>("rename", 4, 28, { newName: "web servers" });
  expect(documentChanges).toMatchObject([
    { textDocument: { uri, version: expect.any(Number) }, edits: [{ newText: '"web servers"' }, {}] },
    { textDocument: { uri: lib, version: null }, edits: [{ newText: '"web servers"' }] },
  ]);
  const actions = (await actionsAt(7, 16)) as CodeAction[];
  expect(actions.filter(({ edit }) => edit?.changes !== undefined)).toEqual([]);
  expect(actions[0]?.edit?.documentChanges).toHaveLength(1);
});

test("UTF-32 positions where the client counts code points", async () => {
  await start({ ...EDITOR, general: { positionEncodings: ["utf-32"] } });
  expect(client.initialized.capabilities.positionEncoding).toBe("utf-32");
  const line = TEXT.split("\n")[4] as string;
  const character = [...line.slice(0, line.indexOf("inside"))].length;
  const [, here] = await at<{ range: object }[]>("documentHighlight", 4, character + 1);
  expect(here?.range).toEqual({ start: { line: 4, character }, end: { line: 4, character: character + 6 } });
});

test("notifications that are none are left out, and the text stays as it was", async () => {
  await start(EDITOR);
  for (const params of [
    {},
    { textDocument: { uri, version: 50 } },
    { textDocument: { uri, version: 51 }, contentChanges: null },
    { textDocument: { uri, version: 52 }, contentChanges: [{}] },
    { textDocument: { uri, version: 53 }, contentChanges: [{ range: {}, text: "" }] },
    { textDocument: { uri, version: 54 }, contentChanges: [] },
  ])
    await client.notify("textDocument/didChange", params);
  await client.notify("textDocument/didOpen", {});
  await client.notify("textDocument/didClose", {});
  await client.notify("workspace/didChangeWatchedFiles", {});
  expect(await at("hover", 4, 8)).not.toBeNull();
  expect(client.log.filter((line) => !line.startsWith("ignored "))).toEqual([]);
  // Null is how some clients write that there is no range.
  await client.notify("textDocument/didChange", {
    textDocument: { uri, version: 55 },
    contentChanges: [{ range: null, text: "group only = any\n" }],
  });
  const symbols = await client.request<{ name: string }[]>("textDocument/documentSymbol", { textDocument });
  expect(symbols.map(({ name }) => name)).toEqual(["only"]);
});
