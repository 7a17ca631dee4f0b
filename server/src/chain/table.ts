/** A map that forks in constant time: the copy is made by whichever fork writes first. Values must not be changed in place. */
export class Table<K, V> {
  private map: Map<K, V>;
  private shared: boolean;

  constructor(map: Map<K, V> = new Map(), shared = false) {
    this.map = map;
    this.shared = shared;
  }
  get size(): number {
    return this.map.size;
  }
  get(key: K): V | undefined {
    return this.map.get(key);
  }
  has(key: K): boolean {
    return this.map.has(key);
  }
  entries(): IterableIterator<[K, V]> {
    return this.map.entries();
  }
  set(key: K, value: V): void {
    this.own().set(key, value);
  }
  delete(key: K): void {
    if (this.map.has(key)) this.own().delete(key);
  }
  fork(): Table<K, V> {
    this.shared = true;
    return new Table(this.map, true);
  }
  private own(): Map<K, V> {
    if (this.shared) {
      this.map = new Map(this.map);
      this.shared = false;
    }
    return this.map;
  }
}
