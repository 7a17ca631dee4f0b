/** Set findings kept through edits are those of a fresh look: random policies, random edits of their lines. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checkProgram } from "../../server/src/check/check.ts";
import { withErrors } from "../../server/src/check/mistakenWay.ts";
import { KeptSets } from "../../server/src/check/sets/kept.ts";
import { setFindings } from "../../server/src/check/sets.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Policy } from "../../server/src/policy/policy.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { SourceDocument } from "../../server/src/syntax/document.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Dice, policyText, ruleText } from "../space/policies.ts";
import { RUNS } from "./reading.ts";

/** What is found, as line, code and message. */
function found(document: SourceDocument, policy: Policy, kept?: KeptSets): string[] {
  const program = loadProgram(document.uri, () => document);
  const told: string[] = [];
  for (const event of setFindings(policy, withErrors(checkProgram(program, policy)), kept)) {
    if (event === undefined) continue;
    // A rule with an error may have a say in what becomes of a redirect's packets.
    if ("undecided" in event) {
      told.push(`undecided ${event.undecided.id}`);
      continue;
    }
    const lines = [event.place, ...(event.related ?? [])].map(
      ({ at, span }) => document.rangeOf(at.statement.chunk, span).start.line,
    );
    told.push(`${lines[0]} ${event.code} ${event.message}`);
    for (const line of lines) expect(line).toBeLessThan(document.lineCount);
  }
  return told;
}

/** An edit of the kind that is made while typing, as a change of whole lines. */
function edit(document: SourceDocument, dice: Dice): void {
  const rules = Array.from({ length: document.lineCount }, (_, i) => i).filter((i) =>
    /^\s*rule \d/.test(document.lineText(i)),
  );
  const replace = (line: number, count: number, text: string) =>
    document.edit(
      [{ range: { start: { line, character: 0 }, end: { line: line + count, character: 0 } }, text }],
      document.version + 1,
    );
  const line = rules.length === 0 ? 0 : dice.pick(rules);
  const text = document.lineText(line);
  const other = document.lineText(rules.length === 0 ? 0 : dice.pick(rules));
  switch (dice.below(9)) {
    case 0:
      return void replace(line, 1, "");
    case 1:
      return void replace(line, 0, `${ruleText(dice, 1000 + document.version)}\n`);
    case 2:
      return void replace(line, 1, `${ruleText(dice, 1000 + document.version)}\n`);
    case 3:
      return void replace(line, 1, `${text.replace(/allow|drop/, (word) => (word === "allow" ? "drop" : "allow"))}\n`);
    case 4:
      return void replace(line, 1, `${other}\n${text}\n`);
    case 5:
      return void replace(line, 1, `${text} from\n`);
    case 6:
      return void replace(line, 1, `${text.replace(/ from$/, "")} disabled\n`.replace(/disabled disabled/, ""));
    case 7: {
      const at = dice.below(document.lineCount);
      const whole = document.lineText(at);
      const after = whole
        .replace(/^group mixed.*/, `group mixed = ${dice.pick(["a", "b, 10.0.1.0/30", "any"])}`)
        .replace(/default (allow|drop)/, (_, word) => `default ${word === "allow" ? "drop" : "allow"}`)
        .replace(/ip 10\.0\.0\.2 /, `ip ${dice.pick(["10.0.0.77", "dhcp", "10.0.0.2"])} `)
        .replace(/ (category \w+|stateless|tcp-strict)/, "");
      return void replace(at, 1, `${after}\n`);
    }
    default: {
      const away = dice.pick(["group mixed", "chain", "exclude", "  bind", "  default"]);
      for (let i = 0; i < document.lineCount; i += 1)
        if (document.lineText(i).startsWith(away)) return void replace(i, 1, `// ${document.lineText(i)}\n`);
        else if (document.lineText(i).startsWith(`// ${away}`))
          return void replace(i, 1, `${document.lineText(i).slice(3)}\n`);
    }
  }
}

describe("after any edits", () => {
  it("set findings are those of the text read anew", { timeout: 600_000 }, () => {
    let kept = 0;
    let findings = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        const document = new SourceDocument("p", policyText(dice));
        const sets = new KeptSets();
        let policy = compilePolicy(loadProgram("p", () => document));
        found(document, policy, sets);
        for (let i = 0; i < 8; i += 1) {
          for (let n = dice.below(3); n >= 0; n -= 1) edit(document, dice);
          policy = compilePolicy(
            loadProgram("p", () => document),
            policy,
          );
          if (finish(sets.after(policy, () => false)) !== undefined) kept += 1;
          const anew = new SourceDocument("p", document.text);
          const expected = found(anew, compilePolicy(loadProgram("p", () => anew)));
          findings += expected.length;
          expect(found(document, policy, sets), document.text).toEqual(expected);
        }
      }),
      { numRuns: RUNS },
    );
    expect(kept).toBeGreaterThan(100);
    expect(findings).toBeGreaterThan(100);
  });
});
