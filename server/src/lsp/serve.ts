/**
 * The language server behind a port: a worker's own, or what a Node program makes of its streams. Where nobody gives it
 * files it asks its client: an import by `iochain/readFile` (`{ uri }` → text or null), where the client says in
 * `initializationOptions.readFile` that it answers; else imports are found among the open documents only.
 */

import {
  BrowserMessageReader,
  BrowserMessageWriter,
  type Connection,
  createConnection,
} from "vscode-languageserver/browser";
import { hostDebugSessions, readBytes } from "./debugSessions.ts";
import type { Host } from "./host.ts";
import { RAL } from "./protocol.ts";
import { startServer } from "./server.ts";

/** Messages in both directions, as objects: what a worker has by itself. */
export interface Port {
  onmessage: (event: { readonly data: unknown }) => void;
  postMessage(message: unknown): void;
  /** Of errors, which a port made of streams has none of. */
  addEventListener(): void;
}

export function serve(port: Port, host?: Host): void {
  takeTurnsAtOnce();
  const connection = createConnection(new BrowserMessageReader(port as never), new BrowserMessageWriter(port as never));
  hostDebugSessions(connection);
  connection.onExit(() => host?.exit?.());
  startServer(connection, host ?? clientFiles(connection));
}

/** A browser has no `setImmediate`, and the package makes do with a timer: a millisecond for each message. Node has. */
function takeTurnsAtOnce(): void {
  const { setImmediate: next } = globalThis as { setImmediate?: (run: () => void) => { unref?(): void } };
  if (next === undefined) return;
  const abstraction = RAL();
  const setImmediate = (run: (...args: unknown[]) => void, ...args: unknown[]) => {
    next(() => run(...args));
    return { dispose: () => {} };
  };
  RAL.install({ ...abstraction, timer: { ...abstraction.timer, setImmediate } });
}

function clientFiles(connection: Connection): Host {
  let answers = false;
  /** A worker may be loaded from a blob and cannot tell where it lies: the client says it (`initializationOptions.docs`). */
  let docs: string | undefined;
  return {
    get docs() {
      return docs;
    },
    initialize: (options) => {
      answers = options?.readFile === true;
      if (typeof options?.docs === "string") docs = options.docs;
    },
    readFile: async (uri) => {
      if (!answers) return "missing";
      const text = await connection.sendRequest<string | null>("iochain/readFile", { uri }).catch(() => null);
      return text === null ? "missing" : { text };
    },
    openCapture: (uri) => ({ chunks: captureOf(connection, uri) }),
    policyFiles: () => [],
  };
}

/** A capture as the client reads it, in one piece: that is how it answers. */
async function* captureOf(connection: Connection, uri: string): AsyncGenerator<Uint8Array> {
  const bytes = await readBytes(connection, uri);
  if (bytes === undefined) throw new Error(`${uri} cannot be read`);
  yield bytes;
}
