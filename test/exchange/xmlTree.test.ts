/** Long XML is read in pieces, and is what the library makes of it in one. */
import { parseXml, XmlElement, XmlError } from "@rgrove/parse-xml";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Refusal } from "../../server/src/exchange/report.ts";
import { readXml, type XmlNode } from "../../server/src/exchange/xml.ts";
import { finish } from "../../server/src/syntax/steps.ts";

/** Name, place and text of every element, in the order of the text. */
function* listed(node: XmlNode): Generator<string> {
  const { line, column } = node.at();
  yield `${line}:${column} ${node.name} ${node.attribute("id") ?? ""} ${node.all().length === 0 ? (node.content ?? "") : ""}`;
  for (const child of node.all()) yield* listed(child);
}
function* listedBy(element: XmlElement, text: string): Generator<string> {
  const before = text.slice(0, element.start);
  const inside = element.children.filter((child) => child instanceof XmlElement);
  const column = element.start - before.lastIndexOf("\n");
  yield `${before.split("\n").length}:${column} ${element.name} ${element.attributes.id ?? ""} ${inside.length === 0 ? element.text.trim() : ""}`;
  for (const child of inside) yield* listedBy(child, text);
}

const read = (text: string) => finish(readXml({ name: "a.xml", text }, 200));
const LONG = "x".repeat(30_000);
/** Elements of many lengths, some of them longer than a piece. */
const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      fc.constantFrom("rule", "section", "_"),
      fc.constantFrom("", ' id="1"', " id='a>b'"),
      fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.constantFrom("", "word", "\n", "<!-- <a> -->", "<![CDATA[</a>]]>", "&lt;", LONG),
        fc.array(tie("element"), { maxLength: 5 }).map((inside) => inside.join("\n")),
      ),
    )
    .map(([name, attributes, inside]) =>
      inside === "" ? `<${name}${attributes}/>` : `<${name}${attributes}>${inside}</${name}>`,
    ),
}));

describe("long XML", () => {
  test("has the elements that the library finds, where it finds them", () => {
    fc.assert(
      fc.property(fc.array(element, { minLength: 1, maxLength: 6 }), (inside) => {
        const text = `<?xml version="1.0"?>\n<list>${inside.join("")}<last>${LONG}${LONG}${LONG}</last></list>`;
        const { root } = parseXml(text, { includeOffsets: true });
        expect([...listed(read(text))]).toEqual([...listedBy(root as XmlElement, text)]);
      }),
      { numRuns: 60 },
    );
  });

  test("takes steps of a piece each", () => {
    const text = `<list>${`<rule>${"a".repeat(1000)}</rule>\n`.repeat(3000)}</list>`;
    const steps = readXml({ name: "a.xml", text }, 200);
    let count = 1;
    while (steps.next().done !== true) count++;
    expect(count).toBeGreaterThan(40);
  });

  test.each([
    ["an end without a beginning", "</rule>"],
    ["another element's end", "<rule><name>a</rule></name>"],
    ["an attribute without quotes", "<rule id=1/>"],
    ["an unknown entity", "<rule>&nbsp;</rule>"],
    ["no end", "<rule>"],
  ])("is refused where the library refuses it: %s", (_, wrong) => {
    const text = `<list>\n<a>${LONG}</a>\n<a>${LONG}</a>\n<a>${LONG}</a>\n${wrong}\n<b/></list>`;
    const places = [() => parseXml(text), () => read(text)].map((attempt) => {
      try {
        attempt();
      } catch (error) {
        if (error instanceof XmlError) return [error.line, error.column];
        if (error instanceof Refusal) return [error.place.line, error.place.column];
      }
      return undefined;
    });
    expect(places[0]).toBeDefined();
    expect(places[1]).toEqual(places[0]);
  });
});
