/**
 * Entries of a flow table as rows of 32-bit numbers, in pages by the lower bits of a flow's hash. A page holds the hashes
 * of its rows first, and then the rows, each in one piece: to look a flow up is to look through a few numbers that stand
 * side by side, and at one place more.
 */
import type { FlowKey } from "./flowTable.ts";

/** How values are kept: in so many cells, from `at` on. */
export interface Rows<V> {
  readonly columns: number;
  write(value: V, cells: Int32Array, at: number): void;
  read(cells: Int32Array, at: number, key: FlowKey): V;
}

/** Two cells hold a number that is no integer of 32 bits. */
const double = new Float64Array(1);
const doubleCells = new Int32Array(double.buffer);
export function putNumber(cells: Int32Array, at: number, value: number): void {
  double[0] = value;
  cells[at] = doubleCells[0] as number;
  cells[at + 1] = doubleCells[1] as number;
}
export function numberAt(cells: Int32Array, at: number): number {
  doubleCells[0] = cells[at] as number;
  doubleCells[1] = cells[at + 1] as number;
  return double[0] as number;
}

/** Plain numbers. */
export const NUMBERS: Rows<number> = {
  columns: 2,
  write: (value, cells, at) => putNumber(cells, at, value),
  read: numberAt,
};

/** Columns of a row in front of the addresses' and the value's. */
const PORTS = 0;
const PROTOCOL = 1;
const ORDER = 2;
const ADDRESSES = 3;

/** Columns of both addresses, by family. */
export const NARROW = 2;
export const WIDE = 8;

/** The addresses of the key that is looked for, as cells. */
const halves = new BigUint64Array(WIDE / 2);
const wanted = new Int32Array(halves.buffer);

function want({ low, high }: FlowKey): void {
  if (typeof low === "number" || typeof high === "number") {
    wanted[0] = Number(low);
    wanted[1] = Number(high);
    return;
  }
  // What does not fit is cut off.
  halves[0] = low;
  halves[1] = low >> 64n;
  halves[2] = high;
  halves[3] = high >> 64n;
}

interface Page {
  cells: Int32Array;
  capacity: number;
  filled: number;
}

/** Entries a page, on average, before there are twice as many pages. */
const FULL = 24;

export class FlowPages<V> {
  private readonly width: number;
  private readonly rows: Rows<V>;
  private readonly columns: number;
  /** A power of two of them; undefined: empty. */
  private pages: (Page | undefined)[] = [undefined];
  /** Pages that no fork shares, by index; undefined: the list itself is shared, too. */
  private own: Uint8Array | undefined = new Uint8Array(1);
  private count = 0;

  /** `width`: columns of the addresses. */
  constructor(width: number, rows: Rows<V>) {
    this.width = width;
    this.rows = rows;
    this.columns = ADDRESSES + width + rows.columns;
  }

  get size(): number {
    return this.count;
  }
  has(key: FlowKey): boolean {
    const page = this.pageOf(key);
    return page !== undefined && this.find(page, key) >= 0;
  }
  get(key: FlowKey): V | undefined {
    const page = this.pageOf(key);
    const row = page === undefined ? -1 : this.find(page, key);
    return page === undefined || row < 0 ? undefined : this.valueAt(page, row, key);
  }
  *entries(): Generator<{ readonly key: FlowKey; readonly value: V; readonly order: number }> {
    for (const page of this.pages)
      for (let row = 0; page !== undefined && row < page.filled; row++) {
        const key = this.keyAt(page, row);
        yield {
          key,
          value: this.valueAt(page, row, key),
          order: (page.cells[this.place(page, row) + ORDER] as number) >>> 0,
        };
      }
  }

  /** True where the key is new: `order` is then its place in the order of coming. */
  set(key: FlowKey, value: V, order: number): boolean {
    const page = this.toWrite(key.hash);
    let row = this.find(page, key);
    const isNew = row < 0;
    if (isNew) {
      row = this.room(page);
      const { cells } = page;
      const at = this.place(page, row);
      want(key);
      cells[row] = key.hash;
      cells[at + PORTS] = (key.lowPort << 16) | key.highPort;
      cells[at + PROTOCOL] = key.protocol;
      cells[at + ORDER] = order;
      for (let i = 0; i < this.width; i++) cells[at + ADDRESSES + i] = wanted[i] as number;
      this.count += 1;
    }
    this.rows.write(value, page.cells, this.place(page, row) + ADDRESSES + this.width);
    if (this.count > FULL * this.pages.length) this.split();
    return isNew;
  }
  delete(key: FlowKey): void {
    if (!this.has(key)) return;
    const page = this.toWrite(key.hash);
    this.remove(page, this.find(page, key));
  }
  sweep(isOver: (value: V) => boolean): void {
    for (const [index, found] of this.pages.entries()) {
      for (let row = (found?.filled ?? 0) - 1; row >= 0; row--) {
        const page = this.pages[index] as Page;
        if (isOver(this.valueAt(page, row, this.keyAt(page, row)))) this.remove(this.toWrite(index), row);
      }
    }
  }

