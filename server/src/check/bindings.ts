/** Findings about SpoofGuard's bindings, block by block. */
import { addressesContain, familyOf, formatIp, formatMac, type Ip, isLinkLocal } from "../policy/addresses.ts";
import { ipOf } from "../policy/endpoints.ts";
import type { Binding, Policy, Source, Swsec, Vnic } from "../policy/policy.ts";
import type { BindStatement, Span } from "../syntax/tree.ts";
import { type Finding, finding, listed, nameSpan, related } from "./finding.ts";

export function checkBindings(policy: Policy): Finding[] {
  const findings: Finding[] = [];
  const covered = coveredBy(policy);
  for (const block of policy.blocks.values()) {
    if (block.module !== "swsec") continue;
    findings.push(
      ...sharedAddresses(block),
      ...sharedMacs(block),
      ...block.bindings.flatMap((binding) => [...otherMac(binding), ...outsideSubnets(binding, policy)]),
      ...missingAddresses(block),
      ...missingBindings(block, covered.get(block) ?? []),
      ...withoutSpoofguard(block),
    );
  }
  return findings;
}

/** The vNICs that each block guards. */
function coveredBy(policy: Policy): Map<Swsec, Vnic[]> {
  const covered = new Map<Swsec, Vnic[]>();
  for (const chain of policy.chains)
    for (const { block } of chain.slots.values())
      if (block?.module === "swsec") covered.set(block, [...(covered.get(block) ?? []), ...chain.vnics]);
  return covered;
}

/** Where an address stands on its line. */
function addressSpan({ source: { statement } }: Binding, ip: Ip): Span {
  return statement.ips.find((address) => ipOf(address) === ip) ?? statement;
}
const macSpan = ({ source: { statement } }: Binding): Span => statement.mac ?? statement;

function sharedAddresses(block: Swsec): Finding[] {
  const owners = new Map<Ip, Binding>();
  const findings: Finding[] = [];
  for (const binding of block.bindings)
    for (const ip of new Set(binding.ips)) {
      const first = owners.get(ip);
      if (first === undefined) owners.set(ip, binding);
      if (first === undefined || first.vnic === binding.vnic) continue;
      const message = `${formatIp(ip)} is bound to ${first.vnic.id} as well as to ${binding.vnic.id}, so either can pose as the other.`;
      const there = [related(first.source, `Bound to ${first.vnic.id} here.`, addressSpan(first, ip))];
      findings.push(
        finding("bind-duplicate-ip", binding.source, addressSpan(binding, ip), message, { related: there }),
      );
    }
  return findings;
}

function sharedMacs(block: Swsec): Finding[] {
  const owners = new Map<number, Binding>();
  const findings: Finding[] = [];
  for (const binding of block.bindings) {
    if (binding.mac === undefined) continue;
    const first = owners.get(binding.mac);
    if (first === undefined) owners.set(binding.mac, binding);
    if (first === undefined || first.vnic === binding.vnic) continue;
    const message = `${formatMac(binding.mac)} is bound to ${first.vnic.id} as well as to ${binding.vnic.id}; two vNICs of one MAC cannot both be reached.`;
    const there = [related(first.source, `Bound to ${first.vnic.id} here.`, macSpan(first))];
    findings.push(finding("bind-duplicate-mac", binding.source, macSpan(binding), message, { related: there }));
  }
  return findings;
}

function otherMac(binding: Binding): Finding[] {
  const { mac, vnic, source } = binding;
  if (mac === undefined || vnic.mac === undefined || mac === vnic.mac) return [];
  const meant = formatMac(vnic.mac);
  const message = `${vnic.id} has the MAC ${meant}, and ${formatMac(mac)} is bound to it, so SpoofGuard drops all that it sends.`;
  const there = [related(vnic.source, `${vnic.id} is declared here.`)];
  return [
    finding("bind-mac-mismatch", source, macSpan(binding), message, { related: there, data: { replacement: meant } }),
  ];
}

