/** Semantic tokens over the wire: whole, as a delta to the answer before, or of a range. */
import type { CancellationToken } from "vscode-languageserver";
import { semanticTokens } from "../ide/semanticTokens.ts";
import type { Answers } from "./features.ts";
import { toWire } from "./positions.ts";
import type { Session } from "./session.ts";
import { inSlices } from "./slices.ts";

/** The last answer for each document, to tell the next one as a difference. */
const answers = new WeakMap<Session, Map<string, { readonly resultId: string; readonly data: number[] }>>();
let count = 0;

/**
 * Beyond this a document has no tokens as a whole, which would be megabytes at every keystroke: editors then colour what
 * they show, by range.
 */
const MOST_LINES = 20_000;

async function tokensOf(session: Session, uri: string, token: CancellationToken): Promise<number[] | undefined> {
  const view = session.view({ textDocument: { uri } });
  if (view === undefined || view.document.lineCount > MOST_LINES) return undefined;
  return inSlices(semanticTokens(view, columnsOf(session, uri)), token, view.document);
}
const columnsOf = (session: Session, uri: string) => (line: number, character: number) =>
  session.encoding === "utf-16" ? character : toWire(session.lineOf(uri, line) ?? "", character, session.encoding);

function remember(session: Session, uri: string, data: number[]): string {
  count += 1;
  const resultId = String(count);
  const known = answers.get(session) ?? new Map();
  answers.set(session, known);
  known.set(uri, { resultId, data });
  return resultId;
}

export const SEMANTIC_TOKENS = {
  "textDocument/semanticTokens/full": async (session, params, token) => {
    const { uri } = params.textDocument;
    const data = await tokensOf(session, uri, token);
    return data && { resultId: remember(session, uri, data), data };
  },
  "textDocument/semanticTokens/full/delta": async (session, params, token) => {
    const { uri } = params.textDocument;
    const before = answers.get(session)?.get(uri);
    const data = await tokensOf(session, uri, token);
    if (data === undefined) return undefined;
    const resultId = remember(session, uri, data);
    if (before === undefined || before.resultId !== params.previousResultId) return { resultId, data };
    return { resultId, edits: difference(before.data, data) };
  },
  "textDocument/semanticTokens/range": async (session, params, token) => {
    const { uri } = params.textDocument;
    const view = session.view(params);
    if (view === undefined) return undefined;
    const steps = semanticTokens(view, columnsOf(session, uri), params.range);
    return { data: await inSlices(steps, token, view.document) };
  },
} satisfies Answers;

/** One edit, from the first number that differs to the last; in whole tokens of five. */
function difference(before: readonly number[], after: readonly number[]) {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  if (head === before.length && head === after.length) return [];
  head -= head % 5;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  tail -= tail % 5;
  return [{ start: head, deleteCount: before.length - head - tail, data: after.slice(head, after.length - tail) }];
}
