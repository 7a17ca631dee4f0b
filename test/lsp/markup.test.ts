/** A client that shows plain text gets plain text: in hovers, completions and signatures. */
import { expect, test } from "vitest";
import { EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/plain.iochain";
const TEXT = `group web = 10.0.0.0/24, 10.0.1.1
dfw fw {
  section "s" {
    rule 1 "Web" allow to web service https
  }
  default drop
}
chain c { slot 2 dfw fw }
`;
const formats: ("plaintext" | "markdown")[] = ["plaintext"];
const PLAIN = {
  ...EDITOR,
  textDocument: {
    ...EDITOR.textDocument,
    hover: { contentFormat: formats },
    completion: { completionItem: { documentationFormat: formats } },
    signatureHelp: { signatureInformation: { documentationFormat: formats } },
  },
};

/** Everything of the form of MarkupContent in an answer. */
function markup(value: unknown): { kind: string; value: string }[] {
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && "value" in value && typeof value.value === "string")
    return [value as { kind: string; value: string }];
  return Object.values(value).flatMap(markup);
}

test.each([
  ["plain", PLAIN, "plaintext"],
  ["Markdown", EDITOR, "markdown"],
] as const)("a client that shows %s", async (_name, capabilities, kind) => {
  const client = await startClient(new Map(), capabilities);
  await client.open(uri, TEXT);
  const at = (line: number, character: number) => ({ textDocument: { uri }, position: { line, character } });
  const { items } = await client.request<{ items: object[] }>("textDocument/completion", at(3, 44));
  const answers = [
    await client.request("textDocument/hover", at(3, 6)),
    await client.request("textDocument/hover", at(0, 7)),
    await client.request("completionItem/resolve", items[0]),
    await client.request("textDocument/signatureHelp", at(3, 26)),
  ];
  const texts = answers.map(markup);
  for (const found of texts) expect(found.length).toBeGreaterThan(0);
  for (const text of texts.flat()) expect(text.kind).toBe(kind);
  if (kind === "plaintext") for (const text of texts.flat()) expect(text.value).not.toMatch(/\*\*|^\||```|\\[_*|]/m);
  client.stop();
});
