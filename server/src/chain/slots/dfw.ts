/** Slot 2, vmware-sfw: the Distributed Firewall, its rule table and its connection table. */
import type { Packet } from "../../capture/packet.ts";
import type { Dfw, Rule } from "../../policy/policy.ts";
import { ICMP, ICMPV6, SCTP, TCP, UDP } from "../../policy/protocols.ts";
import { afterIcmpError, bareSyn, type Connection, follow, illegalFlags, isOver, open } from "../connections.ts";
import { firstMatch, type Match } from "../firstMatch.ts";
import { flowAbout, flowOf } from "../flow.ts";
import { FRAGMENT_LIFE, fragmentKey, isFirstFragment, isLaterFragment } from "../fragments.ts";
import { refusal } from "../reply.ts";
import { byDefault, byRule, type SlotAnswer, type Steps, type Visit, written } from "../slot.ts";

export function* dfw(block: Dfw, visit: Visit): Steps<SlotAnswer> {
  const { vnic } = visit.place;
  if (block.exclude.has(vnic)) {
    const source = block.excludeSource ?? block.source;
    return { verdict: "pass", reason: "excluded", by: { kind: "policy", ...written(source) }, source };
  }
  const ethernet =
    block.ethernetRules.length === 0 ? NO_MATCH : yield* firstMatch(block.ethernetRules, visit, { layer: "ethernet" });
  if (ethernet.rule) {
    visit.world.hit(block.name, ethernet.rule.id);
    // An ethernet rule has nobody to answer to: `reject` drops. `jump-to-application` has no place here, and jumps nowhere.
    const { action } = ethernet.rule;
    if (action === "drop" || action === "reject") return decided(ethernet.rule, "drop", ethernet.disabled);
  }
  if (!visit.packet.ip) {
    const unsound = unsoundness(visit);
    if (unsound) return refusedAsUnsound(block, unsound);
    if (ethernet.rule) return decided(ethernet.rule, "allow", ethernet.disabled);
    return {
      verdict: "pass",
      reason: "not-ip",
      by: { kind: "policy", ...written(block.source) },
      source: block.source,
      disabled: ethernet.disabled,
    };
  }
  const answer = withoutRules(block, visit) ?? (yield* byRules(block, visit, ethernet.disabled));
  rememberFragment(visit, answer);
  // Where no IP rule was read, the ethernet rules that were passed over are still to tell.
  return answer.disabled || ethernet.disabled.length === 0 ? answer : { ...answer, disabled: ethernet.disabled };
}

/** What is decided before any rule is read: fragments, what no firewall passes, what is of a known connection. */
function withoutRules(block: Dfw, visit: Visit): SlotAnswer | undefined {
  if (isLaterFragment(visit.packet)) return laterFragment(block, visit);
  const unsound = unsoundness(visit);
  if (unsound) return refusedAsUnsound(block, unsound);

  const known = byState(block, visit);
  if (known === undefined) return undefined;
  const { source } = block;
  const by = { kind: "state" as const, ...written(source) };
  if (known === "mismatch")
    return { verdict: "drop", reason: "state-mismatch", by, source, state: connectionOf(visit)?.state };
  return { verdict: "allow", reason: "state", by, source, state: known.state };
}

function* byRules(block: Dfw, visit: Visit, disabled: readonly number[]): Steps<SlotAnswer> {
  let match = yield* firstMatch(block.ipRules, visit, { disabled });
  if (match.rule?.action === "jump-to-application") {
    visit.world.hit(block.name, match.rule.id);
    match = yield* firstMatch(block.ipRules, visit, {
      start: Math.max(block.firstApplicationRule, match.index + 1),
      disabled: match.disabled,
    });
  }
  const { rule } = match;
  if (!rule) {
    yield* visit.at(block.default?.source);
    const action = block.default?.action ?? "allow";
    const told = {
      reason: "no-match" as const,
      by: byDefault(block.default),
      source: block.default?.source,
      disabled: match.disabled,
    };
    if (action === "allow") return { verdict: "allow", ...told, state: remember(block, visit) };
    return { ...refused(visit, action === "reject"), ...told };
  }
  visit.world.hit(block.name, rule.id);
  if (rule.action !== "allow")
    return { ...decided(rule, "drop", match.disabled), ...refused(visit, rule.action === "reject") };
  const { tcp } = visit.packet;
  if (rule.section?.tcpStrict && tcp && !bareSyn(tcp))
    return { ...decided(rule, "drop", match.disabled), reason: "strict-no-syn" };
  const answer = decided(rule, "allow", match.disabled);
  return rule.section?.stateless ? answer : { ...answer, state: remember(block, visit, rule.id) };
}

const NO_MATCH: Match = { index: 0, disabled: [] };

const decided = (rule: Rule, verdict: "allow" | "drop", disabled: readonly number[]): SlotAnswer => ({
  verdict,
  reason: "match",
  by: byRule(rule),
  source: rule.source,
  disabled,
});
const refused = (visit: Visit, reject: boolean) =>
  reject ? { verdict: "reject" as const, reply: refusal(visit.packet) } : { verdict: "drop" as const };

