/** An axis, by tables and by halves, says of every value the class of the sets that it is in. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Ip6 } from "../../server/src/policy/addresses.ts";
import { normalizeRanges, type Ranges, rangesContain } from "../../server/src/policy/ranges.ts";
import { type Domain, IP4, IP6, PORT } from "../../server/src/space/classifier/axis.ts";
import { Lists } from "../../server/src/space/classifier/lists.ts";

/** Close together, and where the tables begin and end. */
const near = (most: number) =>
  fc.oneof(
    fc.constantFrom(0, 255, 256, 0xffff, most),
    fc.tuple(fc.constantFrom(0, 0x1200, 0xfe00), fc.nat(600)).map(([base, more]) => base + more),
    fc.nat(most),
  );

function isAnswered<T extends number | bigint>(sets: readonly Ranges<T>[], domain: Domain<T>, values: readonly T[]) {
  const lists = new Lists(sets, domain, 1 << 20);
  for (const value of values) {
    const found = lists.axis?.classAt(value) as number;
    const listed = [...lists.items.subarray(lists.starts[found], lists.starts[found + 1])].sort((a, b) => a - b);
    expect(listed).toEqual(sets.flatMap((ranges, set) => (rangesContain(ranges, value) ? set : [])));
  }
}

test.each([
  ["ports", PORT, 0xffff],
  ["IPv4", IP4, 0xffff_ffff],
] as const)("%s", (_, domain, most) => {
  const pairs = fc.array(fc.tuple(near(most), fc.oneof(fc.constant(0), fc.nat(40), fc.nat(most))), { maxLength: 30 });
  const set = pairs.map((all) => normalizeRanges(all.flatMap(([low, more]) => [low, Math.min(most, low + more)])));
  fc.assert(
    fc.property(fc.array(set, { maxLength: 12 }), fc.array(near(most), { maxLength: 60 }), (sets, values) => {
      const ends = sets.flat().flatMap((end) => [end - 1, end, end + 1]);
      isAnswered(
        sets,
        domain,
        [...values, ...ends].filter((value) => value >= 0 && value <= most),
      );
    }),
    { numRuns: 200 },
  );
});

test("IPv6", () => {
  const value = fc.bigInt({ min: 0n, max: 300n });
  const set = fc
    .array(fc.tuple(value, value), { maxLength: 6 })
    .map((all) => normalizeRanges(all.flatMap(([low, more]) => [low, low + more])) as Ranges<Ip6>);
  fc.assert(
    fc.property(fc.array(set, { maxLength: 8 }), fc.array(value, { maxLength: 30 }), (sets, values) =>
      isAnswered(sets, IP6, values as Ip6[]),
    ),
  );
});
