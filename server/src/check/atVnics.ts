/** Findings about a firewall at the vNICs where it stands, by its rules as they were compiled. */
import { contains } from "../policy/endpoints.ts";
import type { Dfw, EndpointSet, Policy, Rule, ServiceMatch, Vnic } from "../policy/policy.ts";
import { UDP } from "../policy/protocols.ts";
import { rangesContain } from "../policy/ranges.ts";
import { type Finding, finding, listed, nameSpan, related } from "./finding.ts";

/** NSX's limit of rules at one vNIC. */
const MOST_RULES = 4000;

export function checkAtVnics(policy: Policy): Finding[] {
  const findings: Finding[] = [];
  for (const block of policy.blocks.values())
    if (block.module === "dfw") findings.push(...tooManyRules(block, policy), ...blockedDhcp(block, policy));
  return findings;
}

/** The vNICs at which a firewall stands: of each chain that has it, less those excluded. */
function vnicsAt(dfw: Dfw, policy: Policy): Vnic[] {
  const vnics: Vnic[] = [];
  for (const chain of policy.chains)
    for (const slot of chain.slots.values())
      if (slot.block === dfw) for (const vnic of chain.vnics) if (!dfw.exclude.has(vnic)) vnics.push(vnic);
  return vnics;
}

function tooManyRules(dfw: Dfw, policy: Policy): Finding[] {
  if (dfw.ethernetRules.length + dfw.ipRules.length <= MOST_RULES) return [];
  let everywhere = 0;
  const applied = new Map<ReadonlySet<Vnic>, number>();
  for (const rules of [dfw.ethernetRules, dfw.ipRules])
    for (const { appliedTo, disabled } of rules) {
      if (disabled) continue;
      if (appliedTo === undefined) everywhere += 1;
      else applied.set(appliedTo, (applied.get(appliedTo) ?? 0) + 1);
    }
  const counts = new Map<Vnic, number>();
  for (const [vnics, count] of applied) for (const vnic of vnics) counts.set(vnic, (counts.get(vnic) ?? 0) + count);
  const over: Vnic[] = [];
  let most = 0;
  for (const vnic of vnicsAt(dfw, policy)) {
    const count = everywhere + (counts.get(vnic) ?? 0);
    if (count > MOST_RULES) over.push(vnic);
    most = Math.max(most, count);
  }
  if (over.length === 0) return [];
  const message = `"${dfw.name}" puts ${most} rules at ${listed(over.map((vnic) => vnic.id))}; NSX supports ${MOST_RULES} a vNIC, and applied-to is how to stay below.`;
  return [finding("rules-per-vnic", dfw.source, nameSpan(dfw.source.statement), message)];
}

/**
 * A client asks from 0.0.0.0:68 to 255.255.255.255:67, and the server's answer comes back from port 67 to 68: another
 * flow, so both need a rule. Where no rule could ever allow one of them, the default decides.
 */
function blockedDhcp(dfw: Dfw, policy: Policy): Finding[] {
  const action = dfw.default?.action;
  if (dfw.default === undefined || (action !== "drop" && action !== "reject")) return [];
  const clients = vnicsAt(dfw, policy).filter((vnic) => vnic.dhcp);
  if (clients.length === 0) return [];
  const asks = dfw.ipRules.filter((rule) => couldAllow(rule, "out", CLIENT_PORT, SERVER_PORT));
  const answers = dfw.ipRules.filter((rule) => couldAllow(rule, "in", SERVER_PORT, CLIENT_PORT));
  const at = (rules: readonly Rule[], vnic: Vnic) =>
    rules.some(({ appliedTo }) => appliedTo === undefined || appliedTo.has(vnic));
  const stuck = clients.filter((vnic) => !at(asks, vnic) || !at(answers, vnic));
  if (stuck.length === 0) return [];
  const { source } = dfw.default;
  const message = `No rule allows the DHCP of ${listed(stuck.map((vnic) => vnic.id))}, so the default ${action}s it and no address is ever leased.`;
  const there = stuck.slice(0, 3).map((vnic) => related(vnic.source, `${vnic.id} has its address by DHCP.`));
  const data = { vnics: stuck.map((vnic) => vnic.id) };
  return [
    finding("default-drop-blocks-dhcp", source, source.statement.action ?? source.statement, message, {
      related: there,
      data,
    }),
  ];
}

const CLIENT_PORT = 68;
const SERVER_PORT = 67;
const UNSPECIFIED = 0;
const BROADCAST = 0xffff_ffff;

function couldAllow(rule: Rule, direction: "in" | "out", sourcePort: number, port: number): boolean {
  if (rule.disabled || rule.family === 6 || (rule.direction !== undefined && rule.direction !== direction))
    return false;
  if (rule.action !== "allow" && rule.action !== "jump-to-application") return false;
  const holds = (set: EndpointSet | undefined, ip: number) => set === undefined || contains(set, ip);
  if (direction === "out" && !(holds(rule.from, UNSPECIFIED) && holds(rule.to, BROADCAST))) return false;
  return rule.services?.some((match) => couldBe(match, sourcePort, port)) ?? true;
}

function couldBe(match: ServiceMatch, sourcePort: number, port: number): boolean {
  if (match.layer !== "ip" || match.protocol !== UDP || "icmpType" in match) return false;
  const { ports, sourcePorts } = match as ServiceMatch & {
    layer: "ip";
    ports?: readonly number[];
    sourcePorts?: readonly number[];
  };
  return (
    (ports === undefined || rangesContain(ports, port)) &&
    (sourcePorts === undefined || rangesContain(sourcePorts, sourcePort))
  );
}
