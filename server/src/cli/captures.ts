/** Captures named by scenarios and commands. */
import { createReadStream, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { decompressed } from "../capture/gzip.ts";
import type { Frame } from "../capture/packet.ts";
import { type Capture, CaptureReader, readCapture } from "../capture/reader.ts";
import type { ScenarioHost } from "../chain/scenario.ts";
import { readCaptureBytes, STDIN, unreadable } from "./files.ts";
import { Progress } from "./progress.ts";
import { say, Unusable } from "./terminal.ts";

/** Octets read at a time. */
const CHUNK = 256 * 1024;

/** Frames of a capture for which V8's room for new objects has grown enough. */
const LONG = 10_000;

/** V8 would let the heap grow to several times what lives in it: by a half is enough, and costs a tenth of the time. */
export const growLess = (): void => setFlagsFromString("--heap-growing-percent=50");

/** What became of a capture: `false` from it ends the reading. */
export type FrameSink = (frame: Frame, interfaceName: string | undefined) => boolean;

/**
 * Reads a capture as a stream (`-`: standard input), decompressed where it is gzipped: memory does not grow with it. After each
 * chunk `flush` is called, for what the frames came to. A file that is no capture is `Unusable`; damage further in ends
 * the reading and is told on standard error, with the byte.
 */
export async function eachFrame(
  path: string,
  sink: FrameSink,
  { flush, showsProgress }: { readonly flush: () => void; readonly showsProgress: boolean },
): Promise<void> {
  const reader = new CaptureReader();
  const progress = new Progress(path === "-" ? undefined : sizeOf(path), showsProgress);
  const damage: string[] = [];
  let count = 0;
  let goesOn = true;
  const drain = () => {
    for (
      let frame = goesOn ? reader.next() : undefined;
      frame !== undefined;
      frame = goesOn ? reader.next() : undefined
    ) {
      // Nearly all that a frame makes is over with it: from here on more room for that would only be memory.
      if (++count === LONG) setFlagsFromString("--semi-space-growth-factor=1");
      goesOn = sink(frame, reader.interfaceOf(frame)?.name);
    }
    flush();
    progress.tell(count);
  };
  try {
    for await (const chunk of decompressed(counted(chunksOf(path), progress), (why) => damage.push(why))) {
      reader.push(chunk);
      drain();
      if (!goesOn || reader.error) break;
    }
    if (goesOn) {
      reader.end();
      drain();
    }
  } catch (error) {
    throw error instanceof Error && "code" in error ? unreadable(path, error) : error;
  } finally {
    progress.end();
  }
  const { error } = reader;
  if (error && reader.interfaces.length === 0) throw new Unusable(`${path}: ${damage[0] ?? error.message}`);
  for (const warning of [...reader.warnings, ...damage]) say(`iochain: ${path}: ${warning}`);
  if (error) say(`iochain: ${path}: byte ${error.at}: ${error.message}`);
}

function chunksOf(path: string): AsyncIterable<Uint8Array> {
  if (path === "-" || path === STDIN) return process.stdin;
  return createReadStream(path, { highWaterMark: CHUNK });
}

async function* counted(chunks: AsyncIterable<Uint8Array>, progress: Progress): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    progress.read += chunk.length;
    // A Buffer's views are dearer than a plain array's, and each frame is two.
    yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
  }
}

/** Undefined where it cannot be told: whoever reads the file says why. */
function sizeOf(path: string): number | undefined {
  try {
    return statSync(path).size;
  } catch {
    return undefined;
  }
}

/** Paths in a scenario are relative to its file. */
export const host: ScenarioHost = {
  readCapture(path, from) {
    try {
      return framesOf(join(dirname(from), path));
    } catch (error) {
      if (error instanceof Unusable) return { error: error.message };
      throw error;
    }
  },
};

/**
 * The frames of a capture in memory, each when it is asked for: a small file may unpack to millions. Complains as
 * `Unusable` when it is none; damage further in is told on stderr.
 */
function framesOf(path: string): Iterable<Frame> {
  const capture = readCapture(readCaptureBytes(path));
  if (capture.error) throw new Unusable(`${path}: ${capture.error.message}`);
  return told(path, capture);
}
function* told(path: string, capture: Capture): Generator<Frame> {
  yield* capture.frames;
  for (const warning of capture.warnings) say(`iochain: ${path}: ${warning}`);
  if (capture.error) say(`iochain: ${path}: ${capture.error.message}`);
}
