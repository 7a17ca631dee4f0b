/** An assert that fails has a counterexample: the fix writes it down as a scenario, ready to be stepped. */

import { quote } from "../../syntax/strings.ts";
import type { AssertStatement } from "../../syntax/tree.ts";
import { insertAfter } from "../edits.ts";
import { dataOf, type Fixer, isString } from "./fix.ts";

export const scenarioOfWitness: Fixer = (view, finding) => {
  const { at } = finding.place;
  const packet = dataOf(finding, "packet", isString);
  if (packet === undefined) return [];
  const assert = at.statement as AssertStatement;
  const taken = new Set(view.policy().scenarios.map(({ statement }) => statement.title?.text));
  const wanted = `Counterexample: ${assert.title?.text ?? assert.property?.word ?? "assert"}`;
  let title = wanted;
  for (let n = 2; taken.has(title); n += 1) title = `${wanted} ${n}`;
  return [
    {
      title: "Write the counterexample as a scenario",
      edits: [insertAfter(view, at, `\nscenario ${quote(title)} {\n  send ${packet}\n}`)],
    },
  ];
};
