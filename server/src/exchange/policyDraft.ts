/** A compiled policy as a draft, as exports want it: names as keys, what the text says of each, not what it resolves to. */
import {
  addressSet,
  formatRange,
  type Ip,
  parseIp,
  parsePrefix,
  parseRange,
  subtractAddresses,
} from "../policy/addresses.ts";
import type { Dfw, Policy, Rule, Service, TimerName, Vnic } from "../policy/policy.ts";
import { clauseOf } from "../policy/rules.ts";
import { etherTypeOf, icmpOf, ipProtocolOf, isProtocolEntry, protocolMatch } from "../policy/services.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import type { Endpoint, Endpoints, PortRange, RuleStatement, ServiceEntry } from "../syntax/tree.ts";
import type { DraftEndpoint, DraftEndpoints, DraftEntry, DraftGroup, DraftRule, DraftService } from "./draft.ts";
import type { Place, Report } from "./report.ts";
import { portEntry, protocolEntry } from "./values.ts";

/** The N of `ethN`: a vNIC's own, where all of its machine are called so, else its place among them. */
export function ethNumber(policy: Policy, vnic: Vnic): number {
  const siblings = policy.vms.get(vnic.vm)?.vnics ?? [vnic];
  return siblings.every(({ name }) => ETH.test(name)) ? Number(vnic.name.slice("eth".length)) : siblings.indexOf(vnic);
}
/**
 * For formats that have no subnets: between segments a frame has the router's MAC address, and there will be no router.
 * Told for each rule on frames that asks for an end.
 */
export function tellRouters(draft: PolicyDraft, report: Report): void {
  if (draft.policy.segments.size === 0) return;
  for (const block of draft.policy.blocks.values())
    if (block.module === "dfw")
      for (const rule of block.ethernetRules) {
        const { id, from, to, at } = draft.rule(rule);
        if ((from !== undefined || to !== undefined) && at !== undefined)
          report.inexpressible(
            at,
            `rule ${id}: between segments it sees the router's MAC address, and this format has no subnets to know them by`,
          );
      }
}
/** Has a firewall other session timers than NSX sets by itself? */
export const hasTimers = (dfw: Dfw): boolean =>
  Object.entries(DEFAULT_TIMEOUTS).some(([timer, time]) => dfw.timeouts[timer as TimerName] !== time);
/**
 * Is the last rule one that takes whatever comes to it, at all of these vNICs (undefined: wherever it may be tried)?
 * Then nothing is left for the default, and writing one would add a rule with each way there and back.
 */
export function leavesNothing(rules: readonly Rule[], vnics?: ReadonlySet<Vnic>): boolean {
  const last = rules.at(-1);
  if (last === undefined || last.disabled || last.action === "jump-to-application") return false;
  const { from, to, services, direction, family, appliedTo } = last;
  if ([from, to, services, direction, family].some((clause) => clause !== undefined)) return false;
  return appliedTo === undefined || (vnics !== undefined && [...vnics].every((vnic) => appliedTo.has(vnic)));
}
const ETH = /^eth(?:0|[1-9]\d{0,2})$/;

/** Groups and services of a policy, and its rules on demand. Built-in services are there once a rule names them. */
export class PolicyDraft {
  readonly policy: Policy;
  readonly #services = new Map<string, DraftService>();

  constructor(policy: Policy) {
    this.policy = policy;
  }

  placeOf({
    uri,
    statement,
  }: {
    readonly uri: string;
    readonly statement: { readonly chunk: { readonly line: number } };
  }): Place {
    return { file: uri, line: statement.chunk.line + 1 };
  }

  groups(): DraftGroup[] {
    return [...this.policy.groups.values()].map(({ name, source }) => ({
      key: name,
      names: [name],
      at: this.placeOf(source),
      endpoints: source.statement.endpoints === undefined ? { items: [] } : this.endpoints(source.statement.endpoints),
    }));
  }

  endpoints({ items, except }: Endpoints): DraftEndpoints {
    const list = (endpoints: readonly Endpoint[]) => endpoints.flatMap((endpoint) => endpointOf(endpoint) ?? []);
    return { items: list(items), ...(except.length > 0 && { except: list(except) }) };
  }

