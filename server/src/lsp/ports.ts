/** The language server's messages as Node carries them: over standard input and output, or Node IPC. */
import process from "node:process";
import { frameInPieces, Refused, unframe } from "../wire/framing.ts";
import type { Port } from "./serve.ts";

/**
 * A stream that is not the protocol ends the server with a word, a message that is none is answered with an error
 * (JSON-RPC 2.0, "Response object"); a client that goes away leaves no server behind.
 */
export function stdioPort(): Port {
  const { stdin, stdout, stderr } = process;
  const port = portTo((message) => {
    // As one write.
    stdout.cork();
    for (const piece of frameInPieces(message)) stdout.write(piece);
    stdout.uncork();
  });
  const read = unframe(
    (data) => deliver(port, data),
    (refused) => refuse(port, refused),
  );
  stdin.on("data", (bytes) => {
    const wrong = read(bytes);
    if (wrong === undefined) return;
    stderr.write(`iochain: the client sent ${wrong}\n`);
    process.exit(1);
  });
  stdin.on("end", () => isLeaving || process.exit(1)).on("error", () => process.exit(1));
  stdout.on("error", () => process.exit(1));
  return port;
}

export function ipcPort(): Port {
  const port = portTo((message) => process.send?.(message));
  process.on("message", (data) => {
    if (typeof data === "object" && data !== null) deliver(port, data);
  });
  process.on("disconnect", () => process.exit(1));
  return port;
}

function refuse(port: Port, { code, message }: Refused, id: unknown = null): void {
  port.postMessage({ jsonrpc: "2.0", id, error: { code, message: `the client sent ${message}` } });
}

const portTo = (send: (message: object) => unknown): Port => ({
  onmessage: () => {},
  postMessage: (message) => {
    const { id, method } = message as { readonly id?: unknown; readonly method?: unknown };
    if (method === undefined) count(id, -1);
    send(message as object);
  },
  addEventListener: () => {},
});

/** Requests that wait for an answer, by their ids (the package takes 1 and "1" for one): one each, as a rule. */
const waiting = new Map<string, number>();
/** How many there are now. */
function count(id: unknown, more: 1 | -1): number {
  const now = (waiting.get(String(id)) ?? 0) + more;
  if (now > 0) waiting.set(String(id), now);
  else waiting.delete(String(id));
  return now;
}

/** How often a client is looked for that has died without closing its end, in milliseconds. */
const WATCH = 3000;
let isShutDown = false;
let isLeaving = false;

/** `initialize`, `shutdown` and `exit` are the process's business, too (LSP 3.17, "Server lifecycle"). */
function deliver(port: Port, data: object): void {
  const { id, method, params } = data as {
    readonly id?: unknown;
    readonly method?: unknown;
    readonly params?: { readonly processId?: unknown; readonly capabilities?: unknown; readonly id?: unknown };
  };
  // The package would put it in the other's place, and answer one of them.
  if (method !== undefined && id !== undefined && count(id, 1) > 1) {
    refuse(port, new Refused(-32600, "a request with the id of another that waits for its answer"), id);
    return;
  }
  // The package would log it, and the client wait.
  if (method !== undefined && typeof method !== "string") {
    refuse(port, new Refused(-32600, "a request without a method's name"), id);
    return;
  }
  // Of these two the package looks at parts of the parameters before anybody else can.
  if (method === "initialize" && !isObject(params?.capabilities)) {
    refuse(port, new Refused(-32602, "initialize without capabilities"), id);
    return;
  }
  if (method?.startsWith("$/") && !isObject(params)) return;
  if (method === "$/cancelRequest" && !["string", "number"].includes(typeof params?.id)) return;
  port.onmessage({ data });
  if (method === "initialize") watch(params?.processId);
  if (method === "shutdown") isShutDown = true;
  if (method === "exit") {
    // Its turn comes when what was sent before it has been looked at (`Host.exit`).
    isLeaving = true;
    setTimeout(leave, LAST_WORDS);
  }
}

/** Nobody waits longer for that, in milliseconds. */
const LAST_WORDS = 1000;
export const leave = (): never => process.exit(isShutDown ? 0 : 1);

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null;

function watch(client: unknown): void {
  if (typeof client !== "number") return;
  setInterval(() => {
    try {
      process.kill(client, 0);
    } catch {
      leave();
    }
  }, WATCH).unref();
}
