/**
 * The debug adapter as a program of its own: over stdin and stdout, or with `--port N` for every connection to
 * 127.0.0.1:N. It ends with its client, however that goes away.
 */
import "../tiers.ts";
import { closeSync, openSync, readSync, statSync } from "node:fs";
import type { Socket } from "node:net";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import { isGzip } from "../capture/gzip.ts";
import { findOnDisk, readDisk } from "../disk.ts";
import { setFlags } from "../keptCode.ts";
import type { Unread } from "../policy/program.ts";
import { debugSession } from "../portable.ts";
import { frameText, unframe } from "../wire/framing.ts";
import type { Host, Session } from "./session.ts";

const onDisk = (path: string): string => (path.startsWith("file:") ? fileURLToPath(path) : path);

/** A capture that is not longer than this is kept whole. */
const SHORT = 2 ** 23;
const PIECE = 2 ** 18;

function* piecesOf(path: string, size: number, from: number): Generator<Uint8Array> {
  let file: number | undefined;
  try {
    file = openSync(path, "r");
    for (let at = from; at < size; ) {
      const piece = new Uint8Array(Math.min(PIECE, size - at));
      const read = readSync(file, piece, 0, piece.length, at);
      if (read === 0) return;
      yield piece.subarray(0, read);
      at += read;
    }
  } catch {
    // What cannot be read any more has no frames: the tape tells how many it had.
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** The plain octets, where they are few and sound: that is quicker than piece by piece. */
function gunzip(bytes: Uint8Array): Uint8Array | undefined {
  try {
    const { buffer, byteOffset, length } = gunzipSync(bytes, { maxOutputLength: SHORT });
    return new Uint8Array(buffer, byteOffset, length);
  } catch {
    return undefined;
  }
}

const files: Pick<Host, "readFile" | "openCapture" | "stamp" | "startedIn"> = {
  startedIn: process.cwd(),
  readFile(path, wanted) {
    const bytes = readDisk(path, wanted);
    if (typeof bytes === "string") return bytes;
    // A Buffer's views are many times dearer than a plain array's, and a capture is cut into a million of them.
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  },
  openCapture(path, wanted) {
    const found = findOnDisk(path, wanted);
    if (typeof found === "string") return found;
    const pieces = (from = 0) => piecesOf(found.path, found.size, from);
    if (found.size <= SHORT) {
      const bytes = files.readFile(path, wanted) as Uint8Array | Unread;
      if (typeof bytes === "string") return bytes;
      const plain = isGzip(bytes) ? gunzip(bytes) : bytes;
      if (plain) return (from = 0) => [plain.subarray(from)];
    } else if (pieces().next().done) return "missing";
    // A million frames leave garbage, and little else: room to grow would only be filled with it.
    setFlags("--semi-space-growth-factor=1", "--heap-growing-percent=70");
    return pieces;
  },
  stamp(path) {
    try {
      return statSync(onDisk(path)).mtimeMs;
    } catch {
      return undefined;
    }
  },
};

interface Wire {
  write(text: string): void;
  /** Closes after what was written has gone out. */
  close(): void;
}
/** One session over a pair of byte streams; returns what takes the bytes as they come, and what ends it. */
function serve(wire: Wire): { take(bytes: Uint8Array): void; lost(): void } {
  // Messages may come before the session is there: they wait.
  let session: Session | undefined;
  let early: object[] | undefined = [];
  let isLost = false;
  // What is said in one turn goes out in one piece: each write wakes the client.
  let unsent = "";
  const flush = (): void => {
    const text = unsent;
    unsent = "";
    if (text !== "") wire.write(text);
  };
  const say = (message: object): void => {
    if (unsent === "") queueMicrotask(flush);
    unsent += frameText(message, Buffer.byteLength);
  };
  const ended = (): void => {
    flush();
    wire.close();
  };
  void debugSession({ ...files, ended }, say).then((made) => {
    session = made;
    for (const message of early ?? []) made.handle(message);
    early = undefined;
    if (isLost) made.close();
  });
  const lost = (): void => {
    isLost = true;
    session?.close();
  };
  const word = (wrong: string): void => void process.stderr.write(`iochain: the client sent ${wrong}\n`);
  const read = unframe(
    (message) => {
      if (session) session.handle(message);
      else early?.push(message);
    },
    // The protocol has no answer to what is no request.
    ({ message }) => word(`${message}; it is left out`),
  );
  return {
    take(bytes) {
      // A Buffer's views are dearer.
      const wrong = read(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length));
      if (wrong === undefined) return;
      word(wrong);
      process.exitCode = 1;
      lost();
      ended();
    },
    lost,
  };
}

/** Serves stdin and stdout until either is gone. */
function serveStdio(): void {
  const leave = (): void => process.exit();
  const { take, lost } = serve({
    write: (text) => void process.stdout.write(text),
    close: () => void process.stdout.write("", leave),
  });
  process.stdin.on("data", take);
  process.stdin.on("end", () => {
    lost();
    leave();
  });
  process.stdin.on("error", leave);
  process.stdout.on("error", leave);
}

/** Serves every connection to a port of this machine, each a session of its own. */
async function servePort(port: number): Promise<void> {
  // Sessions over stdio, which are most, need no sockets.
  const { createServer } = await import("node:net");
  const server = createServer((socket: Socket) => {
    socket.setNoDelay(true);
    const { take, lost } = serve({ write: (text) => void socket.write(text), close: () => void socket.end() });
    socket.on("data", take);
    socket.on("close", lost);
    socket.on("error", () => socket.destroy());
  });
  server.on("error", (error) => {
    process.stderr.write(`cannot listen on 127.0.0.1:${port}: ${error.message}\n`);
    process.exit(2);
  });
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    const actual = typeof address === "object" && address ? address.port : port;
    process.stderr.write(`listening on 127.0.0.1:${actual}\n`);
  });
}

/** What follows the file's (or the subcommand's) name on the command line; says so and exits 2 when it is wrong. */
function main(words: readonly string[]): void {
  if (words.length === 0) {
    serveStdio();
    return;
  }
  const port = words[0] === "--port" && words.length === 2 ? Number(words[1]) : Number.NaN;
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    process.stderr.write("usage: debug-adapter [--port N]\n");
    process.exit(2);
  }
  void servePort(port);
}

main(process.argv.slice(2));
