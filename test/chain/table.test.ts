/** Tables against plain maps: whatever is written to a fork stays in the fork. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Table } from "../../server/src/chain/table.ts";

test("forks are maps of their own", () => {
  const change = fc.record({ fork: fc.nat(3), key: fc.nat(600), remove: fc.boolean(), copy: fc.boolean() });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 900 }), (changes) => {
      const tables = [new Table<string, number>()];
      const maps = [new Map<string, number>()];
      for (const [index, { fork, key, remove, copy }] of changes.entries()) {
        const at = fork % tables.length;
        const table = tables[at] as Table<string, number>;
        const map = maps[at] as Map<string, number>;
        if (copy && tables.length < 4) {
          tables.push(table.fork());
          maps.push(new Map(map));
        } else if (remove) {
          table.delete(`key ${key}`);
          map.delete(`key ${key}`);
        } else {
          table.set(`key ${key}`, index);
          map.set(`key ${key}`, index);
        }
      }
      for (const [at, table] of tables.entries()) {
        expect(new Map(table.entries())).toEqual(maps[at]);
        expect(table.size).toBe(maps[at]?.size);
      }
    }),
    { numRuns: 60 },
  );
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
