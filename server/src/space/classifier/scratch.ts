/**
 * Where tables grow before they are as long as they are: in one array for all of a kind. An array that is doubled and
 * left over and over has V8 collect the whole heap each time, which takes longer than all the rest.
 */
export class Scratch {
  words: Uint32Array = new Uint32Array(1 << 14);

  /** Makes room for so many words; what is in them stays, what comes after them is anything. */
  reserve(count: number): void {
    if (count <= this.words.length) return;
    const longer = new Uint32Array(2 * count);
    longer.set(this.words);
    this.words = longer;
  }
  /** The first words as an array of their own, and no more room than is kept for the next. */
  take(count: number): Uint32Array {
    const own = this.words.slice(0, count);
    if (this.words.length > MOST) this.words = new Uint32Array(MOST);
    return own;
  }
}
const MOST = 1 << 22;
