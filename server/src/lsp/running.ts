/**
 * The server once a client has it: the documents, their findings, and the answers to requests. Loaded when the client
 * knows what the server can do, since it waits for that (`server.ts`).
 */
import type {
  CancellationToken,
  Connection,
  DidChangeTextDocumentParams,
  DidChangeWatchedFilesParams,
  DidChangeWorkspaceFoldersParams,
  DidCloseTextDocumentParams,
  DidOpenTextDocumentParams,
  InitializeParams,
} from "vscode-languageserver";
import { settingOf } from "../policy/bounds.ts";
import { statementParser } from "../syntax/parser.ts";
import { lexer } from "../syntax/tokens.ts";
import { Analyses } from "./analyses.ts";
import { registrationsFor } from "./capabilities.ts";
import { Diagnostics } from "./diagnostics.ts";
import type { Answer, Answers } from "./features.ts";
import { fitted, versioned } from "./fitting.ts";
import type { Host } from "./host.ts";
import { changesOf, checkParams, isDocument } from "./params.ts";
import { decodePositions, encodePositions } from "./positions.ts";
import { ErrorCodes, ResponseError, WorkDoneProgress } from "./protocol.ts";
import { refresher } from "./refreshing.ts";
import { Session } from "./session.ts";
import { inTurnAfter } from "./slices.ts";

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

export interface Running {
  /** By their methods; others are nobody's. */
  // biome-ignore lint/suspicious/noExplicitAny: parameters as they came over the wire.
  readonly notifications: Readonly<Record<string, (params: any) => void | Promise<void>>>;
  /** Complains as an error of the protocol when the request is none of ours, or wrong. */
  answer(method: string, params: unknown, token: CancellationToken): Promise<unknown>;
}

