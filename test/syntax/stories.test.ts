/**
 * Texts and what is read of them: see data/*.txt. A file begins with a sentence; a case is `## what it shows`, a text,
 * `-->`, and what must come of it. UPDATE=1 writes what comes of it now, for a person to look at.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseFile } from "../../server/src/syntax/document.ts";
import { story } from "./outline.ts";

const folder = new URL("./data/", import.meta.url);
for (const name of readdirSync(folder).sort()) {
  const url = new URL(name, folder);
  const [purpose, ...cases] = readFileSync(url, "utf8").split(/^## /m) as [string, ...string[]];
  const read = cases.map((text) => {
    const title = text.slice(0, text.indexOf("\n"));
    const [source, expected] = text.slice(title.length + 1).split(/^-->\n/m) as [string, string | undefined];
    return { title, source, expected: expected?.trim() ?? "", found: story(parseFile("a", source)) };
  });
  describe(purpose.trim(), () => {
    for (const { title, expected, found } of read) it(title, () => expect(found).toBe(expected));
  });
  if (process.env.UPDATE)
    writeFileSync(
      url,
      purpose + read.map(({ title, source, found }) => `## ${title}\n${source}-->\n${found}\n\n`).join(""),
    );
}
