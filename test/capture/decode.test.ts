import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import type { Packet } from "../../server/src/capture/packet.ts";
import { hexOctets, PING6, QUERY, WEB } from "./packets.ts";

const MACS = "005056040506 005056010203";
/** An IPv4 header of a protocol and a length, addresses 10.0.1.11 and 10.0.2.12. */
const ip4 = (protocol: string, length: string) => `4500 ${length} 0001 0000 40 ${protocol} 0000 0a00010b 0a00020c`;
const WIRELESS = `0801 0000 ${MACS} 005056010203 0000 aaaa03 000000 0800`;
const UDP_ONLY = "1000 2000 0008 0000";

function decode(hex: string, linkType = 1, originalLength?: number): Packet {
  return decodeFrame(hexOctets(hex), linkType, originalLength);
}

function fields(hex: string, linkType = 1) {
  const data = hexOctets(hex);
  const frame = { number: 1, interface: 0, linkType, data, originalLength: data.length };
  return fieldsOf(frame, decodeFrame(data, linkType));
}

describe("link types", () => {
  const datagram = `${ip4("11", "001c")} ${UDP_ONLY}`;
  test.each([
    ["Ethernet", 1, `${MACS} 0800`, "eth:ethertype:ip:udp"],
    ["raw IP", 101, "", "raw:ip:udp"],
    ["raw IP of BSD", 12, "", "raw:ip:udp"],
    ["IPv4", 228, "", "ip:udp"],
    ["BSD loopback, little-endian", 0, "02000000", "null:ip:udp"],
    ["BSD loopback, big-endian", 0, "00000002", "null:ip:udp"],
    ["OpenBSD loopback", 108, "00000002", "null:ip:udp"],
    ["Linux cooked", 113, "0000 0001 0006 005056010203 0000 0800", "sll:ethertype:ip:udp"],
    ["Linux cooked, version 2", 276, "0800 0000 00000002 0001 00 06 005056010203 0000", "sll:ethertype:ip:udp"],
    ["PPP", 9, "ff03 0021", "ppp:ip:udp"],
    ["Cisco HDLC", 104, "0f00 0800", "chdlc:ip:udp"],
    ["PPP with a direction", 204, "00 ff03 0021", "ppp:ip:udp"],
    ["token ring", 6, `1040 ${MACS} aaaa03 000000 0800`, "tr:llc:ip:udp"],
    ["token ring, routed", 6, "1040 005056040506 805056010203 0280 aaaa03 000000 0800", "tr:llc:ip:udp"],
    ["FDDI", 10, `50 ${MACS} aaaa03 000000 0800`, "fddi:llc:ip:udp"],
    ["ARCNET", 7, "0102 d4 00 0001", "arcnet:ip:udp"],
    ["ARCNET of Linux", 129, "0102 0000 d4 00 0001", "arcnet:ip:udp"],
    ["frame relay", 107, "1841 03cc", "fr:ip:udp"],
    ["frame relay with SNAP", 107, "1841 0300 80 000000 0800", "fr:ip:udp"],
    ["frame relay of Cisco", 107, "1841 0800", "fr:ip:udp"],
    ["SunATM", 123, "0200 0064 aaaa03 000000 0800", "atm:llc:ip:udp"],
    ["RFC 2684", 100, "aaaa03 000000 0800", "llc:ip:udp"],
    ["classical IP over ATM", 19, "", "clip:ip:udp"],
    ["IP over Fibre Channel", 122, `0000 005056040506 0000 005056010203 aaaa03 000000 0800`, "ipfc:llc:ip:udp"],
    ["pflog", 117, `3d02 0000${"00".repeat(60)}`, "pflog:ip:udp"],
    ["enc", 109, "02000000 00000000 00000000", "enc:ip:udp"],
    ["NFLOG", 239, "0200 0000 0800 0100 08000300 2000 0900", "nflog:ip:udp"],
    ["802.11", 105, `0801 0000 ${MACS} 005056010203 0000 aaaa03 000000 0800`, "wlan:llc:ip:udp"],
    [
      "802.11 between access points, with quality of service",
      105,
      `8803 0000 ${MACS} 005056010203 0000 005056040506 0000 aaaa03 000000 0800`,
      "wlan:llc:ip:udp",
    ],
    ["radiotap", 127, `0000 0800 00000000 ${WIRELESS}`, "radiotap:wlan_radio:wlan:llc:ip:udp"],
    ["AVS", 163, `80211001 00000040 ${"00".repeat(56)} ${WIRELESS}`, "wlancap:wlan_radio:wlan:llc:ip:udp"],
    ["Prism", 119, `44000000 90000000 ${"00".repeat(136)} ${WIRELESS}`, "prism:wlan_radio:wlan:llc:ip:udp"],
    ["PPI", 192, `0000 0800 69000000 ${WIRELESS}`, "ppi:wlan_radio:wlan:llc:ip:udp"],
    ["PPI with raw IP", 192, "0000 0800 65000000", "ppi:pcap_pktdata:raw:ip:udp"],
  ])("%s", (_, linkType, header, protocols) => {
    const packet = decode(header + datagram, linkType);
    expect(packet.protocols).toBe(protocols);
    expect(packet.eth.type).toBe(0x0800);
    expect(packet.udp).toEqual({ srcPort: 0x1000, dstPort: 0x2000, length: 8 });
    if (linkType !== 1) expect(packet.eth).toMatchObject({ src: 0, dst: 0, tags: [] });
  });

  test("another one is said to be unsupported, and its octets are there", () => {
    expect(decode("0102", 147)).toMatchObject({
      unsupported: "link type 147 (user_dlt) is not decoded",
      payload: Uint8Array.of(1, 2),
      protocols: "user_dlt:data",
    });
  });
});

