/**
 * Long documents, those that a document imports, and those of a folder that import others are read in slices, and their
 * names entered, so that what is in sight at first, and a keystroke, need not wait for the rest. Requests wait for it;
 * whatever cannot has the rest done at once.
 */
import { DocumentNames } from "../policy/documentNames.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { breathe, inSlices } from "./slices.ts";
import type { Workspace } from "./workspace.ts";

/** Shorter ones are read within a few hundredths of a second. */
const LONG = 2500;
const MANY_CHARACTERS = 1 << 20;
/** Lines; more than anybody sees at once. */
const FIRST_PART = 1000;

export class Reading {
  readonly #running = new Set<Promise<void>>();

  constructor(private readonly workspace: Workspace) {}

  /** Whether there is much to read before anything can be said of the document. */
  isLong(document: SourceDocument, seen = new Set<SourceDocument>()): boolean {
    if (document.lineCount > LONG || document.length > MANY_CHARACTERS) return !document.whole;
    seen.add(document);
    return this.#imported(document).some((other) => !seen.has(other) && this.isLong(other, seen));
  }

  /** Kept when all of it is read. A first part is read before this returns. */
  begin(document: SourceDocument): Promise<void> {
    document.readOn(FIRST_PART);
    return this.#begin(this.#work(document, new Set()));
  }

  /** Policies of a folder: without what they import nobody knows who is a part of what. */
  folder(uris: Iterable<string>): Promise<void> {
    return this.#begin(this.#importing(uris));
  }

  #begin(work: Generator<undefined, void>): Promise<void> {
    const running = breathe()
      .then(() => inSlices(work))
      .finally(() => this.#running.delete(running));
    this.#running.add(running);
    return running;
  }

  /** The same for a document that nobody looks at: no request waits for it. */
  all(document: SourceDocument): Promise<void> {
    return inSlices(this.#work(document, new Set()));
  }

  /** Kept when every document is read; undefined where every one is. */
  get done(): Promise<unknown> | undefined {
    return this.#running.size === 0 ? undefined : Promise.all(this.#running);
  }

  *#work(document: SourceDocument, seen: Set<SourceDocument>): Generator<undefined, void> {
    seen.add(document);
    for (; !document.whole; yield) document.readOn();
    yield* DocumentNames.make(document);
    for (const other of this.#imported(document)) if (!seen.has(other)) yield* this.#work(other, seen);
  }

  *#importing(uris: Iterable<string>): Generator<undefined, void> {
    for (const uri of uris) {
      const document = this.workspace.document(uri);
      if (document !== undefined && !document.whole && document.mentions("import"))
        yield* this.#work(document, new Set());
      yield;
    }
  }

  #imported({ uri }: SourceDocument): SourceDocument[] {
    return this.workspace.importsOf(uri).flatMap((imported) => this.workspace.document(imported) ?? []);
  }
}
