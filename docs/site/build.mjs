// The documentation as a static site: node docs/site/build.mjs [FOLDER], dist/site by default. The pages are the
// Markdown of docs/; the navigation is the list in docs/README.md. Complains of every link that leads nowhere.
import { readFileSync } from "node:fs";
import { cp, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import process from "node:process";
import * as esbuild from "esbuild";
import MarkdownIt from "markdown-it";
import { diagram } from "./diagrams.mjs";
import { highlighter } from "./highlight.mjs";

const docs = path.resolve(import.meta.dirname, "..");
const root = path.dirname(docs);
/** Pages outside docs/ that are part of the documentation. */
const OUTSIDE = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE"];

/** Writes the site; answers with what is wrong with it, a line each. */
export async function buildSite(folder) {
  await rm(folder, { recursive: true, force: true });
  const highlight = await highlighter();
  const names = (await readdir(docs, { recursive: true })).filter((name) => name.endsWith(".md")).sort();
  const pages = new Map(names.map((name) => [name, render(name, highlight)]));
  const navigation = pages.get("README.md").html;
  for (const [name, page] of pages) {
    const file = path.join(folder, htmlName(name));
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, document(name, page, navigation));
  }
  await cp(path.join(import.meta.dirname, "style.css"), path.join(folder, "style.css"));
  await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, "search.ts")],
    outfile: path.join(folder, "search.js"),
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
  });
  const sections = [...pages].flatMap(([name, page]) => sectionsOf(name, page));
  await writeFile(path.join(folder, "sections.js"), `sections=${JSON.stringify(sections.map(numbered))}`);
  await cp(path.join(root, "icons/iochain.png"), path.join(folder, "icon.png"));
  await cp(path.join(docs, "images"), path.join(folder, "images"), { recursive: true });
  return [...pages].flatMap(([name, page]) => brokenLinks(name, page, pages));
}

const htmlName = (name) => name.replace(/(^|\/)README\.md$/, "$1index.html").replace(/\.md$/, ".html");

/** A page: its title, its HTML, the anchors in it and the links from it, as they are written. */
function render(name, highlight) {
  const anchors = new Set();
  const links = [];
  const markdown = new MarkdownIt({ html: true, highlight });
  markdown.renderer.rules.heading_open = (tokens, index, options, _env, self) => {
    const anchor = anchorOf(tokens[index + 1].content);
    anchors.add(anchor);
    tokens[index].attrSet("id", anchor);
    return self.renderToken(tokens, index, options);
  };
  markdown.renderer.rules.link_open = (tokens, index, options, _env, self) => {
    const href = tokens[index].attrGet("href");
    links.push(href);
    tokens[index].attrSet("href", siteLink(name, href));
    return self.renderToken(tokens, index, options);
  };
  const text = readFileSync(path.join(docs, name), "utf8");
  const shown = new Set([...text.matchAll(DIAGRAM)].map(([, rule]) => rule));
  const html = markdown
    .render(text)
    .replace(DIAGRAM, (_, rule) => diagram(rule, shown))
    // What may be wider than the page is scrolled by keyboard, too; styles are the style sheet's.
    .replaceAll("<pre>", '<pre tabindex="0">')
    .replaceAll(/ style="text-align:(\w+)"/g, ' class="$1"');
  const [, title] = /^# (.*)$/m.exec(text) ?? [undefined, name];
  return { title: title.replaceAll("`", ""), html, anchors, links };
}

/** What stands under each heading of a page, for the search. */
function sectionsOf(name, { title, html }) {
  return html.split(/(?=<h[1-3] id=")/).flatMap((part) => {
    const [head, anchor, heading] = /^<h[1-3] id="([^"]*)">([\s\S]*?)<\/h[1-3]>/.exec(part) ?? [];
    if (head === undefined) return [];
    const own = { page: title, heading: plain(heading), text: plain(part.slice(head.length)) };
    return [{ href: part.startsWith("<h1") ? htmlName(name) : `${htmlName(name)}#${anchor}`, ...own }];
  });
}