describe("802.11", () => {
  const header = `0000 ${MACS} 005056010203 0000`;
  test.each([
    ["what is encrypted is octets", `0841 ${header} 00000020 00000000 1234`, "wlan:data"],
    ["a beacon", `8000 ${header} 0000000000000000 6400 0104`, "wlan"],
    ["an acknowledgement", "d400 0000 005056040506", "wlan"],
    ["no data", `4801 ${header}`, "wlan"],
  ])("%s", (_, hex, protocols) => {
    expect(decode(hex, 105)).toMatchObject({ protocols });
  });

  test("a check behind the frame, as radiotap's flags say, is no part of it", () => {
    const beacon = `8000 ${header} 0000000000000000 6400 0104`;
    expect(decode(`0000 0900 02000000 10 ${beacon} 11223344`, 127).payload).toHaveLength(12);
  });
});

test("octets that the capture puts in front are not counted", () => {
  expect(fields("00 ff03 c021 0101 0004", 204)).toMatchObject({ "frame.len": 8, "frame.protocols": "ppp:lcp" });
});

describe("Ethernet", () => {
  test("tags, outer first", () => {
    const packet = decode(`${MACS} 88a8 6064 8100 b00a 0800 ${ip4("11", "001c")} ${UDP_ONLY}`);
    expect(packet.eth.tags).toEqual([
      { tpid: 0x88a8, id: 100, priority: 3, dei: false },
      { tpid: 0x8100, id: 10, priority: 5, dei: true },
    ]);
    expect(packet.eth.type).toBe(0x0800);
    expect(packet.protocols).toBe("eth:ethertype:ieee8021ad:ethertype:vlan:ethertype:ip:udp");
  });

  test("eth.type is the outer tag's, vlan.etype what the tag says", () => {
    const found = fields(`${MACS} 8100 200a 86dd`);
    expect(found).toMatchObject({ "eth.type": "0x8100", "vlan.id": 10, "vlan.priority": 1, "vlan.etype": "0x86dd" });
  });

  test("a length field is followed by LLC", () => {
    const packet = decode(`${MACS} 0007 424203 00000000 ffff`);
    expect(packet).toMatchObject({ protocols: "eth:llc:stp", payload: hexOctets("42420300000000") });
    const snap = decode(`${MACS} 0024 aaaa03 000000 0800 ${ip4("11", "001c")} ${UDP_ONLY}`);
    expect(snap).toMatchObject({ protocols: "eth:llc:ip:udp", udp: { srcPort: 0x1000 } });
  });

  test("ARP", () => {
    const found = fields(`${MACS} 0806 0001 0800 06 04 0002 005056010203 0a00010b 005056040506 0a00020c`);
    expect(found).toMatchObject({
      "frame.protocols": "eth:ethertype:arp",
      "arp.opcode": 2,
      "arp.src.hw_mac": "00:50:56:01:02:03",
      "arp.src.proto_ipv4": "10.0.1.11",
      "arp.dst.hw_mac": "00:50:56:04:05:06",
      "arp.dst.proto_ipv4": "10.0.2.12",
    });
  });
});

