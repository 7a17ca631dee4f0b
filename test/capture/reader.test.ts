import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Frame } from "../../server/src/capture/packet.ts";
import { CaptureReader, readCapture } from "../../server/src/capture/reader.ts";
import { block, writePcap, writePcapng } from "../../server/src/capture/write.ts";
import { hexOctets } from "./packets.ts";

const FRAMES = [
  { data: Uint8Array.of(1, 2, 3), linkType: 1, time: 1_700_000_000_123_456_789n },
  { data: Uint8Array.of(4), linkType: 1, time: 1_700_000_001_000_000_000n, originalLength: 60 },
  { data: new Uint8Array(0), linkType: 1, time: 4_294_967_295_999_999_999n },
];

function essence(frames: Iterable<Frame>): object[] {
  return [...frames].map(({ data, time, originalLength }) => ({ data: [...data], time, originalLength }));
}
const ESSENCE = FRAMES.map(({ data, time, originalLength = data.length }) => ({
  data: [...data],
  time,
  originalLength,
}));

/** A pcap of one record of `01 02`, at 5 seconds and 6 units. */
function pcap(magic: number, littleEndian: boolean, extra = 0, [major, minor] = [2, 4]): Uint8Array {
  const to = new Uint8Array(24 + 16 + extra + 2);
  const view = new DataView(to.buffer);
  view.setUint32(0, magic, littleEndian);
  view.setUint16(4, major ?? 2, littleEndian);
  view.setUint16(6, minor ?? 4, littleEndian);
  view.setUint32(16, 65535, littleEndian);
  view.setUint32(20, 101, littleEndian);
  for (const [i, value] of [5, 6, 2, 70].entries()) view.setUint32(24 + 4 * i, value, littleEndian);
  to.set([1, 2], 40 + extra);
  return to;
}

describe("pcap", () => {
  test.each([true, false])("both byte orders and units of time (little-endian: %s)", (littleEndian) => {
    for (const [magic, extra, time] of [
      [0xa1b2c3d4, 0, 5_000_006_000n],
      [0xa1b23c4d, 0, 5_000_000_006n],
      [0xa1b2cd34, 8, 5_000_006_000n],
    ] as const) {
      const [frame] = readCapture(pcap(magic, littleEndian, extra)).frames;
      expect(frame).toEqual({
        number: 1,
        time,
        interface: 0,
        linkType: 101,
        data: Uint8Array.of(1, 2),
        originalLength: 70,
      });
    }
  });

  test("version 2.2 has its lengths the other way round", () => {
    const file = pcap(0xa1b2c3d4, true, 0, [2, 2]);
    const view = new DataView(file.buffer);
    view.setUint32(32, 70, true);
    view.setUint32(36, 2, true);
    expect([...readCapture(file).frames][0]).toMatchObject({ originalLength: 70 });
  });

  test("what is written is read", () => {
    expect(essence(readCapture(writePcap(FRAMES)).frames)).toEqual(ESSENCE);
  });

  test("a record that claims too much is an error with a place, and what is before it counts", () => {
    const file = new Uint8Array([...writePcap(FRAMES), ...new Uint8Array(16)]);
    new DataView(file.buffer).setUint32(file.length - 8, 0x20000000, true);
    const capture = readCapture(file);
    expect([...capture.frames]).toHaveLength(3);
    expect(capture.error).toEqual({
      at: file.length - 16,
      message: "record 4 claims 536870912 octets: the file is damaged here",
    });
  });

  test("a file of which the rest was never written is not read as frames of no octets without end", () => {
    const file = new Uint8Array([...writePcap(FRAMES), ...new Uint8Array(16 * 100_000)]);
    const capture = readCapture(file);
    expect([...capture.frames].length - FRAMES.length).toBe(65_536);
    expect(capture.error).toEqual({
      at: writePcap(FRAMES).length + 16 * 65_536,
      message: "the 65536 records before this one are zeros: the file is damaged there",
    });
  });
});

