/** Why a rule matches a packet or does not: clause by clause, what the rule wants and what the packet has. */
import type { Packet } from "../capture/packet.ts";
import { formatIp, formatMac, type Ip } from "../policy/addresses.ts";
import type { Rule, Vnic } from "../policy/policy.ts";
import { etherTypeName, ipProtocolName } from "../policy/protocols.ts";
import type { Clause, Span, Statement } from "../syntax/tree.ts";
import { type Asked, CLAUSES, type ClauseKind, clauseHolds } from "./match.ts";
import type { Direction } from "./trace.ts";
import type { World } from "./world.ts";

export interface ClauseAnswer {
  readonly clause: ClauseKind;
  readonly holds: boolean;
  /** As written: `internet`, `https`. */
  readonly wanted: string;
  /** The packet's value, written as the clause would write it: `203.0.113.7`, `tcp/22`. */
  readonly got: string;
  /** The clause, in `statement`: the rule, or the section whose `applied-to` stands for the rule's. */
  readonly span?: Span;
  readonly statement: Statement;
}
export interface RuleAnswer {
  /** The clauses that the rule has, in the order in which they are asked; those that it lacks hold for anything. */
  readonly clauses: readonly ClauseAnswer[];
  /** False for a disabled rule, too, whatever its clauses say. */
  readonly matches: boolean;
}

/** Holds a rule against a packet at a vNIC, in the world as it is. Changes nothing. */
export function explainRule(world: World, rule: Rule, packet: Packet, vnic: Vnic, direction: Direction): RuleAnswer {
  const layer = rule.section?.ethernet ? "ethernet" : "ip";
  const asked: Asked = { world, packet, vnic, direction, layer };
  const clauses = CLAUSES.filter((clause) => HAS[clause](rule)).map((clause) => ({
    clause,
    holds: clauseHolds(clause, rule, asked),
    ...wanted(rule, clause),
    got: GOT[clause](asked, rule),
  }));
  return { clauses, matches: !rule.disabled && clauses.every(({ holds }) => holds) };
}

const HAS: Readonly<Record<ClauseKind, (rule: Rule) => boolean>> = {
  "applied-to": ({ appliedTo }) => appliedTo !== undefined,
  direction: ({ direction }) => direction !== undefined,
  family: ({ family }) => family !== undefined,
  from: ({ from }) => from !== undefined,
  to: ({ to }) => to !== undefined,
  service: ({ services }) => services !== undefined,
};

/** How each kind of clause is spelt. */
const WORDS: Readonly<Record<ClauseKind, readonly Clause["kind"][]>> = {
  "applied-to": ["applied-to"],
  direction: ["in", "out"],
  family: ["ipv4", "ipv6"],
  from: ["from"],
  to: ["to"],
  service: ["service"],
};

function wanted(rule: Rule, kind: ClauseKind): Pick<ClauseAnswer, "wanted" | "span" | "statement"> {
  const section = rule.section?.source.statement;
  if (kind === "applied-to" && section?.appliedTo)
    return { wanted: textOf(section, section.appliedTo), span: section.appliedTo, statement: section };
  const { statement } = rule.source;
  const clause = statement.clauses.find((one) => WORDS[kind].includes(one.kind));
  if (!clause) return { wanted: "", statement };
  const rest =
    clause.kind === "service"
      ? { start: clause.keyword.end, end: clause.end }
      : "endpoints" in clause
        ? clause.endpoints
        : clause;
  return { wanted: textOf(statement, rest), span: clause, statement };
}
const textOf = ({ chunk }: Statement, { start, end }: Span): string =>
  chunk.text.slice(start, end).replace(/\s+/g, " ").trim();

const GOT: Readonly<Record<ClauseKind, (asked: Asked, rule: Rule) => string>> = {
  "applied-to": ({ vnic }) => vnic.id,
  direction: ({ direction }) => direction,
  family: ({ packet }) => (packet.ip ? `ipv${packet.ip.version}` : "no IP"),
  from: ({ packet, layer }) => endOf(layer, packet.ip?.src, packet.eth.src),
  to: ({ packet, layer }) => endOf(layer, packet.ip?.dst, packet.eth.dst),
  service: serviceOf,
};
function endOf(layer: Asked["layer"], ip: Ip | undefined, mac: number): string {
  if (layer === "ethernet") return formatMac(mac);
  return ip === undefined ? "no IP address" : formatIp(ip);
}

/** With the source port only where the rule asks for one. */
function serviceOf({ packet, layer }: Asked, { services }: Rule): string {
  const { eth, ip, tcp, udp, sctp, icmp, ports } = packet;
  if (layer === "ethernet" || !ip)
    return `ether/${etherTypeName(eth.type) ?? `0x${eth.type.toString(16).padStart(4, "0")}`}`;
  if (icmp) return `${ip.version === 6 ? "icmpv6" : "icmp"}/${icmp.type}:${icmp.code}`;
  const known = tcp ?? udp ?? sctp ?? ports;
  const name = ipProtocolName(ip.protocol) ?? String(ip.protocol);
  if (!known) return `ip/${name}`;
  const asksSource = services?.some((service) => "sourcePorts" in service && service.sourcePorts !== undefined);
  return asksSource ? `${name}/${known.dstPort} from ${known.srcPort}` : `${name}/${known.dstPort}`;
}
