/** What the names of an expression stand for where the packet is: its fields, our words, the policy's names. */

import { REASONS } from "../chain/reasons.ts";
import { formatMac, formatRange, type Ip } from "../policy/addresses.ts";
import { addressesOf, contains } from "../policy/endpoints.ts";
import { SLOTS } from "../policy/platforms.ts";
import type { EndpointSet, Policy, Rule, Service, Vnic } from "../policy/policy.ts";
import { IP_PROTOCOLS, PORT_PROTOCOLS } from "../policy/protocols.ts";
import { type Ranges, rangesContain } from "../policy/ranges.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import type { Debuggee } from "./debuggee.ts";
import { ExpressionError, type RuleName } from "./expression/tree.ts";
import { type Environment, type Members, number, show, text, type Value } from "./expression/values.ts";
import { octetsOf } from "./frameOctets.ts";
import { blockOf, rulesNamed } from "./functions.ts";
import { FIELD_NAMES, fieldValues } from "./packetFields.ts";
import { rulesOf } from "./places.ts";
import { CONNECTION_PARTS, connectionOf } from "./state.ts";
import { duration } from "./text.ts";
import { whyNot } from "./whyNot.ts";

const absent = (why: string, parts?: readonly string[]): Value => ({ kind: "absent", why, ...(parts && { parts }) });

/** Words of ours, each with what it is worth. */
const WORDS: Readonly<Record<string, (debuggee: Debuggee) => Value>> = {
  slot: ({ place }) => (place ? number(place.number) : absent("the packet is in no slot")),
  direction: ({ place }) => (place ? text(place.direction) : absent("the packet is on no walk")),
  vnic: ({ place }) => (place ? text(place.vnic) : absent("the packet is at no vNIC")),
  chain: ({ place }) => (place?.chain ? text(place.chain.name) : absent("the packet is in no chain")),
  block: ({ place }) => (place?.block ? text(place.block.name) : absent("the packet is in no block")),
  verdict: ({ moment }) =>
    moment?.kind === "decided" ? text(moment.decision.verdict) : absent("nothing is decided here yet"),
  reason: ({ moment }) =>
    moment?.kind === "decided" && moment.decision.reason !== undefined
      ? text(moment.decision.reason)
      : absent("nothing is decided here yet"),
  outcome: ({ moment }) => {
    if (moment?.kind === "finished" && moment.trace) return text(moment.trace.outcome);
    const ended = moment?.kind === "decided" ? OUTCOMES[moment.decision.verdict] : undefined;
    return ended ? text(ended) : absent("the packet is still under way");
  },
  state: (debuggee) => {
    const connection = connectionOf(debuggee);
    return connection ?? absent("this flow has no connection here", CONNECTION_PARTS);
  },
  clock: ({ world }) => number(world.clock, duration(world.clock)),
};
/** Wireshark's, which the run knows and the packet does not. */
const FRAME_NUMBER = "frame.number";
const OUTCOMES: Readonly<Record<string, string>> = {
  drop: "dropped",
  reject: "rejected",
  answer: "answered",
  blackhole: "blackholed",
};
const RULE_PARTS = ["hits", "id", "block", "action"] as const;

/** Those that can be written without quotes. */
const protocolNames = (): readonly string[] => [...IP_PROTOCOLS.keys()].filter((name) => /^[a-z]/.test(name));
/** What these can be worth. */
const VALUES: Readonly<Record<string, (policy: Policy) => readonly string[]>> = {
  slot: () => SLOTS.map(String),
  direction: () => ["in", "out"],
  vnic: ({ vnics }) => [...vnics.keys()],
  chain: ({ chains }) => chains.map(({ name }) => name),
  block: ({ blocks }) => [...blocks.keys()],
  verdict: () => [
    "pass",
    "allow",
    "drop",
    "reject",
    "answer",
    "redirect",
    "blackhole",
    "encrypt",
    "protect",
    "decrypt",
  ],
  reason: () => Object.keys(REASONS),
  state: () => Object.keys(DEFAULT_TIMEOUTS),
  outcome: () => ["delivered", ...Object.values(OUTCOMES), "flooded"],
  "ip.proto": protocolNames,
  "ipv6.nxt": protocolNames,
};