  /** Declared services, and the built-in ones that rules or other services name. */
  services(): DraftService[] {
    for (const service of this.policy.services.values()) if (service.source !== undefined) this.#service(service);
    return [...this.#services.values()];
  }
  /** One of them. */
  serviceOf(name: string): DraftService | undefined {
    const service = this.policy.services.get(name);
    if (service?.source !== undefined) this.#service(service);
    return this.#services.get(name);
  }
  #service(service: Service): void {
    if (this.#services.has(service.name)) return;
    const { name, source } = service;
    this.#services.set(name, { key: name, names: [name], entries: [] });
    const entries: DraftEntry[] =
      source === undefined
        ? service.matches.map((match) => ({ text: matchText(match) }))
        : this.entries(source.statement.entries);
    this.#services.set(name, {
      key: name,
      names: [name],
      entries,
      ...(service.alg !== undefined && { alg: service.alg }),
      ...(source && { at: this.placeOf(source) }),
    });
  }
  entries(list: readonly ServiceEntry[]): DraftEntry[] {
    return list.flatMap((entry): DraftEntry[] => {
      if (isProtocolEntry(entry)) {
        const text = entryText(entry);
        return text === undefined ? [] : [{ text }];
      }
      const service = this.policy.services.get(entry.name.text);
      if (service === undefined) return [];
      this.#service(service);
      return [{ key: service.name }];
    });
  }

  /** A rule as it is written; without `applied-to` where its section has one. */
  rule(rule: Rule): DraftRule {
    const statement: RuleStatement = rule.source.statement;
    const endpoints = (kind: "from" | "to" | "applied-to") => {
      const clause = statement.clauses.find((one) => one.kind === kind);
      return clause !== undefined && "endpoints" in clause ? this.endpoints(clause.endpoints) : undefined;
    };
    const from = endpoints("from");
    const to = endpoints("to");
    // A section's own replaces its rules'.
    const appliedTo = rule.section?.source.statement.appliedTo === undefined ? endpoints("applied-to") : undefined;
    const service = clauseOf(statement.clauses, "service");
    const log = clauseOf(statement.clauses, "log");
    return {
      id: rule.id,
      action: rule.action,
      at: this.placeOf(rule.source),
      ...(rule.title !== undefined && { title: rule.title }),
      ...(from && { from }),
      ...(to && { to }),
      ...(service && { services: this.entries(service.entries) }),
      ...(rule.direction && { direction: rule.direction }),
      ...(rule.family && { family: rule.family }),
      ...(appliedTo && { appliedTo }),
      ...(rule.log && { log: log?.label?.text ?? true }),
      ...(rule.disabled && { disabled: true }),
    };
  }
}

function endpointOf(endpoint: Endpoint): DraftEndpoint | undefined {
  switch (endpoint.kind) {
    case "any":
      return { kind: "any" };
    case "address":
      return { kind: "literal", text: endpoint.address.text };
    case "prefix":
      return { kind: "literal", text: `${endpoint.address.text}/${endpoint.length.value}` };
    case "range":
      return { kind: "literal", text: `${endpoint.from.text}-${endpoint.to.text}` };
    case "name":
      return { kind: "ref", key: endpoint.name.text };
    case "vnic":
      return { kind: "vnic", vm: endpoint.vnic.vm.text, vnic: endpoint.vnic.vnic.text };
    case "tag":
      return { kind: "tag", tag: endpoint.tag.text };
  }
}

/** A protocol's entry with its numbers; undefined where it matches nothing. */
function entryText(entry: ServiceEntry): string | undefined {
  if (protocolMatch(entry) === undefined) return undefined;
  const word = entry.name.text;
  const ports = (list: readonly PortRange[] = []) =>
    list.map(({ from, to }) => (to === undefined ? String(from.value) : `${from.value}-${to.value}`));
  if (word === "tcp" || word === "udp" || word === "sctp")
    return portEntry(word, ports(entry.ports), ports(entry.sourcePorts));
  if (word === "icmp" || word === "icmpv6") {
    const icmp = entry.detail && icmpOf(word, entry.detail, entry.code);
    return icmp === undefined ? word : `${word}/${icmp.type}${icmp.code === undefined ? "" : `:${icmp.code}`}`;
  }
  if (word === "ip") return entry.detail && `ip/${ipProtocolOf(entry.detail)}`;
  return entry.detail && `ether/0x${(etherTypeOf(entry.detail) ?? 0).toString(16).padStart(4, "0")}`;
}

