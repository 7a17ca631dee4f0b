/** Bad input over the wire: the server answers emptily or with a protocol error, and goes on. */
import { afterEach, expect, test } from "vitest";
import { type Client, EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/a.iochain";
let client: Client;
afterEach(() => client.stop());

const AT_POSITION = [
  "hover",
  "definition",
  "declaration",
  "typeDefinition",
  "implementation",
  "documentHighlight",
  "prepareRename",
  "signatureHelp",
  "prepareCallHierarchy",
];

test("positions outside the text, and unknown documents, get empty answers", async () => {
  client = await startClient();
  await client.open(uri, 'policy "x"\n');
  const empty = (answer: unknown) => answer === null || (Array.isArray(answer) && answer.length === 0);
  for (const method of AT_POSITION)
    for (const [document, position] of [
      [uri, { line: 99, character: 0 }],
      [uri, { line: 1, character: 5 }],
      ["file:///nowhere.iochain", { line: 0, character: 0 }],
      ["not a uri", { line: 0, character: 0 }],
    ] as const) {
      const answer = await client.request(`textDocument/${method}`, { textDocument: { uri: document }, position });
      expect(empty(answer), `${method} ${document} ${position.line}`).toBe(true);
    }
});

test("what is no change of a text is left out, and told once in the log", async () => {
  client = await startClient();
  await client.open(uri, 'policy "x"\n');
  for (const contentChanges of [undefined, null, "x", [undefined], [{ text: 5 }], [{ range: {}, text: "" }]])
    await client.notify("textDocument/didChange", { textDocument: { uri, version: 9 }, contentChanges });
  const position = { line: 0, character: 1 };
  expect(await client.request("textDocument/hover", { textDocument: { uri }, position })).not.toBeNull();
  expect(new Set(client.log)).toEqual(
    new Set([`ignored a change of ${uri}: contentChanges is a list of { range?, text }`]),
  );
});

test("parameters by position are taken as those by name are", async () => {
  client = await startClient();
  // A second one, which is nothing, has them sent so: VS Code's client leaves a token open.
  const { connection } = client;
  const opened = { textDocument: { uri, languageId: "iochain", version: 1, text: 'policy "x"\n' } };
  await connection.sendNotification("textDocument/didOpen", opened, undefined);
  expect(await connection.sendRequest("iochain/tests", { uri }, undefined)).toEqual({ tests: [] });
  const hover = { textDocument: { uri }, position: { line: 0, character: 1 } };
  expect(await connection.sendRequest("textDocument/hover", hover, undefined)).not.toBeNull();
});

test("what is no position is a protocol error, and the server goes on", async () => {
  client = await startClient();
  await client.open(uri, 'policy "x"\n');
  for (const position of [
    { line: -1, character: 0 },
    { line: 0.5, character: 0 },
    { line: "0", character: 0 },
    undefined,
  ])
    await expect(client.request("textDocument/hover", { textDocument: { uri }, position })).rejects.toThrow();
  await expect(client.request("textDocument/hover", {})).rejects.toThrow();
  await expect(client.request("iochain/nothing", {})).rejects.toThrow();
  const hover = await client.request<{ contents: { value: string } }>("textDocument/hover", {
    textDocument: { uri },
    position: { line: 0, character: 2 },
  });
  expect(hover.contents.value).toContain("policy");
});

test("changes out of order, and of documents that are not open, are left out", async () => {
  client = await startClient();
  await client.notify("textDocument/didOpen", {
    textDocument: { uri, languageId: "iochain", version: 5, text: "group a = any\n" },
  });
  const change = (version: number, text: string, to = uri) =>
    client.notify("textDocument/didChange", { textDocument: { uri: to, version }, contentChanges: [{ text }] });
  await change(6, "group b = any\n");
  await change(5, "group c = any\n");
  await change(6, "group d = any\n");
  await change(1, "group e = any\n", "file:///policies/closed.iochain");
  await client.notify("textDocument/didClose", { textDocument: { uri: "file:///policies/closed.iochain" } });
  const symbols = await client.request<{ name: string }[]>("textDocument/documentSymbol", { textDocument: { uri } });
  expect(symbols.map(({ name }) => name)).toEqual(["b"]);
  expect(client.log.length).toBeGreaterThan(0);
});

test("half of a surrogate pair, a byte-order mark, other line ends and one long line are text like any", async () => {
  client = await startClient();
  for (const [index, text] of [
    'policy "\ud83d"\n',
    '\ufeffpolicy "x"\r\ngroup a = any\r',
    `group a = ${"10.0.0.1, ".repeat(20_000)}10.0.0.2`,
    "}}}}{{{{",
    "",
    "\u0000\u0001",
  ].entries()) {
    const own = `file:///policies/${index}.iochain`;
    await client.open(own, text);
    await client.request("textDocument/diagnostic", { textDocument: { uri: own } });
    await client.request("textDocument/semanticTokens/full", { textDocument: { uri: own } });
    const at = { textDocument: { uri: own }, position: { line: 0, character: 9 } };
    await client.request("textDocument/hover", at);
  }
  expect(client.log).toEqual([]);
});

test("UTF-8 positions where the client offers them", async () => {
  client = await startClient(new Map(), { ...EDITOR, general: { positionEncodings: ["utf-8", "utf-16"] } });
  expect(client.initialized.capabilities.positionEncoding).toBe("utf-8");
  const text = 'group "größe😀" = any\nservice "größe😀" = tcp/1\nacl a { rule 1 drop from "größe😀" }\n';
  await client.open(uri, text);
  // Behind the name's quotes: 8 ASCII characters more than its UTF-16 units.
  const references = await client.request<{ range: { start: object; end: object } }[]>("textDocument/references", {
    textDocument: { uri },
    position: { line: 0, character: 6 },
    context: { includeDeclaration: true },
  });
  expect(references.map(({ range }) => range)).toEqual([
    { start: { line: 0, character: 6 }, end: { line: 0, character: 6 + 13 } },
    { start: { line: 2, character: 25 }, end: { line: 2, character: 25 + 13 } },
  ]);
  // An edit in bytes: the emoji goes.
  await client.notify("textDocument/didChange", {
    textDocument: { uri, version: 100 },
    contentChanges: [{ range: { start: { line: 0, character: 14 }, end: { line: 0, character: 18 } }, text: "" }],
  });
  const symbols = await client.request<{ name: string }[]>("textDocument/documentSymbol", { textDocument: { uri } });
  expect(symbols[0]?.name).toBe("größe");
});

test("findings at UTF-8 positions, of a document and of all", async () => {
  client = await startClient(new Map(), { ...EDITOR, general: { positionEncodings: ["utf-8"] } });
  await client.open(uri, 'acl ä { rule 1 drop from "größe😀" }\n');
  interface Report {
    readonly items: readonly { readonly code?: string; readonly range: object }[];
  }
  const whole = await client.request<{ readonly items: readonly Report[] }>("workspace/diagnostic", {
    previousResultIds: [],
  });
  const one = await client.request<Report>("textDocument/diagnostic", { textDocument: { uri } });
  for (const { items } of [...whole.items, one])
    expect(items.find(({ code }) => code === "unknown-name")?.range).toEqual({
      start: { line: 0, character: 26 },
      end: { line: 0, character: 26 + 13 },
    });
});

test("a client that does not pull is told", async () => {
  const { diagnostic: _, ...textDocument } = EDITOR.textDocument ?? {};
  client = await startClient(new Map(), { ...EDITOR, textDocument });
  expect(client.initialized.capabilities.diagnosticProvider).toBeUndefined();
  await client.open(uri, "group a = b\n");
  const deadline = Date.now() + 3000;
  while (!client.published.get(uri)?.diagnostics.length && Date.now() < deadline)
    await new Promise((r) => setTimeout(r, 10));
  expect(client.published.get(uri)?.diagnostics.map(({ code }) => code)).toContain("unknown-name");
  await client.notify("textDocument/didClose", { textDocument: { uri } });
  while (client.published.get(uri)?.diagnostics.length && Date.now() < deadline)
    await new Promise((r) => setTimeout(r, 10));
  expect(client.published.get(uri)?.diagnostics).toEqual([]);
});

test("an import that is edited in one file is felt in the other at once", async () => {
  client = await startClient();
  const lib = "file:///policies/lib.iochain";
  await client.open(lib, "vm v { vnic n { ip 10.0.0.1 } }\ngroup web = v\n");
  await client.open(uri, 'import "lib.iochain"\nacl a { rule 1 drop from web }\nchain c { slot 0 acl a }\n');
  const codes = async () => {
    const report = await client.request<{ items: { code: string }[] }>("textDocument/diagnostic", {
      textDocument: { uri },
    });
    return report.items.map(({ code }) => code);
  };
  expect(await codes()).not.toContain("unknown-name");
  await client.notify("textDocument/didChange", {
    textDocument: { uri: lib, version: 50 },
    contentChanges: [{ range: { start: { line: 1, character: 6 }, end: { line: 1, character: 9 } }, text: "www" }],
  });
  expect(await codes()).toContain("unknown-name");
});

test("an answer that has not changed is said so", async () => {
  client = await startClient();
  await client.open(uri, "group a = b\n");
  const ask = (previousResultId?: string) =>
    client.request<{ kind: string; resultId: string }>("textDocument/diagnostic", {
      textDocument: { uri },
      previousResultId,
    });
  const first = await ask();
  expect(first.kind).toBe("full");
  expect(await ask(first.resultId)).toEqual({ kind: "unchanged", resultId: first.resultId });
});

test("parameters that are none are told as that, whatever is asked", async () => {
  client = await startClient();
  await client.open(uri, 'policy "x"\n');
  const methods = [
    ...AT_POSITION,
    "codeAction",
    "codeLens",
    "formatting",
    "rangeFormatting",
    "onTypeFormatting",
    "inlayHint",
    "inlineValue",
    "linkedEditingRange",
    "selectionRange",
    "semanticTokens/range",
    "rename",
  ];
  for (const method of methods)
    for (const params of [{}, { textDocument: null }, { textDocument: { uri: 5 } }]) {
      const answer = client.request(`textDocument/${method}`, params);
      await expect(answer, `${method} ${JSON.stringify(params)}`).rejects.toMatchObject({ code: -32602 });
    }
  expect(client.log).toEqual([]);
});

test("a session is begun once and ended once", async () => {
  client = await startClient();
  await client.open(uri, 'policy "x"\n');
  await expect(client.request("initialize", { capabilities: {} })).rejects.toMatchObject({ code: -32600 });
  await client.request("shutdown", undefined);
  const hover = client.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 0 } });
  await expect(hover).rejects.toMatchObject({ code: -32600 });
});
