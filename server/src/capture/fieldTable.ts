import type { Dhcp, Icmp, IpHeader, Packet, Tcp, VlanTag } from "./packet.ts";
import * as sort from "./values.ts";

export type Raw = number | bigint | boolean | Uint8Array;

/** A header field: where it is in its layer, how it is written, and how a packet is made that has another value. */
export interface FieldRow {
  readonly name: string;
  readonly get: (packet: Packet) => Raw | undefined;
  readonly show: (raw: Raw) => string;
  /** From the start of the layer, in octets. */
  readonly offset?: number;
  readonly length?: number;
  /** Absent: the value follows from others. Answers a packet, or what the text should have been. */
  readonly set?: (packet: Packet, text: string) => Packet | string;
  /** Another value makes other layers of the octets behind: the packet is decoded anew. */
  readonly structural?: boolean;
}

/** A layer by Wireshark's names. */
export interface LayerRow {
  readonly name: string;
  readonly filter: string;
  readonly present: (packet: Packet) => boolean;
  readonly fields: readonly FieldRow[];
}

type AnySort = sort.Sort<number> | sort.Sort<bigint> | sort.Sort<boolean> | sort.Sort<Uint8Array>;
/** Octets from the start of the layer, and how many. */
type Place = readonly [offset: number, length?: number];
/** "derived" values follow from the rest; "structural" ones say what the octets behind are. */
type Mode = "plain" | "derived" | "structural";

/** A value that is computed from a part of the packet instead of being one of its properties. */
interface Computed<P> {
  readonly get: (part: P) => Raw | undefined;
  readonly set: (part: P, value: Raw) => P;
}

/** Makes the rows of one part of the packet: `layer` finds it, `put` makes a packet with another one. */
function rowsOf<P extends object>(layer: (packet: Packet) => P | undefined, put: (packet: Packet, part: P) => Packet) {
  return (name: string, kind: AnySort, of: keyof P | Computed<P>, place?: Place, mode: Mode = "plain"): FieldRow => {
    // A property and its sort belong together in the table below; the compiler cannot see it through the union.
    const { show, parse, wants } = kind as unknown as sort.Sort<Raw>;
    const computed: Computed<P> =
      typeof of === "object"
        ? of
        : { get: (part) => part[of] as Raw | undefined, set: (part, value) => ({ ...part, [of]: value }) };
    const set = (packet: Packet, text: string): Packet | string => {
      const part = layer(packet);
      const value = parse(text);
      if (value === undefined) return wants;
      return part === undefined ? packet : put(packet, computed.set(part, value));
    };
    return {
      name,
      show,
      get: (packet) => {
        const part = layer(packet);
        return part === undefined ? undefined : computed.get(part);
      },
      ...(place && { offset: place[0] }),
      ...(place?.[1] !== undefined && { length: place[1] }),
      ...(mode !== "derived" && { set }),
      ...(mode === "structural" && { structural: true }),
    };
  };
}

const eth = rowsOf(
  (packet) => packet.eth,
  (packet, part) => ({ ...packet, eth: part }),
);
const tagOf = (tpids: readonly number[]) =>
  rowsOf<VlanTag>(
    (packet) => packet.eth.tags.find((tag) => tpids.includes(tag.tpid)),
    (packet, part) => {
      const index = packet.eth.tags.findIndex((tag) => tpids.includes(tag.tpid));
      return { ...packet, eth: { ...packet.eth, tags: packet.eth.tags.with(index, part) } };
    },
  );
const CUSTOMER_TAGS = [0x8100, 0x9100];
const SERVICE_TAGS = [0x88a8];
const vlan = tagOf(CUSTOMER_TAGS);
const serviceVlan = tagOf(SERVICE_TAGS);
const arp = rowsOf(
  (packet) => packet.arp,
  (packet, part) => ({ ...packet, arp: part }),
);
const ipOf = (version: 4 | 6) =>
  rowsOf<IpHeader>(
    (packet) => (packet.ip?.version === version ? packet.ip : undefined),
    (packet, part) => ({ ...packet, ip: part }),
  );
const ip4 = ipOf(4);
const ip6 = ipOf(6);
const tcp = rowsOf<Tcp>(
  (packet) => packet.tcp,
  (packet, part) => ({ ...packet, tcp: part }),
);
const udp = rowsOf(
  (packet) => packet.udp,
  (packet, part) => ({ ...packet, udp: part }),
);
const sctp = rowsOf(
  (packet) => packet.sctp,
  (packet, part) => ({ ...packet, sctp: part }),
);
const icmpOf = (version: 4 | 6) =>
  rowsOf<Icmp>(
    (packet) => (packet.ip?.version === version ? packet.icmp : undefined),
    (packet, part) => ({ ...packet, icmp: part }),
  );
const icmp = icmpOf(4);
const icmp6 = icmpOf(6);
const dhcp = rowsOf<Dhcp>(
  (packet) => packet.dhcp,
  (packet, part) => ({ ...packet, dhcp: part }),
);
const data = rowsOf<Packet>(
  (packet) => packet,
  (_, part) => part,
);

