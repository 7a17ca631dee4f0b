/** Sets of packets obey the laws of sets: held against asking every packet of a small universe. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, boxContains, boxesOverlap, intersectBoxes, subtractBox } from "../../server/src/space/box.ts";
import { PacketSet } from "../../server/src/space/packets.ts";
import { anyBox, everyPacket } from "./universe.ts";

const packets = [...everyPacket()];
const inside = (set: { contains(packet: (typeof packets)[number]): boolean }) =>
  packets.map((packet) => set.contains(packet));
const of = (...boxes: Box[]) => PacketSet.of(...boxes);
const anySet = fc.array(anyBox, { maxLength: 4 }).map((boxes) => of(...boxes));

describe("boxes", () => {
  it("share and lose exactly what they should", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        const both = intersectBoxes(a, b);
        const pieces = subtractBox(a, b);
        expect(boxesOverlap(a, b)).toBe(both !== undefined);
        for (const packet of packets) {
          const inA = boxContains(a, packet);
          const inB = boxContains(b, packet);
          expect(both !== undefined && boxContains(both, packet)).toBe(inA && inB);
          expect(pieces.filter((piece) => boxContains(piece, packet)).length).toBe(inA && !inB ? 1 : 0);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("leave at most one piece a field", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        expect(subtractBox(a, b).length).toBeLessThanOrEqual(7);
      }),
    );
  });

  it("of different layers share nothing", () => {
    fc.assert(
      fc.property(anyBox, anyBox, (a, b) => {
        const other: Box = { ...b, layer: "ethernet" };
        expect(intersectBoxes(a, other)).toBeUndefined();
        expect(subtractBox(a, other)).toEqual([a]);
      }),
    );
  });
});

describe("sets", () => {
  it("union, intersection, difference", () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const [inA, inB] = [inside(a), inside(b)];
        expect(inside(a.union(b))).toEqual(packets.map((_, i) => inA[i] || inB[i]));
        expect(inside(a.intersect(b))).toEqual(packets.map((_, i) => inA[i] && inB[i]));
        expect(inside(a.subtract(b))).toEqual(packets.map((_, i) => inA[i] && !inB[i]));
      }),
      { numRuns: 60 },
    );
  });

  it("are empty when they have no packet, and else give one", () => {
    fc.assert(
      fc.property(anySet, anySet, (a, b) => {
        const difference = a.subtract(b);
        const witness = difference.witness();
        expect(difference.isEmpty).toBe(witness === undefined);
        expect(difference.isEmpty).toBe(!inside(difference).includes(true));
        if (witness !== undefined) expect(a.contains(witness) && !b.contains(witness)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  it("obey De Morgan and distribute", () => {
    fc.assert(
      fc.property(anySet, anySet, anySet, (a, b, c) => {
        expect(inside(a.subtract(b.union(c)))).toEqual(inside(a.subtract(b).intersect(a.subtract(c))));
        expect(inside(a.intersect(b.union(c)))).toEqual(inside(a.intersect(b).union(a.intersect(c))));
      }),
      { numRuns: 30 },
    );
  });

  it("of IPv6 are the same with larger numbers", () => {
    const box = (low: bigint, high: bigint): Box => ({
      layer: 6,
      fields: [
        [0, 1],
        [0, 0],
        [low, high],
        [0n, (1n << 128n) - 1n],
        [6, 6],
        [0, 65535],
        [443, 443],
      ],
    });
    const left = of(box(10n, 30n)).subtract(of(box(15n, 20n)));
    expect(left.boxes.map(({ fields }) => fields[2])).toEqual([[10n, 14n, 21n, 30n]]);
    expect(left.subtract(of(box(0n, 1n << 100n))).isEmpty).toBe(true);
  });
});
