/** What another analyzer of NSX publishes as its explanations, this one explains alike. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { explain } from "../../server/src/check/explain.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { read } from "./reading.ts";

const [, ...cases] = readFileSync(join(import.meta.dirname, "data/published.txt"), "utf8")
  .trimEnd()
  .split("\n\n");

describe.each(cases.map((text) => ({ title: text.slice(0, text.indexOf("\n")), text })))("$title", ({ text }) => {
  const lines = text.split("\n");
  const rules = lines.filter((line) => line.startsWith("  ")).join("\n");
  const { program, policy } = read(policyOf(...(rules.split("---") as [string, string?])));
  const asked = lines.filter((line) => line.startsWith("? "));

  test.each(asked)("%s", (line) => {
    const service = line.slice(2, line.indexOf(":"));
    const answer = finish(explain(program, policy, { from: "web", to: "db", service }));
    if ("problems" in answer) throw new Error(answer.problems[0]?.message);
    // Every packet of the class has the same rules, or the class would be split.
    const said = new Set(
      answer.classes.map(({ rules: of }) =>
        (["out", "in"] as const)
          .map((way) => [way, ...of.flatMap(({ direction, id }) => (direction === way ? [id] : []))].join(" "))
          .join(", "),
      ),
    );
    expect([`? ${service}: ${answer.verdict}`, ...said].join(", ")).toBe(line);
  });
});

function policyOf(first: string, then?: string): string {
  const section = (category: string, rules: string) =>
    `  section "${category}" category ${category} {\n${rules}\n  }\n`;
  return `policy "published"
platform nsx 4
segment s { subnet 10.0.0.0/24 }
vm web { vnic eth0 { mac 00:50:56:00:00:01  ip 10.0.0.11  segment s } }
vm db  { vnic eth0 { mac 00:50:56:00:00:02  ip 10.0.0.12  segment s } }
dfw fw {
${then === undefined ? "" : section("environment", first)}${section("application", then ?? first)}  default allow
}
chain all { slot 2 dfw fw }
`;
}