describe("pcapng", () => {
  test("what is written is read, comments and several link types included", () => {
    const frames = [...FRAMES, { data: Uint8Array.of(7), linkType: 113, time: 3n, comments: ["it broke here", "ü"] }];
    const capture = readCapture(writePcapng(frames, ["made by a test"]));
    const read = [...capture.frames];
    expect(essence(read).slice(0, 3)).toEqual(ESSENCE);
    expect(read[3]).toMatchObject({ interface: 1, linkType: 113, comments: ["it broke here", "ü"] });
    expect(capture.interfaces.map(({ section, id, linkType }) => [section, id, linkType])).toEqual([
      [0, 0, 1],
      [0, 1, 113],
    ]);
    expect(capture.warnings).toEqual([]);
  });

  test("a simple packet block has no time, an obsolete packet block has", () => {
    const head = [...writePcapng([]), ...block(1, [hexOctets("01000000 00000000 09000100 09000000 00000000")])];
    const simple = block(3, [hexOctets("03000000 aabbcc")]);
    const obsolete = block(2, [hexOctets("0000 0000 00000000 05000000 02000000 02000000 aabb")]);
    const frames = [...readCapture(new Uint8Array([...head, ...simple, ...obsolete])).frames];
    expect(frames[0]).toMatchObject({ number: 1, time: undefined, data: hexOctets("aabbcc") });
    expect(frames[1]).toMatchObject({ number: 2, time: 5n, data: hexOctets("aabb") });
  });

  test("custom blocks have a frame's number, name resolution and statistics have none", () => {
    const { frames } = readCapture(
      new Uint8Array([
        ...writePcapng([]),
        ...block(4, [new Uint8Array(8)]),
        ...block(0xbad, [new Uint8Array(4)]),
        ...block(5, [new Uint8Array(12)]),
        ...block(0x7777, [new Uint8Array(40)]),
        ...writePcapng(FRAMES.slice(0, 1)),
      ]),
    );
    expect([...frames].map(({ number, section }) => [number, section])).toEqual([[2, 1]]);
  });

  test("a frame's interface is the one of its section", () => {
    const section = (interfaceName: string) =>
      writePcapng([{ data: new Uint8Array(4), linkType: 1, time: 0n, interfaceName, direction: "out" }]);
    const reader = new CaptureReader();
    for (const name of ["a", "b"]) reader.push(section(name));
    const names = [reader.next(), reader.next()].map((frame) => frame && reader.interfaceOf(frame)?.name);
    expect(names).toEqual(["a", "b"]);
  });

  test("sections may differ in byte order", () => {
    const big = hexOctets(
      "0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c" +
        "00000001 00000014 0065 0000 00000000 00000014" +
        "00000006 00000024 00000000 00000000 00000007 00000002 00000002 01020000 00000024",
    );
    const file = new Uint8Array([...writePcapng(FRAMES), ...big, ...writePcapng(FRAMES.slice(0, 1))]);
    const frames = [...readCapture(file).frames];
    expect(frames.map((frame) => frame.number)).toEqual([1, 2, 3, 4, 5]);
    expect(frames[3]).toMatchObject({ time: 7000n, linkType: 101, section: 1, data: Uint8Array.of(1, 2) });
  });

  test.each([
    ["microseconds by default", "", 1_000_000_000_000_000n],
    ["powers of ten", "0900 0100 03000000", 1_000_000_000_000_000_000n],
    ["finer than nanoseconds", "0900 0100 0c000000", 1_000_000_000n],
    ["powers of two", "0900 0100 8a000000", 976_562_500_000_000_000n],
    ["an offset in seconds", "0e00 0800 ffffffffffffffff", 999_999_000_000_000n],
  ])("time: %s", (_, options, time) => {
    const file = new Uint8Array([
      ...writePcapng([]).subarray(0, 28),
      ...block(1, [hexOctets("01000000 00000000"), hexOctets(options)]),
      // 10^12 ticks.
      ...block(6, [hexOctets("00000000 e8000000 0010a5d4 00000000 00000000")]),
    ]);
    expect([...readCapture(file).frames][0]?.time).toBe(time);
  });

  test.each([
    ["a block of less than 12 octets", "01000000 08000000 00000000", "a block claims 8 octets"],
    ["a block of gigabytes", "01000000 f0ffffff 00000000", "a block claims 4294967280 octets"],
    [
      "lengths that differ",
      "01000000 14000000 01000000 00000000 18000000",
      "a block has the length 20 in front and 24",
    ],
    [
      "a packet of no interface",
      "03000000 10000000 00000000 10000000",
      "a packet of interface 0, and the section has 0",
    ],
  ])("%s is an error with a place", (_, octets, message) => {
    const capture = readCapture(new Uint8Array([...writePcapng([]).subarray(0, 28), ...hexOctets(octets)]));
    expect([...capture.frames]).toEqual([]);
    expect(capture.error?.message).toContain(message);
    expect(capture.error?.at).toBe(28);
  });
});

