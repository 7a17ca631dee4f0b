import { u8 } from "./bytes.ts";
import type { CaptureError, CaptureFormat, CaptureInterface, CaptureLog } from "./format.ts";
import { isGzip } from "./gzip.ts";
import { Octets } from "./octets.ts";
import type { Frame } from "./packet.ts";
import { isPcap, PcapFormat } from "./pcap.ts";
import { isPcapng, PcapngFormat } from "./pcapng.ts";

export type { CaptureError, CaptureInterface } from "./format.ts";

/** Octets of a file that is no capture that are told. */
const QUOTED = 8;

const packed = (by?: string): string => `the file is compressed with ${by}: decompress it first`;
/** How they begin (RFC 8878, 3.1.1; the XZ, bzip2, LZ4 and ZIP formats). */
const PACKED: Readonly<Record<string, string>> = {
  "28 b5 2f fd": "Zstandard",
  "fd 37 7a 58 5a 00": "xz",
  "42 5a 68": "bzip2",
  "04 22 4d 18": "LZ4",
  "50 4b 03 04": "ZIP",
};

/**
 * Reads a pcap or pcapng file as it arrives: `push` chunks, take frames with `next` until there is none, and `end`
 * when there are no more chunks. The frames' octets are views of the chunks, which must not be written to again;
 * nothing else of the file is kept.
 */
export class CaptureReader {
  readonly interfaces: CaptureInterface[] = [];
  readonly warnings: string[] = [];
  error: CaptureError | undefined = undefined;
  private readonly octets: Octets;
  private format: CaptureFormat | undefined = undefined;
  private ended = false;
  /** The same, by section and index there: a hostile file can have a hundred thousand. */
  private readonly bySection: CaptureInterface[][] = [];
  private readonly log: CaptureLog;

  constructor(place = 0) {
    this.octets = new Octets(place);
    const reader = this;
    this.log = {
      get failed() {
        return reader.error !== undefined;
      },
      addInterface(found) {
        reader.interfaces.push(found);
        const section = reader.bySection[found.section] ?? [];
        reader.bySection[found.section] = section;
        section.push(found);
      },
      warn: (at, message) => void reader.warnings.push(`byte ${at}: ${message}`),
      fail(at, message): undefined {
        reader.error ??= { at, message };
      },
    };
  }

  /** Octets of the file before the next frame. */
  get place(): number {
    return this.octets.place;
  }
  /** One that reads on from here, and is to be given the octets from `place` on. It tells the frames only. */
  fork(): CaptureReader {
    const copy = new CaptureReader(this.place);
    copy.format = this.format?.fork(copy.octets, copy.log);
    return copy;
  }

  push(bytes: Uint8Array): void {
    if (this.error === undefined && !this.ended) this.octets.push(bytes);
  }

  /** There are no more chunks. Frames that have arrived can still be taken. */
  end(): void {
    this.ended = true;
  }

  /** The next frame; undefined when it has not arrived as a whole, at the end, and after an error. */
  next(): Frame | undefined {
    if (this.error !== undefined) return undefined;
    this.format ??= this.recognise();
    const frame = this.format?.next();
    if (frame === undefined && this.ended && this.error === undefined) this.checkEnd();
    return frame;
  }

  /** The interface of a frame that this reader gave. */
  interfaceOf(frame: Frame): CaptureInterface | undefined {
    return this.bySection[frame.section ?? 0]?.[frame.interface];
  }

  private recognise(): CaptureFormat | undefined {
    const { octets, log } = this;
    if (!octets.ensure(4)) {
      if (this.ended) this.refuse();
      return undefined;
    }
    const { head, at } = octets;
    const magic = ((u8(head, at) << 24) | (u8(head, at + 1) << 16) | (u8(head, at + 2) << 8) | u8(head, at + 3)) >>> 0;
    if (isPcap(magic)) return new PcapFormat(octets, log);
    if (isPcapng(magic)) return new PcapngFormat(octets, log);
    // The message quotes the first octets: they should have arrived.
    if (octets.ensure(QUOTED) || this.ended) this.refuse();
    return undefined;
  }

  private refuse(): void {
    const { octets } = this;
    octets.ensure(Math.min(octets.available, QUOTED));
    const first = octets.head.subarray(octets.at, octets.at + QUOTED);
    if (first.length === 0) this.log.fail(0, "not a pcap or pcapng file: it is empty");
    else if (isGzip(first)) this.log.fail(0, packed("gzip"));
    else {
      const bytes = Array.from(first, (octet) => octet.toString(16).padStart(2, "0")).join(" ");
      const packer = Object.keys(PACKED).find((start) => bytes.startsWith(start));
      this.log.fail(0, packer ? packed(PACKED[packer]) : `not a pcap or pcapng file: the first bytes are ${bytes}`);
    }
  }

  /** Octets that are left over make no whole record. */
  private checkEnd(): void {
    const { octets, format } = this;
    if (format === undefined) return;
    const end = octets.place + octets.available - octets.missing;
    if (this.interfaces.length === 0 && octets.available > 0 && format instanceof PcapFormat) {
      this.log.fail(end, `the file ends in ${format.expected()}, at byte ${end}`);
    } else if (octets.available > 0 || octets.missing > 0) {
      const warning = `byte ${end}: the file ends here, in ${format.expected()} that begins at byte ${octets.place}`;
      if (this.warnings.at(-1) !== warning) this.warnings.push(warning);
    }
  }
}

export interface Capture {
  /** Read anew by each loop over them. */
  readonly frames: Iterable<Frame>;
  /** As far as the loop has come. */
  readonly interfaces: readonly CaptureInterface[];
  readonly warnings: readonly string[];
  readonly error: CaptureError | undefined;
}

/** A capture file that is in memory. What is not a capture says so in `error` at once; damage, when a loop meets it. */
export function readCapture(bytes: Uint8Array): Capture {
  let reader = open(bytes);
  // The first frame is tried so that `error` and the first interfaces are there before any loop.
  reader.next();
  return {
    frames: {
      [Symbol.iterator](): Iterator<Frame> {
        const mine = open(bytes);
        reader = mine;
        return {
          next() {
            const value = mine.next();
            return value === undefined ? { value, done: true } : { value, done: false };
          },
        };
      },
    },
    get interfaces() {
      return reader.interfaces;
    },
    get warnings() {
      return reader.warnings;
    },
    get error() {
      return reader.error;
    },
  };
}

function open(bytes: Uint8Array): CaptureReader {
  const reader = new CaptureReader();
  reader.push(bytes);
  reader.end();
  return reader;
}