const numbered = (section, id) => ({ id, ...section });

/** The words of a piece of HTML, without those of drawings. */
const plain = (html) =>
  html
    .replace(/<svg[\s\S]*?<\/svg>/g, " ")
    .replace(/<[^>]*>/g, "")
    .replace(/&(lt|gt|amp|quot);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&", quot: '"' })[name])
    .replace(/\s+/g, " ")
    .trim();

/** `<!-- diagram: ruleStatement -->` on a line of its own. */
const DIAGRAM = /<!-- diagram: (\S+) -->/g;

/** As GitHub makes them: a heading in small letters, blanks as hyphens, other marks left out. */
const anchorOf = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

/** A link to a file outside docs/ is left as it is written: the site is published beside the repository. */
function siteLink(name, href) {
  if (/^[a-z]+:|^#/.test(href)) return href;
  const [file, anchor] = href.split("#");
  const target = path.posix.join(path.posix.dirname(name), file || ".");
  if (target.startsWith("..")) return href;
  const page = file.endsWith("/") ? `${file}index.html` : htmlName(file);
  return anchor === undefined ? page : `${page}#${anchor}`;
}

function brokenLinks(name, { links, anchors }, pages) {
  return links.flatMap((href) => {
    if (/^(https?|mailto):/.test(href)) return [];
    const [file, anchor] = href.split("#");
    if (file === "") return anchors.has(anchor) ? [] : [`${name}: there is no heading #${anchor}`];
    const target = path.posix.join(path.posix.dirname(name), file);
    if (target.startsWith("../")) {
      const outside = target.slice(3);
      const isThere = OUTSIDE.includes(outside) || readable(path.join(root, outside));
      return isThere ? [] : [`${name}: there is no ${target}`];
    }
    const page = pages.get(target.endsWith("/") ? `${target}README.md` : target);
    if (!page) return [`${name}: there is no page ${href}`];
    return anchor === undefined || page.anchors.has(anchor) ? [] : [`${name}: ${file} has no heading #${anchor}`];
  });
}

function readable(file) {
  try {
    return readFileSync(file) !== undefined;
  } catch {
    return false;
  }
}

function document(name, { title, html }, navigation) {
  const up = "../".repeat(name.split("/").length - 1);
  // The navigation is the first page's list; seen from a folder its links start one up.
  const nav = navigation.replace(/href="(?![a-z]+:|#)([^"]*)"/g, (_, href) => `href="${up}${href}"`);
  const own = `href="${up}${htmlName(name)}"`;
  return `<!doctype html>
<html lang="en" data-up="${up}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'">
<title>${escapeHtml(title)} · IOChain</title>
<link rel="icon" href="${up}icon.png">
<link rel="stylesheet" href="${up}style.css">
<script src="${up}search.js" defer></script>
<body>
<a class="skip" href="#main">Skip to the text</a>
<a class="contents" href="#contents">All pages</a>
<nav id="contents" aria-label="Documentation"><a class="brand" href="${up}index.html"><img src="${up}icon.png" alt="" width="28" height="28">IOChain</a>
<div class="pages">
${nav.replaceAll(/<(h1|p)\b[\s\S]*?<\/\1>/g, "").replaceAll(own, `${own} aria-current="page"`)}
</div>
</nav>
<main id="main">
${html}
</main>
</body>
</html>
`;
}

const escapeHtml = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");

if (process.argv[1] === import.meta.filename) {
  const folder = path.resolve(process.argv[2] ?? path.join(root, "dist/site"));
  const problems = await buildSite(folder);
  for (const problem of problems) console.error(problem);
  console.log(
    `${path.relative(process.cwd(), folder) || "."}: ${problems.length === 0 ? "all links lead somewhere" : `${problems.length} broken links`}`,
  );
  if (problems.length > 0) process.exitCode = 1;
}