/** Only where the segment says which subnets of the family it has; link-local addresses belong to every segment. */
function outsideSubnets(binding: Binding, policy: Policy): Finding[] {
  const { vnic, ips, source } = binding;
  const segment = vnic.segment === undefined ? undefined : policy.segments.get(vnic.segment);
  if (segment === undefined) return [];
  const { subnets } = segment;
  return ips.flatMap((ip) => {
    const known = familyOf(ip) === 4 ? subnets.v4.length > 0 : subnets.v6.length > 0;
    if (!known || isLinkLocal(ip) || addressesContain(subnets, ip)) return [];
    const message = `${formatIp(ip)} is outside the subnets of ${segment.name}, to which ${vnic.id} is attached, so nothing there answers it.`;
    const there = [related(segment.source, `The segment "${segment.name}".`)];
    return [finding("bind-outside-subnet", source, addressSpan(binding, ip), message, { related: there })];
  });
}

/** A vNIC may have several lines; what it declares must be on one of them. Without any address bound, it is missing. */
function missingAddresses(block: Swsec): Finding[] {
  if (block.spoofguard.mode === "off") return [];
  const bound = new Map<Vnic, { readonly ips: Set<Ip>; readonly first: Binding }>();
  for (const binding of block.bindings) {
    if (binding.ips.length === 0) continue;
    const entry = bound.get(binding.vnic);
    if (entry === undefined) bound.set(binding.vnic, { ips: new Set(binding.ips), first: binding });
    else for (const ip of binding.ips) entry.ips.add(ip);
  }
  const findings: Finding[] = [];
  for (const [vnic, { ips, first }] of bound) {
    const missing = vnic.ips.filter((ip) => !ips.has(ip)).map(formatIp);
    if (missing.length === 0) continue;
    const { source } = first;
    const message = `${vnic.id} declares ${listed(missing)}, and no line binds it, so SpoofGuard drops what is sent from there.`;
    const there = [related(vnic.source, `${vnic.id} is declared here.`)];
    findings.push(
      finding("bind-ip-mismatch", source, bindSpan(source), message, { related: there, data: { missing } }),
    );
  }
  return findings;
}

const bindSpan = ({ statement }: Source<BindStatement>): Span => {
  const [first] = statement.ips;
  const last = statement.ips[statement.ips.length - 1];
  return first === undefined || last === undefined
    ? (statement.vnic ?? statement)
    : { start: first.start, end: last.end };
};

function missingBindings(block: Swsec, covered: readonly Vnic[]): Finding[] {
  const { mode, source } = block.spoofguard;
  if (mode !== "manual" || source === undefined) return [];
  const bound = new Set(block.bindings.filter((binding) => binding.ips.length > 0).map((binding) => binding.vnic));
  const missing = [...new Set(covered)].filter((vnic) => !bound.has(vnic)).map((vnic) => vnic.id);
  if (missing.length === 0) return [];
  const message = `Nothing is bound to ${listed(missing)}, so SpoofGuard drops all that ${missing.length === 1 ? "it sends" : "they send"} but DHCP.`;
  return [finding("bind-missing", source, source.statement, message, { data: { vnics: missing } })];
}

function withoutSpoofguard(block: Swsec): Finding[] {
  const [first] = block.bindings;
  if (block.spoofguard.mode !== "off" || first === undefined) return [];
  const { source } = block.spoofguard;
  const message = `SpoofGuard is off in "${block.name}", so its ${block.bindings.length === 1 ? "binding guards" : "bindings guard"} nothing.`;
  const there = [
    source === undefined
      ? related(block.source, "No spoofguard line turns it on.", nameSpan(block.source.statement))
      : related(source, "Turned off here.", source.statement),
  ];
  return [
    finding("bind-without-spoofguard", first.source, first.source.statement.keyword, message, { related: there }),
  ];
}
