/** The language server as a process of its own: `--stdio`, or `--node-ipc`. */
import "./newObjects.ts";
import { createReadStream, type Dirent, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import process from "node:process";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gunzipSync } from "node:zlib";
import { isGzip } from "../capture/gzip.ts";
import { readCapture } from "../capture/reader.ts";
import { findOnDisk, readDisk } from "../disk.ts";
import { setFlags } from "../keptCode.ts";
import { unreadText } from "../policy/program.ts";
import { encodeStep } from "../policy/uri.ts";
import { utf8 } from "../policy/utf8.ts";
import { serve } from "../portable.ts";
import { type Host, MOST_FOLDERS } from "./host.ts";
import { ipcPort, leave, stdioPort } from "./ports.ts";

/** Not searched for policies: what others wrote, and what no one edits. */
const SKIPPED = new Set(["node_modules", ".git"]);

/** A capture may come to so many times the size of its file. */
const PACKED = 8;

export const nodeHost: Host = {
  // Beside `dist/`, where this is bundled to.
  docs: pathToFileURL(join(dirname(process.argv[1] ?? "."), "..", "docs", "/")).href,
  readFile: (uri, wanted) => {
    const bytes = readDisk(uri, wanted);
    if (typeof bytes === "string") return bytes;
    const text = utf8(bytes);
    return text === undefined ? "no text" : { text };
  },
  readCapture: (uri, wanted) => {
    const bytes = readDisk(uri, wanted);
    if (typeof bytes === "string") return { error: `${uri} ${unreadText(bytes)}` };
    try {
      const capture = readCapture(
        isGzip(bytes) ? gunzipSync(bytes, { maxOutputLength: PACKED * wanted.longest }) : bytes,
      );
      return capture.error ? { error: `${uri}: ${capture.error.message}` } : capture.frames;
    } catch (error) {
      const isLarge = (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE";
      return { error: isLarge ? `${uri}, unpacked, ${unreadText("too long")}` : `${uri}: the gzip data are damaged` };
    }
  },
  openCapture: (uri) => {
    const found = findOnDisk(uri, { longest: Number.POSITIVE_INFINITY });
    if (typeof found === "string") return { chunks: failing(`${uri} ${unreadText(found)}`) };
    return { size: found.size, chunks: createReadStream(found.path, { highWaterMark: 256 * 1024 }) };
  },
  // What V8 lets a heap grow by between two collections suits a program that is busy, as this one is while it opens a
  // large policy: half as much again in a fourth of the time. Later it would be hundreds of megabytes of garbage.
  atRest: () => setFlags("--heap-growing-percent=50"),
  exit: leave,
  policyFiles: async (folder, most) => {
    const found: string[] = [];
    const root = filePath(folder);
    const queue = root === undefined ? [] : [{ path: root, uri: folder.replace(/\/$/, "") }];
    let folders = 0;
    for (const at of queue) {
      folders += 1;
      // A large folder is searched without holding up the editor.
      if (folders % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (folders > MOST_FOLDERS || found.length > most) break;
      for (const entry of entriesOf(at.path)) {
        const inside = { path: join(at.path, entry.name), uri: `${at.uri}/${encodeStep(entry.name)}` };
        if (entry.isDirectory() && !SKIPPED.has(entry.name)) queue.push(inside);
        else if (entry.isFile() && entry.name.endsWith(".iochain")) found.push(inside.uri);
      }
    }
    return found.sort();
  },
};

// biome-ignore lint/correctness/useYield: it complains before there is anything.
async function* failing(why: string): AsyncGenerator<Uint8Array> {
  throw new Error(why);
}

/** A folder that may not be read has no policies for us. */
function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

function filePath(uri: string): string | undefined {
  try {
    return uri.startsWith("file:") ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

void serve(process.argv.includes("--node-ipc") ? ipcPort() : stdioPort(), nodeHost);
