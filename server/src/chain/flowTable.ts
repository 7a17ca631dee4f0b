/**
 * A table by flow that forks in constant time. It is a hash table in pages, each with open addressing of its own; forks
 * share pages until one of them writes. So a look-up makes no text of a flow, and a fork costs what is changed
 * afterwards. Values must not be changed in place.
 */
import type { Ip } from "../policy/addresses.ts";

/** What the two directions of a conversation have in common. */
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
  return { hash: hash ^ (hash >>> 16), protocol, low, lowPort, high, highPort };
}
const fold = (ip: Ip): number =>
  typeof ip === "number" ? ip : Number(BigInt.asUintN(32, ip)) ^ Number(BigInt.asUintN(32, ip >> 48n));

const same = (a: FlowKey, b: FlowKey): boolean =>
  a.hash === b.hash &&
  a.low === b.low &&
  a.high === b.high &&
  a.lowPort === b.lowPort &&
  a.highPort === b.highPort &&
  a.protocol === b.protocol;

/** A key as text, the same for the same flow. */
export const flowKeyText = ({ protocol, low, lowPort, high, highPort }: FlowKey): string =>
  `${typeof low === "bigint" ? 6 : 4} ${protocol} ${low}:${lowPort} ${high}:${highPort}`;

interface Entry<V> {
  readonly key: FlowKey;
  readonly value: V;
  /** Counts up; an entry keeps the one that it came with. */
  readonly order: number;
}
/** Empty places are undefined; an entry stands at its hash's place or behind it, without a gap, round the end. */
interface Page<V> {
  /** A power of two of them, some always empty: there looking ends. */
  slots: (Entry<V> | undefined)[];
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
    return page?.slots[find(page.slots, key)]?.value;
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
    const at = find(page.slots, key);
    const before = page.slots[at];
    page.slots[at] = { key: before?.key ?? key, value, order: before?.order ?? this.orders };
    if (before !== undefined) return;
    this.orders += 1;
    this.count += 1;
    page.filled += 1;
    if (page.filled > 0.75 * page.slots.length) page.slots = refilled(page.slots, 2 * page.slots.length);
    if (this.count > FULL * this.pages.length) this.split();
  }
  delete(key: FlowKey): void {
    if (!this.has(key)) return;
    const page = this.toWrite(key);
    const { slots } = page;
    const last = slots.length - 1;
    this.count -= 1;
    page.filled -= 1;
    let at = find(slots, key);
    // What stands behind moves up, so that no gap comes between an entry and its place.
    for (let next = (at + 1) & last; ; next = (next + 1) & last) {
      const entry = slots[next];
      if (entry === undefined) break;
      if (((next - placeOf(entry.key)) & last) < ((next - at) & last)) continue;
      slots[at] = entry;
      at = next;
    }
    slots[at] = undefined;
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
    return this.pages.flatMap((page) => page?.slots.filter((entry) => entry !== undefined) ?? []);
  }
  private toWrite({ hash }: FlowKey): Page<V> {
    if (this.own === undefined) {
      this.pages = [...this.pages];
      this.own = new Uint8Array(this.pages.length);
    }
    const index = hash & (this.pages.length - 1);
    const found = this.pages[index];
    if (found !== undefined && this.own[index] === 1) return found;
    const page = found
      ? { slots: found.slots.slice(), filled: found.filled }
      : { slots: new Array(SMALL).fill(undefined), filled: 0 };
    this.pages[index] = page;
    this.own[index] = 1;
    return page;
  }
  private split(): void {
    const all = this.all();
    this.pages = new Array(4 * this.pages.length).fill(undefined);
    this.own = new Uint8Array(this.pages.length);
    for (const entry of all) {
      const page = this.toWrite(entry.key);
      page.slots[find(page.slots, entry.key)] = entry;
      page.filled += 1;
      if (page.filled > 0.75 * page.slots.length) page.slots = refilled(page.slots, 2 * page.slots.length);
    }
  }
}

/** The page takes the hash's lower bits, the place in it the upper ones. */
const placeOf = ({ hash }: FlowKey): number => hash >>> 20;

/** Where a key stands, or the empty place where it would. */
function find<V>(slots: readonly (Entry<V> | undefined)[], key: FlowKey): number {
  const last = slots.length - 1;
  let at = placeOf(key) & last;
  for (let entry = slots[at]; entry !== undefined && !same(entry.key, key); entry = slots[at]) at = (at + 1) & last;
  return at;
}

function refilled<V>(slots: readonly (Entry<V> | undefined)[], length: number): (Entry<V> | undefined)[] {
  const larger = new Array<Entry<V> | undefined>(length).fill(undefined);
  for (const entry of slots) if (entry !== undefined) larger[find(larger, entry.key)] = entry;
  return larger;
}
