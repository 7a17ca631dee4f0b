import { join } from "./bytes.ts";
import type { Frame } from "./packet.ts";

/** What a writer needs of a frame. */
export type WrittenFrame = Pick<Frame, "data" | "linkType"> &
  Partial<Pick<Frame, "time" | "originalLength" | "comments">> & {
    /** pcapng: the interface that saw it, and whether it came in or went out there. */
    readonly interfaceName?: string;
    readonly direction?: "in" | "out";
  };

/** A pcap file in little-endian order with nanoseconds; all frames must be of the first one's link type. */
export function writePcap(frames: readonly WrittenFrame[], linkType = frames[0]?.linkType ?? 1): Uint8Array {
  const size = frames.reduce((total, frame) => total + 16 + frame.data.length, 24);
  const to = new Uint8Array(size);
  const view = new DataView(to.buffer);
  view.setUint32(0, 0xa1b23c4d, true);
  view.setUint16(4, 2, true);
  view.setUint16(6, 4, true);
  view.setUint32(16, 262144, true);
  view.setUint32(20, linkType, true);
  let at = 24;
  for (const { time = 0n, data, originalLength } of frames) {
    view.setUint32(at, Number(time / 1_000_000_000n), true);
    view.setUint32(at + 4, Number(time % 1_000_000_000n), true);
    view.setUint32(at + 8, data.length, true);
    view.setUint32(at + 12, originalLength ?? data.length, true);
    to.set(data, at + 16);
    at += 16 + data.length;
  }
  return to;
}

/** A pcapng file in memory: what `PcapngWriter` writes of the frames. `comments` are the section's. */
export function writePcapng(frames: readonly WrittenFrame[], comments: readonly string[] = []): Uint8Array {
  const writer = new PcapngWriter(comments);
  return join([writer.header, ...frames.map((frame) => writer.frame(frame))]);
}

/**
 * A pcapng file as it grows, of one section, little-endian, times in nanoseconds; an interface is described before its
 * first frame, one for each name and link type. A frame without time becomes a simple packet block where it is of the
 * first interface and has nothing else to say (4.4), else its time is 0.
 */
export class PcapngWriter {
  /** What the file begins with. */
  readonly header: Uint8Array;
  private readonly interfaces = new Map<string, number>();

  constructor(comments: readonly string[] = []) {
    const section = new Uint8Array(16);
    const view = new DataView(section.buffer);
    view.setUint32(0, 0x1a2b3c4d, true);
    view.setUint16(4, 1, true);
    view.setBigInt64(8, -1n, true);
    this.header = block(SECTION, [section, options(comments.map(comment))]);
  }

  frame(frame: WrittenFrame): Uint8Array {
    const { linkType, interfaceName = "" } = frame;
    const key = `${linkType} ${interfaceName}`;
    const known = this.interfaces.get(key);
    if (known !== undefined) return packetBlock(frame, known);
    const id = this.interfaces.size;
    this.interfaces.set(key, id);
    const name = interfaceName === "" ? [] : [option(IF_NAME, utf8.encode(interfaceName))];
    const head = Uint8Array.of(linkType & 255, linkType >> 8, 0, 0, 0, 0, 0, 0);
    const described = block(INTERFACE, [head, options([...name, option(IF_TSRESOL, Uint8Array.of(9))])]);
    return join([described, packetBlock(frame, id)]);
  }
}

const SECTION = 0x0a0d0d0a;
const INTERFACE = 1;
const SIMPLE_PACKET = 3;
const ENHANCED_PACKET = 6;
const COMMENT = 1;
const IF_NAME = 2;
const IF_TSRESOL = 9;
const EPB_FLAGS = 2;
const DIRECTIONS = { in: 1, out: 2 } as const;

const END = new Uint8Array(4);
const utf8 = new TextEncoder();

function packetBlock(frame: WrittenFrame, id: number): Uint8Array {
  const { time, data, originalLength = data.length, comments = [], direction } = frame;
  const extra = comments.map(comment);
  if (direction !== undefined) extra.push(option(EPB_FLAGS, Uint8Array.of(DIRECTIONS[direction], 0, 0, 0)));
  if (time === undefined && id === 0 && originalLength === data.length && extra.length === 0) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, originalLength, true);
    return block(SIMPLE_PACKET, [length, data]);
  }
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint32(0, id, true);
  view.setUint32(4, Number(((time ?? 0n) >> 32n) & 0xffffffffn), true);
  view.setUint32(8, Number((time ?? 0n) & 0xffffffffn), true);
  view.setUint32(12, data.length, true);
  view.setUint32(16, originalLength, true);
  return block(ENHANCED_PACKET, [header, pad(data), options(extra)]);
}

const comment = (text: string) => option(COMMENT, utf8.encode(text));

function options(all: readonly Uint8Array[]): Uint8Array {
  return all.length === 0 ? new Uint8Array(0) : join([...all, END]);
}

function option(code: number, value: Uint8Array): Uint8Array {
  const kept = value.subarray(0, 0xffff);
  return join([Uint8Array.of(code, 0, kept.length & 255, kept.length >> 8), pad(kept)]);
}

function pad(octets: Uint8Array): Uint8Array {
  if (octets.length % 4 === 0) return octets;
  const to = new Uint8Array((octets.length + 3) & ~3);
  to.set(octets);
  return to;
}

/** A block (3.1): its type, its length before and behind what is in it. */
export function block(type: number, parts: readonly Uint8Array[]): Uint8Array {
  const body = pad(join(parts));
  const to = new Uint8Array(body.length + 12);
  const view = new DataView(to.buffer);
  view.setUint32(0, type, true);
  view.setUint32(4, to.length, true);
  view.setUint32(to.length - 4, to.length, true);
  to.set(body, 8);
  return to;
}
