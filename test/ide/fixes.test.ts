/**
 * Quick fixes, tried on every page of `docs/findings/` and every case of `test/check/`: each finding that promises a
 * fix has one, what the preferred one writes can be read, and there is one finding of the kind fewer.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CODES, type Code, type CodeRow } from "../../server/src/check/codes.ts";
import { fixAll, fixesOf } from "../../server/src/ide/codeActions.ts";
import { apply } from "../lsp/render.ts";
import { count, look, uri } from "./look.ts";

const root = join(import.meta.dirname, "../..");
const pages = join(root, "docs/findings");
const cases = join(root, "test/check/data");
const texts = [
  ...readdirSync(pages)
    .filter((name) => name.endsWith(".md") && name !== "README.md")
    .flatMap((name) => {
      const blocks = [...readFileSync(join(pages, name), "utf8").matchAll(/```iochain\n([\s\S]*?)```/g)];
      return blocks.map((block, index) => ({ name: `${name} ${index}`, text: block[1] as string }));
    }),
  ...readdirSync(cases)
    .filter((name) => name.endsWith(".iochain"))
    .map((name) => ({ name, text: readFileSync(join(cases, name), "utf8") })),
];

/** A misspelling too far from any name has no fix, nor has a vNIC without a known address: a person must say. */
const MAY_LACK: ReadonlySet<Code> = new Set(["unknown-name", "bind-missing", "assert-failed", "redirect-unplaced"]);

describe("each finding that promises a fix", () => {
  const met = new Set<Code>();
  for (const { name, text } of texts)
    test(name, () => {
      const seen = look(text);
      for (const finding of seen.findings) {
        const row: CodeRow = CODES[finding.code];
        if (!row.fix) continue;
        const fixes = fixesOf(seen.view, finding);
        if (fixes.length === 0 && MAY_LACK.has(finding.code)) continue;
        expect(fixes.length, `${finding.code}: ${finding.message}`).toBeGreaterThan(0);
        met.add(finding.code);
        const fix = fixes.find(({ preferred }) => preferred) ?? fixes[0];
        const after = look(
          apply(
            text,
            (fix?.edits ?? []).map(({ edit }) => edit),
          ),
        );
        expect(count(after, "syntax-error"), `${finding.code}, ${fix?.title}`).toBeLessThanOrEqual(
          count(seen, "syntax-error"),
        );
        // A counterexample that is written down does not mend the assert.
        if (finding.code === "assert-failed") continue;
        expect(count(after, finding.code), `${finding.code}, ${fix?.title}`).toBeLessThan(count(seen, finding.code));
      }
    });
  test("every code that promises a fix was met", () => {
    const promised = (Object.keys(CODES) as Code[]).filter((code) => (CODES[code] as CodeRow).fix);
    expect(promised.filter((code) => !met.has(code))).toEqual([]);
  });
});

describe("fixing all, again and again, comes to an end", () => {
  for (const { name, text } of texts)
    test(name, () => {
      let now = text;
      for (let round = 0; ; round += 1) {
        expect(round).toBeLessThan(12);
        const seen = look(now);
        const reported = seen.findings.map((finding) => ({ finding, diagnostic: {} as never }));
        const { edit } = fixAll(seen.view, reported);
        if (edit === undefined) break;
        const next = apply(now, edit.changes?.[uri] ?? []);
        expect(next).not.toBe(now);
        expect(count(look(next), "syntax-error")).toBeLessThanOrEqual(count(seen, "syntax-error"));
        now = next;
      }
    });
});

/** What the source is after the whole-file fix. */
function fixedAll(text: string): string {
  const seen = look(text);
  const reported = seen.findings.map((finding) => ({ finding, diagnostic: {} as never }));
  return apply(text, fixAll(seen.view, reported).edit?.changes?.[uri] ?? []);
}

describe("whole-file fixes", () => {
  test("take neighbouring lines together", () => {
    expect(fixedAll('group a = any\ngroup b = any\ngroup c = any\nscenario "s" { }\n')).not.toContain("group b");
  });
  test("a line that is out of order keeps its slot while a redirect is placed", () => {
    const text =
      "redirect x via p { rule 1 redirect to any }\nredirect y via p { rule 1 redirect to any }\nappliance p { fail closed }\ndfw fw { default drop }\nchain c {\n  slot 5 redirect x\n  slot 4 redirect x\n  slot 2 dfw fw\n}\n";
    expect(fixedAll(text)).toContain(
      "chain c {\n  slot 2 dfw fw\n  slot 4 redirect x\n  slot 5 redirect x\n  slot 6 redirect y\n}",
    );
  });
  test("a slot line that moves has its comments with it", () => {
    const chain =
      "dfw fw { default drop }\nacl edge { default allow }\nchain c {\n  // the firewall\n  slot 2 dfw fw // last\n  slot 0 acl edge\n}\n";
    expect(fixedAll(chain)).toContain("chain c {\n  slot 0 acl edge\n  // the firewall\n  slot 2 dfw fw // last\n}");
  });
  test("redirects are placed one behind the other, each in a slot of its own", () => {
    const redirects = ["x", "y"].map((name) => `redirect ${name} { rule 1 allow to any }\n`).join("");
    expect(fixedAll(`${redirects}chain c {\n  slot 12 dfw fw\n}\n`)).toContain(
      "  slot 2 dfw fw\n  slot 4 redirect x\n  slot 5 redirect y\n",
    );
  });
  test("lines in reserved slots do not move to one slot", () => {
    const redirects = ["x", "y"].map((name) => `redirect ${name} { rule 1 allow to any }\n`).join("");
    const fixed = fixedAll(`${redirects}chain c {\n  slot 3 redirect x\n  slot 13 redirect y\n}\n`);
    expect(fixed).toContain("  slot 4 redirect x\n");
    expect(fixed).not.toContain("  slot 4 redirect y\n");
  });
});
