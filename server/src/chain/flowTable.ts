/**
 * A table by flow that forks in constant time. It is a hash table in pages, each with open addressing of its own; forks
 * share pages until one of them writes. So a look-up makes no text of a flow, and a fork costs what is changed
 * afterwards. Values must not be changed in place.
 */
import type { Ip } from "../policy/addresses.ts";

/**
 * What the two directions of a conversation have in common. IPv4 addresses are signed 32-bit numbers here: millions of
 * keys may be kept, and V8 has those without an object of their own.
 */
export interface FlowKey {
  readonly hash: number;
  readonly protocol: number;
  readonly low: Ip;
  readonly lowPort: number;
  readonly high: Ip;
  readonly highPort: number;
}

export function flowKey(protocol: number, low: Ip, lowPort: number, high: Ip, highPort: number): FlowKey {
  let hash = Math.imul(fold(low) ^ Math.imul(lowPort + 1, 0x9e37_79b1), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ fold(high) ^ Math.imul(highPort + protocol, 0xc2b2_ae35), 0x27d4_eb2f);
  return { hash: hash ^ (hash >>> 16), protocol, low: signed(low), lowPort, high: signed(high), highPort };
}
const signed = (ip: Ip): Ip => (typeof ip === "number" ? ip | 0 : ip);
/** An address of a key, as it is everywhere else. */
export const ipOfKey = (ip: Ip): Ip => (typeof ip === "number" ? ip >>> 0 : ip);
const fold = (ip: Ip): number =>
  typeof ip === "number" ? ip : Number(BigInt.asUintN(32, ip)) ^ Number(BigInt.asUintN(32, ip >> 48n));

export const sameKey = (a: FlowKey, b: FlowKey): boolean =>
  a.hash === b.hash &&
  a.low === b.low &&
  a.high === b.high &&
  a.lowPort === b.lowPort &&
  a.highPort === b.highPort &&
  a.protocol === b.protocol;

/** A key as text, the same for the same flow. */
export const flowKeyText = ({ protocol, low, lowPort, high, highPort }: FlowKey): string =>
  `${typeof low === "bigint" ? 6 : 4} ${protocol} ${ipOfKey(low)}:${lowPort} ${ipOfKey(high)}:${highPort}`;

/** Never changed in place: the pages of several forks may have it. */
interface Entry<V> {
  readonly key: FlowKey;
  readonly value: V;
  /** Its place in the order of coming. */
  readonly order: number;
}
/**
 * A power of two of places, some always empty: there looking ends. An entry stands at its hash's place or behind it,
 * without a gap, round the end.
 */
interface Page<V> {
  entries: (Entry<V> | undefined)[];
  filled: number;
}

const SMALL = 16;
/** Entries a page, on average, before there are four times as many pages. */
const FULL = 24;
/** Below this many entries nobody looks for those that are over. */
const CROWD = 1024;

export class FlowTable<V> {
  /** A power of two of them; undefined: empty. */
  private pages: (Page<V> | undefined)[] = [undefined];
  /** Pages that no fork shares, by index; undefined: the list itself is shared, too. */
  private own: Uint8Array | undefined = new Uint8Array(1);
  private count = 0;
  private orders = 0;
  private crowdAt = CROWD;

  get size(): number {
    return this.count;
  }
  get(key: FlowKey): V | undefined {
    const page = this.pages[key.hash & (this.pages.length - 1)];
    return page?.entries[find(page.entries, key)]?.value;
  }
  has(key: FlowKey): boolean {
    return this.get(key) !== undefined;
  }
  /** In the order in which they came. */
  entries(): [FlowKey, V][] {
    return this.all()
      .sort((a, b) => a.order - b.order)
      .map(({ key, value }) => [key, value]);
  }

  set(key: FlowKey, value: V): void {
    const page = this.toWrite(key);
    const at = find(page.entries, key);
    const before = page.entries[at];
    if (before !== undefined) {
      page.entries[at] = { key: before.key, value, order: before.order };
      return;
    }
    page.entries[at] = { key, value, order: this.orders };
    this.orders += 1;
    this.count += 1;
    fill(page);
    if (this.count > FULL * this.pages.length) this.split();
  }
  delete(key: FlowKey): void {
    if (!this.has(key)) return;
    const page = this.toWrite(key);
    const { entries } = page;
    const last = entries.length - 1;
    this.count -= 1;
    page.filled -= 1;
    let at = find(entries, key);
    // What stands behind moves up, so that no gap comes between a key and its place.
    for (let next = (at + 1) & last; ; next = (next + 1) & last) {
      const moved = entries[next];
      if (moved === undefined) break;
      if (((next - placeOf(moved.key)) & last) < ((next - at) & last)) continue;
      entries[at] = moved;
      at = next;
    }
    entries[at] = undefined;
  }

  /** Takes out what is over, each time the table has doubled: memory follows what lives, not what has been. */
  sweep(isOver: (value: V) => boolean): void {
    if (this.count < this.crowdAt) return;
    for (const { key, value } of this.all()) if (isOver(value)) this.delete(key);
    this.crowdAt = Math.max(CROWD, 2 * this.count);
  }

  fork(): FlowTable<V> {
    const fork = new FlowTable<V>();
    fork.pages = this.pages;
    fork.count = this.count;
    fork.orders = this.orders;
    fork.crowdAt = this.crowdAt;
    fork.own = undefined;
    this.own = undefined;
    return fork;
  }

  private all(): Entry<V>[] {
    const all: Entry<V>[] = [];
    for (const page of this.pages) for (const entry of page?.entries ?? []) if (entry !== undefined) all.push(entry);
    return all;
  }
  private toWrite({ hash }: FlowKey): Page<V> {
    if (this.own === undefined) {
      this.pages = [...this.pages];
      this.own = new Uint8Array(this.pages.length);
    }
    const index = hash & (this.pages.length - 1);
    const found = this.pages[index];
    if (found !== undefined && this.own[index] === 1) return found;
    const page = found ? { entries: found.entries.slice(), filled: found.filled } : emptyPage<V>(SMALL);
    this.pages[index] = page;
    this.own[index] = 1;
    return page;
  }
  private split(): void {
    const all = this.all();
    this.pages = new Array(4 * this.pages.length).fill(undefined);
    this.own = new Uint8Array(this.pages.length);
    for (const entry of all) put(this.toWrite(entry.key), entry);
  }
}

/** The page takes the hash's lower bits, the place in it the upper ones. */
const placeOf = ({ hash }: FlowKey): number => hash >>> 20;

/** Where a key stands, or the empty place where it would. */
function find(entries: readonly (Entry<unknown> | undefined)[], key: FlowKey): number {
  const last = entries.length - 1;
  let at = placeOf(key) & last;
  for (let found = entries[at]; found !== undefined && !sameKey(found.key, key); found = entries[at])
    at = (at + 1) & last;
  return at;
}

const emptyPage = <V>(length: number): Page<V> => ({ entries: new Array(length).fill(undefined), filled: 0 });

/** Puts in what is not there yet. */
function put<V>(page: Page<V>, entry: Entry<V>): void {
  page.entries[find(page.entries, entry.key)] = entry;
  fill(page);
}

/** One more is in the page; it grows before it is crowded. */
function fill<V>(page: Page<V>): void {
  page.filled += 1;
  if (page.filled <= 0.75 * page.entries.length) return;
  const larger = emptyPage<V>(2 * page.entries.length);
  for (const entry of page.entries) if (entry !== undefined) put(larger, entry);
  Object.assign(page, larger);
}
