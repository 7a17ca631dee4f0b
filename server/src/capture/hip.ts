import { u8, u16 } from "./bytes.ts";
import { type Draft, has, Layer, shortOf } from "./draft.ts";

const HEADER = 40;
/** Parameters of RFC 7401, 7402, 8002, 8003, 8004 and 8046 that tshark reads. */
const KNOWN: ReadonlySet<number> = new Set([
  65, 128, 129, 193, 257, 321, 385, 449, 513, 577, 579, 641, 705, 768, 811, 832, 897, 930, 961, 61505, 61569, 61633,
  61697, 63425, 63661, 64010, 65498, 65502, 65520,
]);

/** RFC 7401, 5: a header, and parameters of a type, a length and a value, filled up to a multiple of 8 octets. */
export function hip(draft: Draft): Layer {
  draft.protocols += ":hip";
  if (!has(draft, HEADER, "HIP header")) return Layer.Done;
  const { data, at: from, end } = draft;
  const to = from + (u8(data, from + 1) + 1) * 8;
  for (let at = from + HEADER; at < to; ) {
    const length = at + 4 <= end ? u16(data, at + 2) : 0;
    // Of what is not known nothing is read.
    const read = at + 4 + (at + 4 <= end && KNOWN.has(u16(data, at)) ? length : 0);
    if (read > end) {
      shortOf(draft, read, "HIP parameter");
      break;
    }
    at += 11 + length - ((length + 3) % 8);
  }
  return Layer.Done;
}
