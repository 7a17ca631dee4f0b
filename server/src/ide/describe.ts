/** What things of the policy resolve to, in Markdown: endpoints, services, rules. */

import { type AddressSet, addressesSize, formatIp, formatMac, formatRange, type Ip } from "../policy/addresses.ts";
import { addressesOf } from "../policy/endpoints.ts";
import type { EndpointSet, Policy, Rule, ServiceMatch, Vnic } from "../policy/policy.ts";
import { etherTypeName, icmpName, ipProtocolName } from "../policy/protocols.ts";
import { topOf } from "../syntax/statements.ts";
import type { Statement } from "../syntax/tree.ts";
import { code, count, escapeMarkdown, groupDigits, someOf } from "./markdown.ts";
import { portName } from "./valueNotes.ts";

const declaredIps = (vnic: Vnic): readonly Ip[] => vnic.ips;

/** Every range of a set in the language's notation. */
export function rangesOf(set: AddressSet): string[] {
  const out: string[] = [];
  for (let i = 0; i < set.v4.length; i += 2) out.push(formatRange(set.v4[i] as Ip, set.v4[i + 1] as Ip));
  for (let i = 0; i < set.v6.length; i += 2) out.push(formatRange(set.v6[i] as Ip, set.v6[i + 1] as Ip));
  return out;
}

/** The addresses that a set stands for now: those written, and those its vNICs declare. */
export const knownAddresses = (set: EndpointSet): AddressSet => addressesOf(set, declaredIps);

/** Members whose address is not declared: they count once it is learned. */
export const unlearned = (set: EndpointSet): Vnic[] => [...set.vnics].filter((vnic) => vnic.ips.length === 0);

/** `3 addresses`, `any`, `2 addresses and 1 unknown`: for inlay hints and lenses. */
export function countOf(set: EndpointSet): string {
  if (set.any) return "any";
  const addresses = knownAddresses(set);
  const known = addressesSize(addresses);
  const unknown = unlearned(set).length;
  const macs = set.macs.length;
  const parts = [
    (known > 0n || (unknown === 0 && macs === 0)) && countAddresses(addresses),
    unknown > 0 && `${unknown} to be learned`,
    macs > 0 && count(macs, "MAC"),
  ];
  return parts.filter((part) => part !== false).join(", ");
}

/** `3 addresses`; of both families each apart, since IPv6's would drown IPv4's. */
export function countAddresses(set: AddressSet): string {
  const v4 = addressesSize({ v4: set.v4, v6: [] });
  const v6 = addressesSize({ v4: [], v6: set.v6 });
  if (v4 === 0n || v6 === 0n) return count(v4 + v6, "address", "addresses");
  return `${groupDigits(v4)} IPv4 and ${groupDigits(v6)} IPv6 addresses`;
}

/** Who is in a set: count, addresses, members. Markdown, one line. */
export function describeEndpoints(set: EndpointSet, most = 6): string {
  if (set.any) return "anything";
  const addresses = knownAddresses(set);
  const ranges = rangesOf(addresses).map(code);
  const macs = set.macs.map((mac) => code(formatMac(mac)));
  const learners = unlearned(set).map((vnic) => code(vnic.id));
  const parts: string[] = [];
  if (ranges.length > 0) parts.push(`${countAddresses(addresses)}: ${someOf(ranges, most)}`);
  if (macs.length > 0) parts.push(`${count(macs.length, "MAC")}: ${someOf(macs, most)}`);
  if (learners.length > 0) parts.push(`what is learned at ${someOf(learners, most)}`);
  return parts.length === 0 ? "**nobody**: it matches no packet" : parts.join("; ");
}

export const describeVnics = (vnics: Iterable<Vnic>, most = 6): string => {
  const ids = [...vnics].map((vnic) => code(vnic.id));
  return ids.length === 0 ? "**none**" : `${count(ids.length, "vNIC")}: ${someOf(ids, most)}`;
};

