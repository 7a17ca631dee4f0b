/**
 * The language server in a web worker. A browser has no files: an import is read by asking the client
 * (`iochain/readFile`, `{ uri }` → text or null), where it says in `initializationOptions.readFile` that it answers;
 * else imports are found among the open documents only.
 */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from "vscode-languageserver/browser";
import { hostDebugSessions, readBytes } from "./debugSessions.ts";
import { startServer } from "./server.ts";

declare const self: DedicatedWorkerGlobalScope;

const connection = createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self));
let answers = false;
/** A worker may be loaded from a blob and cannot tell where it lies: the client says it (`initializationOptions.docs`). */
let docs: string | undefined;

hostDebugSessions(connection);
startServer(connection, {
  get docs() {
    return docs;
  },
  initialize: (options) => {
    answers = options?.readFile === true;
    if (typeof options?.docs === "string") docs = options.docs;
  },
  readFile: async (uri) => {
    if (!answers) return undefined;
    const text = await connection.sendRequest<string | null>("iochain/readFile", { uri }).catch(() => null);
    return text ?? undefined;
  },
  openCapture: (uri) => ({ chunks: captureOf(uri) }),
  policyFiles: () => [],
});

/** A capture as the client reads it, in one piece: that is how it answers. */
async function* captureOf(uri: string): AsyncGenerator<Uint8Array> {
  const bytes = await readBytes(connection, uri);
  if (bytes === undefined) throw new Error(`${uri} cannot be read`);
  yield bytes;
}
