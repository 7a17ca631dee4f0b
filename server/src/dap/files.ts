/**
 * The files that a launch reads. A machine with a disk answers at once; a browser answers later, and does not say
 * beforehand what will be asked for: what was missing is waited for, and the launch is tried again.
 */
import { isGzip } from "../capture/gzip.ts";
import type { Pieces } from "../capture/octets.ts";
import type { Unread } from "../policy/program.ts";
import { mayRead, type Wanted } from "../policy/readable.ts";
import type { Steps } from "../syntax/steps.ts";
import { RequestError } from "./protocol.ts";

export interface FileSource {
  /** The bytes of a file, by path or URI, or why there are none (undefined: it is missing). */
  readFile(path: string, wanted: Wanted): Found | Promise<Found>;
  /** A capture, to be read piece by piece, or why there is none. Absent: captures are read whole. */
  openCapture?(path: string, wanted: Wanted): Pieces | Unread;
  /** Where the program was started, if that says anything. */
  readonly startedIn?: string;
  /** Changes when the file does. */
  stamp?(path: string): number | undefined;
}
type Found = Uint8Array | Unread | undefined;

/** Files that are at hand, or not there. */
export interface Files extends Pick<FileSource, "stamp"> {
  /** What the launch names. */
  readNamed(path: string): Uint8Array | Unread;
  /** What the policy names. */
  read(path: string): Uint8Array | Unread;
  /** The same of captures. */
  captureNamed(path: string): Pieces | Unread;
  capture(path: string): Pieces | Unread;
}

/** In octets; captures may be long, and compressed ones longer than they look. */
export const LONGEST_NAMED = 2 ** 30;
const LONGEST_INFLATED = 2 ** 32;

const NOTHING = new Uint8Array();

/** Most sessions inflate nothing, and its tables take longer to make than many a launch. */
let inflate: typeof import("../capture/inflate.ts") | undefined;
async function loadInflate(): Promise<void> {
  inflate = await import("../capture/inflate.ts");
}

/** Steps that are taken before requests are looked at: what most policies need, so that they start at once. */
const AT_ONCE = 16;
/** Milliseconds that the steps after them may take before requests are looked at. */
const SLICE = 40;

/**
 * What `attempt` makes of the files. Whatever it throws while files are still on their way is not meant yet. `isOver`:
 * nobody waits for it any more.
 */
export function withFiles<T>(
  source: FileSource,
  wanted: Wanted,
  attempt: (files: Files) => Steps<T>,
  isOver: () => boolean,
): T | Promise<T> {
  const found = new Map<string, Found>();
  let awaited: Promise<void>[] = [];
  const read = (path: string, what: Wanted): Uint8Array | Unread => {
    if (what.readable !== undefined && !mayRead(what.readable, path)) return "outside";
    if (!found.has(path)) {
      const answer = source.readFile(path, what);
      const keep = (bytes: Found): void => void found.set(path, bytes);
      if (answer instanceof Promise) awaited.push(answer.then(keep, () => keep(undefined)));
      else keep(answer);
    }
    return found.get(path) ?? "missing";
  };
  const whole = (path: string, what: Wanted): Pieces | Unread => {
    const bytes = read(path, what);
    return typeof bytes === "string" ? bytes : (from = 0) => [bytes.subarray(from)];
  };
  const open = (path: string, what: Wanted): Pieces | Unread => {
    const isOutside = what.readable !== undefined && !mayRead(what.readable, path);
    const pieces = source.openCapture && !isOutside ? source.openCapture(path, what) : whole(path, what);
    if (typeof pieces === "string") return pieces;
    const [head = NOTHING] = pieces();
    if (!isGzip(head)) return pieces;
    if (inflate) return inflate.inflated(pieces, LONGEST_INFLATED);
    awaited.push(loadInflate());
    return "missing";
  };
  const named = { longest: LONGEST_NAMED };
  const files: Files = {
    readNamed: (path) => read(path, named),
    read: (path) => read(path, wanted),
    captureNamed: (path) => open(path, named),
    capture: (path) => open(path, wanted),
    stamp: (path) => source.stamp?.(path),
  };
  const arrived = async (): Promise<T> => {
    await Promise.all(awaited);
    return again();
  };
  const again = (): T | Promise<T> => {
    awaited = [];
    return work(attempt(files), AT_ONCE);
  };
  const work = (steps: Steps<T>, least: number): T | Promise<T> => {
    const deadline = performance.now() + SLICE;
    let step: IteratorResult<undefined, T>;
    try {
      let taken = 0;
      do step = steps.next();
      while (!step.done && (++taken < least || performance.now() < deadline));
    } catch (error) {
      if (awaited.length === 0) throw error;
      return arrived();
    }
    if (step.done) return awaited.length === 0 ? step.value : arrived();
    return later(steps);
  };
  const later = async (steps: Steps<T>): Promise<T> => {
    await new Promise((resolve) => setTimeout(resolve, 0));
    if (isOver()) throw new RequestError("the session has ended");
    return work(steps, 0);
  };
  return again();
}
