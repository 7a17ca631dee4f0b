/**
 * Long documents are read in slices when they are opened, and their names entered, so that what is in sight at first,
 * and a keystroke, need not wait for the rest. Requests wait for it; whatever cannot has the rest done at once.
 */
import { DocumentNames } from "../policy/names.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { breathe, inSlices } from "./slices.ts";

/** Shorter texts are read within a few hundredths of a second: some 2,500 rules. */
export const LONG_TEXT = 200_000;

export class Reading {
  readonly #running = new Set<Promise<void>>();

  /** Kept when all of the document is read. A first part, of a thousand lines or so, is read before this returns. */
  begin(document: SourceDocument): Promise<void> {
    document.readOn();
    const running = read(document).finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** Kept when every document is read; undefined where every one is. */
  get done(): Promise<unknown> | undefined {
    return this.#running.size === 0 ? undefined : Promise.all(this.#running);
  }
}

async function read(document: SourceDocument): Promise<void> {
  await breathe();
  await inSlices(work(document));
}

function* work(document: SourceDocument): Generator<undefined, void> {
  for (; !document.whole; yield) document.readOn();
  yield* DocumentNames.make(document);
}
