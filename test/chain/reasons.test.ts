/** The page of reasons says what the table says, and the scenarios show every reason of it. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { REASONS } from "../../server/src/chain/reasons.ts";
import { runScenario } from "../../server/src/chain/scenario.ts";
import { policyOf } from "../policy/programs.ts";

test("docs/reasons.md has the table's rows, no more and no less", () => {
  const page = readFileSync(path.join(import.meta.dirname, "../../docs/reasons.md"), "utf8");
  const rows = page.split("\n").filter((line) => line.startsWith("| `"));
  const table = Object.entries(REASONS).map(([reason, { text, origin }]) => `| \`${reason}\` | ${text} | ${origin} |`);
  expect(rows).toEqual(table);
});

test("every reason happens in the scenarios", () => {
  const folder = path.join(import.meta.dirname, "data");
  const seen = new Set<string>();
  for (const file of readdirSync(folder).filter((name) => name.endsWith(".iochain"))) {
    const policy = policyOf(readFileSync(path.join(folder, file), "utf8"));
    for (const scenario of policy.scenarios)
      for (const { trace } of runScenario(policy, scenario).steps) {
        if (trace?.reason) seen.add(trace.reason);
        for (const walk of trace?.walks ?? []) for (const { reason } of walk.slots) if (reason) seen.add(reason);
      }
  }
  expect(Object.keys(REASONS).filter((reason) => !seen.has(reason))).toEqual([]);
});
