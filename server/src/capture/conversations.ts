/**
 * What Wireshark knows of a frame from those before it: which segments of TCP come again or late, which end of a
 * connection serves, where a message that began in another segment ends, and which protocol a connection speaks.
 */
import { u16, u24 } from "./bytes.ts";
import { latin } from "./http.ts";
import type { Frame, IpHeader, Packet, Tcp } from "./packet.ts";
import { applicationBehind, refinedProtocols } from "./protocols.ts";

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;

/** Connections that are remembered; of more, the oldest are forgotten. */
const REMEMBERED = 50_000;
/** A segment that follows the highest one this soon was overtaken, a later one is sent again (nanoseconds). */
const OVERTAKEN_WITHIN = 3_000_000n;
const FAST_WITHIN = 20_000_000n;

/** One side of a connection. */
interface Side {
  first: number | undefined;
  /** The sequence number after the highest octet, and when it came. */
  next: number | undefined;
  nextTime: bigint;
  window: number;
  acknowledged: number;
  acknowledgedTime: bigint;
  repeated: number;
  /** A message that goes on: from its first octet to the one after its last. */
  message: { readonly from: number; readonly to: number } | undefined;
}
interface Conversation {
  readonly low: Side;
  readonly high: Side;
  server: number | undefined;
  /** tshark's name of the protocol that its octets have told. */
  application: string | undefined;
  /** A message of HTTP was seen. */
  isHttp: boolean;
  /** The client of SMTP is sending a mail. */
  isMail: boolean;
  synTime: bigint | undefined;
  roundTrip: bigint;
}

/** What is known of a capture's connections; frames are told in their order. */
export class Conversations {
  private readonly known = new Map<string, Conversation>();

  /** The frame's `frame.protocols`. */
  protocolsOf(frame: Frame, packet: Packet): string {
    let innermost = packet;
    while (innermost.inner !== undefined) innermost = innermost.inner;
    const { ip, tcp, udp } = innermost;
    const ports = tcp ?? udp;
    if (ip === undefined || ports === undefined) return refinedProtocols(packet);
    const isFromLow = ports.srcPort < ports.dstPort || (ports.srcPort === ports.dstPort && ip.src < ip.dst);
    const conversation = this.conversation(ip, ports, isFromLow, tcp === undefined ? "u" : "t", tcp);
    if (tcp === undefined) return datagram(packet, innermost, conversation);
    return segment(frame, packet, { ...innermost, ip, tcp }, conversation, isFromLow);
  }

  private conversation(
    ip: IpHeader,
    { srcPort, dstPort }: { readonly srcPort: number; readonly dstPort: number },
    isFromLow: boolean,
    kind: string,
    tcp: Tcp | undefined,
  ): Conversation {
    const key = isFromLow
      ? `${kind}${srcPort} ${dstPort} ${ip.src} ${ip.dst}`
      : `${kind}${dstPort} ${srcPort} ${ip.dst} ${ip.src}`;
    const known = this.known.get(key);
    const first = known?.[isFromLow ? "low" : "high"].first;
    const isAnew = tcp !== undefined && (tcp.flags & (SYN | ACK)) === SYN && first !== undefined && first !== tcp.seq;
    if (known !== undefined && !isAnew) return known;
    const made: Conversation = {
      low: newSide(),
      high: newSide(),
      server: undefined,
      application: undefined,
      isHttp: false,
      isMail: false,
      synTime: undefined,
      roundTrip: OVERTAKEN_WITHIN,
    };
    this.known.delete(key);
    this.known.set(key, made);
    if (this.known.size > REMEMBERED) {
      for (const oldest of this.known.keys()) {
        this.known.delete(oldest);
        break;
      }
    }
    return made;
  }
}

function newSide(): Side {
  return {
    first: undefined,
    next: undefined,
    nextTime: 0n,
    window: -1,
    acknowledged: 0,
    acknowledgedTime: 0n,
    repeated: 0,
    message: undefined,
  };
}

