/**
 * The packet's octets: as a hand wrote them, as they were captured (or stand in a `frame` step) while nothing of the
 * packet has changed, else written anew from its fields, with lengths and checksums that are right.
 */
import { decodeFrame } from "../capture/decode.ts";
import { encodeFrame } from "../capture/encode.ts";
import type { Packet } from "../capture/packet.ts";
import type { Debuggee } from "./debuggee.ts";
import type { Given } from "./script.ts";

const NONE = new Uint8Array();
const WRITTEN = new WeakMap<Packet, Uint8Array>();
/** Of packets that no hand wrote, and of what was given when they were asked for. */
const MADE = new WeakMap<Packet, { readonly given: Given | undefined; readonly octets: Uint8Array }>();

export function octetsOf({ packet, given }: Debuggee): Uint8Array {
  if (!packet) return NONE;
  const written = WRITTEN.get(packet);
  if (written) return written;
  const made = MADE.get(packet);
  if (made && made.given === given) return made.octets;
  const encoded = encodeFrame(packet);
  const octets = given && equal(encoded, encodeFrame(decoded(given))) ? given.data : encoded;
  MADE.set(packet, { given, octets });
  return octets;
}

/** The packet that octets are, which keeps them as they are. */
export function packetOf(octets: Uint8Array, { given }: Debuggee): Packet {
  const cut = given?.data.length === octets.length ? given.originalLength : octets.length;
  const packet = decoded({ data: octets, linkType: given?.linkType ?? 1, originalLength: cut });
  WRITTEN.set(packet, octets);
  return packet;
}

const decoded = ({ data, linkType, originalLength }: Given): Packet => decodeFrame(data, linkType, originalLength);
const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, index) => octet === b[index]);