/** Of a tagged frame the first type is the tag's. */
const firstType: Computed<Packet["eth"]> = {
  get: (part) => part.tags[0]?.tpid ?? part.type,
  set: (part, value) => (part.tags.length === 0 ? { ...part, type: Number(value) } : part),
};
const fragmentUnits: Computed<IpHeader> = {
  get: (part) => part.fragmentOffset / 8,
  set: (part, value) => ({ ...part, fragmentOffset: Number(value) * 8 }),
};
const tcpFlag = (bit: number): Computed<Tcp> => ({
  get: (part) => (part.flags & (1 << bit)) !== 0,
  set: (part, value) => ({ ...part, flags: value ? part.flags | (1 << bit) : part.flags & ~(1 << bit) }),
});
/** A property that is absent when it is 0. */
const orZero = <P extends object>(key: keyof P): Computed<P> => ({
  get: (part) => (part[key] as Raw | undefined) ?? 0,
  set: (part, value) => ({ ...part, [key]: value }),
});
const targetOf = (type: number): Computed<Icmp> => ({
  get: (part) => (part.type === type ? part.target : undefined),
  set: (part, value) => ({ ...part, target: BigInt(value as bigint) }),
});
const payloadLength: Computed<Packet> = { get: (part) => part.payload.length, set: (part) => part };
const hasTag = (packet: Packet, tpids: readonly number[]): boolean =>
  packet.eth.tags.some((tag) => tpids.includes(tag.tpid));

