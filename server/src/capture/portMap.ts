/** What is known by a port. Most ports are nobody's, which a bit a port says sooner than a look-up. */
export class PortMap<T> {
  private readonly values: ReadonlyMap<number, T>;
  private readonly known = new Uint32Array(2048);

  constructor(entries: readonly (readonly [port: number, value: T])[]) {
    this.values = new Map(entries);
    for (const [port] of entries) this.known[port >>> 5] = (this.known[port >>> 5] as number) | (1 << (port & 31));
  }
  has(port: number): boolean {
    return (((this.known[port >>> 5] as number) >>> (port & 31)) & 1) === 1;
  }
  get(port: number): T | undefined {
    return this.has(port) ? this.values.get(port) : undefined;
  }
}
