/** The scenarios of `data/`: what each paragraph of "How a packet travels" says, played. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { runScenario } from "../../server/src/chain/scenario.ts";
import { checkProgram } from "../../server/src/check/check.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { lineOf } from "../../server/src/syntax/document.ts";
import { programOf } from "../policy/programs.ts";
import { marksOf, missing, render } from "./marks.ts";

const folder = path.join(import.meta.dirname, "data");

for (const file of readdirSync(folder).filter((name) => name.endsWith(".iochain"))) {
  describe(file, () => {
    const text = readFileSync(path.join(folder, file), "utf8");
    const lines = text.split("\n");
    const program = programOf({ [file]: text }, file);
    const policy = compilePolicy(program);

    test("reads without a mistake", () => {
      // Names in steps are checked by the steps' own marks.
      const wrong = checkProgram(program, policy).filter(
        (f) => f.code === "syntax-error" || f.code === "duplicate-name",
      );
      expect(wrong.map((f) => f.message)).toEqual([]);
    });

    test.each(policy.scenarios.map((scenario) => [scenario.statement.title?.text ?? "", scenario] as const))(
      "%s",
      (_, scenario) => {
        const complaints: string[] = [];
        for (const { step, trace, failure } of runScenario(policy, scenario).steps) {
          const { fails, shows } = marksOf(step, lines);
          const at = `line ${lineOf(step)}`;
          if (failure && fails === undefined)
            complaints.push(`${at}: expected ${failure.expected}; it was ${failure.actual}`);
          if (fails !== undefined && !failure) complaints.push(`${at}: should have failed`);
          if (failure && fails !== undefined && !failure.actual.includes(fails))
            complaints.push(`${at}: the failure reads "${failure.actual}", without "${fails}"`);
          for (const text of missing(shows, trace)) {
            const seen = trace ? render(trace).filter((line) => !/: pass$/.test(line)) : ["no trace"];
            complaints.push(`${at}: does not show "${text}", but\n    ${seen.join("\n    ")}`);
          }
        }
        expect(complaints.join("\n")).toBe("");
      },
    );
  });
}
