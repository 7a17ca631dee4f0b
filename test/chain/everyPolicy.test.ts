/** The same of random conversations through every policy of the tests and the samples. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { World } from "../../server/src/chain/world.ts";
import { policyOf } from "../policy/programs.ts";
import { act, actionsOf } from "./actions.ts";

const folders = [path.join(import.meta.dirname, "data"), path.join(import.meta.dirname, "../../samples")];
const policies = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".iochain"))
    .map((name) => [name, policyOf(readFileSync(path.join(folder, name), "utf8"))] as const),
);

describe.each(policies)("%s", (_, policy) => {
  const actions = actionsOf(policy);

  test("stepping and running give the same traces and the same world", () => {
    fc.assert(
      fc.property(actions, (list) => {
        const stepped = World.start(policy);
        const ran = World.start(policy);
        for (const action of list) expect(act(stepped, action, true)).toEqual(act(ran, action, false));
        expect(stepped.digest()).toBe(ran.digest());
      }),
      { numRuns: 30 },
    );
  });

  test("a fork sees nothing of what comes after, and played from there comes to the same bit for bit", () => {
    fc.assert(
      fc.property(actions, actions, actions, (before, after, other) => {
        const world = World.start(policy);
        for (const action of before) act(world, action, false);
        const here = world.digest();
        const checkpoint = world.fork();
        const traces = after.map((action) => act(world, action, false));
        expect(checkpoint.digest()).toBe(here);
        const elsewhere = checkpoint.fork();
        for (const action of other) act(elsewhere, action, true);
        expect(checkpoint.digest()).toBe(here);
        const there = world.digest();
        expect(after.map((action) => act(checkpoint, action, true))).toEqual(traces);
        expect(checkpoint.digest()).toBe(there);
        expect(world.digest()).toBe(there);
      }),
      { numRuns: 20 },
    );
  });
});
