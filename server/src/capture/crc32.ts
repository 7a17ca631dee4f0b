/** The CRC of gzip's trailer (RFC 1952, 8), four octets at a time: a large capture has many. */
const TABLES = tables();

function tables(): Int32Array {
  const found = new Int32Array(4 * 256);
  for (let octet = 0; octet < 256; octet++) {
    let crc = octet;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    found[octet] = crc;
  }
  for (let at = 256; at < found.length; at++) {
    const before = found[at - 256] as number;
    found[at] = (before >>> 8) ^ (found[before & 255] as number);
  }
  return found;
}
const entry = (at: number): number => TABLES[at] as number;

/** Of octets that follow those whose CRC is `crc`; 0 is that of none. */
export function crc32(octets: Uint8Array, crc = 0): number {
  let now = ~crc;
  let at = 0;
  const octet = (place: number): number => octets[place] as number;
  for (; at + 3 < octets.length; at += 4) {
    now ^= octet(at) | (octet(at + 1) << 8) | (octet(at + 2) << 16) | (octet(at + 3) << 24);
    now =
      entry(768 + (now & 255)) ^
      entry(512 + ((now >>> 8) & 255)) ^
      entry(256 + ((now >>> 16) & 255)) ^
      entry(now >>> 24);
  }
  for (; at < octets.length; at++) now = entry((now ^ octet(at)) & 255) ^ (now >>> 8);
  return ~now >>> 0;
}
