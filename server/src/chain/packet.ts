/** A packet in the language's notation → the packet on the wire, who sends it, and where it goes. */
import { decodeFrame } from "../capture/decode.ts";
import type { Dhcp, Ethernet, Frame, Icmp, IpHeader, Packet } from "../capture/packet.ts";
import { familyOf, type Ip } from "../policy/addresses.ts";
import { ipOf, macOf, vnicId } from "../policy/endpoints.ts";
import type { Policy, Vnic } from "../policy/policy.ts";
import { ICMP, ICMPV6, icmpTypes, PORT_PROTOCOLS } from "../policy/protocols.ts";
import { ipProtocolOf } from "../policy/services.ts";
import type { AddressText, Host, Int, PacketText, Span, VnicRef } from "../syntax/tree.ts";
import { DHCP_MESSAGES, FLAG_BITS } from "./describe.ts";
import { broadcast, isBroadcastIp, isMulticastIp, multicastMac, ROUTER_MAC } from "./ethernet.ts";
import type { World } from "./world.ts";

/** A packet about to be sent. */
export interface Sending {
  readonly packet: Packet;
  /** The vNIC it leaves; undefined: it comes from outside. */
  readonly emitter?: Vnic;
  /** The one vNIC it goes to, whatever its addresses say (a DHCP message `to` a host). */
  readonly receiver?: Vnic;
  /** The frame that a `frame` step writes out; undefined: the packet was made from the notation. */
  readonly given?: Pick<Frame, "data" | "linkType" | "originalLength">;
}
export interface PacketError extends Span {
  readonly error: string;
}

/** Thrown inside this file only; `makePacket` gives it as a value. */
class Unmakable extends Error {
  readonly span: Span;
  constructor(span: Span, message: string) {
    super(message);
    this.span = span;
  }
}

export function makePacket(world: World, text: PacketText, from?: VnicRef): Sending | PacketError {
  try {
    return new Maker(world, text, from).make();
  } catch (error) {
    if (error instanceof Unmakable) return { error: error.message, start: error.span.start, end: error.span.end };
    throw error;
  }
}

const NO_OCTETS = new Uint8Array(0);
const DEFAULT_TTL = 64;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;
const ECHO_REQUEST = { icmp: 8, icmpv6: 128 } as const;

interface Resolved {
  readonly vnic?: Vnic;
  readonly ip?: Ip;
}

class Maker {
  private readonly world: World;
  private readonly policy: Policy;
  private readonly text: PacketText;
  private readonly from: Vnic | undefined;

  constructor(world: World, text: PacketText, from: VnicRef | undefined) {
    this.world = world;
    this.policy = world.policy;
    this.text = text;
    this.from = from && this.vnic(from);
  }

  make(): Sending {
    const { text } = this;
    switch (text.kind) {
      case "tcp":
      case "udp":
      case "sctp": {
        const ends = this.ends(text.source, text.destination);
        const ports = { srcPort: port(text.sourcePort), dstPort: port(text.destinationPort) };
        if (text.kind === "tcp") {
          const flags =
            text.flags.length === 0
              ? FLAG_BITS.syn
              : text.flags.reduce((bits, { text: name }) => bits | (FLAG_BITS[name as keyof typeof FLAG_BITS] ?? 0), 0);
          return this.ip(ends, PORT_PROTOCOLS.tcp as number, 20, {
            tcp: { ...ports, flags, seq: 0, ack: 0, window: 65535, headerLength: 20 },
          });
        }
        const length = 8 + this.payloadLength();
        return this.ip(
          ends,
          PORT_PROTOCOLS[text.kind] as number,
          text.kind === "udp" ? 8 : 12,
          text.kind === "udp" ? { udp: { ...ports, length } } : { sctp: ports },
        );
      }
      case "icmp":
      case "icmpv6": {
        const family = text.kind === "icmp" ? 4 : 6;
        const ends = this.ends(text.source, text.destination, family);
        return this.ip(ends, family === 4 ? ICMP : ICMPV6, 8, { icmp: this.icmp(text.kind, ends) });
      }
      case "ip": {
        const protocol = ipProtocolOf(text.protocol);
        if (protocol === undefined || protocol > 255)
          throw new Unmakable(text.protocol, `there is no IP protocol "${text.protocol.text}"`);
        return this.ip(this.ends(text.source, text.destination), protocol, 0, {});
      }
      case "arp-request":
      case "arp-reply":
        return this.arp(text);
      case "dhcp":
        return this.dhcp(text);
      case "frame":
        return this.frame(text.hex);
    }
  }

