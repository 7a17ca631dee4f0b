/**
 * The parts of `dist/web/server.js` (`portableParts.mjs`). A part takes the values of another when it begins: they are
 * there by then, and none of them changes afterwards.
 */
import { readFileSync } from "node:fs";
import { Script } from "node:vm";
import { expect, test } from "vitest";
import type { Port } from "../../server/src/lsp/serve.ts";

const script = readFileSync(new URL("../../dist/web/server.js", import.meta.url), "latin1");
const behind = script.indexOf("\n") + 1;
const table: [at: number, length: number, line: number][] = JSON.parse(script.slice("//# parts ".length, behind));
const parts = table.map(([at, length]) => script.slice(behind + at, behind + at + length));
const RETURN = /return\s*\{([^{}]*)\}\}\)$/;

test("the first line says where each part is", () => {
  expect(parts.length).toBeGreaterThan(10);
  for (const [index, part] of parts.entries()) {
    expect(part.startsWith("(function(need,demand){")).toBe(true);
    expect(part).toMatch(RETURN);
    expect(script.slice(behind).split("\n")[((table[index] as number[])[2] as number) - 1]).toBe(part.split("\n")[0]);
  }
});

test("what parts take of each other stays what it was", async () => {
  /** The values of a part when it had begun, and as they are. */
  const made = new Map<number, { readonly first: Record<string, unknown>; readonly live: Record<string, unknown> }>();
  const need = (index: number): Record<string, unknown> => {
    const known = made.get(index);
    if (known) return known.first;
    const source = (parts[index] as string).replace(RETURN, (_all, values: string) => {
      const getters = values
        .split(",")
        .map((value) => value.trim())
        .filter(Boolean)
        .map((value) => {
          const [name, of = name] = value.split(":");
          return `get ${name}(){return ${of}}`;
        });
      return `return{${getters.join()}}})`;
    });
    const live = new Script(source).runInThisContext()(need, demand);
    const first = { ...live };
    made.set(index, { first, live });
    for (const [name, value] of Object.entries(first)) expect(value, `part ${index}, ${name}`).toBeDefined();
    return first;
  };
  const demand = async (index: number) => need(index);

  const { serve } = need(0) as { serve: (port: Port) => Promise<void> };
  const answers = new Map<unknown, (answer: unknown) => void>();
  const port: Port = {
    onmessage: () => {},
    postMessage: (message) => answers.get((message as { id?: number }).id)?.(message),
    addEventListener: () => {},
  };
  await serve(port);
  const send = (message: object) => port.onmessage({ data: { jsonrpc: "2.0", ...message } });
  const ask = (id: number, method: string, params: object) =>
    new Promise((resolve) => {
      answers.set(id, resolve);
      send({ id, method, params });
    });
  const uri = "file:///three-tier.iochain";
  const text = readFileSync(new URL("../../samples/three-tier.iochain", import.meta.url), "utf8");
  const textDocument = { uri };
  await ask(1, "initialize", { processId: null, rootUri: null, capabilities: { textDocument: { diagnostic: {} } } });
  send({ method: "initialized", params: {} });
  send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "iochain", version: 1, text } } });
  expect(await ask(2, "textDocument/diagnostic", { textDocument })).toHaveProperty("result.kind", "full");
  expect(await ask(3, "iochain/runTests", { uri })).toHaveProperty("result.errors", []);
  expect(await ask(4, "iochain/export", { uri, format: "nsx-policy" })).toHaveProperty("result.text");
  for (const index of parts.keys()) need(index);

  for (const [index, { first, live }] of made)
    for (const name of Object.keys(first)) expect(live[name] === first[name], `part ${index}, ${name}`).toBe(true);
});
