/**
 * Compressed files read from any place, piece after piece and at once: a debugger goes back in them. Inflating has to
 * begin at the file's start or where it was kept how far it had come; some such places are kept, so that memory does not
 * grow with the file and going back costs at most what lies between two.
 */
import { Gunzip } from "fflate";
import type { Pieces } from "./octets.ts";

/** In octets of the inflated file; doubled whenever there are too many places. */
const EVERY = 2 ** 22;
const MOST_PLACES = 32;
/** What is inflated at a time: a thousandfold, which is the most that there is, it is still no burden. */
const PART = 2 ** 14;

/** fflate's own state: all that its stream is between two calls. It replaces its arrays, and never writes into them. */
interface Inflating {
  s: object;
  ondata: (chunk: Uint8Array) => void;
  push(part: Uint8Array, last?: boolean): void;
}
interface Place {
  /** Octets of the inflated file before it, and of the compressed one. */
  readonly at: number;
  readonly read: number;
  readonly state: Inflating;
}

/**
 * The inflated octets of a gzip file. Where its data are damaged or end early, and behind the first `most`, the loop over
 * them ends in an Error that says so. Checksums are not looked at: damage that can be inflated all the same shows in what
 * is inflated.
 */
export function inflated(compressed: Pieces, most = Number.POSITIVE_INFINITY): Pieces {
  let every = EVERY;
  let places: readonly Place[] = [{ at: 0, read: 0, state: copyOf(new Gunzip() as unknown as Inflating) }];
  const keep = (place: Place): void => {
    if (place.at < (places.at(-1) as Place).at + every) return;
    places = [...places, { ...place, state: copyOf(place.state) }];
    if (places.length <= MOST_PLACES) return;
    places = places.filter((_, i) => i % 2 === 0);
    every *= 2;
  };
  return function* (from = 0) {
    const start = places.findLast((place) => place.at <= from) as Place;
    let chunks: Uint8Array[] = [];
    const state = copyOf(start.state);
    state.ondata = (chunk) => void chunks.push(chunk);
    let { at, read } = start;
    for (const part of partsOf(compressed(read))) {
      let isSound = true;
      try {
        state.push(part, part.length === 0);
      } catch {
        isSound = false;
      }
      read += part.length;
      for (const chunk of chunks) {
        const end = at + chunk.length;
        if (end > from) yield at < from ? chunk.subarray(from - at) : chunk;
        at = end;
      }
      if (!isSound) throw new Error("the gzip data are damaged or end early");
      if (at > most) throw new Error(`of what the gzip data hold, ${Math.floor(most / 2 ** 20)} MB are read`);
      chunks = [];
      keep({ at, read, state });
    }
  };
}

const copyOf = (state: Inflating): Inflating =>
  Object.assign(Object.create(Gunzip.prototype) as Inflating, state, { s: { ...state.s } });

/** Ends in an empty part: there is no more. */
function* partsOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces) for (let at = 0; at < piece.length; at += PART) yield piece.subarray(at, at + PART);
  yield new Uint8Array(0);
}