/** In the order of the octets. Names and filters: Wireshark's display filter reference. */
export const LAYER_ROWS: readonly LayerRow[] = [
  {
    name: "Ethernet II",
    filter: "eth",
    present: () => true,
    fields: [
      eth("eth.dst", sort.mac, "dst", [0, 6]),
      eth("eth.src", sort.mac, "src", [6, 6]),
      eth("eth.type", sort.hexadecimal(16), firstType, [12, 2], "structural"),
    ],
  },
  {
    name: "IEEE 802.1ad",
    filter: "ieee8021ad",
    present: (packet) => hasTag(packet, SERVICE_TAGS),
    fields: [
      serviceVlan("ieee8021ad.priority", sort.decimal(3), "priority"),
      serviceVlan("ieee8021ad.dei", sort.flag, "dei"),
      serviceVlan("ieee8021ad.id", sort.decimal(12), "id"),
    ],
  },
  {
    name: "802.1Q Virtual LAN",
    filter: "vlan",
    present: (packet) => hasTag(packet, CUSTOMER_TAGS),
    fields: [
      vlan("vlan.priority", sort.decimal(3), "priority"),
      vlan("vlan.dei", sort.flag, "dei"),
      vlan("vlan.id", sort.decimal(12), "id"),
      eth("vlan.etype", sort.hexadecimal(16), "type", undefined, "structural"),
    ],
  },
  {
    name: "Address Resolution Protocol",
    filter: "arp",
    present: (packet) => packet.arp !== undefined,
    fields: [
      arp("arp.opcode", sort.decimal(16), "opcode", [6, 2]),
      arp("arp.src.hw_mac", sort.mac, "senderMac", [8, 6]),
      arp("arp.src.proto_ipv4", sort.ip4, "senderIp", [14, 4]),
      arp("arp.dst.hw_mac", sort.mac, "targetMac", [18, 6]),
      arp("arp.dst.proto_ipv4", sort.ip4, "targetIp", [24, 4]),
    ],
  },
  {
    name: "Internet Protocol Version 4",
    filter: "ip",
    present: (packet) => packet.ip?.version === 4,
    fields: [
      ip4("ip.version", sort.decimal(4), "version", [0, 1], "derived"),
      ip4("ip.hdr_len", sort.decimal(6), "headerLength", [0, 1], "derived"),
      ip4("ip.dsfield.dscp", sort.decimal(6), "dscp", [1, 1]),
      ip4("ip.dsfield.ecn", sort.decimal(2), "ecn", [1, 1]),
      ip4("ip.len", sort.decimal(16), "length", [2, 2], "derived"),
      ip4("ip.id", sort.hexadecimal(16), "id", [4, 2]),
      ip4("ip.flags.df", sort.flag, "dontFragment", [6, 1]),
      ip4("ip.flags.mf", sort.flag, "moreFragments", [6, 1]),
      ip4("ip.frag_offset", sort.decimal(13), fragmentUnits, [6, 2], "structural"),
      ip4("ip.ttl", sort.decimal(8), "ttl", [8, 1]),
      ip4("ip.proto", sort.decimal(8), "protocol", [9, 1], "structural"),
      ip4("ip.src", sort.ip4, "src", [12, 4]),
      ip4("ip.dst", sort.ip4, "dst", [16, 4]),
      ip4("ip.options", sort.octets, "options", [20], "derived"),
    ],
  },
  {
    name: "Internet Protocol Version 6",
    filter: "ipv6",
    present: (packet) => packet.ip?.version === 6,
    fields: [
      ip6("ipv6.version", sort.decimal(4), "version", [0, 1], "derived"),
      ip6("ipv6.tclass.dscp", sort.decimal(6), "dscp", [0, 2]),
      ip6("ipv6.tclass.ecn", sort.decimal(2), "ecn", [1, 1]),
      ip6("ipv6.flow", sort.hexadecimal(20), orZero("flowLabel"), [1, 3]),
      ip6("ipv6.plen", sort.decimal(16), "length", [4, 2], "derived"),
      ip6("ipv6.nxt", sort.decimal(8), "protocol", [6, 1], "structural"),
      ip6("ipv6.hlim", sort.decimal(8), "ttl", [7, 1]),
      ip6("ipv6.src", sort.ip6, "src", [8, 16]),
      ip6("ipv6.dst", sort.ip6, "dst", [24, 16]),
    ],
  },
  {
    name: "Transmission Control Protocol",
    filter: "tcp",
    present: (packet) => packet.tcp !== undefined,
    fields: [
      tcp("tcp.srcport", sort.decimal(16), "srcPort", [0, 2], "structural"),
      tcp("tcp.dstport", sort.decimal(16), "dstPort", [2, 2], "structural"),
      tcp("tcp.seq", sort.decimal(32), "seq", [4, 4]),
      tcp("tcp.ack", sort.decimal(32), "ack", [8, 4]),
      tcp("tcp.hdr_len", sort.decimal(6), "headerLength", [12, 1], "derived"),
      tcp("tcp.flags", sort.tcpFlags, "flags", [12, 2]),
      ...sort.TCP_FLAGS.map((name, bit) => tcp(`tcp.flags.${name}`, sort.flag, tcpFlag(bit), [bit < 8 ? 13 : 12, 1])),
      tcp("tcp.window_size_value", sort.decimal(16), "window", [14, 2]),
      tcp("tcp.urgent_pointer", sort.decimal(16), orZero("urgent"), [18, 2]),
      tcp("tcp.options", sort.octets, "options", [20], "derived"),
    ],
  },
  {
    name: "User Datagram Protocol",
    filter: "udp",
    present: (packet) => packet.udp !== undefined,
    fields: [
      udp("udp.srcport", sort.decimal(16), "srcPort", [0, 2], "structural"),
      udp("udp.dstport", sort.decimal(16), "dstPort", [2, 2], "structural"),
      udp("udp.length", sort.decimal(16), "length", [4, 2], "derived"),
    ],
  },
  {
    name: "Stream Control Transmission Protocol",
    filter: "sctp",
    present: (packet) => packet.sctp !== undefined,
    fields: [
      sctp("sctp.srcport", sort.decimal(16), "srcPort", [0, 2]),
      sctp("sctp.dstport", sort.decimal(16), "dstPort", [2, 2]),
      sctp("sctp.verification_tag", sort.hexadecimal(32), orZero("verificationTag"), [4, 4]),
    ],
  },
  {
    name: "Internet Control Message Protocol",
    filter: "icmp",
    present: (packet) => packet.icmp !== undefined && packet.ip?.version === 4,
    fields: [
      icmp("icmp.type", sort.decimal(8), "type", [0, 1], "structural"),
      icmp("icmp.code", sort.decimal(8), "code", [1, 1]),
      icmp("icmp.ident", sort.decimal(16), "id", [4, 2]),
      icmp("icmp.seq", sort.decimal(16), "seq", [6, 2]),
    ],
  },
  {
    name: "Internet Control Message Protocol v6",
    filter: "icmpv6",
    present: (packet) => packet.icmp !== undefined && packet.ip?.version === 6,
    fields: [
      icmp6("icmpv6.type", sort.decimal(8), "type", [0, 1], "structural"),
      icmp6("icmpv6.code", sort.decimal(8), "code", [1, 1]),
      icmp6("icmpv6.echo.identifier", sort.hexadecimal(16), "id", [4, 2]),
      icmp6("icmpv6.echo.sequence_number", sort.decimal(16), "seq", [6, 2]),
      icmp6("icmpv6.nd.ns.target_address", sort.ip6, targetOf(135), [8, 16]),
      icmp6("icmpv6.nd.na.target_address", sort.ip6, targetOf(136), [8, 16]),
    ],
  },
  {
    name: "Dynamic Host Configuration Protocol",
    filter: "dhcp",
    present: (packet) => packet.dhcp !== undefined,
    fields: [
      dhcp("dhcp.type", sort.decimal(8), "op", [0, 1]),
      dhcp("dhcp.id", sort.hexadecimal(32), "transactionId", [4, 4]),
      dhcp("dhcp.ip.client", sort.ip4, "clientIp", [12, 4]),
      dhcp("dhcp.ip.your", sort.ip4, "yourIp", [16, 4]),
      dhcp("dhcp.hw.mac_addr", sort.mac, "clientMac", [28, 6]),
      dhcp("dhcp.option.dhcp", sort.decimal(8), "message"),
    ],
  },
  {
    name: "Data",
    filter: "data",
    present: (packet) => packet.payload.length > 0 && packet.dhcp === undefined,
    fields: [
      data("data.len", sort.decimal(32), payloadLength, undefined, "derived"),
      data("data.data", sort.octets, "payload", [0], "structural"),
    ],
  },
];
