/** What formatting promises of every text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFile } from "../../server/src/syntax/document.ts";
import { applyEdits, format, formatRange, formatText } from "../../server/src/syntax/format.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { comments, meaning } from "./outline.ts";
import { anyText, mutated, samples } from "./policies.ts";

const formatted = (text: string) => formatText(parseFile("a", text));

describe("formatting", { timeout: 120_000 }, () => {
  it("leaves the samples as they are", () => {
    for (const text of samples) expect(formatted(text)).toBe(text);
  });
  it("says the same as before, comments included", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const before = parseFile("a", text);
        const after = parseFile("a", formatText(before));
        expect(meaning(after)).toBe(meaning(before));
        expect(comments(after)).toEqual(comments(before));
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
  });
  it("changes nothing the second time", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = formatted(text);
        expect(formatted(once)).toBe(once);
      }),
      { numRuns: Number(process.env.RUNS ?? 300) },
    );
  });
  it("leaves statements with mistakes exactly as they are", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const document = parseFile("a", text);
        const after = formatText(document);
        for (const chunk of document.chunks) {
          if (chunk.errors.length > 0) expect(after).toContain(chunk.text.replace(/^\uFEFF/, "").trimEnd());
        }
      }),
    );
  });
  it("touches only what changes, in order and apart", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const document = parseFile("a", text);
        const edits = finish(format(document));
        for (const [i, { range }] of edits.entries()) {
          const next = edits[i + 1]?.range.start;
          if (next)
            expect(
              next.line > range.end.line || (next.line === range.end.line && next.character >= range.end.character),
            ).toBe(true);
        }
        expect(applyEdits(text, edits)).toBe(formatText(document));
      }),
    );
  });
  it("formats a part", () => {
    const document = parseFile("a", "group  a=any\n\ngroup  b=any\n\ngroup  c=any\n");
    const range = { start: { line: 2, character: 0 }, end: { line: 2, character: 3 } };
    expect(applyEdits(document.text, finish(formatRange(document, range)))).toBe(
      "group  a=any\n\ngroup b = any\n\ngroup  c=any\n",
    );
  });
  it("does to a part what it does to the whole", () => {
    const line = fc.integer({ min: 0, max: 90 });
    fc.assert(
      fc.property(mutated, line, line, (text, first, last) => {
        const document = parseFile("a", text);
        const range = { start: { line: first, character: 0 }, end: { line: last, character: 0 } };
        const all = finish(format(document)).map((edit) => JSON.stringify(edit));
        for (const edit of finish(formatRange(document, range))) expect(all).toContain(JSON.stringify(edit));
      }),
      { numRuns: 300 },
    );
  });
  it("joins a rule that fits on a line, and keeps the shape of one that does not", () => {
    expect(formatted("acl a {\n  rule 1\n allow\n    to b from a\n}\n")).toBe(
      "acl a {\n  rule 1 allow from a to b\n}\n",
    );
    const long = `acl a {\n  rule 1 allow\n    from ${"web, ".repeat(12)}web\n    to ${"web, ".repeat(12)}web\n}\n`;
    expect(formatted(long)).toBe(long);
  });
  it("keeps line ends, the byte-order mark and tabs", () => {
    expect(formatted("\uFEFFgroup  a=any\r\nacl x {\r\ndefault allow }")).toBe(
      "\uFEFFgroup a = any\r\nacl x {\r\n  default allow\r\n}\r\n",
    );
    expect(formatText(parseFile("a", "acl x {\ndefault allow\n}\n"), { insertSpaces: false })).toBe(
      "acl x {\n\tdefault allow\n}\n",
    );
  });
});
