/**
 * The language server around the pure functions of `ide/`: the same for Node and the browser. Nothing throws across
 * it: a request that is wrong gets a protocol error, a mistake of our own is logged once, and the server goes on.
 */
import {
  type CancellationToken,
  type ClientCapabilities,
  CodeActionKind,
  type Connection,
  type DidChangeTextDocumentParams,
  type DidChangeWorkspaceFoldersParams,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  type Registration,
  ResponseError,
  TextDocumentSyncKind,
  WorkDoneProgress,
} from "vscode-languageserver";
import { version } from "../../../package.json";
import { TRACE_SCHEME } from "../ide/traceDocument.ts";
import { settingOf } from "../policy/bounds.ts";
import { statementParser } from "../syntax/parser.ts";
import { lexer } from "../syntax/tokens.ts";
import { Analyses } from "./analyses.ts";
import { Diagnostics } from "./diagnostics.ts";
import { refresher } from "./documents.ts";
import { capabilities, FEATURES, type Feature } from "./features.ts";
import { fitted, versioned } from "./fitting.ts";
import type { Host } from "./host.ts";
import { changesOf, checkParams, isDocument } from "./params.ts";
import { decodePositions, encodePositions } from "./positions.ts";
import { Session } from "./session.ts";

/** What an editor asks of every document that it shows. Of a long one that was just read, findings come first. */
const OF_ALL: ReadonlySet<string> = new Set([
  "textDocument/documentSymbol",
  "textDocument/codeLens",
  "textDocument/foldingRange",
  "textDocument/semanticTokens/full",
  "textDocument/semanticTokens/range",
  "textDocument/inlayHint",
  "textDocument/documentLink",
]);

