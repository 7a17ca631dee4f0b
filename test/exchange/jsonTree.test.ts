/** The tree made in steps is the library's, and nothing else is taken for JSON than what the library takes. */
import fc from "fast-check";
import { type Node, type ParseError, parseTree } from "jsonc-parser";
import { expect, test } from "vitest";
import { type JsonNode, jsonTree } from "../../server/src/exchange/jsonTree.ts";
import { finish } from "../../server/src/syntax/steps.ts";

function library(text: string): unknown {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true });
  return errors.length > 0 || root === undefined ? undefined : plain(root);
}
const plain = (node: Node | JsonNode): unknown =>
  node.type === "object" || node.type === "array" || node.type === "property"
    ? { type: node.type, offset: node.offset, children: (node.children ?? []).map(plain) }
    : { type: node.type, offset: node.offset, value: node.value };
function own(text: string): unknown {
  const root = finish(jsonTree(text));
  return root && plain(root);
}

const texts = fc
  .tuple(fc.json(), fc.constantFrom(undefined, 1, "\t"))
  .map(([text, space]) => JSON.stringify(JSON.parse(text), undefined, space));

test("of a text of JSON", () => {
  fc.assert(
    fc.property(texts, (text) => {
      expect(own(text)).toEqual(library(text));
    }),
  );
});

test("of a damaged one", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.constantFrom(...'{}[],:"\\-0.e/*\n \u0001a', "//", "true", "\\u12")), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(texts, damage, (text, changes) => {
      let damaged = text;
      for (const [at, instead] of changes) {
        const place = at % (damaged.length + 1);
        damaged = damaged.slice(0, place) + instead + damaged.slice(place + (at % 3));
      }
      expect(own(damaged)).toEqual(library(damaged));
    }),
    { numRuns: 3000 },
  );
});
