import { u8 } from "./bytes.ts";
import type { CaptureFormat, CaptureInterface, CaptureLog } from "./format.ts";
import type { Octets } from "./octets.ts";
import type { Frame } from "./packet.ts";
import { LONGEST_FRAME } from "./pcap.ts";
import { type Clock, clock, timeOf } from "./time.ts";

/** Block types of draft-ietf-opsawg-pcapng, section 4 and the registry in 10.1. */
const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const PACKET = 2;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
/** Blocks that Wireshark counts as frames and that hold no packet: custom, systemd journal, Sysdig events. */
const COUNTED: ReadonlySet<number> = new Set([0x0bad, 0x40000bad, 9, 0x204, 0x208, 0x216]);

const OPTION_END = 0;
const OPTION_COMMENT = 1;
const IF_NAME = 2;
const IF_DESCRIPTION = 3;
const IF_TSRESOL = 9;
const IF_TSOFFSET = 14;
const MICROSECONDS = 6;
const LONGEST_BLOCK = LONGEST_FRAME + 64 * 1024;

interface Source extends CaptureInterface {
  readonly clock: Clock;
}

export function isPcapng(magic: number): boolean {
  return magic === SECTION;
}

export class PcapngFormat implements CaptureFormat {
  private section = -1;
  private littleEndian = false;
  private sources: Source[] = [];
  private count = 0;
  private readonly octets: Octets;
  private readonly log: CaptureLog;

  constructor(octets: Octets, log: CaptureLog) {
    this.octets = octets;
    this.log = log;
  }

  next(): Frame | undefined {
    const { octets, log } = this;
    while (octets.ensure(12)) {
      const place = octets.place;
      let view = new DataView(octets.head.buffer, octets.head.byteOffset + octets.at, 12);
      const isSection = view.getUint32(0, true) === SECTION;
      if (isSection && !this.byteOrder(view, place)) return undefined;
      const type = isSection ? SECTION : view.getUint32(0, this.littleEndian);
      const length = view.getUint32(4, this.littleEndian);
      if (length < 12 || length > LONGEST_BLOCK) {
        log.fail(place, `a block claims ${length} octets: the file is damaged here`);
        return undefined;
      }
      // Lengths are multiples of four; some writers forget the padding in the count.
      const padded = (length + 3) & ~3;
      if (!isKnown(type)) {
        if (COUNTED.has(type)) this.count++;
        octets.skip(padded);
        continue;
      }
      if (!octets.ensure(padded)) return undefined;
      const start = octets.at;
      view = new DataView(octets.head.buffer, octets.head.byteOffset + start, padded);
      const again = view.getUint32(padded - 4, this.littleEndian);
      if (again !== length) {
        log.fail(place, `a block has the length ${length} in front and ${again} at its end: the file is damaged here`);
        return undefined;
      }
      octets.at += padded;
      const frame = this.block(type, view, place);
      if (frame !== undefined) return frame;
      if (log.failed) return undefined;
    }
    return undefined;
  }

  fork(octets: Octets, log: CaptureLog): PcapngFormat {
    const sources = [...this.sources];
    return Object.assign(Object.create(PcapngFormat.prototype) as PcapngFormat, this, { octets, log, sources });
  }

  private byteOrder(view: DataView, place: number): boolean {
    const magic = view.getUint32(8, true);
    if (magic === 0x1a2b3c4d) this.littleEndian = true;
    else if (magic === 0x4d3c2b1a) this.littleEndian = false;
    else {
      this.log.fail(place + 8, "a section header has no byte-order mark: the file is damaged here");
      return false;
    }
    return true;
  }

  private block(type: number, view: DataView, place: number): Frame | undefined {
    switch (type) {
      case SECTION:
        return this.beginSection(view, place);
      case INTERFACE:
        return this.beginInterface(view, place);
      default:
        return this.packet(type, view, place);
    }
  }

  private beginSection(view: DataView, place: number): undefined {
    if (view.byteLength < 28) return this.log.fail(place, "a section header is too short");
    const major = view.getUint16(12, this.littleEndian);
    if (major !== 1) return this.log.fail(place, `pcapng version ${major} is not known`);
    this.section++;
    this.sources = [];
  }

