import { TCP_PORTS } from "./applications.ts";
import { u8, u16, u32 } from "./bytes.ts";
import { isTls, tlsNames } from "./certificates.ts";
import { httpNames, isHttp, latin } from "./http.ts";
import type { Packet } from "./packet.ts";

/** tshark's name of what is behind a port of TCP, where it has one. */
export function applicationBehind(port: number | undefined): string | undefined {
  return port === undefined ? undefined : TCP_PORTS.get(port)?.slice(1);
}

/**
 * frame.protocols with what the first octets of the innermost payload tell: decoding itself goes by ports only, since
 * the chain does not look further. `application` stands for the port's name where more is known of the connection,
 * `skipped` is how many octets belong to an earlier message.
 */
export function refinedProtocols(packet: Packet, application?: string, skipped = 0): string {
  const { protocols } = packet;
  const place = protocols.lastIndexOf(":");
  const below = protocols.lastIndexOf(":", place - 1);
  const transport = protocols.slice(below + 1, place);
  const isTcp = transport === "tcp" || transport === "mptcp";
  if (!isTcp && transport !== "udp") return protocols;
  const name = application ?? protocols.slice(place + 1);
  const refine = name === "data" ? (isTcp ? tcpByOctets : udpByOctets) : (isTcp ? TCP_NAMES : UDP_NAMES)[name];
  if (refine === undefined) return `${protocols.slice(0, place)}:${name}`;
  let innermost = packet;
  for (let next = packet.inner ?? packet.icmp?.quoted; next !== undefined; next = next.inner ?? next.icmp?.quoted) {
    innermost = next;
  }
  const refined = refine(innermost.payload.subarray(skipped), innermost);
  return refined === "" ? protocols.slice(0, place) : `${protocols.slice(0, place)}:${refined}`;
}

/** The names in place of the port's, or of `data`; none where Wireshark waits for more octets. */
type Refine = (payload: Uint8Array, packet: Packet) => string;

const LINE_FEED = 10;

const TCP_NAMES: Readonly<Record<string, Refine>> = {
  http: (payload) => (isTls(payload) ? tls(payload) : httpNames(payload)),
  tls: (payload) => {
    if (isHttp(payload)) return httpNames(payload);
    return isTls(payload) || !isText(payload, 8) ? tls(payload) : "data";
  },
  mysql: orTls("mysql"),
  smtp: orTls("smtp"),
  pop: orTls("pop"),
  ftp: orTls("ftp"),
  irc: orTls("irc"),
  mqtt: orTls("mqtt"),
  nntp: orTls("nntp"),
  socks: (payload) => (isTls(payload) ? tls(payload) : isHttp(payload) ? `socks:${httpNames(payload)}` : "socks"),
  imap: (payload) => (isTls(payload) ? tls(payload) : payload.includes(LINE_FEED) ? "imap" : ""),
  pgsql: (payload) => (isTls(payload) ? tls(payload) : payload.length < 2 ? "" : "pgsql"),
  // The protocol's own header of 8 octets is not shown.
  amqp: (payload) => (isTls(payload) ? tls(payload) : payload.length <= 8 ? "" : "amqp"),
  xmpp: (payload) => (isTls(payload) ? tls(payload) : payload[0] === 0x3c ? "xmpp:xml" : ""),
  ldap: (payload) => (isTls(payload) ? tls(payload) : payload[0] === 0x30 ? "ldap" : ""),
  "ftp-data": (payload) => (isText(payload, 0) ? "ftp-data:data-text-lines" : "ftp-data"),
  nbss: (payload) => `nbss${smb(payload)}`,
  modbus: (payload) => (payload.length >= 8 && u16(payload, 2) === 0 ? "mbtcp:modbus" : "data"),
  dnp3: (payload) => (payload.length >= 10 && u16(payload, 0) === 0x0564 ? "dnp3" : "data"),
  tpkt,
  rtsp: (payload) => `rtsp${sessionDescription(payload)}`,
  sip: (payload) => (isSip(payload) ? `sip${sessionDescription(payload)}` : ""),
  iec60870_104: (payload) =>
    payload.length > 6 && payload[0] === 0x68 && ((payload[2] ?? 1) & 1) === 0
      ? "iec60870_104:iec60870_asdu"
      : "iec60870_104",
  h225: (payload) => (payload.length > 4 && u16(payload, 0) === 0x0300 ? "q931:q931" : "data"),
  ipp: (payload) => (isHttp(payload) ? httpNames(payload) : "data"),
  diameter: (payload) => (payload.length < 4 ? "" : payload[0] === 1 ? "diameter" : "diameter:data"),
  tns: (payload) => (payload.length < 8 || isOracle(payload) ? "tns" : "data"),
  openflow: (payload) => `openflow${OPENFLOW[payload[0] ?? 0] ?? ""}`,
  nfs: tcpByOctets,
  rpc: (payload) => (isRpcCall(payload, 4) ? rpc(payload, 4) : "rpc"),
  dcerpc: tcpByOctets,
  ident: () => "data",
};

