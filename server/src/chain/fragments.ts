/** Fragments of a datagram (RFC 791, RFC 8200): the first has the ports and decides, the later ones follow it. */
import type { Packet } from "../capture/packet.ts";
import type { Vnic } from "../policy/policy.ts";
import type { Direction } from "./trace.ts";
import type { World } from "./world.ts";

/** How long a first fragment is remembered, in milliseconds: pf.conf(5), timeout `frag`. */
export const FRAGMENT_LIFE = 30_000;

export const isFirstFragment = ({ ip }: Packet): boolean =>
  ip !== undefined && ip.fragmentOffset === 0 && ip.moreFragments;
export const isLaterFragment = ({ ip }: Packet): boolean => ip !== undefined && ip.fragmentOffset > 0;

/** Fragments of one datagram have source, destination, protocol and identification in common. */
export function fragmentKey({ ip }: Packet, direction: Direction): string {
  return ip ? `${direction} ${ip.version} ${ip.src} ${ip.dst} ${ip.protocol} ${ip.id}` : "";
}

/** What only a first fragment has of the layer behind IP, as far as rules and flows ask for it. */
export interface FragmentHead {
  readonly head: Pick<Packet, "ports" | "icmp">;
  readonly expires: number;
}

/** Notes what a first fragment tells, before any slot has seen it. */
export function rememberHead(world: World, vnic: Vnic, direction: Direction, packet: Packet): void {
  if (!isFirstFragment(packet)) return;
  const { icmp } = packet;
  const from = packet.tcp ?? packet.udp ?? packet.sctp ?? packet.ports;
  const ports = from && { srcPort: from.srcPort, dstPort: from.dstPort };
  const head = { ...(ports && { ports }), ...(icmp && { icmp }) };
  const { heads } = world.change(vnic);
  heads.sweep(({ expires }) => expires <= world.clock);
  heads.set(fragmentKey(packet, direction), { head, expires: world.clock + FRAGMENT_LIFE });
}

/** A later fragment together with what its first one told; any other packet, and an orphan, as it is. */
export function reassembled(world: World, vnic: Vnic, direction: Direction, packet: Packet): Packet {
  if (!isLaterFragment(packet)) return packet;
  const known = world.at(vnic).heads.get(fragmentKey(packet, direction));
  return known && known.expires > world.clock ? { ...packet, ...known.head } : packet;
}