/** With `nowhere` the names are known, and nothing has a value: an expression can be checked before there is a packet. */
export function environmentOf(debuggee: Debuggee, nowhere = false): Environment {
  const { policy } = debuggee.loaded;
  const packet = nowhere ? undefined : debuggee.packet;
  const rules = (name: RuleName, use: (found: readonly NamedRule[]) => Value, parts?: readonly string[]): Value => {
    let found: readonly NamedRule[];
    try {
      found = rulesMeant(name, debuggee);
    } catch (error) {
      throw new ExpressionError((error as Error).message, name);
    }
    return nowhere ? absent("nothing yet", parts) : use(found);
  };
  return {
    field: (name) => {
      if (name !== FRAME_NUMBER) return fieldValues(packet, name, () => octetsOf(debuggee));
      const found = nowhere || debuggee.ended ? undefined : debuggee.given?.number;
      return found === undefined ? [] : [number(found)];
    },
    word: (name) => {
      const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
      if (nowhere) return word && absent("nothing yet", name === "state" ? CONNECTION_PARTS : undefined);
      return word?.(debuggee);
    },
    members: (name) => {
      const set = endpointsNamed(policy, name);
      return set && membersOf(name, set, debuggee);
    },
    ports: (protocol, service) => {
      const ranges = portsOf(policy.services.get(service), PORT_PROTOCOLS[protocol]);
      return ranges.length === 0 ? undefined : portSet(service, ranges);
    },
    services: (protocol) =>
      [...policy.services.values()]
        .filter((service) => portsOf(service, PORT_PROTOCOLS[protocol]).length > 0)
        .map(({ name }) => name),
    rule: (name) => rules(name, (found) => ruleValue(found, debuggee), RULE_PARTS),
    matches: (name) => rules(name, (found) => matchValue(found, debuggee)),
    values: (name) => (Object.hasOwn(VALUES, name) ? VALUES[name]?.(policy) : undefined),
    rules: () => ruleNames(policy),
    names: () => [
      ...[...FIELD_NAMES, FRAME_NUMBER].map((name) => ({ name, kind: "field" as const })),
      ...Object.keys(WORDS).map((name) => ({ name, kind: "word" as const })),
      ...[...policy.groups.keys(), ...policy.vms.keys(), ...policy.segments.keys(), ...policy.vnics.keys()].map(
        (name) => ({ name, kind: "members" as const }),
      ),
      { name: "rule", kind: "function" as const },
      { name: "matches", kind: "function" as const },
    ],
  };
}

/** Of a service, those of a protocol, on the answering side. */
export const portsOf = (service: Service | undefined, protocol: number | undefined): readonly Ranges<number>[] =>
  (service?.matches ?? []).flatMap((match) =>
    "ports" in match && match.ports && match.protocol === protocol ? [match.ports] : [],
  );
const portSet = (name: string, all: readonly Ranges<number>[]): Members => ({
  has: (value) => value.kind === "number" && all.some((ranges) => rangesContain(ranges, value.value)),
  shown: name,
});

/** By their numbers where these are unique, else with their blocks. */
function ruleNames(policy: Policy): readonly string[] {
  const homes = new Map<number, string[]>();
  const all = [
    ...[...policy.blocks.values()].map((block) => ({ name: block.name, rules: rulesOf(block) })),
    ...[...policy.appliances.values()].map(({ name, inspect }) => ({ name, rules: inspect?.rules ?? [] })),
  ];
  for (const { name, rules } of all) for (const { id } of rules) homes.set(id, [...(homes.get(id) ?? []), name]);
  const quoted = (name: string): string => (/^[A-Za-z_]\w*(?:-\w+)*$/.test(name) ? name : JSON.stringify(name));
  return [...homes].flatMap(([id, names]) =>
    names.length === 1 ? String(id) : names.map((name) => `${quoted(name)}.${id}`),
  );
}

interface NamedRule {
  readonly rule: Rule;
  readonly block: string;
}
/**
 * The rules that a name means where the packet is: a bare number means the block that it is in, else every block that has
 * such a rule. Throws an Error when there is none.
 */
