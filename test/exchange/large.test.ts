/** A manager's whole rule base goes out and comes in again: more rules than a call has room for arguments. */
import { describe, expect, test } from "vitest";
import { exportPolicy } from "../../server/src/exchange/export.ts";
import { EXPORT_FORMATS } from "../../server/src/exchange/formats.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { finish } from "../../server/src/syntax/steps.ts";

const RULES = 13_000;
const rules = Array.from(
  { length: RULES },
  (_, i) => `    rule ${i + 1} allow from 10.0.0.1 to 10.1.${i >> 8}.${i & 255} service tcp/${i + 1}`,
);
const text = [
  "vm a { vnic eth0 { ip 10.0.0.1 } }",
  `group many = ${Array.from({ length: 3 * RULES }, (_, i) => `10.2.${i >> 8}.${i & 255}`).join(", ")}`,
  "dfw fw {",
  '  section "s" {',
  ...rules,
  `    rule ${RULES + 1} allow from many to any`,
  "  }",
  "  default drop",
  "}",
  "chain c { slot 2 dfw fw }",
].join("\n");

const uri = "file:///large.iochain";
const policyOf = (source: string) => {
  const document = parseFile(uri, source);
  return compilePolicy(loadProgram(uri, (wanted) => (wanted === uri ? document : undefined)));
};
const rulesIn = (source: string) =>
  [...policyOf(source).blocks.values()].reduce(
    (sum, block) => sum + (block.module === "dfw" ? block.ipRules.length : 0),
    0,
  );

describe("thousands of rules and addresses", () => {
  const policy = policyOf(text);
  for (const format of EXPORT_FORMATS)
    test(format, { timeout: 120_000 }, () => {
      const exported = finish(exportPolicy(format, policy, uri));
      expect(exported.text.length).toBeGreaterThan(RULES * 50);
      if (format === "terraform") return;
      const imported = importInputs(format, [{ name: "large", text: exported.text }]);
      if ("refused" in imported) throw new Error(imported.refused.message);
      expect(rulesIn(imported.text)).toBeGreaterThanOrEqual(RULES + 1);
    });
  test("dfwpktlogs", { timeout: 120_000 }, () => {
    const line = (i: number) =>
      `2023-05-01T10:00:${String(i % 60).padStart(2, "0")}.000Z 12345 INET match PASS domain-c8/1005 IN 60 TCP 10.0.${(i >> 8) & 255}.${i & 255}/40000->10.0.1.2/443 S`;
    const log = Array.from({ length: 130_000 }, (_, i) => line(i)).join("\n");
    const imported = importInputs("dfwpktlogs", [{ name: "large", text: log }]);
    expect("text" in imported && imported.text.length).toBeGreaterThan(1_000_000);
  });
});
