/** Fragments of a datagram (RFC 791, RFC 8200): the first has the ports and decides, the later ones follow it. */
import type { Packet } from "../capture/packet.ts";
import type { Direction } from "./trace.ts";

/** How long a first fragment is remembered, in milliseconds: pf.conf(5), timeout `frag`. */
export const FRAGMENT_LIFE = 30_000;

export const isFirstFragment = ({ ip }: Packet): boolean =>
  ip !== undefined && ip.fragmentOffset === 0 && ip.moreFragments;
export const isLaterFragment = ({ ip }: Packet): boolean => ip !== undefined && ip.fragmentOffset > 0;

/** Fragments of one datagram have source, destination, protocol and identification in common. */
export function fragmentKey({ ip }: Packet, direction: Direction): string {
  return ip ? `${direction} ${ip.version} ${ip.src} ${ip.dst} ${ip.protocol} ${ip.id}` : "";
}
