/**
 * Read-only documents that the server writes, for clients that can show them (LSP 3.18, `workspace/textDocumentContent`):
 * `iochain-trace:` and `iochain-export:`. The commands `iochain.showTrips` and `iochain.showExport` open one.
 */
import { readTraceUri, traceDocument } from "../ide/traceDocument.ts";
import { exported, readExportUri } from "./exports.ts";
import type { Answers } from "./features.ts";
import { ErrorCodes, ResponseError } from "./protocol.ts";
import { viewOfUri } from "./session.ts";

export const DOCUMENTS = {
  "workspace/textDocumentContent": async (session, params, token) => {
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
} satisfies Answers;
