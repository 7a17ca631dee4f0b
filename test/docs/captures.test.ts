/** The page on captures names the link types that are decoded, and no other. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LINK_TYPES } from "../../server/src/capture/link.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/captures.md"), "utf8");

test("the link types of the page are those of the decoder", () => {
  const rows = [...page.matchAll(/^\| (\d+(?:, \d+)*) \|/gm)].flatMap(([, numbers = ""]) =>
    numbers.split(", ").map(Number),
  );
  expect(rows.toSorted((a, b) => a - b)).toEqual([...LINK_TYPES.keys()].toSorted((a, b) => a - b));
});
