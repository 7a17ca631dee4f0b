/** Who takes a packet, and what earlier rules cover: held against trying the rules one by one on every packet. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Rule } from "../../server/src/policy/policy.ts";
import { type Box, boxContains, type Point } from "../../server/src/space/box.ts";
import { BoxIndex } from "../../server/src/space/boxIndex.ts";
import { budget, findPacket } from "../../server/src/space/find.ts";
import { type ListedRule, RuleList } from "../../server/src/space/ruleList.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { anyBox, everyPacket } from "./universe.ts";

const packets = [...everyPacket()];
const EVERY_VNIC = [0, 1];

const anyRule: fc.Arbitrary<ListedRule> = fc
  .record({
    boxes: fc.array(anyBox, { maxLength: 2 }),
    effect: fc.constantFrom<ListedRule["effect"]>("takes", "takes", "takes", "jumps", "passes"),
    action: fc.constantFrom("allow", "drop"),
  })
  .map(({ boxes, effect, action }) => ({
    boxes,
    effect,
    rule: { action: effect === "jumps" ? "jump-to-application" : action } as Rule,
  }));
/** Jumps stand before their target only. */
const anyList = fc.tuple(fc.array(anyRule, { minLength: 1, maxLength: 7 }), fc.nat(7)).map(([rules, target]) => {
  const jumpTarget = Math.min(target, rules.length);
  const sound = rules.map((each, i) =>
    each.effect === "jumps" && i >= jumpTarget ? { ...each, effect: "takes" as const } : each,
  );
  return { rules: sound, jumpTarget, list: finish(RuleList.build(sound, jumpTarget, EVERY_VNIC)) };
});

/** The rules one by one: the rule before `limit` that takes the packet, or past which it jumps. */
function plain(rules: readonly ListedRule[], jumpTarget: number, packet: Point, limit: number): number | undefined {
  for (let i = 0; i < limit; i += 1) {
    const { boxes, effect } = rules[i] as ListedRule;
    if ((effect !== "takes" && effect !== "jumps") || !boxes.some((box) => boxContains(box, packet))) continue;
    if (effect === "jumps" && limit >= jumpTarget) {
      i = Math.max(i, jumpTarget - 1);
      continue;
    }
    return i;
  }
  return undefined;
}
const sameAction = (a: Rule, b: Rule) => a.action === b.action;

describe("index of boxes", () => {
  it("finds the first box that a packet is in", () => {
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 12 }), fc.nat(12), fc.nat(12), (boxes, from, limit) => {
        const owners = [...boxes.keys()];
        const index = finish(BoxIndex.build(4, boxes, owners, EVERY_VNIC));
        for (const packet of packets) {
          const expected = boxes.findIndex((box, i) => i >= from && i < limit && boxContains(box, packet));
          expect(index.first(packet, from, limit)).toBe(expected);
        }
      }),
      { numRuns: 40 },
    );
  });

  it("gives every box that overlaps another", () => {
    fc.assert(
      fc.property(fc.array(anyBox, { maxLength: 12 }), anyBox, fc.nat(12), (boxes, box, limit) => {
        const index = finish(BoxIndex.build(4, boxes, [...boxes.keys()], EVERY_VNIC));
        const near = [...index.near(box, limit)];
        expect(new Set(near).size).toBe(near.length);
        for (const packet of packets.filter((each) => boxContains(box, each)))
          for (const [i, other] of boxes.entries())
            if (i < limit && boxContains(other, packet)) expect(near).toContain(i);
      }),
      { numRuns: 40 },
    );
  });
});

describe("rules in order", () => {
  it("a packet is taken by the rule that takes it", () => {
    fc.assert(
      fc.property(anyList, ({ rules, jumpTarget, list }) => {
        for (let limit = 0; limit <= rules.length; limit += 1)
          for (const packet of packets.filter((_, i) => i % 3 === 0))
            expect(list.taker(packet, limit)?.rule).toBe(plain(rules, jumpTarget, packet, limit));
      }),
      { numRuns: 40 },
    );
  });

  it("a rule is covered when all of its packets are taken before", () => {
    fc.assert(
      fc.property(anyList, ({ rules, jumpTarget, list }) => {
        for (const [i, { boxes, rule }] of rules.entries()) {
          if (boxes.length === 0) continue;
          const own = packets.filter((packet) => boxes.some((box) => boxContains(box, packet)));
          const takers = own.map((packet) => plain(rules, jumpTarget, packet, i));
          const cover = list.cover(i);
          expect(cover.kind).toBe(takers.includes(undefined) ? "reached" : "covered");
          if (cover.kind === "reached") expect(plain(rules, jumpTarget, cover.packet, i)).toBeUndefined();
          if (cover.kind !== "covered") continue;
          for (const taker of cover.by) expect(takers).toContain(taker);
          const others = takers.filter((taker) => !sameAction((rules[taker as number] as ListedRule).rule, rule));
          const other = list.otherTaker(i, cover.by, sameAction);
          if (others.length === 0) expect(other).toBeUndefined();
          else expect(others).toContain(other);
          const concise = list.concise(i, cover.by, other as number | undefined);
          const covered = (packet: Point) =>
            concise.some((j) => (rules[j] as ListedRule).boxes.some((box) => boxContains(box, packet)));
          expect(own.every(covered)).toBe(true);
        }
      }),
      { numRuns: 150 },
    );
  });
});

describe("conditions together", () => {
  it("a packet is found when there is one", () => {
    const holdsFor = (rules: readonly ListedRule[], wanted: string, otherwise: string) => (taker: number | undefined) =>
      (taker === undefined ? otherwise : (rules[taker] as ListedRule).rule.action) === wanted;
    const action = fc.constantFrom("allow", "drop");
    const seen = { packet: 0, none: 0, undecided: 0 };
    fc.assert(
      fc.property(
        fc.array(anyBox, { minLength: 1, maxLength: 2 }),
        fc.array(fc.tuple(anyList, action, action), { minLength: 1, maxLength: 3 }),
        (boxes: Box[], lists) => {
          const conditions = lists.map(([{ rules, list }, wanted, otherwise]) => ({
            list,
            limit: rules.length,
            holds: holdsFor(rules, wanted, otherwise),
          }));
          const fits = (packet: Point) =>
            boxes.some((box) => boxContains(box, packet)) &&
            lists.every(([{ rules, jumpTarget }, wanted, otherwise]) =>
              holdsFor(rules, wanted, otherwise)(plain(rules, jumpTarget, packet, rules.length)),
            );
          const found = findPacket(boxes, conditions, budget());
          seen[found.kind] += 1;
          if (found.kind === "packet") expect(fits(found.packet)).toBe(true);
          else if (found.kind === "none") expect(packets.some(fits)).toBe(false);
          else expect.unreachable("nothing here is too large");
        },
      ),
      { numRuns: 300 },
    );
    expect(Math.min(seen.packet, seen.none)).toBeGreaterThan(50);
  });
});
