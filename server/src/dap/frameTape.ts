/**
 * A capture's frames by number, in memory that does not grow with their count: the file is kept as it is and read on
 * from where it was, or again from the start. Reading over a frame costs well under a microsecond.
 */
import type { Frame } from "../capture/packet.ts";
import { readCapture } from "../capture/reader.ts";

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
  private readonly bytes: Uint8Array;
  private readonly wanted: (frame: Frame) => boolean;
  private frames: Iterator<Frame>;
  private read = 0;
  private readonly recent: Frame[] = new Array<Frame>(KEPT);

  /** Reads over the whole file once, to count the wanted frames. Throws an Error when it is no capture. */
  constructor(bytes: Uint8Array, wanted: (frame: Frame) => boolean = () => true) {
    this.bytes = bytes;
    this.wanted = wanted;
    const capture = readCapture(bytes);
    // The property changes as the frames are read: asked through a function, or the compiler thinks it does not.
    const complaint = () => capture.error;
    const unreadable = complaint();
    if (unreadable) throw new Error(unreadable.message);
    let length = 0;
    let start: bigint | undefined;
    let now = 0;
    let latest = new Float64Array(1024);
    for (const frame of capture.frames) {
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
    const broken = complaint();
    this.warnings = [...capture.warnings, ...(broken ? [`byte ${broken.at}: ${broken.message}`] : [])];
    this.frames = this.fromStart();
  }

  private *fromStart(): Generator<Frame> {
    for (const frame of readCapture(this.bytes).frames) if (this.wanted(frame)) yield frame;
  }

  /** The wanted frame `index`, from 0. */
  at(index: number): Frame {
    if (index < this.read - KEPT) {
      this.frames = this.fromStart();
      this.read = 0;
    }
    while (this.read <= index) {
      const next = this.frames.next();
      if (next.done) throw new RangeError(`there are ${this.length} frames, not ${index + 1}`);
      this.recent[this.read % KEPT] = next.value;
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