function portsText(ports: readonly number[]): string {
  const out: string[] = [];
  for (let i = 0; i < ports.length; i += 2)
    out.push(ports[i] === ports[i + 1] ? String(ports[i]) : `${ports[i]}-${ports[i + 1]}`);
  return out.length === 1 ? (out[0] as string) : `{${out.join(", ")}}`;
}

/** One alternative of a service in the language's notation: `tcp/443`, `icmp/8`, `ether/0x0806`. */
export function matchText(match: ServiceMatch): string {
  if (match.layer === "ethernet") return `ether/0x${match.etherType.toString(16).padStart(4, "0")}`;
  const protocol = ipProtocolName(match.protocol);
  if ("icmpType" in match && match.icmpType !== undefined)
    return `${protocol}/${match.icmpType}${match.icmpCode === undefined ? "" : `:${match.icmpCode}`}`;
  const ported = match.protocol === 6 || match.protocol === 17 || match.protocol === 132;
  if (!ported && match.protocol !== 1 && match.protocol !== 58) return `ip/${match.protocol}`;
  const ports = "ports" in match && match.ports ? `/${portsText(match.ports)}` : "";
  const sources = "sourcePorts" in match && match.sourcePorts ? ` from ${portsText(match.sourcePorts)}` : "";
  return `${protocol}${ports}${sources}`;
}

/** The same with what it is known as: `` `tcp/443` HTTPS ``. */
export function describeMatch(match: ServiceMatch): string {
  const text = matchText(match);
  const known = knownAs(match, text);
  return known === undefined ? code(text) : `${code(text)} ${escapeMarkdown(known)}`;
}

function knownAs(match: ServiceMatch, text: string): string | undefined {
  if (match.layer === "ethernet") return etherTypeName(match.etherType);
  if ("icmpType" in match && match.icmpType !== undefined)
    return icmpName(match.protocol === 1 ? "icmp" : "icmpv6", match.icmpType, match.icmpCode);
  const ports = "ports" in match ? match.ports : undefined;
  if (ports?.length === 2 && ports[0] === ports[1]) return portName(ports[0] as number);
  return text.startsWith("ip/") ? ipProtocolName(match.protocol) : undefined;
}

export const describeServices = (matches: readonly ServiceMatch[], most = 6): string =>
  matches.length === 0 ? "**nothing**: it matches no packet" : someOf(matches.map(describeMatch), most);

interface RulePlace {
  readonly rule: Rule;
  /** In the order in which the block tries its rules, from 1, and of how many. */
  readonly place: number;
  readonly of: number;
  /** The block's, or the appliance's. */
  readonly block: string;
  readonly module: string;
}

/** The compiled rule of a rule's statement, with its place among those its block tries. */
export function ruleOf(policy: Policy, statement: Statement): RulePlace | undefined {
  const top = topOf(statement);
  const name = ("name" in top && top.name?.text) || "";
  const block = policy.blocks.get(name) ?? policy.appliances.get(name);
  if (block === undefined || block.source.statement !== top) return undefined;
  const isIt = (rule: Rule) => rule.source.statement === statement;
  const found = (rules: readonly Rule[], rule: Rule | undefined, module: string) =>
    rule && { rule, place: rules.indexOf(rule) + 1, of: rules.length, block: name, module };
  if (!("module" in block)) {
    const rules = block.inspect?.rules ?? [];
    return found(rules, rules.find(isIt), "appliance");
  }
  if (block.module === "swsec") return undefined;
  if (block.module !== "dfw") return found(block.rules, block.rules.find(isIt), block.module);
  // By its section: a firewall may have very many rules.
  const section = block.sections.find(({ source }) => source.statement === statement.parent);
  const rules = section?.ethernet ? block.ethernetRules : block.ipRules;
  return found(rules, section?.rules.find(isIt), "dfw");
}

/** `10.0.1.11`, `10.0.1.11, fd00::11`, or that it is learned. */
export const describeVnicAddresses = (vnic: Vnic): string =>
  vnic.ips.length > 0
    ? vnic.ips.map((ip) => code(formatIp(ip))).join(", ")
    : vnic.dhcp
      ? "by DHCP, unknown until learned"
      : "none declared";
