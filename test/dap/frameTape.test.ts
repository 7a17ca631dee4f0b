/** A capture's frames by number: the same however the file comes, and whichever way one goes over them. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inflated } from "../../server/src/capture/inflate.ts";
import { FrameTape } from "../../server/src/dap/frameTape.ts";

const capture = new Uint8Array(readFileSync(new URL("../../samples/three-tier.pcapng", import.meta.url)));
const long = repeated(3000);

/** A pcap of `count` frames, each with its number in its first octets. */
function repeated(count: number): Uint8Array {
  const bytes = new Uint8Array(24 + count * (16 + 20));
  const view = new DataView(bytes.buffer);
  for (const [at, value] of [0xa1b2_c3d4, 0x0002_0004, 0, 0, 65_535, 1].entries()) view.setUint32(4 * at, value);
  for (let i = 0; i < count; i++) {
    const at = 24 + i * 36;
    for (const [k, value] of [i, 0, 20, 20, i].entries()) view.setUint32(at + 4 * k, value);
  }
  return bytes;
}
function* pieces(bytes: Uint8Array, size: number, from = 0): Generator<Uint8Array> {
  for (let at = from; at < bytes.length; at += size) yield bytes.slice(at, at + size);
}

test("a file in pieces has the frames of the whole", () => {
  const whole = new FrameTape((from = 0) => [capture.subarray(from)]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: capture.length }), (size) => {
      const tape = new FrameTape((from) => pieces(capture, size, from));
      expect([tape.length, tape.start, tape.warnings]).toEqual([whole.length, whole.start, whole.warnings]);
      for (let i = 0; i < whole.length; i++) expect(tape.at(i)).toEqual(whole.at(i));
    }),
    { numRuns: 50 },
  );
});

test("going back and forth gives the frame that is asked for", () => {
  const tape = new FrameTape((from) => pieces(long, 1000, from));
  expect(tape.length).toBe(3000);
  fc.assert(
    fc.property(fc.array(fc.nat(2999), { maxLength: 20 }), (walk) => {
      for (const index of walk) {
        const { number, data } = tape.at(index);
        expect([number, new DataView(data.buffer, data.byteOffset).getUint32(0)]).toEqual([index + 1, index]);
      }
    }),
    { numRuns: 30 },
  );
});

test("going back reads from the nearest mark on, not from the start", () => {
  const many = 20_000;
  const file = repeated(many);
  let octets = 0;
  const tape = new FrameTape(function* (from = 0) {
    for (const piece of pieces(file, 1000, from)) {
      octets += piece.length;
      yield piece;
    }
  });
  octets = 0;
  for (const index of [many - 1, many - 2000, many - 1, 12_000, 0]) expect(tape.at(index).number).toBe(index + 1);
  expect(octets).toBeLessThan(5 * 4096 * 36);
});

test("a compressed file that is damaged has the frames before, and says so", () => {
  const tape = new FrameTape(inflated(() => [gzipSync(long).subarray(0, -2000)]));
  expect(tape.length).toBeGreaterThan(100);
  expect(tape.warnings.join()).toContain("the gzip data are damaged or end early");
});

test("what is no capture says so; one that ends early has the frames before", () => {
  expect(() => new FrameTape(() => [])).toThrow("it is empty");
  expect(() => new FrameTape(() => [new TextEncoder().encode("policy")])).toThrow("not a pcap or pcapng file");
  const tape = new FrameTape((from) => pieces(long.subarray(0, 24 + 36 * 5 + 7), 10, from));
  expect(tape.length).toBe(5);
  expect(tape.warnings.join()).toContain("the file ends here");
});

test("a file that becomes shorter has empty frames where it had others", () => {
  let bytes = long;
  const tape = new FrameTape((from) => pieces(bytes, 1000, from));
  bytes = long.subarray(0, 24 + 36 * 100);
  tape.at(2999);
  expect(tape.at(50).data).toHaveLength(20);
  expect(tape.at(2000)).toMatchObject({ number: 2001, originalLength: 0 });
});