describe("IP", () => {
  test("padding of a short frame is no payload", () => {
    expect(decode(`${MACS} 0800 ${ip4("11", "001c")} ${UDP_ONLY} 000000000000`).payload).toHaveLength(0);
  });

  test("a later fragment has no ports", () => {
    const packet = decode(`${MACS} 0800 4500 001c 0001 20b9 40 11 0000 0a00010b 0a00020c ${UDP_ONLY}`);
    expect(packet.udp).toBeUndefined();
    expect(packet.ip).toMatchObject({ fragmentOffset: 185 * 8, moreFragments: true });
    expect(packet.protocols).toBe("eth:ethertype:ip:data");
  });

  test("IPv6 extension headers are passed", () => {
    const address = "20010db8000000000000000000000001";
    // Hop-by-hop, routing, fragment, destination options, AH, then UDP.
    const extensions =
      "2b00010400000000 2c00000000000000 3c00000100000063 3300010400000000 1104000011223344 00000001 000000000000000000000000";
    const packet = decode(`${MACS} 86dd 60012345 0040 00 40 ${address} ${address} ${extensions} ${UDP_ONLY}`);
    expect(packet.ip).toMatchObject({ protocol: 17, nextHeader: 0, id: 99, moreFragments: true, headerLength: 96 });
    expect(packet.udp?.dstPort).toBe(0x2000);
    expect(packet.ah).toEqual({ spi: 0x11223344 });
    expect(packet.protocols).toBe("eth:ethertype:ipv6:ipv6.hopopts:ipv6.routing:ipv6.fraghdr:ipv6.dstopts:ah:udp");
  });

  test("an ICMP error is about a packet", () => {
    const quoted = `${ip4("06", "0028")} 9c40 01bb 00000007`;
    const hex = `${MACS} 0800 ${ip4("01", "0038")} 0301 0000 00000000 ${quoted}`;
    expect(decode(hex).icmp?.about).toEqual({
      src: 0x0a00010b,
      dst: 0x0a00020c,
      protocol: 6,
      srcPort: 40000,
      dstPort: 443,
    });
    expect(fields(hex)).toMatchObject({ "ip.proto": 1, "tcp.dstport": 443, "tcp.seq": 7, "icmp.type": 3 });
  });

  test.each([
    ["SCTP", "84", "1000 0b59 00000001 00000000", { sctp: { srcPort: 4096, dstPort: 2905, verificationTag: 1 } }],
    ["IGMP", "02", "16 00 0000 e00000fb", { igmp: { type: 0x16 } }],
    ["ESP", "32", "00000100 00000001", { esp: { spi: 256 } }],
  ])("%s", (_, protocol, hex, layer) => {
    expect(decode(`${MACS} 0800 ${ip4(protocol, "0020")} ${hex}`)).toMatchObject(layer);
  });
});

