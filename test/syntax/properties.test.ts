/** What holds of every text and every edit. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MOST } from "../../server/src/syntax/batches.ts";
import { parseFile, SourceDocument } from "../../server/src/syntax/document.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";
import type { Statement } from "../../server/src/syntax/tree.ts";
import { everything } from "./outline.ts";
import { anyText, change, mutated, near, samples, soup } from "./policies.ts";

describe("parsing never fails", () => {
  it("gives a tree for every text, and the chunks are the text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const document = parseFile("a", text);
        expect(document.chunks.map((chunk) => chunk.text).join("")).toBe(text);
        expect(document.text).toBe(text);
        let line = 0;
        for (const chunk of document.chunks) {
          expect(chunk.line).toBe(line);
          line += chunk.lineCount;
          let end = 0;
          for (const statement of chunk.statements) {
            expect(statement.start).toBeGreaterThanOrEqual(end);
            expect(statement.end).toBeGreaterThan(statement.start);
            end = statement.end;
          }
          expect(end).toBeLessThanOrEqual(chunk.text.length);
        }
        expect(document.lineCount).toBe(line);
      }),
      { numRuns: 400 },
    );
  });
  it("finds no mistake in the samples", () => {
    for (const text of samples)
      expect([...parseFile("a", text).errors()].map(({ error }) => error.message)).toEqual([]);
  });
  it("gives a broken statement for every mistake of one", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        for (const chunk of parseFile("a", text).chunks)
          for (const statement of chunk.statements)
            if (statement.broken) expect(chunk.errors.length).toBeGreaterThan(0);
      }),
    );
  });
  it("reads any packet", () => {
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        const { packet, errors } = parsePacket(text);
        expect(packet !== undefined || errors.length > 0).toBe(true);
      }),
    );
  });
});

/** Each block: the statements in it, and when it says that it last changed. */
function blocksIn(document: SourceDocument) {
  const found = new Map<Statement, { readonly inside: string; readonly changed: number }>();
  const visit = (statement: Statement): string => {
    if (!("children" in statement)) return String(idOf(statement));
    const inside = statement.children.map(visit).join();
    found.set(statement, { inside, changed: statement.changed });
    return `${idOf(statement)}(${inside})`;
  };
  for (const statement of document.tree.statements) visit(statement);
  return found;
}
const known = new WeakMap<Statement, number>();
let statements = 0;
function idOf(statement: Statement): number {
  const id = known.get(statement) ?? statements++;
  known.set(statement, id);
  return id;
}

/** Half of them as they are, the others with so few lines and statements that most texts are too much. */
const mosts = fc.oneof(
  fc.constant(MOST),
  fc.record({ lines: fc.integer({ min: 1, max: 60 }), parts: fc.integer({ min: 0, max: 40 }) }),
);

describe("an edited document", () => {
  it("is the document that its text would give", { timeout: 120_000 }, () => {
    fc.assert(
      fc.property(
        fc.oneof(mutated, soup),
        mosts,
        fc.array(fc.oneof(near, near, change), { minLength: 1, maxLength: 6 }),
        (text, most, changes) => {
          const document = new SourceDocument("a", text, 0, most);
          const known = new Set(document.chunks.flatMap((chunk) => chunk.statements));
          for (const [i, one] of changes.entries()) {
            const before = blocksIn(document);
            const { removed, added, moved } = document.edit([one], i + 1);
            for (const statement of moved) expect([...removed, ...added]).not.toContain(statement);
            for (const [block, was] of blocksIn(document)) {
              const old = before.get(block);
              if (old && old.inside !== was.inside) expect(was.changed).toBeGreaterThan(old.changed);
            }
            for (const statement of removed) expect(known.delete(statement)).toBe(true);
            for (const statement of added) known.add(statement);
            expect(everything(document)).toBe(everything(new SourceDocument("a", document.text, 0, most)));
            expect(document.chunks.map(({ text }) => text).join("")).toBe(document.text);
          }
          const now: Statement[] = document.chunks.flatMap((chunk) => chunk.statements);
          expect(known).toEqual(new Set(now));
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 200) },
    );
  });
  it("is it also where the edits come while it is being read", { timeout: 120_000 }, () => {
    const step = fc.oneof(near, change, fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(
        fc.oneof(mutated, soup),
        mosts,
        fc.array(step, { minLength: 1, maxLength: 12 }),
        (text, most, steps) => {
          const document = new SourceDocument("a", text, 0, most);
          for (const [i, step] of steps.entries()) {
            if (typeof step === "number") document.readOn(step);
            else document.edit([step], i + 1);
            const read = document.part.map((chunk) => chunk.text).join("");
            expect(document.text.startsWith(read)).toBe(true);
          }
          expect(everything(document)).toBe(everything(new SourceDocument("a", document.text, 0, most)));
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 400) },
    );
  });
  it("is it also where very many edits come at once", { timeout: 120_000 }, () => {
    const many = fc.array(fc.oneof(near, change), { minLength: 65, maxLength: 80 });
    const readLines = fc.option(fc.integer({ min: 1, max: 12 }));
    fc.assert(
      fc.property(fc.oneof(mutated, soup), readLines, many, (text, lines, changes) => {
        const document = new SourceDocument("a", text);
        if (lines !== null) document.readOn(lines);
        const known = new Set(lines === null ? document.chunks.flatMap((chunk) => chunk.statements) : []);
        const wasWhole = document.whole;
        const { removed, added } = document.edit(changes, 1);
        const other = new SourceDocument("a", text);
        for (const [i, one] of changes.entries()) other.edit([one], i + 1);
        expect(document.text).toBe(other.text);
        expect(everything(document)).toBe(everything(new SourceDocument("a", other.text)));
        if (lines !== null || !wasWhole) return;
        for (const statement of removed) expect(known.delete(statement)).toBe(true);
        for (const statement of added) known.add(statement);
        expect(known).toEqual(new Set<Statement>(document.chunks.flatMap((chunk) => chunk.statements)));
      }),
      { numRuns: Number(process.env.RUNS ?? 60) },
    );
  });
  it("waits for no more than the edit reaches", () => {
    const rules = Array.from({ length: 5000 }, (_, i) => `    rule ${i} allow from web to db`).join("\n");
    const document = new SourceDocument("a", `dfw fw {\n  section s {\n${rules}\n  }\n  default drop\n}\n`);
    document.readOn(1000);
    for (const line of [500, 3000])
      document.edit([{ range: { start: { line, character: 10 }, end: { line, character: 10 } }, text: "\n" }], line);
    expect(document.whole).toBe(false);
    expect(document.part.length).toBeGreaterThan(900);
  });
  it("keeps what the edit did not touch", () => {
    const rules = Array.from({ length: 3000 }, (_, i) => `    rule ${i} allow from web to db`).join("\n");
    const document = new SourceDocument("a", `dfw fw {\n  section s {\n${rules}\n  }\n  default drop\n}\n`);
    expect(document.chunks.length).toBe(3006);
    const { removed, added } = document.edit(
      [{ range: { start: { line: 1500, character: 10 }, end: { line: 1500, character: 10 } }, text: "9" }],
      1,
    );
    expect(removed.length).toBe(1);
    expect(added.length).toBe(1);
  });
});
