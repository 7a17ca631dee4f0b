/** Does a rule match a packet at a vNIC? One place, for every block that has rules. */
import type { Packet } from "../capture/packet.ts";
import { containsWhatHas } from "../policy/endpoints.ts";
import type { EndpointSet, Rule, ServiceMatch, Vnic } from "../policy/policy.ts";
import { rangesContain } from "../policy/ranges.ts";
import type { Direction } from "./trace.ts";
import type { World } from "./world.ts";

/** What a rule is asked about. */
export interface Asked {
  readonly world: World;
  readonly packet: Packet;
  readonly vnic: Vnic;
  readonly direction: Direction;
  /** Ethernet rules compare MACs, the others addresses. */
  readonly layer: "ip" | "ethernet";
  /** Who has the packet's addresses, where a whole list of rules is asked: looked up once. */
  readonly owners?: Owners;
}
interface Owners {
  readonly src: Vnic | undefined;
  readonly dst: Vnic | undefined;
}
export const ownersOf = (world: World, { ip }: Packet): Owners | undefined =>
  ip && { src: world.owner(ip.src), dst: world.owner(ip.dst) };

export type ClauseKind = "applied-to" | "direction" | "family" | "from" | "to" | "service";
/** The clauses of a rule that can fail, in the order in which they are asked. */
export const CLAUSES: readonly ClauseKind[] = ["applied-to", "direction", "family", "from", "to", "service"];

export const clauseHolds = (clause: ClauseKind, rule: Rule, asked: Asked): boolean => HOLDS[clause](rule, asked);

/** Each small enough to be a part of whoever asks it of thousands of rules. */
const HOLDS = {
  "applied-to": ({ appliedTo }: Rule, { vnic }: Asked) => appliedTo === undefined || appliedTo.has(vnic),
  direction: (rule: Rule, { direction }: Asked) => rule.direction === undefined || rule.direction === direction,
  family: ({ family }: Rule, { packet }: Asked) => family === undefined || packet.ip?.version === family,
  from: ({ from }: Rule, asked: Asked) => from === undefined || end(from, asked, "src"),
  to: ({ to }: Rule, asked: Asked) => to === undefined || end(to, asked, "dst"),
  service: ({ services }: Rule, { packet, layer }: Asked) =>
    services === undefined || anyHolds(services, packet, layer),
} as const satisfies Record<ClauseKind, (rule: Rule, asked: Asked) => boolean>;
const { "applied-to": appliedTo, direction, family, from, to, service } = HOLDS;

/** The clauses that cost least are asked first: of thousands of rules most fail at one of them. */
export const ruleMatches = (rule: Rule, asked: Asked): boolean =>
  direction(rule, asked) &&
  family(rule, asked) &&
  service(rule, asked) &&
  appliedTo(rule, asked) &&
  from(rule, asked) &&
  to(rule, asked);

/** The same where an index has named the rule by its ends and services, and they are all that it is asked of those. */
export const restMatches = (rule: Rule, asked: Asked): boolean => direction(rule, asked) && appliedTo(rule, asked);

function end(set: EndpointSet, { world, packet, layer, owners }: Asked, which: "src" | "dst"): boolean {
  if (set.any) return true;
  if (layer === "ethernet") return macIn(set, packet.eth[which], world);
  const ip = packet.ip?.[which];
  return ip !== undefined && containsWhatHas(set, ip, owners ? owners[which] : world.owner(ip));
}

function anyHolds(services: readonly ServiceMatch[], packet: Packet, layer: Asked["layer"]): boolean {
  for (let i = 0; i < services.length; i++) if (serviceHolds(services[i] as ServiceMatch, packet, layer)) return true;
  return false;
}

/** A MAC is in a set that names it or has the vNIC that it is declared for. */
export function macIn(set: EndpointSet, mac: number, world: World): boolean {
  if (set.any) return true;
  const owner = world.ownerOfMac(mac);
  const inside =
    set.macs.includes(mac) ||
    (owner !== undefined && set.vnics.has(owner)) ||
    (set.parts?.some((part) => macIn(part, mac, world)) ?? false);
  return inside && !(set.except !== undefined && macIn(set.except, mac, world));
}

export function serviceHolds(service: ServiceMatch, packet: Packet, layer: "ip" | "ethernet"): boolean {
  if (service.layer === "ethernet") return packet.eth.type === service.etherType;
  const { ip } = packet;
  if (layer === "ethernet" || !ip || ip.protocol !== service.protocol) return false;
  if ("icmpType" in service || "icmpCode" in service) {
    const { icmp } = packet;
    if (!icmp) return service.icmpType === undefined;
    if (service.icmpType !== undefined && icmp.type !== service.icmpType) return false;
    return service.icmpCode === undefined || icmp.code === service.icmpCode;
  }
  const withPorts = service as Extract<ServiceMatch, { protocol: number }> & {
    ports?: readonly number[];
    sourcePorts?: readonly number[];
  };
  if (!withPorts.ports && !withPorts.sourcePorts) return true;
  const ports = packet.tcp ?? packet.udp ?? packet.sctp ?? packet.ports;
  if (!ports) return false;
  if (withPorts.ports && !rangesContain(withPorts.ports, ports.dstPort)) return false;
  return !withPorts.sourcePorts || rangesContain(withPorts.sourcePorts, ports.srcPort);
}
