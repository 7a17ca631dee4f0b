/** Findings about sets of packets, held against marked policies: what is not marked must not be found. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkProgram } from "../../server/src/check/check.ts";
import { CODES } from "../../server/src/check/codes.ts";
import { checkSets, setFindings } from "../../server/src/check/sets.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import type { Statement } from "../../server/src/syntax/tree.ts";
import { readMarkers } from "../check/markers.ts";

const data = join(import.meta.dirname, "data");
const files = readdirSync(data).filter((name) => name.endsWith(".iochain"));

function read(text: string) {
  const document = parseFile("test.iochain", text);
  const program = loadProgram("test.iochain", (uri) => (uri === "test.iochain" ? document : undefined));
  const policy = compilePolicy(program);
  const wrong = new Set<Statement>();
  for (const { code, place } of checkProgram(program, policy))
    if (CODES[code].severity === "error") wrong.add(place.at.statement);
  const hasError = (statement: Statement) => statement.broken || wrong.has(statement);
  return { document, program, policy, hasError };
}

describe("set findings", () => {
  it.each(files)("%s", (name) => {
    const text = readFileSync(join(data, name), "utf8");
    const { document, program, policy, hasError } = read(text);
    const { expected, inScope } = readMarkers(text);
    const undecided: number[] = [];
    const findings = [
      ...checkSets(policy, { hasError, onUndecided: (rule) => undecided.push(rule.id) }),
      ...checkProgram(program, policy),
    ].filter(({ code }) => inScope(code));
    const told = findings.map(
      ({ code, place }) => `${document.rangeOf(place.at.statement.chunk, place.span).start.line + 1} ${code}`,
    );
    const marked = [...expected].flatMap(([line, codes]) => codes.map((code) => `${line} ${code}`));
    expect(told.sort()).toEqual(marked.sort());
    expect(undecided).toEqual([]);
  });

  it("names a concise set of blockers", () => {
    const { policy } = read(`dfw fw {
  section "s" {
    rule 1 drop to 10.0.0.0/30 service ssh
    rule 2 allow to 10.0.0.0/26
    rule 3 allow to 10.0.0.64/26
    rule 4 allow to 10.0.0.0/24
    rule 5 allow to 10.0.0.0/25 service https
    rule 6 drop to 10.0.0.0/25 service https
  }
  default drop
}`);
    const [redundant, shadowed] = checkSets(policy);
    expect(redundant?.code).toBe("rule-redundant");
    expect(redundant?.related?.map(({ message }) => message)).toEqual([
      "rule 2 (allow) takes part of it",
      "rule 3 (allow) takes part of it",
    ]);
    expect(shadowed?.code).toBe("rule-shadowed");
  });

  it("stops when it is told to, and says what it found until then", () => {
    const rules = Array.from({ length: 2000 }, (_, i) => `rule ${i + 1} allow to 10.0.0.1 service ssh`);
    const { policy } = read(`dfw fw {\n section "s" {\n${rules.join("\n")}\n}\n default drop }`);
    const signal = { aborted: false };
    const found = checkSets(policy, {
      signal,
      onFinding: () => {
        signal.aborted = true;
      },
    });
    expect(found).toHaveLength(1);
    expect([...setFindings(policy)].filter((event) => event === undefined).length).toBeGreaterThan(5);
  });
});