function datagram(packet: Packet, innermost: Packet, conversation: Conversation): string {
  if (innermost.payload.length === 0) return refinedProtocols(packet);
  const protocols = refinedProtocols(packet, conversation.application);
  settle(conversation, packet, protocols);
  return protocols;
}

/** Protocols that Wireshark, having told them by their octets, takes a connection's later packets for. */
const SETTLING: ReadonlySet<string> = new Set(["tls", "http", "dtls", "quic", "gquic", "rpc", "bittorrent", "bt-dht"]);

function settle(conversation: Conversation, packet: Packet, protocols: string): void {
  if (conversation.application !== undefined) return;
  const place = packet.protocols.lastIndexOf(":") + 1;
  const name = protocols.slice(place).split(":", 1)[0] ?? "";
  // A port's own protocol may hand over for a while only, as mail does to TLS.
  const isOwn = packet.protocols.slice(place) === name;
  const mayHandOver = !packet.protocols.endsWith(":data") && name !== "rpc" && !/quic$/.test(name);
  if (SETTLING.has(name) && !isOwn && !mayHandOver) conversation.application = name;
}

type Segment = Packet & { readonly ip: IpHeader; readonly tcp: Tcp };

function segment(
  frame: Frame,
  packet: Packet,
  innermost: Segment,
  conversation: Conversation,
  isFromLow: boolean,
): string {
  const { ip, tcp, payload } = innermost;
  if (ip.moreFragments || ip.fragmentOffset !== 0) return refinedProtocols(packet);
  const from = isFromLow ? conversation.low : conversation.high;
  const to = isFromLow ? conversation.high : conversation.low;
  const claimed = innermost.room ?? ip.length + (ip.version === 6 ? 40 : 0);
  const length = Math.max(claimed - ip.headerLength - tcp.headerLength, 0);
  if ((tcp.flags & (SYN | ACK)) === SYN) conversation.server = tcp.dstPort;
  else if ((tcp.flags & SYN) !== 0) conversation.server = tcp.srcPort;
  const place = follow(conversation, from, to, tcp, length, frame.time ?? 0n);
  if (payload.length === 0 || (tcp.flags & RST) !== 0) return refinedProtocols(packet);
  const [below = ""] = /^.*:tcp(?::mptcp)*/.exec(packet.protocols) ?? [];
  if (place === "kept alive") return `${below}:data`;
  if (place !== "in order") return below;
  const skipped = goesOn(from, tcp.seq, length);
  if (skipped === length) return below;
  const application = conversation.application ?? applicationBehind(conversation.server);
  const protocols = refinedProtocols(packet, application, skipped);
  settle(conversation, packet, protocols);
  const name = protocols.slice(below.length + 1).split(":", 1)[0] ?? "";
  const spoken = conversation.application ?? application ?? packet.protocols.slice(below.length + 1);
  if (spoken === "http") {
    // What goes on is a body's where a message's header was seen before; else Wireshark takes the connection for another's.
    const isCut = frame.data.length < frame.originalLength && !/\r?\n\r?\n/.test(latin(payload.subarray(0, 8192)));
    if (name === "http" && protocols !== `${below}:http:data`) conversation.isHttp ||= !isCut;
    else if (name === "" || name === "http") return conversation.isHttp ? `${below}:http:data` : below;
  }
  message(from, name, payload.subarray(skipped), tcp.seq + skipped);
  return name === "smtp" && conversation.server === tcp.dstPort && endsMail(conversation, payload)
    ? `${protocols}:imf`
    : protocols;
}

/** RFC 5321, 4.1.1.4: behind DATA a mail follows, up to a line with a dot alone. */
function endsMail(conversation: Conversation, payload: Uint8Array): boolean {
  const isMail = conversation.isMail;
  const tail = latin(payload.subarray(-5));
  conversation.isMail = isMail ? tail !== "\r\n.\r\n" : /^data\r?\n/i.test(latin(payload.subarray(0, 6)));
  return isMail && !conversation.isMail;
}

/** Sequence numbers come round (RFC 9293, 3.4): how far `a` is after `b`, negative when before. */
function after(a: number, b: number): number {
  return (a - b) | 0;
}

