/** Damaged inputs: whatever is cut, doubled or overwritten, an import answers, and what it writes can be read. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { IMPORT_FORMATS, type ImportFormat } from "../../server/src/exchange/formats.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { mistakesOf } from "./policies.ts";

const DATA = join(import.meta.dirname, "data/import");
const cases = readdirSync(DATA).flatMap((name) => {
  const [head, ...parts] = readFileSync(join(DATA, name), "utf8").split(/^--- /m) as [string, ...string[]];
  const format = /^import (\S+)$/m.exec(head)?.[1] as ImportFormat;
  return parts.map((part) => ({
    format,
    name: part.slice(0, part.indexOf("\n")),
    text: part.slice(part.indexOf("\n") + 1).replace(/^=== report\n[\s\S]*/m, ""),
  }));
});

/** A change at a place, as parts of the whole length: cut out, doubled, or overwritten. */
const damage = fc.record({
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 0, max: 40 }),
  by: fc.constantFrom(
    "",
    "{",
    "}",
    '"',
    "<",
    ">",
    ";",
    " not ",
    "\n",
    "999999999999",
    "any",
    "__proto__",
    "\u0000",
    "é",
  ),
});
const damaged = (text: string, { at, length, by }: { at: number; length: number; by: string }) => {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + by + text.slice(start + length);
};

describe.each(cases)("$name", ({ format, name, text }) => {
  test("damaged anywhere, is answered", () => {
    fc.assert(
      fc.property(
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.constantFrom(format, ...IMPORT_FORMATS),
        (damages, as) => {
          const result = importInputs(as, [{ name, text: damages.reduce(damaged, text) }]);
          if ("text" in result) expect(mistakesOf(result.text)).toEqual([]);
          else expect(result.refused.line).toBeGreaterThan(0);
        },
      ),
      { numRuns: 40 },
    );
  });
});