  // ---- hosts --------------------------------------------------------------------------------------------------------

  private vnic(ref: VnicRef): Vnic {
    const found = this.policy.vnics.get(vnicId(ref.vm, ref.vnic));
    if (found) return found;
    const vm = this.policy.vms.get(ref.vm.text);
    throw new Unmakable(
      ref,
      vm ? `the VM "${vm.name}" has no vNIC "${ref.vnic.text}"` : `there is no VM "${ref.vm.text}"`,
    );
  }

  private resolve(host: Host): Resolved {
    if (host.kind === "address") {
      const ip = this.address(host.address);
      return { ip, vnic: this.world.owner(ip) };
    }
    if (host.kind === "vnic") return { vnic: this.vnic(host.vnic) };
    const vm = this.policy.vms.get(host.name.text);
    if (!vm) throw new Unmakable(host, `there is no VM "${host.name.text}"`);
    if (vm.vnics.length !== 1) {
      const which = vm.vnics.map((v) => v.id).join(", ");
      throw new Unmakable(
        host,
        vm.vnics.length === 0
          ? `the VM "${vm.name}" has no vNIC`
          : `the VM "${vm.name}" has several vNICs; name one: ${which}`,
      );
    }
    return { vnic: vm.vnics[0] };
  }
  private address(text: AddressText): Ip {
    const ip = ipOf(text);
    if (ip === undefined) throw new Unmakable(text, `"${text.text}" is not an IP address`);
    return ip;
  }

  /** Both ends' addresses: of a family that both have, IPv4 tried first. */
  private ends(
    source: Host,
    destination: Host,
    only?: 4 | 6,
  ): { from: Required<Pick<Resolved, "ip">> & Resolved; to: Required<Pick<Resolved, "ip">> & Resolved } {
    const from = this.resolve(source);
    const to = this.resolve(destination);
    const first = (end: Resolved, family: 4 | 6) => {
      if (end.ip !== undefined) return familyOf(end.ip) === family ? end.ip : undefined;
      return end.vnic && this.world.addresses(end.vnic).find((ip) => familyOf(ip) === family);
    };
    for (const family of only ? [only] : ([4, 6] as const)) {
      const a = first(from, family);
      const b = first(to, family);
      if (a !== undefined && b !== undefined) return { from: { ...from, ip: a }, to: { ...to, ip: b } };
    }
    for (const [host, end] of [
      [source, from],
      [destination, to],
    ] as const) {
      if (end.ip === undefined && end.vnic && this.world.addresses(end.vnic).length === 0)
        throw new Unmakable(
          host,
          `the address of ${end.vnic.id} is not known yet; write it, or let it learn one first`,
        );
    }
    const family = only ? ` of IPv${only}` : "";
    throw new Unmakable(
      { start: source.start, end: destination.end },
      `the two ends have no addresses${family} of one family`,
    );
  }

  // ---- layers -------------------------------------------------------------------------------------------------------

  private payloadLength(): number {
    const { payload } = this.text.options;
    if (payload && payload.value > 65_000) throw new Unmakable(payload, "a payload has at most 65000 octets");
    return payload?.value ?? 0;
  }

