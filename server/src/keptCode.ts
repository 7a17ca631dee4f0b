/**
 * Loads a script with the code that V8 made of it in an earlier run. Node's own compile cache keeps only what was
 * compiled while the script was loading; all that a start calls after that it would compile anew every time. The code
 * lies in the folder of that cache, which is of one version of Node and one user.
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

let keep = (): void => {};

/** Changes how V8 runs. What was compiled so far is kept, and nothing after that. */
export function setFlags(...flags: readonly string[]): void {
  keep();
  keep = () => {};
  for (const flag of flags) setFlagsFromString(flag);
}

/** Runs a script as CommonJS and gives what it exports. */
export function loadKept(path: string): unknown {
  // Our scripts are ASCII (`esbuild.mjs`), and this is the quick way to read that.
  const source = readFileSync(path, "latin1");
  const place = placeOf(path);
  const known = place === undefined ? undefined : read(place, source);
  const script = new Script(`(function(module){${source}\n})`, {
    filename: path,
    ...(known ? { cachedData: known } : {}),
  });
  if (place !== undefined) {
    const enough = script.cachedDataRejected === false ? (known?.length ?? 0) * MUCH_MORE : 0;
    keep = () => {
      const code = script.createCachedData();
      if (code.length > enough) write(place, source, code);
    };
    process.once("exit", () => keep());
  }
  const module = { exports: undefined };
  script.runInThisContext()(module);
  return module.exports;
}

/** Where the code of a script is kept for this program; undefined: nothing is. */
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
  return join(folder, `${basename(program, ".js")}-${crc32(`${program}\0${path}`).toString(16)}.code`);
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
