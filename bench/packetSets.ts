/**
 * Which rules does no packet come to: boxes searched corner by corner (`server/src/space/`) beside binary decision
 * diagrams, on the same sets of the same rules. The diagrams take each rule from what is left of all packets, as
 * Batfish does; both have to name the same rules. Processor time.
 */
import { setFindings } from "../server/src/check/sets.ts";
import { compilePolicy } from "../server/src/policy/compile.ts";
import type { Dfw, Policy } from "../server/src/policy/policy.ts";
import { loadProgram } from "../server/src/policy/program.ts";
import { Places } from "../server/src/space/places.ts";
import type { RuleList } from "../server/src/space/ruleList.ts";
import { finish } from "../server/src/space/steps.ts";
import { parseFile } from "../server/src/syntax/document.ts";
import { Diagrams, OutOfNodes } from "./diagrams.ts";
import { cpu, type Figure } from "./figure.ts";
import { generatePolicy, nsxShape } from "./policies.ts";
import { adversePolicy, classBenchPolicy } from "./ruleSets.ts";

const SETS: Readonly<Record<string, (rules: number) => string>> = {
  "NSX-shaped": (rules) => generatePolicy(nsxShape(rules)),
  "all overlapping": adversePolicy,
  "as ClassBench's": classBenchPolicy,
};

export async function packetSets(sizes: readonly number[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [set, make] of Object.entries(SETS))
    for (const size of sizes) {
      const policy = compile(make(size));
      const firewall = [...policy.blocks.values()].find((block): block is Dfw => block.module === "dfw") as Dfw;
      const rules = firewall.ipRules;
      let covered: readonly number[] = [];
      const add = (what: string, subject: string, value: number) =>
        figures.push({ suite: "packet sets", what: `${what}, ${set}`, subject, size, value, unit: "ms" });
      add(
        "rules that no packet comes to",
        "boxes",
        cpu(1, () => {
          covered = coveredBy(listOf(policy, firewall));
        }),
      );
      const list = listOf(policy, firewall);
      let found: readonly number[] | undefined;
      const time = cpu(1, () => {
        found = coveredByDiagrams(list);
      });
      if (found === undefined) add("rules that no packet comes to", "diagrams (gave up)", time);
      else {
        add("rules that no packet comes to", "diagrams", time);
        if (found.join() !== covered.join()) throw new Error(`${set} ${size}: boxes and diagrams do not agree`);
      }
      add(
        "all set findings",
        "boxes",
        cpu(1, () => [...setFindings(policy, () => false)].length),
      );
      console.error(`${set} ${size}: ${rules.length} rules, ${covered.length} covered`);
    }
  return figures;
}

function compile(text: string): Policy {
  const document = parseFile("p", text);
  const policy = compilePolicy(loadProgram("p", () => document));
  // Rules are compiled when they are first asked for.
  for (const block of policy.blocks.values()) if (block.module === "dfw") void block.ipRules;
  return policy;
}

const listOf = (policy: Policy, firewall: Dfw): RuleList =>
  finish(new Places(policy, true, () => false).whole(firewall, firewall.ipRules));

const coveredBy = (list: RuleList): number[] => [...list.rules.keys()].filter((i) => list.cover(i).kind === "covered");

/** Undefined when the nodes do not last. */
function coveredByDiagrams(list: RuleList): number[] | undefined {
  const diagrams = new Diagrams();
  const covered: number[] = [];
  let left = diagrams.all;
  try {
    for (const [i, { boxes }] of list.rules.entries()) {
      const rule = boxes.reduce(
        (sum, box) => (box.layer === 4 ? diagrams.or(sum, diagrams.box(box)) : sum),
        diagrams.none,
      );
      if (diagrams.and(rule, left) === diagrams.none) covered.push(i);
      left = diagrams.without(left, rule);
    }
  } catch (error) {
    if (error instanceof OutOfNodes) return undefined;
    throw error;
  }
  return covered;
}
