/** Templates for what begins in a block, with tab stops: made for the block, its free ids and slots. */

import { SLOTS } from "../policy/platforms.ts";
import { ACTIONS } from "../syntax/parser.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { BlockStatement } from "../syntax/tree.ts";
import { SNIPPETS, snippetText } from "./snippets.ts";
import type { View } from "./view.ts";

const TOP = [
  "policy",
  "platform",
  "import",
  "segment",
  "vm",
  "group",
  "service",
  "acl",
  "swsec",
  "dfw",
  "appliance",
  "redirect",
  "encryption",
  "chain",
  "scenario",
  "assert",
];
const INSIDE: Partial<Record<BlockStatement["kind"], readonly string[]>> = {
  vm: ["vnic"],
  dfw: ["section", "timeouts"],
  appliance: ["inspect"],
  encryption: ["key"],
  swsec: ["limit"],
  scenario: ["send", "wait", "replay"],
};

/** By the word that begins it. */
export function blockSnippets(view: View, block: BlockStatement | undefined): ReadonlyMap<string, string> {
  const words = block === undefined ? TOP : (INSIDE[block.kind] ?? []);
  const out = new Map(words.map((word) => [word, SNIPPETS.get(word) ?? word]));
  if (block === undefined) return out;
  const actions = actionsOf(block);
  if (actions !== undefined) {
    const choice = actions.map(snippetText).join(",");
    out.set("rule", `rule \${1:${freeRuleId(block)}} "\${2:title}" \${3|${choice}|} from \${4:any} to \${5:any}`);
    out.set("default", `default \${1|${choice}|}`);
  }
  if (block.kind === "chain") {
    const slot = freeSlot(view, block);
    if (slot !== undefined) out.set("slot", `slot \${1:${slot.number}} \${2:${slot.module}} \${3:block}`);
  }
  if (block.kind === "swsec") out.set("bind", "bind ${1:vm.vnic} mac ${2:00:50:56:00:00:01} ip ${3:10.0.1.11}");
  return out;
}

function actionsOf(block: BlockStatement): readonly string[] | undefined {
  switch (block.kind) {
    case "section":
    case "dfw":
      return ACTIONS.dfw.filter((action) => action !== "jump-to-application" || inEnvironment(block));
    case "acl":
    case "inspect":
      return ["allow", "drop"];
    case "redirect":
      return ACTIONS.redirect;
    case "encryption":
      return ["encrypt with key", "protect with key", "clear"];
    default:
      return undefined;
  }
}
const inEnvironment = (block: BlockStatement): boolean =>
  block.kind === "section" && block.category?.text === "environment";

function freeRuleId(block: BlockStatement): number {
  let highest = 0;
  for (const inside of statementsOf([topOf(block)]))
    if (inside.kind === "rule" && inside.id) highest = Math.max(highest, inside.id.value);
  return highest + 1;
}

function freeSlot(view: View, block: BlockStatement): { readonly number: number; readonly module: string } | undefined {
  const taken = new Set(
    block.children.flatMap((line) => (line.kind === "slot" && line.number ? [line.number.value] : [])),
  );
  const { slots } = view.policy().platform;
  for (const number of SLOTS) {
    const { module } = slots[number];
    if (module !== undefined && !taken.has(number)) return { number, module };
  }
  return undefined;
}
