/**
 * Other people's formats, for any client that wants them:
 *
 * - `iochain/import` `{ format, inputs: [{ name, text }], workDoneToken? }` → `{ text, notes }`, or `{ refused, notes }` where the inputs
 *   cannot be used
 * - `iochain/export` `{ uri, format }` → `{ text, notes }`
 *
 * A note is `{ kind, file, line, column?, message }`, lines and columns from 1. The readers and writers are loaded when
 * the first of these is asked.
 */
import { EXPORT_FORMATS, IMPORT_FORMATS, isExportFormat, isImportFormat } from "../exchange/formats.ts";
import { mistakesIn, written } from "./exports.ts";
import type { Answers } from "./features.ts";
import { ErrorCodes, LSPErrorCodes, ResponseError } from "./protocol.ts";
import { viewOfUri } from "./session.ts";
import { inSlices } from "./slices.ts";
import { workDone } from "./workDone.ts";

export const EXCHANGE = {
  "iochain/import": async (session, { format, inputs, workDoneToken }, token) => {
    if (typeof format !== "string" || !isImportFormat(format))
      throw invalid(`format is one of ${IMPORT_FORMATS.join(", ")}`);
    if (!isInputs(inputs) || inputs.length === 0) throw invalid("inputs is a list of { name, text }, one at least");
    const { imported } = await import("../exchange/import.ts");
    const progress = workDone(session, workDoneToken, "Importing");
    try {
      return await inSlices(imported(format, inputs, session.workspace.bounds), token);
    } finally {
      progress?.end();
    }
  },
  "iochain/export": async (session, { uri, format }, token) => {
    if (typeof format !== "string" || !isExportFormat(format))
      throw invalid(`format is one of ${EXPORT_FORMATS.join(", ")}`);
    if (typeof uri !== "string") throw invalid("uri is a text");
    const view = viewOfUri(session, uri);
    if (view === undefined) throw invalid(`no policy ${uri}`);
    const [mistake] = mistakesIn(view);
    if (mistake !== undefined)
      throw new ResponseError(LSPErrorCodes.RequestFailed, `a policy with a syntax error is not exported: ${mistake}`);
    return written(view, format, token);
  },
} satisfies Answers;

const invalid = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);

function isInputs(inputs: unknown): inputs is { readonly name: string; readonly text: string }[] {
  return (
    Array.isArray(inputs) &&
    inputs.every(
      (input: unknown) =>
        typeof input === "object" &&
        input !== null &&
        "name" in input &&
        typeof input.name === "string" &&
        "text" in input &&
        typeof input.text === "string",
    )
  );
}
