/** What tshark 4.0 names between Ethernet and IP, and in place of IP, tried on the same frames. */
import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { malformation } from "../../server/src/capture/faults.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import { hexOctets } from "./packets.ts";

const MACS = "005056040506 005056010203";
const IP = "4500 001c 0001 0000 4011 0000 0a00010b 0a00020c c000 0009 0008 0000";
const zeros = (count: number) => "00".repeat(count);

/** `frame.protocols` behind `eth:`, and where the frame is malformed. */
function shown(hex: string, linkType = 1): string {
  const data = hexOctets(hex);
  const frame = { number: 1, interface: 0, linkType, data, originalLength: data.length };
  const packet = decodeFrame(data, linkType);
  const fault = malformation(frame, packet);
  const names = String(fieldsOf(frame, packet)["frame.protocols"]).replace(/^eth:/, "");
  return fault === undefined ? names : `${names} byte ${fault.at}: ${fault.why}`;
}
const typed = (type: string, hex: string) => shown(`${MACS} ${type} ${hex}`);
/** In a frame of IEEE 802.3. */
const llc = (hex: string) => typed((hex.replace(/\s/g, "").length / 2).toString(16).padStart(4, "0"), hex);

describe("what an EtherType puts before what it carries", () => {
  test.each([
    ["HSR", "892f", `1034 0001 0800 ${IP}`, "ethertype:hsr:ip:udp"],
    ["an E-TAG", "893f", `${zeros(6)} 0800 ${IP}`, "ethertype:etag:ethertype:ip:udp"],
    ["a backbone's service instance", "88e7", `00000005 ${MACS} 0800 ${IP}`, "ethertype:ieee8021ah:ethertype:ip:udp"],
    ["TRILL", "22f3", `0044 0001 0002 ${zeros(4)} ${MACS} 0800 ${IP}`, "ethertype:trill:eth:ethertype:ip:udp"],
    ["a service function chain", "894f", `0206 0101 00000101 ${zeros(16)} ${IP}`, "ethertype:nsh:ip:udp"],
    [
      "one with a context of its own length",
      "894f",
      `0203 0203 00000101 ${zeros(4)} ${MACS} 0800 ${IP}`,
      "ethertype:nsh:eth:ethertype:ip:udp",
    ],
    ["a tag that ends early", "893f", zeros(6), "ethertype:etag byte 20: the tag ends after 6 octets"],
  ])("%s", (_, type, hex, expected) => {
    expect(typed(type, hex)).toBe(expected);
  });

  test("what is carried is the inner packet, and its frame stays what its type says", () => {
    const { eth, ip, inner } = decodeFrame(hexOctets(`${MACS} 892f 1034 0001 0800 ${IP}`), 1);
    expect([eth.type, ip, inner?.udp?.dstPort]).toEqual([0x892f, undefined, 9]);
  });
});

describe("slow protocols", () => {
  test.each([
    ["link aggregation", `01 01 ${zeros(108)}`, "ethertype:slow:lacp"],
    [
      "link aggregation that ends early",
      `01 01 ${zeros(20)}`,
      "ethertype:slow:lacp byte 36: the slow protocol ends after 22 octets",
    ],
    ["operation and maintenance", "03 0050 00", "ethertype:slow:oampdu"],
    ["an organisation's", "0a 0019a7 0001", "ethertype:slow:ossp"],
    ["another", "09 00", "ethertype:slow:data"],
  ])("%s", (_, hex, expected) => {
    expect(typed("8809", hex)).toBe(expected);
  });
});

describe("the OSI's network layer", () => {
  const pdu = (type: string, size: string) => `83 ${size} 0100 ${type} 010000`;
  test.each([
    ["a link state of IS-IS", `${pdu("12", "1b")} 001b 04af ${zeros(15)}`, "llc:osi:isis:isis.lsp"],
    ["a hello", `${pdu("0f", "1b")} 03 ${zeros(6)} 001e 001b 40 ${zeros(7)}`, "llc:osi:isis:isis.hello"],
    ["a hello between two", `${pdu("11", "14")} 03 ${zeros(6)} 001e 0014 01`, "llc:osi:isis:isis.hello"],
    ["numbers of all link states", `${pdu("18", "21")} 0021 ${zeros(23)}`, "llc:osi:isis:isis.csnp"],
    ["numbers of some", `${pdu("1a", "11")} 0011 ${zeros(7)}`, "llc:osi:isis:isis.psnp"],
    [
      "one that is longer than its frame",
      `${pdu("1a", "11")} 0012 ${zeros(7)}`,
      "llc:osi:isis:isis.psnp byte 34: the IS-IS PDU ends after 17 octets",
    ],
    [
      "one whose header has another length",
      `${pdu("1a", "12")} 0011 ${zeros(7)}`,
      "llc:osi:isis:isis.psnp byte 18: an IS-IS header of 18 octets",
    ],
    ["end systems", "82 0f 01 00", "llc:osi:esis"],
    ["IPv4", `cc ${IP}`, "llc:osi:ip:udp"],
  ])("%s", (_, hex, expected) => {
    expect(llc(`fefe03 ${hex}`)).toBe(expected);
  });

  test("behind PPP, Cisco HDLC and frame relay", () => {
    expect(shown("ff03 0023 83 11 0100 1a 010000 0011 00000000000000", 9)).toBe("ppp:osi:isis:isis.psnp");
    expect(shown("0f00 fefe 83 11 0100 1a 010000 0011 00000000000000", 104)).toBe("chdlc:osi:isis:isis.psnp");
    expect(shown("1841 03 83 11 0100 1a 010000 0011 00000000000000", 107)).toBe("fr:isis:isis.psnp");
  });
});

describe("logical link control", () => {
  test.each([
    ["a configuration of the spanning tree", `424203 0000 0000 ${zeros(31)}`, "llc:stp"],
    [
      "one that ends early",
      `424203 0000 0000 ${zeros(30)}`,
      "llc:stp byte 51: the bridge protocol data unit ends after 34 octets",
    ],
    [
      "one of the rapid tree that ends early",
      `424203 0000 0202 ${zeros(31)}`,
      "llc:stp byte 52: the bridge protocol data unit ends after 35 octets",
    ],
    ["a change of the topology", "424203 0000 0080", "llc:stp"],
    ["nothing behind the header", "424203", "llc"],
    ["a frame that is bridged", `aaaa03 0080c2 0007 0000 ${MACS} 0800 ${IP}`, "llc:eth:ethertype:ip:udp"],
    ["Cisco's port aggregation", "aaaa03 00000c 0104 01", "llc:pagp"],
  ])("%s", (_, hex, expected) => {
    expect(llc(hex)).toBe(expected);
  });
});

test("a multilink's first fragment, and a later one", () => {
  expect(shown(`ff03 003d c0000001 21 ${IP}`, 9)).toBe("ppp:mp:ip:udp");
  expect(shown(`ff03 003d 40000002 ${IP}`, 9)).toBe("ppp:mp:data");
});
