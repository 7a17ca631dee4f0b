/** The vocabulary is sound. At run time nobody asks: Chevrotain's own validation would cost every start of every program. */
import { Lexer } from "chevrotain";
import { expect, test } from "vitest";
import { TOKENS } from "../../server/src/dap/expression/tokens.ts";
import { VOCABULARY } from "../../server/src/syntax/tokens.ts";

test.each([
  ["the policy language", VOCABULARY],
  ["expressions", TOKENS],
])("Chevrotain finds nothing wrong with the tokens of %s", (_, tokens) => {
  const lexer = new Lexer([...tokens], { positionTracking: "onlyOffset", ensureOptimizations: false });
  expect(lexer.lexerDefinitionErrors).toEqual([]);
});
