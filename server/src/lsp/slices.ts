/** Long work beside everything else that the server has to do. */
import type { CancellationToken } from "vscode-languageserver";
import type { Steps } from "../space/steps.ts";
import { breathe } from "./session.ts";

/** The floor is given up at least this often, in milliseconds. */
const SLICE = 15;

/** Rejects when the client takes its request back. */
export async function inSlices<T>(steps: Steps<T>, token: CancellationToken): Promise<T> {
  for (;;) {
    const begun = performance.now();
    let step = steps.next();
    while (!step.done && performance.now() - begun < SLICE) step = steps.next();
    if (step.done) return step.value;
    await breathe(token);
  }
}
