/** Function breakpoints: `slot 2`, `slot 2 in`, `rule 1003`, `rule east-west.1003`, `dfw east-west`, `appliance ips`. */
import type { ReasonCode } from "../chain/reasons.ts";
import type { Appliance, Block, Policy, Rule } from "../policy/policy.ts";
import { nearest } from "../syntax/near.ts";
import { topOf } from "../syntax/statements.ts";
import type { Statement } from "../syntax/tree.ts";
import type { Grain } from "./history.ts";
import type { Moment } from "./moment.ts";
import { rulesOf, unplaced } from "./places.ts";

export interface FunctionBreakpoint {
  readonly at: (moment: Moment | undefined) => boolean;
  /** How finely packets must be run for it to be come to. */
  readonly grain: Grain;
}
type Reader = (words: string, policy: Policy, used: ReadonlySet<Block>) => FunctionBreakpoint | undefined;

/**
 * When the function breakpoint `text` is come to. Throws an Error that says what is wrong with it, or why no packet ever
 * comes there; `used` are the blocks that packets come to.
 */
export function functionBreakpoint(text: string, policy: Policy, used: ReadonlySet<Block>): FunctionBreakpoint {
  const words = text.trim().replace(/\s+/g, " ");
  for (const read of [onSlot, onRule, onBlock, onAppliance, onName]) {
    const found = read(words, policy, used);
    if (found) return found;
  }
  throw new Error("expected slot N, slot N in, slot N out, rule N, rule BLOCK.N, a block (dfw NAME) or appliance NAME");
}

const onSlot: Reader = (words, policy) => {
  const [, digits, direction] = /^slot (\d+)(?: (in|out))?$/.exec(words) ?? [];
  if (digits === undefined) return undefined;
  const number = Number(digits);
  if (number > 15) throw new Error(`slots are numbered 0 to 15, not ${number}`);
  if (policy.chains.every((chain) => chain.vnics.size === 0)) throw new Error("no chain covers a vNIC");
  return {
    at: (moment) =>
      moment?.kind === "slot" &&
      moment.place.number === number &&
      (direction === undefined || moment.place.direction === direction),
    grain: "slots",
  };
};

/** `rule 1003`, `1003`, `east-west.1003`. */
const onRule: Reader = (words, policy, used) => {
  const [, block, id] = /^(?:rule )?(?:(.+)\.)?(\d+)$/.exec(words) ?? [];
  if (id === undefined) return undefined;
  const wanted = rulesNamed(policy, block === undefined ? undefined : bare(block), Number(id));
  const statements = new Set(wanted.map((rule) => rule.source.statement));
  const tops = new Set<Statement>(wanted.map((rule) => topOf(rule.source.statement)));
  const homes = [...policy.blocks.values()].filter((b) => tops.has(b.source.statement));
  const [home] = homes;
  if (home && !homes.some((b) => used.has(b))) throw new Error(unplaced(home));
  if (wanted.every((rule) => rule.disabled)) throw new Error(`rule ${id} is disabled`);
  return {
    at: (moment) =>
      moment?.kind === "statement" && moment.rule !== undefined && statements.has(moment.rule.source.statement),
    grain: "every stop",
  };
};

const onBlock: Reader = (words, policy, used) => {
  const [, module, text = ""] = /^(acl|swsec|dfw|redirect|encryption) (.+)$/.exec(words) ?? [];
  if (module === undefined) return undefined;
  const block = policy.blocks.get(bare(text));
  const all = [...policy.blocks.values()].map((b) => `${b.module} ${b.name}`);
  if (block?.module !== module) throw new Error(unknown(`${module} ${bare(text)}`, all));
  return atBlock(block, used);
};
function atBlock(block: Block, used: ReadonlySet<Block>): FunctionBreakpoint {
  if (!used.has(block)) throw new Error(unplaced(block));
  return { at: (moment) => moment?.kind === "slot" && moment.place.block === block, grain: "slots" };
}

const onAppliance: Reader = (words, policy, used) => {
  const [, text] = /^appliance (.+)$/.exec(words) ?? [];
  if (text === undefined) return undefined;
  const appliance = policy.appliances.get(bare(text));
  const all = [...policy.appliances.keys()].map((name) => `appliance ${name}`);
  if (!appliance) throw new Error(unknown(`appliance ${bare(text)}`, all));
  return atAppliance(appliance, used);
};
/** At the first thing that it looks at; where it sees nothing (it has no rules, is down, or hangs), once that is so. */
function atAppliance(appliance: Appliance, used: ReadonlySet<Block>): FunctionBreakpoint {
  const { name, inspect } = appliance;
  if (![...used].some((b) => b.module === "redirect" && b.via === appliance))
    throw new Error(`no slot redirects to appliance ${name}`);
  const first = (inspect?.rules.find((rule) => !rule.disabled) ?? inspect?.default)?.source?.statement;
  return {
    at: (moment) =>
      moment?.kind === "statement"
        ? moment.appliance === appliance && moment.source.statement === first
        : moment?.kind === "decided" &&
          moment.decision.appliance === name &&
          (first === undefined || UNSEEN.has(moment.decision.reason ?? "")),
    grain: "every stop",
  };
}

/** A block or an appliance without its word: they share one name space. */
const onName: Reader = (words, policy, used) => {
  const block = policy.blocks.get(bare(words));
  if (block) return atBlock(block, used);
  const appliance = policy.appliances.get(bare(words));
  return appliance && atAppliance(appliance, used);
};

/** Reasons of an appliance that has not seen the packet. */
const UNSEEN: ReadonlySet<string> = new Set<ReasonCode>(["fail-open", "fail-closed", "appliance-hung"]);

/** The rules of an id, in a block or in every block and appliance. Throws an Error when there is none. */
export function rulesNamed(policy: Policy, block: string | undefined, id: number): readonly Rule[] {
  const homes: (readonly [string, readonly Rule[]])[] = [
    ...[...policy.blocks.values()].map((b) => [b.name, rulesOf(b)] as const),
    ...[...policy.appliances.values()].map((a) => [a.name, a.inspect?.rules ?? []] as const),
  ];
  if (block !== undefined && !homes.some(([name]) => name === block))
    throw new Error(
      unknown(
        `block ${block}`,
        homes.map(([name]) => `block ${name}`),
      ),
    );
  const named = homes.flatMap(([name, rules]) => (block === undefined || name === block ? withId(rules, id) : []));
  if (named.length === 0) throw new Error(`there is no rule ${id}${block === undefined ? "" : ` in ${block}`}`);
  return named;
}

const byId = new WeakMap<readonly Rule[], Map<number, Rule[]>>();
function withId(rules: readonly Rule[], id: number): readonly Rule[] {
  let ids = byId.get(rules);
  if (ids === undefined) {
    ids = new Map();
    for (const rule of rules) {
      const same = ids.get(rule.id);
      if (same) same.push(rule);
      else ids.set(rule.id, [rule]);
    }
    byId.set(rules, ids);
  }
  return ids.get(id) ?? [];
}

const bare = (name: string): string => (/^".*"$/.test(name) ? name.slice(1, -1) : name);
function unknown(what: string, candidates: readonly string[]): string {
  const close = nearest(what, candidates);
  return `there is no ${what}${close ? `; did you mean ${close}?` : ""}`;
}

/** The name of the block, or of the appliance, that a rule is in. */
export function blockOf(policy: Policy, rule: Rule): string {
  for (const block of policy.blocks.values()) if (rulesOf(block).includes(rule)) return block.name;
  for (const appliance of policy.appliances.values())
    if (appliance.inspect?.rules.includes(rule)) return appliance.name;
  return "";
}
