/** Each finding has its page, headed as the table says, with an example that shows it. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CODES, type Code, type CodeRow } from "../../server/src/check/codes.ts";
import { checkEverything } from "../../server/src/check/everything.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

const pages = join(import.meta.dirname, "../../docs/findings");
const codes = Object.keys(CODES) as Code[];
const rows: Readonly<Record<Code, CodeRow>> = CODES;
const read = (code: string) => readFileSync(join(pages, `${code}.md`), "utf8");
/** The first has the finding, the second is mended. */
const examplesOf = (page: string) =>
  [...page.matchAll(/```iochain\n([\s\S]*?)```/g)].map(([, example = ""]) => example);
const exampleOf = (page: string) => examplesOf(page)[0] ?? "";

/** Scenarios and asserts have to be run; four thousand rules are too long for a page. */
const NOT_SHOWN: readonly Code[] = ["rules-per-vnic", "too-large"];
/** Told for information: there is nothing to mend. */
const NOT_MENDED: readonly Code[] = ["alg-not-simulated", "slot-preview"];

const SERVICES = parseFile("services.iochain", "service portal = tcp/8443\n");
/** What is found in a page's example, beside which lies a file `services.iochain`. */
function found(text: string) {
  const document = parseFile("page.iochain", text);
  const program = loadProgram("page.iochain", (uri) => {
    if (uri === "page.iochain") return document;
    if (uri === "services.iochain") return SERVICES;
    return uri.startsWith("../") ? "outside" : "missing";
  });
  return checkEverything(program);
}

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
    expect(found(exampleOf(page)).map((finding) => finding.code)).toContain(code);
  });

  it.each(codes.filter((code) => !NOT_MENDED.includes(code)))("%s has its example mended", (code) => {
    const [broken, mended = ""] = examplesOf(read(code));
    expect(mended.trim()).not.toBe("");
    expect(mended).not.toBe(broken);
    const left = found(mended).filter((finding) => finding.code === code || rows[finding.code].severity === "error");
    expect(left.map((finding) => `${finding.code}: ${finding.message}`)).toEqual([]);
  });
});