export function rulesMeant(
  name: Pick<RuleName, "block" | "id">,
  { loaded: { policy }, moment, place }: Debuggee,
): readonly NamedRule[] {
  const appliance = moment?.kind === "statement" ? moment.appliance?.name : undefined;
  const found = rulesNamed(policy, name.block, name.id).map((rule) => ({ rule, block: blockOf(policy, rule) }));
  if (name.block !== undefined) return found;
  const here = found.filter(({ block }) => block === (appliance ?? place?.block?.name));
  return here.length > 0 ? here : found;
}
/** Of several rules the hits are the sum. */
function ruleValue(found: readonly NamedRule[], debuggee: Debuggee): Value {
  const [first] = found as [NamedRule];
  const hits = found.reduce((sum, { block, rule }) => sum + debuggee.hits(block, rule.id), 0);
  const blocks = found.map(({ block }) => block).join(", ");
  const { id, title, action } = first.rule;
  return {
    kind: "record",
    summary:
      found.length > 1 ? `rule ${id} of ${blocks}` : `rule ${id}${title === undefined ? "" : ` "${title}"`} ${action}`,
    members: new Map<string, Value>([
      ["hits", number(hits)],
      ["id", number(id)],
      ["block", text(blocks)],
      ...(found.length > 1 ? [] : [["action", text(action)] as const]),
    ]),
  };
}
/** Of several rules each has its answer; one that matches is enough. */
function matchValue(found: readonly NamedRule[], debuggee: Debuggee): Value {
  const answers = found.map(({ rule, block }) => [block, whyNot(rule, debuggee)] as const);
  const [only, more] = answers;
  // Where the packet is in no chain, that is the answer for all of them.
  if (only && (!more || only[1].kind === "absent")) return only[1];
  return {
    kind: "record",
    summary: answers.map(([block, answer]) => `${block}: ${show(answer)}`).join("; "),
    holds: answers.some(([, answer]) => answer.kind === "record" && answer.holds === true),
    members: new Map(answers),
  };
}

/** The addresses that a group, VM, vNIC or segment of the policy stands for. */
export function endpointsNamed(policy: Policy, name: string): EndpointSet | undefined {
  const group = policy.groups.get(name);
  if (group) return group.endpoints;
  const segment = policy.segments.get(name);
  const vnics: readonly Vnic[] | undefined = segment
    ? [...policy.vnics.values()].filter((vnic) => vnic.segment === name)
    : (policy.vms.get(name)?.vnics ?? (policy.vnics.has(name) ? [policy.vnics.get(name) as Vnic] : undefined));
  if (!vnics) return undefined;
  return { any: false, addresses: segment?.subnets ?? { v4: [], v6: [] }, macs: [], vnics: new Set(vnics) };
}
function membersOf(name: string, set: EndpointSet, debuggee: Debuggee): Members {
  return {
    // Resolved only when it is looked at: a condition asks `has`.
    get shown() {
      return `${name}: ${addressText(set, debuggee)}`;
    },
    has: (value) => {
      if (value.kind === "text") return [...set.vnics].some((vnic) => vnic.id === value.value);
      if (value.kind === "mac")
        return set.macs.includes(value.value) || [...set.vnics].some((v) => v.mac === value.value);
      if (value.kind !== "ip") return false;
      return contains(set, value.value, (ip) => debuggee.world.owner(ip));
    },
  };
}

/** The addresses of a set, as ranges; of a long list the beginning. */
function addressText(set: EndpointSet, { world }: Debuggee): string {
  const { v4, v6 } = addressesOf(set, (vnic) => world.addresses(vnic));
  const ranges: string[] = [];
  for (const bounds of [v4, v6] as (readonly Ip[])[])
    for (let i = 0; i < bounds.length; i += 2) ranges.push(formatRange(bounds[i] as Ip, bounds[i + 1] as Ip));
  const macs = set.macs.map(formatMac);
  const all = [...ranges, ...macs];
  if (all.length === 0) return "no address";
  return all.length > 20 ? `${all.slice(0, 20).join(", ")} and ${all.length - 20} more` : all.join(", ");
}
