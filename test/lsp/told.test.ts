/** What is told of a document is what would be told if nothing had been told before. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Diagnostic } from "vscode-languageserver-types";
import type { Finding } from "../../server/src/check/finding.ts";
import { LastTold } from "../../server/src/lsp/told.ts";
import { joined } from "../../server/src/wire/framing.ts";

const step = fc.record({
  /** Findings that come, at places among those that there are; those that go; and what is put elsewhere. */
  come: fc.array(fc.nat(), { maxLength: 3 }),
  go: fc.array(fc.nat(), { maxLength: 3 }),
  moved: fc.option(fc.tuple(fc.nat(), fc.nat()), { freq: 5 }),
  lines: fc.boolean(),
  limit: fc.nat({ max: 12 }),
  isWritten: fc.boolean(),
});

const line = (at: number): Diagnostic["range"] => {
  const place = { line: at, character: 0 };
  return { start: place, end: place };
};

it("is put together of what was told", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const told = new LastTold("a");
      let all: Finding[] = [];
      let count = 0;
      let shifts = 0;
      /** Of a finding, the same until lines come or go. One in four is nowhere. */
      let made = new Map<Finding, Diagnostic | undefined>();
      const make = (finding: Finding) => {
        const known = made.get(finding);
        if (known || made.has(finding)) return known;
        const { message } = finding;
        const diagnostic = Number(message) % 4 === 3 ? undefined : { range: line(shifts), message: `é ${message}` };
        made.set(finding, diagnostic);
        return diagnostic;
      };
      let before: { resultId: string; items: unknown } | undefined;
      for (const { come, go, moved, lines, limit, isWritten } of steps) {
        for (const at of come) all.splice(at % (all.length + 1), 0, { message: String(count++) } as Finding);
        for (const at of go) all.splice(at % Math.max(1, all.length), 1);
        if (moved && all.length > 0) all.splice(moved[1] % all.length, 0, ...all.splice(moved[0] % all.length, 1));
        if (lines) {
          shifts += 1;
          made = new Map();
        }
        all = [...all];
        const shown = all.slice(0, limit);
        const more = all.length > limit ? { range: line(0), message: `${all.length}, ${limit}` } : undefined;
        const now = told.next("file:///a", shown, more, shifts, make);
        const items = [more, ...shown.map(make)].filter((one) => one !== undefined);
        if (isWritten) expect(JSON.parse(new TextDecoder().decode(joined(told.write(now))))).toEqual(items);
        // Equal ids, equal answers; and what was not touched has the same id.
        if (now.resultId === before?.resultId) expect(items).toEqual(before.items);
        expect(told.next("file:///a", [...shown], more, shifts, make)).toBe(now);
        before = { resultId: now.resultId, items };
      }
    }),
    { numRuns: Number(process.env.RUNS ?? 300) },
  );
});