describe("tunnels", () => {
  test("what AH authenticates has the length that remains", () => {
    const tcp = "c000 0050 00000001 00000000 5010 2000 0000 0000 616263";
    const ah = "06 04 0000 00000101 00000001 000000000000000000000000";
    expect(fields(`${MACS} 0800 ${ip4("33", "0043")} ${ah} ${tcp}`)).toMatchObject({
      "ip.len": 67,
      "ah.spi": "0x00000101",
      "tcp.len": 3,
    });
  });

  const inner = encodeFrame(WEB);
  const innerHex = Array.from(inner, (octet) => octet.toString(16).padStart(2, "0")).join("");
  const outer = (port: string, header: string) =>
    `${MACS} 0800 ${ip4("11", "005a")} c000 ${port} 0046 0000 ${header} ${innerHex}`;

  test.each([
    ["VXLAN", outer("12b5", "08000000 00138900"), "udp:vxlan", { vxlan: { vni: 5001 } }],
    ["Geneve", outer("17c1", "0000 6558 00138900"), "udp:geneve", { geneve: { vni: 5001 } }],
    ["GRE", `${MACS} 0800 ${ip4("2f", "0050")} 0000 6558 ${innerHex}`, "gre", { gre: { protocol: 0x6558 } }],
  ])("%s carries a frame", (_, hex, name, layer) => {
    const packet = decode(hex);
    expect(packet).toMatchObject(layer);
    expect(packet.protocols).toBe(`eth:ethertype:ip:${name}:eth:ethertype:ip:tcp`);
    expect(packet.inner).toMatchObject({ eth: WEB.eth, ip: WEB.ip, tcp: WEB.tcp, protocols: "eth:ethertype:ip:tcp" });
    expect(packet.ip?.src).toBe(0x0a00010b);
  });

  test.each([
    ["GTP", "0868", "34ff 0038 00000001 0000 00 85 01 0000 00", "udp:gtp:ip"],
    ["L2TP", "06a5", "0002 0001 0002 ff03 0021", "udp:l2tp:ppp:ip"],
    ["LISP", "10f5", "00000000 00000000", "udp:lisp-data:ip"],
  ])("%s carries a datagram", (_, port, header, protocols) => {
    const datagram = `${header} ${innerHex.slice(28)}`;
    const length = (datagram.replace(/\s/g, "").length / 2 + 8).toString(16).padStart(4, "0");
    const packet = decode(`${MACS} 0800 ${ip4("11", "0000")} c000 ${port} ${length} 0000 ${datagram}`);
    expect(packet.inner).toMatchObject({ ip: WEB.ip, tcp: WEB.tcp });
    expect(packet.protocols).toBe(`eth:ethertype:ip:${protocols}:tcp`);
  });

  test("Teredo carries IPv6, PPPoE and PPTP's GRE carry PPP, UDP may carry ESP", () => {
    const six = Array.from(encodeFrame(PING6).subarray(14), (octet) => octet.toString(16).padStart(2, "0")).join("");
    const length = (8 + 8 + six.length / 2).toString(16).padStart(4, "0");
    const teredo = decode(`${MACS} 0800 ${ip4("11", "0000")} 0dd8 c000 ${length} 0000 0000 0b40 01020304 ${six}`);
    expect(teredo.protocols).toBe("eth:ethertype:ip:udp:teredo:ipv6:icmpv6:data");
    const datagram = innerHex.slice(28);
    expect(decode(`${MACS} 8864 1100 0001 002a 0021 ${datagram}`).inner).toMatchObject({ tcp: WEB.tcp });
    const gre = decode(`${MACS} 0800 ${ip4("2f", "0000")} 3001 880b 002c 0001 00000007 0021 ${datagram}`);
    expect(gre.protocols).toBe("eth:ethertype:ip:gre:ppp:ip:tcp");
    expect(decode(`${MACS} 0800 ${ip4("11", "0000")} 1194 1194 0010 0000 00000100 00000001`)).toMatchObject({
      esp: { spi: 256 },
      protocols: "eth:ethertype:ip:udp:udpencap:esp",
    });
  });

  test("MPLS, and IP in IP", () => {
    const datagram = innerHex.slice(28);
    expect(decode(`${MACS} 8847 00064040 000c8140 ${datagram}`)).toMatchObject({
      mpls: [100, 200],
      inner: { tcp: WEB.tcp },
    });
    expect(decode(`${MACS} 0800 ${ip4("04", "003c")} ${datagram}`)).toMatchObject({
      ip: { protocol: 4 },
      inner: { tcp: WEB.tcp },
    });
  });

  test("a tunnel in a tunnel in a tunnel comes to an end", () => {
    let hex = `${ip4("11", "001c")} ${UDP_ONLY}`;
    for (let depth = 0; depth < 100; depth++) hex = `${ip4("04", "0000")} ${hex}`;
    expect(decode(hex, 101).ip?.protocol).toBe(4);
  });
});

