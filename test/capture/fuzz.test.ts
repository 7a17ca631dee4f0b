import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { fieldTree } from "../../server/src/capture/edit.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import { decompressed } from "../../server/src/capture/gzip.ts";
import { CaptureReader, readCapture } from "../../server/src/capture/reader.ts";
import { writePcap, writePcapng } from "../../server/src/capture/write.ts";
import { packets } from "./packets.ts";

const LINK_TYPES = [0, 1, 9, 12, 14, 50, 101, 104, 108, 113, 228, 229, 242, 258, 276, 999];

/** Decodes, and does with the result everything that can be done with it. */
function exercise(data: Uint8Array, linkType: number, originalLength: number): void {
  const packet = decodeFrame(data, linkType, originalLength, true);
  fieldsOf({ number: 1, interface: 0, linkType, data, originalLength }, packet);
  fieldTree(packet);
  decodeFrame(encodeFrame(packet), 1);
  for (const at of [packet.malformed?.at, packet.cut?.at]) {
    if (at === undefined) continue;
    expect(at).toBeGreaterThanOrEqual(0);
    expect(at).toBeLessThanOrEqual(data.length);
  }
}

test("random octets never throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...LINK_TYPES), fc.nat({ max: 400 }), exercise),
    { numRuns: 3000 },
  );
});

/** Headers that lead deep into the decoder, so that random octets are not all of an unknown type. */
const ETHERTYPES = [0x0800, 0x86dd, 0x0806, 0x8100, 0x88a8, 0x8847, 0x8864, 0x0026];
const PROTOCOLS = [0, 1, 2, 4, 6, 17, 41, 43, 44, 47, 50, 51, 58, 59, 60, 132, 135, 137];
const PORTS = [53, 67, 68, 546, 4754, 4789, 6081, 6635, 4341, 4342];

test("random octets behind headers that lead on never throw", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...ETHERTYPES),
      fc.constantFrom(...PROTOCOLS),
      fc.constantFrom(...PORTS),
      fc.uint8Array({ minLength: 14, maxLength: 200 }),
      fc.nat({ max: 400 }),
      (type, protocol, port, octets, originalLength) => {
        const data = octets.slice();
        data[12] = type >> 8;
        data[13] = type & 255;
        const isFour = type === 0x0800;
        if (data.length > 64 && (isFour || type === 0x86dd)) {
          data[14] = isFour ? 0x45 : 0x60;
          data[isFour ? 23 : 20] = protocol;
          if (isFour) data.fill(0, 20, 22);
          const ports = isFour ? 36 : 56;
          data[ports] = port >> 8;
          data[ports + 1] = port & 255;
        }
        exercise(data, 1, originalLength);
      },
    ),
    { numRuns: 5000 },
  );
});

test("damaged frames never throw", () => {
  fc.assert(
    fc.property(
      packets,
      fc.array(fc.tuple(fc.nat({ max: 199 }), fc.nat({ max: 255 })), { maxLength: 6 }),
      fc.nat({ max: 200 }),
      (packet, damage, length) => {
        const frame = encodeFrame(packet);
        for (const [at, value] of damage) if (at < frame.length) frame[at] = value;
        exercise(frame.subarray(0, length), 1, frame.length);
      },
    ),
    { numRuns: 2000 },
  );
});

test("random and damaged files never throw, hang or yield more than is in them", () => {
  const frames = [1, 2, 3].map((n) => ({ data: new Uint8Array(n * 5), linkType: 1, time: BigInt(n), comments: ["x"] }));
  const files = [writePcap(frames), writePcapng(frames, ["y"])];
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(...files), fc.uint8Array({ maxLength: 300 })),
      fc.array(fc.tuple(fc.nat({ max: 299 }), fc.nat({ max: 255 })), { maxLength: 6 }),
      (original, damage) => {
        const file = original.slice();
        for (const [at, value] of damage) if (at < file.length) file[at] = value;
        let octets = 0;
        for (const frame of readCapture(file).frames) {
          octets += frame.data.length;
          exercise(frame.data, frame.linkType, frame.originalLength);
        }
        expect(octets).toBeLessThanOrEqual(file.length);
      },
    ),
    { numRuns: 3000 },
  );
});

