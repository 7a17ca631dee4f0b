/** Policies from the file system. A document's URI is the path as the user gave it, so results name files as they did. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { isGzip } from "../capture/gzip.ts";
import { findOnDisk } from "../disk.ts";
import { MEGABYTE, STANDARD_BOUNDS } from "../policy/bounds.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import { loadProgram, type Program, type Unread } from "../policy/program.ts";
import type { Readable } from "../policy/readable.ts";
import { parseFile, type SourceDocument } from "../syntax/document.ts";
import { Unusable } from "./terminal.ts";

/** How standard input is called in results. */
export const STDIN = "<stdin>";

/** The policy files that the arguments name: files as they are, folders searched for `*.iochain`, `-` standard input. */
export function policyFiles(paths: readonly string[]): string[] {
  const files = paths.flatMap((path) => {
    if (path === "-") return [STDIN];
    if (!stat(path).isDirectory()) return [path];
    const found = readdirSync(path, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".iochain") && !name.split(/[\\/]/).includes("node_modules"))
      .map((name) => join(path, name))
      .filter((file) => stat(file).isFile())
      .sort();
    if (found.length === 0) throw new Unusable(`${path}: no .iochain file in this folder`);
    return found;
  });
  return [...new Set(files)];
}

function stat(path: string) {
  try {
    return statSync(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** A file's bytes; `-` and `<stdin>` read standard input. Complains as `Unusable`. */
export function readBytes(path: string): Uint8Array {
  try {
    return readFileSync(path === "-" || path === STDIN ? 0 : path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** An error of the file system in words. */
export function unreadable(path: string, error: unknown): Unusable {
  const { code, message } = error as NodeJS.ErrnoException;
  const why: Record<string, string> = {
    ENOENT: "no such file or folder",
    EACCES: "may not be read",
    EISDIR: "is a folder",
    EPERM: "may not be read",
  };
  return new Unusable(`${path}: ${why[code ?? ""] ?? message}`);
}

/**
 * A policy's text. Bytes that are not UTF-8 are refused: a replacement character in a name would be a silent change. So
 * is a text that an editor would not get from a disk.
 */
export function readText(path: string): string {
  const bytes = readBytes(path);
  const { fileMegabytes } = STANDARD_BOUNDS;
  if (bytes.length > fileMegabytes * MEGABYTE) throw new Unusable(`${path}: longer than ${fileMegabytes} MB`);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) throw new Unusable(`${path}: is not UTF-8 text`);
    throw error;
  }
}

/** A capture's bytes, decompressed where it is gzipped. */
export function readCaptureBytes(path: string): Uint8Array {
  const bytes = readBytes(path);
  if (!isGzip(bytes)) return bytes;
  try {
    return gunzipSync(bytes);
  } catch {
    throw new Unusable(`${path}: the gzip data are damaged`);
  }
}

/**
 * The program that starts at `path`, with its imports. A missing import is a finding, not an error. `readable`: what may
 * be read where somebody else than the person names the files; left out, everything.
 */
export function load(path: string, readable?: Readable): Program {
  const isRefused = (file: string) =>
    readable !== undefined && findOnDisk(resolve(file), { readable, longest: Number.POSITIVE_INFINITY }) === "outside";
  if (isRefused(path)) throw new Unusable(`${path}: is no policy (.iochain)`);
  const root = parseFile(path, readText(path));
  const readImport = (uri: string) => (isRefused(uri) ? "outside" : importOf(uri));
  return loadProgram(path, (uri) => (uri === path ? root : readImport(uri)));
}

function importOf(path: string): SourceDocument | Unread {
  try {
    return parseFile(path, readText(path));
  } catch (error) {
    if (error instanceof Unusable) return "missing";
    throw error;
  }
}

export function loadPolicy(path: string): { readonly program: Program; readonly policy: Policy } {
  const program = load(path);
  return { program, policy: compilePolicy(program) };
}
