/** Tables against plain maps: whatever is written to a fork stays in the fork. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { bothEnds, CONNECTIONS, type Connection } from "../../server/src/chain/connections.ts";
import { NUMBERS } from "../../server/src/chain/flowPages.ts";
import { type FlowKey, FlowTable, flowKey, sameKey } from "../../server/src/chain/flowTable.ts";
import { Table } from "../../server/src/chain/table.ts";
import type { TimerName } from "../../server/src/policy/policy.ts";
import { DEFAULT_TIMEOUTS } from "../../server/src/policy/timeouts.ts";

/** Flows between few hosts of either family; every third has the same hash as the others of its kind. */
const flows = Array.from({ length: 600 }, (_, i): FlowKey => {
  const key = i % 2 === 0 ? flowKey(6, 10 + (i % 7), i, 20, 443) : flowKey(17, BigInt(i % 7) << 64n, i, 20n, 53);
  return i % 3 === 0 ? { ...key, hash: i % 5 } : key;
});
const tables = {
  Table: { make: () => new Table<string, number>(), key: (i: number) => `key ${i}` },
  FlowTable: { make: () => new FlowTable(NUMBERS), key: (i: number) => flows[i] as FlowKey },
} as const;

test.each(Object.entries(tables))("%s: forks are maps of their own", (_, { make, key: keyOf }) => {
  const change = fc.record({ fork: fc.nat(3), key: fc.nat(599), remove: fc.boolean(), copy: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 900, size: "max" }), (changes) => {
      const forks = [make() as Table<FlowKey & string, number>];
      const maps = [new Map<unknown, number>()];
      for (const [index, { fork, key: number, remove, copy }] of changes.entries()) {
        const at = fork % forks.length;
        const table = forks[at] as Table<FlowKey & string, number>;
        const map = maps[at] as Map<unknown, number>;
        const key = keyOf(number) as FlowKey & string;
        if (copy && forks.length < 4) {
          forks.push(table.fork());
          maps.push(new Map(map));
        } else if (remove) {
          table.delete(key);
          map.delete(key);
        } else {
          table.set(key, index);
          map.set(key, index);
        }
        expect(table.get(key)).toBe(map.get(key));
      }
      for (const [at, table] of forks.entries()) {
        expect(new Map<unknown, number>(table.entries())).toEqual(maps[at]);
        expect(table.size).toBe(maps[at]?.size);
      }
    }),
    { numRuns: 60 },
  );
});

test("a connection comes out of the table as it went in", () => {
  const ends = fc.constantFrom("silent", "syn", "open", "fin" as const);
  const clock = fc.oneof(fc.nat(), fc.double({ min: 0, noNaN: true }), fc.constant(Number.POSITIVE_INFINITY));
  const some = <T>(what: fc.Arbitrary<T>) => fc.option(what, { nil: undefined });
  const connection = fc.record({
    byLow: fc.boolean(),
    state: fc.constantFrom(...(Object.keys(DEFAULT_TIMEOUTS) as TimerName[])),
    expires: clock,
    ends: some(fc.tuple(ends, ends)),
    isn: some(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
    simultaneous: some(fc.boolean()),
    since: clock,
    packets: fc.nat({ max: 2 ** 32 - 1 }),
    openedBy: some(fc.nat({ max: Number.MAX_SAFE_INTEGER })),
  });
  const table = new FlowTable(CONNECTIONS);
  fc.assert(
    fc.property(connection, fc.nat({ max: 599 }), ({ ends, ...rest }, at) => {
      const key = flows[at] as FlowKey;
      const value: Connection = { key, ...rest, ends: ends && bothEnds(ends[0], ends[1]) };
      table.set(key, value);
      expect(table.get(key)).toEqual(value);
      expect(table.entries().find(([known]) => sameKey(known, key))?.[1]).toEqual(value);
    }),
  );
});

test("flows stay in the order in which they came, however many", () => {
  const table = new FlowTable(NUMBERS);
  for (const [i, key] of flows.entries()) table.set(key, i);
  expect(table.entries().map(([, value]) => value)).toEqual(flows.map((_, i) => i));
});

test("flows that are over are swept out as the table grows", () => {
  const table = new FlowTable(NUMBERS);
  for (let i = 0; i < 50_000; i++) {
    table.sweep((value) => value < i - 500);
    table.set(flowKey(6, i, 1, 2, 3), i);
  }
  expect(table.size).toBeLessThan(2100);
});

test("a few entries stay in the order in which they came", () => {
  const table = new Table<string, number>();
  for (let i = 0; i < 100; i++) table.set(`key ${99 - i}`, i);
  expect([...table.entries()].map(([, value]) => value)).toEqual(Array.from({ length: 100 }, (_, i) => i));
});

test("what is over is swept out as the table grows", () => {
  const table = new Table<number, number>();
  for (let i = 0; i < 100_000; i++) {
    table.sweep((value) => value < i - 500);
    table.set(i, i);
  }
  expect(table.size).toBeLessThan(2100);
  expect(table.get(99_999)).toBe(99_999);
});
