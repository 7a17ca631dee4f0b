/** Compressed input (RFC 1952, 2.3.1: the two octets that begin a member). Callers decompress: the platforms differ. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
