/**
 * There and back: what is exported and imported again treats every packet as before, decided over sets of packets. And
 * the texts themselves (`data/export/NAME.FORMAT`; UPDATE=1 rewrites them).
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { diff } from "../../server/src/check/diff.ts";
import { exportPolicy } from "../../server/src/exchange/export.ts";
import { EXPORT_FORMATS, isImportFormat } from "../../server/src/exchange/formats.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { noteText } from "../../server/src/exchange/report.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { mistakesOf, policyOf } from "./policies.ts";

const DATA = join(import.meta.dirname, "data/export");
/** What a format cannot hold makes a difference, and is told. */
const LOSSY = new Set(["jumps.iochain nsxv-xml", "jumps.iochain getrules"]);

describe.each(readdirSync(DATA).filter((name) => name.endsWith(".iochain")))("%s", (name) => {
  const text = readFileSync(join(DATA, name), "utf8");
  const policy = policyOf(text);
  test("is a sound policy", () => expect(mistakesOf(text)).toEqual([]));

  describe.each(EXPORT_FORMATS)("%s", (format) => {
    const exported = finish(exportPolicy(format, policy, name));
    test("is written as it was", () => {
      const file = join(DATA, `${name.replace(".iochain", "")}.${format}.txt`);
      const actual = `${exported.notes.map((note) => `! ${noteText(note)}\n`).join("")}${exported.text}`;
      if (process.env.UPDATE) writeFileSync(file, actual);
      else expect(actual).toBe(readFileSync(file, "utf8"));
    });
    if (!isImportFormat(format)) return;
    test("comes back with the same meaning", () => {
      const back = importInputs(format, [{ name: "back", text: exported.text }]);
      if (!("text" in back)) throw new Error(back.refused.message);
      expect(mistakesOf(back.text)).toEqual([]);
      const { different, complete, classes } = finish(diff(policy, policyOf(back.text)));
      if (LOSSY.has(`${name} ${format}`)) expect(exported.notes.length).toBeGreaterThan(0);
      else expect({ different, complete, classes }).toEqual({ different: false, complete: true, classes: [] });
    });
  });
});
