/** Completion where there are more names than a client is sent. */
import { describe, expect, it } from "vitest";
import { completion } from "../../server/src/ide/completion.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

const groups = Array.from({ length: 3000 }, (_, i) => `group g-${i} = 10.0.0.1`);
const labels = (typed: string) => {
  const document = parseFile("main.iochain", `${groups.join("\n")}\ngroup all = ${typed}`);
  const program = loadProgram("main.iochain", () => document);
  const policy = compilePolicy(program);
  const position = { line: groups.length, character: "group all = ".length + typed.length };
  const list = completion({ document, program, policy: () => policy }, position, { snippets: true });
  return { incomplete: list.isIncomplete, labels: list.items.map(({ label }) => label) };
};

describe("of very many names", () => {
  it("sends some, and says that there are more", () => {
    const { incomplete, labels: sent } = labels("");
    expect(incomplete).toBe(true);
    expect(sent).toHaveLength(500);
  });
  it("sends those that what is typed can become, wherever they stand", () => {
    expect(labels("g-2999").labels).toEqual(["g-2999"]);
    expect(labels("299").labels).toContain("g-2990");
  });
});
