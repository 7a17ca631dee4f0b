/** A packet that comes to a rule, a default or a binding, as a scenario; or why there is none. */
import { compare } from "../chain/expectation.ts";
import type { Trace } from "../chain/trace.ts";
import type { Binding, Policy, Rule, Source } from "../policy/policy.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, PROTOCOLS } from "../space/box.ts";
import { type Condition, type Found, findPacket, budget as newBudget } from "../space/find.ts";
import { frameSpace } from "../space/frames.ts";
import { Places, type RuleBlock, rulesOf, type Way } from "../space/places.ts";
import type { RuleList } from "../space/ruleList.ts";
import { Trips } from "../space/trips.ts";
import { readablePacket } from "../space/witness.ts";
import { lineOf } from "../syntax/document.ts";
import { parsePacket } from "../syntax/packetText.ts";
import type { Statement } from "../syntax/tree.ts";
import { traceOf } from "./explain.ts";
import { sameVnic } from "./sets/ends.ts";
import { listOf, nameOf } from "./sets/places.ts";

export type Reach =
  /** A packet, as after `send`; what the engine does with it; a scenario that expects that. */
  | { readonly packet: string; readonly trace: Trace; readonly scenario: string }
  /** No packet of those that open a connection comes to it, and why; or that nobody knows. */
  | { readonly none: string };

/** What can be asked about: the rule, default or binding that is written in a statement. */
export function reach(policy: Policy, statement: Statement): Reach | undefined {
  const target = targetOf(policy, statement);
  return target && new Reacher(policy).reach(target);
}

type Target =
  | {
      readonly kind: "rule";
      readonly block: RuleBlock;
      readonly rule: Rule;
      readonly index: number;
      readonly frames: boolean;
    }
  | { readonly kind: "default"; readonly block: RuleBlock; readonly source: Source }
  | { readonly kind: "binding"; readonly block: string; readonly binding: Binding };

function targetOf(policy: Policy, statement: Statement): Target | undefined {
  for (const block of [...policy.blocks.values(), ...policy.appliances.values()]) {
    if ("module" in block && block.module === "swsec") {
      const binding = block.bindings.find(({ source }) => source.statement === statement);
      if (binding !== undefined) return { kind: "binding", block: block.name, binding };
      continue;
    }
    const otherwise = "module" in block ? block.default : block.inspect?.default;
    if (otherwise?.source.statement === statement) return { kind: "default", block, source: otherwise.source };
    const frames = "module" in block && block.module === "dfw" ? block.ethernetRules : [];
    for (const [list, ethernet] of [
      [rulesOf(block), false],
      [frames, true],
    ] as const) {
      const index = list.findIndex(({ source }) => source.statement === statement);
      const rule = list[index];
      if (rule !== undefined) return { kind: "rule", block, rule, index, frames: ethernet };
    }
  }
  return undefined;
}

class Reacher {
  readonly #policy: Policy;
  readonly #places: Places;
  readonly #trips: Trips;
  #left = newBudget();

  constructor(policy: Policy) {
    this.#policy = policy;
    this.#places = new Places(policy, false, () => false);
    this.#trips = new Trips(this.#places);
  }

  reach(target: Target): Reach {
    if (target.kind === "rule" && target.rule.disabled) return { none: "the rule is disabled" };
    if (target.kind !== "binding" && this.#places.where(target.block).size === 0)
      return { none: `no vNIC meets it: "${target.block.name}" stands in the chain of none` };
    const takers = new Set<Rule>();
    const found = target.kind === "binding" ? this.#toBinding(target.binding) : this.#toRules(target, takers);
    if (found === "undecided")
      return { none: "the question is too large: whether a packet comes to it is not decided" };
    if (found === undefined) return { none: whyNot(target, takers) };
    const trace = traceOf(this.#policy, found);
    if (trace === undefined) return { none: `the packet that should come to it cannot be sent: ${found}` };
    return { packet: found, trace, scenario: scenarioText(this.#policy, target, found, trace) };
  }

  #toRules(target: Exclude<Target, { kind: "binding" }>, takers: Set<Rule>): string | "undecided" | undefined {
    const { block } = target;
    const stops = target.kind === "rule" && ["drop", "reject"].includes(target.rule.action);
    // Best is a packet that goes all the way, so that the scenario shows the rule at work.
    for (const whole of stops ? [false] : [true, false]) {
      this.#left = newBudget();
      for (const way of ["in", "out"] as const) {
        const list = this.#listOf(target, way);
        if (list === undefined) continue;
        const limit = target.kind === "rule" ? target.index : list.rules.length;
        const taken: Condition = { list, limit, holds: (taker) => taker === undefined, alone: true };
        for (const route of this.#trips.routes(this.#spaceOf(target, way))) {
          // Leaving the VM, slot 0 sees what SpoofGuard, in slot 1, is going to drop.
          const isBeforeSpoofguard = !whole && way === "out" && "module" in block && block.module === "acl";
          const boxes = isBeforeSpoofguard ? route.boxes : this.#trips.admitted(route);
          for (const { conditions } of this.#trips.reaching(route, block, way, whole)) {
            const found = this.#find(boxes, [...conditions, taken], takers);
            if (found !== undefined && !(whole && found === "undecided")) return found;
          }
        }
      }
    }
    return undefined;
  }
  #listOf(target: Exclude<Target, { kind: "binding" }>, way: Way): RuleList | undefined {
    const { block } = target;
    const ethernet = target.kind === "rule" && target.frames && "module" in block && block.module === "dfw";
    return ethernet ? this.#places.frames(block, way) : this.#places.end(block, way);
  }
  #spaceOf(target: Exclude<Target, { kind: "binding" }>, way: Way): readonly Box[] {
    if (target.kind === "default") return this.#everything();
    const { meaning } = this.#places;
    return target.frames ? frameSpace(target.rule, meaning, way) : this.#places.endSpace(target.rule, way);
  }
  #everything(): Box[] {
    const { everywhere } = this.#places.meaning;
    return ([4, 6] as const).map((layer) => ({
      layer,
      fields: [BOTH_WAYS, [0, 0], everywhere[layer], everywhere[layer], PROTOCOLS[layer], ALL_PORTS, ALL_PORTS],
    }));
  }

