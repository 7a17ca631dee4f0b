import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import { fieldsOf } from "../../server/src/capture/fields.ts";
import { hexOctets, QUERY, WEB } from "./packets.ts";

/** What frame.protocols says behind the transport protocol of octets that were sent from port 50001 to a port. */
function names(protocol: "tcp" | "udp", port: number, payload: Uint8Array): string {
  const ports = { srcPort: 50001, dstPort: port };
  const data =
    protocol === "tcp"
      ? encodeFrame({ ...WEB, tcp: { ...WEB.tcp, ...ports, flags: 24 } as NonNullable<typeof WEB.tcp>, payload })
      : encodeFrame({ ...QUERY, udp: { ...ports, length: 8 + payload.length }, payload });
  const frame = { number: 1, interface: 0, linkType: 1, data, originalLength: data.length };
  return String(fieldsOf(frame, decodeFrame(data, 1))["frame.protocols"]).split(`:${protocol}`)[1] ?? "";
}

const text = (value: string) => Uint8Array.from(value, (letter) => letter.charCodeAt(0));
const answer = (type: string, body: string) =>
  `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

describe("HTTP", () => {
  test.each([
    ["a request", "GET / HTTP/1.1\r\nHost: shop.example\r\n\r\n", ":http"],
    ["a header that goes on in the next segment", "GET / HTTP/1.1\r\nHost: sh", ":http"],
    ["two requests", "GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\n\r\n", ":http"],
    ["a body of lines", answer("text/html; charset=utf-8", "<p>hi</p>"), ":http:data-text-lines"],
    ["two answers", answer("text/plain", "a") + answer("image/png", "b"), ":http:data-text-lines:png"],
    ["JSON", answer("application/json", "{}"), ":http:json"],
    ["XML", answer("application/soap+xml", "<a/>"), ":http:xml"],
    ["a type without a dissector", answer("application/zip", "PK"), ":http:media"],
    ["more than its length", `${answer("text/plain", "a")}\0\0`, ":http:data-text-lines:data"],
    ["no body", "HTTP/1.1 304 Not Modified\r\nContent-Type: text/html\r\n\r\n", ":http"],
    [
      "a form",
      "POST / HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b",
      ":http:urlencoded-form",
    ],
    ["a body that goes on", "line\nline\n", ":http:data"],
  ])("%s", (_, payload, expected) => {
    expect(names("tcp", 80, text(payload))).toBe(expected);
  });

  test("on any port", () => {
    expect(names("tcp", 12345, text("GET / HTTP/1.1\r\n\r\n"))).toBe(":http");
    expect(names("tcp", 443, text("HTTP/1.1 400 Bad Request\r\n\r\n"))).toBe(":http");
  });
});

/** A DER value (X.690) of less than 128 octets. */
const der = (tag: string, hex: string) => `${tag}${(hex.length / 2).toString(16).padStart(2, "0")}${hex}`;
const name = (...attributes: readonly string[]) =>
  der("30", attributes.map((id) => der("31", der("30", der("06", id) + der("0c", "61")))).join(""));
const extension = (id: string) => der("30", der("06", id) + der("04", der("30", "")));
const certificate = der(
  "30",
  name("550406", "550403") + name("2a864886f70d010901") + extension("551d0f") + extension("2b06010505070101"),
);

describe("TLS", () => {
  const size = (hex: string, digits: number) => (hex.length / 2).toString(16).padStart(digits, "0");
  const list = size(certificate, 6) + certificate;
  const handshake = (body: string) => `0b${size(body, 6)}${body}`;
  const record = (body: string) => `160303${size(body, 4)}${body}`;
  const whole = record(handshake(size(list, 6) + list));

  test("a certificate's attributes and extensions", () => {
    const expected = ":tls:x509sat:x509sat:x509sat:x509ce:pkix1implicit";
    expect(names("tcp", 443, hexOctets(whole))).toBe(expected);
    expect(names("tcp", 4711, hexOctets(whole))).toBe(expected);
    expect(names("tcp", 25, hexOctets(whole))).toBe(expected);
  });

  test("a record that goes on in the next segment, and the next segment", () => {
    expect(names("tcp", 443, hexOctets(whole).subarray(0, 40))).toBe(":tls");
    expect(names("tcp", 443, hexOctets("ff00ff00ff00ff00ff"))).toBe(":tls");
    expect(names("tcp", 443, text("plain words"))).toBe(":data");
  });
});

describe("by a look at the first octets", () => {
  test.each<[string, "tcp" | "udp", number, string, string]>([
    ["SMB", "tcp", 445, "00000020 ff534d42 72000000", ":nbss:smb"],
    ["SMB 2", "tcp", 139, "00000040 fe534d42 40000000", ":nbss:smb2"],
    ["a segment in the middle of one", "tcp", 445, "0102030405060708", ":nbss"],
    ["Modbus", "tcp", 502, "0001 0000 0006 01 03 0000 000a", ":mbtcp:modbus"],
    ["a transport PDU", "tcp", 102, "0300 0016 11 e0 0000 0001 00 c0010a", ":tpkt:cotp"],
    ["S7", "tcp", 102, "0300 0019 02 f080 32 01 0000 0400", ":tpkt:cotp:s7comm"],
    ["STUN", "udp", 40404, "0001 0000 2112a442 000000000000000000000001", ":stun"],
    ["DTLS", "udp", 40404, "16feff 0000 000000000000 0001 01", ":dtls"],
    ["QUIC", "udp", 40404, "c3 00000001 08 0102030405060708", ":quic"],
    ["a Sun RPC call", "udp", 2049, `00000001 00000000 00000002 000186a3${"00000000".repeat(6)}`, ":rpc"],
    ["one with arguments", "udp", 700, `00000001 00000000 00000002 000186a0${"00000000".repeat(7)}`, ":rpc:portmap"],
    ["BACnet", "udp", 47808, "810b000c 0120ffff00ff 1008", ":bvlc:bacnet:bacapp"],
    ["an I frame of IEC 104", "tcp", 2404, "680e 00000000 6401", ":iec60870_104:iec60870_asdu"],
    ["QUIC of a version that is to be refused", "udp", 443, "c3 0a1a2a3a 08 0102030405060708", ":quic"],
    ["a short header of a connection that nobody saw begin", "udp", 443, "41 0102030405060708", ":data"],
    ["what Google had before it", "udp", 443, "0d 0102030405060708 51303433 01", ":gquic"],
    ["NetFlow", "udp", 2055, "0009 0000", ":cflow"],
    ["a version of it that there is not", "udp", 2055, "0063 0000", ":data"],
    ["sFlow of no version", "udp", 6343, "00000063", ":data"],
    ["Diameter of another version", "tcp", 3868, `02000014${"00".repeat(16)}`, ":diameter:data"],
    ["Oracle", "tcp", 1521, "0008 0000 0b 00 0000", ":tns"],
    ["what is no packet of it", "tcp", 1521, "0102030405060708", ":data"],
    ["OpenFlow 1.3", "tcp", 6653, "04 00 0008 00000001", ":openflow:openflow_v4"],
    ["OpenFlow 1.1, which has no name of its own", "tcp", 6653, "02 00 0008 00000001", ":openflow"],
    ["a call of H.225", "tcp", 1720, "0300 000a 0802 0001 0500", ":q931:q931"],
    ["a version 2 of GTP", "udp", 2123, "48 01 0008 00000000 00000000", ":gtp:gtpv2"],
    ["a clock's message", "udp", 319, `0002 002c ${"00".repeat(40)}`, ":ptp"],
    ["too little of one", "udp", 319, "0002 002c", ""],
    ["what wakes a machine", "udp", 40404, `ffffffffffff ${"005056010203".repeat(16)}`, ":wol"],
    ["what calls it fifteen times only", "udp", 40404, `ffffffffffff ${"005056010203".repeat(15)}`, ":data"],
    ["MGCP", "udp", 2427, "41554550203120", ":mgcp"],
    ["octets on its port", "udp", 2427, "000102", ":data"],
    ["HSRP to a single machine, which is none", "udp", 1985, `0000 1003 0a64 0100 ${"00".repeat(12)}`, ""],
    ["no RADIUS", "udp", 1812, "01010101 01010101", ":data"],
  ])("%s", (_, protocol, port, hex, expected) => {
    expect(names(protocol, port, hexOctets(hex))).toBe(expected);
  });

  test("a session description", () => {
    const header = "SIP/2.0 200 OK\r\nContent-Type: application/sdp\r\n\r\n";
    expect(names("udp", 5060, text(`${header}v=0\r\n`))).toBe(":sip:sdp");
    expect(names("udp", 5060, text("\r\n\r\n"))).toBe(":data");
  });
});
