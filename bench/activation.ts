/** Activation in a real VS Code's extension host, beside VS Code's own for CSS: in one host, in one run. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { build } from "esbuild";
import type { Activated } from "./activationProbe.ts";
import type { Figure } from "./figure.ts";
import { spread } from "./languageServer.ts";

const root = join(import.meta.dirname, "..");
const RUNS = 4;
const FILES = {
  "a.iochain": readFileSync(join(root, "samples/three-tier.iochain"), "utf8"),
  "a.css": "body { color: red; }\n",
};

export async function activation(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "iochain-bench-"));
  try {
    const probe = join(folder, "probe.js");
    await build({
      entryPoints: [join(import.meta.dirname, "activationProbe.ts")],
      outfile: probe,
      bundle: true,
      platform: "node",
      format: "cjs",
      external: ["vscode"],
    });
    for (const [name, text] of Object.entries(FILES)) writeFileSync(join(folder, name), text);
    const runs: Activated[] = [];
    for (let run = 0; run < RUNS; run += 1) runs.push(...activated(folder, probe, String(run % 2)));
    const names = [...new Set(runs.map(({ subject }) => subject))];
    return names.flatMap((subject) => {
      const own = runs.filter((each) => each.subject === subject);
      const figure = (what: string, times: readonly number[]): Figure => {
        const { median, p95 } = spread(times);
        return { suite: "activation", what, subject, size: 0, value: median, p95, unit: "ms" };
      };
      return [
        figure(
          "load and activate",
          own.map(({ active }) => active),
        ),
        figure(
          "activate until the server's first answer",
          own.map(({ ready }) => ready),
        ),
      ];
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A VS Code of its own, that has activated none of them yet. */
function activated(folder: string, probe: string, turn: string): Activated[] {
  const result = join(folder, "result.json");
  rmSync(result, { force: true });
  const script = join(root, "test/workbench/code.mjs");
  const words = [script, `--extensionDevelopmentPath=${root}`, `--extensionTestsPath=${probe}`, folder];
  execFileSync(process.execPath, words, {
    env: { ...process.env, IOCHAIN_BENCH_RESULT: result, IOCHAIN_BENCH_TURN: turn },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const told: Activated[] | { readonly error: string } = JSON.parse(readFileSync(result, "utf8"));
  if (!Array.isArray(told)) throw new Error(told.error);
  return told;
}
