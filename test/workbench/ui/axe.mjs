// What axe-core finds wrong with a page of the extension's.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** A line for each violation; `selector` tells the page by something in it. */
export async function problemsOf(page, selector) {
  for (const frame of page.frames()) {
    const found = frame.locator(selector).count();
    if ((await found.catch(() => 0)) === 0) continue;
    await frame.evaluate(axe);
    const { violations } = await frame.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
  }
  return [`no page has ${selector}`];
}
