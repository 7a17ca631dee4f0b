/**
 * Names of protocol numbers: IP protocols and EtherTypes (IANA), ICMP types (IANA, in the spellings of Wireshark and
 * NSX, lower case with hyphens). One table each, both ways.
 */

export const TCP = 6;
export const UDP = 17;
export const SCTP = 132;
export const ICMP = 1;
export const ICMPV6 = 58;

/** The IP protocols that have ports, by the word of the language. */
export const PORT_PROTOCOLS: Readonly<Record<string, number>> = { tcp: TCP, udp: UDP, sctp: SCTP };

/** IANA "Assigned Internet Protocol Numbers"; where a number has several names, the first is the one that is shown. */
export const IP_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["hopopt", 0],
  ["icmp", ICMP],
  ["igmp", 2],
  ["ipv4", 4],
  ["ipip", 4],
  ["st", 5],
  ["tcp", TCP],
  ["egp", 8],
  ["igp", 9],
  ["udp", UDP],
  ["rdp", 27],
  ["dccp", 33],
  ["ipv6", 41],
  ["ipv6-route", 43],
  ["ipv6-frag", 44],
  ["rsvp", 46],
  ["gre", 47],
  ["esp", 50],
  ["ah", 51],
  ["mobile", 55],
  ["icmpv6", ICMPV6],
  ["ipv6-icmp", ICMPV6],
  ["ipv6-nonxt", 59],
  ["ipv6-opts", 60],
  ["eigrp", 88],
  ["ospf", 89],
  ["etherip", 97],
  ["encap", 98],
  ["pim", 103],
  ["ipcomp", 108],
  ["vrrp", 112],
  ["l2tp", 115],
  ["isis", 124],
  ["fc", 133],
  ["sctp", SCTP],
  ["udplite", 136],
  ["mpls-in-ip", 137],
  ["shim6", 140],
]);

/** IEEE EtherTypes; where a number has several names, the first is the one that is shown. */
export const ETHER_TYPES: ReadonlyMap<string, number> = new Map([
  ["ipv4", 0x0800],
  ["ip", 0x0800],
  ["arp", 0x0806],
  ["wol", 0x0842],
  ["rarp", 0x8035],
  ["appletalk", 0x809b],
  ["aarp", 0x80f3],
  ["vlan", 0x8100],
  ["ipx", 0x8137],
  ["ipv6", 0x86dd],
  ["flow-control", 0x8808],
  ["lacp", 0x8809],
  ["mpls", 0x8847],
  ["mpls-multicast", 0x8848],
  ["pppoe-discovery", 0x8863],
  ["pppoe-session", 0x8864],
  ["eapol", 0x888e],
  ["qinq", 0x88a8],
  ["aoe", 0x88a2],
  ["lldp", 0x88cc],
  ["macsec", 0x88e5],
  ["ptp", 0x88f7],
  ["fcoe", 0x8906],
  ["fip", 0x8914],
  ["roce", 0x8915],
]);

export interface IcmpType {
  readonly type: number;
  /** Undefined: any code. */
  readonly code?: number;
}

