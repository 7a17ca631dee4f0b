/** Whatever is typed or opened: nothing throws, the tree covers the text, an edited document is as a fresh one. */
import fc from "fast-check";
import { checkEverything } from "../../server/src/check/everything.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile, SourceDocument } from "../../server/src/syntax/document.ts";
import { format } from "../../server/src/syntax/format.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { everything as outline } from "../syntax/outline.ts";
import { anyText, change, mutated, near, snippet } from "../syntax/policies.ts";
import { fuzz, LONGEST, within } from "./fuzz.ts";

const uri = "fuzz.iochain";

function everything(text: string): void {
  within(LONGEST, `a text of ${text.length} characters`, () => {
    const document = parseFile(uri, text);
    const covered = document.chunks.map((chunk) => chunk.text).join("");
    if (covered !== text) throw new Error("the tree does not cover the text");
    const program = loadProgram(uri, (wanted) => (wanted === uri ? document : undefined));
    for (const { place } of checkEverything(program, compilePolicy(program)))
      document.rangeOf(place.at.statement.chunk, place.span);
    finish(format(document, { tabSize: 2, insertSpaces: true }));
  });
}

fuzz("texts", fc.oneof(mutated, anyText, fc.string({ unit: "binary", maxLength: 400 })), everything, String);

fuzz("edits", fc.tuple(anyText, fc.array(fc.oneof(near, change), { minLength: 1, maxLength: 8 })), ([text, edits]) => {
  const document = new SourceDocument(uri, text);
  for (const [index, edit] of edits.entries()) document.edit([edit], index + 2);
  if (outline(document) !== outline(parseFile(uri, document.text)))
    throw new Error("an edited document differs from a fresh one of the same text");
});

/** Ten times the text takes at most twelve times as long. Short ones are not told from noise. */
fuzz(
  "growth",
  fc.oneof(
    snippet,
    mutated.map((text) => text.slice(0, 400)),
  ),
  (piece) => {
    const unit = `${piece}\n`.repeat(Math.ceil(4000 / (piece.length + 1)));
    const cost = (text: string): number => {
      const before = process.cpuUsage();
      parseFile(uri, text);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / 1000;
    };
    cost(unit);
    const one = Math.max(cost(unit), 2);
    const ten = cost(unit.repeat(10));
    // Measured again before it is believed: a garbage collection may fall into either.
    if (ten > 12 * one && cost(unit.repeat(10)) > 12 * Math.max(cost(unit), 2))
      throw new Error(`${one.toFixed(1)} ms, ten times the text ${ten.toFixed(1)} ms`);
  },
);
