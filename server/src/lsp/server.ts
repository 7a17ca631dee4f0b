/**
 * The language server as its client sees it: the same for Node and the browser. What it can do it says at once; all else
 * (`running.ts`) is loaded while the client takes note of that, and messages wait for it. Nothing throws across it: a
 * request that is wrong gets a protocol error, a mistake of our own is logged once, and the server goes on.
 */
import type { CancellationToken, Connection, InitializeParams, InitializeResult } from "vscode-languageserver";
import { version } from "../../../package.json";
import { capabilities } from "./capabilities.ts";
import type { Host } from "./host.ts";
import { encodingOf } from "./positions.ts";
import { ErrorCodes, ResponseError, TextDocumentSyncKind } from "./protocol.ts";
import type { Running } from "./running.ts";

export function startServer(connection: Connection, host: Host): void {
  /** Undefined before `initialize`. */
  let given: InitializeParams | undefined;
  let isDown = false;
  let loading: Promise<Running> | undefined;
  /** Who asks first is served first, also where it takes a while to load. */
  const running = (params: InitializeParams): Promise<Running> => {
    loading ??= import("./running.ts").then(({ run }) => run(connection, host, params, report));
    return loading;
  };

  connection.onShutdown(() => {
    if (given === undefined) throw new ResponseError(ErrorCodes.ServerNotInitialized, "initialize comes first");
    isDown = true;
  });
  connection.onInitialize((params: InitializeParams): InitializeResult | ResponseError<never> => {
    if (given !== undefined) return new ResponseError(ErrorCodes.InvalidRequest, "initialize comes once");
    given = params;
    setTimeout(() => running(params).catch((error) => report("starting", error)));
    // Not before: the library takes the notification for itself while it initializes.
    connection.onNotification("workspace/didChangeWorkspaceFolders", (changed) =>
      notified("workspace/didChangeWorkspaceFolders", changed),
    );
    const client = params.capabilities ?? {};
    return {
      capabilities: capabilities(client, {
        positionEncoding: encodingOf(client.general?.positionEncodings ?? []),
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      }),
      serverInfo: { name: "iochain", version },
    };
  });
  connection.onInitialized((params) => notified("initialized", params));
  connection.onNotification(notified);
  connection.onRequest(asked);

  /** What comes before `initialize` is dropped (LSP, "initialize"). */
  async function notified(method: string, params: unknown): Promise<void> {
    if (given === undefined) return;
    try {
      const { notifications } = await running(given);
      if (Object.hasOwn(notifications, method)) await notifications[method]?.(named(params));
    } catch (error) {
      report(method, error);
    }
  }

  async function asked(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    try {
      if (given === undefined) throw new ResponseError(ErrorCodes.ServerNotInitialized, "initialize comes first");
      if (isDown) throw new ResponseError(ErrorCodes.InvalidRequest, "the server was shut down");
      const { answer } = await running(given);
      return await answer(method, named(params), token);
    } catch (error) {
      if (error instanceof ResponseError) return error;
      report(method, error);
      return new ResponseError(ErrorCodes.InternalError, `${method} failed; the server's log says why`);
    }
  }

  const reported = new Set<string>();
  function report(what: string, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    if (reported.has(text)) return;
    reported.add(text);
    connection.console.error(`${what}: ${text}`);
  }

  connection.listen();
}

/** JSON-RPC's parameters by position: some clients send them so where they leave the second one open. */
const named = (params: unknown): unknown => (Array.isArray(params) ? params[0] : params);