const UDP_NAMES: Readonly<Record<string, Refine>> = {
  "db-lsp-disc": (payload) => (payload[0] === 0x7b ? "db-lsp-disc:json" : "db-lsp-disc"),
  ssdp: (payload) => {
    const names = httpNames(payload);
    return names.startsWith("http") ? `ssdp${names.slice(4)}` : names;
  },
  sip: (payload) => (isSip(payload) ? `sip${sessionDescription(payload)}` : "data"),
  rpc: (payload) => (isRpcCall(payload, 0) ? rpc(payload, 0) : "rpc"),
  radius: (payload) => {
    const length = payload.length < 4 ? 0 : u16(payload, 2);
    return payload.length < 4 || (length >= 20 && length <= payload.length) ? "radius" : "data";
  },
  snmp: orData("snmp", (payload) => payload[0] === 0x30),
  kerberos: orData("kerberos", (payload) => ((payload[0] ?? 0) & 0xe0) === 0x60 && payload.length > 8),
  isakmp: orData("isakmp", (payload) => payload.length >= IKE_HEADER),
  // Known of the connection: a packet with a short header says nothing by itself.
  quic: () => "quic",
  gquic: () => "gquic",
  stun: orData("stun", isStun),
  dtls: orData("dtls", isDtls),
  wg: orData("wg", isWireGuard),
  gtp: (payload, packet) => {
    const version = u8(payload, 0) >> 5;
    return version === 2 ? "gtp:gtpv2" : version === 1 ? "gtp" : udpByOctets(payload, packet);
  },
  cflow: orData("cflow", (payload) => payload.length < 2 || NETFLOW_VERSIONS.has(u16(payload, 0))),
  sflow: orData("sflow", (payload) => payload.length < 4 || SFLOW_VERSIONS.has(u32(payload, 0))),
  gtpprime: orData("gtpprime", (payload) => payload[0] !== 0),
  hsrp: (_, { ip }) => (HSRP_GROUPS.has(ip?.dst ?? 0) ? "hsrp" : ""),
  mgcp: orData("mgcp", (payload) => isText(payload, 1)),
  ptp: (payload) => (payload.length < 34 ? "" : "ptp"),
  wol: orData("wol", isMagic),
  xdmcp: orData("xdmcp", (payload) => payload.length >= 6),
};

const NETFLOW_VERSIONS: ReadonlySet<number> = new Set([1, 5, 7, 8, 9, 10]);
const SFLOW_VERSIONS: ReadonlySet<number> = new Set([2, 4, 5]);
/** Versions that have a name of their own. */
const OPENFLOW: Readonly<Record<number, string>> = {
  1: ":openflow_v1",
  4: ":openflow_v4",
  5: ":openflow_v5",
  6: ":openflow_v6",
};
/** RFC 2281, and the groups of its second version: what is sent elsewhere is not taken for it. */
const HSRP_GROUPS: ReadonlySet<number | bigint> = new Set([
  0xe0000002,
  0xe0000066,
  0xff020000000000000000000000000066n,
]);

function orTls(name: string): Refine {
  return (payload) => (isTls(payload) ? tls(payload) : name);
}

function orData(name: string, fits: (payload: Uint8Array) => boolean): Refine {
  return (payload, packet) => (fits(payload) ? name : udpByOctets(payload, packet));
}

function tls(payload: Uint8Array): string {
  return `tls${tlsNames(payload)}`;
}

/** RFC 7296, 3.1. */
const IKE_HEADER = 28;
const BITTORRENT = "\x13BitTorrent protocol";

/** Protocols that Wireshark knows by their octets, whatever the port. */
function tcpByOctets(payload: Uint8Array): string {
  if (isTls(payload) && payload.length >= 5 && u16(payload, 3) <= 0x4800) return tls(payload);
  if (isHttp(payload)) return httpNames(payload);
  if (latin(payload.subarray(0, BITTORRENT.length)) === BITTORRENT) return "bittorrent";
  if (isRpcCall(payload, 4)) return rpc(payload, 4);
  if (isSip(payload)) return `sip${sessionDescription(payload)}`;
  if (latin(payload.subarray(0, 4)) === "YMSG" && payload.length >= 20) return "ymsg";
  return isDceRpc(payload) ? "dcerpc" : "data";
}

