/** What earlier frames tell of a frame's protocols, tried with tshark 4.0 on the same captures. */
import { expect, test } from "vitest";
import { Conversations } from "../../server/src/capture/conversations.ts";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import type { Packet } from "../../server/src/capture/packet.ts";
import { hexOctets, WEB } from "./packets.ts";

const CLIENT = 40001;
const ACK = 16;
const SYN = 2;

interface Sent {
  /** The server's port, as the destination (`->`) or the source. */
  readonly to?: number;
  readonly from?: number;
  readonly client?: number;
  readonly seq: number;
  readonly ack?: number;
  readonly flags?: number;
  readonly payload?: string;
  /** In milliseconds. */
  readonly at: number;
}

/** The names behind `tcp` of each segment. */
function names(...sent: readonly Sent[]): string[] {
  const conversations = new Conversations();
  return sent.map(({ to, from, client = CLIENT, seq, ack = 1, flags = ACK, payload = "", at }, i) => {
    const { eth, ip, tcp } = WEB as Required<Pick<Packet, "eth" | "ip" | "tcp">> & Packet;
    const ends = to === undefined ? { src: ip.dst, dst: ip.src } : { src: ip.src, dst: ip.dst };
    const ports = { srcPort: from ?? client, dstPort: to ?? client };
    const octets = Uint8Array.from(payload, (letter) => letter.charCodeAt(0));
    const packet = {
      eth,
      protocols: "",
      payload: octets,
      ip: { ...ip, ...ends },
      tcp: { ...tcp, ...ports, seq, ack, flags },
    };
    const data = encodeFrame(packet);
    const frame = {
      number: i + 1,
      interface: 0,
      linkType: 1,
      data,
      originalLength: data.length,
      time: BigInt(at) * 1_000_000n,
    };
    return conversations.protocolsOf(frame, decodeFrame(data, 1)).split(":tcp")[1] ?? "";
  });
}

test("a segment that comes again is not decoded again, an acknowledged one is", () => {
  const request = { to: 80, seq: 1, payload: "GET / HTTP/1.1\r\n\r\n" };
  expect(names({ ...request, at: 0 }, { ...request, at: 300 })).toEqual([":http", ""]);
  expect(names({ ...request, at: 0 }, { from: 80, seq: 1, ack: 19, at: 50 }, { ...request, at: 300 })).toEqual([
    ":http",
    "",
    ":http",
  ]);
});

test("a segment that was overtaken is not decoded", () => {
  expect(
    names(
      { to: 80, seq: 1, payload: "GET / HTTP/1.1\r\n\r\n", at: 0 },
      { to: 80, seq: 119, payload: "GET /b HTTP/1.1\r\n\r\n", at: 1 },
      { to: 80, seq: 19, payload: "GET /a HTTP/1.1\r\n\r\n", at: 2 },
    ),
  ).toEqual([":http", ":http", ""]);
});

test("one octet before the next keeps a connection alive", () => {
  expect(
    names({ to: 80, seq: 1, payload: "GET / HTTP/1.1\r\n\r\n", at: 0 }, { to: 80, seq: 18, payload: "\0", at: 9000 }),
  ).toEqual([":http", ":data"]);
});

test("the port that was opened serves, though the other is lower and has a name, too", () => {
  const later = { to: 3306, client: 1521, seq: 2, payload: "\x01\0\0\0\x0e", at: 2 };
  expect(names({ to: 3306, client: 1521, seq: 1, flags: SYN, at: 0 }, later)).toEqual(["", ":mysql"]);
  expect(names(later)).toEqual([":tns"]);
});

test("a connection stays what its first octets were", () => {
  const hello = "\x16\x03\x01\0\x04\x01\0\0\0";
  expect(
    names({ to: 12443, seq: 1, payload: hello, at: 0 }, { to: 12443, seq: 10, payload: "\x99\x88\x77\x66", at: 9 }),
  ).toEqual([":tls", ":tls"]);
});

test("a message that goes on in the next segment is not begun there", () => {
  const start = `\0\x1e${"\0".repeat(10)}`;
  expect(
    names(
      { to: 53, seq: 1, payload: start, at: 0 },
      { to: 53, seq: 13, payload: "\0".repeat(10), at: 5 },
      { to: 53, seq: 23, payload: `${"\0".repeat(10)}\0\x0c${"\0".repeat(12)}`, at: 9 },
    ),
  ).toEqual([":dns", "", ":dns"]);
});

test("a new connection between the same ports begins anew", () => {
  const open = { to: 80, flags: SYN };
  expect(
    names(
      { ...open, seq: 1, at: 0 },
      { to: 80, seq: 2, payload: "GET / HTTP/1.1\r\n\r\n", at: 1 },
      { ...open, seq: 9000, at: 5000 },
      { to: 80, seq: 9001, payload: "GET / HTTP/1.1\r\n\r\n", at: 5001 },
    ),
  ).toEqual(["", ":http", "", ":http"]);
});

test("a body goes on where a message of HTTP was seen", () => {
  const rest = { to: 80, payload: "no line feed here" };
  expect(names({ ...rest, seq: 1, at: 0 })).toEqual([""]);
  expect(names({ to: 80, seq: 1, payload: "POST / HTTP/1.1\r\n\r\n", at: 0 }, { ...rest, seq: 20, at: 1 })).toEqual([
    ":http",
    ":http:data",
  ]);
});

test("a mail is told where it ends, and TLS may begin in its middle", () => {
  const hello = "\x16\x03\x01\0\x04\x01\0\0\0";
  expect(
    names(
      { to: 25, seq: 1, flags: SYN, at: 0 },
      { to: 25, seq: 2, payload: "DATA\r\n", at: 1 },
      { to: 25, seq: 8, payload: "Subject: a\r\n", at: 2 },
      { to: 25, seq: 20, payload: "\r\nb\r\n.\r\n", at: 3 },
      { to: 25, seq: 28, payload: hello, at: 4 },
      { to: 25, seq: 37, payload: "QUIT\r\n", at: 5 },
    ),
  ).toEqual(["", ":smtp", ":smtp", ":smtp:imf", ":tls", ":smtp"]);
});

test("a QUIC connection that was seen to begin", () => {
  const conversations = new Conversations();
  const { eth, ip } = WEB as Required<Pick<Packet, "eth" | "ip">> & Packet;
  const sent = ["c300000001080102030405060708", "410102030405060708", "520102030405060708"].map((hex, i) => {
    const payload = hexOctets(hex);
    const ports = i === 1 ? { srcPort: 443, dstPort: CLIENT } : { srcPort: CLIENT, dstPort: 443 };
    const ends = i === 1 ? { src: ip.dst, dst: ip.src } : {};
    const udp = { ...ports, length: 8 + payload.length };
    const data = encodeFrame({ eth, ip: { ...ip, ...ends, protocol: 17 }, udp, payload, protocols: "" });
    const frame = { number: i + 1, interface: 0, linkType: 1, data, originalLength: data.length };
    return conversations.protocolsOf(frame, decodeFrame(data, 1)).split(":udp:")[1];
  });
  expect(sent).toEqual(["quic", "quic", "quic"]);
});