/** How a segment stands to those before it, which are brought up to date. */
function follow(
  conversation: Conversation,
  from: Side,
  to: Side,
  { seq, ack, flags, window }: Tcp,
  length: number,
  time: bigint,
): "in order" | "again" | "kept alive" {
  const isBoundary = (flags & (SYN | FIN)) !== 0;
  from.first ??= (flags & SYN) !== 0 ? seq : seq - 1;
  if ((flags & (SYN | ACK)) === SYN) conversation.synTime = time;
  else if ((flags & SYN) === 0 && (flags & ACK) !== 0 && conversation.synTime !== undefined && length === 0) {
    conversation.roundTrip = time - conversation.synTime;
    conversation.synTime = undefined;
  }
  const isProbe = length === 1 && seq === from.next && to.window === 0;
  const isKeepAlive = length <= 1 && from.next !== undefined && after(seq, from.next) === -1 && !isBoundary;
  if (!isProbe && length === 0 && window !== 0 && window === from.window && seq === from.next) {
    if (ack === from.acknowledged && !isBoundary && (flags & RST) === 0) from.repeated++;
  }
  if (ack !== from.acknowledged) from.repeated = 0;
  let isAgain = false;
  // One octet of it may have been sent before, to try a closed window (RFC 9293, 3.8.6.1).
  const isTried = length > 1 && (flags & SYN) === 0 && from.next !== undefined && after(seq, from.next) === -1;
  if (!isTried && (length > 0 || isBoundary) && from.next !== undefined && after(seq, from.next) < 0 && !isKeepAlive) {
    const isFast = to.repeated >= 2 && to.acknowledged === seq && time - to.acknowledgedTime < FAST_WITHIN;
    const end = (seq + length) >>> 0;
    const isLate = time - from.nextTime < conversation.roundTrip && from.next !== end;
    // What was acknowledged before is decoded once more, and so is what is sent for three equal acknowledgments.
    const isSpurious = length > 0 && to.acknowledged !== 0 && after(end, to.acknowledged) <= 0;
    isAgain = !isFast && (isLate || !isSpurious);
  }
  // What a SYN carries (RFC 7413) is not counted before it is acknowledged.
  const next = (seq + ((flags & SYN) !== 0 ? 0 : length) + (isBoundary ? 1 : 0)) >>> 0;
  if (!isProbe && (from.next === undefined || after(next, from.next) > 0)) {
    from.next = next;
    from.nextTime = time;
  }
  from.window = window;
  from.acknowledged = ack;
  from.acknowledgedTime = time;
  return isKeepAlive && length > 0 ? "kept alive" : isAgain ? "again" : "in order";
}

/** Octets of a segment that belong to a message which an earlier segment began. */
function goesOn({ message: begun }: Side, seq: number, length: number): number {
  if (begun === undefined || after(seq, begun.from) <= 0) return 0;
  return Math.min(Math.max(after(begun.to, seq), 0), length);
}

/** Messages with their length in front, by tshark's name: the length of the one that begins at `at`. */
const MESSAGES: Readonly<Record<string, (octets: Uint8Array, at: number) => number>> = {
  dns: (octets, at) => (at + 2 <= octets.length ? 2 + u16(octets, at) : 0),
  nbss: (octets, at) => (at + 4 <= octets.length ? 4 + (u24(octets, at + 1) & 0x1ffff) : 0),
  diameter: (octets, at) => (at + 4 <= octets.length ? u24(octets, at + 1) : 0),
};

/** Notes where the last message of a segment ends, when it goes on in the next. */
function message(from: Side, name: string, octets: Uint8Array, seq: number): void {
  const sizeOf = MESSAGES[name];
  if (sizeOf === undefined) return;
  for (let at = 0; at < octets.length; ) {
    const size = sizeOf(octets, at);
    if (size === 0) return;
    if (at + size > octets.length) {
      from.message = { from: (seq + at) >>> 0, to: (seq + at + size) >>> 0 };
      return;
    }
    at += size;
  }
}
