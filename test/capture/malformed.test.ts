/** What Wireshark calls malformed, and what it does not, tried with tshark 4.0 on the same frames. */
import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { malformation } from "../../server/src/capture/faults.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import { hexOctets } from "./packets.ts";

const MACS = "005056040506 005056010203";
const SIX = `${"0".repeat(31)}1 ${"0".repeat(31)}2`;

const size = (hex: string) => hex.replace(/\s/g, "").length / 2;
const word = (value: number) => value.toString(16).padStart(4, "0");

function ip4(protocol: string, payload: string, options = ""): string {
  const header = 20 + size(options);
  return `${MACS} 0800 4${(header / 4).toString(16)}00 ${word(header + size(payload))} 0001 0000 40 ${protocol} 0000
    0a00010b 0a00020c ${options} ${payload}`;
}
const ip6 = (protocol: string, payload: string) =>
  `${MACS} 86dd 60000000 ${word(size(payload))} ${protocol} 40 ${SIX} ${payload}`;
const udp = (port: string, payload: string) => ip4("11", `c000 ${port} ${word(8 + size(payload))} 0000 ${payload}`);

function fault(hex: string, originalLength?: number): string {
  const data = hexOctets(hex);
  const frame = { number: 1, interface: 0, linkType: 1, data, originalLength: originalLength ?? data.length };
  const found = malformation(frame, decodeFrame(data, 1, originalLength));
  return found === undefined ? "" : `byte ${found.at}: ${found.why}`;
}

const TCP = (options: string) =>
  `c000 0050 00000001 00000000 ${(5 + size(options) / 4).toString(16)}002 2000 0000 0000 ${options}`;
/** An ICMP error that quotes 28 octets of UDP, filled up to 128; what is told of their length; what is behind them. */
const error = (length: string, behind: string) =>
  ip4(
    "01",
    `0b 00 0000 00 ${length} 0000 4500 001c 0001 0000 0111 0000 0a00020c 0a00010b c000 0035 0008 0000
    ${"00".repeat(100)} 20 00 0000 ${behind}`,
  );
const NEIGHBOUR = `87 00 0000 00000000 ${"0".repeat(31)}2`;
const DHCP = `02010600 00000001 00000000 0a000001 0a000002 ${"00".repeat(8)} 005056010203 ${"00".repeat(202)}`;
/** A message with these options. */
const dhcp = (options: string) => udp("0043", `${DHCP.replace("02", "01")} 63825363 350101 ${options} ff`);
/** A question for `a`, type A, and one answer. */
const ANSWER = "0001 8180 0001 0001 0000 0000 0161 00 0001 0001 c00c 0001 0001 0000003c 0004 c0000201";

