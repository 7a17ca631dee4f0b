import { Draft, finish, isBegun, Layer, type Nested } from "./draft.ts";
import { ethernetFrame } from "./ethernet.ts";
import { extensionHeaders } from "./extensions.ts";
import { icmpExtensions, quotedLength } from "./icmpExtensions.ts";
import { LINK_TYPES, pppFrame, unsupportedLink } from "./link.ts";
import { llc } from "./llc.ts";
import { arp, etherType, internet, ipv6 } from "./network.ts";
import type { Icmp, Packet } from "./packet.ts";
import { transport } from "./transport.ts";

/** Deeper packets in packets are left as octets. */
export const DEEPEST = 12;

/**
 * The packet in a captured frame of a link type (LINKTYPE_… value). `originalLength` is its length in octets on the
 * wire, when the capture may have cut it. Never throws: what cannot be decoded says so in `malformed`, `cut` or
 * `unsupported`. With `verify`, the packet says whether its checksums are right.
 */
export function decodeFrame(
  data: Uint8Array,
  linkType: number,
  originalLength: number = data.length,
  verify = false,
): Packet {
  const draft = new Draft(data, 0, data.length, Math.max(originalLength, data.length), verify);
  const link = linkType === 1 ? ethernetFrame : LINK_TYPES.get(linkType);
  if (link === undefined) {
    unsupportedLink(draft, linkType);
    return finish(draft);
  }
  return run(draft, link(draft), 0);
}

function run(draft: Draft, first: Layer, depth: number): Packet {
  let layer = first;
  while (layer !== Layer.Done) layer = next(draft, layer);
  const nested = draft.rare?.nested;
  return nested === undefined ? finish(draft) : nest(draft, nested, depth);
}

/** Decodes a layer, and says what comes after it. */
function next(draft: Draft, layer: Exclude<Layer, typeof Layer.Done>): Layer {
  switch (layer) {
    case Layer.EtherType:
      return etherType(draft);
    case Layer.Ip:
      return internet(draft);
    case Layer.Transport:
      return transport(draft);
    case Layer.Ip6:
      return ipv6(draft);
    case Layer.Ethernet:
      return ethernetFrame(draft);
    case Layer.Llc:
      return llc(draft);
    case Layer.Arp:
      return arp(draft);
    case Layer.Ppp:
      return pppFrame(draft);
    case Layer.Extensions:
      return extensionHeaders(draft);
  }
}

const IPV6_HEADER = 40;
const UNKNOWN_LIMIT = 0x7fff_ffff;

/** Decodes the packet in the packet, and appends its protocols to the outer one's, as tshark's frame.protocols. */
function nest(outer: Draft, nested: Nested, depth: number): Packet {
  if (depth >= DEEPEST) return finish(outer);
  const isQuoted = nested.role === "quoted";
  const isOf4 = isQuoted && nested.type === 0x0800;
  const size = isOf4 && outer.icmp !== undefined ? quotedLength(outer, nested.at, outer.icmp.type) : undefined;
  const end = size === undefined ? outer.end : Math.min(outer.end, nested.at + size);
  // An IPv6 header that is quoted is expected whole, whichever error it is in.
  const isShortSix = isQuoted && end - nested.at < IPV6_HEADER && (!isOf4 || (outer.data[nested.at] ?? 0) >> 4 === 6);
  const limit = isOf4 && !isShortSix ? UNKNOWN_LIMIT : outer.limit;
  const draft = new Draft(outer.data, nested.at, end, limit, outer.verify);
  draft.isQuoted = isQuoted && !isShortSix;
  draft.isInError = isQuoted || outer.isInError;
  draft.isBegun = isBegun(outer);
  draft.type = nested.type;
  draft.ip = nested.ip;
  draft.ipAt = outer.ipAt;
  const packet = run(draft, nested.layer, depth + 1);
  const protocols = packet.protocols.startsWith(":") ? packet.protocols.slice(1) : packet.protocols;
  const inner = { ...packet, protocols };
  outer.protocols += protocols === "" ? nested.via : `${nested.via}:${protocols}`;
  if (nested.role === "inner") return { ...finish(outer), inner };
  // Where the quoted packet ends too early, nothing behind it is looked for.
  if (isOf4 && !breaksOff(packet)) icmpExtensions(outer, nested.at);
  const whole = finish(outer);
  return whole.icmp === undefined ? whole : { ...whole, icmp: { ...whole.icmp, ...about(inner), quoted: inner } };
}

function breaksOff(packet: Packet): boolean {
  for (let at: Packet | undefined = packet; at !== undefined; at = at.inner ?? at.icmp?.quoted)
    if (at.cut !== undefined || (at.malformed !== undefined && at.malformed.expert !== true)) return true;
  return false;
}

function about(quoted: Packet): Pick<Icmp, "about"> {
  const { ip } = quoted;
  if (ip === undefined) return {};
  const ports = quoted.tcp ?? quoted.udp ?? quoted.sctp ?? quoted.ports;
  return {
    about: {
      src: ip.src,
      dst: ip.dst,
      protocol: ip.protocol,
      ...(ports && { srcPort: ports.srcPort, dstPort: ports.dstPort }),
      ...(quoted.icmp?.id !== undefined && { id: quoted.icmp.id }),
    },
  };
}
