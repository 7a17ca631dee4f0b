/**
 * Lines of a hundred thousand characters, each made for a pattern that would look through it in the square or the cube of
 * its length. There is nothing to compare times with: before, they took minutes and hours.
 */
import { describe, expect, test } from "vitest";
import { IMPORT_FORMATS } from "../../server/src/exchange/formats.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { placeText } from "../../server/src/exchange/report.ts";

const MANY = 100_000;
const blanks = " ".repeat(MANY);
const tabs = "\t".repeat(MANY);

// A line separator is a blank to `\s` and an end to `.`: what stands behind it is never reached by `.*`.
const lines: Readonly<Record<string, string>> = {
  "a rule set's name": `ruleset r {\nruleset${tabs}s${tabs}x`,
  "an address set's name": `ruleset r {\naddrset${tabs}s${tabs}x`,
  "a member of an address set": `addrset s {\nip ${tabs}m${tabs}\u2028c\n}`,
  "a discovered address": `Entries found for nic-1-eth0-vmware-sfw.2:\n[0] ${tabs}=P`,
  "a key of a filter": `Filter Name : nic-1-eth0-vmware-sfw.2\nA${blanks}:${blanks}\u2028x`,
  "a world": `world 0${blanks}d\u2028x`,
  "a machine of a world": `world 1 vmm0:${tabs}'`,
  "a port": `world 1 vmm0:a\n port 0 ${blanks}t\u2028x`,
  "an agent": `Fastpaths:\nagent:${tabs},\u2028x`,
  "a fact of a slot": `world 1 vmm0:a\n port 1 p\n  vNic slot 2\n   A${blanks}:${blanks}-\u2028:`,
  "a prompt": `[${"@\u0000".repeat(MANY)}`,
  "addresses between commas": `<securitygroups><securitygroup><objectId>securitygroup-1</objectId><name>g</name><member><objectId>1${tabs}x,</objectId><objectTypeName>Ipv4Address</objectTypeName></member></securitygroup></securitygroups>`,
  blanks,
  tabs,
};

describe.each(Object.entries(lines))("%s, very long", (_what, text) => {
  test.each(IMPORT_FORMATS)("is answered by %s", (format) => {
    const result = importInputs(format, [{ name: "input.txt", text }]);
    expect("text" in result ? result.text : result.refused.message).not.toBe("");
  });
});

test("the name of a file may be as long", () => {
  const [name, text] = ["nic-0-eth0--".repeat(MANY), "ruleset r {\n}"];
  expect(importInputs("getrules", [{ name, text }])).toHaveProperty("text");
});

test.each([
  ["getrules", "x\n".repeat(10_000_001), "input.txt:10000001: more than 10000000 lines: too many to import"],
  ["dfwpktlogs", "\r\n".repeat(10_000_001), "input.txt:10000001: more than 10000000 lines: too many to import"],
  [
    "nsx-policy",
    `[${"1,".repeat(10_000_001)}1]`,
    "input.txt:1:20000001: more than 10000000 keys and values: too many to import",
  ],
  [
    "nsxv-xml",
    `<a>${"<b/>".repeat(1_000_001)}</a>`,
    "input.txt:1:4000004: more than 1000000 elements beside one another: too many to import",
  ],
] as const)("what is nothing but parts is refused by %s", (format, text, said) => {
  const result = importInputs(format, [{ name: "input.txt", text }]);
  expect("refused" in result && `${placeText(result.refused)}: ${result.refused.message}`).toBe(said);
});
