/**
 * A frame as the chain sees it: the layers by their Wireshark names, immutable. A change makes a new packet.
 * `decode.ts` makes one from bytes, `encode.ts` bytes from one, `chain/packet.ts` one from the language's notation.
 */

/** IPv4: a number below 2^32. IPv6: a bigint. */
export type IpAddress = number | bigint;
/** 48 bits as a number. */
export type MacAddress = number;

export interface Packet {
  readonly eth: Ethernet;
  readonly arp?: Arp;
  readonly ip?: IpHeader;
  readonly tcp?: Tcp;
  readonly udp?: Udp;
  readonly sctp?: Sctp;
  readonly icmp?: Icmp;
  readonly dhcp?: Dhcp;
  /** The first ports (and the sequence number) of a TCP header that was not whole: then there is no `tcp`. */
  readonly ports?: Ports & { readonly seq?: number };
  /** Octets that IP has for itself and what it carries, where its length says more, or 0 (a segmenting network card). */
  readonly room?: number;
  /** The octets of a header that is not whole, the last one: what they say is shown all the same. */
  readonly part?: HeaderPart;
  readonly igmp?: { readonly type: number };
  /** Of DHCPv6 (RFC 8415) the message type only. */
  readonly dhcpv6?: { readonly message: number };
  readonly esp?: { readonly spi: number };
  readonly ah?: { readonly spi: number };
  readonly gre?: { readonly protocol: number };
  readonly vxlan?: { readonly vni: number };
  readonly geneve?: { readonly vni: number };
  /** Outer first. */
  readonly mpls?: readonly number[];
  /** What a tunnel carries. The tunnel's own header and this packet are in the outer one's `payload`, too. */
  readonly inner?: Packet;
  /**
   * Octets after the last header that was decoded (Ethernet, ARP, IP, TCP, UDP, SCTP, ICMP up to its eighth octet);
   * of DHCP, ICMP errors, tunnels and the like the octets that those were read from.
   */
  readonly payload: Uint8Array;
  /**
   * Where decoding had to stop, in octets from the start of the frame, and why; the layers before it hold.
   * `expert`: an impossible value for which Wireshark has a note of its own and does not say "malformed".
   * `fragment`: a first fragment ends too early; the rest may be in the next one, and Wireshark does not say it, either.
   */
  readonly malformed?: {
    readonly at: number;
    readonly why: string;
    readonly expert?: true;
    readonly fragment?: true;
  };
  /** The capture kept fewer octets than were sent, and decoding stopped where they end: not the packet's fault. */
  readonly cut?: { readonly at: number; readonly why: string };
  /** A link type that is not decoded: its number in words. `eth` is empty and `payload` the whole frame. */
  readonly unsupported?: string;
  /** Only when it was asked for (`decodeFrame`'s option). Captures on a sending host often have bad ones: offloading. */
  readonly checksum?: Checksums;
  /** `eth:ethertype:ip:tcp`, as tshark's frame.protocols. */
  readonly protocols: string;
}

export interface HeaderPart {
  readonly layer: "eth" | "version" | "ip" | "ipv6" | "tcp" | "udp" | "icmpv6" | "dhcp" | "vlan";
  readonly octets: Uint8Array;
}

/** 'zero': UDP over IPv4 without a checksum (RFC 768). Absent: there is none, or not enough of the packet to tell. */
export interface Checksums {
  readonly ip?: "good" | "bad";
  readonly l4?: "good" | "bad" | "zero";
}

