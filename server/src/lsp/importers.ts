/** Who imports whom among the documents that are known. What changed is asked again, and nothing else. */

const NOBODY: ReadonlySet<string> = new Set();

export class Importers {
  readonly #imports = new Map<string, readonly string[]>();
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
      for (const imported of this.#imports.get(uri) ?? []) this.#remove(uri, imported);
      this.#imports.delete(uri);
      if (!this.isKnown(uri) && !this.#importers.has(uri)) continue;
      const imports = [...new Set(this.importsOf(uri))].filter((imported) => imported !== uri);
      this.#imports.set(uri, imports);
      for (const imported of imports) this.#add(uri, imported);
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
