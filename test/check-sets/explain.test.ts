/**
 * What is said of a class of packets holds for each of them: random policies, random packets. Every packet is in one
 * class, and the engine does with it what the class says; so it does with the packet that stands for the class.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Trace } from "../../server/src/chain/trace.ts";
import { run } from "../../server/src/chain/walk.ts";
import { explain } from "../../server/src/check/explain.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, boxContains, PROTOCOLS } from "../../server/src/space/box.ts";
import { type Fate, type FateClass, fatesOf } from "../../server/src/space/fates.ts";
import { Places } from "../../server/src/space/places.ts";
import { Trips } from "../../server/src/space/trips.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Dice, packetText, policyText } from "../space/policies.ts";
import { compile, isTrip, pointOf, RUNS, read, sending } from "./reading.ts";

describe("fates and the engine", () => {
  it("agree on random policies and packets", () => {
    let asked = 0;
    let witnessed = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        const text = policyText(dice);
        const policy = compile(text);
        const places = new Places(policy, false, () => false);
        const { planes, everywhere } = places.meaning;
        const all: Box[] = ([4, 6] as const).map((layer) => ({
          layer,
          fields: [BOTH_WAYS, [0, 0], everywhere[layer], everywhere[layer], PROTOCOLS[layer], ALL_PORTS, ALL_PORTS],
        }));
        const classes: FateClass[] = [];
        for (const route of new Trips(places).between(all)) {
          const found = finish(fatesOf(places, route, { steps: 1e9, work: 1e9 }, true));
          expect(found).toBeDefined();
          classes.push(...(found ?? []));
        }
        for (let i = 0; i < 60; i += 1) {
          const { from, text: send } = packetText(dice);
          const made = sending(policy, from === undefined ? send : `from ${from} ${send}`);
          const point = pointOf(made.sending, planes);
          const inside = classes.filter(({ boxes }) => boxes.some((box) => boxContains(box, point)));
          expect(inside.length, `${send} in more than one class\n${text}`).toBeLessThanOrEqual(1);
          const [found] = inside;
          if (found === undefined || !isTrip(made.sending, policy)) continue;
          asked += 1;
          expect(wordsOf(found.fate), `${from ?? ""} ${send}\n${text}`).toBe(said(run(made.world, made.sending)));
        }
        const answer = finish(explain(read(text).program, policy, {}));
        if ("problems" in answer) throw new Error("no question was wrong");
        expect(answer.complete).toBe(true);
        for (const { outcome, witness, trace, decidedBy } of answer.classes) {
          witnessed += 1;
          expect(trace?.outcome, `${witness}\n${text}`).toBe(outcome);
          if (outcome === "delivered" || decidedBy?.kind !== "rule") continue;
          const by = trace?.walks.at(-1)?.slots.at(-1)?.by;
          expect([by?.id, by?.line], `${witness}\n${text}`).toEqual([decidedBy.id, decidedBy.line]);
        }
      }),
      { numRuns: RUNS },
    );
    expect(asked).toBeGreaterThan(100);
    expect(witnessed).toBeGreaterThan(100);
  }, 600_000);
});

/** Outcome, what decided at each slot that was reached, seal and marks. */
function wordsOf({ outcome, decisions, sealed, marks }: Fate): string {
  const slots = decisions
    .filter(({ unreached, module }) => !unreached && module !== "empty")
    .filter(({ slot, way, inspected }, i, all) => {
      const next = all[i + 1];
      // An appliance that passes shows as the redirect alone, in the engine's trace.
      return (
        !(inspected && all[i]?.verdict !== "drop") &&
        !(next?.inspected && next.verdict === "drop" && next.slot === slot && next.way === way)
      );
    })
    .map(({ way, slot, verdict, rule }) => `${way} ${slot} ${verdict}${rule ? ` ${rule.id}` : ""}`);
  return [outcome, ...slots, outcome === "delivered" ? `key ${sealed} dscp ${marks.dscp}` : ""].join("\n");
}
function said({ outcome, walks }: Trace): string {
  const slots = walks.flatMap(({ direction, slots: all }) =>
    all
      .filter(({ module }) => module !== "empty" && module !== "reserved")
      .map(({ slot, verdict, by }) => `${direction} ${slot} ${verdict}${by?.id === undefined ? "" : ` ${by.id}`}`),
  );
  const changes = walks.flatMap((walk) => walk.slots.flatMap((slot) => slot.changes ?? []));
  const last = (field: RegExp, side: "from" | "to") =>
    changes.findLast((change) => field.test(change.field) && change.to !== null)?.[side] ?? undefined;
  return [
    outcome,
    ...slots,
    outcome === "delivered" ? `key ${last(/iochain.key/, "to")} dscp ${last(/dscp$/, "to")}` : "",
  ].join("\n");
}
