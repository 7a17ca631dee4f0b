/**
 * Where the blocks of a policy stand, and their rules as sets there.
 *
 * Two views. In the *whole* view (`whole`) a packet may be at any vNIC that a chain has the block at, whatever
 * addresses the vNIC has: what a rule matches by itself. In an *end* view (`end`) the vNIC is the one that has the
 * packet's source (leaving it) or destination (entering), so that `applied-to` is a set of addresses and packets at
 * two ends can be compared.
 */
import type { Acl, Appliance, Block, Chain, Dfw, Encryption, Policy, Redirect, Rule, Vnic } from "../policy/policy.ts";
import type { Ranges } from "../policy/ranges.ts";
import { finish, STRIDE, type Steps } from "../syntax/steps.ts";
import type { Statement } from "../syntax/tree.ts";
import { type Box, DESTINATION, narrow, SOURCE } from "./box.ts";
import type { Origins } from "./edited.ts";
import { frameSpace } from "./frames.ts";
import { Meaning } from "./meaning.ts";
import { ruleSpace } from "./rule.ts";
import { type ListedRule, RuleList } from "./ruleList.ts";

/** What has rules of its own that are tried in order. */
export type RuleBlock = Acl | Dfw | Redirect | Encryption | Appliance;
export type Way = "out" | "in";
const FAR = Number.MAX_SAFE_INTEGER;
/** Stands for "the vNIC that the address says". */
const SOMEWHERE: Ranges<number> = [0, 0];

/** Places as they were before an edit that left the vNICs and chains as they are, and where its rules stood there. */
export interface PlacesBefore {
  readonly places: Places;
  /** By the name of the list (`listName`). */
  readonly origins: ReadonlyMap<string, Origins>;
}
/** What a list of rules is called: a firewall has two. */
export function listName(block: RuleBlock, rules: readonly Rule[]): string {
  if (!("module" in block)) return `appliance ${block.name}`;
  const kind = block.module === "dfw" && rules === block.ethernetRules ? "ethernet" : block.module;
  return `${kind} ${block.name}`;
}

export class Places {
  readonly policy: Policy;
  readonly meaning: Meaning;
  readonly allVnics: ReadonlySet<Vnic>;
  readonly #hasError: (statement: Statement) => boolean;
  readonly #chainOf = new Map<Vnic, Chain>();
  readonly #where = new Map<RuleBlock, ReadonlySet<Vnic>>();
  readonly #ends = new Map<RuleBlock, { out?: RuleList; in?: RuleList }>();
  readonly #frames = new Map<Dfw, { out?: RuleList; in?: RuleList }>();
  readonly #scopes = new Map<ReadonlySet<Vnic>, Ranges<number>>();
  /** Lists that an edit can be made of, by name and view. */
  readonly #built = new Map<string, RuleList>();
  readonly #before: PlacesBefore | undefined;

  /** `hasError`: whether an error stands in a statement; what such a rule does is not relied on. */
  constructor(policy: Policy, learned: boolean, hasError: (statement: Statement) => boolean, before?: PlacesBefore) {
    this.policy = policy;
    this.#before = before;
    this.meaning = before?.places.meaning ?? new Meaning(policy, learned);
    this.allVnics = new Set(policy.vnics.values());
    this.#hasError = hasError;
    for (const chain of policy.chains) for (const vnic of chain.vnics) this.#chainOf.set(vnic, chain);
  }

  chainOf(vnic: Vnic): Chain | undefined {
    return this.#chainOf.get(vnic);
  }

