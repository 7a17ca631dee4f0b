import { u16, u48 } from "./bytes.ts";
import { optionAt } from "./dhcpOctets.ts";
import { ENCAPSULATIONS } from "./encapsulations.ts";
import { malformation } from "./faults.ts";
import { finalDestination } from "./ipOptions.ts";
import type { Frame, IpHeader, Packet } from "./packet.ts";
import { partFields } from "./partFields.ts";
import { refinedProtocols } from "./protocols.ts";
import { epochText, hex, ip4Text, ipText, macText } from "./text.ts";

/** Octets in front of a frame that Wireshark does not count, by link type: a direction, a channel. */
const PSEUDO_HEADERS: Readonly<Record<number, number>> = { 123: 4, 139: 4, 177: 16, 196: 5, 201: 4, 204: 1, 254: 4 };

export type Fields = Record<string, string | number>;

/**
 * A frame's fields by Wireshark's names and as `tshark -T fields` writes them, of each the first that occurs in the
 * frame, what tunnels carry and what ICMP errors quote included. Flags are 0 and 1, what Wireshark writes in
 * hexadecimal is text. `protocols` is what the frames before this one tell, if they were looked at.
 */
export function fieldsOf(frame: Frame, packet: Packet, protocols: string = refinedProtocols(packet)): Fields {
  const fields: Fields = { "frame.number": frame.number };
  if (frame.time !== undefined) fields["frame.time_epoch"] = epochText(frame.time);
  const aside = PSEUDO_HEADERS[frame.linkType] ?? 0;
  fields["frame.len"] = Math.max(frame.originalLength - aside, 0);
  fields["frame.cap_len"] = Math.max(frame.data.length - aside, 0);
  if (frame.section !== undefined) fields["frame.interface_id"] = frame.interface;
  const encapsulation = ENCAPSULATIONS.get(frame.linkType);
  if (encapsulation !== undefined) fields["frame.encap_type"] = encapsulation;
  fields["frame.protocols"] = protocols;
  let isQuoted = false;
  for (let at: Packet | undefined = packet; at !== undefined; at = at.inner ?? at.icmp?.quoted) {
    const layers: Fields = {};
    layerFields(at, layers);
    // Of what an error quotes Wireshark does not tell the length.
    if (isQuoted) delete layers["tcp.len"];
    if (at.part !== undefined) partFields(at.part, isQuoted, layers);
    isQuoted ||= at.inner === undefined;
    for (const [name, value] of Object.entries(layers)) fields[name] ??= value;
  }
  if (malformation(frame, packet) !== undefined) fields["_ws.malformed"] = "_ws.malformed";
  return fields;
}

function layerFields(packet: Packet, to: Fields): void {
  if (hasEthernet(packet)) ethernetFields(packet, to);
  tagFields(packet.eth, to);
  if (packet.arp !== undefined) arpFields(packet.arp, (packet.malformed ?? packet.cut) !== undefined, to);
  if (packet.mpls?.[0] !== undefined) to["mpls.label"] = packet.mpls[0];
  if (packet.ip !== undefined) {
    ipFields(packet.ip, to);
    // A segmenting network card's length of 0 is shown as what the frame has room for.
    if (to["ip.len"] === 0 && packet.room !== undefined) to["ip.len"] = packet.room;
  }
  transportFields(packet, to);
  if (packet.icmp !== undefined) icmpFields(packet.icmp, packet, to);
  if (packet.igmp !== undefined) to["igmp.type"] = hex(packet.igmp.type, 2);
  if (packet.dhcp !== undefined && packet.part?.layer !== "dhcp") dhcpFields(packet, to);
  if (packet.dhcpv6 !== undefined) to["dhcpv6.msgtype"] = packet.dhcpv6.message;
  if (packet.gre !== undefined) to["gre.proto"] = hex(packet.gre.protocol, 4);
  if (packet.vxlan !== undefined) to["vxlan.vni"] = packet.vxlan.vni;
  if (packet.geneve !== undefined) to["geneve.vni"] = hex(packet.geneve.vni, 6);
  if (packet.esp !== undefined) to["esp.spi"] = hex(packet.esp.spi, 8);
  if (packet.ah !== undefined) to["ah.spi"] = hex(packet.ah.spi, 8);
}

/** Not of raw IP and the like, whose `eth` is made up. */
export function hasEthernet(packet: Packet): boolean {
  return /^(?:eth|(?:pktap|ppi):pcap_pktdata:eth|fr:eth|llc:eth|juniper:eth|atm:lane:eth)(?:$|:)/.test(
    packet.protocols,
  );
}