  /** SpoofGuard looks at what the vNIC sends, whatever it is. */
  #toBinding({ vnic }: Binding): string | "undecided" | undefined {
    const boxes = this.#everything().flatMap((box) => {
      const source = this.#places.meaning.heldByOne(vnic, box.layer as 4 | 6);
      return source.length === 0 ? [] : [{ ...box, fields: box.fields.with(2, source) }];
    });
    for (const whole of [true, false])
      for (const route of this.#trips.routes(boxes))
        for (const conditions of whole ? this.#trips.through(route).map((each) => each.conditions) : [[]]) {
          const found = this.#find(whole ? this.#trips.admitted(route) : route.boxes, conditions, new Set());
          if (found === undefined || found === "undecided") continue;
          const walk = traceOf(this.#policy, found)?.walks[0];
          if (walk?.vnic === vnic.id && walk.slots.some(({ by }) => by?.kind === "binding")) return found;
        }
    return undefined;
  }

  #find(boxes: readonly Box[], conditions: readonly Condition[], takers: Set<Rule>): string | "undecided" | undefined {
    const sameEnd = sameVnic(this.#places);
    const found: Found = findPacket(boxes, conditions, this.#left, {
      sameEnd,
      failed: (number, taker) => {
        const rule = taker === undefined ? undefined : conditions[number]?.list.rules[taker]?.rule;
        if (rule !== undefined) takers.add(rule);
      },
    });
    if (found.kind !== "packet") return found.kind === "undecided" ? "undecided" : undefined;
    return this.#trips.send(readablePacket(found, conditions, this.#policy, sameEnd));
  }
}

function whyNot(target: Target, takers: ReadonlySet<Rule>): string {
  if (target.kind === "binding") return "no packet that the vNIC sends comes to it";
  const frames = target.kind === "rule" && target.frames ? "; a frame that is not IP may" : "";
  if (takers.size === 0) return `no packet that opens a connection is one that it matches${frames}`;
  const rules = [...takers].sort((a, b) => a.id - b.id);
  const [only] = rules as [Rule];
  const who = rules.length === 1 ? `${nameOf(only)} (${only.action}) takes` : `${listOf(rules)} take`;
  return `${who} all that could come to it${frames}`;
}

function scenarioText(policy: Policy, target: Target, packet: string, trace: Trace): string {
  const slot = slotOf(target, trace);
  const at = slot === undefined ? "" : ` at slot ${slot}`;
  const by = target.kind === "rule" ? `rule ${target.rule.id}` : target.kind === "default" ? "default" : undefined;
  const wanted = [by && `${trace.outcome}${at} by ${by}`, by && `${trace.outcome} by ${by}`, trace.outcome];
  const expectation = wanted.find((text) => {
    const parsed = text && parsePacket(`${packet} expect ${text}`).expect;
    return parsed && compare(parsed, trace) === undefined;
  });
  const what =
    target.kind === "rule"
      ? nameOf(target.rule).replaceAll('"', "")
      : target.kind === "default"
        ? `the default of ${target.block.name}`
        : `the binding of ${target.binding.vnic.id}`;
  const title = freeTitle(policy, `A packet for ${what}`);
  return `scenario ${JSON.stringify(title)} {\n  send ${packet}  expect ${expectation ?? trace.outcome}\n}\n`;
}

/** The slot at which the trace shows what was to be reached. */
function slotOf(target: Target, { walks }: Trace): number | undefined {
  const source =
    target.kind === "rule" ? target.rule.source : target.kind === "default" ? target.source : target.binding.source;
  const line = lineOf(source.statement);
  for (const { slots } of walks.toReversed())
    for (const { slot, by } of slots) if (by?.file === source.uri && by.line === line) return slot;
  return undefined;
}

function freeTitle(policy: Policy, title: string): string {
  const taken = new Set(policy.scenarios.map(({ statement }) => statement.title?.text));
  let free = title;
  for (let n = 2; taken.has(free); n += 1) free = `${title} (${n})`;
  return free;
}
