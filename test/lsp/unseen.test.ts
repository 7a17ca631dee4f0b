/** Names that turn letters around, or hold what nobody sees: written out where a person reads them, untouched in edits. */
import { afterEach, expect, test } from "vitest";
import type { CompletionItem, DocumentSymbol, Hover } from "vscode-languageserver-types";
import { type Client, startClient } from "./client.ts";

const uri = "file:///policies/a.iochain";
const NAME = "web\u202E10-\u200Bbd";
const WRITTEN = "web<U+202E>10-<U+200B>bd";
const TEXT = `/// for \u2067them\ngroup "${NAME}" = 10.0.0.1\ngroup b = "${NAME}", "${NAME}x"\n`;
let client: Client;
afterEach(() => client.stop());

test("what nobody sees is written out in what is shown, and put in as the language writes it", async () => {
  client = await startClient();
  await client.open(uri, TEXT);
  const textDocument = { uri };
  const position = { line: 2, character: 13 };
  const hover = (await client.request("textDocument/hover", { textDocument, position })) as Hover;
  expect(JSON.stringify(hover.contents)).toContain(WRITTEN);
  expect(JSON.stringify(hover.contents)).toContain("for <U+2067>them");
  expect(JSON.stringify(hover.contents)).not.toMatch(/[\u202E\u200B\u2067]/);

  const symbols = (await client.request("textDocument/documentSymbol", { textDocument })) as DocumentSymbol[];
  expect(symbols[0]?.name).toContain(WRITTEN);
  const { items } = (await client.request("textDocument/diagnostic", { textDocument })) as { items: unknown[] };
  expect(JSON.stringify(items)).toContain(`${WRITTEN}x`);

  const completed = (await client.request("textDocument/completion", {
    textDocument,
    position: { line: 2, character: 10 },
  })) as {
    items: CompletionItem[];
  };
  const item = completed.items.find(({ label }) => label.includes("web"));
  expect(item?.textEdit?.newText ?? item?.insertText ?? item?.label).toContain("web\\u{202e}10-");
});