describe("a file that ends early", () => {
  test.each([
    ["pcap", writePcap(FRAMES)],
    ["pcapng", writePcapng(FRAMES)],
  ])("%s: the whole part is read, and one warning names the byte", (_, file) => {
    for (let length = 40; length < file.length; length++) {
      const capture = readCapture(file.subarray(0, length));
      const frames = [...capture.frames];
      expect(ESSENCE.slice(0, frames.length)).toEqual(essence(frames));
      expect(capture.error).toBeUndefined();
      expect(capture.warnings.length).toBeLessThan(2);
      for (const warning of capture.warnings) expect(warning).toContain(`byte ${length}: the file ends here`);
    }
    const short = readCapture(file.subarray(0, file.length - 1));
    expect([...short.frames]).toHaveLength(2);
    expect(short.warnings).toHaveLength(1);
  });

  test("within a block that is skipped", () => {
    const file = new Uint8Array([...writePcapng(FRAMES), ...block(0x7777, [new Uint8Array(100)])]);
    const capture = readCapture(file.subarray(0, file.length - 30));
    expect([...capture.frames]).toHaveLength(3);
    expect(capture.warnings).toHaveLength(1);
    expect(capture.warnings[0]).toContain(`byte ${file.length - 30}`);
  });
});

describe("what is no capture says so", () => {
  test.each([
    [
      "text",
      new TextEncoder().encode("GET / HTTP"),
      "not a pcap or pcapng file: the first bytes are 47 45 54 20 2f 20 48 54",
    ],
    ["nothing", new Uint8Array(0), "not a pcap or pcapng file: it is empty"],
    ["gzip", Uint8Array.of(0x1f, 0x8b, 8, 0), "the file is compressed with gzip: decompress it first"],
    ["zstd", Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0), "the file is compressed with Zstandard: decompress it first"],
    ["half a header", writePcap([]).subarray(0, 20), "the file ends in the file header, at byte 20"],
  ])("%s", (_, file, message) => {
    const capture = readCapture(file);
    expect(capture.error?.message).toBe(message);
    expect([...capture.frames]).toEqual([]);
  });
});

describe("a file in chunks", () => {
  const whole = new Uint8Array([
    ...writePcapng(FRAMES),
    ...block(0x7777, [new Uint8Array(100)]),
    ...writePcapng(FRAMES),
  ]);
  const expected = [...ESSENCE, ...ESSENCE];

  test("of any size gives the same frames", () => {
    fc.assert(
      fc.property(fc.constantFrom(whole, writePcap(FRAMES)), fc.array(fc.nat({ max: 90 })), (file, sizes) => {
        const reader = new CaptureReader();
        const frames: Frame[] = [];
        const take = () => {
          for (let frame = reader.next(); frame !== undefined; frame = reader.next()) frames.push(frame);
        };
        let at = 0;
        for (const size of sizes) {
          reader.push(file.slice(at, at + size));
          at += size;
          take();
        }
        reader.push(file.slice(at));
        reader.end();
        take();
        expect(essence(frames)).toEqual(expected.slice(0, frames.length));
        expect(frames.length).toBe(file === whole ? 6 : 3);
        expect(reader.warnings).toEqual([]);
      }),
    );
  });
});
