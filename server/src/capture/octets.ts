/** The octets of a file from one of them on, piece after piece; each call begins anew. What is yielded stays as it is. */
export type Pieces = (from?: number) => Iterable<Uint8Array>;

/** The octets of a file as they arrive in chunks, read from the front; they are copied only where a record spans two. */
export class Octets {
  /** Octets `at` to `size` of `head` are next; the chunks of `rest` follow. */
  head: Uint8Array = new Uint8Array(0);
  at = 0;
  private rest: Uint8Array[] = [];
  private restLength = 0;
  /** Place of `head`'s first octet in the file. */
  private base: number;
  private toSkip = 0;

  /** Those before `place` are left out. */
  constructor(place = 0) {
    this.base = place;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    if (this.toSkip >= chunk.length) {
      this.toSkip -= chunk.length;
      this.base += chunk.length;
      return;
    }
    if (this.at >= this.head.length && this.rest.length === 0) {
      this.base += this.at;
      this.head = chunk;
      this.at = this.toSkip;
      this.toSkip = 0;
      return;
    }
    this.rest.push(chunk);
    this.restLength += chunk.length;
  }

  /** Place of the next octet in the file. */
  get place(): number {
    return this.base + this.at + this.toSkip;
  }

  /** Octets that have arrived and were not read. */
  get available(): number {
    return this.head.length - this.at + this.restLength;
  }

  /** Makes the next `count` octets contiguous in `head`; false when they have not arrived. */
  ensure(count: number): boolean {
    if (this.at + count <= this.head.length) return this.toSkip === 0;
    if (this.toSkip > 0 || count > this.available) return false;
    this.join(count);
    return true;
  }

  private join(count: number): void {
    const left = this.head.subarray(this.at);
    const parts = [left];
    let length = left.length;
    // A whole chunk at a time: the next records are then contiguous, too.
    for (const chunk of this.rest) {
      if (length >= count) break;
      parts.push(chunk);
      length += chunk.length;
    }
    this.rest.splice(0, parts.length - 1);
    this.base += this.at;
    this.restLength -= length - left.length;
    this.at = 0;
    const [, only] = parts;
    if (left.length === 0 && only !== undefined && parts.length === 2) {
      this.head = only;
      return;
    }
    const joined = new Uint8Array(length);
    let to = 0;
    for (const part of parts) {
      joined.set(part, to);
      to += part.length;
    }
    this.head = joined;
  }

  /** Leaves out `count` octets, also such as have not arrived yet: nothing is kept of them. */
  skip(count: number): void {
    let left = count;
    const here = Math.min(left, this.head.length - this.at);
    this.at += here;
    left -= here;
    while (left > 0) {
      const chunk = this.rest.shift();
      if (chunk === undefined) break;
      this.base += this.at;
      this.head = chunk;
      this.restLength -= this.head.length;
      this.at = Math.min(left, this.head.length);
      left -= this.at;
    }
    this.toSkip += left;
  }

  /** Octets that were skipped and have not arrived. */
  get missing(): number {
    return this.toSkip;
  }
}
