/**
 * The places of a trip at which rules decide, each with what it does with a packet in words that two policies share: a
 * rule's name, its number and its line play no part.
 */
import type { Appliance } from "../policy/policy.ts";
import type { Steps } from "../syntax/steps.ts";
import type { Values } from "./box.ts";
import { type Places, type RuleBlock, rulesOf, type Way } from "./places.ts";
import type { RuleList } from "./ruleList.ts";
import { cannotOpen, type Route, slotsOf, walks } from "./trips.ts";

export interface Stage {
  readonly list: RuleList;
  /** What befalls a packet that this rule takes, or none, after these have marked it. */
  readonly action: (taker: number | undefined, marks: readonly number[]) => string;
  /** What each rule is, whatever it is called: equal keys match the same packets and do the same. Each is there once. */
  readonly keys: () => readonly string[];
}

/** By the slot and what is asked there, in the order of the walks. `known`: the appliance that this one is called here. */
export function* stagesOf(
  places: Places,
  route: Route,
  known: (appliance: Appliance) => Appliance | undefined,
): Steps<ReadonlyMap<string, Stage>> {
  const stages = new Map<string, Stage>();
  const nameOf = (appliance: Appliance) => known(appliance)?.name ?? `new ${appliance.name}`;
  for (const [party, way] of walks(route.sender, route.receiver))
    for (const slot of slotsOf(party, way)) {
      if (slot === "wire" || slot.block === undefined || slot.block.module === "swsec") continue;
      const { block, number } = slot;
      const key = `${way} ${number} ${block.module}`;
      if (block.module === "dfw") {
        if (party.excluded) continue;
        const frames = places.frames(block, way);
        const passes = (action: string | undefined) => (action === "drop" || action === "reject" ? "drop" : "pass");
        if (frames !== undefined)
          stages.set(
            `${key} frames`,
            stage(frames, (i) => passes(i === undefined ? undefined : block.ethernetRules[i]?.action)),
          );
      }
      const list = yield* places.prepareEnd(block, way);
      stages.set(key, stage(list, actionOf(block, way, nameOf)));
      if (block.module === "redirect" && block.via?.inspect !== undefined)
        stages.set(`${key} inspect`, stage(yield* places.prepareEnd(block.via, way), actionOf(block.via, way, nameOf)));
    }
  return stages;
}

/** What a block's rules come to, by the same words for all modules: `pass` is what an absent block does. */
function actionOf(block: RuleBlock, way: Way, nameOf: (appliance: Appliance) => string): Stage["action"] {
  const rules = rulesOf(block);
  const otherwise = "module" in block ? block.default : block.inspect?.default;
  return (taker, marks) => {
    const { action, key } = (taker === undefined ? otherwise : rules[taker]) ?? {};
    const word = wordOf(block, action, key?.id, way, nameOf);
    if (marks.length === 0) return word;
    const set = new Map<string, number>();
    for (const i of marks) {
      const mark = rules[i]?.mark;
      if (mark !== undefined) set.set(mark.field, mark.value);
    }
    return set.size === 0 ? word : `${word} ${[...set].sort().join(" ")}`;
  };
}

function wordOf(
  block: RuleBlock,
  action: string | undefined,
  key: number | undefined,
  way: Way,
  nameOf: (appliance: Appliance) => string,
): string {
  switch (action) {
    case "drop":
    case "reject":
      return action;
    case "redirect":
      return "via" in block && block.via !== undefined ? `redirect ${nameOf(block.via)}` : "pass";
    case "encrypt":
    case "protect":
      // Entering, only that it has to be sealed counts.
      return way === "out" ? `${action} ${key}` : "sealed";
    default:
      return "pass";
  }
}

function stage(list: RuleList, action: Stage["action"]): Stage {
  return {
    list,
    action,
    keys: () => {
      const seen = new Map<string, number>();
      return list.rules.map(({ rule, boxes, effect }, i) => {
        const does =
          effect === "takes"
            ? action(i, [])
            : effect === "passes"
              ? `mark ${rule.mark?.field} ${rule.mark?.value}`
              : effect;
        const matches = boxes.map(({ layer, fields }) => `${layer} ${fields.map(textOf).join("/")}`).join("|");
        const after = rule.section?.category === "application" ? "after" : "";
        const key = `${does} ${after} ${matches}`;
        // Where a rule is there twice, the first is the first and the second the second.
        const times = (seen.get(key) ?? 0) + 1;
        seen.set(key, times);
        return times === 1 ? key : `${key} ${times}`;
      });
    },
  };
}

/** Sets are shared by many rules: the text of each is made once. */
const texts = new WeakMap<Values, string>();
function textOf(values: Values): string {
  let text = texts.get(values);
  if (text === undefined) {
    text = values.join();
    texts.set(values, text);
  }
  return text;
}

/** Whether what arrives sealed can be opened at the other end, and by which keys. */
export function opening(places: Places, { receiver }: Route): string {
  const encryption = receiver.chain?.slots.get(15)?.block;
  if (encryption?.module === "encryption")
    return [...encryption.keys.values()]
      .map(({ id }) => id)
      .sort()
      .join();
  return cannotOpen(places.policy, receiver) ? "none" : "any";
}
