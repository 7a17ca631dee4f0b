/**
 * A packet that meets several conditions at once ("this rule takes it, and the firewall at the other end drops it"),
 * each of them about what a list of rules does. The search is that of `ruleList.ts`: look at a corner, take away what
 * the rule that spoils a condition takes, go on.
 */
import {
  type Box,
  corner,
  DESTINATION,
  intersectBoxes,
  narrow,
  type Point,
  SOURCE,
  subtractBox,
  weight,
} from "./box.ts";
import type { RuleList, Taker } from "./ruleList.ts";

/** What has to become of a packet in one list of rules. */
export interface Condition {
  readonly list: RuleList;
  /** Rules from here on are not asked: the packet is to come to this one. The list's length: all are asked. */
  readonly limit: number;
  /** Whether the condition holds for a packet that this rule takes, or no rule (undefined). */
  readonly holds: (taker: number | undefined) => boolean;
  /** It holds for packets that no rule takes, and for no other. */
  readonly alone?: true;
}
export type Found =
  | { readonly kind: "packet"; readonly packet: Point; readonly box: Box }
  | { readonly kind: "none" }
  | { readonly kind: "undecided" };

/** What one search, or several together, may cost. */
export interface Budget {
  steps: number;
  work: number;
}
export const budget = (): Budget => ({ steps: 20_000, work: 20_000_000 });

/** The addresses of the one vNIC that has both; undefined when no vNIC has. */
export type SameEnd = (source: number | bigint, destination: number | bigint) => Box["fields"][number] | undefined;

interface Options {
  /** Told of each condition that fails for a packet all of whose earlier conditions hold, and who fails it. */
  readonly failed?: (condition: number, taker: number | undefined) => void;
  /** The addresses that the sender of this one has, for both ends may not be one; undefined: no limit. */
  readonly sameEnd?: SameEnd;
}

/** A box to look at, or rules of a condition to try one by one. */
type Task =
  | { readonly box: Box }
  | {
      readonly near: Iterator<{ readonly rule: number; readonly shared: Box }>;
      readonly condition: Condition;
      /** Rules before this one are not tried. */
      readonly from: number;
    };

/** A packet of the boxes for which every condition holds. `box` is a set around it, for a readable one. */
export function findPacket(
  boxes: readonly Box[],
  conditions: readonly Condition[],
  left: Budget,
  options: Options = {},
): Found {
  const stack: Task[] = boxes.map((box) => ({ box }));
  next: for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    if ("near" in top) {
      const { value, done } = top.near.next();
      if (done) continue;
      stack.push(top);
      left.work -= 8;
      if (left.work < 0) return { kind: "undecided" };
      const { list, holds } = top.condition;
      if (value.rule >= top.from && list.rules[value.rule]?.effect === "takes" && holds(value.rule))
        stack.push({ box: value.shared });
      continue;
    }
    const { box } = top;
    left.steps -= 1;
    left.work -= weight(box) + 16;
    if (left.steps < 0 || left.work < 0) return { kind: "undecided" };
    const packet = corner(box);
    const same = options.sameEnd?.(packet.values[SOURCE] as number, packet.values[DESTINATION] as number);
    if (same !== undefined) {
      const bySource = narrow(box, SOURCE, same);
      const self = bySource && narrow(bySource, DESTINATION, same);
      if (self !== undefined) for (const piece of subtractBox(box, self)) stack.push({ box: piece });
      continue;
    }
    for (const [number, condition] of conditions.entries()) {
      const taker = condition.list.taker(packet, condition.limit);
      if (condition.holds(taker?.rule)) continue;
      options.failed?.(number, taker?.rule);
      stack.push(...instead(box, packet, condition, taker));
      continue next;
    }
    return { kind: "packet", packet, box };
  }
  return { kind: "none" };
}

/** Where to look on when the condition fails for a packet of the box, by this rule or by none. */
function instead(box: Box, packet: Point, condition: Condition, taker: Taker | undefined): Task[] {
  const { list, limit } = condition;
  const tasks: Task[] = taker === undefined ? [] : list.without(box, taker, limit).map((piece) => ({ box: piece }));
  // Of what the rule could take (or, where none does, of all), a rule before it that does as wanted may take a part.
  const could = taker === undefined ? box : intersectBoxes(box, taker.box);
  if (condition.alone || could === undefined) return tasks;
  const before = taker?.rule ?? limit;
  const tryRules = (part: Box, end: number, from = 0) =>
    tasks.push({ near: list.near(part, end)[Symbol.iterator](), condition, from });
  const jump = before >= list.jumpTarget ? list.jump(packet) : undefined;
  if (jump === undefined) {
    tryRules(could, before);
    return tasks;
  }
  // What jumps is taken before the jump, or after its target.
  for (const piece of subtractBox(could, jump.box)) tasks.push({ box: piece });
  const jumping = intersectBoxes(could, jump.box);
  if (jumping !== undefined) {
    tryRules(jumping, Math.min(jump.rule, before));
    tryRules(jumping, before, list.jumpTarget);
  }
  return tasks;
}
