/**
 * `npm run bench`: every figure beside a peer on the same work in the same run, as tables and, in `results.json`, to
 * keep. `npm run bench -- parse` runs some suites only, `--sizes 1000,10000` at some sizes only. `npm run bench:page`
 * makes `docs/performance.md` of what is kept.
 */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import process from "node:process";
import type { Figure, Results } from "./figure.ts";
import { tablesOf } from "./tables.ts";

type Suite = (sizes: readonly number[]) => Promise<Figure[]>;
const SUITES: Readonly<Record<string, () => Promise<Suite>>> = {
  "language-server": async () => (await import("./languageServer.ts")).languageServer,
  activation: async () => (await import("./activation.ts")).activation,
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

function show(found: readonly Figure[]): void {
  for (const { suite, columns, rows } of tablesOf(found))
    console.table(
      rows.map(({ what, cells }) => ({
        [suite]: what,
        ...Object.fromEntries(columns.map((column, i) => [column, cells[i]])),
      })),
    );
}

/** Suites that were not run keep their figures of last time. */
function keep(found: readonly Figure[]): void {
  const file = join(import.meta.dirname, "results.json");
  const run = new Set(found.map(({ suite }) => suite));
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Results).figures : [];
  const order = Object.keys(SUITES);
  const rank = ({ suite }: Figure): number => order.indexOf(suite.replaceAll(" ", "-"));
  const all = [...before.filter(({ suite }) => !run.has(suite)), ...found].sort((a, b) => rank(a) - rank(b));
  const machine = `${cpus().length} × ${cpus()[0]?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const date = new Date().toISOString().slice(0, 10);
  const results: Results = { date, machine, figures: all };
  writeFileSync(file, `${JSON.stringify(results, undefined, 2)}\n`);
}
