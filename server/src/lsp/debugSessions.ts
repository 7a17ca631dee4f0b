/**
 * Debug sessions inside the server, for clients that cannot start a process or whose policies no process can read: in
 * a browser, and for policies that are on no disk. Messages of the Debug Adapter Protocol travel in notifications
 * `iochain/debug` both ways, `{ session, message }`; a client ends one with `{ session, closed: true }` and tells of a
 * file that was saved with `{ session, saved: uri }`. Files are asked of the client: `iochain/readBytes`, `{ uri }` →
 * base64 or null.
 */
import type { Connection } from "vscode-languageserver";
import type { Session } from "../dap/session.ts";

interface Message {
  readonly session?: unknown;
  readonly message?: unknown;
  readonly saved?: unknown;
  readonly closed?: unknown;
}
interface Hosted {
  readonly session: Session;
  /** How often each file has been saved during the session. */
  readonly saves: Map<string, number>;
}

export function hostDebugSessions(connection: Connection): void {
  const sessions = new Map<number, Promise<Hosted>>();
  connection.onNotification("iochain/debug", ({ session: id, message, saved, closed }: Message) => {
    if (typeof id !== "number") return;
    const hosted = sessions.get(id) ?? start(connection, id);
    sessions.set(id, hosted);
    if (closed === true) sessions.delete(id);
    void hosted.then(({ session, saves }) => {
      if (typeof saved === "string") saves.set(saved, (saves.get(saved) ?? 0) + 1);
      if (message !== undefined) session.handle(message);
      if (closed === true) session.close();
    });
  });
}

/** Most servers never run one: what it takes is loaded with the first. */
async function start(connection: Connection, id: number): Promise<Hosted> {
  const { createSession } = await import("../dap/session.ts");
  const saves = new Map<string, number>();
  const host = {
    readFile: (uri: string) => readBytes(connection, uri),
    stamp: (path: string) => saves.get(path) ?? 0,
    ended: () => {},
  };
  const send = (message: object) => void connection.sendNotification("iochain/debug", { session: id, message });
  return { session: createSession(host, send), saves };
}

/** A file's bytes, asked of the client; undefined when there is none to read. */
export async function readBytes(connection: Connection, uri: string): Promise<Uint8Array | undefined> {
  const bytes = await connection.sendRequest<string | null>("iochain/readBytes", { uri });
  return bytes === null ? undefined : Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0));
}
