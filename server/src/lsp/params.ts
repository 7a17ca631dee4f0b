/** What every request must hold, looked at once before it is answered: what a client got wrong is told as that. */
import type { Position, Range } from "vscode-languageserver";
import type { Change } from "../syntax/document.ts";
import { ErrorCodes, ResponseError } from "./protocol.ts";

/** Requests about a stretch of text. */
const RANGED: ReadonlySet<string> = new Set([
  "textDocument/codeAction",
  "textDocument/rangeFormatting",
  "textDocument/inlayHint",
  "textDocument/inlineValue",
  "textDocument/semanticTokens/range",
]);
const FORMATTING: ReadonlySet<string> = new Set([
  "textDocument/formatting",
  "textDocument/rangeFormatting",
  "textDocument/onTypeFormatting",
]);

const wrong = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);

/** Complains as an error of the protocol when the parameters are none for this request. */
// biome-ignore lint/suspicious/noExplicitAny: parameters as they came over the wire.
export function checkParams(method: string, params: any): void {
  if (!isObject(params)) throw wrong("the parameters are an object");
  if (method.startsWith("textDocument/") && typeof params.textDocument?.uri !== "string")
    throw wrong("textDocument.uri is a text");
  if (RANGED.has(method)) validRange(params.range);
  if (FORMATTING.has(method)) validOptions(params.options);
  if (method === "textDocument/selectionRange" && !Array.isArray(params.positions)) throw wrong("positions is a list");
  if (method === "workspace/diagnostic" && !isListOf(params.previousResultIds ?? [], isResultId))
    throw wrong("previousResultIds is a list of { uri, value }");
  if (method === "workspace/willRenameFiles" && !isListOf(params.files, isRenaming))
    throw wrong("files is a list of { oldUri, newUri }");
  // Before they are counted in other units: what is no position must not become one.
  if (method === "inlayHint/resolve" || params.position !== undefined) validPosition(params.position);
}

// biome-ignore lint/suspicious/noExplicitAny: as above.
const isObject = (value: any): boolean => typeof value === "object" && value !== null && !Array.isArray(value);
const isRenaming = (file: { readonly oldUri?: unknown; readonly newUri?: unknown } | null): boolean =>
  typeof file?.oldUri === "string" && typeof file.newUri === "string";

// biome-ignore lint/suspicious/noExplicitAny: as above.
const isResultId = (id: any): boolean => typeof id?.uri === "string" && typeof id.value === "string";
const isListOf = <T>(list: unknown, is: (each: T) => boolean): boolean => Array.isArray(list) && list.every(is);

/** Further than this nobody indents; a client's mistake would fill the memory. */
const WIDEST_TAB = 100;
// biome-ignore lint/suspicious/noExplicitAny: as above.
function validOptions(options: any): void {
  if (!isObject(options)) throw wrong("options is an object");
  const { tabSize = 2, insertSpaces = true } = options;
  if (!isCount(tabSize) || tabSize > WIDEST_TAB)
    throw wrong(`options.tabSize is a whole number from 0 to ${WIDEST_TAB}`);
  if (typeof insertSpaces !== "boolean") throw wrong("options.insertSpaces is true or false");
}

/** Whether it names a document. */
// biome-ignore lint/suspicious/noExplicitAny: parameters as they came over the wire.
export const isDocument = (value: any): boolean => typeof value?.uri === "string";

/**
 * What a document's change is made of; undefined when it is nothing of the kind. A place outside the text is its nearest
 * end, and some clients write a missing range as null.
 */
// biome-ignore lint/suspicious/noExplicitAny: parameters as they came over the wire.
export function changesOf(changes: any): Change[] | undefined {
  if (!Array.isArray(changes)) return undefined;
  const out: Change[] = [];
  for (const change of changes) {
    const { range, text } = change ?? {};
    if (typeof text !== "string" || (range && !(isNumbered(range.start) && isNumbered(range.end)))) return undefined;
    out.push(range ? { range, text } : { text });
  }
  return out;
}
const isNumbered = (position: Position | undefined): boolean =>
  typeof position?.line === "number" && typeof position.character === "number";
const isPlace = (position: Position | undefined): boolean => isCount(position?.line) && isCount(position?.character);

/** A position that is one: whole numbers from 0. What lies outside the text is for the request to answer emptily. */
export function validPosition(position: Position): Position {
  if (!isPlace(position)) throw wrong("a position is { line, character }, whole numbers from 0");
  return position;
}
function validRange(range: Range): void {
  if (!isObject(range)) throw wrong("a range is { start, end }");
  validPosition(range.start);
  validPosition(range.end);
}
const isCount = (n: unknown): boolean => typeof n === "number" && Number.isInteger(n) && n >= 0;
