import { u8, u16 } from "./bytes.ts";
import type { Draft } from "./draft.ts";

/** The ones' complement sum of RFC 1071 over [from, to), folded to 16 bits; `seed` is what to start from. */
export function sum(data: Uint8Array, from: number, to: number, seed = 0): number {
  // Upper and lower octets apart: both stay small integers, which is twice as fast.
  let upper = 0;
  let lower = 0;
  let at = from;
  for (; at + 1 < to; at += 2) {
    upper += u8(data, at);
    lower += u8(data, at + 1);
  }
  if (at < to) upper += u8(data, at);
  let total = seed + upper * 256 + lower;
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  return total;
}

/** The pseudo-header's part: addresses, protocol and length (RFC 9293, 3.1; RFC 8200, 8.1). */
export function pseudoHeader(data: Uint8Array, ipAt: number, version: 4 | 6, protocol: number, length: number): number {
  const seed = protocol + Math.floor(length / 0x10000) + (length % 0x10000);
  return version === 4 ? sum(data, ipAt + 12, ipAt + 20, seed) : sum(data, ipAt + 8, ipAt + 40, seed);
}

export function verifyIpv4(draft: Draft, at: number, headerLength: number): void {
  draft.checksum = { ip: sum(draft.data, at, at + headerLength) === 0xffff ? "good" : "bad" };
}

/** Where the checksum is in the header of each protocol that has one. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { 1: 2, 6: 16, 17: 6, 58: 2 };

/** Checks the message that begins at `draft.at`, if it is there as a whole and its header is the IP header `ip`'s. */
export function verifyTransport(draft: Draft): void {
  const { data, at, ip, ipAt } = draft;
  if (ip === undefined || ip.moreFragments || draft.end !== draft.limit) return;
  const field = CHECKSUM_AT[draft.type];
  // A routing header's last address takes the place of the destination (RFC 8200, 8.1): not followed here.
  if (field === undefined || ip.nextHeader === 43 || at + 8 > draft.end) return;
  const isUdp = draft.type === 17;
  const length = isUdp ? u16(data, at + 4) : draft.end - at;
  if (length < field + 2 || at + length > draft.end) return;
  let l4: "good" | "bad" | "zero";
  if (isUdp && u16(data, at + field) === 0) l4 = "zero";
  else {
    const pseudo = draft.type === 1 ? 0 : pseudoHeader(data, ipAt, ip.version, draft.type, length);
    l4 = sum(data, at, at + length, pseudo) === 0xffff ? "good" : "bad";
  }
  draft.checksum = { ...draft.checksum, l4 };
}

/** RFC 9260, appendix A: writes the CRC32c of the message from `at`, its field at `field` taken as 0, least octet first. */
export function crc32c(data: Uint8Array, at: number, field: number): void {
  data.fill(0, field, field + 4);
  let crc = 0xffffffff;
  for (let i = at; i < data.length; i++) {
    crc ^= u8(data, i);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  new DataView(data.buffer, data.byteOffset).setUint32(field, ~crc >>> 0, true);
}
