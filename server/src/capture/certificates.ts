import { u16, u24 } from "./bytes.ts";

/**
 * What tshark names of X.509 certificates (RFC 5280): each attribute of a name, each extension, the curve of a key.
 * Object identifiers as their octets in hexadecimal, by how they begin.
 */
const NAMED: readonly (readonly [start: string, name: string])[] = [
  ["5504", ":x509sat"],
  ["551d", ":x509ce"],
  // Domain component and user identifier (RFC 4519), the e-mail address of PKCS #9.
  ["0992268993f22c6401", ":x509sat"],
  ["2a864886f70d010901", ":x509sat"],
  // Authority information access and the others of PKIX.
  ["2b06010505070101", ":pkix1implicit"],
  ["2a8648ce3d0201", ":pkcs-1"],
  // Netscape's.
  ["6086480186f84201", ":ns_cert_exts"],
];
const OBJECT_IDENTIFIER = 6;
const OCTET_STRING = 4;
const SEQUENCE = 0x30;
const CONSTRUCTED = 0x20;
const DEEPEST = 24;

/** The names in a certificate's DER (X.690), in the order of its octets; of a cut one those before the cut. */
export function certificateNames(octets: Uint8Array): string {
  return walk(octets, 0, octets.length, 0);
}

function walk(octets: Uint8Array, from: number, end: number, depth: number): string {
  let names = "";
  let last = "";
  for (let at = from; at + 2 <= end && depth < DEEPEST; ) {
    const tag = octets[at] ?? 0;
    const first = octets[at + 1] ?? 0;
    const more = first > 0x80 ? first & 0x7f : 0;
    if (more > 3 || at + 2 + more > end) break;
    let length = more === 0 ? first : 0;
    for (let i = 0; i < more; i += 1) length = length * 256 + (octets[at + 2 + i] ?? 0);
    const start = at + 2 + more;
    const stop = Math.min(start + length, end);
    if (tag === OBJECT_IDENTIFIER) {
      last = nameOf(octets.subarray(start, stop));
      names += last;
    } else if ((tag & CONSTRUCTED) !== 0) names += walk(octets, start, stop, depth + 1);
    else if (tag === OCTET_STRING && last !== "" && octets[start] === SEQUENCE) {
      names += walk(octets, start, stop, depth + 1);
    }
    at = start + length;
  }
  return names;
}

function nameOf(identifier: Uint8Array): string {
  const text = Array.from(identifier, (octet) => octet.toString(16).padStart(2, "0")).join("");
  return NAMED.find(([start]) => text.startsWith(start))?.[1] ?? "";
}

const HANDSHAKE = 22;
const CERTIFICATE = 11;

/** A record of TLS 1.0 to 1.3 (RFC 8446, 5.1). */
export function isTls(payload: Uint8Array): boolean {
  const [type = 0, major, minor = 255] = payload;
  return type >= 20 && type <= 24 && major === 3 && minor <= 4;
}

/** The names in the certificates of TLS 1.2's handshake (RFC 5246, 7.4.2), those of whole records. */
export function tlsNames(payload: Uint8Array): string {
  let names = "";
  for (let at = 0; at + 5 <= payload.length && isTls(payload.subarray(at)); ) {
    const end = at + 5 + u16(payload, at + 3);
    if (end > payload.length) break;
    if (payload[at] === HANDSHAKE) names += handshakeNames(payload.subarray(at + 5, end));
    at = end;
  }
  return names;
}

function handshakeNames(record: Uint8Array): string {
  let names = "";
  for (let at = 0; at + 4 <= record.length; ) {
    const end = at + 4 + u24(record, at + 1);
    if (end > record.length) break;
    if (record[at] === CERTIFICATE) {
      for (let from = at + 7; from + 3 <= end; ) {
        const to = Math.min(from + 3 + u24(record, from), end);
        names += certificateNames(record.subarray(from + 3, to));
        from = to;
      }
    }
    at = end;
  }
  return names;
}
