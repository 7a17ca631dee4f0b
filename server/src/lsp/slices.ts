/** Long work in slices, so that whatever else there is to do, the next keystroke before all, gets its turn. */
import { type CancellationToken, ResponseError } from "vscode-languageserver";

/** The floor is given up at least this often, in milliseconds. */
export const SLICE = 15;

/** Lets other messages be handled, then goes on; complains when the request is cancelled. */
export async function breathe(token?: CancellationToken): Promise<void> {
  await new Promise<void>((resolve) => setTimeout(resolve, 0));
  if (token?.isCancellationRequested) throw new ResponseError(-32800, "cancelled");
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

/** All steps. Complains when the client takes its request back. */
export async function inSlices<T>(steps: Generator<unknown, T>, token?: CancellationToken): Promise<T> {
  for (;;) {
    const step = slice(steps);
    if (step.done) return step.value;
    await breathe(token);
  }
}
