/** Each finding has its page, headed as the table says, with an example that shows it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkProgram } from "../../server/src/check/check.ts";
import { CODES, type Code, type CodeRow } from "../../server/src/check/codes.ts";
import { checkSets } from "../../server/src/check/sets.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

const pages = join(import.meta.dirname, "../../docs/findings");
const codes = Object.keys(CODES) as Code[];
const rows: Readonly<Record<Code, CodeRow>> = CODES;
const read = (code: string) => readFileSync(join(pages, `${code}.md`), "utf8");
const exampleOf = (page: string) => /```iochain\n([\s\S]*?)```/.exec(page)?.[1] ?? "";

/** Scenarios and asserts have to be run; four thousand rules are too long for a page. */
const NOT_SHOWN: readonly Code[] = ["expect-failed", "assert-failed", "rules-per-vnic", "too-large"];

describe("pages of findings", () => {
  it("are as many as the table has rows", () => {
    const written = readdirSync(pages).map((name) => name.replace(/\.md$/, ""));
    expect(written.sort()).toEqual([...codes, "README"].sort());
  });

  it.each(codes)("%s is headed as the table says", (code) => {
    const { severity, area, title, fix } = rows[code];
    const word = severity.charAt(0).toUpperCase() + severity.slice(1);
    const [heading, , summary] = read(code).split("\n");
    expect(heading).toBe(`# ${code}`);
    expect(summary).toBe(`**${word}**, ${area}: ${title}.${fix ? " A quick fix is offered." : ""}`);
    expect(readFileSync(join(pages, "README.md"), "utf8")).toContain(
      `| [\`${code}\`](${code}.md) | ${severity} | ${title}${fix ? " ✎" : ""} |`,
    );
  });

  it.each(codes)("%s has an example, and says how to mend it", (code) => {
    const page = read(code);
    expect(page).toMatch(/\n\*\*To mend it:\*\* .+/);
    const document = parseFile("page.iochain", exampleOf(page));
    if (code !== "syntax-error")
      expect([...document.errors()].filter(({ error }) => error.code === "syntax-error")).toEqual([]);
    if (NOT_SHOWN.includes(code)) return;
    const program = loadProgram("page.iochain", (uri) =>
      uri === "page.iochain" ? document : uri.startsWith("../") ? "outside" : "missing",
    );
    const policy = compilePolicy(program);
    const found = [...checkProgram(program, policy), ...checkSets(policy)].map((finding) => finding.code);
    expect(found).toContain(code);
  });
});
