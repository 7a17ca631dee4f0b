/** A long search: what it finds is told as it is found, and stands through edits until the next search is through. */
import { afterEach, expect, test, vi } from "vitest";
import type { Diagnostic } from "vscode-languageserver-protocol";
import { type Client, EDITOR, startClient } from "./client.ts";

const uri = "file:///policies/long.iochain";
const SHADOWED = 40;
const rules = Array.from({ length: SHADOWED }, (_, i) => `    rule ${2 + i} "Late" drop from 10.0.0.${i} to any`);
const text = `dfw fw {
  section "S" {
    rule 1 "Early" allow from 10.0.0.0/24 to any
${rules.join("\n")}
  }
  default drop
}
`;

/** Every look at the clock takes a tenth of a second: the slowest of machines. */
function slowClock(): void {
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => {
    now += 100;
    return now;
  });
}
afterEach(() => vi.restoreAllMocks());

const shadowed = (items: readonly Diagnostic[]) => items.filter(({ code }) => code === "rule-shadowed").length;
const ask = async (client: Client) =>
  shadowed((await client.request<{ items: Diagnostic[] }>("textDocument/diagnostic", { textDocument: { uri } })).items);

/** What is told, whenever there is more to tell, until all is. */
async function tidings(next: () => Promise<number>): Promise<number[]> {
  const counts: number[] = [];
  while (counts.at(-1) !== SHADOWED) counts.push(await next());
  return counts;
}

test("a client that asks is told that there is more", async () => {
  slowClock();
  const client = await startClient();
  let more = () => {};
  client.connection.onRequest("workspace/diagnostic/refresh", () => more());
  await client.open(uri, text);
  const counts = await tidings(async () => {
    const told = new Promise<void>((resolve) => {
      more = resolve;
    });
    await told;
    return ask(client);
  });
  expect(counts.some((count) => count > 0 && count < SHADOWED)).toBe(true);
  expect(counts).toEqual([...counts].sort((a, b) => a - b));
  client.stop();
});

test("a client that does not ask gets more, and more", async () => {
  slowClock();
  const client = await startClient(new Map(), {
    ...EDITOR,
    textDocument: { ...EDITOR.textDocument, diagnostic: undefined },
  });
  const arrived: number[] = [];
  const all = new Promise<void>((resolve) => {
    client.connection.onNotification("textDocument/publishDiagnostics", ({ diagnostics }) => {
      arrived.push(shadowed(diagnostics));
      if (arrived.at(-1) === SHADOWED) resolve();
    });
  });
  await client.open(uri, text);
  await all;
  expect(arrived.some((count) => count > 0 && count < SHADOWED)).toBe(true);
  expect(arrived).toEqual([...arrived].sort((a, b) => a - b));
  client.stop();
});

test("an edit in the middle of it leaves what was found", async () => {
  slowClock();
  const client = await startClient();
  let found = 0;
  const some = new Promise<void>((resolve) => {
    client.connection.onRequest("workspace/diagnostic/refresh", async () => {
      found = await ask(client);
      if (found > 0) resolve();
    });
  });
  await client.open(uri, text);
  await some;
  expect(found).toBeLessThan(SHADOWED);
  await client.notify("textDocument/didChange", {
    textDocument: { uri, version: 2 },
    contentChanges: [
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: "// seen\n" },
    ],
  });
  expect(await ask(client)).toBeGreaterThanOrEqual(found);
  client.stop();
});
