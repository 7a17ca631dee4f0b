/** Numbers in network byte order. The callers check the length first: these do not. */

export function u8(d: Uint8Array, at: number): number {
  return d[at] as number;
}

export function u16(d: Uint8Array, at: number): number {
  return (u8(d, at) << 8) | u8(d, at + 1);
}

export function u24(d: Uint8Array, at: number): number {
  return (u8(d, at) << 16) | (u8(d, at + 1) << 8) | u8(d, at + 2);
}

export function u32(d: Uint8Array, at: number): number {
  return ((u8(d, at) << 24) | (u8(d, at + 1) << 16) | (u8(d, at + 2) << 8) | u8(d, at + 3)) >>> 0;
}

/** 48 bits as a number. */
export function u48(d: Uint8Array, at: number): number {
  return u16(d, at) * 0x1_0000_0000 + u32(d, at + 2);
}

const MEMO_SIZE = 4096;
const memoWords = new Uint32Array(MEMO_SIZE * 4);
const memoValues: bigint[] = new Array<bigint>(MEMO_SIZE).fill(0n);

/**
 * An IPv6 address. A capture has few distinct addresses, and making a bigint of 128 bits costs more than the rest of
 * the header, so the last ones seen are remembered.
 */
export function u128(d: Uint8Array, at: number): bigint {
  const a = u32(d, at);
  const b = u32(d, at + 4);
  const c = u32(d, at + 8);
  const e = u32(d, at + 12);
  const slot = (Math.imul(a ^ (b << 1) ^ (c << 3), 0x9e3779b1) ^ Math.imul(e, 0x85ebca6b)) >>> 20;
  const w = slot * 4;
  if (memoWords[w] === a && memoWords[w + 1] === b && memoWords[w + 2] === c && memoWords[w + 3] === e) {
    return memoValues[slot] as bigint;
  }
  const value = (((((BigInt(a) << 32n) | BigInt(b)) << 32n) | BigInt(c)) << 32n) | BigInt(e);
  memoWords[w] = a;
  memoWords[w + 1] = b;
  memoWords[w + 2] = c;
  memoWords[w + 3] = e;
  memoValues[slot] = value;
  return value;
}

export function put16(d: Uint8Array, at: number, value: number): void {
  d[at] = value >>> 8;
  d[at + 1] = value;
}

export function put32(d: Uint8Array, at: number, value: number): void {
  d[at] = value >>> 24;
  d[at + 1] = value >>> 16;
  d[at + 2] = value >>> 8;
  d[at + 3] = value;
}

export function put48(d: Uint8Array, at: number, value: number): void {
  put16(d, at, Math.floor(value / 0x1_0000_0000));
  put32(d, at + 2, value % 0x1_0000_0000);
}

export function put128(d: Uint8Array, at: number, value: bigint): void {
  for (let i = 15, rest = value; i >= 0; i--, rest >>= 8n) d[at + i] = Number(rest & 0xffn);
}

export function join(parts: readonly Uint8Array[]): Uint8Array {
  const to = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    to.set(part, at);
    at += part.length;
  }
  return to;
}
