/** A long document: what is wrong in sight is told first, the rest when it is read, and nothing that arrives meanwhile is lost. */
import { expect, test } from "vitest";
import { type Diagnostic, LSPErrorCodes } from "vscode-languageserver-protocol";
import { EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/long.iochain";
const rules = Array.from({ length: 25_000 }, (_, i) => `    rule ${i} "Rule ${i}" allow from any to web service https`);
const lines = [
  "group web = 10.0.0.300",
  "dfw fw {",
  '  section "S" {',
  ...rules,
  "    rule one",
  "  }",
  "  default drop",
  "}",
];
const text = `${lines.join("\n")}\n`;
const last = lines.indexOf("    rule one");

const answer = async (client: Awaited<ReturnType<typeof startClient>>) => {
  const { items } = await client.request<{ items: Diagnostic[] }>("textDocument/diagnostic", { textDocument: { uri } });
  return items.filter(({ severity }) => severity === 1).map(({ range, code }) => `${range.start.line} ${code}`);
};

test("its first part is told first, and the client is told that there is more", async () => {
  const client = await startClient();
  await client.open(uri, text);
  expect(await answer(client)).toEqual(["0 bad-address"]);
  const before = client.refreshes();
  // Waits until all is read.
  await client.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 7 } });
  expect(await answer(client)).toEqual(["0 bad-address", `${last} syntax-error`]);
  expect(client.refreshes()).toBeGreaterThan(before);
  client.stop();
});

test("an edit comes in before it is read", async () => {
  const client = await startClient();
  await client.open(uri, text);
  const end = { line: last, character: 8 };
  await client.notify("textDocument/didChange", {
    textDocument: { uri, version: 2 },
    contentChanges: [{ range: { start: { line: last, character: 4 }, end }, text: "// " }],
  });
  await client.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 7 } });
  expect(await answer(client)).toEqual(["0 bad-address"]);
  client.stop();
});

test("an edit of what was read already is told before the rest is read", async () => {
  const client = await startClient();
  await client.open(uri, text);
  // All at once: on a busy machine the rest may be read while one answer is waited for.
  const before = answer(client);
  const place = { line: 1, character: 0 };
  await client.notify("textDocument/didChange", {
    textDocument: { uri, version: 1000 },
    contentChanges: [{ range: { start: place, end: place }, text: "group db = 10.0.0.400\n" }],
  });
  const after = answer(client);
  expect(await before).toEqual(["0 bad-address"]);
  expect(await after).toEqual(["0 bad-address", "1 bad-address"]);
  await client.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 7 } });
  expect(await answer(client)).toEqual(["0 bad-address", "1 bad-address", `${last + 1} syntax-error`]);
  client.stop();
});

test("an edit refuses what was begun of the text before it", async () => {
  const client = await startClient();
  await client.open(uri, text);
  await client.request("textDocument/hover", { textDocument: { uri }, position: { line: 0, character: 7 } });
  const textDocument = { uri };
  const formatted = client
    .request("textDocument/formatting", { textDocument, options: { tabSize: 2 } })
    .catch((e) => e);
  await client.notify("textDocument/didChange", {
    textDocument: { uri, version: 1000 },
    contentChanges: [{ range: { start: { line: 1, character: 0 }, end: { line: 1, character: 0 } }, text: "\n" }],
  });
  expect(await formatted).toMatchObject({ code: LSPErrorCodes.ContentModified });
  client.stop();
});

test("what a short document imports is long", async () => {
  const main = "file:///policies/main.iochain";
  const client = await startClient(new Map([[uri, text]]));
  await client.open(main, `import "long.iochain"\ngroup g = web, nobody\n`);
  const { items } = await client.request<{ items: Diagnostic[] }>("textDocument/diagnostic", {
    textDocument: { uri: main },
  });
  expect(
    items.filter(({ severity }) => severity === 1).map(({ code, range }) => [code, range.start.character]),
  ).toEqual([["unknown-name", 15]]);
  client.stop();
});

test("a client that cannot be told of more gets all at once", async () => {
  const { workspace: _, ...rest } = EDITOR;
  const client = await startClient(new Map(), rest);
  await client.open(uri, text);
  expect(await answer(client)).toEqual(["0 bad-address", `${last} syntax-error`]);
  client.stop();
});

test("its outline has no rules, and its colours come by range", async () => {
  const client = await startClient();
  await client.open(uri, text);
  const textDocument = { uri };
  const [web, fw] = await client.request<{ name: string; children?: { children?: unknown[] }[] }[]>(
    "textDocument/documentSymbol",
    { textDocument },
  );
  expect([web?.name, fw?.name, fw?.children?.length, fw?.children?.[0]?.children]).toEqual(["web", "fw", 1, undefined]);
  expect(await client.request("textDocument/semanticTokens/full", { textDocument })).toBeNull();
  const range = { start: { line: 4, character: 0 }, end: { line: 4, character: 9 } };
  const { data } = await client.request<{ data: number[] }>("textDocument/semanticTokens/range", {
    textDocument,
    range,
  });
  expect(data.length).toBeGreaterThan(0);
  client.stop();
});