/** `report` tells of a mistake of our own. */
export function run(
  connection: Connection,
  host: Host,
  params: InitializeParams,
  report: (what: string, error: unknown) => void,
): Running {
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
  session.findings = (uri, at) => analyses.findings(uri, at);
  session.reported = async (uri, token) => {
    await analyses.fresh(uri, token);
    return (wanted) => diagnostics.current(uri, wanted);
  };
  const refreshShown = refresher(session, connection);
  session.initialize(params);
  host.initialize?.(params.initializationOptions);
  let folders = (params.workspaceFolders ?? []).map(({ uri }) => uri);
  if (folders.length === 0 && params.rootUri) folders = [params.rootUri];
  workspace.openFolders(folders);
  workspace.onArrival = (uri) => diagnostics.changed(uri);
  // The first text would wait for them.
  lexer();
  statementParser();

  /** Folders with more policies than were looked for, and how many those were. */
  const unsearched = new Map<string, number>();
  async function search(folder: string): Promise<void> {
    const all = await workspace.addFolder(folder);
    session.reading.folder(workspace.knownUris).catch((error) => report("reading a folder", error));
    unsearched.delete(folder);
    if (all) return;
    const most = workspace.bounds.workspaceFiles;
    unsearched.set(folder, most);
    session.tell(
      false,
      `${folder} has more than ${most} policies: the others are known once they are open (${settingOf("workspaceFiles")}).`,
    );
  }

  /** Where more may be known now. */
  async function searchFurther(): Promise<void> {
    const now = workspace.bounds.workspaceFiles;
    const folders = [...unsearched].flatMap(([folder, most]) => (most < now ? folder : []));
    for (const folder of folders) await search(folder);
    if (folders.length > 0) diagnostics.everythingChanged();
  }

  /** A notification has no answer that could say what is wrong with it. */
  const ignored = (what: string): void => connection.console.warn(`ignored ${what}`);

  const notifications: Running["notifications"] = {
    initialized: async () => {
      for (const folder of folders) await search(folder);
      const registrations = registrationsFor(session.client);
      if (registrations.length > 0) await connection.sendRequest("client/registerCapability", { registrations });
      diagnostics.everythingChanged();
    },
    "workspace/didChangeWorkspaceFolders": async (params: DidChangeWorkspaceFoldersParams) => {
      const event = params?.event;
      if (![event?.added, event?.removed].every((list) => Array.isArray(list) && list.every(isDocument)))
        return ignored("didChangeWorkspaceFolders: event is { added, removed }, lists of { uri, name }");
      for (const { uri } of event.removed) {
        workspace.removeFolder(uri);
        unsearched.delete(uri);
      }
      workspace.openFolders(event.added.map(({ uri }) => uri));
      for (const { uri } of event.added) await search(uri);
      diagnostics.everythingChanged();
    },
    "textDocument/didOpen": (params: DidOpenTextDocumentParams) => {
      if (!isDocument(params?.textDocument) || typeof params.textDocument.text !== "string")
        return ignored("didOpen: textDocument is { uri, version, text }");
      const { uri, text, version: v } = params.textDocument;
      const document = workspace.open(uri, text, v);
      if (session.reading.isLong(document)) return diagnostics.opening(document, session.reading.begin(document));
      diagnostics.changed(uri);
    },
    "textDocument/didChange": (params: DidChangeTextDocumentParams) => {
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
    },
    "textDocument/didClose": (params: DidCloseTextDocumentParams) => {
      if (!isDocument(params?.textDocument)) return ignored("didClose: textDocument is { uri }");
      const { uri } = params.textDocument;
      diagnostics.closing(uri);
      workspace.close(uri);
      diagnostics.closed(uri);
    },
    "workspace/didChangeWatchedFiles": (params: DidChangeWatchedFilesParams) => {
      const changes = params?.changes;
      if (!Array.isArray(changes) || !changes.every(isDocument))
        return ignored("didChangeWatchedFiles: changes is a list of { uri, type }");
      for (const { uri, type } of changes) {
        workspace.fileChanged(uri, type !== 3);
        diagnostics.changed(uri);
      }
      refreshShown();
    },
    "workspace/didChangeConfiguration": (params) => {
      const { iochain } = (params?.settings ?? {}) as { readonly iochain?: unknown };
      // A client that only says that something has changed says nothing.
      if (iochain === undefined || iochain === null) return;
      session.configure(iochain);
      diagnostics.everythingChanged();
      return searchFurther();
    },
  };

  /** Nearly all that can be asked, which is much to load. */
  const features = async (): Promise<Answers> => (await import("./features.ts")).FEATURES;
  async function answerOf(method: string): Promise<Answer> {
    const answers: Answers = Object.hasOwn(diagnostics.answers, method) ? diagnostics.answers : await features();
    const answer = Object.hasOwn(answers, method) ? answers[method] : undefined;
    if (answer === undefined) throw new ResponseError(ErrorCodes.MethodNotFound, `Unhandled method ${method}`);
    return answer;
  }
  async function answer(method: string, params: unknown, token: CancellationToken): Promise<unknown> {
    const answer = await answerOf(method);
    checkParams(method, params);
    // Findings of a document that is being read are told early.
    if (method !== "textDocument/diagnostic") await inTurnAfter(session.reading.done);
    if (OF_ALL.has(method)) await inTurnAfter(diagnostics.first);
    const uri = uriIn(params);
    const result = await answer(session, decodePositions(params, uri, session.encoding, session.lineOf), token);
    // Most of what is told of a document was told, and encoded, before.
    if (Object.hasOwn(diagnostics.answers, method)) return result;
    return encodePositions(fitted(session, method, result), uri, session.encoding, session.lineOf) ?? null;
  }
  // Whoever has seen the findings will ask something, and what V8 compiles after that is not kept (`keptCode.ts`).
  session.rest = () => void features().then(() => host.atRest?.());
  return { notifications, answer };
}

/** The document that a request's bare positions are in. */
function uriIn(params: unknown): string | undefined {
  if (typeof params !== "object" || params === null) return undefined;
  const { textDocument, uri, item, data } = params as Record<string, { uri?: unknown } | undefined>;
  for (const found of [textDocument?.uri, uri, item?.uri, data?.uri]) if (typeof found === "string") return found;
  return undefined;
}
