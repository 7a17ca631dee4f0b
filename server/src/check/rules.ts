/** Findings about rules that a look at the rule, its section or its block tells; `sets.ts` has those about packets. */
import { CATEGORIES } from "../policy/blocks.ts";
import { groupComponents, ipOf, isEmptySet, prefixOf, usedGroups, vnicId } from "../policy/endpoints.ts";
import type { Group, Policy, Source } from "../policy/policy.ts";
import { clauseOf } from "../policy/rules.ts";
import { isProtocolEntry, protocolMatch } from "../policy/services.ts";
import type {
  BlockStatement,
  Endpoint,
  PortRange,
  RuleStatement,
  SectionStatement,
  ServiceEntry,
  Statement,
} from "../syntax/tree.ts";
import { type Finding, finding, nameSpan, related } from "./finding.ts";

/** NSX's limits: port values in one service entry, characters of a rule's log label. */
const MOST_PORTS = 15;
const LONGEST_LABEL = 32;

// ---- one rule ---------------------------------------------------------------------------------------------------

/** What a look at a rule, or at a service, tells. */
export function checkRule({ uri, statement }: Source, policy: Policy, findings: Finding[]): void {
  if (statement.kind === "rule") checkOneRule({ uri, statement }, policy, findings);
  else if (statement.kind === "service") findings.push(...checkService({ uri, statement }));
}

function checkOneRule(at: Source<RuleStatement>, policy: Policy, findings: Finding[]): void {
  const { statement } = at;
  const { parent, action, clauses } = statement;
  const section = parent?.kind === "section" ? parent : undefined;
  const service = clauseOf(clauses, "service");
  for (const entry of service?.entries ?? []) {
    findings.push(...tooManyPorts(entry, at));
    if (section !== undefined) findings.push(...wrongLayer(entry, section, at, policy));
  }
  const label = clauseOf(clauses, "log")?.label;
  if (label !== undefined && label.text.length > LONGEST_LABEL) {
    const message = `The log label has ${label.text.length} characters; NSX takes up to ${LONGEST_LABEL}, and the log would not show the rest.`;
    findings.push(finding("log-label-too-long", at, label, message));
  }
  if (section === undefined || action === undefined || statement.broken) return;
  if (action.word === "jump-to-application" && section.category?.text !== "environment") {
    const where = section.ethernet ? "an ethernet section" : `the category ${section.category?.text ?? "application"}`;
    const message = `jump-to-application is an action of the category environment only; this rule stands in ${where}.`;
    findings.push(finding("jump-outside-environment", at, action, message));
  }
  if (action.word === "allow" && !section.ethernet && matchesAll(statement)) {
    const message = `${ruleName(statement)} allows any traffic from anyone to anyone, so no rule after it and no default has a say.`;
    findings.push(finding("any-any-allow", at, action, message));
  }
}

const ruleName = (rule: RuleStatement): string =>
  rule.title === undefined ? `Rule ${rule.id?.text}` : `"${rule.title.text}"`;

/** An enabled rule without from, to and service, or with nothing but `any` there. */
function matchesAll({ clauses }: RuleStatement): boolean {
  return clauses.every((clause) => {
    if (clause.kind === "disabled" || clause.kind === "service") return false;
    if (clause.kind !== "from" && clause.kind !== "to") return true;
    const { items, except } = clause.endpoints;
    return except.length === 0 && items.some((item) => item.kind === "any");
  });
}

function wrongLayer(entry: ServiceEntry, section: SectionStatement, at: Source, policy: Policy): Finding[] {
  const wanted = section.ethernet ? "ethernet" : "ip";
  const service = isProtocolEntry(entry) ? undefined : policy.services.get(entry.name.text);
  const own = isProtocolEntry(entry) ? protocolMatch(entry) : undefined;
  const matches = own === undefined ? (service?.matches ?? []) : [own];
  if (matches.every((match) => match.layer === wanted)) return [];
  const text = service === undefined ? "This" : `"${service.name}"`;
  const message = section.ethernet
    ? `${text} is a service of IP; an ethernet section looks at frames only, with services such as arp or ether/0x86dd.`
    : `${text} is a service of Ethernet; a section of IP rules never sees it, so it belongs in an ethernet section.`;
  const there = service?.source === undefined ? {} : { related: [related(service.source, "The service.")] };
  return [finding("service-layer", at, entry, message, there)];
}

// ---- services ---------------------------------------------------------------------------------------------------