describe("what is wrong or missing is said", () => {
  test("a frame that ends in a header is malformed at its last octet", () => {
    expect(decode(`${MACS} 0800 ${ip4("06", "0028")} 0050 0051`)).toMatchObject({
      malformed: { at: 38, why: "the TCP header ends after 4 octets" },
      ports: { srcPort: 80, dstPort: 81 },
    });
  });

  test("a capture that kept too little is not the packet's fault", () => {
    const packet = decode(`${MACS} 0800 ${ip4("06", "0028")} 0050 0051`, 1, 60);
    expect(packet.malformed).toBeUndefined();
    expect(packet.cut).toEqual({ at: 38, why: "the capture ends in the TCP header" });
  });

  test("an impossible header length is noted as Wireshark does", () => {
    const packet = decode(`${MACS} 0800 4300 0028 0001 0000 40 06 0000 0a00010b 0a00020c`);
    expect(packet.malformed).toEqual({ at: 14, why: "an IPv4 header of 12 octets", expert: true });
    expect(fields(`${MACS} 0800 4300 0028 0001 0000 40 06 0000 0a00010b 0a00020c`)["_ws.malformed"]).toBeUndefined();
  });

  test.each([
    ["0101 005056010203", undefined],
    ["0100 005056010203", "an option of neighbour discovery with a length of 0"],
    ["0102 005056010203", "the option of neighbour discovery ends after 8 octets"],
    ["0301 40c000000e10", "option 3 of neighbour discovery with a length of 1"],
    ["1902 000000000708 0000000000000000", "the option 25 of neighbour discovery ends after 16 octets"],
    ["2602 0705 0064ff9b 0000000000000000", undefined],
    ["2602 0706 0064ff9b 0000000000000000", "a PREF64 option with a prefix length code above 5"],
  ])("options of neighbour discovery: %s", (option, why) => {
    const address = "fe80000000000000000000000000000a";
    const length = (8 + option.replace(/ /g, "").length / 2).toString(16).padStart(4, "0");
    const hex = `${MACS} 86dd 60000000 ${length} 3a ff ${address} ${address} 85000000 00000000 ${option}`;
    expect(decode(hex).malformed?.why).toBe(why);
  });

  test.each([
    ["4d474300", `${MACS} 0800`],
    ["4d474381 0008 0301020401020201", `${MACS} 0800`],
    ["4d474382 0002 0000 02000000", ""],
  ])("Juniper's header: %s", (header, ethernet) => {
    const packet = fields(`${header} ${ethernet} ${ip4("11", "001c")} 03e8 07d0 0008 0000`, 178);
    expect(packet).toMatchObject({ "ip.src": "10.0.1.11", "udp.dstport": 2000 });
    expect(packet["frame.protocols"]).toBe(ethernet === "" ? "juniper:ip:udp" : "juniper:eth:ethertype:ip:udp");
    expect(packet["eth.type"]).toBe(ethernet === "" ? undefined : "0x0800");
  });

  test("nothing at all", () => {
    expect(decode("")).toMatchObject({ malformed: { at: 0 }, eth: { src: 0 } });
  });
});

test("applications go by their port, the lower first", () => {
  expect(QUERY.protocols).toBe("eth:ethertype:ip:udp:dns");
  expect(WEB.protocols).toBe("eth:ethertype:ip:tcp");
  expect(PING6.protocols).toBe("eth:ethertype:ipv6:icmpv6:data");
});
