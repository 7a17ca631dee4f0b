/**
 * The set findings of a policy, kept through edits of its rules. What is found of a rule depends on the rules that
 * share packets with it; so after an edit those are asked about that share packets with a rule that came or went, and
 * the others stand. Where vNICs, chains, or many rules have changed, all is asked anew.
 */
import type { Policy, Rule } from "../../policy/policy.ts";
import { BOTH_WAYS, type Box, DIRECTION, VNIC } from "../../space/box.ts";
import { type Origins, originsOf, Renumbering } from "../../space/edited.ts";
import { listName, Places, type RuleBlock, rulesOf } from "../../space/places.ts";
import { ruleSpace } from "../../space/rule.ts";
import type { RuleList } from "../../space/ruleList.ts";
import { STRIDE, type Steps } from "../../syntax/steps.ts";
import type { Statement } from "../../syntax/tree.ts";
import type { Finding } from "../finding.ts";

/** What is found of one rule, by what it is written in. */
export class Answers {
  readonly #found = new Map<Statement, Finding | "undecided">();
  readonly #before: Answers | undefined;
  readonly #stale: ReadonlySet<Statement>;

  /** `before`: still holds but for what is stale. */
  constructor(before?: Answers, stale: ReadonlySet<Statement> = new Set()) {
    this.#before = before;
    this.#stale = stale;
  }

  of({ source: { statement } }: Rule, ask: () => Finding | "undecided" | undefined): Finding | "undecided" | undefined {
    if (this.#before !== undefined && !this.#stale.has(statement)) return this.#before.#found.get(statement);
    const found = ask();
    if (found !== undefined) this.#found.set(statement, found);
    return found;
  }
}

/** What a search for set findings goes by, and what it has found. */
export interface Search {
  readonly places: Places;
  readonly hasError: (statement: Statement) => boolean;
  readonly unused: Answers;
  readonly oneSided: Answers;
  /** Lists of rules as `unusedRules` has them. */
  readonly lists: Map<string, RuleList>;
}

/** A search through everything. */
export const searchOf = (policy: Policy, hasError: Search["hasError"]): Search => ({
  places: new Places(policy, true, hasError),
  hasError,
  unused: new Answers(),
  oneSided: new Answers(),
  lists: new Map(),
});

/** Blocks with rules, in the order in which they are looked at. */
export function* blocksOf(policy: Policy): Iterable<RuleBlock> {
  for (const block of policy.blocks.values()) if (block.module !== "swsec") yield block;
  for (const appliance of policy.appliances.values()) if (appliance.inspect !== undefined) yield appliance;
}
export const listsOf = (block: RuleBlock): readonly (readonly Rule[])[] =>
  "module" in block && block.module === "dfw" ? [block.ethernetRules, block.ipRules] : [rulesOf(block)];

/** A list of more rules is not kept: a thousand rules are more than a megabyte. */
const MOST_KEPT = 50_000;

/** The last search that went through everything. */
export class KeptSets {
  #last:
    | { readonly search: Search; readonly frame: readonly unknown[]; readonly wrong: ReadonlySet<Statement> }
    | undefined;

  /** Takes over a search that is through. */
  keep(search: Search): void {
    const { policy } = search.places;
    this.#last = undefined;
    let rules = 0;
    for (const list of search.lists.values()) rules += list.rules.length;
    if (rules > MOST_KEPT) return;
    const wrong = new Set<Statement>();
    for (const block of blocksOf(policy))
      for (const { source } of listsOf(block).flat())
        if (search.hasError(source.statement)) wrong.add(source.statement);
    this.#last = { search, frame: frameOf(policy), wrong };
  }

