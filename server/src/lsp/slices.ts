/** Long work in slices, so that whatever else there is to do, the next keystroke before all, gets its turn. */
import type { CancellationToken } from "vscode-languageserver";
import type { SourceDocument } from "../syntax/document.ts";
import { LSPErrorCodes, ResponseError } from "./protocol.ts";

/** The floor is given up at least this often, in milliseconds: a key waits for half of it. */
export const SLICE = 8;

/** Who had the floor for less than this, in milliseconds, keeps it: to give it up takes one itself. */
const SHORT = 5;
let taken = 0;

/** Lets other messages be handled, where that was not just done, then goes on; complains when the request is cancelled. */
export async function breathe(token?: CancellationToken): Promise<void> {
  const held = performance.now() - taken;
  // A clock that was set back says nothing.
  if (held >= SHORT || held < 0) {
    await nextTurn();
    taken = performance.now();
  }
  if (token?.isCancellationRequested) throw new ResponseError(LSPErrorCodes.RequestCancelled, "cancelled");
}

const { setImmediate: next } = globalThis as { setImmediate?: (run: () => void) => void };
/**
 * After whatever there is to do now. Node has a message that comes in the one round of its loop handled in the next: a
 * timer would wait for both, and for a millisecond, which is much beside a slice.
 */
const nextTurn = (): Promise<void> =>
  new Promise((resolve) => (next ? next(() => next(resolve)) : setTimeout(resolve, 0)));

let turn: Promise<void> = Promise.resolve();
/** Of those who wait for the same thing one goes on after the other, with room for a keystroke between two. */
export async function inTurnAfter(awaited: Promise<unknown> | undefined): Promise<void> {
  if (awaited === undefined) return;
  await awaited;
  turn = turn.then(nextTurn);
  await turn;
}

/** Steps, as many as fit; `each` is given what they yield. */
export function slice<Y, T>(steps: Generator<Y, T>, each: (yielded: Y) => void = () => {}): IteratorResult<Y, T> {
  const begun = performance.now();
  for (;;) {
    const step = steps.next();
    if (!step.done) each(step.value);
    if (step.done || performance.now() - begun >= SLICE) return step;
  }
}

/**
 * All steps. Complains when the client takes its request back, or edits the document that the work is about: what was
 * made of half of one version and half of another is no answer.
 */
export async function inSlices<T>(
  steps: Generator<unknown, T>,
  token?: CancellationToken,
  document?: SourceDocument,
): Promise<T> {
  const version = document?.version;
  for (;;) {
    const step = slice(steps);
    if (step.done) return step.value;
    await breathe(token);
    if (document?.version !== version)
      throw new ResponseError(LSPErrorCodes.ContentModified, "the document was edited meanwhile");
  }
}