function udpByOctets(payload: Uint8Array, { udp }: Packet): string {
  if (isMagic(payload)) return "wol";
  if (isDtls(payload)) return "dtls";
  if (isStun(payload)) return "stun";
  if (isQuic(payload)) return "quic";
  if (isGoogleQuic(payload)) return "gquic";
  if (isWireGuard(payload) && payload[0] !== 4) return "wg";
  if (isRpcCall(payload, 0)) return rpc(payload, 0);
  if (isSip(payload)) return `sip${sessionDescription(payload)}`;
  if (/^d1:[a-z]/.test(latin(payload.subarray(0, 4)))) return "bt-dht";
  if (udp !== undefined && (udp.srcPort & udp.dstPort & 1) === 1 && isRtcp(payload)) return "rtcp";
  const isBacnet = udp !== undefined && (udp.srcPort === BACNET_PORT || udp.dstPort === BACNET_PORT);
  return isBacnet && payload[0] === 0x81 ? bacnet(payload) : "data";
}

const BACNET_PORT = 47808;

/** ANSI/ASHRAE 135, annex J: of some functions a network message follows, with an application's unless bit 7 is set. */
function bacnet(payload: Uint8Array): string {
  const at = { 4: 10, 9: 4, 10: 4, 11: 4 }[payload[1] ?? 0];
  if (at === undefined || payload[at] !== 1) return "bvlc";
  return ((payload[at + 1] ?? 0x80) & 0x80) === 0 ? "bvlc:bacnet:bacapp" : "bvlc:bacnet";
}

/** Are the first octets printable, ten at most and `least` at least? */
function isText(payload: Uint8Array, least: number): boolean {
  const head = payload.subarray(0, 10);
  return (
    head.length >= least &&
    head.every((octet) => (octet >= 32 && octet < 127) || octet === 9 || octet === 10 || octet === 13)
  );
}

/** RFC 1002, 4.3.1: a session message carries SMB (0xff), SMB 2 (0xfe), or SMB 2 encrypted or compressed. */
function smb(payload: Uint8Array): string {
  if (payload.length < 8 || payload[0] !== 0 || latin(payload.subarray(5, 8)) !== "SMB") return "";
  const first = payload[4] ?? 0;
  return first === 0xff ? ":smb" : first >= 0xfc ? ":smb2" : "";
}

const RDP_PORT = 3389;

/** RFC 1006: version 3, then a transport PDU of ISO 8073 (CR 0xe0, CC 0xd0, DT 0xf0). */
function tpkt(payload: Uint8Array, { tcp }: Packet): string {
  const isRdp = tcp !== undefined && (tcp.srcPort === RDP_PORT || tcp.dstPort === RDP_PORT);
  if (isTls(payload)) return tls(payload);
  if (payload.length < 7 || payload[0] !== 3 || payload[1] !== 0) return isRdp ? "data" : "tpkt";
  const pdu = u8(payload, 5) & 0xf0;
  if (isRdp && pdu === 0xe0) return "cotp:rdp";
  if (isRdp) return pdu === 0xd0 ? "tpkt:cotp:rdp" : pdu === 0xf0 ? "tpkt:cotp:t125" : "tpkt:cotp";
  return pdu === 0xf0 && payload[7] === 0x32 ? "tpkt:cotp:s7comm" : "tpkt:cotp";
}

function isSip(payload: Uint8Array): boolean {
  return /^(?:SIP\/2\.0 \d|[A-Z]+ \S+ SIP\/2\.0\r?\n)/.test(latin(payload.subarray(0, 512)));
}

function sessionDescription(payload: Uint8Array): string {
  const [header = "", body = ""] = latin(payload.subarray(0, 8192)).split("\r\n\r\n", 2);
  return body !== "" && /\n(?:content-type|c): *application\/sdp/i.test(header) ? ":sdp" : "";
}

/** RFC 5531: a call (0) of RPC version 2 to a program that Sun assigned; over TCP behind the record's mark. */
function isRpcCall(payload: Uint8Array, at: number): boolean {
  if (payload.length < at + 40 || u32(payload, at + 4) !== 0 || u32(payload, at + 8) !== 2) return false;
  const program = u32(payload, at + 12);
  return program >= 100_000 && program < 101_000;
}