export function startServer(connection: Connection, host: Host): void {
  const session = new Session(host);
  const analyses = new Analyses(session);
  const diagnostics = new Diagnostics(session, connection, analyses);
  const { workspace } = session;
  session.tell = (good, message) => {
    if (good) connection.window.showInformationMessage(message);
    else connection.window.showWarningMessage(message);
  };
  session.apply = async (label, edit) => {
    const ready = encodePositions(versioned(session, edit), undefined, session.encoding, session.lineOf);
    const { applied } = await connection.workspace.applyEdit({ label, edit: ready });
    return applied;
  };
  session.progress = (token, news) => void connection.sendProgress(WorkDoneProgress.type, token, news);
  session.show = async (uri) => void (await connection.window.showDocument({ uri }));
  session.lensesChanged = () => {
    if (session.client.workspace?.codeLens?.refreshSupport)
      connection.sendRequest("workspace/codeLens/refresh").catch(() => {});
  };
  session.findings = (uri) => analyses.findings(uri);
  session.reported = (uri) => {
    analyses.ready(uri);
    return diagnostics.current(uri);
  };
  const refreshShown = refresher(session, connection);
  let folders: string[] = [];
  let life: "new" | "running" | "down" = "new";

  connection.onShutdown(() => {
    if (life === "new") throw new ResponseError(ErrorCodes.ServerNotInitialized, "initialize comes first");
    life = "down";
  });
  connection.onInitialize((params: InitializeParams): InitializeResult | ResponseError<never> => {
    if (life !== "new") return new ResponseError(ErrorCodes.InvalidRequest, "initialize comes once");
    life = "running";
    session.initialize(params);
    host.initialize?.(params.initializationOptions);
    folders = (params.workspaceFolders ?? []).map(({ uri }) => uri);
    if (folders.length === 0 && params.rootUri) folders = [params.rootUri];
    workspace.openFolders(folders);
    // Not before: the library takes the notification for itself while it initializes.
    connection.onNotification("workspace/didChangeWorkspaceFolders", foldersChanged);
    // While the client takes note of the answer; the first text would wait for them.
    setTimeout(() => {
      lexer();
      statementParser();
    });
    return {
      capabilities: capabilities(session.client, {
        positionEncoding: session.encoding,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: false },
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
        ...diagnostics.capabilities(),
      }),
      serverInfo: { name: "iochain", version },
    };
  });

  connection.onInitialized(() =>
    safely("initialized", async () => {
      for (const folder of folders) await search(folder);
      const registrations = registrationsFor(session.client);
      if (registrations.length > 0) await connection.sendRequest("client/registerCapability", { registrations });
      diagnostics.everythingChanged();
    }),
  );

  const foldersChanged = (params: DidChangeWorkspaceFoldersParams) =>
    safely("didChangeWorkspaceFolders", async () => {
      const event = params?.event;
      if (![event?.added, event?.removed].every((list) => Array.isArray(list) && list.every(isDocument)))
        return ignored("didChangeWorkspaceFolders: event is { added, removed }, lists of { uri, name }");
      for (const { uri } of event.removed) workspace.removeFolder(uri);
      workspace.openFolders(event.added.map(({ uri }) => uri));
      for (const { uri } of event.added) await search(uri);
      diagnostics.everythingChanged();
    });
  async function search(folder: string): Promise<void> {
    const all = await workspace.addFolder(folder);
    session.reading.folder(workspace.knownUris).catch((error) => report("reading a folder", error));
    if (all) return;
    const most = workspace.bounds.workspaceFiles;
    session.tell(
      false,
      `${folder} has more than ${most} policies: the others are known once they are open (${settingOf("workspaceFiles")}).`,
    );
  }

  /** A notification has no answer that could say what is wrong with it. */
  const ignored = (what: string): void => connection.console.warn(`ignored ${what}`);

  // ---- documents --------------------------------------------------------------------------------------------------

  connection.onDidOpenTextDocument((params) =>
    safely("didOpen", () => {
      if (!isDocument(params?.textDocument) || typeof params.textDocument.text !== "string")
        return ignored("didOpen: textDocument is { uri, version, text }");
      const { uri, text, version: v } = params.textDocument;
      const document = workspace.open(uri, text, v);
      if (session.reading.isLong(document)) return diagnostics.opening(document, session.reading.begin(document));
      diagnostics.changed(uri);
    }),
  );
  connection.onDidChangeTextDocument((params: DidChangeTextDocumentParams) =>
    safely("didChange", () => {
      if (!isDocument(params?.textDocument)) return ignored("didChange: textDocument is { uri, version }");
      const { uri, version: v } = params.textDocument;
      const changes = changesOf(params.contentChanges);
      if (changes === undefined) return ignored(`a change of ${uri}: contentChanges is a list of { range?, text }`);
      const known = workspace.change(
        uri,
        changes,
        v,
        session.encoding === "utf-16"
          ? undefined
          : (change) => decodePositions(change, uri, session.encoding, session.lineOf),
      );
      if (known) {
        diagnostics.changed(uri);
        refreshShown();
      } else ignored(`a change of ${uri} to version ${v}: not open, or not newer`);
    }),
  );
  connection.onDidCloseTextDocument((params) =>
    safely("didClose", () => {
      if (!isDocument(params?.textDocument)) return ignored("didClose: textDocument is { uri }");
      const { uri } = params.textDocument;
      diagnostics.closing(uri);
      workspace.close(uri);
      diagnostics.closed(uri);
    }),
  );
  connection.onDidChangeWatchedFiles((params) =>
    safely("didChangeWatchedFiles", () => {
      const changes = params?.changes;
      if (!Array.isArray(changes) || !changes.every(isDocument))
        return ignored("didChangeWatchedFiles: changes is a list of { uri, type }");
      for (const { uri, type } of changes) {
        workspace.fileChanged(uri, type !== 3);
        diagnostics.changed(uri);
      }
      refreshShown();
    }),
  );
  connection.onDidChangeConfiguration((params) =>
    safely("didChangeConfiguration", () => {
      const { iochain } = (params?.settings ?? {}) as { readonly iochain?: unknown };
      // A client that only says that something has changed says nothing.
      if (iochain === undefined || iochain === null) return;
      session.configure(iochain);
      diagnostics.everythingChanged();
    }),
  );
  workspace.onArrival = (uri) => diagnostics.changed(uri);

  // ---- requests ---------------------------------------------------------------------------------------------------

  for (const feature of FEATURES) connection.onRequest(feature.method, guarded(feature));
  diagnostics.listen((method, answer) =>
    connection.onRequest(method, guarded({ method, answer: (_, p, t) => answer(p, t) })),
  );

  function guarded({ method, answer }: Feature) {
    return async (params: unknown, token: CancellationToken): Promise<unknown> => {
      try {
        if (life === "new") throw new ResponseError(ErrorCodes.ServerNotInitialized, "initialize comes first");
        if (life === "down") throw new ResponseError(ErrorCodes.InvalidRequest, "the server was shut down");
        checkParams(method, params);
        // Findings of a document that is being read are told early.
        if (method !== "textDocument/diagnostic" && session.reading.done) await session.reading.done;
        if (OF_ALL.has(method)) await diagnostics.first;
        const uri = uriIn(params);
        const result = await answer(session, decodePositions(params, uri, session.encoding, session.lineOf), token);
        return encodePositions(fitted(session, method, result), uri, session.encoding, session.lineOf) ?? null;
      } catch (error) {
        if (error instanceof ResponseError) return error;
        report(method, error);
        return new ResponseError(ErrorCodes.InternalError, `${method} failed; the server's log says why`);
      }
    };
  }

  function safely(what: string, run: () => void | Promise<void>): void {
    try {
      const done = run();
      if (done) done.catch((error) => report(what, error));
    } catch (error) {
      report(what, error);
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

/** What can only be declared after the start: with a selector of its own, or of files. */
function registrationsFor({ workspace, textDocument }: ClientCapabilities): Registration[] {
  const out: Registration[] = [];
  if (workspace?.didChangeWatchedFiles?.dynamicRegistration)
    out.push({
      id: "policies",
      method: "workspace/didChangeWatchedFiles",
      registerOptions: { watchers: [{ globPattern: "**/*.iochain" }] },
    });
  // Traces are no policies: nothing else is asked of them.
  if (workspace?.textDocumentContent !== undefined && textDocument?.codeAction?.dynamicRegistration)
    out.push({
      id: "traces",
      method: "textDocument/codeAction",
      registerOptions: {
        documentSelector: [{ scheme: TRACE_SCHEME }],
        codeActionKinds: [CodeActionKind.RefactorRewrite],
      },
    });
  return out;
}

/** The document that a request's bare positions are in. */
function uriIn(params: unknown): string | undefined {
  if (typeof params !== "object" || params === null) return undefined;
  const { textDocument, uri, item, data } = params as Record<string, { uri?: unknown } | undefined>;
  for (const found of [textDocument?.uri, uri, item?.uri, data?.uri]) if (typeof found === "string") return found;
  return undefined;
}