describe("malformed", () => {
  test.each([
    ["an IPv6 type before IPv4", `${MACS} 86dd 4500 0014`, "byte 14: IP version 4 where IPv6 is announced"],
    [
      "more in an 802.3 frame than there is",
      `${MACS} 0010 4242 03 00`,
      "byte 12: an Ethernet length of 16 octets, more than there are",
    ],
    [
      "a timestamp option of two octets",
      ip4("11", "c000 0050 0008 0000", "4402 0000"),
      "byte 35: an IPv4 option 68 of 2 octets",
    ],
    [
      "a selective acknowledgment of half a block",
      ip4("06", TCP("0506 00000000 0101")),
      "byte 55: a selective acknowledgment of 6 octets",
    ],
    ["UDP without a length", ip4("11", "c000 0050 0000 0000"), "byte 38: a UDP length of 0 octets"],
    ["a router alert of three octets", ip6("00", "3b00 0503 000000 00"), "byte 57: an IPv6 option 5 of 3 octets"],
    [
      "segments that are not there",
      ip6("2b", "3b00 0400 00000000"),
      "byte 55: a routing header of type 4 with 8 octets",
    ],
    [
      "an ICMP error that quotes nothing",
      ip6("3a", "01 00 0000 00000000"),
      "byte 62: the ICMPv6 message ends after 8 octets",
    ],
    [
      "a timestamp that is cut",
      ip4("01", "0d 00 0000 00000000 00000000"),
      "byte 46: the ICMP message ends after 12 octets",
    ],
    [
      "an option of no length",
      ip6("3a", `${NEIGHBOUR} 0100 000000000000`),
      "byte 79: an option of neighbour discovery with a length of 0",
    ],
    [
      "an MTU option that is too long",
      ip6("3a", `${NEIGHBOUR} 0502 ${"00".repeat(14)}`),
      "byte 79: option 5 of neighbour discovery with a length of 2",
    ],
    [
      "fewer records than the report says",
      ip4("02", "22 00 0000 0000 0002 04000000 ef010101"),
      "byte 50: the IGMP report ends after 16 octets",
    ],
    ["a domain that is torn", dhcp("77 06 03656e67 0561"), "byte 293: dhcp: option 119 ends too early"],
    ["a client's name that is torn", dhcp("51 06 04 00 00 04 686f"), "byte 293: dhcp: option 81 ends too early"],
    ["a client's interface of no octets", dhcp("5e 00"), "byte 287: dhcp: option 94 ends too early"],
    [
      "a vendor's list beyond the message",
      dhcp("7d 08 00000009 09 01 07 61"),
      "byte 295: dhcp: option 125 ends too early",
    ],
    [
      "a tag of CIPSO without a length",
      ip4("11", "c000 0050 0008 0000", "8607 00000001 1b 00"),
      "byte 41: a tag of CIPSO without a length",
    ],
    [
      "options that a first fragment has not",
      `${MACS} 0800 4700 0030 0001 2000 4011 0000 0a00010b 0a00020c 0101`,
      "byte 36: the IPv4 options ends after 22 octets",
    ],
    [
      "a chunk beyond a first fragment",
      `${MACS} 0800 4500 0030 0001 2000 4084 0000 0a00010b 0a00020c 0001 0002 00000001 00000000 0000 0020 00000000 00000000 00000000`,
      "byte 62: the SCTP chunk ends after 16 octets",
    ],
    [
      "an IPv6 address of no octets",
      ip4("84", `0001 0002 00000001 00000000 0100 0018 00000001 00001000 00010001 00000001 0006 0004`),
      "byte 66: an SCTP parameter of 4 octets",
    ],
    [
      "a dropped packet without a header",
      ip4("84", "0001 0002 00000001 00000000 8100 0014 00000001 00000001 0000 0000 01020304"),
      "byte 48: an SCTP chunk 129 of 20 octets, and no header in it",
    ],
    [
      "ERSPAN that is cut",
      ip4("2f", "1000 88be 00000001 1001 0000"),
      "byte 46: the ERSPAN header ends after 12 octets",
    ],
    ["labels before nothing", `${MACS} 8847 00010140`, "byte 18: the MPLS payload ends after 4 octets"],
    [
      "a search list whose name goes beyond the message",
      ip6("3a", `85 00 0000 00000000 1f02 0000 0000003c 0561 62636465 6607`),
      "byte 78: a DNS search list whose name goes beyond the message",
    ],
    [
      "fewer routers than the advertisement says",
      ip4("01", "09 00 0000 02 02 0708 0a000001 00000000"),
      "byte 50: the list of routers ends after 8 octets",
    ],
    [
      "a Quick-Start option of four octets",
      ip6("00", "3b01 2604 00000000 0000 0104 00000000"),
      "byte 57: an IPv6 option 38 of 4 octets",
    ],
    [
      "half an IPv6 header in an error of IPv4",
      ip4("01", `03 00 0000 00000000 60000000 0008 11 40 ${"00".repeat(16)}`),
      "byte 66: the IPv6 header ends after 24 octets",
    ],
    ["a chunk of no octets", ip4("84", "0001 0002 00000001 00000000 0800 0000"), "byte 48: an SCTP chunk of 0 octets"],
    [
      "a chunk beyond the packet",
      ip4("84", "0001 0002 00000001 00000000 0000 0020 00000000"),
      "byte 54: the SCTP chunk ends after 8 octets",
    ],
    [
      "a VXLAN header without its last octet",
      udp("12b5", "08000000 000009"),
      "byte 49: the VXLAN header ends after 7 octets",
    ],
    [
      "Geneve options beyond the packet",
      udp("17c1", "3f00 6558 00000900"),
      "byte 50: the Geneve options ends after 8 octets",
    ],
    [
      "DNS without its answer",
      udp("0035", ANSWER.slice(0, -4)),
      "byte 75: dns: the message ends in a record of type 1",
    ],
    [
      "a DNS name that points beyond",
      udp("0035", "0001 0100 0001 0000 0000 0000 c0ff 0001 0001"),
      "byte 60: dns: the message ends in a question",
    ],
    [
      "an option beyond the packet behind a header of options",
      ip6("3c", "1100 1eff 00000000 c0000009 0008 0000"),
      "byte 70: the IPv6 option 30 ends after 8 octets",
    ],
    [
      "a host identity without its tags",
      ip6("8b", "3b04 0110 00000000"),
      "byte 62: the HIP header ends after 8 octets",
    ],
    [
      "padding that is counted as a chunk's",
      ip4("84", "0001 0002 00000001 00000000 0100 001c 00000001 00001000 0001 0001 00000001 000c 0006 0005 0000"),
      "byte 72: an SCTP parameter whose padding is counted as the chunk's",
    ],
    [
      "a multipath signal without its acknowledgment",
      ip4("06", TCP("1e04 2001")),
      "byte 55: a multipath option of 4 octets",
    ],
    [
      "BOOTP without its vendor's area",
      udp("0044", `${DHCP} 00000000 350101`),
      "byte 285: the DHCP vendor area ends after 243 octets",
    ],
    [
      "a DHCP option beyond the message",
      udp("0044", `${DHCP} 63825363 350102 0c09 6162`),
      "byte 289: the DHCP option 12 ends after 247 octets",
    ],
    ["a DHCP message of no type", udp("0044", `${DHCP} 63825363 3500 ff`), "byte 283: a DHCP option 53 of 0 octets"],
    ["a route without its router", dhcp("79 07 18 c00002 c00002"), "byte 294: dhcp: option 121 ends too early"],
    ["a class beyond its option", dhcp("7c 06 00000009 02 61"), "byte 293: dhcp: option 124 ends too early"],
    ["a client's DUID without its type", dhcp("3d 03 ff 0000"), "byte 290: dhcp: option 61 ends too early"],
    ["half an entry of RIP", udp("0208", `02020000 ${"00".repeat(10)}`), "byte 56: rip: half an entry"],
    ["NTP of 47 octets", udp("007b", `23${"00".repeat(46)}`), "byte 89: ntp: the message has 47 octets"],
    [
      "a preference of DHCPv6 of two octets",
      udp("0223", "01 000001 0007 0002 0000"),
      "byte 48: dhcpv6: an option 7 of 2 octets",
    ],
    [
      "an interface's address that its object does not have",
      error("20", "0008 0204 0001 0000"),
      "byte 182: the ICMP extension ends after 140 octets",
    ],
    [
      "the same without a length",
      error("00", "0008 0204 0001 0000"),
      "byte 182: the ICMP extension ends after 140 octets",
    ],
    [
      "extensions behind the end",
      error("40", "0008 0101 00000100"),
      "byte 182: the ICMP extension ends after 140 octets",
    ],
    [
      "a member's name that is missing",
      ip4("02", "40 00 0000 ef010101 00 00 00 00 04 00 0000"),
      "byte 50: the account of the IGAP message ends after 16 octets",
    ],
    [
      "a source route without an end",
      ip4("2f", "4000 0800 0000 0000 0800 0004 0a000101"),
      "byte 50: the GRE header ends after 16 octets",
    ],
    [
      "a list of options that ends in one of an octet",
      ip6("00", "1100 0000 0000 0000"),
      "byte 62: the length of an IPv6 option ends after 0 octets",
    ],
    [
      "addresses of low-power networks in 16 octets",
      ip6("2b", `1101 0300 0000 0000 ${"00".repeat(8)}`),
      "byte 55: a routing header of type 3 with 16 octets",
    ],
    [
      "a Shim6 message that there is not",
      ip6("8c", `1101 0700 ${"00".repeat(12)}`),
      "byte 56: a Shim6 message of type 7, which there is not",
    ],
    [
      "a Shim6 message that is longer than its packet",
      ip6("8c", `1100 0600 ${"00".repeat(12)}`),
      "byte 70: the Shim6 message ends after 8 octets",
    ],
    [
      "a Shim6 option beyond its packet",
      ip6("8c", `1102 0100 ${"00".repeat(14)} 0007 0020 0000`),
      "byte 78: the Shim6 option ends after 0 octets",
    ],
    [
      "an address test without its token",
      ip6("87", "3b00 0100 0000 0000"),
      "byte 62: the mobility message ends after 0 octets",
    ],
    [
      "a parameter of HIP beyond the packet",
      ip6("8b", `3b05 0121 ${"00".repeat(36)} 0041 0010 00000000`),
      "byte 102: the HIP parameter ends after 48 octets",
    ],
    [
      "an associated channel without its header",
      `${MACS} 8847 0000 1140 1000`,
      "byte 20: the associated channel's header ends after 6 octets",
    ],
    [
      "an LLC frame without its second control octet",
      `${MACS} 0003 4242 00`,
      "byte 17: the LLC header ends after 3 octets",
    ],
    [
      "a failed multipath connection without its number",
      ip4("06", TCP("1e03 6001")),
      "byte 55: a multipath option of 3 octets",
    ],
    [
      "IPv6 that carries nothing",
      ip6("11", "c000 0035 0008 0000").replace("60000000 0008", "60000000 0000"),
      "byte 54: the UDP header ends after 0 octets",
    ],
    ["a DODAG without its identifier", ip6("3a", "9b 01 0000 01 02"), "byte 60: the RPL message ends after 6 octets"],
    [
      "an acknowledgment that announces an identifier",
      ip6("3a", "9b 03 0000 01 80 02 00"),
      "byte 62: the RPL message ends after 8 octets",
    ],
    [
      "a secured solicitation without its key",
      ip6("3a", `9b 80 0000 ${"00".repeat(8)}`),
      "byte 66: the RPL message ends after 12 octets",
    ],
    [
      "a target of RPL of three octets",
      ip6("3a", "9b 00 0000 0000 0503 0000 00"),
      "byte 61: an RPL option 5 of 3 octets",
    ],
    [
      "an option of RPL beyond the message",
      ip6("3a", "9b 00 0000 0000 7704 0000"),
      "byte 64: the RPL option ends after 2 octets",
    ],
    [
      "half a prefix of a renumbering",
      ip6("3a", `8a 00 0000 00000001 00000000 00000000 ${"00".repeat(30)}`),
      "byte 100: the list of the renumbering's prefixes ends after 38 octets",
    ],
    [
      "a question about half an address",
      ip6("3a", `8b 00 0000 0003 0000 ${"00".repeat(8)} ${"00".repeat(8)}`),
      "byte 78: the list of the node's addresses ends after 16 octets",
    ],
    [
      "half of a node's second address",
      ip6("3a", `8c 00 0000 0003 0000 ${"00".repeat(8)} ${"00".repeat(28)}`),
      "byte 98: the list of the node's addresses ends after 36 octets",
    ],
    [
      "a node's name without an end",
      ip6("3a", `8c 00 0000 0002 0000 ${"00".repeat(12)} 0561`),
      "byte 76: the name of the node ends after 14 octets",
    ],
  ])("%s", (_, hex, expected) => {
    expect(fault(hex)).toBe(expected);
  });
});