const PROGRAMS: Readonly<Record<number, string>> = {
  100000: ":portmap",
  100003: ":nfs",
  100004: ":ypserv",
  100005: ":mount",
  100007: ":ypbind",
  100021: ":nlm",
  100024: ":stat",
  100227: ":nfsacl",
};

/** A call without arguments is not handed on to its program's dissector. */
function rpc(payload: Uint8Array, at: number): string {
  const verifierAt = at + 32 + padded(u32(payload, at + 28));
  if (verifierAt + 8 > payload.length) return "rpc";
  const arguments_ = verifierAt + 8 + padded(u32(payload, verifierAt + 4));
  return arguments_ < payload.length ? `rpc${PROGRAMS[u32(payload, at + 12)] ?? ""}` : "rpc";
}

function padded(length: number): number {
  return Math.ceil(length / 4) * 4;
}

/** A packet of Oracle's transparent network substrate: its length, and one of the types that there are. */
function isOracle(payload: Uint8Array): boolean {
  const type = u8(payload, 4);
  return type >= 1 && type <= 19 && u8(payload, 5) === 0;
}

/** DCE 1.1: RPC, 12.6.3: version 5, a known PDU type, the length of the fragment. */
function isDceRpc(payload: Uint8Array): boolean {
  return payload.length >= 16 && payload[0] === 5 && (payload[1] ?? 2) <= 1 && (payload[2] ?? 255) <= 19;
}

/** RFC 9000, 17.2: a long header of a version that Wireshark knows, or of one that is to be refused (15). */
function isQuic(payload: Uint8Array): boolean {
  if (payload.length < 7 || u8(payload, 0) < 0xc0) return false;
  const version = u32(payload, 1);
  return QUIC_VERSIONS.has(version) || version >>> 8 === 0xff0000 || (version & 0x0f0f0f0f) === 0x0a0a0a0a;
}
/** Versions 1 and 2 (as its draft numbered it), Facebook's two, and Google's 050, T050 and T051. */
const QUIC_VERSIONS: ReadonlySet<number> = new Set([
  1, 0x6b3343cf, 0xfaceb001, 0xfaceb002, 0x51303530, 0x54303530, 0x54303531,
]);

/** Before RFC 9000: a version "Q0" and two digits, behind the flags and the connection's eight octets, if there are any. */
function isGoogleQuic(payload: Uint8Array): boolean {
  const [flags = 0] = payload;
  if (flags >= 0xc0) return isGoogleVersion(payload, 1) && payload[4] === 0x36;
  return (flags & 0xc1) === 1 && isGoogleVersion(payload, (flags & 8) === 0 ? 1 : 9);
}
const isGoogleVersion = (payload: Uint8Array, at: number): boolean =>
  /^Q0\d\d$/.test(latin(payload.subarray(at, at + 4)));

/** RFC 8489: the magic cookie, and a length in words. */
function isStun(payload: Uint8Array): boolean {
  return (
    payload.length >= 20 &&
    u8(payload, 0) < 0x40 &&
    u32(payload, 4) === 0x2112a442 &&
    u16(payload, 2) === payload.length - 20
  );
}

/** RFC 6347, 4.1: records of DTLS 1.0 and 1.2. */
function isDtls(payload: Uint8Array): boolean {
  const [type = 0, major, minor] = payload;
  return payload.length >= 13 && type >= 20 && type <= 25 && major === 0xfe && (minor === 0xff || minor === 0xfd);
}

/** WireGuard's four messages, by type and length. */
function isWireGuard(payload: Uint8Array): boolean {
  if (payload.length < 32 || (u32(payload, 0) & 0x00ffffff) !== 0) return false;
  const type = u8(payload, 0);
  return type === 4 || payload.length === { 1: 148, 2: 92, 3: 64 }[type];
}

/** What wakes a machine: six octets of ones, and its address sixteen times. */
function isMagic(payload: Uint8Array): boolean {
  if (payload.length < 102) return false;
  for (let at = 0; at < 102; at++) if (payload[at] !== (at < 6 ? 0xff : payload[6 + (at % 6)])) return false;
  return true;
}

/** RFC 3550, 6.4: a compound packet begins with a report. */
function isRtcp(payload: Uint8Array): boolean {
  const [first = 0, type = 0] = payload;
  return payload.length >= 8 && first >> 6 === 2 && (type === 200 || type === 201);
}
