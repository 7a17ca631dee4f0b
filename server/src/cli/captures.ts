/** Captures named by scenarios and commands. */
import { dirname, join } from "node:path";
import type { Frame } from "../capture/packet.ts";
import { readCapture } from "../capture/reader.ts";
import type { ScenarioHost } from "../chain/scenario.ts";
import { readCaptureBytes } from "./files.ts";
import { say, Unusable } from "./terminal.ts";

/** The frames of a capture file. Complains as `Unusable` when it is none; damage further in is told on stderr. */
export function* framesOf(path: string): Generator<Frame> {
  const capture = readCapture(readCaptureBytes(path));
  if (capture.error) throw new Unusable(`${path}: ${capture.error.message}`);
  yield* capture.frames;
  for (const warning of capture.warnings) say(`iochain: ${path}: ${warning}`);
  if (capture.error) say(`iochain: ${path}: ${(capture.error as { message: string }).message}`);
}

/** Paths in a scenario are relative to its file. */
export const host: ScenarioHost = {
  readCapture(path, from) {
    try {
      return [...framesOf(join(dirname(from), path))];
    } catch (error) {
      if (error instanceof Unusable) return { error: error.message };
      throw error;
    }
  },
};