/** Zero addresses where the link type has none (raw IP, Linux cooked, loopback). */
export interface Ethernet {
  readonly src: MacAddress;
  readonly dst: MacAddress;
  /** Of the payload, after any tags: 0x0800, 0x86dd, 0x0806 …; for an 802.3 frame the length field (below 0x600). */
  readonly type: number;
  /** Outer first. */
  readonly tags: readonly VlanTag[];
}
export interface VlanTag {
  /** 0x8100 (802.1Q) or 0x88a8 (802.1ad). */
  readonly tpid: number;
  readonly id: number;
  /** 802.1p, what NSX calls CoS: 0–7. */
  readonly priority: number;
  readonly dei: boolean;
}
export interface Arp {
  /** 1 request, 2 reply. */
  readonly opcode: number;
  readonly senderMac: MacAddress;
  readonly senderIp: number;
  readonly targetMac: MacAddress;
  readonly targetIp: number;
  /** When they are not those of Ethernet and IPv4: type (1), length (6), type (0x0800), length (4). */
  readonly hardware?: { readonly type: number; readonly length: number };
  readonly network?: { readonly type: number; readonly length: number };
}
export interface IpHeader {
  readonly version: 4 | 6;
  readonly src: IpAddress;
  readonly dst: IpAddress;
  /** IPv4's protocol; IPv6's last next header, after the extension headers. */
  readonly protocol: number;
  /** Also IPv6's hop limit. */
  readonly ttl: number;
  readonly dscp: number;
  readonly ecn: number;
  /** IPv4's identification; of IPv6 the fragment header's, else 0. */
  readonly id: number;
  readonly dontFragment: boolean;
  readonly moreFragments: boolean;
  /** In octets. */
  readonly fragmentOffset: number;
  /** Octets of header, extension headers included. */
  readonly headerLength: number;
  /** IPv4's total length; IPv6's payload length. */
  readonly length: number;
  /** IPv4's options as octets, padding included (RFC 791). */
  readonly options?: Uint8Array;
  /** IPv6's extension headers as octets, and the next header field of the fixed header, which says what the first is. */
  readonly extensions?: Uint8Array;
  readonly nextHeader?: number;
  readonly flowLabel?: number;
}
export interface Ports {
  readonly srcPort: number;
  readonly dstPort: number;
}
export interface Tcp extends Ports {
  /** FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128, AE 256 (RFC 9768); above them the reserved bits. */
  readonly flags: number;
  readonly seq: number;
  readonly ack: number;
  readonly window: number;
  readonly headerLength: number;
  /** The urgent pointer, where it is not 0. */
  readonly urgent?: number;
  /** The options as octets, padding included. */
  readonly options?: Uint8Array;
}
export interface Udp extends Ports {
  readonly length: number;
}
export interface Sctp extends Ports {
  readonly verificationTag?: number;
}
/** ICMP (with an IPv4 header) and ICMPv6 (with an IPv6 header). */
export interface Icmp {
  readonly type: number;
  readonly code: number;
  /** Echo identifier, where the type has one. */
  readonly id?: number;
  readonly seq?: number;
  /** Octets 4 to 7 of the header of a type without identifier, where they are not 0: an MTU, a gateway, flags … */
  readonly rest?: number;
  /** Neighbour discovery (135, 136): the target address. */
  readonly target?: bigint;
  /** Of an ICMP error: the packet that it is about, as far as it was sent along. */
  readonly about?: {
    readonly src: IpAddress;
    readonly dst: IpAddress;
    readonly protocol: number;
    readonly srcPort?: number;
    readonly dstPort?: number;
    /** ICMP echo identifier. */
    readonly id?: number;
  };
  /** The same, as a packet. */
  readonly quoted?: Packet;
}
/** DHCP for IPv4 (RFC 2131). */
export interface Dhcp {
  /** Option 53: 1 discover, 2 offer, 3 request, 4 decline, 5 ack, 6 nak, 7 release, 8 inform; 0 when there is none. */
  readonly message: number;
  /** 1 from a client, 2 from a server. */
  readonly op: number;
  readonly clientMac: MacAddress;
  readonly clientIp: number;
  readonly yourIp: number;
  readonly transactionId: number;
}

/** A record of a capture file. */
export interface Frame {
  /** From 1. */
  readonly number: number;
  /** Since the epoch, in nanoseconds; undefined in a pcapng simple packet block. */
  readonly time?: bigint;
  /** Index of the pcapng interface within its section (0 in a pcap). */
  readonly interface: number;
  /** Section of a pcapng, from 0; undefined in a pcap, which has neither sections nor interfaces. */
  readonly section?: number;
  /** LINKTYPE_… value. */
  readonly linkType: number;
  readonly data: Uint8Array;
  /** Octets on the wire; more than `data.length` when the capture cut it. */
  readonly originalLength: number;
  /** pcapng: opt_comment. */
  readonly comments?: readonly string[];
}