/** ICMP (RFC 792 and IANA "ICMP Parameters"): types, and codes of the types whose codes people name. */
export const ICMP_TYPES: ReadonlyMap<string, IcmpType> = new Map<string, IcmpType>([
  ["echo-reply", { type: 0 }],
  ["destination-unreachable", { type: 3 }],
  ["net-unreachable", { type: 3, code: 0 }],
  ["network-unreachable", { type: 3, code: 0 }],
  ["host-unreachable", { type: 3, code: 1 }],
  ["protocol-unreachable", { type: 3, code: 2 }],
  ["port-unreachable", { type: 3, code: 3 }],
  ["fragmentation-needed", { type: 3, code: 4 }],
  ["source-route-failed", { type: 3, code: 5 }],
  ["network-prohibited", { type: 3, code: 9 }],
  ["host-prohibited", { type: 3, code: 10 }],
  ["administratively-prohibited", { type: 3, code: 13 }],
  ["communication-prohibited", { type: 3, code: 13 }],
  ["source-quench", { type: 4 }],
  ["redirect", { type: 5 }],
  ["network-redirect", { type: 5, code: 0 }],
  ["host-redirect", { type: 5, code: 1 }],
  ["alternate-host-address", { type: 6 }],
  ["echo-request", { type: 8 }],
  ["echo", { type: 8 }],
  ["router-advertisement", { type: 9 }],
  ["router-solicitation", { type: 10 }],
  ["time-exceeded", { type: 11 }],
  ["ttl-exceeded", { type: 11, code: 0 }],
  ["reassembly-time-exceeded", { type: 11, code: 1 }],
  ["parameter-problem", { type: 12 }],
  ["timestamp-request", { type: 13 }],
  ["timestamp", { type: 13 }],
  ["timestamp-reply", { type: 14 }],
  ["information-request", { type: 15 }],
  ["information-reply", { type: 16 }],
  ["address-mask-request", { type: 17 }],
  ["address-mask-reply", { type: 18 }],
  ["traceroute", { type: 30 }],
  ["extended-echo-request", { type: 42 }],
  ["extended-echo-reply", { type: 43 }],
]);

/** ICMPv6 (RFC 4443, RFC 4861, RFC 2710, RFC 3810 and IANA "ICMPv6 Parameters"). */
export const ICMPV6_TYPES: ReadonlyMap<string, IcmpType> = new Map<string, IcmpType>([
  ["destination-unreachable", { type: 1 }],
  ["no-route", { type: 1, code: 0 }],
  ["network-unreachable", { type: 1, code: 0 }],
  ["administratively-prohibited", { type: 1, code: 1 }],
  ["communication-prohibited", { type: 1, code: 1 }],
  ["beyond-scope", { type: 1, code: 2 }],
  ["address-unreachable", { type: 1, code: 3 }],
  ["host-unreachable", { type: 1, code: 3 }],
  ["port-unreachable", { type: 1, code: 4 }],
  ["packet-too-big", { type: 2 }],
  ["time-exceeded", { type: 3 }],
  ["hop-limit-exceeded", { type: 3, code: 0 }],
  ["ttl-exceeded", { type: 3, code: 0 }],
  ["reassembly-time-exceeded", { type: 3, code: 1 }],
  ["parameter-problem", { type: 4 }],
  ["echo-request", { type: 128 }],
  ["echo", { type: 128 }],
  ["echo-reply", { type: 129 }],
  ["multicast-listener-query", { type: 130 }],
  ["multicast-listener-report", { type: 131 }],
  ["multicast-listener-done", { type: 132 }],
  ["router-solicitation", { type: 133 }],
  ["router-advertisement", { type: 134 }],
  ["neighbor-solicitation", { type: 135 }],
  ["neighbour-solicitation", { type: 135 }],
  ["neighbor-advertisement", { type: 136 }],
  ["neighbour-advertisement", { type: 136 }],
  ["redirect", { type: 137 }],
  ["router-renumbering", { type: 138 }],
  ["node-information-query", { type: 139 }],
  ["node-information-response", { type: 140 }],
  ["multicast-listener-report-v2", { type: 143 }],
]);

export const icmpTypes = (protocol: "icmp" | "icmpv6"): ReadonlyMap<string, IcmpType> =>
  protocol === "icmp" ? ICMP_TYPES : ICMPV6_TYPES;

/** The first name of a type and code, the type's alone where the code has none; undefined where neither has. */
export function icmpName(protocol: "icmp" | "icmpv6", type: number, code?: number): string | undefined {
  let ofType: string | undefined;
  for (const [name, icmp] of icmpTypes(protocol)) {
    if (icmp.type !== type) continue;
    if (icmp.code === undefined) ofType ??= name;
    else if (icmp.code === code) return name;
  }
  return ofType;
}

const nameOf = (table: ReadonlyMap<string, number>, number: number): string | undefined => {
  for (const [name, value] of table) if (value === number) return name;
  return undefined;
};
export const ipProtocolName = (number: number): string | undefined => nameOf(IP_PROTOCOLS, number);
export const etherTypeName = (number: number): string | undefined => nameOf(ETHER_TYPES, number);