describe("not malformed", () => {
  test.each([
    ["an answer of DNS", udp("0035", ANSWER)],
    ["a name that points at itself", udp("0035", "0001 0100 0001 0000 0000 0000 c00c 0001 0001")],
    ["two blocks acknowledged", ip4("06", TCP(`0512 ${"00".repeat(16)} 0101`))],
    [
      "eight octets of TCP in an error",
      ip4("01", `03 01 0000 00000000 4500 0028 0001 0000 4006 0000 0a00020c 0a00010b c000 0050 00000001`),
    ],
    [
      "a first fragment that ends in TCP's options",
      ip4("06", "c000 0050 00000001 00000000 8002 2000 0000 0000 0204").replace("0001 0000 40", "0001 2000 40"),
    ],
    ["an option that ends behind its header", ip6("3c", "1100 1e0a 00000000 c0000009 0010 0000 0102030405060708")],
    [
      "an address list of half an address, and more behind it",
      ip6("3a", `${NEIGHBOUR} 1902 ${"00".repeat(14)} 0101 005056010203`),
    ],
    ["a DHCP message without an end", udp("0044", `${DHCP} 63825363 350102`)],
    ["a report of two records", ip4("02", "22 00 0000 0000 0002 04000000 ef010101 04000000 ef010102")],
    ["a link-layer address of a neighbour", ip6("3a", `${NEIGHBOUR} 0101 005056010203`)],
    ["labels behind what an error quotes", error("20", "0008 0101 00064140")],
    ["labels in the older form", error("00", "0008 0101 00064140")],
    ["an interface with an index and a name", error("20", "0010 020a 00000003 0865746830000000")],
    [
      "UDP in an ICMPv6 error that has more in the packet",
      ip6("3a", `01 00 0000 00000000 60000000 0200 11 40 ${SIX} c000 0035 0200 0000`),
    ],
    [
      "eight octets of TCP in an ICMPv6 error",
      ip6("3a", `01 00 0000 00000000 60000000 0028 06 40 ${SIX} c000 0050 00000001`),
    ],
    [
      "source routes of GRE",
      ip4("2f", `4000 0800 0000 0000 0800 0004 0a000101 0000 0000 4500 0014 0001 0000 403b 0000 0a00020c 0a00010b`),
    ],
    ["two routes", dhcp("79 0d 18 c00002 c0000201 00 c0000202")],
    ["a prefix that is too long, which ends the routes", dhcp("f9 05 21 c0000201")],
    ["a class of a vendor", dhcp("7c 06 00000009 01 61")],
    [
      "types behind a name",
      udp("0035", ANSWER.replace("0001 0001 0000003c 0004 c0000201", "002f 0001 0000003c 0004 00000140")),
    ],
    ["a domain that goes on in the next option", dhcp("77 04 03656e67 77 05 03636f6d 00")],
    ["a domain that its option ends", dhcp("77 04 03656e67")],
    ["a client's name that is whole", dhcp("51 09 04 00 00 04 686f7374 00")],
    ["a vendor's option that is longer than its list", dhcp("7d 08 00000009 09 01 50 61")],
    ["a vendor's list that is whole", dhcp("7d 09 00000009 04 01 02 6161")],
    [
      "a tunnel in a first fragment",
      `${MACS} 0800 4500 0024 0001 2000 402f 0000 0a00010b 0a00020c 0000 0800 4500 0030 0001 0000 4011 0000`,
    ],
    ["a search list that zeros fill up", ip6("3a", "85 00 0000 00000000 1f02 0000 0000003c 03616263 00 000000")],
    ["a node's two addresses", ip6("3a", `8c 00 0000 0003 0000 ${"00".repeat(8)} ${"00".repeat(40)}`)],
    ["a node's name", ip6("3a", `8c 00 0000 0002 0000 ${"00".repeat(12)} 0161 00`)],
    ["a renumbering of one prefix", ip6("3a", `8a 00 0000 00000001 00000000 00000000 ${"00".repeat(56)}`)],
    ["a DODAG that says how it is configured", ip6("3a", `9b 01 0000 ${"00".repeat(24)} 040e ${"00".repeat(14)}`)],
    ["a parameter of HIP that is not known", ip6("8b", `3b05 0121 ${"00".repeat(36)} 7001 0010 00000000`)],
    ["a control message of NTP", udp("007b", `26${"00".repeat(11)}`)],
  ])("%s", (_, hex) => {
    expect(fault(hex)).toBe("");
  });

  test("a message that the capture cut", () => {
    const hex = udp("0035", ANSWER);
    expect(fault(hex.slice(0, -8), size(hex))).toBe("");
  });
});

