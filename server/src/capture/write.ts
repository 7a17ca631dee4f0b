import { join } from "./bytes.ts";
import type { Frame } from "./packet.ts";

/** What a writer needs of a frame. */
export type WrittenFrame = Pick<Frame, "data" | "linkType"> &
  Partial<Pick<Frame, "time" | "originalLength" | "comments">>;

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

/**
 * A pcapng file of one section, little-endian, times in nanoseconds, one interface for each link type. `comments` are
 * the section's; a frame has its own. A frame without time becomes a simple packet block if its link type is the
 * first one's (4.4), else its time is 0.
 */
export function writePcapng(frames: readonly WrittenFrame[], comments: readonly string[] = []): Uint8Array {
  const linkTypes = [...new Set(frames.map((frame) => frame.linkType))];
  const section = new Uint8Array(16);
  const view = new DataView(section.buffer);
  view.setUint32(0, 0x1a2b3c4d, true);
  view.setUint16(4, 1, true);
  view.setBigInt64(8, -1n, true);
  const blocks = [block(0x0a0d0d0a, [section, commentOptions(comments)])];
  for (const linkType of linkTypes.length === 0 ? [1] : linkTypes) {
    blocks.push(
      block(1, [Uint8Array.of(linkType & 255, linkType >> 8, 0, 0, 0, 0, 0, 0), option(9, Uint8Array.of(9)), END]),
    );
  }
  for (const frame of frames) blocks.push(packetBlock(frame, linkTypes.indexOf(frame.linkType)));
  return join(blocks);
}

const END = new Uint8Array(4);
const utf8 = new TextEncoder();

function packetBlock(
  { time, data, originalLength = data.length, comments = [] }: WrittenFrame,
  id: number,
): Uint8Array {
  if (time === undefined && id === 0 && originalLength === data.length && comments.length === 0) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, originalLength, true);
    return block(3, [length, data]);
  }
  const header = new Uint8Array(20);
  const view = new DataView(header.buffer);
  view.setUint32(0, id, true);
  view.setUint32(4, Number((time ?? 0n) >> 32n), true);
  view.setUint32(8, Number((time ?? 0n) & 0xffffffffn), true);
  view.setUint32(12, data.length, true);
  view.setUint32(16, originalLength, true);
  return block(6, [header, pad(data), commentOptions(comments)]);
}

function commentOptions(comments: readonly string[]): Uint8Array {
  return comments.length === 0
    ? new Uint8Array(0)
    : join([...comments.map((text) => option(1, utf8.encode(text))), END]);
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
