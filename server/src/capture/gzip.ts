/** Compressed input (RFC 1952, 2.3.1: the two octets that begin a member). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * The chunks of a file, decompressed where they begin as gzip does; nothing is kept of them. Where the compressed data
 * end early or are damaged, what came before is yielded, and `onDamage` told why.
 */
export async function* decompressed(
  chunks: AsyncIterable<Uint8Array>,
  onDamage: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  const source = chunks[Symbol.asyncIterator]();
  try {
    const first = await atLeast(source, 2);
    if (!isGzip(first)) {
      if (first.length > 0) yield first;
      for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
      return;
    }
    yield* inflated(first, source, onDamage);
  } finally {
    await source.return?.();
  }
}

/** The first octets, a few chunks of them where the chunks are very small. */
async function atLeast(source: AsyncIterator<Uint8Array>, count: number): Promise<Uint8Array> {
  let octets = new Uint8Array(0);
  while (octets.length < count) {
    const next = await source.next();
    if (next.done) break;
    const joined = new Uint8Array(octets.length + next.value.length);
    joined.set(octets);
    joined.set(next.value, octets.length);
    octets = joined;
  }
  return octets;
}

async function* inflated(
  first: Uint8Array,
  source: AsyncIterator<Uint8Array>,
  onDamage: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  // Most captures are plain, and its tables take a while to make.
  const { Inflater } = await import("./inflate.ts");
  const inflater = new Inflater();
  yield* inflater.push(first);
  for (let next = await source.next(); !next.done && !inflater.isBroken; next = await source.next())
    yield* inflater.push(next.value);
  inflater.end();
  if (inflater.fault !== undefined) onDamage(inflater.fault);
}
