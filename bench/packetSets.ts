/**
 * Which rules does no packet come to: boxes searched corner by corner (`server/src/space/`) beside binary decision
 * diagrams, on the same sets of the same rules. The diagrams take each rule from what is left of all packets, as
 * Batfish does; both have to name the same rules. Processor time.
 */

import { KeptSets } from "../server/src/check/sets/kept.ts";
import { setFindings } from "../server/src/check/sets.ts";
import { compilePolicy } from "../server/src/policy/compile.ts";
import type { Dfw, Policy } from "../server/src/policy/policy.ts";
import { loadProgram } from "../server/src/policy/program.ts";
import { Places } from "../server/src/space/places.ts";
import type { RuleList } from "../server/src/space/ruleList.ts";
import { SourceDocument } from "../server/src/syntax/document.ts";
import { finish } from "../server/src/syntax/steps.ts";
import { Diagrams, OutOfNodes } from "./diagrams.ts";
import { cpu, type Figure } from "./figure.ts";
import { generatePolicy, nsxShape, randomFrom } from "./policies.ts";
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
      const document = new SourceDocument("p", make(size));
      const policy = compile(document);
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
      const kept = new KeptSets();
      add(
        "all set findings",
        "boxes",
        cpu(1, () => [...setFindings(policy, () => false, kept)].length),
      );
      add("all set findings, after an edit of one rule", "boxes", afterEdits(document, policy, kept));
      console.error(`${set} ${size}: ${rules.length} rules, ${covered.length} covered`);
    }
  return figures;
}

function compile(document: SourceDocument, before?: Policy): Policy {
  const policy = compilePolicy(
    loadProgram("p", () => document),
    before,
  );
  // Rules are compiled when they are first asked for.
  for (const block of policy.blocks.values()) if (block.module === "dfw") void block.ipRules;
  return policy;
}

/** The median of a few edits: in each, a rule somewhere becomes what another one is. */
function afterEdits(document: SourceDocument, policy: Policy, kept: KeptSets): number {
  const random = randomFrom(11);
  const rules = Array.from({ length: document.lineCount }, (_, line) => line).filter((line) =>
    /^\s*rule /.test(document.lineText(line)),
  );
  const pick = () => rules[Math.floor(random() * rules.length)] as number;
  const times: number[] = [];
  for (let edit = 1; edit <= 9; edit += 1) {
    const line = pick();
    const text = document.lineText(line);
    const [id = ""] = text.match(/rule \d+/) ?? [];
    const range = { start: { line, character: 0 }, end: { line, character: text.length } };
    document.edit([{ range, text: document.lineText(pick()).replace(/rule \d+/, id) }], edit);
    const edited = compile(document, policy);
    times.push(cpu(1, () => [...setFindings(edited, () => false, kept)].length));
    policy = edited;
  }
  return times.sort((a, b) => a - b)[4] as number;
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
