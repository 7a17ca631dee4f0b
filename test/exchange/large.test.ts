/** The largest vNIC that is known from public sources comes in whole. */
import { expect, test } from "vitest";
import { importInputs } from "../../server/src/exchange/import.ts";
import { ENTRIES, largeDump, RULES } from "./large.ts";

test("17,242 rules and 246,138 entries of address sets are all there", () => {
  const { rules, sets } = largeDump();
  const result = importInputs("getrules", [
    { name: "rules.txt", text: rules },
    { name: "sets.txt", text: sets },
  ]);
  if (!("text" in result)) throw new Error(result.refused.message);
  expect(result.text.match(/^ *rule \d+ +allow/gm)?.length).toBe(RULES);
  expect(result.text.match(/10\.\d+\.\d+\.\d+/g)?.length).toBe(ENTRIES);
  expect(result.notes.filter(({ kind }) => kind !== "understood")).toEqual([]);
});
