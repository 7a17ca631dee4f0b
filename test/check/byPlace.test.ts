/** Findings by place, kept up by edits, beside a list that is filtered and sorted anew. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { FindingsByPlace, gravest, identity } from "../../server/src/check/byPlace.ts";
import { CODES, type Code } from "../../server/src/check/codes.ts";
import { type Finding, finding, related } from "../../server/src/check/finding.ts";
import { SourceDocument } from "../../server/src/syntax/document.ts";

const URI = "many.iochain";
const LINES = 1500;
const text = Array.from({ length: LINES }, (_, i) => `group g-${i} = 10.0.0.${i % 256}\n`).join("");
const SOME: readonly Code[] = ["unknown-name", "rule-shadowed", "unused-declaration", "host-bits-set"];

const n = fc.nat({ max: LINES - 1 });
const step = fc.oneof(
  // Many at once, some of them twice; some point at another line.
  fc.record({
    kind: fc.constant("add" as const),
    at: fc.array(fc.tuple(n, fc.constantFrom(...SOME), fc.option(n)), { minLength: 1, maxLength: 400 }),
  }),
  fc.record({ kind: fc.constant("delete" as const), at: fc.array(fc.nat(), { maxLength: 50 }) }),
  fc.record({ kind: fc.constant("edit" as const), line: n, cut: fc.nat({ max: 40 }), put: fc.nat({ max: 40 }) }),
);

const stands = ({ place, related: others = [] }: Finding): boolean =>
  [place, ...others].every(({ at }) => !at.statement.chunk.gone);
const lineOf = ({ place }: Finding) => place.at.statement.chunk.line;
const graveness = ({ code }: Finding) => ["error", "warning", "information", "hint"].indexOf(CODES[code].severity);

it("are those of a list that is looked through", { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), n, n, (steps, most, line) => {
      const document = new SourceDocument(URI, text);
      const found = new FindingsByPlace().follow([document]);
      let plain: Finding[] = [];
      for (const one of steps) {
        const { statements } = document.tree;
        const at = (index: number) => ({ uri: URI, statement: statements[index % statements.length] as never });
        if (one.kind === "edit") {
          const start = { line: one.line, character: 0 };
          const range = { start, end: { line: one.line + one.cut, character: 0 } };
          document.edit([{ range, text: "group h = any\n".repeat(one.put) }], document.version + 1);
        } else if (one.kind === "delete")
          for (const index of one.at) {
            const [gone] = plain.splice(index % Math.max(1, plain.length), 1);
            if (gone) found.delete(gone);
          }
        else if (statements.length > 0)
          for (const [index, code, other] of one.at) {
            const more = other === null ? {} : { related: [related(at(other), "there")] };
            const said = finding(code, at(index), { start: 0, end: 5 }, "so it is", more);
            plain.push(said);
            found.add(said);
          }
        plain = plain.filter(stands);
        const told = [...new Map(plain.map((f) => [identity(f), f])).values()].sort((a, b) => lineOf(a) - lineOf(b));
        const words = (findings: Iterable<Finding>) => Array.from(findings, identity).sort();
        expect(found.count(URI)).toBe(told.length);
        expect(words(found.of(URI))).toEqual(words(told));
        expect(words(found.between(URI, line, line + 10))).toEqual(
          words(told.filter((f) => lineOf(f) >= line && lineOf(f) <= line + 10)),
        );
        const first = [...told].sort((a, b) => graveness(a) - graveness(b)).slice(0, most);
        const chosen = gravest([found], URI, most);
        expect(words(chosen)).toEqual(words(first));
        expect(chosen.map(lineOf)).toEqual(chosen.map(lineOf).sort((a, b) => a - b));
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 60) },
  );
});
