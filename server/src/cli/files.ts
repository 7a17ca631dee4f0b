/** Policies from the file system. A document's URI is the path as the user gave it, so results name files as they did. */
import { closeSync, fstatSync, openSync, readdirSync, readSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { isGzip } from "../capture/gzip.ts";
import { findOnDisk, readDisk } from "../disk.ts";
import { MEGABYTE, STANDARD_BOUNDS } from "../policy/bounds.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import { loadProgram, type Program, type Unread, unreadText } from "../policy/program.ts";
import type { Readable } from "../policy/readable.ts";
import { utf8 } from "../policy/utf8.ts";
import { parseFile, type SourceDocument } from "../syntax/document.ts";
import { Unusable, unwritable } from "./terminal.ts";

/** How standard input is called in results. */
export const STDIN = "<stdin>";

/** The policy files that the arguments name: files as they are, folders searched for `*.iochain`, `-` standard input. */
export function policyFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (path === "-") return [STDIN];
    if (!stat(path).isDirectory()) return [path];
    const found = namesIn(path)
      .filter((name) => name.endsWith(".iochain") && !name.split(/[\\/]/).includes("node_modules"))
      .map((name) => join(path, name))
      .filter((file) => stat(file).isFile())
      .sort();
    if (found.length === 0) throw new Unusable(`${path}: no .iochain file in this folder`);
    return found;
  });
  return [...new Set(files)];
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: "utf8" });
  } catch (error) {
    throw unreadable((error as NodeJS.ErrnoException).path ?? folder, error);
  }
}

function stat(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** In octets. */
const PIECE = 2 ** 20;

/**
 * A file's bytes, of what the person has named: a pipe is read, too, and a device that never ends no further than
 * `longest` octets. `-` and `<stdin>` read standard input. Complains as `Unusable`.
 */
function readBytes(path: string, longest: number): Uint8Array {
  const isInput = path === "-" || path === STDIN;
  let file: number | undefined;
  try {
    file = isInput ? 0 : openSync(path, "r");
    if (fstatSync(file).size > longest) throw tooLong(path, longest);
    const pieces: Uint8Array[] = [];
    for (let held = 0; held <= longest; ) {
      const piece = Buffer.allocUnsafe(PIECE);
      const count = readSync(file, piece);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, count));
      held += count;
    }
  } catch (error) {
    throw error instanceof Unusable ? error : unreadable(path, error);
  } finally {
    if (file !== undefined && !isInput) closeSync(file);
  }
  throw tooLong(path, longest);
}
const tooLong = (path: string, longest: number) => new Unusable(`${path}: longer than ${longest / MEGABYTE} MB`);

/** An error of the file system in words. */
export function unreadable(path: string, error: unknown): Unusable {
  const { code, message } = error as NodeJS.ErrnoException;
  const why: Record<string, string> = {
    ENOENT: "no such file or folder",
    ENOTDIR: "no such file or folder",
    ENAMETOOLONG: "no such file or folder: the name is too long",
    ELOOP: "is a link that leads to itself",
    EIO: "cannot be read",
    EACCES: "may not be read",
    EISDIR: "is a folder",
    EPERM: "may not be read",
  };
  return new Unusable(`${path}: ${why[code ?? ""] ?? message}`);
}

/** In octets, also unpacked: a capture that a scenario replays is held whole. */
const LONGEST_CAPTURE = 2 ** 30;
/** In octets. */
const LONGEST_POLICY = STANDARD_BOUNDS.fileMegabytes * MEGABYTE;

/** A text of at most so many octets, as many as an editor would get of a policy. Complains of what is not UTF-8. */
export function readText(path: string, longest = LONGEST_POLICY): string {
  return textOf(path, readBytes(path, longest));
}

/** A text that another program wrote: a Windows console redirects its output as UTF-16 (Unicode 16.0, 23.8). */
export function readDump(path: string, longest: number): string {
  const bytes = readBytes(path, longest);
  return isUtf16(bytes) ? new TextDecoder("utf-16le").decode(bytes) : textOf(path, bytes);
}

function textOf(path: string, bytes: Uint8Array): string {
  const text = utf8(bytes);
  if (text === undefined)
    throw new Unusable(`${path}: ${isUtf16(bytes) ? "is UTF-16: it is to be saved as UTF-8" : "is not UTF-8 text"}`);
  return text;
}
const isUtf16 = (bytes: Uint8Array): boolean => bytes[0] === 0xff && bytes[1] === 0xfe;

/** Complains as `Unusable`. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The bytes of a capture that a policy names, decompressed where it is gzipped. Complains as `Unusable`. */
export function readCaptureBytes(path: string): Uint8Array {
  const bytes = readDisk(resolve(path), { longest: LONGEST_CAPTURE });
  if (typeof bytes === "string") throw new Unusable(`${path} ${unreadText(bytes)}`);
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LONGEST_CAPTURE });
  } catch (error) {
    const isLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
    if (isLarge) throw tooLong(path, LONGEST_CAPTURE);
    throw new Unusable(`${path}: the gzip data are damaged`);
  }
}

/**
 * The program that starts at `path`, with its imports. A missing import is a finding, not an error. `readable`: what may
 * be read where somebody else than the person names the files; left out, everything.
 */
export function load(path: string, readable?: Readable): Program {
  const wanted = { longest: LONGEST_POLICY, ...(readable && { readable }) };
  if (readable !== undefined && findOnDisk(resolve(path), wanted) === "outside")
    throw new Unusable(`${path}: is no policy (.iochain)`);
  const root = parseFile(path, readText(path));
  // The person did not name it: what is no file is not waited for.
  const importOf = (uri: string): SourceDocument | Unread => {
    const found = findOnDisk(resolve(uri), wanted);
    if (typeof found === "string") return found;
    const bytes = readDisk(found.path, wanted);
    if (typeof bytes === "string") return bytes;
    const text = utf8(bytes);
    return text === undefined ? "no text" : parseFile(uri, text);
  };
  return loadProgram(path, (uri) => (uri === path ? root : importOf(uri)));
}

export function loadPolicy(path: string): { readonly program: Program; readonly policy: Policy } {
  const program = load(path);
  return { program, policy: compilePolicy(program) };
}