  private ip(ends: ReturnType<Maker["ends"]>, protocol: number, header: number, layers: Partial<Packet>): Sending {
    const { options } = this.text;
    const emitter = this.from ?? ends.from.vnic;
    const receiver = ends.to.vnic ?? this.world.owner(ends.to.ip);
    const payload = new Uint8Array(this.payloadLength());
    const version = familyOf(ends.from.ip);
    const ip: IpHeader = {
      version,
      src: ends.from.ip,
      dst: ends.to.ip,
      protocol,
      ttl: limited(options.ttl, 255, "a TTL") ?? DEFAULT_TTL,
      dscp: limited(options.dscp, 63, "a DSCP") ?? 0,
      ecn: 0,
      id: layers.icmp ? 0 : (limited(options.id, 65535, "an identification") ?? 0),
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      headerLength: version === 4 ? 20 : 40,
      length: header + payload.length + (version === 4 ? 20 : 0),
    };
    const type = version === 4 ? 0x0800 : 0x86dd;
    const dst = this.nextHop(emitter, receiver, ends.to.ip);
    return { packet: this.onWire(emitter, dst, type, { ip, ...layers, payload }), emitter };
  }

  /** The MAC that a host would put there: the neighbour's, the router's, or a group's. */
  private nextHop(emitter: Vnic | undefined, receiver: Vnic | undefined, ip: Ip): number {
    if (isBroadcastIp(ip) || this.isSubnetBroadcast(emitter, ip)) return broadcast;
    if (isMulticastIp(ip)) return multicastMac(ip);
    const near = receiver && (!emitter || emitter.segment === receiver.segment);
    return near ? macFor(receiver) : ROUTER_MAC;
  }
  private isSubnetBroadcast(emitter: Vnic | undefined, ip: Ip): boolean {
    const segment = emitter?.segment === undefined ? undefined : this.policy.segments.get(emitter.segment);
    const { v4 } = segment?.subnets ?? { v4: [] };
    return v4.some((bound, i) => i % 2 === 1 && bound === ip && bound !== v4[i - 1]);
  }

  private onWire(
    emitter: Vnic | undefined,
    dst: number,
    type: number,
    layers: Omit<Packet, "eth" | "protocols">,
  ): Packet {
    const { macs, vlan } = this.text.options;
    const id = limited(vlan, 4094, "a VLAN");
    const eth: Ethernet = {
      src: macs ? this.mac(macs.from) : emitter ? macFor(emitter) : ROUTER_MAC,
      dst: macs ? this.mac(macs.to) : dst,
      type,
      tags: id === undefined ? [] : [{ tpid: 0x8100, id, priority: 0, dei: false }],
    };
    const names = [
      "eth:ethertype",
      eth.tags.length > 0 && "vlan:ethertype",
      layers.arp && "arp",
      layers.ip && (layers.ip.version === 4 ? "ip" : "ipv6"),
      layers.tcp && "tcp",
      layers.udp && "udp",
      layers.sctp && "sctp",
      layers.icmp && (layers.ip?.version === 6 ? "icmpv6" : "icmp"),
      layers.dhcp && "dhcp",
    ];
    return { eth, ...layers, protocols: names.filter(Boolean).join(":") };
  }
  private mac(text: AddressText): number {
    const mac = macOf(text);
    if (mac === undefined) throw new Unmakable(text, `"${text.text}" is not a MAC address`);
    return mac;
  }

  private icmp(protocol: "icmp" | "icmpv6", ends: ReturnType<Maker["ends"]>): Icmp {
    const { text } = this;
    const named = text.kind === "icmp" || text.kind === "icmpv6" ? text.type : undefined;
    const found =
      named === undefined
        ? { type: ECHO_REQUEST[protocol] }
        : "value" in named
          ? { type: named.value }
          : icmpTypes(protocol).get(named.text);
    if (!found || found.type > 255) throw new Unmakable(named ?? text, `there is no ${protocol} type "${named?.text}"`);
    const code = "code" in found ? (found.code ?? 0) : 0;
    const id = limited(text.options.id, 65535, "an echo identifier") ?? 0;
    const withId = protocol === "icmp" ? [0, 8, 13, 14, 15, 16, 17, 18] : [128, 129];
    return {
      type: found.type,
      code,
      ...(withId.includes(found.type) && { id, seq: 0 }),
      ...(protocol === "icmpv6" && discoveryTarget(found.type, ends.from.ip, ends.to.ip)),
    };
  }

