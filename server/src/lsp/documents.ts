/**
 * Read-only documents that the server writes, for clients that can show them (LSP 3.18, `workspace/textDocumentContent`):
 * `iochain-trace:`. The command `iochain.showTrips` `{ uri, scenario }` or `{ uri, packet, from? }` opens one.
 */
import { type ClientCapabilities, type Connection, ErrorCodes, ResponseError } from "vscode-languageserver";
import { readTraceUri, TRACE_SCHEME, traceDocument } from "../ide/traceDocument.ts";
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
        : { workspace: { textDocumentContent: { schemes: [TRACE_SCHEME] } } },
    answer: (session, params) => {
      const address = String(params.uri);
      const wanted = readTraceUri(address);
      if (wanted === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `${address} is no trace of a packet`);
      const view = viewOfUri(session, wanted.uri);
      session.shown.add(address);
      return {
        text: view ? traceDocument(view, wanted, session.scenarioHost) : `There is no policy ${wanted.uri} any more.\n`,
      };
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
