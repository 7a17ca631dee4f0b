/**
 * A table by flow that forks in constant time. Its entries are rows of numbers in pages (`flowPages.ts`): a capture may
 * open a million connections, and an object for each would be most of the memory that a replay takes. Forks share pages
 * until one of them writes. So a look-up makes no text of a flow, and a fork costs what is changed afterwards. What is
 * handed out is an object made for the asker: to change an entry, set it.
 */
import type { Ip } from "../policy/addresses.ts";
import { FlowPages, NARROW, type Rows, WIDE } from "./flowPages.ts";

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

/** Below this many entries nobody looks for those that are over. */
const CROWD = 1024;

export class FlowTable<V> {
  private readonly rows: Rows<V>;
  /** Flows of IPv4, and of IPv6. */
  private narrow: FlowPages<V>;
  private wide: FlowPages<V>;
  private orders = 0;
  private crowdAt = CROWD;

  constructor(rows: Rows<V>) {
    this.rows = rows;
    this.narrow = new FlowPages(NARROW, rows);
    this.wide = new FlowPages(WIDE, rows);
  }

  get size(): number {
    return this.narrow.size + this.wide.size;
  }
  get(key: FlowKey): V | undefined {
    return this.pagesOf(key).get(key);
  }
  has(key: FlowKey): boolean {
    return this.pagesOf(key).has(key);
  }
  /** In the order in which they came. */
  entries(): [FlowKey, V][] {
    return [...this.narrow.entries(), ...this.wide.entries()]
      .sort((a, b) => a.order - b.order)
      .map(({ key, value }) => [key, value]);
  }

  set(key: FlowKey, value: V): void {
    if (this.pagesOf(key).set(key, value, this.orders)) this.orders += 1;
  }
  delete(key: FlowKey): void {
    this.pagesOf(key).delete(key);
  }

  /** Takes out what is over, each time the table has doubled: memory follows what lives, not what has been. */
  sweep(isOver: (value: V) => boolean): void {
    if (this.size < this.crowdAt) return;
    this.narrow.sweep(isOver);
    this.wide.sweep(isOver);
    this.crowdAt = Math.max(CROWD, 2 * this.size);
  }

  fork(): FlowTable<V> {
    const fork = new FlowTable<V>(this.rows);
    fork.narrow = this.narrow.fork();
    fork.wide = this.wide.fork();
    fork.orders = this.orders;
    fork.crowdAt = this.crowdAt;
    return fork;
  }

  private pagesOf({ low }: FlowKey): FlowPages<V> {
    return typeof low === "number" ? this.narrow : this.wide;
  }
}
