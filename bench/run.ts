/**
 * `npm run bench`: every figure beside a peer on the same work in the same run, as tables and, in `results.json`, to
 * keep. `npm run bench -- parse` runs some suites only, `--sizes 1000,10000` at some sizes only.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Figure } from "./figure.ts";

type Suite = (sizes: readonly number[]) => Promise<Figure[]>;
const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  "language-server": async () => (await import("./languageServer.ts")).languageServer,
  parse: async () => (await import("./parse.ts")).parse,
  "debug-adapter": async () => (await import("./debugAdapter.ts")).debugAdapter,
  captures: async () => (await import("./captures.ts")).captures,
  "which-rule": async () => (await import("./whichRule.ts")).whichRule,
  connections: async () => (await import("./connections.ts")).connections,
  "packet-sets": async () => (await import("./packetSets.ts")).packetSets,
};

const words = process.argv.slice(2);
const sizesAt = words.indexOf("--sizes");
const sizes = (sizesAt < 0 ? "1000,10000,100000" : (words[sizesAt + 1] ?? "")).split(",").map(Number);
const chosen = words.filter((word) => word in SUITES);
const unknown = words.filter((word, i) => !(word in SUITES) && word !== "--sizes" && words[i - 1] !== "--sizes");
if (unknown.length > 0 || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
  console.error(`usage: npm run bench -- [--sizes N,N] [${Object.keys(SUITES).join("] [")}]`);
  process.exit(2);
}

const figures: Figure[] = [];
for (const name of chosen.length > 0 ? chosen : Object.keys(SUITES)) {
  const suite = await (SUITES[name] as () => Promise<Suite>)();
  const found = await suite(sizes);
  show(found);
  figures.push(...found);
}
keep(figures);

/** A row for what was measured at a size, a column for each subject. */
function show(found: readonly Figure[]): void {
  const rows = new Map<string, Record<string, string>>();
  for (const { suite, what, subject, size, value, p95, unit } of found) {
    const key = `${what}${size > 0 ? ` · ${size.toLocaleString("en")}` : ""}`;
    const row = rows.get(key) ?? { [suite]: key };
    row[subject] = `${rounded(value)} ${unit}${p95 === undefined ? "" : ` (p95 ${rounded(p95)})`}`;
    rows.set(key, row);
  }
  console.table([...rows.values()]);
}
function rounded(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}

/** Suites that were not run keep their figures of last time. */
function keep(found: readonly Figure[]): void {
  const file = join(import.meta.dirname, "results.json");
  const run = new Set(found.map(({ suite }) => suite));
  let before: Figure[] = [];
  try {
    before = JSON.parse(readFileSync(file, "utf8")).figures;
  } catch {
    // The first run.
  }
  const all = [...before.filter(({ suite }) => !run.has(suite)), ...found];
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  writeFileSync(file, `${JSON.stringify({ date, machine, figures: all }, undefined, 2)}\n`);
}
