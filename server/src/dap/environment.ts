/** What the names of an expression stand for where the packet is: its fields, our words, the policy's names. */
import { contains } from "../policy/endpoints.ts";
import type { EndpointSet, Policy, Rule, Vnic } from "../policy/policy.ts";
import type { Debuggee } from "./debuggee.ts";
import { ExpressionError, type RuleName } from "./expression/tree.ts";
import { type Environment, type Members, number, text, type Value } from "./expression/values.ts";
import { blockOf, rulesNamed } from "./functions.ts";
import { FIELD_NAMES, fieldValues } from "./packetFields.ts";
import { connectionOf } from "./state.ts";
import { duration } from "./text.ts";
import { whyNot } from "./whyNot.ts";

const absent = (why: string): Value => ({ kind: "absent", why });

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
    return connection ?? absent("this flow has no connection here");
  },
  clock: ({ world }) => number(world.clock, duration(world.clock)),
};
const OUTCOMES: Readonly<Record<string, string>> = {
  drop: "dropped",
  reject: "rejected",
  answer: "answered",
  blackhole: "blackholed",
};

/** With `nowhere` the names are known, and nothing has a value: an expression can be checked before there is a packet. */
export function environmentOf(debuggee: Debuggee, nowhere = false): Environment {
  const { policy } = debuggee.loaded;
  const packet = nowhere ? undefined : debuggee.packet;
  const rule = (name: RuleName, use: (rule: Rule, block: string) => Value): Value => {
    const { rule: found, block } = oneRule(name, debuggee, nowhere);
    return nowhere ? absent("nothing yet") : use(found, block);
  };
  return {
    field: (name) => fieldValues(packet, name),
    word: (name) => {
      const word = Object.hasOwn(WORDS, name) ? WORDS[name] : undefined;
      return word && (nowhere ? absent("nothing yet") : word(debuggee));
    },
    members: (name) => {
      const set = endpointsNamed(policy, name);
      return set && membersOf(name, set, debuggee);
    },
    rule: (name) =>
      rule(name, (found, block) => ({
        kind: "record",
        summary: `rule ${found.id}${found.title === undefined ? "" : ` "${found.title}"`} ${found.action}`,
        members: new Map<string, Value>([
          ["hits", number(debuggee.hits(block, found.id))],
          ["id", number(found.id)],
          ["block", text(block)],
          ["action", text(found.action)],
        ]),
      })),
    matches: (name) => rule(name, (found) => whyNot(found, debuggee)),
    names: () => [
      ...FIELD_NAMES.map((name) => ({ name, kind: "field" as const })),
      ...Object.keys(WORDS).map((name) => ({ name, kind: "word" as const })),
      ...[...policy.groups.keys(), ...policy.vms.keys(), ...policy.segments.keys(), ...policy.vnics.keys()].map(
        (name) => ({ name, kind: "members" as const }),
      ),
      { name: "rule", kind: "function" as const },
      { name: "matches", kind: "function" as const },
    ],
  };
}

/** A bare number means the block of the packet's slot, else the one block that has it. */
function oneRule(name: RuleName, debuggee: Debuggee, nowhere: boolean): { rule: Rule; block: string } {
  const here = nowhere ? undefined : debuggee.place?.block?.name;
  const { policy } = debuggee.loaded;
  try {
    const found = rulesNamed(policy, name.block, name.id).map((rule) => ({ rule, block: blockOf(policy, rule) }));
    const near = found.find(({ block }) => block === here) ?? (found.length === 1 || nowhere ? found[0] : undefined);
    if (near) return near;
    const choices = found.map(({ block }) => `${block}.${name.id}`).join(", ");
    throw new Error(`rule ${name.id} is in several blocks: ${choices}`);
  } catch (error) {
    throw new ExpressionError((error as Error).message, name);
  }
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
    shown: name,
    has: (value) => {
      if (value.kind === "text") return [...set.vnics].some((vnic) => vnic.id === value.value);
      if (value.kind === "mac")
        return set.macs.includes(value.value) || [...set.vnics].some((v) => v.mac === value.value);
      if (value.kind !== "ip") return false;
      return contains(set, value.value, (ip) => debuggee.world.owner(ip));
    },
  };
}