  /** A search of what an edit can have changed since; undefined where that may be everything. */
  *after(policy: Policy, hasError: Search["hasError"]): Steps<Search | undefined> {
    if (this.#last === undefined) return undefined;
    const { search, frame, wrong } = this.#last;
    const now = frameOf(policy);
    if (now.length !== frame.length || now.some((part, i) => part !== frame[i])) return undefined;
    if (!search.places.meaning.holdsFor(policy)) return undefined;
    const origins = new Map<string, Origins>();
    const changed: Changed[] = [];
    const same = (a: Rule, b: Rule) => sameRule(a, b) && wrong.has(a.source.statement) === hasError(b.source.statement);
    for (const block of blocksOf(policy))
      for (const rules of listsOf(block)) {
        yield;
        const list = listName(block, rules);
        const before = (search.lists.get(list)?.rules ?? []).map(({ rule }) => rule);
        const of = originsOf(before, rules, same);
        if (of === undefined) return undefined;
        origins.set(list, of);
        for (const change of changesOf(before, rules, of)) changed.push({ ...change, list });
      }
    const stale = yield* sharing(changed, search);
    if (stale === undefined) return undefined;
    return {
      places: new Places(policy, true, hasError, { places: search.places, origins }),
      hasError,
      unused: new Answers(search.unused, stale.unused),
      oneSided: new Answers(search.oneSided, stale.oneSided),
      lists: new Map(),
    };
  }
}

/** A rule that came or went. */
interface Changed {
  readonly rule: Rule;
  readonly list: string;
  /** The first rule, by its number before, that is tried after it. */
  readonly next: number;
}

/** Fewer rules than this are asked about, whatever share of all they are. */
const MANY = 64;

function* changesOf(
  before: readonly Rule[],
  now: readonly Rule[],
  origins: Origins,
): Iterable<Pick<Changed, "rule" | "next">> {
  const numbers = new Renumbering(before.length, origins);
  for (const [i, rule] of now.entries()) if (origins[i] === -1) yield { rule, next: numbers.origin(i) };
  for (const [i, rule] of before.entries()) if (numbers.now[i] === -1) yield { rule, next: i + 1 };
}

/**
 * Rules whose findings may be others now: an unused one is so by rules before it, a one-sided one by any. Undefined where
 * they are so many that all may as well be asked about.
 */
function* sharing(
  changed: readonly Changed[],
  { lists, places }: Search,
): Steps<{ readonly unused: ReadonlySet<Statement>; readonly oneSided: ReadonlySet<Statement> } | undefined> {
  let all = 0;
  for (const { rules } of lists.values()) all += rules.length;
  const unused = new Set<Statement>();
  const oneSided = new Set<Statement>();
  for (const { rule, list, next } of changed) {
    unused.add(rule.source.statement);
    oneSided.add(rule.source.statement);
    const boxes = wherever(rule, places);
    for (const [name, of] of lists)
      for (const box of boxes) {
        let looked = 0;
        for (const { rule: number } of of.near(box, of.rules.length)) {
          looked += 1;
          if (looked % STRIDE === 0) yield;
          if (oneSided.size > MANY + all / 4) return undefined;
          const { statement } = (of.rules[number] as (typeof of.rules)[number]).rule.source;
          oneSided.add(statement);
          if (name === list && number >= next) unused.add(statement);
        }
      }
    yield;
  }
  // What indexes do not list is always asked about.
  for (const { rules } of lists.values())
    for (const { rule, effect } of rules)
      if (effect === "passes" || effect === "unknown") {
        unused.add(rule.source.statement);
        oneSided.add(rule.source.statement);
      }
  return { unused, oneSided };
}

/** What a rule matches, whatever vNIC and direction: another may meet it at the other end. */
function wherever(rule: Rule, { meaning }: Places): Box[] {
  const everywhere: Rule = { ...rule, appliedTo: undefined, direction: undefined };
  return ruleSpace(everywhere, meaning, [0, 0]).map((box) => ({
    layer: box.layer,
    fields: box.fields.with(DIRECTION, BOTH_WAYS).with(VNIC, EVERY_VNIC),
  }));
}
const EVERY_VNIC = [0, Number.MAX_SAFE_INTEGER];

/** Two rules written in the same statement match and do the same. */
function sameRule(a: Rule, b: Rule): boolean {
  if (a === b) return true;
  return (
    a.source.statement === b.source.statement &&
    a.id === b.id &&
    a.title === b.title &&
    a.action === b.action &&
    a.mark?.field === b.mark?.field &&
    a.mark?.value === b.mark?.value &&
    a.key === b.key &&
    a.from === b.from &&
    a.to === b.to &&
    a.services === b.services &&
    a.direction === b.direction &&
    a.family === b.family &&
    a.appliedTo === b.appliedTo &&
    a.disabled === b.disabled &&
    a.section?.source.statement === b.section?.source.statement &&
    a.section?.ethernet === b.section?.ethernet &&
    a.section?.category === b.section?.category
  );
}

/** All that findings depend on besides rules: equal parts, equal frames. */
function frameOf(policy: Policy): unknown[] {
  const frame: unknown[] = [policy.vnics];
  for (const { name, vnics, slots } of policy.chains) {
    frame.push(name, vnics.size, ...vnics);
    for (const { number, block } of slots.values()) frame.push(number, block?.module, block?.name);
  }
  for (const block of blocksOf(policy)) {
    const otherwise = "module" in block ? block.default : block.inspect?.default;
    frame.push(block.name, "module" in block && block.module, block.source.statement);
    frame.push(otherwise?.source.statement, otherwise?.action, otherwise?.key?.id);
    if (!("module" in block)) continue;
    if (block.module === "dfw") frame.push(block.exclude.size, ...block.exclude);
    if (block.module === "redirect") frame.push(block.via?.name, block.via?.inspect?.source.statement);
  }
  return frame;
}
