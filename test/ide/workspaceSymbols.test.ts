/** The search for names, which are kept over edits, finds what a search in the text read anew finds. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { workspaceSymbols } from "../../server/src/ide/workspaceSymbols.ts";
import { parseFile, type SourceDocument } from "../../server/src/syntax/document.ts";
import { finish } from "../../server/src/syntax/steps.ts";

const uri = "file:///policy.iochain";
const TEXT = `vm web-01 { vnic eth0 { ip 10.0.0.1 } }
group Web = web-01
dfw fw {
  section "Shop" {
    rule 1001 "Users to web" allow to Web
    rule 1002 drop
  }
  section Rest {
    rule 9 "Übrige" drop
  }
  default drop
}
chain c { slot 2 dfw fw }
scenario "Buys" { send tcp 10.0.0.9:1 -> web-01:80 }
`;
const QUERIES = ["", "web", "r1", "ÜB", "shop", "1002", "zz", "rule 9", "eb", "\ud83d"];

const found = (document: SourceDocument) =>
  QUERIES.map((query) => finish(workspaceSymbols([document], query)).map(({ name, location }) => [name, location]));

test("what is kept over edits is what the text has", () => {
  const pieces = fc.constantFrom(
    "x",
    "}",
    "{",
    "\n",
    " ",
    "rule 7 drop\n",
    'section "New" {\n',
    "group g = any\n",
    '"',
  );
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat(12), pieces), { maxLength: 12 });
  fc.assert(
    fc.property(edits, (list) => {
      const document = parseFile(uri, TEXT);
      let text = TEXT;
      for (const [index, [at, length, piece]] of list.entries()) {
        const start = at % (text.length + 1);
        const end = Math.min(text.length, start + length);
        const range = { start: positionIn(text, start), end: positionIn(text, end) };
        text = text.slice(0, start) + piece + text.slice(end);
        document.edit([{ range, text: piece }], index + 1);
        expect(found(document)).toEqual(found(parseFile(uri, text)));
      }
    }),
    { numRuns: 60 },
  );
});

function positionIn(text: string, offset: number) {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

test("letters stand in their order, whatever their case, and a piece of a name is enough", () => {
  const names = (query: string) => finish(workspaceSymbols([parseFile(uri, TEXT)], query)).map(({ name }) => name);
  expect(names("wEb")).toEqual(["web-01", "Web", "rule 1001 Users to web"]);
  expect(names("bew")).toEqual([]);
  expect(names("üb")).toEqual(["rule 9 Übrige"]);
});