export function matchText(match: Service["matches"][number]): string {
  if (match.layer === "ethernet") return `ether/0x${match.etherType.toString(16).padStart(4, "0")}`;
  if ("icmpType" in match && match.icmpType !== undefined)
    return `${protocolEntry(match.protocol)}/${match.icmpType}${match.icmpCode === undefined ? "" : `:${match.icmpCode}`}`;
  const list = (ranges: readonly number[] | undefined) => {
    const out: string[] = [];
    for (let i = 0; ranges !== undefined && i < ranges.length; i += 2)
      out.push(ranges[i] === ranges[i + 1] ? String(ranges[i]) : `${ranges[i]}-${ranges[i + 1]}`);
    return out;
  };
  const word = protocolEntry(match.protocol);
  if (word !== "tcp" && word !== "udp" && word !== "sctp") return word;
  return portEntry(
    word,
    list("ports" in match ? match.ports : undefined),
    list("sourcePorts" in match ? match.sourcePorts : undefined),
  );
}

/** A service entry, taken apart. */
export type EntryParts =
  | {
      readonly kind: "ports";
      readonly protocol: "tcp" | "udp" | "sctp";
      readonly to: readonly string[];
      readonly from: readonly string[];
    }
  | { readonly kind: "icmp"; readonly version: 4 | 6; readonly type?: number; readonly code?: number }
  | { readonly kind: "ip"; readonly protocol: number }
  | { readonly kind: "ether"; readonly type: number };
export function entryParts(text: string): EntryParts {
  const [, word, rest, source] = /^([a-z0-9]+)(?:\/(\{[^}]*\}|\S+))?(?: from (.*))?$/.exec(text) as unknown as [
    string,
    string,
    string?,
    string?,
  ];
  const list = (ports: string | undefined) => ports?.replace(/[{}\s]/g, "").split(",") ?? [];
  if (word === "tcp" || word === "udp" || word === "sctp")
    return { kind: "ports", protocol: word, to: list(rest), from: list(source) };
  if (word === "ip") return { kind: "ip", protocol: Number(rest) };
  if (word === "ether") return { kind: "ether", type: Number(rest) };
  const [type, code] = rest?.split(":") ?? [];
  return {
    kind: "icmp",
    version: word === "icmp" ? 4 : 6,
    ...(type !== undefined && { type: Number(type) }),
    ...(code !== undefined && { code: Number(code) }),
  };
}

/** `items` less `except` where both are addresses that are written, or anything: as addresses. Undefined where a name is in them. */
export function writtenAddresses({ items, except = [] }: DraftEndpoints): string[] | undefined {
  const rangesOf = (list: readonly DraftEndpoint[]): Ip[] | undefined => {
    const pairs: Ip[] = [];
    for (const item of list) {
      if (item.kind === "any") pairs.push(0, 0xffff_ffff, 0n, (1n << 128n) - 1n);
      else if (item.kind === "literal") {
        const range = addressRange(item.text);
        if (range === undefined) return undefined;
        pairs.push(...range);
      } else return undefined;
    }
    return pairs;
  };
  const inside = rangesOf(items);
  const outside = rangesOf(except);
  if (inside === undefined || outside === undefined) return undefined;
  const set = subtractAddresses(addressSet(inside), addressSet(outside));
  const out: string[] = [];
  for (const ranges of [set.v4, set.v6])
    for (let i = 0; i < ranges.length; i += 2) out.push(formatRange(ranges[i] as Ip, ranges[i + 1] as Ip));
  return out;
}
function addressRange(text: string): readonly [Ip, Ip] | undefined {
  const ip = parseIp(text);
  if (ip !== undefined) return [ip, ip];
  const prefix = parsePrefix(text);
  if (prefix === undefined) return parseRange(text);
  const bits = BigInt(typeof prefix.address === "bigint" ? 128 : 32) - BigInt(prefix.length);
  const low = (BigInt(prefix.address) >> bits) << bits;
  const high = low | ((1n << bits) - 1n);
  return typeof prefix.address === "bigint" ? [low, high] : [Number(low), Number(high)];
}
