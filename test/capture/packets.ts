/** Packets and capture files made in code, for the tests of this folder. */
import fc from "fast-check";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { encodeFrame } from "../../server/src/capture/encode.ts";
import type { IpHeader, Packet } from "../../server/src/capture/packet.ts";

export function hexOctets(text: string): Uint8Array {
  return Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

const IP4: IpHeader = {
  version: 4,
  src: 0x0a00010b,
  dst: 0x0a00020c,
  protocol: 6,
  ttl: 64,
  dscp: 0,
  ecn: 0,
  id: 7,
  dontFragment: true,
  moreFragments: false,
  fragmentOffset: 0,
  headerLength: 20,
  length: 0,
};

/** A packet with the lengths and names filled in, by writing and reading it. */
export function settled(packet: Packet): Packet {
  return decodeFrame(encodeFrame(packet), 1);
}

export const WEB: Packet = settled({
  eth: { src: 0x005056010203, dst: 0x005056040506, type: 0x0800, tags: [] },
  ip: IP4,
  tcp: { srcPort: 40000, dstPort: 443, flags: 2, seq: 1000, ack: 0, window: 64240, headerLength: 20 },
  payload: new Uint8Array(0),
  protocols: "",
});

export const QUERY: Packet = settled({
  eth: WEB.eth,
  ip: { ...IP4, protocol: 17 },
  udp: { srcPort: 50000, dstPort: 53, length: 0 },
  payload: Uint8Array.of(1, 2, 3, 4, 5),
  protocols: "",
});

export const PING6: Packet = settled({
  eth: { ...WEB.eth, type: 0x86dd },
  ip: {
    ...IP4,
    version: 6,
    src: 0x20010db8n << 96n,
    dst: (0x20010db8n << 96n) | 1n,
    protocol: 58,
    id: 0,
    dontFragment: false,
  },
  icmp: { type: 128, code: 0, id: 77, seq: 3 },
  payload: Uint8Array.of(9, 9),
  protocols: "",
});

const octets = (most: number) => fc.uint8Array({ maxLength: most });
const bits = (count: number) => fc.nat({ max: 2 ** count - 1 });
const mac = fc.maxSafeNat().map((value) => value % 2 ** 48);
/** The end of the list first: what follows is octets, and no option that may be malformed. */
const options = fc.option(
  fc
    .integer({ min: 1, max: 10 })
    .chain((words) => fc.uint8Array({ minLength: words * 4 - 1, maxLength: words * 4 - 1 }))
    .map((rest) => Uint8Array.of(0, ...rest)),
  { nil: undefined },
);
const ethernet = fc.record({
  src: mac,
  dst: mac,
  tags: fc.array(
    fc.record({ tpid: fc.constantFrom(0x8100, 0x88a8), id: bits(12), priority: bits(3), dei: fc.boolean() }),
    { maxLength: 3 },
  ),
});
const ipFields = fc.record({
  ttl: bits(8),
  dscp: bits(6),
  ecn: bits(2),
  id: bits(16),
  dontFragment: fc.boolean(),
});
const ip4 = fc.tuple(ipFields, bits(32), bits(32), options).map(([fields, src, dst, found]): IpHeader => {
  const headerLength = 20 + (found?.length ?? 0);
  return { ...IP4, ...fields, src, dst, headerLength, ...(found && { options: found }) };
});
const ip6 = fc
  .tuple(ipFields, fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }), bits(20))
  .map(([fields, src, dst, flowLabel]): IpHeader => {
    return { ...IP4, ...fields, version: 6, src, dst, id: 0, dontFragment: false, headerLength: 40, flowLabel };
  });
/** Ports that no tunnel or DHCP has: those are decoded further. */
const port = fc.integer({ min: 10000, max: 60000 });
const tcp = fc
  .record({
    srcPort: port,
    dstPort: port,
    flags: bits(12),
    seq: bits(32),
    ack: bits(32),
    window: bits(16),
    found: options,
  })
  .map(({ found, ...fields }) => ({
    ...fields,
    headerLength: 20 + (found?.length ?? 0),
    ...(found && { options: found }),
  }));

/** Packets without exotic parts: Ethernet, tags, ARP or IP with TCP, UDP or echo. */
export const packets: fc.Arbitrary<Packet> = fc
  .record({
    eth: ethernet,
    ip: fc.oneof(ip4, ip6),
    tcp,
    udp: fc.record({ srcPort: port, dstPort: port, length: fc.constant(0) }),
    arp: fc.record({
      opcode: fc.constantFrom(1, 2),
      senderMac: mac,
      senderIp: bits(32),
      targetMac: mac,
      targetIp: bits(32),
    }),
    echo: fc.record({ code: fc.constant(0), id: bits(16), seq: bits(16) }),
    kind: fc.constantFrom("tcp", "udp", "echo", "arp", "other"),
    payload: octets(80),
  })
  .map(({ eth, ip, kind, payload, ...parts }): Packet => {
    if (kind === "arp") return { eth: { ...eth, type: 0x0806 }, arp: parts.arp, payload, protocols: "" };
    const base = { eth: { ...eth, type: ip.version === 4 ? 0x0800 : 0x86dd }, payload, protocols: "" };
    const isSix = ip.version === 6;
    const protocol = { tcp: 6, udp: 17, echo: isSix ? 58 : 1, other: 253 }[kind];
    const withIp = { ...base, ip: { ...ip, protocol } };
    if (kind === "tcp") return { ...withIp, tcp: parts.tcp };
    if (kind === "udp") return { ...withIp, udp: { ...parts.udp, length: 8 + payload.length } };
    return kind === "echo" ? { ...withIp, icmp: { type: isSix ? 128 : 8, ...parts.echo } } : withIp;
  })
  .map((packet) => {
    const { ip } = packet;
    if (ip === undefined) return packet;
    const header = packet.tcp ? packet.tcp.headerLength : packet.udp || packet.icmp ? 8 : 0;
    const length = header + packet.payload.length + (ip.version === 4 ? ip.headerLength : 0);
    return { ...packet, ip: { ...ip, length } };
  });
