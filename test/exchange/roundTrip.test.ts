/**
 * There and back over generated policies: what is not told of is the same, packet by packet. Two inventories: one whose
 * groups and vNICs all have words in every format, so that whole policies must come back, and one that takes more.
 */
import { describe, expect, test } from "vitest";
import { diff } from "../../server/src/check/diff.ts";
import { exportPolicy } from "../../server/src/exchange/export.ts";
import { importInputs } from "../../server/src/exchange/import.ts";
import { noteText } from "../../server/src/exchange/report.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Dice, policyText } from "../space/policies.ts";
import { mistakesOf, policyOf } from "./policies.ts";

/** The firewall and a redirection of a generated policy, which all formats know of. */
const known = (seed: number): string =>
  policyText(new Dice(seed))
    .replace(/^(?:acl edge|encryption seal2?|swsec guard) \{[\s\S]*?^\}\n/gm, "")
    .replace(/^appliance ips \{ inspect \{[\s\S]*?^ {2}\} \}\n/m, "appliance ips { }\n")
    .replace(/^chain[\s\S]*/m, CHAINS[seed % CHAINS.length] as string);
/** All vNICs alike, all redirected, some redirected, some with no firewall, some with another. */
const CHAINS = [
  "chain one { slot 2 dfw fw }\n",
  "chain one { slot 2 dfw fw slot 4 redirect steer }\n",
  "chain one applied-to a, c { slot 2 dfw fw slot 4 redirect steer }\nchain two applied-to b, d { slot 2 dfw fw }\n",
  "chain one applied-to any except b { slot 2 dfw fw }\n",
  "dfw other { section o { rule 1 drop from 10.0.0.1 service tcp/80  rule 2 reject to 10.0.0.2 applied-to b } default allow }\nchain one applied-to a, d { slot 2 dfw fw }\nchain two applied-to b, c { slot 2 dfw other }\n",
];
const sayable = (seed: number): string =>
  known(seed)
    .replace("fd00::4 }", "fd00::4 segment far }")
    .replace(/^group others.*$/m, "group others = any except 10.0.0.0/24")
    .replace(/^group deep.*$/m, "group deep = 10.0.0.0/23 except 10.0.0.64/26")
    .replace(/^ {2}exclude .*\n/gm, "")
    .replaceAll("jump-to-application", "drop")
    .replaceAll("sctp/5", "sctp");

/** Notes that say what NSX must have, or what is no part of a packet's way. */
const HARMLESS = /written as the service chain|is on no segment: only ports/;

describe.each(["nsx-policy", "nsxv-xml", "getrules"] as const)("%s", (format) => {
  test.each([
    ["with words for everything", sayable],
    ["with names that have no words", known],
  ])("%s", (_, text) => {
    let same = 0;
    for (let seed = 0; seed < 40; seed++) {
      const policy = policyOf(text(seed));
      const exported = finish(exportPolicy(format, policy, "a.iochain"));
      const back = importInputs(format, [{ name: "back", text: exported.text }]);
      if (!("text" in back)) throw new Error(`${seed}: ${back.refused.message}`);
      expect(mistakesOf(back.text)).toEqual([]);
      const told = exported.notes.map(noteText).filter((note) => !HARMLESS.test(note));
      const { different } = finish(diff(policy, policyOf(back.text)));
      if (!different) same += 1;
      else expect(`seed ${seed}, told: ${told.length > 0}`).toBe(`seed ${seed}, told: true`);
    }
    if (text === sayable) expect(same).toBeGreaterThan(30);
  });

  test("what an import has read goes there and back without a change", () => {
    for (let seed = 0; seed < 10; seed++) {
      const written = (text: string) => finish(exportPolicy(format, policyOf(text), "a.iochain")).text;
      const again = (text: string) => {
        const back = importInputs(format, [{ name: "back", text }]);
        return "text" in back ? written(back.text) : back.refused.message;
      };
      const once = again(written(policyText(new Dice(seed))));
      expect(again(once)).toBe(once);
    }
  });

  test("the whole language: a difference is told", () => {
    for (let seed = 100; seed < 115; seed++) {
      const text = policyText(new Dice(seed));
      const policy = policyOf(text);
      const exported = finish(exportPolicy(format, policy, "a.iochain"));
      const back = importInputs(format, [{ name: "back", text: exported.text }]);
      if (!("text" in back)) throw new Error(`${seed}: ${back.refused.message}`);
      if (mistakesOf(text).length === 0) expect(mistakesOf(back.text)).toEqual([]);
      const told = exported.notes.map(noteText).filter((note) => !HARMLESS.test(note));
      if (finish(diff(policy, policyOf(back.text))).different) expect({ seed, told }).not.toEqual({ seed, told: [] });
    }
  });
});