test("a length that is claimed is not allocated", () => {
  const file = writePcap([{ data: new Uint8Array(4), linkType: 1, time: 0n }]);
  new DataView(file.buffer).setUint32(32, 255 * 1024 * 1024, true);
  const before = process.memoryUsage().arrayBuffers;
  const reader = new CaptureReader();
  reader.push(file);
  for (let i = 0; i < 1000; i++) {
    reader.push(new Uint8Array(16));
    expect(reader.next()).toBeUndefined();
  }
  reader.end();
  reader.next();
  expect(reader.warnings).toHaveLength(1);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(10_000_000);
});

/** A file in chunks of these sizes, over and over. */
function inChunks(file: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < file.length; i++) {
    const size = sizes[i % sizes.length] as number;
    chunks.push(file.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** All that a reader says of chunks. */
function told(chunks: readonly Uint8Array[]) {
  const reader = new CaptureReader();
  const frames: unknown[] = [];
  const drain = () => {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next())
      frames.push({ ...frame, data: [...frame.data] });
  };
  for (const chunk of chunks) {
    reader.push(chunk);
    drain();
  }
  reader.end();
  drain();
  return { frames, warnings: reader.warnings, error: reader.error, interfaces: reader.interfaces };
}

const FRAMES = [1, 2, 3].map((n) => ({
  data: new Uint8Array(n * 5).fill(n),
  linkType: n === 3 ? 113 : 1,
  time: BigInt(n),
  comments: [`comment ${n}`],
}));
const FILES = [writePcap(FRAMES.slice(0, 2)), writePcapng(FRAMES, ["a section"])];
const damaged = fc
  .record({
    file: fc.constantFrom(...FILES),
    damage: fc.array(fc.tuple(fc.nat({ max: 299 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    length: fc.nat({ max: 400 }),
  })
  .map(({ file, damage, length }) => {
    const copy = file.slice(0, Math.max(1, length));
    for (const [at, value] of damage) if (at < copy.length) copy[at] = value;
    return copy;
  });
const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 5 });

/** What was found: the message about a file that is no capture quoted fewer octets when they came one by one. */
const FOUND: [Uint8Array<ArrayBuffer>, number[]][] = [[Uint8Array.of(0, 60, 178, 161, 2), [1]]];

test("however a file arrives, whole or damaged, it is read the same", () => {
  fc.assert(
    fc.property(damaged, sizes, (file, chunkSizes) => {
      expect(told(inChunks(file, chunkSizes))).toEqual(told([file]));
    }),
    { numRuns: 3000, examples: FOUND },
  );
});

test("of compressed data, whole or damaged, there is a part from the start, and never an exception", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 2000 }),
      fc.option(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { nil: undefined }),
      fc.option(fc.nat({ max: 100 }), { nil: undefined }),
      sizes,
      async (octets, flip, cut, chunkSizes) => {
        const file = new Uint8Array(gzipSync(octets));
        if (flip !== undefined) file[2 + (flip[0] % (file.length - 2))] = flip[1];
        const kept = cut === undefined ? file : file.subarray(0, Math.max(2, file.length - cut));
        const damage: string[] = [];
        const got: number[] = [];
        for await (const chunk of decompressed(asArriving(inChunks(kept, chunkSizes)), (why) => damage.push(why)))
          got.push(...chunk);
        if (damage.length === 0 && flip === undefined) expect(got).toEqual([...octets]);
        if (flip === undefined) expect([...octets].slice(0, got.length)).toEqual(got);
        if (flip === undefined && cut !== undefined && kept.length < file.length) expect(damage).toHaveLength(1);
      },
    ),
    { numRuns: 150 },
  );
});

async function* asArriving(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}