/** tshark 4.0's fields of the same frames. */
describe("what is shown of what is odd", () => {
  test.each([
    ["a VLAN tag that is cut behind its number", `${MACS} 8100 6064`, { "vlan.id": 100, "vlan.priority": 3 }],
    ["one of an older type", `${MACS} 9100 6064`, { "vlan.id": 100 }],
    [
      "ARP of IEEE 802",
      `${MACS} 0806 0006 0800 0604 0001 005056010203 0a00010b 000000000000 0a00020c`,
      { "arp.src.hw_mac": "00:50:56:01:02:03" },
    ],
    [
      "a multipath connection",
      ip4("06", TCP(`1e0c 0001 ${"01".repeat(8)}`)),
      { "frame.protocols": "eth:ethertype:ip:tcp:mptcp" },
    ],
    [
      "a hardware address as the client's identifier",
      udp("0044", `${DHCP.replace("02010600", "02011000")} 63825363 3d07 01 005056aabbcc 350102`),
      { "dhcp.hw.mac_addr": "00:50:56:aa:bb:cc", "dhcp.option.dhcp": 2 },
    ],
    [
      "a reply of BOOTP that ends early",
      udp("0044", "02010600 00000001 00000000 0a000001"),
      { "dhcp.type": 2, "dhcp.ip.client": "10.0.0.1", "dhcp.ip.your": undefined },
    ],
    [
      "a request of BOOTP that ends early",
      udp("0044", "01010600 00000001 00000000 0a000001"),
      { "dhcp.type": undefined },
    ],
    [
      "ERSPAN of an unknown version",
      ip4("2f", `1000 88be 00000001 f000 0000 0000 0000 ${MACS} 0800`),
      { "frame.protocols": "eth:ethertype:ip:gre:erspan" },
    ],
    [
      "a mobility header with more behind it",
      ip6("87", "11 00 00 00 0000 0000 c0000009 0008 0000"),
      { "frame.protocols": "eth:ethertype:ipv6:mipv6", "udp.srcport": undefined },
    ],
    [
      "Shim6 with more behind it",
      ip6("8c", "11 00 00 00 0000 0000 c0000009 0008 0000"),
      { "frame.protocols": "eth:ethertype:ipv6:shim6:udp", "udp.dstport": 9 },
    ],
    [
      "three tags of IEEE 802.1ad, of which two are one header",
      `${MACS} 88a8 2001 88a8 4002 88a8 6003 0800 4500 0014 0001 0000 403b 0000 0a00010b 0a00020c`,
      { "ieee8021ad.id": 3, "frame.protocols": "eth:ethertype:ieee8021ad:ethertype:ieee8021ad:ethertype:ip" },
    ],
    [
      "a redirect, which quotes a header and eight octets",
      ip4("01", "05 01 0000 0a000001 4500 0020 0001 0000 4011 0000 0a00010b 0a00020c c000 1234 000c 0000 01020304"),
      { "frame.protocols": "eth:ethertype:ip:icmp:ip:udp", "udp.dstport": 0x1234 },
    ],
    [
      "IPv4 that a router redirects to a cache of the web",
      ip4("2f", "0000 883e 00 3c 00 01 4500 001c 0001 0000 4011 0000 0a00010b 0a00020c c000 1234 0008 0000"),
      { "gre.proto": "0x883e", "frame.protocols": "eth:ethertype:ip:gre:ip:udp", "udp.dstport": 0x1234 },
    ],
    [
      "an IPv4 header that is cut in its last option",
      `${MACS} 0800 4600 0018 0001 0000 4011 0000 0a00010b 0a00020c 9404`,
      { "ip.src": "10.0.1.11", "ip.dst": "10.0.2.12" },
    ],
    [
      "an IPv4 header that is cut before one, which may be a source route",
      `${MACS} 0800 4700 001c 0001 0000 4011 0000 0a00010b 0a00020c 0101`,
      { "ip.src": "10.0.1.11", "ip.dst": undefined },
    ],
    [
      "a source route behind an option that cannot be read",
      ip4("11", "c000 0050 0008 0000", "5204 0000 8907 04 0a000303 00"),
      { "ip.dst": undefined },
    ],
    [
      "a router alert of no octets, which has two",
      ip6("00", "1100 0500 ff40 0100 c000 0009 0008 0000"),
      { "frame.protocols": "eth:ethertype:ipv6:ipv6.hopopts:udp", "udp.dstport": 9 },
    ],
    [
      "extension headers behind IPv4",
      ip4("3c", "2c00 0104 00000000 1100 0001 00000007 c000 0009 0008 0000"),
      {
        "frame.protocols": "eth:ethertype:ip:ipv6.dstopts:ipv6.fraghdr:udp",
        "ip.proto": 60,
        "ipv6.fraghdr.nxt": 17,
        "ipv6.fraghdr.more": 1,
        "udp.dstport": 9,
      },
    ],
    [
      "a source route of low-power networks behind IPv4",
      ip4("2b", "1100 0300 0000 0000 c000 0009 0008 0000"),
      { "frame.protocols": "eth:ethertype:ip:ipv6.routing:data:udp" },
    ],
    [
      "UDP-Lite",
      ip4("88", "c000 0009 0008 0000 0102"),
      { "frame.protocols": "eth:ethertype:ip:udplite:data", "udp.srcport": 49152, "udp.dstport": 9 },
    ],
    [
      "DCCP",
      ip4("21", "c000 0009 04 00 0000 0000 0001 0000 0002 0102"),
      { "frame.protocols": "eth:ethertype:ip:dccp:data", "udp.srcport": undefined },
    ],
    ["ESP without its sequence number", ip4("32", "01020304 00"), { "esp.spi": "0x01020304" }],
    [
      "LLC behind the type of long frames",
      `${MACS} 8870 4242 03 0000 0000`,
      { "eth.type": "0x8870", "frame.protocols": "eth:ethertype:llc:stp" },
    ],
    ["an IPv4 header of no words that is cut", `${MACS} 0800 4000 0014`, { "ip.hdr_len": 0, "ip.dsfield": undefined }],
    [
      "Ethernet behind a label without a control word",
      `${MACS} 8847 0000 1140 ${MACS} 0800 4500 0014 0001 0000 403b 0000 0a00010b 0a00020c`,
      { "frame.protocols": "eth:ethertype:mpls:pwethheuristic:pwethnocw:eth:ethertype:ip" },
    ],
    [
      "octets behind a label that are no Ethernet",
      `${MACS} 8847 0000 1140 b1b2b3b4b5b6 c1c2c3c4c5c6 0800 4500`,
      { "frame.protocols": "eth:ethertype:mpls:data" },
    ],
    ["IKE without its header", udp("01f4", "00010203"), { "frame.protocols": "eth:ethertype:ip:udp:data" }],
    [
      "Diameter that is none",
      ip4("84", "0001 0f1c 00000001 00000000 0003 0014 00000001 0001 0000 00000000 01020304"),
      { "frame.protocols": "eth:ethertype:ip:sctp:data" },
    ],
    [
      "a redirect's quote",
      ip4("01", "05 01 0000 0a000001 4500 0020 0001 0000 4011 0000 0a00010b 0a00020c c000 0050 000c 0000 01020304"),
      { "frame.protocols": "eth:ethertype:ip:icmp:ip:udp" },
    ],
  ] as const)("%s", (_, hex, expected) => {
    const data = hexOctets(hex);
    const fields = fieldsOf(
      { number: 1, interface: 0, linkType: 1, data, originalLength: data.length },
      decodeFrame(data, 1),
    );
    expect(Object.fromEntries(Object.keys(expected).map((name) => [name, fields[name]]))).toEqual(expected);
  });
});
