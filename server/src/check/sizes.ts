/** What a policy comes to beyond its bounds (`policy/bounds.ts`): it was left out when the policy was compiled. */
import { type Bounds, settingOf } from "../policy/bounds.ts";
import { TOO_MANY } from "../policy/endpoints.ts";
import type { Block, Policy, Rule, Source } from "../policy/policy.ts";
import { TOO_MANY_ENTRIES } from "../policy/services.ts";
import { type Finding, finding, nameSpan } from "./finding.ts";

type Measured = "groupAddresses" | "serviceEntries";

export function checkSizes(policy: Policy): Finding[] {
  // Rules are compiled when they are asked for; only then is it known whether anything was too large.
  const rules = [...policy.blocks.values()].flatMap(rulesOf);
  for (const { inspect } of policy.appliances.values()) rules.push(inspect?.rules ?? []);
  if (!policy.exceeded) return [];
  const findings: Finding[] = [];
  const tell = (source: Source, what: string, name: Measured) => {
    const message = `${what} come to more than ${OF[name](policy.bounds)}, and are taken as none (${settingOf(name)}).`;
    findings.push(finding("too-large", source, nameSpan(source.statement), message));
  };
  for (const { name, source, endpoints } of policy.groups.values())
    if (endpoints === TOO_MANY) tell(source, `The members of "${name}"`, "groupAddresses");
  for (const { name, source, matches } of policy.services.values())
    if (source !== undefined && matches === TOO_MANY_ENTRIES)
      tell(source, `The entries of "${name}"`, "serviceEntries");
  for (const { source, from, to, appliedTo, services } of rules.flat()) {
    if (from === TOO_MANY || to === TOO_MANY || appliedTo === TOO_MANY.vnics)
      tell(source, "Members of a list of this rule", "groupAddresses");
    if (services === TOO_MANY_ENTRIES) tell(source, "The services of this rule", "serviceEntries");
  }
  return findings;
}

const OF: Readonly<Record<Measured, (bounds: Bounds) => string>> = {
  groupAddresses: ({ groupAddresses }) =>
    `${groupAddresses} addresses and vNICs, or with all others to more than 20 times that`,
  serviceEntries: ({ serviceEntries }) =>
    `${serviceEntries} protocols and ports, or with all others to more than 100 times that`,
};

function rulesOf(block: Block): (readonly Rule[])[] {
  if (block.module === "dfw") return [block.ethernetRules, block.ipRules];
  return block.module === "swsec" ? [] : [block.rules];
}
