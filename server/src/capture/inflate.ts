/**
 * Compressed files, as they arrive or read from any place, piece after piece and at once: a debugger goes back in them.
 * Inflating has to begin at the file's start or where it was kept how far it had come; some such places are kept, so that
 * memory does not grow with the file and going back costs at most what lies between two.
 */
// Its other half starts workers of Node.
import { Gunzip } from "fflate/browser";
import { crc32 } from "./crc32.ts";
import type { Pieces } from "./octets.ts";

/** In octets of the inflated file; doubled whenever there are too many places. */
const EVERY = 2 ** 22;
const MOST_PLACES = 32;
/** What is inflated at a time: a thousandfold, which is the most that there is, it is still no burden. */
const PART = 2 ** 14;
/** Behind each member: the CRC of what it holds, and its length modulo 2^32 (RFC 1952, 2.3.1). */
const TRAILER = 8;

const BROKEN = "the gzip data are damaged or end early";
const CHANGED = "the gzip data do not have the checksum that they should have: some of what they hold is damaged";

/** fflate's own state: all that its stream is between two calls. It replaces its arrays, and never writes into them. */
interface Inflating {
  s: object;
  /** Octets that were pushed. */
  r: number;
  /** Those that were not used, */
  p: Uint8Array;
  /** and where among them the next member begins, plus one; 0 within a member. */
  v: number;
  ondata: (chunk: Uint8Array) => void;
  /** A further member begins at this octet of the file. */
  onmember: (offset: number) => void;
  push(part: Uint8Array): void;
}

/** A gzip file as it arrives: `push` its parts, and `end` when there are no more. */
export class Inflater {
  /** What is wrong with the file, as far as it was read. */
  fault: string | undefined;
  /** Nothing more can be inflated. */
  isBroken = false;
  private readonly state: Inflating;
  private chunks: Uint8Array[] = [];
  /** Of the member under way. */
  private crc = 0;
  private length = 0;
  /** Where in the file the last member ended whose trailer was looked at. */
  private verified = 0;
  /** Octets of the file that came last, a trailer's length of them before the part that is pushed. */
  private latest = new Uint8Array(0);

  constructor(from?: Inflater) {
    const state = from?.state ?? (new Gunzip() as unknown as Inflating);
    this.state = Object.assign(Object.create(Gunzip.prototype) as Inflating, state, { s: { ...state.s } });
    this.state.ondata = (chunk) => {
      this.chunks.push(chunk);
      this.crc = crc32(chunk, this.crc);
      this.length = (this.length + chunk.length) % 2 ** 32;
    };
    this.state.onmember = (offset) => this.verify(offset);
    if (!from) return;
    ({ fault: this.fault, isBroken: this.isBroken, crc: this.crc, length: this.length } = from);
    ({ verified: this.verified, latest: this.latest } = from);
  }

  /** What the next octets of the file come to. */
  *push(octets: Uint8Array): Generator<Uint8Array> {
    for (let at = 0; at < octets.length && !this.isBroken; at += PART) yield* this.part(octets.subarray(at, at + PART));
  }
  /** The file has no more octets: a member must have ended here, with its trailer. */
  end(): void {
    const { r, p, v } = this.state;
    if (r !== this.verified || p.length !== v - 1) this.fail();
  }

  private *part(part: Uint8Array): Generator<Uint8Array> {
    const { state } = this;
    const before = this.latest.slice(-TRAILER);
    this.latest = new Uint8Array(before.length + part.length);
    this.latest.set(before);
    this.latest.set(part, before.length);
    try {
      state.push(part);
      if (state.v > 1) this.verify(state.r - state.p.length + state.v - 1);
    } catch {
      this.fail();
    }
    const { chunks } = this;
    this.chunks = [];
    yield* chunks;
  }
  private fail(): void {
    this.isBroken = true;
    this.fault = BROKEN;
  }

  /** Holds a member that ends before octet `end` of the file to its trailer, once that has arrived. */
  private verify(end: number): void {
    const { r } = this.state;
    if (end > r || end === this.verified) return;
    this.verified = end;
    const at = this.latest.length - (r - end) - TRAILER;
    const trailer = new DataView(this.latest.buffer, at, TRAILER);
    if (trailer.getUint32(0, true) !== this.crc || trailer.getUint32(4, true) !== this.length) this.fault ??= CHANGED;
    this.crc = 0;
    this.length = 0;
  }
}

interface Place {
  /** Octets of the inflated file before it, and of the compressed one. */
  readonly at: number;
  readonly read: number;
  readonly inflater: Inflater;
}

/**
 * The inflated octets of a gzip file. The loop over them ends in an Error that says so where its data are damaged or end
 * early, and behind the first `most`.
 */
export function inflated(compressed: Pieces, most = Number.POSITIVE_INFINITY): Pieces {
  let every = EVERY;
  let places: readonly Place[] = [{ at: 0, read: 0, inflater: new Inflater() }];
  const keep = (at: number, read: number, inflater: Inflater): void => {
    if (at < (places.at(-1) as Place).at + every) return;
    places = [...places, { at, read, inflater: new Inflater(inflater) }];
    if (places.length <= MOST_PLACES) return;
    places = places.filter((_, i) => i % 2 === 0);
    every *= 2;
  };
  return function* (from = 0) {
    const start = places.findLast((place) => place.at <= from) as Place;
    const inflater = new Inflater(start.inflater);
    let { at, read } = start;
    for (const part of partsOf(compressed(read))) {
      read += part.length;
      for (const chunk of inflater.push(part)) {
        const end = at + chunk.length;
        if (end > from) yield at < from ? chunk.subarray(from - at) : chunk;
        at = end;
      }
      if (inflater.isBroken) break;
      if (at > most) throw new Error(`of what the gzip data hold, ${Math.floor(most / 2 ** 20)} MB are read`);
      keep(at, read, inflater);
    }
    inflater.end();
    if (inflater.fault !== undefined) throw new Error(inflater.fault);
  };
}

function* partsOf(pieces: Iterable<Uint8Array>): Generator<Uint8Array> {
  for (const piece of pieces) for (let at = 0; at < piece.length; at += PART) yield piece.subarray(at, at + PART);
}