const LENGTH_FIELD_END = 0x600;
const LONGEST_LENGTH = 1500;

function ethernetFields({ eth, part }: Packet, to: Fields): void {
  if (part?.layer === "eth") return;
  to["eth.dst"] = macText(eth.dst);
  to["eth.src"] = macText(eth.src);
  const first = eth.tags[0]?.tpid ?? eth.type;
  if (first === 0 || first >= LENGTH_FIELD_END) to["eth.type"] = hex(first, 4);
  else if (first <= LONGEST_LENGTH) to["eth.len"] = first;
}

/** Linux cooked captures have tags, too. */
function tagFields({ tags, type }: Packet["eth"], to: Fields): void {
  let isSecond = false;
  tags.forEach((tag, i) => {
    // Two are one header, and neither of them is `ieee8021ad.id`.
    if (tag.tpid === 0x88a8) {
      const isFirst = !isSecond && tags[i + 1]?.tpid === 0x88a8;
      if (!isFirst && !isSecond) to["ieee8021ad.id"] ??= tag.id;
      isSecond = isFirst;
    } else if (to["vlan.id"] === undefined) {
      to["vlan.id"] = tag.id;
      to["vlan.priority"] = tag.priority;
      const next = tags[i + 1]?.tpid ?? type;
      if (next > LONGEST_LENGTH) to["vlan.etype"] = hex(next, 4);
    }
  });
}

function arpFields(arp: NonNullable<Packet["arp"]>, isCutShort: boolean, to: Fields): void {
  to["arp.opcode"] = arp.opcode;
  // Wireshark reads all of the addresses before it shows one.
  if (isCutShort) return;
  if (arp.hardware === undefined || (isEthernetHardware(arp.hardware.type) && arp.hardware.length === 6)) {
    to["arp.src.hw_mac"] = macText(arp.senderMac);
    to["arp.dst.hw_mac"] = macText(arp.targetMac);
  }
  if (arp.network === undefined) {
    to["arp.src.proto_ipv4"] = ip4Text(arp.senderIp);
    to["arp.dst.proto_ipv4"] = ip4Text(arp.targetIp);
  }
}

function ipFields(ip: IpHeader, to: Fields): void {
  to["ip.version"] = ip.version;
  if (ip.version === 6) {
    to["ipv6.plen"] = ip.length;
    to["ipv6.nxt"] = ip.nextHeader ?? ip.protocol;
    to["ipv6.hlim"] = ip.ttl;
    to["ipv6.src"] = ipText(ip.src);
    to["ipv6.dst"] = ipText(ip.dst);
    fragmentHeader(ip, to);
    return;
  }
  // Where Wireshark gives a header up it has written fewer fields.
  fragmentHeader(ip, to);
  to["ip.hdr_len"] = ip.headerLength;
  if (ip.headerLength < 20) return;
  to["ip.dsfield"] = hex((ip.dscp << 2) | ip.ecn, 2);
  to["ip.len"] = ip.length;
  if (ip.length !== 0 && ip.length < ip.headerLength) return;
  to["ip.id"] = hex(ip.id, 4);
  to["ip.flags.df"] = ip.dontFragment ? 1 : 0;
  to["ip.flags.mf"] = ip.moreFragments ? 1 : 0;
  to["ip.frag_offset"] = ip.fragmentOffset / 8;
  to["ip.ttl"] = ip.ttl;
  to["ip.proto"] = ip.protocol;
  to["ip.src"] = ipText(ip.src);
  if (ip.headerLength === 20) to["ip.dst"] = ipText(ip.dst);
  else if (ip.options !== undefined) {
    const final = finalDestination(ip.options);
    if (final !== 0) to["ip.dst"] = ipText(final ?? ip.dst);
  }
}

const FRAGMENT_HEADER = 44;
const AUTHENTICATION_HEADER = 51;

function fragmentHeader(ip: IpHeader, to: Fields): void {
  const { extensions } = ip;
  if (extensions === undefined) return;
  let type = ip.nextHeader;
  for (let at = 0; at + 8 <= extensions.length; ) {
    const next = extensions[at];
    if (type === FRAGMENT_HEADER) {
      const field = u16(extensions, at + 2);
      to["ipv6.fraghdr.nxt"] = next ?? 0;
      to["ipv6.fraghdr.offset"] = field >> 3;
      to["ipv6.fraghdr.more"] = field & 1;
      return;
    }
    const size = extensions[at + 1] ?? 0;
    at += type === AUTHENTICATION_HEADER ? (size + 2) * 4 : (size + 1) * 8;
    type = next;
  }
}

