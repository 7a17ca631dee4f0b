/** Names: from what inputs call things to names of the language, each once in its name space. */
/** Names of one name space by key; the first of a key's wishes that is free, else the first with a number behind it. */
export class NameSpace {
  readonly #names = new Map<string, string>();
  readonly #taken = new Set<string>();
  /** By name: the number that was last put behind it. */
  readonly #numbers = new Map<string, number>();

  claim(key: string, wishes: readonly string[]): string {
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const wanted = wishes.filter((name) => name !== "");
    let name = wanted.find((wish) => !this.#taken.has(wish));
    const base = wanted[0] ?? "unnamed";
    for (let n = (this.#numbers.get(base) ?? 1) + 1; name === undefined; n++) {
      const numbered = `${base}-${n}`;
      if (!this.#taken.has(numbered)) name = numbered;
      this.#numbers.set(base, n);
    }
    this.#taken.add(name);
    this.#names.set(key, name);
    return name;
  }
  get(key: string): string | undefined {
    return this.#names.get(key);
  }
}

/** Rule ids of one block, each once. */
export class RuleIds {
  readonly #taken = new Set<number>();
  #next = 1;

  /** Ids that the inputs give are kept for the rules that have them. */
  constructor(wanted: Iterable<number | undefined>) {
    for (const id of wanted) if (id !== undefined) this.#next = Math.max(this.#next, id + 1);
    if (!Number.isSafeInteger(this.#next)) this.#next = 1;
  }
  claim(wanted: number | undefined): number {
    let id = wanted ?? this.#next++;
    while (this.#taken.has(id)) id = this.#next++;
    this.#taken.add(id);
    return id;
  }
}
