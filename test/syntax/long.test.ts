/** Texts that are longer than a pattern or a memory can take in one piece. */
import { describe, expect, test } from "vitest";
import { MOST_LINES, MOST_PARTS } from "../../server/src/syntax/batches.ts";
import { lineOf, parseFile, type SourceDocument } from "../../server/src/syntax/document.ts";
import { lex, MOST_OF_LINE } from "../../server/src/syntax/tokens.ts";
import { samples } from "./policies.ts";

describe("a long text", () => {
  test("has the tokens that its parts have", () => {
    const part = `${samples.join("\n")}\n/* a comment\n of lines */ /// 10.0.0.1 - "\n"a, b" 00-50-56-00-00-01\n`;
    const { tokens, comments } = lex(part);
    const times = Math.ceil((3 << 20) / part.length);
    const all = lex(part.repeat(times));
    expect(all.tokens.length).toBe(tokens.length * times);
    expect(all.comments.length).toBe(comments.length * times);
    const flat = (found: typeof all, shift: number) =>
      [...found.tokens, ...found.comments].map(
        ({ image, startOffset, tokenType }) => `${startOffset + shift} ${tokenType.name} ${image}`,
      );
    const last = { tokens: all.tokens.slice(-tokens.length), comments: all.comments.slice(-comments.length) };
    expect(flat(last, 0)).toEqual(flat({ tokens, comments }, part.length * (times - 1)));
  });

  const MILLIONS = 12_000_000;
  test.each([
    ["name", "a-".repeat(MILLIONS)],
    ["string", `"${"a".repeat(2 * MILLIONS)}"`],
    ["string that is open", `"${"\\a".repeat(MILLIONS)}`],
    ["number with dots", "1.".repeat(MILLIONS)],
    ["address", `:${":".repeat(2 * MILLIONS)}`],
  ])("with a %s without end has one mistake, and what is behind its line is read", (_, monster) => {
    const document = parseFile("x", `group a = ${monster}\ngroup b = 10.0.0.1\n`);
    expect([...document.errors()].map(({ error }) => error.message)).toEqual([
      expect.stringMatching(/too long to be read/),
    ]);
    const last = document.tree.statements.at(-1);
    expect([last?.kind, last?.broken, lineOf(last as never)]).toEqual(["group", false, 2]);
  });

  test("of more lines than a policy may have is read up to them, edited or not", () => {
    const text = `group a = 10.0.0.1\n${"\n".repeat(MOST_LINES)}group b = 10.0.0.1\n`;
    const document = parseFile("x", text);
    const look = () => [document.tree.statements.length, ...[...document.errors()].map(({ chunk }) => chunk.line)];
    expect(look()).toEqual([1, MOST_LINES]);
    const line = { line: MOST_LINES, character: 0 };
    document.edit([{ range: { start: line, end: line }, text: "group c = 10.0.0.2 " }], 2);
    expect(look()).toEqual([1, MOST_LINES]);
    document.edit([{ range: { start: { line: 1, character: 0 }, end: { line: 11, character: 0 } }, text: "" }], 3);
    expect(look()).toEqual([3]);
  });

  const look = (document: SourceDocument) => ({
    statements: document.tree.statements.length,
    errors: [...document.errors()].map(({ chunk, error }) => `${chunk.line}:${error.start}-${error.end} ${error.code}`),
  });
  const inserted = (line: number, text: string) => {
    const place = { line, character: 0 };
    return [{ range: { start: place, end: place }, text }];
  };

  test("has a line that is too long: its beginning is read, and the lines behind it, edited or not", () => {
    const group = "group a = 10.0.0.1 ";
    const count = Math.floor(MOST_OF_LINE / group.length);
    const text = `${group.repeat(count + 10)}\n${group}\n`;
    const document = parseFile("x", text);
    expect(look(document)).toEqual({
      // What is cut off spoils the last one.
      statements: count + 2,
      errors: [`0:${MOST_OF_LINE}-${(count + 10) * group.length} syntax-error`],
    });
    document.edit(inserted(0, group), 2);
    expect(look(document)).toEqual(look(parseFile("x", group + text)));
    document.edit(inserted(1, "}"), 3);
    expect(look(document)).toEqual(look(parseFile("x", document.text)));
  });

  test("of more statements than a policy may have is read up to them, edited or not", () => {
    const text = "group a = b\ngroup a = b group a = b\n".repeat(Math.ceil(MOST_PARTS / 3));
    const document = parseFile("x", text);
    const lines = document.lineCount - 1;
    const all = { statements: 3 * Math.floor(MOST_PARTS / 3) + 1, errors: [`${lines - 1}:0-23 syntax-error`] };
    expect(look(document)).toEqual(all);
    document.edit(inserted(5, "// \n"), 2);
    expect(look(document)).toEqual({ ...all, errors: [`${lines}:0-23 syntax-error`] });
    document.edit([{ range: { start: { line: 0, character: 0 }, end: { line: 10, character: 0 } }, text: "" }], 3);
    expect(look(document).errors).toEqual([]);
  });

  test.each([
    ["comment", `/*${"*".repeat(2 * MILLIONS)}*/`],
    ["comment of a line", `//${"/".repeat(2 * MILLIONS)}`],
    ["silence", " ".repeat(2 * MILLIONS)],
  ])("with a %s without end has no mistake", (_, monster) => {
    const document = parseFile("x", `group a = 10.0.0.1 ${monster}\ngroup b = 10.0.0.1\n`);
    expect([...document.errors()].map(({ error }) => error.message)).toEqual([]);
    expect(document.tree.statements.length).toBe(2);
  });
});
