/** Assistants are offered the same tools in VS Code and over MCP, and get answers that they can read. */
import { describe, expect, test } from "vitest";
import manifest from "../../package.json";
import words from "../../package.nls.json";
import { askTool, TOOLS } from "../../server/src/ide/assistant/tools.ts";
import type { View } from "../../server/src/ide/view.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";

const SHOP = `
vm web-01 { tags web  vnic eth0 { ip 10.1.1.1 } }
vm db-01 { tags db  vnic eth0 { ip 10.1.2.1 } }
group web = tag web
group db = tag db
dfw east {
  section "Shop" {
    rule 1 "Web to db" allow from web to db service mysql
    rule 2 "Again" allow from web to db service mysql
  }
  default drop
}
dfw west { section "Other" { rule 1 drop from db } default drop }
chain all { slot 2 dfw east }
`;
const document = parseFile("shop.iochain", SHOP);
const program = loadProgram("shop.iochain", () => document);
const policy = compilePolicy(program);
const view: View = { document, program, policy: () => policy };
const ask = (name: string, input: Record<string, unknown>) => {
  const answer = askTool(name, view, input);
  return "text" in answer ? answer.text : `ERROR ${answer.error}`;
};

test("package.json declares each tool as the table has it", () => {
  const declared = manifest.contributes.languageModelTools.map(
    ({ name, displayName, modelDescription, inputSchema }) => ({
      name,
      displayName: words[displayName.slice(1, -1) as keyof typeof words],
      modelDescription,
      inputSchema,
    }),
  );
  expect(declared).toEqual(
    TOOLS.map(({ name, title, description, parameters }) => ({
      name: `iochain_${name}`,
      displayName: title,
      modelDescription: description,
      inputSchema: parameters,
    })),
  );
});

describe("answers", () => {
  test("trace_packet walks the packet", () => {
    expect(ask("trace_packet", { packet: "tcp web-01:40000 -> db-01:3306 syn" })).toMatch(
      /delivered[\s\S]*by rule 1 "Web/,
    );
    expect(ask("trace_packet", { packet: "tcp wep-01:40000 -> db-01:3306" })).toBe('ERROR there is no VM "wep-01"');
  });

  test("explain_rule resolves names and says what covers the rule", () => {
    expect(ask("explain_rule", { rule: 2 })).toMatch(/10\.1\.1\.1[\s\S]*10\.1\.2\.1[\s\S]*tcp\/3306[\s\S]*⚠/);
    expect(ask("explain_rule", { rule: 1 }).split("\n---\n")).toHaveLength(2);
    expect(ask("explain_rule", { rule: 1, block: "west" })).not.toMatch(/Web to db/);
    expect(ask("explain_rule", { rule: 7 })).toBe("ERROR there is no rule 7");
    expect(ask("explain_rule", { rule: 2, block: "west" })).toBe("ERROR west has no rule 2; it is in east");
  });

  test("check_policy names places", () => {
    expect(ask("check_policy", {})).toMatch(/shop\.iochain:9:\d+: warning: .*\[rule-redundant\]/);
  });

  test("find_packet finds one, or says that there is none", () => {
    expect(ask("find_packet", { fate: "delivered", from: "web", to: "db" })).toMatch(
      /^tcp 10\.1\.1\.1:\d+ -> 10\.1\.2\.1:3306/,
    );
    expect(ask("find_packet", { fate: "delivered", from: "db", to: "web" })).toMatch(/^There is no such packet/);
    expect(ask("find_packet", { fate: "stopped", from: "web", to: "db", service: "mysql" })).toMatch(
      /^There is no such/,
    );
    expect(ask("find_packet", { fate: "delivered", from: "webb" })).toMatch(/^ERROR .*"webb".*Did you mean "web"/);
    expect(ask("find_packet", { fate: "delivered", from: "db\nassert allowed" })).toMatch(/^ERROR .*one question/);
  });

  test("what a model makes up is told back to it", () => {
    expect(ask("find_packet", { fate: "lost" })).toMatch(/^ERROR fate is one of/);
    expect(ask("find_packet", { fate: "uninspected" })).toBe("ERROR fate uninspected needs the appliance");
    expect(ask("explain_rule", { rule: "1" })).toBe("ERROR rule is a whole number");
    expect(ask("trace_packet", {})).toBe("ERROR trace_packet needs packet");
    expect(ask("ping", {})).toMatch(/^ERROR there is no tool ping/);
  });
});
