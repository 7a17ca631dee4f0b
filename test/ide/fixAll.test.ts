/**
 * "Fix all of this kind in the file", tried on several findings of every kind that has a fix: none is left, no mistake
 * is made, and the file is as `data/fix-all.txt` says. UPDATE=1 writes that anew.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODES, type Code, type CodeRow } from "../../server/src/check/codes.ts";
import { fixAll } from "../../server/src/ide/codeActions.ts";
import { apply } from "../lsp/render.ts";
import { count, look, uri } from "./look.ts";

const file = join(import.meta.dirname, "data/fix-all.txt");
/** `=== CODE`, the text, `---`, the text when all of that kind are fixed. */
const cases = readFileSync(file, "utf8")
  .split(/^=== /m)
  .slice(1)
  .map((part) => {
    const [code = "", ...rest] = part.split("\n");
    const [before = "", after = ""] = rest.join("\n").split(/^---\n/m);
    return { code: code as Code, before, after };
  });

function fixedAll(code: Code, text: string): string {
  const seen = look(text);
  const same = seen.findings.filter((finding) => finding.code === code);
  expect(same.length, `several findings ${code}`).toBeGreaterThan(1);
  const { edit, fixed } = fixAll(
    seen.view,
    same.map((finding) => ({ finding, diagnostic: {} as never })),
  );
  expect(fixed).toHaveLength(same.length);
  return apply(text, edit?.changes?.[uri] ?? []);
}

describe("fix all of a kind", () => {
  for (const { code, before, after } of cases)
    test(`${code}: ${before.split("\n", 1)[0]}`, () => {
      const fixed = fixedAll(code, before);
      const errors = (text: string) =>
        look(text).findings.filter((finding) => CODES[finding.code].severity === "error");
      expect(count(look(fixed), code)).toBe(0);
      expect(errors(fixed).length).toBeLessThanOrEqual(errors(before).length);
      if (!process.env.UPDATE) expect(fixed).toBe(after);
    });
  test("every kind whose fix mends it is tried", () => {
    const promised = (Object.keys(CODES) as Code[]).filter((code) => (CODES[code] as CodeRow).fix);
    // A counterexample that is written down does not mend the assert.
    expect(promised.filter((code) => code !== "assert-failed" && !cases.some((one) => one.code === code))).toEqual([]);
  });
});

if (process.env.UPDATE)
  writeFileSync(file, cases.map(({ code, before }) => `=== ${code}\n${before}---\n${fixedAll(code, before)}`).join(""));
