import { describe, expect, test } from "vitest";
import { fieldTree, setField, withField } from "../../server/src/capture/edit.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import type { Packet } from "../../server/src/capture/packet.ts";
import { PING6, QUERY, settled, WEB } from "./packets.ts";

function changed(packet: Packet, name: string, text: string): Packet {
  const result = setField(packet, name, text);
  if ("error" in result) throw new Error(result.error);
  return result;
}

describe("the layers for a debugger", () => {
  test("have Wireshark's names and places in the frame", () => {
    const layers = fieldTree(WEB);
    expect(layers.map((layer) => layer.filter)).toEqual(["eth", "ip", "tcp"]);
    const frame = encodeFrame(WEB);
    const ttl = layers[1]?.fields.find((field) => field.name === "ip.ttl");
    expect(ttl).toEqual({ name: "ip.ttl", value: "64", raw: 64, offset: 22, length: 1, editable: true });
    const port = layers[2]?.fields.find((field) => field.name === "tcp.dstport");
    expect(port?.value).toBe("443");
    expect(frame[port?.offset ?? 0]).toBe(1);
    expect(frame[(port?.offset ?? 0) + 1]).toBe(187);
  });

  test("say which values follow from others", () => {
    const length = fieldTree(WEB)[1]?.fields.find((field) => field.name === "ip.len");
    expect(length).toMatchObject({ value: "40", editable: false });
    expect(setField(WEB, "ip.len", "41")).toEqual({ error: "ip.len follows from the rest of the packet" });
  });
});

describe("one field from text", () => {
  test.each([
    ["ip.ttl", "5", "5"],
    ["ip.src", "192.168.7.9", "192.168.7.9"],
    ["ip.dsfield.dscp", "0x2e", "46"],
    ["eth.src", "00:50:56:ff:00:01", "00:50:56:ff:00:01"],
    ["tcp.flags", "SYN,ACK", "0x0012"],
    ["tcp.flags.syn", "false", "0"],
    ["tcp.seq", "4294967295", "4294967295"],
    ["data.data", "de ad:be ef", "de:ad:be:ef"],
  ])("%s = %s", (name, text, value) => {
    const packet = settled(changed(WEB, name, text));
    const fields = fieldTree(packet).flatMap((layer) => layer.fields);
    expect(fields.find((field) => field.name === name)?.value).toBe(value);
  });

  test("does not change the packet it was given", () => {
    expect(withField(WEB, "ip.ttl", 5)).toMatchObject({ ip: { ttl: 5 } });
    expect(WEB.ip?.ttl).toBe(64);
  });

  test("gives the octets behind another meaning when it is the protocol or a port", () => {
    expect(changed(QUERY, "ip.proto", "6").udp).toBeUndefined();
    expect(changed(QUERY, "udp.dstport", "123").protocols).toBe("eth:ethertype:ip:udp:ntp");
  });

  test("takes IPv6 addresses", () => {
    expect(changed(PING6, "ipv6.dst", "fe80::1").ip?.dst).toBe((0xfe80n << 112n) | 1n);
  });

  test.each([
    ["ip.ttl", "256", "ip.ttl is a number from 0 to 255"],
    ["ip.src", "10.0.0.300", "ip.src is an IPv4 address such as 10.0.1.11"],
    ["udp.dstport", "53", "the packet has no udp.dstport"],
    ["vlan.id", "5", "the packet has no vlan.id"],
    ["ip.colour", "5", "no field is called ip.colour"],
    ["tcp.flags", "SYN,XYZ", "tcp.flags is a number or flags such as SYN,ACK"],
    ["data.data", "zz", "data.data is octets in hexadecimal, such as 01:02:ff"],
  ])("%s = %s is refused", (name, text, why) => {
    expect(setField(WEB, name, text)).toEqual({ error: why });
    expect(withField(WEB, name, text)).toBe(why);
  });
});
