import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import type { Packet } from "../../server/src/capture/packet.ts";
import { PING6, packets, QUERY, settled, WEB } from "./packets.ts";

describe("what is written can be read again", () => {
  test("a packet comes back as it was, with good checksums", () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const { checksum, protocols: _, ...again } = decodeFrame(encodeFrame(packet), 1, undefined, true);
        const { protocols: __, ...before } = packet;
        expect(again).toEqual(before);
        if (packet.ip?.version === 4) expect(checksum?.ip).toBe("good");
        if (packet.tcp ?? packet.udp ?? packet.icmp) expect(checksum?.l4).toBe("good");
      }),
      { numRuns: 500 },
    );
  });

  test("a frame comes back as it was, octet by octet", () => {
    fc.assert(
      fc.property(packets, (packet) => {
        const frame = encodeFrame(packet);
        expect(encodeFrame(decodeFrame(frame, 1))).toEqual(frame);
      }),
    );
  });
});

test("DHCP is written with its message type from nothing", () => {
  const dhcp = { message: 1, op: 1, clientMac: WEB.eth.src, clientIp: 0, yourIp: 0, transactionId: 0xdeadbeef };
  const packet = settled({ ...QUERY, udp: { srcPort: 68, dstPort: 67, length: 0 }, payload: new Uint8Array(0), dhcp });
  expect(packet.dhcp).toEqual(dhcp);
  expect(packet.protocols).toBe("eth:ethertype:ip:udp:dhcp");
  expect(settled({ ...packet, dhcp: { ...dhcp, message: 3 } }).dhcp?.message).toBe(3);
});

test("an ICMP error quotes what it is about", () => {
  const about = { src: 0x0a00010b, dst: 0x0a00020c, protocol: 17, srcPort: 50000, dstPort: 53 };
  const error: Packet = {
    eth: WEB.eth,
    ip: { ...(WEB.ip as NonNullable<Packet["ip"]>), protocol: 1 },
    icmp: { type: 3, code: 3, about },
    payload: new Uint8Array(0),
    protocols: "",
  };
  const again = settled(error);
  expect(again.icmp?.about).toEqual(about);
  expect(again.protocols).toBe("eth:ethertype:ip:icmp:ip:udp");
});

test("a neighbour solicitation keeps its target, an advertisement its flags", () => {
  const target = (0xfe80n << 112n) | 5n;
  const solicitation = settled({ ...PING6, icmp: { type: 135, code: 0, target }, payload: new Uint8Array(0) });
  expect(solicitation.icmp).toEqual({ type: 135, code: 0, target });
  const advertisement = settled({
    ...PING6,
    icmp: { type: 136, code: 0, rest: 0x60000000, target },
    payload: new Uint8Array(0),
  });
  expect(advertisement.icmp).toEqual({ type: 136, code: 0, rest: 0x60000000, target });
});

test("an IPv6 fragment gets a fragment header", () => {
  const ip = { ...(PING6.ip as NonNullable<Packet["ip"]>), id: 99, moreFragments: true };
  const again = settled({ ...PING6, ip });
  expect(again.ip).toMatchObject({ id: 99, moreFragments: true, protocol: 58, nextHeader: 44, headerLength: 48 });
  expect(again.protocols).toBe("eth:ethertype:ipv6:ipv6.fraghdr:icmpv6:data");
});

test("a wrong checksum is told from a good one and from none", () => {
  const frame = encodeFrame(QUERY);
  frame[frame.length - 1] = 77;
  expect(decodeFrame(frame, 1, undefined, true).checksum).toEqual({ ip: "good", l4: "bad" });
  frame[40] = 0;
  frame[41] = 0;
  expect(decodeFrame(frame, 1, undefined, true).checksum).toEqual({ ip: "good", l4: "zero" });
  frame[22] = 1;
  expect(decodeFrame(frame, 1, undefined, true).checksum).toEqual({ ip: "bad", l4: "zero" });
  expect(decodeFrame(frame, 1).checksum).toBeUndefined();
});
