/** Findings about rules that a look at the rule, its section or its block tells; `sets.ts` has those about packets. */
import { CATEGORIES } from "../policy/blocks.ts";
import { contains, groupComponents, ipOf, isEmptySet, prefixOf, usedGroups, vnicId } from "../policy/endpoints.ts";
import { eachStatement } from "../policy/names.ts";
import type { Dfw, EndpointSet, Group, Policy, Rule, ServiceMatch, Source, Vnic } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { UDP } from "../policy/protocols.ts";
import { rangesContain } from "../policy/ranges.ts";
import { clauseOf } from "../policy/rules.ts";
import { isProtocolEntry, protocolMatch } from "../policy/services.ts";
import type {
  BlockDeclaration,
  Endpoint,
  Int,
  PortRange,
  RuleStatement,
  SectionStatement,
  ServiceEntry,
  Statement,
} from "../syntax/tree.ts";
import { type Finding, finding, listed, nameSpan, related } from "./finding.ts";

/** NSX's limits: rules at one vNIC, port values in one service entry, characters of a rule's log label. */
const MOST_RULES = 4000;
const MOST_PORTS = 15;
const LONGEST_LABEL = 32;

export function checkRules(program: Program, policy: Policy): Finding[] {
  const findings: Finding[] = [];
  for (const { uri, tree } of program.documents) {
    for (const statement of tree.statements) {
      if (statement.kind === "dfw") findings.push(...checkDfw({ uri, statement }));
      if ("children" in statement) findings.push(...repeatedIds(uri, statement));
    }
    eachStatement(tree.statements, (statement) => {
      if (statement.kind === "rule") checkRule({ uri, statement }, policy, findings);
      else if (statement.kind === "service") findings.push(...checkService({ uri, statement }));
    });
  }
  findings.push(...emptyGroups(policy));
  for (const block of policy.blocks.values())
    if (block.module === "dfw") findings.push(...tooManyRules(block, policy), ...blockedDhcp(block, policy));
  return findings;
}

// ---- one rule ---------------------------------------------------------------------------------------------------

function checkRule(at: Source<RuleStatement>, policy: Policy, findings: Finding[]): void {
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

function checkDfw(at: Source<BlockDeclaration>): Finding[] {
  const { uri, statement } = at;
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
      const message = `Category ${CATEGORIES[rank]} is tried before ${CATEGORIES[latest]}, wherever its sections stand; in this order the text reads otherwise than it acts.`;
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

/** Rule ids are unique in a block: a firewall's in all its sections, an appliance's in its `inspect`. */
function repeatedIds(uri: string, block: Statement & { children: Statement[] }): Finding[] {
  const rules: (RuleStatement & { readonly id: Int })[] = [];
  eachStatement(block.children, (statement) => {
    if (statement.kind === "rule" && statement.id !== undefined)
      rules.push(statement as RuleStatement & { readonly id: Int });
  });
  const first = new Map<number, RuleStatement>();
  const repeated: (RuleStatement & { readonly id: Int })[] = [];
  for (const rule of rules) {
    if (first.has(rule.id.value)) repeated.push(rule);
    else first.set(rule.id.value, rule);
  }
  const searched = new Map<number, number>();
  return repeated.map((statement) => {
    const id = statement.id.value;
    let free = searched.get(id) ?? id + 1;
    while (first.has(free)) free += 1;
    searched.set(id, free + 1);
    const earlier = first.get(id) as RuleStatement;
    const message = `Rule ${id} is in this block before; ids tell rules apart in logs, traces and hit counts.`;
    const there = [related({ uri, statement: earlier }, "The first rule of this id.", earlier.id)];
    return finding("rule-id-duplicate", { uri, statement }, statement.id, message, { related: there, data: { free } });
  });
}

// ---- groups -----------------------------------------------------------------------------------------------------

function emptyGroups(policy: Policy): Finding[] {
  const sources = new Map([...policy.groups].map(([name, group]) => [name, group.source]));
  const mistaken = new Set<string>();
  for (const component of groupComponents(sources)) {
    const wrong = (name: string) =>
      component.length > 1 ||
      hasMistake(policy.groups.get(name) as Group, policy) ||
      usedGroups(sources, name).some((used) => used === name || mistaken.has(used));
    for (const name of component) if (wrong(name)) mistaken.add(name);
  }
  const findings: Finding[] = [];
  for (const { name, source, endpoints } of policy.groups.values()) {
    const written = source.statement.endpoints;
    if (mistaken.has(name) || written === undefined || !isEmptySet(endpoints)) continue;
    const message = `The group "${name}" has no member, so a rule that names it alone never matches: nobody is not anybody.`;
    findings.push(finding("empty-group", source, written, message));
  }
  return findings;
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

// ---- a firewall at its vNICs ------------------------------------------------------------------------------------

/** The vNICs at which a firewall stands: of each chain that has it, less those excluded. */
function vnicsAt(dfw: Dfw, policy: Policy): Vnic[] {
  const vnics: Vnic[] = [];
  for (const chain of policy.chains)
    for (const slot of chain.slots.values())
      if (slot.block === dfw) for (const vnic of chain.vnics) if (!dfw.exclude.has(vnic)) vnics.push(vnic);
  return vnics;
}

function tooManyRules(dfw: Dfw, policy: Policy): Finding[] {
  const rules = [...dfw.ethernetRules, ...dfw.ipRules].filter((rule) => !rule.disabled);
  if (rules.length <= MOST_RULES) return [];
  let everywhere = 0;
  const applied = new Map<ReadonlySet<Vnic>, number>();
  for (const { appliedTo } of rules) {
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
