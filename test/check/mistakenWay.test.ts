/** One mistake is one finding: expectations and asserts whose packets have met it are silent. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { checkEverything } from "../../server/src/check/everything.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { readMarkers } from "./markers.ts";

it("what fails because of an error is no second one", () => {
  const text = readFileSync(join(import.meta.dirname, "way.iochain"), "utf8");
  const document = parseFile("way.iochain", text);
  const { expected, inScope } = readMarkers(text);
  const found = checkEverything(loadProgram("way.iochain", () => document)).filter(({ code }) => inScope(code));
  const told = found.map(({ code, place }) => [
    document.rangeOf(place.at.statement.chunk, place.span).start.line + 1,
    [code],
  ]);
  expect(told).toEqual([...expected]);
});
