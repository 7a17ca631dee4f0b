/** The page of performance says what the bench has measured, of every suite. `npm run bench:page` writes it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { PAGE, results, withTables } from "../../bench/page.ts";

const page = readFileSync(PAGE, "utf8");

test("its figures are the kept ones", () => {
  expect(page).toBe(withTables(page, results()));
});

test("every suite has its figures, and says what they are beside", () => {
  const suites = [...new Set(results().figures.map(({ suite }) => suite))];
  expect(suites).toContain("language server");
  for (const suite of suites) expect(page.toLowerCase()).toContain(`**${suite}**`);
});
