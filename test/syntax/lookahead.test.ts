/** The kept look-ahead is what Chevrotain finds in the grammar. UPDATE=1 writes `server/src/syntax/lookahead.ts` anew. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  GAstVisitor,
  getLookaheadPaths,
  type IProductionWithOccurrence,
  type LookaheadProductionType,
  type Rule,
} from "chevrotain";
import { expect, test } from "vitest";
import { productionsOfGrammar } from "../../server/src/syntax/parser.ts";

interface Place {
  readonly method: string;
  readonly type: LookaheadProductionType;
  readonly occurrence: number;
}
/** Where a rule goes on according to the next token. */
function placesIn(rule: Rule): Place[] {
  const found: Place[] = [];
  const take = (method: string, type: LookaheadProductionType) => (node: IProductionWithOccurrence) =>
    void found.push({ method, type, occurrence: node.idx });
  const visitor = Object.assign(Object.create(GAstVisitor.prototype) as GAstVisitor, {
    visitAlternation: take("OR", "Alternation"),
    visitOption: take("OPTION", "Option"),
    visitRepetition: take("MANY", "Repetition"),
    visitRepetitionMandatory: take("AT_LEAST_ONE", "RepetitionMandatory"),
    visitRepetitionWithSeparator: take("MANY_SEP", "RepetitionWithSeparator"),
    visitRepetitionMandatoryWithSeparator: take("AT_LEAST_ONE_SEP", "RepetitionMandatoryWithSeparator"),
  });
  rule.accept(visitor);
  return found;
}

function linesOf(rule: Rule): string[] {
  return placesIn(rule).map(({ method, type, occurrence }) => {
    const paths = getLookaheadPaths({ occurrence, rule, prodType: type, maxLookahead: 1 });
    // Of what is optional, what begins it; what may follow it does not matter.
    const choices = method === "OR" ? paths : paths.slice(0, 1);
    const names = choices.map((alternative) => alternative.flatMap((path) => path.map(({ name }) => name)).join(" "));
    return [`${rule.name} ${method}${occurrence === 0 ? "" : ` ${occurrence}`}`, ...names].join(" | ");
  });
}

test("what is kept is what Chevrotain finds", () => {
  const found = Object.values(productionsOfGrammar()).flatMap(linesOf);
  const text = `/**
 * Which tokens lead where, a line for each place of the grammar at which there is a choice: the rule, the method, and
 * the tokens that begin each alternative, or what is optional. Chevrotain finds it, \`test/syntax/lookahead.test.ts\`
 * writes it down.
 */
export const LOOKAHEAD = \`
${found.join("\n")}
\`;
`;
  const file = join(import.meta.dirname, "../../server/src/syntax/lookahead.ts");
  if (process.env.UPDATE) writeFileSync(file, text);
  expect(readFileSync(file, "utf8")).toBe(text);
});