  private beginInterface(view: DataView, place: number): undefined {
    if (view.byteLength < 20) return this.log.fail(place, "an interface description is too short");
    let name: string | undefined;
    let description: string | undefined;
    let resolution = MICROSECONDS;
    let offset = 0n;
    for (const [code, value] of options(view, 16, this.littleEndian)) {
      if (code === IF_NAME) name = text(value);
      else if (code === IF_DESCRIPTION) description = text(value);
      else if (code === IF_TSRESOL && value.length >= 1) resolution = u8(value, 0);
      else if (code === IF_TSOFFSET && value.length >= 8) {
        offset = new DataView(value.buffer, value.byteOffset, 8).getBigInt64(0, this.littleEndian);
      }
    }
    const source = {
      section: this.section,
      id: this.sources.length,
      linkType: view.getUint16(8, this.littleEndian),
      snapLength: view.getUint32(12, this.littleEndian),
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
    };
    this.log.addInterface(source);
    this.sources.push({ ...source, clock: clock(resolution, offset) });
  }

  private packet(type: number, view: DataView, place: number): Frame | undefined {
    const littleEndian = this.littleEndian;
    const isSimple = type === SIMPLE_PACKET;
    const dataAt = isSimple ? 12 : 28;
    if (view.byteLength < dataAt + 4) return this.log.fail(place, "a packet block is too short");
    // The obsolete packet block has 16 bits of interface, and a count of drops behind them.
    const id = isSimple ? 0 : type === PACKET ? view.getUint16(8, littleEndian) : view.getUint32(8, littleEndian);
    const source = this.sources[id];
    if (source === undefined) {
      return this.log.fail(place, `a packet of interface ${id}, and the section has ${this.sources.length}`);
    }
    const originalLength = view.getUint32(isSimple ? 8 : 24, littleEndian);
    const room = view.byteLength - dataAt - 4;
    let captured: number;
    if (isSimple) {
      // Its captured length is not in it: the packet's or the interface's limit, whichever is less (4.4).
      captured = Math.min(originalLength, source.snapLength === 0 ? originalLength : source.snapLength, room);
    } else {
      captured = view.getUint32(20, littleEndian);
      if (captured > room) {
        return this.log.fail(
          place,
          `a packet block with room for ${room} octets claims ${captured}: the file is damaged here`,
        );
      }
    }
    const comments = isSimple ? undefined : commentsIn(view, dataAt + ((captured + 3) & ~3), littleEndian);
    const data = new Uint8Array(view.buffer, view.byteOffset + dataAt, captured);
    const number = ++this.count;
    const time = isSimple
      ? undefined
      : timeOf(source.clock, view.getUint32(12, littleEndian), view.getUint32(16, littleEndian));
    const frame = {
      number,
      time,
      interface: id,
      section: source.section,
      linkType: source.linkType,
      data,
      originalLength,
    };
    return comments === undefined ? frame : { ...frame, comments };
  }

  expected(): string {
    return this.section < 0 ? "the section header" : "a block";
  }
}

function isKnown(type: number): boolean {
  return (
    type === ENHANCED_PACKET || type === SECTION || type === INTERFACE || type === SIMPLE_PACKET || type === PACKET
  );
}

function commentsIn(view: DataView, from: number, littleEndian: boolean): string[] | undefined {
  if (from + 8 > view.byteLength) return undefined;
  let comments: string[] | undefined;
  for (const [code, value] of options(view, from, littleEndian)) {
    if (code !== OPTION_COMMENT) continue;
    comments ??= [];
    comments.push(text(value));
  }
  return comments;
}

/** Options (3.5) up to the end of the block; such as do not fit are left out. */
function* options(view: DataView, from: number, littleEndian: boolean): Generator<[number, Uint8Array]> {
  const end = view.byteLength - 4;
  let at = from;
  while (at + 4 <= end) {
    const code = view.getUint16(at, littleEndian);
    const length = view.getUint16(at + 2, littleEndian);
    if (code === OPTION_END || at + 4 + length > end) return;
    yield [code, new Uint8Array(view.buffer, view.byteOffset + at + 4, length)];
    at += 4 + ((length + 3) & ~3);
  }
}

const utf8 = new TextDecoder();
function text(octets: Uint8Array): string {
  return utf8.decode(octets);
}