function checkService(at: Source<Statement & { kind: "service" }>): Finding[] {
  const { entries, alg, name } = at.statement;
  const findings = entries.flatMap((entry) => tooManyPorts(entry, at));
  if (alg !== undefined) {
    const message = `The ${alg.text} gateway of "${name?.text ?? ""}" is not simulated: connections that it would open are judged by the rules alone.`;
    findings.push(finding("alg-not-simulated", at, alg, message));
  }
  return findings;
}

function tooManyPorts(entry: ServiceEntry, at: Source): Finding[] {
  const most = Math.max(portValues(entry.ports), portValues(entry.sourcePorts));
  if (most <= MOST_PORTS) return [];
  const message = `The entry has ${most} port values (a range counts two); NSX takes up to ${MOST_PORTS} in one, so it must be split.`;
  return [finding("too-many-ports", at, entry, message)];
}
const portValues = (ports: readonly PortRange[] = []): number =>
  ports.reduce((count, port) => count + (port.to === undefined ? 1 : 2), 0);

// ---- blocks -----------------------------------------------------------------------------------------------------

/** A firewall without a default, and sections out of order. */
export function checkDfw({ uri, statement }: Source<BlockStatement>): Finding[] {
  if (statement.kind !== "dfw") return [];
  const at = { uri, statement };
  const findings: Finding[] = [];
  if (!statement.broken && !statement.children.some((child) => child.kind === "default")) {
    const message = `"${statement.name?.text ?? "The firewall"}" has no default, so what no rule matches is allowed.`;
    findings.push(finding("missing-default", at, nameSpan(statement), message));
  }
  let latest = 0;
  let latestSection: SectionStatement | undefined;
  for (const section of statement.children) {
    if (section.kind !== "section" || section.ethernet || section.broken) continue;
    const rank = CATEGORIES.findIndex((category) => category === (section.category?.text ?? "application"));
    if (rank >= latest) {
      latest = rank;
      latestSection = section;
    } else if (latestSection !== undefined) {
      const message = `Category ${CATEGORIES[rank]} is tried before ${CATEGORIES[latest]}, wherever its sections stand, so the text does not read in the order in which it acts.`;
      const there = [
        related({ uri, statement: latestSection }, `A section of ${CATEGORIES[latest]} that is tried later.`),
      ];
      findings.push(
        finding("section-order", { uri, statement: section }, section.category ?? nameSpan(section), message, {
          related: there,
        }),
      );
    }
  }
  return findings;
}

// ---- groups -----------------------------------------------------------------------------------------------------

export function checkGroups(policy: Policy): Finding[] {
  const empty = [...policy.groups.values()].filter(({ endpoints }) => isEmptySet(endpoints));
  if (empty.length === 0) return [];
  const mistaken = mistakenGroups(policy);
  return empty.flatMap(({ name, source }) => {
    const written = source.statement.endpoints;
    if (mistaken.has(name) || written === undefined) return [];
    const message = `The group "${name}" has no member, so a rule that names it alone never matches: nobody is not anybody.`;
    return [finding("empty-group", source, written, message)];
  });
}

/** Those with a mistake of their own, or of a group that they name. */
function mistakenGroups(policy: Policy): ReadonlySet<string> {
  const sources = new Map([...policy.groups].map(([name, group]) => [name, group.source]));
  const mistaken = new Set<string>();
  for (const component of groupComponents(sources)) {
    const wrong = (name: string) =>
      component.length > 1 ||
      hasMistake(policy.groups.get(name) as Group, policy) ||
      usedGroups(sources, name).some((used) => used === name || mistaken.has(used));
    for (const name of component) if (wrong(name)) mistaken.add(name);
  }
  return mistaken;
}

/** A group with a mistake of its own is told of that, not of being empty. */
function hasMistake({ source }: Group, policy: Policy): boolean {
  const { endpoints, broken } = source.statement;
  return (
    broken || endpoints === undefined || [...endpoints.items, ...endpoints.except].some((item) => isWrong(item, policy))
  );
}

function isWrong(item: Endpoint, policy: Policy): boolean {
  switch (item.kind) {
    case "name":
      return !(
        policy.groups.has(item.name.text) ||
        policy.vms.has(item.name.text) ||
        policy.segments.has(item.name.text)
      );
    case "vnic":
      return !policy.vnics.has(vnicId(item.vnic.vm, item.vnic.vnic));
    case "address":
      return item.address.kind !== "mac" && ipOf(item.address) === undefined;
    case "prefix":
      return prefixOf(item) === undefined;
    case "range": {
      const low = ipOf(item.from);
      const high = ipOf(item.to);
      return low === undefined || high === undefined || typeof low !== typeof high || low > high;
    }
    default:
      return false;
  }
}
