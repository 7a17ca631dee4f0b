/** A storm of edits and requests: nothing hangs, nothing fails, and afterwards all is as a fresh server sees it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { startClient } from "./client.ts";
import { apply } from "./render.ts";

const uri = "file:///policies/storm.iochain";
const sample = readFileSync(join(import.meta.dirname, "../../samples/three-tier.iochain"), "utf8");

/** Mulberry32: the same storm each time. */
function random(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const SCRAPS = [
  "}",
  "{",
  "\n",
  '"',
  "rule 7 allow",
  "group x = web",
  " ",
  "web",
  "10.0.0.0/8",
  "//",
  "/*",
  "*/",
  "slot 3",
  "\r\n",
  "é😀",
  ",",
];
const REQUESTS = [
  "hover",
  "definition",
  "references",
  "documentHighlight",
  "documentSymbol",
  "foldingRange",
  "codeLens",
  "semanticTokens/full",
  "documentLink",
  "diagnostic",
  "completion",
  "signatureHelp",
];

for (const seed of [1, 2, 3])
  test(`storm ${seed}`, { timeout: 60_000 }, async () => {
    const next = random(seed);
    const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)] as T;
    const client = await startClient();
    await client.open(uri, sample);
    let text = sample;
    const answers: Promise<unknown>[] = [];
    for (let version = 2; version < 150; version += 1) {
      const lines = text.split("\n");
      const line = Math.floor(next() * lines.length);
      const character = Math.floor(next() * ((lines[line] as string).replace(/\r$/, "").length + 1));
      const length = next() < 0.5 ? 0 : Math.floor(next() * 6);
      const end = Math.min(character + length, (lines[line] as string).replace(/\r$/, "").length);
      const range = { start: { line, character }, end: { line, character: end } };
      // Only line feeds are counted here, so only they are typed.
      const newText = pick(SCRAPS).replace("\r", "");
      await client.notify("textDocument/didChange", {
        textDocument: { uri, version },
        contentChanges: [{ range, text: newText }],
      });
      text = apply(text, [{ range, newText }]);
      for (let i = 0; i < 2; i += 1)
        answers.push(
          client
            .request(`textDocument/${pick(REQUESTS)}`, {
              textDocument: { uri },
              position: range.start,
              context: { includeDeclaration: true },
            })
            .catch((error: unknown) => error),
        );
      if (next() < 0.05) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await Promise.all(answers);
    const fresh = await startClient();
    await fresh.open(uri, text);
    const settled = async (c: typeof client) => {
      let before = "";
      for (;;) {
        const { items } = await c.request<{ items: unknown[] }>("textDocument/diagnostic", { textDocument: { uri } });
        const now = JSON.stringify(items);
        if (now === before) return items;
        before = now;
        await new Promise((resolve) => setTimeout(resolve, 400));
      }
    };
    expect(await settled(client)).toEqual(await settled(fresh));
    for (const method of ["documentSymbol", "foldingRange"])
      expect(await client.request(`textDocument/${method}`, { textDocument: { uri } })).toEqual(
        await fresh.request(`textDocument/${method}`, { textDocument: { uri } }),
      );
    const tokens = async (c: typeof client) =>
      (await c.request<{ data: number[] }>("textDocument/semanticTokens/full", { textDocument: { uri } })).data;
    expect(await tokens(client)).toEqual(await tokens(fresh));
    expect(client.log).toEqual([]);
    client.stop();
    fresh.stop();
  });
