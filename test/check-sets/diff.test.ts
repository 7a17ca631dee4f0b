/**
 * Two policies differ in exactly the packets that the engine treats differently: random policies, random changes,
 * random packets. What changes only the text changes nothing.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../server/src/chain/trace.ts";
import { run } from "../../server/src/chain/walk.ts";
import { diff } from "../../server/src/check/diff.ts";
import type { Policy } from "../../server/src/policy/policy.ts";
import { boxContains } from "../../server/src/space/box.ts";
import { type Difference, differences, type Side } from "../../server/src/space/difference.ts";
import { Places } from "../../server/src/space/places.ts";
import { Trips } from "../../server/src/space/trips.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Dice, packetText, policyText } from "../space/policies.ts";
import { compile, isTrip, pointOf, RUNS, sending } from "./reading.ts";

function side(policy: Policy): Side {
  const places = new Places(policy, false, () => false);
  return { places, trips: new Trips(places) };
}

/** What befell a packet, whoever decided. */
function fate({ outcome, walks }: Trace): string {
  if (outcome !== "delivered") return outcome;
  const slots = walks.flatMap((walk) => walk.slots);
  const sealed = slots
    .filter(({ verdict }) => verdict === "encrypt" || verdict === "protect")
    .map(({ verdict }) => verdict);
  const set = new Map<string, unknown>();
  for (const { changes } of slots)
    for (const { field, to } of changes ?? []) if (to !== null) set.set(field.replace(/^ip.*dscp$/, "dscp"), to);
  set.delete("iochain.epoch");
  return JSON.stringify([outcome, sealed, [...set].sort(), slots.flatMap(({ appliance }) => appliance ?? [])]);
}

/** A few changes of the kind that people make. */
function changed(text: string, dice: Dice): string {
  let lines = text.split("\n");
  const rules = () => lines.flatMap((line, i) => (/^\s*rule \d/.test(line) ? [i] : []));
  for (let n = 1 + dice.below(3); n > 0; n -= 1) {
    const [i, j] = [dice.pick(rules()), dice.pick(rules())];
    if (i === undefined || j === undefined) continue;
    switch (dice.below(8)) {
      case 0:
        lines.splice(i, 1);
        break;
      case 1:
        lines[i] = (lines[i] as string).replace(/allow|drop/, (word) => (word === "allow" ? "drop" : "allow"));
        break;
      case 2:
        lines[i] = / to /.test(lines[i] as string)
          ? (lines[i] as string).replace(/ (in|out)$/, "")
          : `${lines[i]} to ${dice.pick(["a", "reds", "10.0.0.0/30"])}`;
        break;
      case 3:
        lines[i] = `${lines[i]} disabled`.replace(/ disabled disabled$/, "");
        break;
      case 4:
        lines = lines.map((line) =>
          dice.chance(30)
            ? line.replace(/default (allow|drop)/, (word) =>
                word === "default drop" ? "default allow" : "default drop",
              )
            : line,
        );
        break;
      case 5:
        lines = lines.map((line) =>
          line.replace(/slot 4 redirect \S+|slot 0 acl \S+|slot 1 swsec \S+/, (slot) => (dice.chance(40) ? "" : slot)),
        );
        break;
      case 6:
        lines = lines.map((line) =>
          line.replace("ip 10.0.0.2 ", `ip ${dice.pick(["10.0.0.2", "10.0.0.77", "dhcp"])} `),
        );
        break;
      default:
        lines = lines.map((line) =>
          line.replace("tags blue  vnic e { mac 00:50:56:00:00:03", "tags red  vnic e { mac 00:50:56:00:00:03"),
        );
    }
  }
  return lines.join("\n");
}

describe("differences and the engine", () => {
  it("agree on random policies, changes and packets", () => {
    const seen = { same: 0, different: 0, classes: 0 };
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        const text = policyText(dice);
        const other = dice.chance(20) ? policyText(dice) : changed(text, dice);
        const [old, now] = [compile(text), compile(other)];
        const context = `${text}\n======\n${other}`;
        const found: Difference[] = [];
        const steps = differences(side(old), side(now), { steps: 1e9, work: 1e9 });
        for (let step = steps.next(); ; step = steps.next()) {
          if (step.done) {
            expect(step.value).toBe(true);
            break;
          }
          if (step.value !== undefined) found.push(step.value);
        }
        const planes = side(old).places.meaning.planes;
        for (let i = 0; i < 60; i += 1) {
          const { from, text: send } = packetText(dice);
          const line = from === undefined ? send : `from ${from} ${send}`;
          const [before, after] = [sending(old, line), sending(now, line)];
          if (!isTrip(before.sending, old) || !isTrip(after.sending, now)) continue;
          const point = pointOf(before.sending, planes);
          const inside = found.filter(({ boxes }) => boxes.some((box) => boxContains(box, point)));
          const [was, is] = [fate(run(before.world, before.sending)), fate(run(after.world, after.sending))];
          seen[was === is ? "same" : "different"] += 1;
          expect(inside.length, `${line}: ${was} ${is}\n${context}`).toBe(was === is ? 0 : 1);
        }
        const answer = finish(diff(old, now));
        expect(answer.complete).toBe(true);
        for (const { old: before, new: after, witness } of answer.classes) {
          seen.classes += 1;
          expect(before.trace?.outcome, `${witness}\n${context}`).toBe(before.outcome);
          expect(after.trace?.outcome, `${witness}\n${context}`).toBe(after.outcome);
          expect(fate(before.trace as Trace), `${witness}\n${context}`).not.toBe(fate(after.trace as Trace));
        }
      }),
      { numRuns: RUNS },
    );
    expect(Math.min(...Object.values(seen)), JSON.stringify(seen)).toBeGreaterThan(50);
  }, 600_000);

  it("find nothing where only the text has changed", () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const text = policyText(new Dice(seed));
        const renamed = text
          .replace(/\breds\b/g, "crimson")
          .replace(/\bips\b/g, "inspector")
          .replace(/\b(fw|edge|seal|steer)\b/g, "$1-x")
          .replace(/rule (\d+)/g, (_, id) => `rule ${Number(id) + 1000} "Rule ${id}"`)
          .replace(/\n/g, "\n\n// a comment\n");
        const answer = finish(diff(compile(text), compile(renamed)));
        expect(answer.classes, `${text}\n=====\n${renamed}`).toEqual([]);
        expect(answer.complete).toBe(true);
      }),
      { numRuns: RUNS },
    );
  }, 600_000);
});
