/** Who imports whom among the documents that are known. What changed is asked again, and nothing else. */

const NOBODY: ReadonlySet<string> = new Set();

export class Importers {
  readonly #imports = new Map<string, ReadonlySet<string>>();
  readonly #importers = new Map<string, Set<string>>();
  readonly #stale = new Set<string>();

  /** `isKnown`: whether the document counts even where nobody imports it. `importsOf`: what its `import` lines name. */
  constructor(
    private readonly isKnown: (uri: string) => boolean,
    private readonly importsOf: (uri: string) => readonly string[],
  ) {}

  /** The document came, went, or may name other imports than before. */
  changed(uri: string): void {
    this.#stale.add(uri);
  }

  /** The documents whose `import` lines name this one; itself is none of them. */
  of(uri: string): ReadonlySet<string> {
    this.#update();
    return this.#importers.get(uri) ?? NOBODY;
  }

  #update(): void {
    // Grows while it is gone through: what one imports may have to be looked at, too.
    for (const uri of this.#stale) {
      this.#stale.delete(uri);
      const counts = this.isKnown(uri) || this.#importers.has(uri);
      const before = this.#imports.get(uri);
      const now = counts ? new Set(this.importsOf(uri)) : undefined;
      now?.delete(uri);
      if (now) this.#imports.set(uri, now);
      else this.#imports.delete(uri);
      // Only what is another than before is followed: where documents import one another there would be no end.
      for (const imported of before ?? []) if (!now?.has(imported)) this.#remove(uri, imported);
      for (const imported of now ?? []) if (!before?.has(imported)) this.#add(uri, imported);
    }
  }

  #add(uri: string, imported: string): void {
    const importers = this.#importers.get(imported);
    if (importers) importers.add(uri);
    else this.#importers.set(imported, new Set([uri]));
    if (!this.#imports.has(imported)) this.#stale.add(imported);
  }

  #remove(uri: string, imported: string): void {
    const importers = this.#importers.get(imported);
    importers?.delete(uri);
    if (importers?.size !== 0) return;
    this.#importers.delete(imported);
    // Known by this import alone, perhaps.
    this.#stale.add(imported);
  }
}
