/**
 * Read-only documents that the server writes, for clients that can show them (LSP 3.18, `workspace/textDocumentContent`):
 * `iochain-trace:` and `iochain-export:`. The commands `iochain.showTrips` and `iochain.showExport` open one.
 */
import { type ClientCapabilities, type Connection, ErrorCodes, ResponseError } from "vscode-languageserver";
import { readTraceUri, TRACE_SCHEME, traceDocument } from "../ide/traceDocument.ts";
import { EXPORT_SCHEME, exported, readExportUri } from "./exports.ts";
import type { Feature } from "./features.ts";
import { type Session, viewOfUri } from "./session.ts";

export const canShow = (client: ClientCapabilities): boolean =>
  client.workspace?.textDocumentContent !== undefined && client.window?.showDocument?.support === true;

export const DOCUMENTS: readonly Feature[] = [
  {
    method: "workspace/textDocumentContent",
    declare: (client) =>
      client.workspace?.textDocumentContent === undefined
        ? {}
        : { workspace: { textDocumentContent: { schemes: [TRACE_SCHEME, EXPORT_SCHEME] } } },
    answer: async (session, params, token) => {
      const uri = String(params.uri);
      const [trace, wanted] = [readTraceUri(uri), readExportUri(uri)];
      const policy = trace?.uri ?? wanted?.uri;
      if (policy === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `${uri} is no document of ours`);
      session.shown.add(uri);
      const view = viewOfUri(session, policy);
      if (view === undefined) return { text: `There is no policy ${policy} any more.\n` };
      if (trace) return { text: traceDocument(view, trace, session.scenarioHost) };
      return { text: (await exported(view, (wanted as NonNullable<typeof wanted>).format, token)).text };
    },
  },
];

/** After a pause in the typing the documents that are shown are made anew. */
const PAUSE = 300;

/** Tells a client that can show them that the documents it was given have become old; called at every change. */
export function refresher(session: Session, connection: Connection): () => void {
  let waiting: ReturnType<typeof setTimeout> | undefined;
  return () => {
    if (session.shown.size === 0) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      for (const uri of session.shown)
        connection.sendRequest("workspace/textDocumentContent/refresh", { uri }).catch(() => {});
      // Who still shows one asks for it again.
      session.shown.clear();
    }, PAUSE);
  };
}
