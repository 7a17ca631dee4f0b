/** A field's classes as lists of the sets that their values are in. */
import type { Ranges } from "../../policy/ranges.ts";
import { type Axis, cut, type Domain, type Keeper, mix } from "./axis.ts";

export class Lists<T extends number | bigint> implements Keeper {
  /** Sets of class `c`: `items` from `starts[c]` to `starts[c + 1]`. */
  items: Uint32Array = new Uint32Array(1024);
  private readonly offsets: number[] = [0];
  starts: Uint32Array = new Uint32Array(0);
  private readonly most: number;
  /** The sets that are on, in any order, and where each stands. */
  private readonly now: number[] = [];
  private readonly places: Int32Array;
  private hashA = 0;
  private hashB = 0;
  private readonly known = new Map<number, number>();
  readonly axis: Axis<T> | undefined;

  /** `most`: sets of all classes together; beyond it there is no `axis`. */
  constructor(sets: readonly Ranges<T>[], domain: Domain<T>, most: number) {
    this.most = most;
    this.places = new Int32Array(sets.length).fill(-1);
    this.axis = cut(sets, domain, this);
    this.items = this.items.slice(0, this.offsets.at(-1));
    this.starts = Uint32Array.from(this.offsets);
  }

  toggle(set: number, on: boolean): void {
    const { now, places } = this;
    if (on) {
      places[set] = now.length;
      now.push(set);
    } else {
      const last = now.pop() as number;
      const place = places[set] as number;
      if (last !== set) {
        now[place] = last;
        places[last] = place;
      }
      places[set] = -1;
    }
    this.hashA ^= mix(set);
    this.hashB ^= mix(~set);
  }

  current(): number | undefined {
    const key = (this.hashA >>> 0) * 0x20_0000 + (this.hashB & 0x1f_ffff);
    const found = this.known.get(key);
    if (found !== undefined && this.is(found)) return found;
    const at = this.offsets.at(-1) as number;
    const end = at + this.now.length;
    if (end > this.most) return undefined;
    if (end > this.items.length) {
      const longer = new Uint32Array(2 * Math.max(end, this.items.length));
      longer.set(this.items);
      this.items = longer;
    }
    this.items.set(this.now, at);
    this.offsets.push(end);
    const made = this.offsets.length - 2;
    this.known.set(key, made);
    return made;
  }

  private is(list: number): boolean {
    const at = this.offsets[list] as number;
    const end = this.offsets[list + 1] as number;
    if (end - at !== this.now.length) return false;
    for (let i = at; i < end; i++) if ((this.places[this.items[i] as number] as number) < 0) return false;
    return true;
  }
}