  /** The vNICs at which a block is asked. */
  where(block: RuleBlock): ReadonlySet<Vnic> {
    let found = this.#where.get(block);
    if (found === undefined) {
      found = this.#findWhere(block);
      this.#where.set(block, found);
    }
    return found;
  }
  #findWhere(block: RuleBlock): ReadonlySet<Vnic> {
    const vnics = new Set<Vnic>();
    for (const chain of this.policy.chains)
      for (const slot of chain.slots.values())
        if (slot.block !== undefined && asks(slot.block, block)) for (const vnic of chain.vnics) vnics.add(vnic);
    if ("module" in block && block.module === "dfw") for (const vnic of block.exclude) vnics.delete(vnic);
    return vnics;
  }

  /** The indices of the vNICs that rules are looked at for: where the block stands, or all while it stands nowhere. */
  scope(block: RuleBlock): Ranges<number> {
    const where = this.where(block);
    const set = where.size > 0 ? where : this.allVnics;
    // Without any vNIC, a policy still means something for those to come.
    if (set.size === 0) return SOMEWHERE;
    let found = this.#scopes.get(set);
    if (found === undefined) {
      found = this.meaning.vnics(set);
      this.#scopes.set(set, found);
    }
    return found;
  }

  /** Rules as they are tried, at every vNIC of the block's scope. */
  whole(block: RuleBlock, rules: readonly Rule[]): Steps<RuleList> {
    const scope = this.scope(block);
    return this.#listOf(block, rules, "whole", (rule) => ruleSpace(rule, this.meaning, scope), scope);
  }

  /** Rules as a packet finds them that leaves the vNIC of its source, or enters that of its destination. */
  end(block: RuleBlock, way: Way): RuleList {
    return finish(this.prepareEnd(block, way));
  }
  /** The same, in steps; made once. Where no rule is for one end only, both ends are the same. */
  *prepareEnd(block: RuleBlock, way: Way): Steps<RuleList> {
    const rules = rulesOf(block);
    const key = rules.every(isAtBothEnds) ? "out" : way;
    let found = this.#ends.get(block);
    if (found === undefined) {
      found = {};
      this.#ends.set(block, found);
    }
    const other = found[key === "out" ? "in" : "out"];
    found[key] ??= yield* this.#listOf(block, rules, key, (rule) => this.endSpace(rule, key), SOMEWHERE, other);
    return found[key];
  }

  *#listOf(
    block: RuleBlock,
    rules: readonly Rule[],
    view: "whole" | Way,
    space: (rule: Rule) => Box[],
    everyVnic: Ranges<number>,
    otherEnd?: RuleList,
  ): Steps<RuleList> {
    const name = listName(block, rules);
    const target = jumpTarget(block, rules);
    const before = this.#before;
    if (before !== undefined) {
      const list = before.places.#built.get(`${name} ${view}`);
      const origins = before.origins.get(name);
      const came = (i: number) => this.#list(rules[i] as Rule, space(rules[i] as Rule));
      if (list !== undefined && origins !== undefined) return RuleList.edited(list, origins, came, target);
    }
    const list = yield* this.#build(rules, space, target, everyVnic, otherEnd);
    this.#built.set(`${name} ${view}`, list);
    return list;
  }

  *#build(
    rules: readonly Rule[],
    space: (rule: Rule) => Box[],
    target: number,
    everyVnic: Ranges<number>,
    otherEnd?: RuleList,
  ): Steps<RuleList> {
    const listed: ListedRule[] = [];
    for (const [i, rule] of rules.entries()) {
      if (i % STRIDE === 0) yield;
      const same = isAtBothEnds(rule) ? otherEnd?.rules[i] : undefined;
      listed.push(same ?? this.#list(rule, space(rule)));
    }
    return yield* RuleList.build(listed, target, everyVnic);
  }

  /**
   * Ethernet rules as IP packets find them at one end; undefined when there are none that IP packets could meet.
   */
  frames(block: Dfw, way: Way): RuleList | undefined {
    if (block.ethernetRules.length === 0) return undefined;
    let found = this.#frames.get(block);
    if (found === undefined) {
      found = {};
      this.#frames.set(block, found);
    }
    found[way] ??= finish(
      this.#build(block.ethernetRules, (rule) => frameSpace(rule, this.meaning, way), FAR, SOMEWHERE),
    );
    return found[way];
  }

  /** A rule's packets at one end; the vNIC is that which the address says. */
  endSpace(rule: Rule, way: Way): Box[] {
    if (rule.disabled || (rule.direction !== undefined && rule.direction !== way)) return [];
    if (isAtBothEnds(rule)) return ruleSpace(rule, this.meaning, SOMEWHERE);
    const everywhere: Rule = { ...rule, appliedTo: undefined, direction: undefined };
    return ruleSpace(everywhere, this.meaning, SOMEWHERE).flatMap((box) => {
      if (rule.appliedTo === undefined || box.layer === "ethernet") return [box];
      const held = this.meaning.held(rule.appliedTo, box.layer);
      return narrow(box, way === "out" ? SOURCE : DESTINATION, held) ?? [];
    });
  }

  #list(rule: Rule, boxes: readonly Box[]): ListedRule {
    if (this.#hasError(rule.source.statement)) return { rule, boxes, effect: "unknown" };
    if (rule.action === "mark") return { rule, boxes, effect: "passes" };
    if (rule.action !== "jump-to-application") return { rule, boxes, effect: "takes" };
    return { rule, boxes, effect: rule.section?.category === "application" ? "unknown" : "jumps" };
  }
}

export const rulesOf = (block: RuleBlock): readonly Rule[] => {
  if (!("module" in block)) return block.inspect?.rules ?? [];
  return block.module === "dfw" ? block.ipRules : block.rules;
};
/** A rule that is the same for leaving packets and for entering ones. */
const isAtBothEnds = ({ direction, appliedTo }: Rule): boolean => direction === undefined && appliedTo === undefined;
const asks = (slotBlock: Block, block: RuleBlock): boolean =>
  slotBlock === block || (slotBlock.module === "redirect" && slotBlock.via === block);
const jumpTarget = (block: RuleBlock, rules: readonly Rule[]): number =>
  "module" in block && block.module === "dfw" && rules === block.ipRules ? block.firstApplicationRule : FAR;

/** A box at an end, its addresses narrowed. */
export function between(box: Box, source: Box["fields"][number], destination: Box["fields"][number]): Box | undefined {
  const sent = narrow(box, SOURCE, source);
  return sent && narrow(sent, DESTINATION, destination);
}
