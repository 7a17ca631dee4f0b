/** The documentation: every page can be built, every link in it leads somewhere, every statement has its diagram. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildSite } from "../../docs/site/build.mjs";
import { statements } from "../../docs/site/diagrams.mjs";
import { parseFile } from "../../server/src/syntax/document.ts";

const docs = path.join(import.meta.dirname, "../../docs");
let folder: string;
let problems: string[];
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "iochain-site-"));
  problems = await buildSite(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("every link leads somewhere", () => {
  expect(problems).toEqual([]);
});

test("every page is in the navigation or linked from a page that is", async () => {
  const pages = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".html"));
  const linked = new Set(["index.html"]);
  for (const page of linked) {
    const html = await readFile(path.join(folder, page), "utf8");
    for (const [, href = ""] of html.matchAll(/href="([^"#:]+\.html)(?:#[^"]*)?"/g))
      linked.add(path.posix.join(path.posix.dirname(page), href));
  }
  expect(pages.filter((page) => !linked.has(page))).toEqual([]);
});

test("the search knows each page, and its sections by links that lead there", async () => {
  const script = await readFile(path.join(folder, "sections.js"), "utf8");
  const sections: { href: string; heading: string; text: string }[] = JSON.parse(script.replace(/^sections=/, ""));
  const pages = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".html"));
  expect(new Set(sections.map(({ href }) => href.replace(/#.*/, "")))).toEqual(new Set(pages));
  for (const { href } of sections) {
    const [page = "", anchor] = href.split("#");
    if (anchor !== undefined) expect(await readFile(path.join(folder, page), "utf8")).toContain(`id="${anchor}"`);
  }
  expect(sections.filter(({ text }) => /spoofguard/i.test(text)).length).toBeGreaterThan(5);
});

test("the page of diagrams shows every statement of the grammar", async () => {
  const page = await readFile(path.join(docs, "grammar.md"), "utf8");
  const missing = statements.filter(
    (name) => name !== "unknownStatement" && !page.includes(`<!-- diagram: ${name} -->`),
  );
  expect(missing).toEqual([]);
});

test("the policies in the pages have no syntax errors", async () => {
  const names = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith(".md"));
  const wrong: string[] = [];
  for (const name of names) {
    if (name === "findings/syntax-error.md" || name === "findings/duplicate-clause.md") continue;
    const text = await readFile(path.join(docs, name), "utf8");
    for (const [, code = ""] of text.matchAll(/^```iochain\n([\s\S]*?)^```/gm))
      for (const { error } of parseFile(name, code).errors()) wrong.push(`${name}: ${error.message}`);
  }
  expect(wrong).toEqual([]);
});