  private arp(text: Extract<PacketText, { kind: "arp-request" | "arp-reply" }>): Sending {
    const ip4 = (address: AddressText): number => {
      const ip = this.address(address);
      if (typeof ip === "bigint") throw new Unmakable(address, "ARP is IPv4's; IPv6 has neighbour discovery");
      return ip;
    };
    const first = (end: Resolved): number => {
      const ip = end.ip ?? (end.vnic && this.world.addresses(end.vnic).find((a) => familyOf(a) === 4));
      return typeof ip === "number" ? ip : 0;
    };
    if (text.kind === "arp-request") {
      const sender = this.resolve(text.sender);
      const emitter = this.from ?? sender.vnic;
      const packet = this.onWire(emitter, broadcast, 0x0806, { payload: NO_OCTETS });
      const arp = {
        opcode: 1,
        senderMac: packet.eth.src,
        senderIp: first(sender),
        targetMac: 0,
        targetIp: ip4(text.target),
      };
      return { packet: { ...packet, arp, protocols: `${packet.protocols}:arp` }, emitter };
    }
    const receiver = this.resolve(text.receiver);
    const senderMac = this.mac(text.mac);
    const senderIp = ip4(text.address);
    const emitter = this.from ?? this.world.owner(senderIp) ?? this.world.ownerOfMac(senderMac);
    const targetMac = receiver.vnic ? macFor(receiver.vnic) : ROUTER_MAC;
    const packet = this.onWire(emitter, targetMac, 0x0806, { payload: NO_OCTETS });
    const arp = { opcode: 2, senderMac, senderIp, targetMac, targetIp: first(receiver) };
    const src = text.options.macs || emitter ? packet.eth.src : senderMac;
    return {
      packet: { ...packet, eth: { ...packet.eth, src }, arp, protocols: `${packet.protocols}:arp` },
      emitter,
      receiver: receiver.vnic,
    };
  }

  /** A client asks by broadcast from the unspecified address (RFC 2131, 4.1); a server answers the client's MAC. */
  private dhcp(text: Extract<PacketText, { kind: "dhcp" }>): Sending {
    const message = DHCP_MESSAGES[text.message.text as keyof typeof DHCP_MESSAGES];
    if (message === undefined) throw new Unmakable(text.message, `there is no DHCP message "${text.message.text}"`);
    const host = this.resolve(text.host);
    const fromClient = ["discover", "request", "release"].includes(text.message.text);
    const named = text.address && this.address(text.address);
    if (typeof named === "bigint") throw new Unmakable(text.address as AddressText, "DHCP is IPv4's");
    const client = fromClient && text.direction === "from" ? (host.vnic ?? this.from) : host.vnic;
    const emitter = this.from ?? (text.direction === "from" ? host.vnic : undefined);
    const receiver = text.direction === "to" ? host.vnic : undefined;
    if (text.direction === "to" && !receiver) throw new Unmakable(text.host, "a DHCP message goes to a VM or a vNIC");

    const own = emitter && this.world.addresses(emitter).find((ip): ip is number => typeof ip === "number");
    const segment = receiver?.segment === undefined ? undefined : this.policy.segments.get(receiver.segment);
    const gateway = segment?.gateways.find((ip): ip is number => typeof ip === "number");
    const releasing = text.message.text === "release";
    const src = fromClient ? (releasing ? (named ?? own ?? 0) : 0) : (own ?? gateway ?? 0);
    const ports = fromClient ? { srcPort: 68, dstPort: 67 } : { srcPort: 67, dstPort: 68 };
    const dhcp: Dhcp = {
      message,
      op: fromClient ? 1 : 2,
      clientMac: client ? macFor(client) : 0,
      clientIp: releasing ? src : 0,
      yourIp: fromClient ? 0 : (named ?? 0),
      transactionId: 0,
    };
    const length = 8 + 240 + 4;
    const ip: IpHeader = {
      version: 4,
      src,
      dst: 0xffff_ffff,
      protocol: PORT_PROTOCOLS.udp as number,
      ttl: limited(text.options.ttl, 255, "a TTL") ?? DEFAULT_TTL,
      dscp: limited(text.options.dscp, 63, "a DSCP") ?? 0,
      ecn: 0,
      id: 0,
      dontFragment: false,
      moreFragments: false,
      fragmentOffset: 0,
      headerLength: 20,
      length: 20 + length,
    };
    const packet = this.onWire(emitter, receiver ? macFor(receiver) : broadcast, 0x0800, {
      ip,
      udp: { ...ports, length },
      dhcp,
      payload: NO_OCTETS,
    });
    return { packet, emitter, receiver };
  }

