/** Long work in short steps: a caller can stop between two of them, or let others have their turn. */
export type Steps<T> = Generator<undefined, T>;

/** Small pieces of work between two places to pause: a millisecond or two. */
export const STRIDE = 256;

/** All steps at once. */
export function finish<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
