import { u8 } from "./bytes.ts";
import type { CaptureFormat, CaptureLog } from "./format.ts";
import type { Octets } from "./octets.ts";
import type { Frame } from "./packet.ts";
import { nanoseconds } from "./time.ts";

/** Longer records are taken for damage, as libpcap and Wireshark do (their largest is that of D-Bus). */
export const LONGEST_FRAME = 256 * 1024 * 1024;
/**
 * Records of nothing but zeros, one behind the other, of which this many (a megabyte) are read as frames without octets,
 * as Wireshark reads them. More are a file that was not written to its end, or made to keep its reader busy.
 */
const MOST_ZERO_RECORDS = 1 << 16;

const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** Kuznetzov's patched libpcap: interface, protocol and packet type follow in each record. */
const MODIFIED_RECORD_HEADER = 24;

/** What a file's first four octets, read as a big-endian number, say. */
const MAGICS: ReadonlyMap<number, { littleEndian: boolean; nanosecond: boolean; recordHeader: number }> = new Map([
  [0xa1b2c3d4, { littleEndian: false, nanosecond: false, recordHeader: RECORD_HEADER }],
  [0xd4c3b2a1, { littleEndian: true, nanosecond: false, recordHeader: RECORD_HEADER }],
  [0xa1b23c4d, { littleEndian: false, nanosecond: true, recordHeader: RECORD_HEADER }],
  [0x4d3cb2a1, { littleEndian: true, nanosecond: true, recordHeader: RECORD_HEADER }],
  [0xa1b2cd34, { littleEndian: false, nanosecond: false, recordHeader: MODIFIED_RECORD_HEADER }],
  [0x34cdb2a1, { littleEndian: true, nanosecond: false, recordHeader: MODIFIED_RECORD_HEADER }],
]);

export function isPcap(magic: number): boolean {
  return MAGICS.has(magic);
}

/** pcap, draft-ietf-opsawg-pcap. */
export class PcapFormat implements CaptureFormat {
  private linkType = -1;
  private littleEndian = false;
  private nanosecond = false;
  private recordHeader = RECORD_HEADER;
  /** Version before 2.3 had the two lengths the other way round, 2.3 sometimes. */
  private swapped: "never" | "sometimes" | "always" = "never";
  private count = 0;
  /** Of the last ones, those that are zeros alone. */
  private zeroRecords = 0;
  private readonly octets: Octets;
  private readonly log: CaptureLog;

  constructor(octets: Octets, log: CaptureLog) {
    this.octets = octets;
    this.log = log;
  }

  next(): Frame | undefined {
    if (this.linkType < 0 && !this.readHeader()) return undefined;
    const { octets, recordHeader } = this;
    if (!octets.ensure(recordHeader)) return undefined;
    const { head, at } = octets;
    const littleEndian = this.littleEndian;
    const seconds = word(head, at, littleEndian);
    const fraction = word(head, at + 4, littleEndian);
    let captured = word(head, at + 8, littleEndian);
    let original = word(head, at + 12, littleEndian);
    if (this.swapped === "always" || (this.swapped === "sometimes" && captured > original)) {
      [captured, original] = [original, captured];
    }
    if (captured > LONGEST_FRAME) {
      this.log.fail(octets.place, `record ${this.count + 1} claims ${captured} octets: the file is damaged here`);
      return undefined;
    }
    this.zeroRecords = seconds === 0 && fraction === 0 && captured === 0 && original === 0 ? this.zeroRecords + 1 : 0;
    if (this.zeroRecords > MOST_ZERO_RECORDS) {
      this.log.fail(
        octets.place,
        `the ${MOST_ZERO_RECORDS} records before this one are zeros: the file is damaged there`,
      );
      return undefined;
    }
    if (!octets.ensure(recordHeader + captured)) return undefined;
    // `ensure` may have joined chunks and moved both.
    const from = octets.at + recordHeader;
    octets.at = from + captured;
    return {
      number: ++this.count,
      time: nanoseconds(seconds, this.nanosecond ? fraction : fraction * 1000),
      interface: 0,
      linkType: this.linkType,
      data: octets.head.subarray(from, from + captured),
      originalLength: original,
    };
  }

  fork(octets: Octets, log: CaptureLog): PcapFormat {
    return Object.assign(Object.create(PcapFormat.prototype) as PcapFormat, this, { octets, log });
  }

  private readHeader(): boolean {
    const { octets } = this;
    if (!octets.ensure(FILE_HEADER)) return false;
    const { head, at } = octets;
    const magic = MAGICS.get(word(head, at, false));
    if (magic === undefined) return false;
    const view = new DataView(head.buffer, head.byteOffset + at, FILE_HEADER);
    const major = view.getUint16(4, magic.littleEndian);
    const minor = view.getUint16(6, magic.littleEndian);
    if (major !== 2 || minor > 4) this.log.warn(4, `pcap version ${major}.${minor} is read as 2.4`);
    else if (minor < 3) this.swapped = "always";
    else if (minor === 3) this.swapped = "sometimes";
    this.littleEndian = magic.littleEndian;
    this.nanosecond = magic.nanosecond;
    this.recordHeader = magic.recordHeader;
    // The upper bits are the length of the frame check sequence.
    this.linkType = view.getUint32(20, magic.littleEndian) & 0x03ff_ffff;
    this.log.addInterface({
      section: 0,
      id: 0,
      linkType: this.linkType,
      snapLength: view.getUint32(16, magic.littleEndian),
    });
    octets.at += FILE_HEADER;
    return true;
  }

  expected(): string {
    if (this.linkType < 0) return "the file header";
    return `record ${this.count + 1}`;
  }
}

function word(d: Uint8Array, at: number, littleEndian: boolean): number {
  return littleEndian
    ? (u8(d, at) | (u8(d, at + 1) << 8) | (u8(d, at + 2) << 16) | (u8(d, at + 3) << 24)) >>> 0
    : ((u8(d, at) << 24) | (u8(d, at + 1) << 16) | (u8(d, at + 2) << 8) | u8(d, at + 3)) >>> 0;
}