  private frame(hex: Span & { readonly text: string }): Sending {
    const digits = hex.text.replace(/[\s:.-]/g, "");
    const wrong = /[^0-9A-Fa-f]/.exec(digits);
    if (wrong) throw new Unmakable(hex, `"${wrong[0]}" is not a hex digit`);
    if (digits.length % 2 === 1) throw new Unmakable(hex, "an odd number of hex digits: half an octet is missing");
    if (digits.length < 28) throw new Unmakable(hex, "a whole Ethernet frame has 14 octets of header at least");
    const octets = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    const packet = withoutOffload(decodeFrame(octets, 1, octets.length, true), octets);
    const given = { data: octets, linkType: 1, originalLength: octets.length };
    return { packet, emitter: this.from ?? this.emitterOf(packet), given };
  }
  private emitterOf(packet: Packet): Vnic | undefined {
    const byIp = packet.ip
      ? this.world.owner(packet.ip.src)
      : packet.arp
        ? this.world.owner(packet.arp.senderIp)
        : undefined;
    return this.world.ownerOfMac(packet.eth.src) ?? byIp;
  }
}

/** RFC 4861: an advertisement speaks of its sender's address, a solicitation asks for the one it is sent to. */
function discoveryTarget(type: number, from: Ip, to: Ip): Pick<Icmp, "target"> {
  const target = type === ADVERTISEMENT ? from : type === SOLICITATION ? to : undefined;
  return typeof target === "bigint" ? { target } : {};
}

/** A vNIC's MAC; for one that declares none, a locally administered one of its own. */
export const macFor = (vnic: Vnic): number => vnic.mac ?? 0x0200_0000_0000 + vnic.index;

function port({ value, ...span }: Int): number {
  if (value > 65535) throw new Unmakable(span, "a port is 0 to 65535");
  return value;
}
function limited(int: Int | undefined, most: number, what: string): number | undefined {
  if (int && int.value > most) throw new Unmakable(int, `${what} is 0 to ${most}`);
  return int?.value;
}

/** Where the checksum is in the headers that have one, in octets. */
const CHECKSUM_AT: Readonly<Record<number, number>> = { [ICMP]: 2, [ICMPV6]: 2, [PORT_PROTOCOLS.tcp as number]: 16 };

/** A checksum of 0 is one that was left for the network card to fill in, and no wrong one. */
function withoutOffload(packet: Packet, octets: Uint8Array): Packet {
  const { ip, eth, checksum } = packet;
  const field = ip && CHECKSUM_AT[ip.protocol];
  if (checksum?.l4 !== "bad" || !ip || field === undefined) return packet;
  const at = 14 + 4 * eth.tags.length + ip.headerLength + field;
  return octets[at] === 0 && octets[at + 1] === 0 ? { ...packet, checksum: { ...checksum, l4: undefined } } : packet;
}
