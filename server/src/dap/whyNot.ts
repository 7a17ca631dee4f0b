/** Why a rule matches the packet or does not, clause by clause, with the two values that were compared. */
import type { Packet } from "../capture/packet.ts";
import { type Asked, CLAUSES, type ClauseKind, clauseHolds } from "../chain/match.ts";
import { formatIp, formatMac, type Ip } from "../policy/addresses.ts";
import type { Rule } from "../policy/policy.ts";
import { ipProtocolName } from "../policy/protocols.ts";
import type { Clause } from "../syntax/tree.ts";
import type { Debuggee } from "./debuggee.ts";
import { text, type Value } from "./expression/values.ts";
import { type Span, spanWithin } from "./frames.ts";

export interface ClauseVerdict {
  readonly clause: ClauseKind;
  readonly holds: boolean;
  /** What the rule says, as it is written: `mysql`; and what the packet has: `tcp/22`. */
  readonly wanted: string;
  readonly found: string;
}

/** The clauses that the rule has, in the order in which they are asked, each with what came of it. */
export function verdicts(rule: Rule, debuggee: Debuggee): readonly ClauseVerdict[] {
  const asked = askedOf(rule, debuggee);
  if (!asked) return [];
  return CLAUSES.filter((clause) => says(rule, clause)).map((clause) => ({
    clause,
    holds: clauseHolds(clause, rule, asked),
    wanted: wanted(rule, clause),
    found: found(clause, asked),
  }));
}

/** `matches(N)`: holds or not, and the clauses as its parts. */
export function whyNot(rule: Rule, debuggee: Debuggee): Value {
  if (!debuggee.packet || !debuggee.place)
    return { kind: "absent", why: "the packet is in no chain yet: step into a slot" };
  const all = verdicts(rule, debuggee);
  const failed = all.filter((verdict) => !verdict.holds);
  const holds = failed.length === 0 && !rule.disabled;
  const why = rule.disabled ? "it is disabled" : failed.map(shortly).join("; ");
  return {
    kind: "record",
    summary: holds ? `rule ${rule.id} matches` : `rule ${rule.id} does not match: ${why}`,
    holds,
    members: new Map([
      ...(rule.disabled ? [["disabled", text("the rule is skipped")] as const] : []),
      ...all.map((v) => [v.clause, text(`${v.holds ? "holds" : "does not hold"}: ${v.wanted} | ${v.found}`)] as const),
    ]),
  };
}
const shortly = ({ clause, wanted, found }: ClauseVerdict): string => `${clause} is ${wanted}, not ${found}`;

/** The clauses that keep a rule from matching, each in half a sentence; none when it matches. */
export function failing(rule: Rule, debuggee: Debuggee): readonly string[] {
  return verdicts(rule, debuggee)
    .filter((verdict) => !verdict.holds)
    .map(({ clause, wanted, found }) => {
      const name = clause === "direction" ? "direction" : clause === "family" ? "address family" : clause;
      return `its ${name} is ${wanted} and the packet's ${found}`;
    });
}

/**
 * The places at which a clause by clause step stops: the rule itself, then its clauses in the order in which they are
 * asked, up to the first that does not hold.
 */
export function clausesOf(rule: Rule, debuggee: Debuggee): readonly Span[] {
  const spans: Span[] = [spanWithin(rule.source.statement, rule.source.statement)];
  for (const { clause, holds } of verdicts(rule, debuggee)) {
    const written = clauseIn(rule, clause);
    if (written) spans.push(spanWithin(rule.source.statement, written));
    if (!holds) break;
  }
  return spans;
}

function askedOf(rule: Rule, debuggee: Debuggee): Asked | undefined {
  const { packet, place, world } = debuggee;
  const vnic = place && debuggee.loaded.policy.vnics.get(place.vnic);
  if (!packet || !vnic) return undefined;
  return { world, packet, vnic, direction: place.direction, layer: rule.section?.ethernet ? "ethernet" : "ip" };
}

function says(rule: Rule, clause: ClauseKind): boolean {
  switch (clause) {
    case "applied-to":
      return rule.appliedTo !== undefined;
    case "direction":
      return rule.direction !== undefined;
    case "family":
      return rule.family !== undefined;
    case "from":
      return rule.from !== undefined;
    case "to":
      return rule.to !== undefined;
    case "service":
      return rule.services !== undefined;
  }
}
function clauseIn(rule: Rule, kind: ClauseKind): Clause | undefined {
  return rule.source.statement.clauses.find((clause) => {
    if (kind === "direction") return clause.kind === "in" || clause.kind === "out";
    if (kind === "family") return clause.kind === "ipv4" || clause.kind === "ipv6";
    return clause.kind === kind;
  });
}
/** What the rule says, as written; of a section's `applied-to`, the section's words. */
function wanted(rule: Rule, kind: ClauseKind): string {
  const { statement } = rule.source;
  const clause = clauseIn(rule, kind);
  if (kind === "applied-to" && rule.section?.source.statement.appliedTo) {
    const { appliedTo, chunk } = rule.section.source.statement;
    return `${tidy(chunk.text.slice(appliedTo.start, appliedTo.end))} (the section's)`;
  }
  if (!clause) return "";
  const { start, end } = "endpoints" in clause ? clause.endpoints : clause;
  const written = tidy(statement.chunk.text.slice(start, end));
  return clause.kind === "service" ? written.replace(/^service\s+/, "") : written;
}
const tidy = (written: string): string => written.replace(/\s+/g, " ").trim();

function found(kind: ClauseKind, { packet, vnic, direction, layer }: Asked): string {
  switch (kind) {
    case "applied-to":
      return vnic.id;
    case "direction":
      return direction;
    case "family":
      return packet.ip ? `ipv${packet.ip.version}` : "no IP";
    case "from":
      return end(packet, layer, packet.ip?.src, packet.eth.src);
    case "to":
      return end(packet, layer, packet.ip?.dst, packet.eth.dst);
    case "service":
      return serviceOf(packet, layer);
  }
}
const end = (packet: Packet, layer: Asked["layer"], ip: Ip | undefined, mac: number): string => {
  if (layer === "ethernet") return formatMac(mac);
  return packet.ip && ip !== undefined ? formatIp(ip) : "no IP address";
};
/** The packet's service as a rule would write it. */
function serviceOf(packet: Packet, layer: Asked["layer"]): string {
  if (layer === "ethernet" || !packet.ip) return `ether/0x${packet.eth.type.toString(16).padStart(4, "0")}`;
  const ports = packet.tcp ?? packet.udp ?? packet.sctp;
  const protocol = packet.tcp ? "tcp" : packet.udp ? "udp" : packet.sctp ? "sctp" : undefined;
  if (ports && protocol) return `${protocol}/${ports.dstPort}`;
  if (packet.icmp) return `${packet.ip.version === 6 ? "icmpv6" : "icmp"}/${packet.icmp.type}:${packet.icmp.code}`;
  return `ip/${ipProtocolName(packet.ip.protocol) ?? packet.ip.protocol}`;
}
