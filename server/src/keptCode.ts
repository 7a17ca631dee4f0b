/**
 * Loads a script that is made of parts (`portableParts.mjs`), each when it is first asked for, with the code that V8 made
 * of it in an earlier run. Node's own compile cache keeps only what was compiled while the script was loading; all that
 * a start calls after that it would compile anew every time. The code lies in the folder of that cache, which is of one
 * version of Node and one user.
 */
import { existsSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { getCompileCacheDir } from "node:module";
import { basename, join } from "node:path";
import process from "node:process";
import { setFlagsFromString } from "node:v8";
import { Script } from "node:vm";
import { crc32 } from "node:zlib";

// V8 takes code only under the flags that it was made under, so this is set before anything is loaded.
// A pattern that a person types behind `matches` may be one of those that take exponential time.
setFlagsFromString("--enable-experimental-regexp-engine-on-excessive-backtracks");

/** All kept code is read at every start: that of a rare run is not worth it, that of a start which the last one lacked is. */
const MUCH_MORE = 1.5;

/** Each keeps the code of a part. */
const kept: (() => void)[] = [];
const keep = (): void => {
  for (const one of kept.splice(0)) one();
};
/** Whether V8 runs as it does at the start of every other run. */
let asEver = true;

/** Changes how V8 runs. What was compiled so far is kept, and nothing after that. */
export function setFlags(...flags: readonly string[]): void {
  keep();
  asEver = false;
  for (const flag of flags) setFlagsFromString(flag);
}

/** Runs the first part of a script, and gives its values. */
export function loadKept(path: string): unknown {
  const script = readFileSync(path);
  // Our scripts are ASCII, and this is the quick way to read that.
  const behind = script.indexOf("\n") + 1;
  const parts = JSON.parse(script.toString("latin1", "//# parts ".length, behind)) as [number, number, number][];
  const place = placeOf(path);
  if (place !== undefined) process.once("exit", keep);
  const made: unknown[] = [];
  const need = (index: number): unknown => {
    made[index] ??= run(index);
    return made[index];
  };
  const demand = (index: number): Promise<unknown> => Promise.resolve(index).then(need);
  function run(index: number): unknown {
    const [at, length, lineOffset] = parts[index] as [number, number, number];
    const source = script.toString("latin1", behind + at, behind + at + length);
    return compiled(source, { filename: path, lineOffset }, place && `${place}-${index}.code`)(need, demand);
  }
  return need(0);
}

function compiled(
  source: string,
  options: { readonly filename: string; readonly lineOffset: number },
  place: string | undefined,
): (...given: unknown[]) => unknown {
  const known = place === undefined ? undefined : read(place, source);
  const script = new Script(source, { ...options, ...(known ? { cachedData: known } : {}) });
  if (place !== undefined && asEver) {
    const enough = script.cachedDataRejected === false ? (known?.length ?? 0) * MUCH_MORE : 0;
    kept.push(() => {
      const code = script.createCachedData();
      if (code.length > enough) write(place, source, code);
    });
  }
  return script.runInThisContext();
}

/** Where the code of a script is kept for this program, the beginning of names; undefined: nothing is. */
function placeOf(path: string): string | undefined {
  const folder = getCompileCacheDir?.();
  if (folder === undefined || crc32 === undefined) return undefined;
  try {
    // Code is not checked when it is run: nobody else may have put it there.
    if (process.getuid && statSync(folder).uid !== process.getuid()) return undefined;
  } catch {
    return undefined;
  }
  const program = process.argv[1] ?? "";
  return join(folder, `${basename(program, ".js")}-${crc32(`${program}\0${path}`).toString(16)}`);
}

/** In front of the code: a checksum of the source, and one of the code. */
const HEAD = 8;

function read(place: string, source: string): Buffer | undefined {
  if (!existsSync(place)) return undefined;
  try {
    const bytes = readFileSync(place);
    const code = bytes.subarray(HEAD);
    const sound =
      bytes.length > HEAD && bytes.readUInt32LE(0) === crc32(source) && bytes.readUInt32LE(4) === crc32(code);
    return sound ? code : undefined;
  } catch {
    return undefined;
  }
}

function write(place: string, source: string, code: Buffer): void {
  const head = Buffer.alloc(HEAD);
  head.writeUInt32LE(crc32(source), 0);
  head.writeUInt32LE(crc32(code), 4);
  const made = `${place}.${process.pid}`;
  try {
    writeFileSync(made, Buffer.concat([head, code]), { mode: 0o600 });
    renameSync(made, place);
  } catch {
    // The next start compiles again.
  }
}
