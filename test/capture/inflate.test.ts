/** A compressed file is read from any octet on, whatever pieces it comes in; damage is told where it is met. */
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decompressed } from "../../server/src/capture/gzip.ts";
import { inflated } from "../../server/src/capture/inflate.ts";
import type { Pieces } from "../../server/src/capture/octets.ts";

const MEGABYTE = 2 ** 20;
/** Octets that repeat and do not: each tells where it stands. */
const plain = new Uint8Array(10 * MEGABYTE).map((_, i) => (i % 7 === 0 ? i >> 13 : i % 251));
const compressed = gzipSync(plain, { level: 1 });

const inPieces =
  (bytes: Uint8Array, size: number): Pieces =>
  (from = 0) =>
    (function* () {
      for (let at = from; at < bytes.length; at += size) yield bytes.slice(at, at + size);
    })();
function joined(chunks: Iterable<Uint8Array>): Uint8Array {
  return new Uint8Array(Buffer.concat([...chunks]));
}
/** What comes before the loop ends, and the words it ends with. */
function tried(chunks: Iterable<Uint8Array>): { length: number; why: string | undefined } {
  let length = 0;
  try {
    for (const chunk of chunks) length += chunk.length;
  } catch (error) {
    return { length, why: (error as Error).message };
  }
  return { length, why: undefined };
}

test("reading from an octet on gives the octets from there, also when it was read before", () => {
  const pieces = inflated(inPieces(compressed, 100_000));
  fc.assert(
    fc.property(fc.array(fc.nat(plain.length), { minLength: 1, maxLength: 4 }), (places) => {
      for (const place of places) expect(Buffer.compare(joined(pieces(place)), plain.subarray(place))).toBe(0);
    }),
    { numRuns: 12 },
  );
});

test("members that follow one another are one file", () => {
  const members = Buffer.concat([gzipSync(plain.subarray(0, 1000)), gzipSync(plain.subarray(1000, 5000))]);
  for (const size of [1, 7, 4096]) expect(joined(inflated(inPieces(members, size))())).toEqual(plain.slice(0, 5000));
});

test("of what ends early or is damaged there is what came before, and a word", () => {
  const why = "the gzip data are damaged or end early";
  const short = gzipSync(plain.subarray(0, 5000));
  expect(tried(inflated(inPieces(short, 100))())).toEqual({ length: 5000, why: undefined });
  expect(tried(inflated(inPieces(short.subarray(0, -100), 100))())).toMatchObject({ why });
  const second = gzipSync(plain.subarray(0, 5000));
  second.fill(0, 0, 4);
  expect(tried(inflated(inPieces(Buffer.concat([short, second]), 100))())).toEqual({ length: 5000, why });
});

test("what grows beyond all bounds is read up to them", () => {
  const pieces = inflated(inPieces(gzipSync(new Uint8Array(40 * MEGABYTE)), 1000), MEGABYTE);
  const { length, why } = tried(pieces());
  expect(why).toBe("of what the gzip data hold, 1 MB are read");
  expect(length).toBeLessThan(20 * MEGABYTE);
});

describe("a member that is not what its trailer says", () => {
  const changed = "the gzip data do not have the checksum that they should have: some of what they hold is damaged";
  const broken = "the gzip data are damaged or end early";
  const members = [plain.subarray(0, 5000), plain.subarray(5000, 5001), plain.subarray(5001, 9000)].map((octets) =>
    gzipSync(octets),
  );
  const trailerAt = (member: number): number =>
    members.slice(0, member + 1).reduce((length, { length: one }) => length + one, 0) - 8;

  test.each([
    ["the CRC of the first member", trailerAt(0), changed],
    ["the length of the first member", trailerAt(0) + 4, changed],
    ["the CRC of a member of one octet", trailerAt(1), changed],
    ["the length of the last member", trailerAt(2) + 7, changed],
  ])("%s: all is inflated, and a word at the end", async (_, place, why) => {
    const file = Buffer.concat(members);
    file.writeUInt8(file.readUInt8(place) ^ 0x10, place);
    for (const size of [1, 13, 4096]) {
      expect(tried(inflated(inPieces(file, size))())).toEqual({ length: 9000, why });
      expect(await arriving(file, size)).toEqual({ length: 9000, why });
    }
  });

  test.each([1, 7, 8])(
    "%i octets of the trailer are missing: all is inflated, and a word at the end",
    async (missing) => {
      const file = Buffer.concat(members).subarray(0, -missing);
      for (const size of [1, 13, 4096]) {
        expect(tried(inflated(inPieces(file, size))())).toEqual({ length: 9000, why: broken });
        expect(await arriving(file, size)).toEqual({ length: 9000, why: broken });
      }
    },
  );

  test("octets behind the last member are told", () => {
    const file = Buffer.concat([...members, Buffer.from([0, 0])]);
    expect(tried(inflated(inPieces(file, 100))())).toEqual({ length: 9000, why: broken });
  });

  test("going back tells the same", () => {
    const file = Buffer.from(compressed);
    file.writeUInt8(file.readUInt8(file.length - 8) ^ 1, file.length - 8);
    const pieces = inflated(inPieces(file, 100_000));
    expect(tried(pieces()).why).toBe(changed);
    expect(tried(pieces(9 * MEGABYTE))).toEqual({ length: MEGABYTE, why: changed });
  });
});

/** The same of a file that arrives as a stream. */
async function arriving(file: Uint8Array, size: number): Promise<{ length: number; why: string | undefined }> {
  let length = 0;
  let why: string | undefined;
  const stream = (async function* () {
    yield* inPieces(file, size)();
  })();
  for await (const chunk of decompressed(stream, (damage) => {
    why = damage;
  }))
    length += chunk.length;
  return { length, why };
}