type Unsound = "short" | "normalize" | "proto-cksum";

/** What no firewall lets pass, whatever its rules: pf's `short` and `normalize`, and checksums known to be wrong. */
function unsoundness({ packet }: Visit): Unsound | undefined {
  const { ip, tcp, udp, malformed, checksum } = packet;
  if (malformed && packet.inner === undefined && (ip !== undefined || isIp(packet))) {
    // A header length that cannot be: pf_normalize_ip, pf_normalize_tcp. UDP's length field: `short` in pf_test.
    if (malformed.expert) return udp ? "short" : "normalize";
    if (lacksHeader(packet)) return "short";
  }
  if (tcp && illegalFlags(tcp)) return "normalize";
  return checksum?.l4 === "bad" ? "proto-cksum" : undefined;
}

const refusedAsUnsound = (block: Dfw, reason: Unsound): SlotAnswer => ({
  verdict: "drop",
  reason,
  by: { kind: "policy", ...written(block.source) },
  source: block.source,
});
const isIp = ({ eth }: Packet): boolean => eth.type === 0x0800 || eth.type === 0x86dd;

/** The packet ends before the header that its protocol begins with does. */
function lacksHeader({ ip, tcp, udp, sctp, icmp }: Packet): boolean {
  switch (ip?.protocol) {
    case TCP:
      return tcp === undefined;
    case UDP:
      return udp === undefined;
    case SCTP:
      return sctp === undefined;
    case ICMP:
    case ICMPV6:
      return icmp === undefined;
    default:
      return ip === undefined || (ip.version === 6 && EXTENSION_HEADERS.has(ip.protocol));
  }
}
/** Hop-by-hop, routing, fragment, destination options (RFC 8200): the walk over them ended inside one. */
const EXTENSION_HEADERS: ReadonlySet<number> = new Set([0, 43, 44, 60]);

/** The flow's entry after the packet; "mismatch" where the packet does not fit; undefined where there is none. */
function byState(block: Dfw, visit: Visit): Connection | "mismatch" | undefined {
  const { world, place, packet } = visit;
  const about = flowAbout(packet);
  const flow = flowOf(packet) ?? about;
  if (!flow) return undefined;
  const connection = world.at(place.vnic).connections.get(flow.key);
  if (!connection) return undefined;
  const { connections } = world.change(place.vnic);
  if (isOver(connection, world.clock)) {
    connections.delete(flow.key);
    return undefined;
  }
  if (about) {
    const after = afterIcmpError(connection, world.clock, block.timeouts);
    if (after !== connection) connections.set(flow.key, after);
    return after;
  }
  const fate = follow(connection, packet, flow, world.clock, block.timeouts);
  if (fate.kind === "mismatch") return "mismatch";
  if (fate.kind === "anew") {
    connections.delete(flow.key);
    return undefined;
  }
  connections.set(flow.key, fate.connection);
  return fate.connection;
}

/** The entry of the packet's flow, as it is. */
export function connectionOf({
  world,
  place,
  packet,
}: Pick<Visit, "world" | "place" | "packet">): Connection | undefined {
  const flow = flowOf(packet) ?? flowAbout(packet);
  return flow && world.at(place.vnic).connections.get(flow.key);
}

/** Makes the connection that the packet opens; its state. */
function remember(block: Dfw, { world, place, packet }: Visit, openedBy?: number): string | undefined {
  const flow = flowOf(packet);
  if (!flow) return undefined;
  const connection = open(packet, flow, world.clock, block.timeouts, openedBy);
  const { connections } = world.change(place.vnic);
  connections.sweep(({ expires }) => expires <= world.clock);
  connections.set(flow.key, connection);
  return connection.state;
}

function laterFragment(block: Dfw, visit: Visit): SlotAnswer {
  const { world, place, packet } = visit;
  const fate = world.at(place.vnic).fragments.get(fragmentKey(packet, place.direction));
  if (!fate || fate.expires <= world.clock) {
    return {
      verdict: "drop",
      reason: "fragment",
      by: { kind: "policy", ...written(block.source) },
      source: block.source,
    };
  }
  return {
    verdict: fate.allowed ? "allow" : "drop",
    reason: fate.reason as SlotAnswer["reason"],
    by: fate.by,
    source: block.source,
  };
}

function rememberFragment(visit: Visit, answer: SlotAnswer): void {
  const { world, place, packet } = visit;
  if (!isFirstFragment(packet)) return;
  const fate = {
    allowed: answer.verdict === "allow",
    by: answer.by,
    reason: answer.reason,
    expires: world.clock + FRAGMENT_LIFE,
  };
  const { fragments } = world.change(place.vnic);
  fragments.sweep(({ expires }) => expires <= world.clock);
  fragments.set(fragmentKey(packet, place.direction), fate);
}