  fork(): FlowPages<V> {
    const fork = new FlowPages<V>(this.width, this.rows);
    fork.pages = this.pages;
    fork.count = this.count;
    fork.own = undefined;
    this.own = undefined;
    return fork;
  }

  private pageOf({ hash }: FlowKey): Page | undefined {
    return this.pages[hash & (this.pages.length - 1)];
  }
  /** Where a row begins. */
  private place({ capacity }: Page, row: number): number {
    return capacity + row * this.columns;
  }
  private find(page: Page, key: FlowKey): number {
    const { cells, filled } = page;
    const { hash } = key;
    let isWanted = false;
    for (let row = 0; row < filled; row++) {
      if (cells[row] !== hash) continue;
      if (!isWanted) want(key);
      isWanted = true;
      const at = this.place(page, row);
      if (cells[at + PORTS] !== ((key.lowPort << 16) | key.highPort)) continue;
      if (cells[at + PROTOCOL] !== key.protocol) continue;
      let i = 0;
      while (i < this.width && cells[at + ADDRESSES + i] === wanted[i]) i++;
      if (i === this.width) return row;
    }
    return -1;
  }
  private keyAt(page: Page, row: number): FlowKey {
    const { cells } = page;
    const at = this.place(page, row);
    const ports = cells[at + PORTS] as number;
    for (let i = 0; i < this.width; i++) wanted[i] = cells[at + ADDRESSES + i] as number;
    const isWide = this.width === WIDE;
    const wide = (at: number) => ((halves[at + 1] as bigint) << 64n) | (halves[at] as bigint);
    return {
      hash: cells[row] as number,
      protocol: cells[at + PROTOCOL] as number,
      low: isWide ? wide(0) : (wanted[0] as number),
      lowPort: ports >>> 16,
      high: isWide ? wide(2) : (wanted[1] as number),
      highPort: ports & 0xffff,
    };
  }
  private valueAt(page: Page, row: number, key: FlowKey): V {
    return this.rows.read(page.cells, this.place(page, row) + ADDRESSES + this.width, key);
  }

  /** The page of a hash, which no fork shares from now on. */
  private toWrite(hash: number): Page {
    if (this.own === undefined) {
      this.pages = [...this.pages];
      this.own = new Uint8Array(this.pages.length);
    }
    const index = hash & (this.pages.length - 1);
    const found = this.pages[index];
    if (found !== undefined && this.own[index] === 1) return found;
    const page =
      found === undefined ? { cells: NO_CELLS, capacity: 0, filled: 0 } : { ...found, cells: found.cells.slice() };
    this.pages[index] = page;
    this.own[index] = 1;
    return page;
  }
  /** A row at the end; the page grows by a quarter where it is full. */
  private room(page: Page): number {
    const { cells, capacity, filled } = page;
    if (filled === capacity) {
      page.capacity = filled + Math.max(4, filled >> 2);
      page.cells = new Int32Array((1 + this.columns) * page.capacity);
      page.cells.set(cells.subarray(0, capacity));
      page.cells.set(cells.subarray(capacity), page.capacity);
    }
    page.filled += 1;
    return filled;
  }
  /** The last row takes the place of one that goes. */
  private remove(page: Page, row: number): void {
    page.filled -= 1;
    this.count -= 1;
    if (row !== page.filled) this.copy(page, page.filled, page, row);
  }
  private copy(from: Page, row: number, to: Page, at: number): void {
    const begin = this.place(from, row);
    to.cells[at] = from.cells[row] as number;
    to.cells.set(from.cells.subarray(begin, begin + this.columns), this.place(to, at));
  }
  private split(): void {
    const before = this.pages;
    const half = before.length;
    this.pages = new Array(2 * half).fill(undefined);
    this.own = new Uint8Array(2 * half).fill(1);
    for (const page of before)
      for (let row = 0; page !== undefined && row < page.filled; row++) {
        const to = this.toWrite(page.cells[row] as number);
        this.copy(page, row, to, this.room(to));
      }
  }
}

const NO_CELLS = new Int32Array(0);
