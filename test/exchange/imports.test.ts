/**
 * What becomes of dumps, exports and logs. A file of `data/import/`: a sentence of purpose, the format (`import FORMAT`),
 * the inputs (`--- NAME`), then what is told (`=== report`) and what is written (`=== policy`). UPDATE=1 rewrites the
 * last two. Whatever is written must be read without a mistake and be laid out as the formatter leaves it.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ImportFormat } from "../../server/src/exchange/formats.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { noteText, placeText } from "../../server/src/exchange/report.ts";
import { mistakesOf } from "./policies.ts";

const DATA = join(import.meta.dirname, "data/import");

describe.each(readdirSync(DATA))("%s", (name) => {
  const text = readFileSync(join(DATA, name), "utf8");
  const [head, ...parts] = text.split(/^--- /m) as [string, ...string[]];
  const format = /^import (\S+)$/m.exec(head)?.[1] as ImportFormat;
  const inputs = parts.map((part) => ({
    name: part.slice(0, part.indexOf("\n")),
    text: part.slice(part.indexOf("\n") + 1).replace(/^=== report\n[\s\S]*/m, ""),
  }));
  const result = importInputs(format, inputs);

  test(head.split("\n")[0] as string, () => {
    const report = result.notes.map(noteText);
    if ("refused" in result) report.push(`refused: ${placeText(result.refused)}: ${result.refused.message}`);
    const policy = "text" in result ? `=== policy\n${result.text}` : "";
    const actual = `${head}${inputs.map((input) => `--- ${input.name}\n${input.text}`).join("")}=== report\n${report.map((line) => `${line}\n`).join("")}${policy}`;
    if (process.env.UPDATE) writeFileSync(join(DATA, name), actual);
    else expect(actual).toBe(text);
  });
  test("reads without a mistake", () => {
    if ("text" in result) expect(mistakesOf(result.text)).toEqual([]);
  });
});
