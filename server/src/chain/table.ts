/**
 * A map that forks in constant time. It is kept in parts that forks share until one of them writes, so that a fork of
 * a large table costs what is changed afterwards and not what is in it. Values must not be changed in place.
 */
export type TableKey = string | number | bigint;

/** Entries of a part, on average, before there are four times as many parts. */
const FULL = 128;
/** Below this many entries nobody looks for those that are over. */
const CROWD = 1024;

export class Table<K extends TableKey, V> {
  /** A power of two of them. */
  private parts: Map<K, V>[] = [new Map()];
  /** Parts that no fork shares, by index; undefined: the list itself is shared, too. */
  private own: Uint8Array | undefined = new Uint8Array(1);
  private count = 0;
  private crowdAt = CROWD;

  get size(): number {
    return this.count;
  }
  get(key: K): V | undefined {
    return this.part(key).get(key);
  }
  has(key: K): boolean {
    return this.part(key).has(key);
  }
  *entries(): Generator<[K, V]> {
    for (const part of this.parts) yield* part.entries();
  }

  set(key: K, value: V): void {
    const part = this.toWrite(this.indexOf(key));
    const before = part.size;
    part.set(key, value);
    if (part.size === before) return;
    this.count += 1;
    if (this.count > FULL * this.parts.length) this.split();
  }
  delete(key: K): void {
    if (!this.has(key)) return;
    this.toWrite(this.indexOf(key)).delete(key);
    this.count -= 1;
  }

  /** Takes out what is over, each time the table has doubled: memory follows what lives, not what has been. */
  sweep(isOver: (value: V) => boolean): void {
    if (this.count < this.crowdAt) return;
    for (const [key, value] of [...this.entries()]) if (isOver(value)) this.delete(key);
    this.crowdAt = Math.max(CROWD, 2 * this.count);
  }

  fork(): Table<K, V> {
    const fork = new Table<K, V>();
    fork.parts = this.parts;
    fork.count = this.count;
    fork.crowdAt = this.crowdAt;
    fork.own = undefined;
    this.own = undefined;
    return fork;
  }

  private part(key: K): Map<K, V> {
    return this.parts[this.indexOf(key)] as Map<K, V>;
  }
  private toWrite(index: number): Map<K, V> {
    if (this.own === undefined) {
      this.parts = [...this.parts];
      this.own = new Uint8Array(this.parts.length).fill(SHARED);
    }
    const part = this.parts[index] as Map<K, V>;
    if (this.own[index] !== SHARED) return part;
    const copy = new Map(part);
    this.parts[index] = copy;
    this.own[index] = 0;
    return copy;
  }
  private indexOf(key: K): number {
    const { length } = this.parts;
    return length === 1 ? 0 : hash(key) & (length - 1);
  }
  private split(): void {
    const all = [...this.entries()];
    this.parts = Array.from({ length: 4 * this.parts.length }, () => new Map());
    this.own = new Uint8Array(this.parts.length);
    for (const [key, value] of all) this.part(key).set(key, value);
  }
}
const SHARED = 1;

/** FNV-1a, with its upper bits folded in. */
function hash(key: TableKey): number {
  const text = typeof key === "string" ? key : String(key);
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value ^ (value >>> 15);
}
