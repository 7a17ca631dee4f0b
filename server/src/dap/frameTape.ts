/**
 * A capture's frames by number, in memory that grows neither with their count nor with the file: it is read on from
 * where it was, or from one of some places that were marked when the frames were counted. Reading over a frame costs well
 * under a microsecond.
 */
import type { Pieces } from "../capture/octets.ts";
import type { Frame } from "../capture/packet.ts";
import { CaptureReader } from "../capture/reader.ts";

/** Frames that stay at hand: going back a little needs no reading. */
const KEPT = 1024;
/** Frames between two marks; doubled whenever there are too many. */
const EVERY = 4096;
const MOST_MARKS = 64;

/** A place in the file: wanted frames before it, and a reader that stands there, to be forked. */
interface Mark {
  readonly index: number;
  readonly reader: CaptureReader;
}

export class FrameTape {
  readonly length: number;
  /** Time of the first frame that has one, in nanoseconds. */
  readonly start: bigint | undefined;
  /** What is wrong with the file, after the frames that could be read. */
  readonly warnings: readonly string[];
  /** Milliseconds from the first frame to the latest one up to each: a capture's times may go back, a clock may not. */
  private readonly latest: Float64Array;
  private readonly pieces: Pieces;
  private readonly wanted: (frame: Frame) => boolean;
  private marks: readonly Mark[] = [{ index: 0, reader: new CaptureReader() }];
  private frames: Generator<Frame>;
  /** Frames read over, the first of them since the latest mark that was gone to. */
  private read = 0;
  private first = 0;
  private readonly recent: Frame[] = new Array<Frame>(KEPT);

  /** Reads over the whole file once, to count the wanted frames. Throws an Error when it is no capture. */
  constructor(pieces: Pieces, wanted: (frame: Frame) => boolean = () => true) {
    this.pieces = pieces;
    this.wanted = wanted;
    const reader = new CaptureReader();
    let read = 0;
    let length = 0;
    let start: bigint | undefined;
    let now = 0;
    let latest = new Float64Array(1024);
    let every = EVERY;
    for (const frame of framesOf(pieces, reader)) {
      read++;
      if (!wanted(frame)) continue;
      start ??= frame.time;
      if (frame.time !== undefined && start !== undefined)
        now = Math.max(now, Number((frame.time - start) / 1_000_000n));
      if (length === latest.length) {
        const longer = new Float64Array(2 * length);
        longer.set(latest);
        latest = longer;
      }
      latest[length++] = now;
      if (length - (this.marks.at(-1) as Mark).index < every) continue;
      this.marks = [...this.marks, { index: length, reader: reader.fork() }];
      if (this.marks.length <= MOST_MARKS) continue;
      this.marks = this.marks.filter((_, i) => i % 2 === 0);
      every *= 2;
    }
    this.length = length;
    this.start = start;
    this.latest = latest;
    const { error: broken } = reader;
    if (broken && read === 0) throw new Error(broken.message);
    this.warnings = [...reader.warnings, ...(broken ? [`byte ${broken.at}: ${broken.message}`] : [])];
    this.frames = this.from(this.marks[0] as Mark);
  }

  private *from({ reader }: Mark): Generator<Frame> {
    for (const frame of framesOf(this.pieces, reader.fork())) if (this.wanted(frame)) yield frame;
  }

  /** The wanted frame `index`, from 0. */
  at(index: number): Frame {
    const mark = this.marks.findLast((one) => one.index <= index) as Mark;
    if (index < Math.max(this.first, this.read - KEPT) || mark.index > this.read) {
      this.frames.return(undefined);
      this.frames = this.from(mark);
      this.read = mark.index;
      this.first = mark.index;
    }
    while (this.read <= index) {
      const next = this.frames.next();
      // Somebody has made the file shorter since it was counted; the session says that it has changed.
      this.recent[this.read % KEPT] = next.done ? goneFrame(this.read + 1) : next.value;
      this.read++;
    }
    return this.recent[index % KEPT] as Frame;
  }
  /** The clock at which the replay began, when it stands at `clock` before frame `index`. */
  startClock(index: number, clock: number): number {
    return index === 0 ? clock : clock - (this.latest[index - 1] ?? 0);
  }
  /** Seconds from the first frame. */
  seconds(frame: Frame): number {
    return frame.time === undefined || this.start === undefined ? 0 : Number(frame.time - this.start) / 1e9;
  }
}

function* framesOf(pieces: Pieces, reader: CaptureReader): Generator<Frame> {
  for (const piece of sound(pieces(reader.place), reader.warnings)) {
    reader.push(piece);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame;
    if (reader.error) return;
  }
  reader.end();
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame;
}
/** The octets up to where they cannot be read. */
function* sound(octets: Iterable<Uint8Array>, warnings: string[]): Generator<Uint8Array> {
  try {
    yield* octets;
  } catch (error) {
    warnings.push((error as Error).message);
  }
}
const goneFrame = (number: number): Frame => ({
  number,
  time: undefined,
  interface: 0,
  linkType: 1,
  data: new Uint8Array(0),
  originalLength: 0,
});
