/** Small universes, in which every packet can be asked: what the algebra is held against. */
import fc from "fast-check";
import { type Box, FIELDS, type Point, type Values } from "../../server/src/space/box.ts";

/** Values a field may have, for each of the seven. */
export const SIZES = [2, 2, 4, 4, 2, 2, 3] as const;

export function* everyPacket(): Generator<Point> {
  const values = new Array<number>(FIELDS).fill(0);
  for (;;) {
    yield { layer: 4, values: [...values] };
    let field = FIELDS - 1;
    while (field >= 0 && (values[field] as number) + 1 === SIZES[field]) {
      values[field] = 0;
      field -= 1;
    }
    if (field < 0) return;
    values[field] = (values[field] as number) + 1;
  }
}

/** A set of the field's values as ranges; never empty. */
export const fieldOf = (size: number): fc.Arbitrary<Values> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant([0, size - 1]) },
    {
      weight: 2,
      arbitrary: fc.subarray([...Array(size).keys()], { minLength: 1 }).map((chosen) => {
        const ranges: number[] = [];
        for (const value of chosen) {
          if (ranges[ranges.length - 1] === value - 1) ranges[ranges.length - 1] = value;
          else ranges.push(value, value);
        }
        return ranges;
      }),
    },
  );
export const anyBox: fc.Arbitrary<Box> = fc
  .tuple(...SIZES.map(fieldOf))
  .map((fields) => ({ layer: 4 as const, fields }));