function transportFields(packet: Packet, to: Fields): void {
  const { tcp, udp, sctp, part } = packet;
  if (part?.layer === "tcp" && part.octets.length >= UP_TO_THE_WINDOW) {
    const length = segmentLength(packet, ((part.octets[12] ?? 0) >> 4) * 4);
    if (length !== undefined) to["tcp.len"] = length;
  }
  if (tcp !== undefined) {
    to["tcp.srcport"] = tcp.srcPort;
    to["tcp.dstport"] = tcp.dstPort;
    to["tcp.seq"] = tcp.seq;
    to["tcp.hdr_len"] = tcp.headerLength;
    if (tcp.headerLength >= 20) {
      to["tcp.ack"] = tcp.ack;
      to["tcp.flags"] = hex(tcp.flags, 4);
      to["tcp.window_size_value"] = tcp.window;
    }
    if (tcp.headerLength > 20 && tcp.options === undefined && packet.malformed !== undefined) return;
    const length = segmentLength(packet, tcp.headerLength);
    if (length !== undefined) to["tcp.len"] = length;
  } else if (udp !== undefined) {
    to["udp.srcport"] = udp.srcPort;
    to["udp.dstport"] = udp.dstPort;
    to["udp.length"] = udp.length;
  } else if (sctp !== undefined) {
    to["sctp.srcport"] = sctp.srcPort;
    to["sctp.dstport"] = sctp.dstPort;
  }
}

/** Of a TCP header that the capture cut: what is read before the first field is shown. */
const UP_TO_THE_WINDOW = 16;

/** Octets of a segment: by IP's length, but not more than IP has room for. Of a fragment Wireshark does not tell them. */
function segmentLength({ ip, room }: Packet, headerLength: number): number | undefined {
  if (ip === undefined || ip.moreFragments || ip.fragmentOffset !== 0) return undefined;
  const claimed = room ?? ip.length + (ip.version === 6 ? IPV6_HEADER : 0);
  const length = claimed - ip.headerLength - headerLength;
  return length < 0 ? undefined : length;
}

const IPV6_HEADER = 40;
function icmpFields(icmp: NonNullable<Packet["icmp"]>, { ip, protocols, payload }: Packet, to: Fields): void {
  // Each may stand behind the other version of IP, too.
  const layer = /(?:^|:)(icmp(?:v6)?)(?::|$)/.exec(protocols)?.[1] ?? (ip?.version === 6 ? "icmpv6" : "icmp");
  to[`${layer}.type`] = icmp.type;
  to[`${layer}.code`] = icmp.code;
  if (layer === "icmpv6") return;
  const { type, id, rest = 0 } = icmp;
  if (type === EXTENDED_ECHO || type === EXTENDED_ECHO_REPLY) to["icmp.ident"] = rest >>> 16;
  else if (id !== undefined) {
    to["icmp.ident"] = id;
    to["icmp.seq"] = icmp.seq ?? 0;
  } else if ((type === 0 || type === 8 || (type >= 13 && type <= 18)) && payload.length >= 2) {
    // The message ends in its sequence number.
    to["icmp.ident"] = u16(payload, 0);
  }
}

const EXTENDED_ECHO = 42;
const EXTENDED_ECHO_REPLY = 43;

function dhcpFields({ dhcp, payload }: Packet, to: Fields): void {
  if (dhcp === undefined) return;
  to["dhcp.type"] = dhcp.op;
  if (dhcp.message !== 0) to["dhcp.option.dhcp"] = dhcp.message;
  to["dhcp.ip.your"] = ip4Text(dhcp.yourIp);
  to["dhcp.ip.client"] = ip4Text(dhcp.clientIp);
  if (isEthernetHardware(payload[1]) && payload[2] === 6) to["dhcp.hw.mac_addr"] = macText(dhcp.clientMac);
  else {
    // A client identifier that is a hardware address is shown as one (RFC 2132, 9.14).
    const at = optionAt(payload, CLIENT_IDENTIFIER);
    if (payload[at + 1] === 7 && isEthernetHardware(payload[at + 2]) && at + 9 <= payload.length)
      to["dhcp.hw.mac_addr"] = macText(u48(payload, at + 3));
  }
}

const CLIENT_IDENTIFIER = 61;
/** Ethernet, and networks of IEEE 802. */
const isEthernetHardware = (type: number | undefined): boolean => type === 1 || type === 6;
