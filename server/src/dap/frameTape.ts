/**
 * A capture's frames by number, in memory that grows neither with their count nor with the file: it is read on from
 * where it was, or again from the start. Reading over a frame costs well under a microsecond.
 */
import type { Frame } from "../capture/packet.ts";
import { CaptureReader } from "../capture/reader.ts";
import type { Pieces } from "./files.ts";

/** Frames that stay at hand: going back a little needs no reading. */
const KEPT = 1024;

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
  private frames: Generator<Frame>;
  private read = 0;
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
    }
    this.length = length;
    this.start = start;
    this.latest = latest;
    const { error: broken } = reader;
    if (broken && read === 0) throw new Error(broken.message);
    this.warnings = [...reader.warnings, ...(broken ? [`byte ${broken.at}: ${broken.message}`] : [])];
    this.frames = this.fromStart();
  }

  private *fromStart(): Generator<Frame> {
    for (const frame of framesOf(this.pieces, new CaptureReader())) if (this.wanted(frame)) yield frame;
  }

  /** The wanted frame `index`, from 0. */
  at(index: number): Frame {
    if (index < this.read - KEPT) {
      this.frames.return(undefined);
      this.frames = this.fromStart();
      this.read = 0;
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
  for (const piece of pieces()) {
    reader.push(piece);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame;
    if (reader.error) return;
  }
  reader.end();
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) yield frame;
}
const goneFrame = (number: number): Frame => ({
  number,
  time: undefined,
  interface: 0,
  linkType: 1,
  data: new Uint8Array(0),
  originalLength: 0,
});
