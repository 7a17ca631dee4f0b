/**
 * A policy as objects of the NSX Policy API, which both the hierarchical JSON and Terraform are written from: groups,
 * services, security policies, redirection policies, segments with their ports, and what guards those.
 */
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Chain, Dfw, Policy, Redirect, Rule, Section, Segment, Swsec, TimerName, Vnic } from "../policy/policy.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import { algName } from "./algs.ts";
import type { DraftEndpoint, DraftEndpoints, DraftEntry } from "./draft.ts";
import { entryParts, PolicyDraft, writtenAddresses } from "./policyDraft.ts";
import type { Place, Report } from "./report.ts";
import { POLICY_TIMERS } from "./timers.ts";
import { isMacText } from "./values.ts";

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
export interface ApiObject {
  readonly resource_type: string;
  readonly id: string;
  readonly display_name: string;
  readonly [key: string]: Json;
}

export interface NsxTree {
  readonly groups: readonly ApiObject[];
  readonly services: readonly ApiObject[];
  readonly securityPolicies: readonly ApiObject[];
  readonly redirectionPolicies: readonly ApiObject[];
  /** Profiles for SpoofGuard, segment security and IP discovery; session timers; the exclude list. */
  readonly profiles: readonly ApiObject[];
  readonly segments: readonly ApiObject[];
}

const ACTIONS: Readonly<Record<string, string>> = {
  allow: "ALLOW",
  drop: "DROP",
  reject: "REJECT",
  "jump-to-application": "JUMP_TO_APPLICATION",
  redirect: "REDIRECT",
  skip: "DO_NOT_REDIRECT",
};
/** An entry of a service takes 15 ports (NSX-T Data Center REST API, L4PortSetServiceEntry). */
const MAX_PORTS = 15;
const DOMAIN = "/infra/domains/default";
export const groupPath = (id: string): string => `${DOMAIN}/groups/${id}`;
export const servicePath = (id: string): string => `/infra/services/${id}`;

/** Ids of the API from names: letters, digits, `-`, `_` and `.`, each once. */
class Ids {
  readonly #ids = new Map<string, string>();
  readonly #taken = new Set<string>();
  of(key: string, name: string = key): string {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const base = name.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^-+|-+$/g, "") || "unnamed";
    let id = base;
    for (let n = 2; this.#taken.has(id); n++) id = `${base}-${n}`;
    this.#taken.add(id);
    this.#ids.set(key, id);
    return id;
  }
}

/** Why a thing has no words in the API: thrown and caught within this file. */
class NoWords extends Error {}

export function nsxTree(policy: Policy, report: Report): NsxTree {
  return new TreeMaker(policy, report).tree();
}

class TreeMaker {
  readonly #policy: Policy;
  readonly #draft: PolicyDraft;
  readonly #report: Report;
  readonly #groups: ApiObject[] = [];
  readonly #services: ApiObject[] = [];
  readonly #groupIds = new Ids();
  readonly #serviceIds = new Ids();
  readonly #segmentIds = new Ids();
  readonly #definitions: ReadonlyMap<string, DraftEndpoints>;
  /** Groups that have no words, and why. */
  readonly #lost = new Map<string, string>();

  constructor(policy: Policy, report: Report) {
    this.#policy = policy;
    this.#draft = new PolicyDraft(policy);
    this.#report = report;
    this.#definitions = new Map(this.#draft.groups().map(({ key, endpoints }) => [key, endpoints]));
  }

  tree(): NsxTree {
    for (const name of this.#definitions.keys()) this.#groupIds.of(`group ${name}`, name);
    for (const { key, endpoints, at } of this.#draft.groups()) this.#group(key, endpoints, at);
    const blocks = this.#placed();
    const securityPolicies = blocks.dfws.flatMap(({ dfw, chains }) =>
      this.#firewall(dfw, blocks.dfws.length === 1 ? undefined : chains),
    );
    const redirectionPolicies = blocks.redirects.map((redirect) => this.#redirection(redirect));
    const guards = this.#guards();
    for (const service of this.#draft.services()) this.#service(service.key, service.entries, service.alg, service.at);
    this.#tellRest();
    return {
      groups: this.#groups,
      services: this.#services,
      securityPolicies,
      redirectionPolicies,
      profiles: [...guards.profiles, ...blocks.dfws.flatMap(({ dfw }) => this.#settings(dfw))],
      segments: [...this.#policy.segments.values()].map((segment) =>
        this.#segment(segment, guards.maps.get(segment.name) ?? []),
      ),
    };
  }

  /** Blocks that a chain has, each once. */
  #placed() {
    const dfws = new Map<Dfw, Chain[]>();
    const redirects = new Set<Redirect>();
    for (const chain of this.#policy.chains)
      for (const { block } of chain.slots.values()) {
        if (block?.module === "dfw") dfws.set(block, [...(dfws.get(block) ?? []), chain]);
        if (block?.module === "redirect") redirects.add(block);
      }
    if (this.#policy.chains.length === 0)
      for (const block of this.#policy.blocks.values()) if (block.module === "dfw") dfws.set(block, []);
    return { dfws: [...dfws].map(([dfw, chains]) => ({ dfw, chains })), redirects: [...redirects] };
  }
  #tellRest(): void {
    for (const block of this.#policy.blocks.values())
      if (block.module === "acl" || block.module === "encryption")
        this.#report.inexpressible(
          this.#draft.placeOf(block.source),
          `${block.module} ${block.name}: NSX has no API for it`,
        );
    for (const { inspect, name, source } of this.#policy.appliances.values())
      if (inspect !== undefined)
        this.#report.inexpressible(this.#draft.placeOf(source), `what appliance ${name} inspects is its own`);
    for (const vnic of this.#policy.vnics.values())
      if (vnic.segment === undefined)
        this.#report.inexpressible(
          this.#draft.placeOf(vnic.source),
          `${vnic.id} is on no segment: only ports of segments can be written`,
        );
    const asked = this.#policy.asserts.length + this.#policy.scenarios.length;
    if (asked > 0)
      this.#report.inexpressible(
        { file: (this.#policy.scenarios[0] ?? this.#policy.asserts[0])?.uri ?? "", line: 1 },
        `${asked} scenarios and asserts stay here: NSX has none`,
      );
  }

  // ---- groups -----------------------------------------------------------------------------------------------------------

  #group(name: string, endpoints: DraftEndpoints, at: Place | undefined): void {
    const id = this.#groupIds.of(`group ${name}`, name);
    try {
      this.#groups.push({ resource_type: "Group", id, display_name: name, expression: this.#expression(endpoints) });
    } catch (error) {
      if (!(error instanceof NoWords)) throw error;
      this.#lost.set(name, error.message);
      if (at !== undefined) this.#report.inexpressible(at, `group ${name}: ${error.message}`);
    }
  }

  /** Expressions with OR between them; an intersection, written as `A except (A except B)`, with AND. */
  #expression(endpoints: DraftEndpoints): Json[] {
    const { items, except } = endpoints;
    if (except === undefined && !items.some(({ kind }) => kind === "any")) return this.#union(items);
    const both = this.#intersection(endpoints);
    if (both !== undefined)
      return [
        nested(this.#union(both[0])),
        { resource_type: "ConjunctionOperator", conjunction_operator: "AND" },
        nested(this.#union(both[1])),
      ];
    const written = writtenAddresses(endpoints);
    if (written === undefined) throw new NoWords("a group of NSX takes nothing out: `except` of names has no words");
    return written.length === 0 ? [] : [{ resource_type: "IPAddressExpression", ip_addresses: written }];
  }
  #intersection({
    items,
    except,
  }: DraftEndpoints): readonly [readonly DraftEndpoint[], readonly DraftEndpoint[]] | undefined {
    const [only] = except ?? [];
    if (only?.kind !== "ref" || except?.length !== 1) return undefined;
    const inner = this.#definitions.get(only.key);
    if (inner?.except === undefined || JSON.stringify(inner.items) !== JSON.stringify(items)) return undefined;
    return [items, inner.except];
  }
  #union(items: readonly DraftEndpoint[]): Json[] {
    const ips: string[] = [];
    const macs: string[] = [];
    const paths: string[] = [];
    const expressions: Json[] = [];
    for (const item of items) {
      if (item.kind === "literal") (isMacText(item.text) ? macs : ips).push(item.text);
      else if (item.kind === "tag") expressions.push(condition("Tag", item.tag));
      else if (item.kind === "any") throw new NoWords("any, as a member of a group");
      else if (item.kind === "vnic") paths.push(this.#vnicPath(item.vm, item.vnic));
      else if (this.#policy.vms.has(item.key)) expressions.push(condition("Name", item.key));
      else if (this.#policy.segments.has(item.key)) paths.push(`/infra/segments/${this.#segmentIds.of(item.key)}`);
      else paths.push(this.#groupOf(item.key));
    }
    if (ips.length > 0) expressions.unshift({ resource_type: "IPAddressExpression", ip_addresses: ips });
    if (macs.length > 0) expressions.push({ resource_type: "MACAddressExpression", mac_addresses: macs });
    if (paths.length > 0) expressions.push({ resource_type: "PathExpression", paths });
    return expressions.flatMap((one, i): Json[] =>
      i === 0 ? [one] : [{ resource_type: "ConjunctionOperator", conjunction_operator: "OR" }, one],
    );
  }
  #groupOf(name: string): string {
    const lost = this.#lost.get(name);
    if (lost !== undefined) throw new NoWords(`group ${name}: ${lost}`);
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new NoWords(`nothing is called ${name}`);
    // A group that comes later in the text may still turn out to have no words.
    if (
      definition.except !== undefined &&
      this.#intersection(definition) === undefined &&
      writtenAddresses(definition) === undefined
    )
      throw new NoWords(`group ${name}: \`except\` of names has no words`);
    return groupPath(this.#groupIds.of(`group ${name}`, name));
  }
  #vnicPath(vm: string, name: string): string {
    const vnic = this.#policy.vnics.get(`${vm}.${name}`);
    if (vnic?.segment === undefined) throw new NoWords(`${vm}.${name} is on no segment, so it has no path`);
    return `/infra/segments/${this.#segmentIds.of(vnic.segment)}/ports/${portId(vnic)}`;
  }

  /** A side of a rule: paths and addresses, and whether they are what it is not. */
  #side(endpoints: DraftEndpoints | undefined): { readonly groups: string[]; readonly excluded: boolean } {
    if (endpoints === undefined) return { groups: ["ANY"], excluded: false };
    const { items, except } = endpoints;
    const [only] = items;
    if (only?.kind === "any" && except === undefined) return { groups: ["ANY"], excluded: false };
    if (items.some(({ kind }) => kind === "any") && except !== undefined) {
      if (except.some(({ kind }) => kind === "any")) return { groups: [this.#helper({ items: [] })], excluded: false };
      return { groups: this.#members(except), excluded: true };
    }
    if (except === undefined) {
      const definition = items.length === 1 && only?.kind === "ref" ? this.#definitions.get(only.key) : undefined;
      // `any except …`, under a name.
      if (
        definition?.except !== undefined &&
        definition.items[0]?.kind === "any" &&
        this.#lost.has((only as { key: string }).key)
      )
        return this.#side(definition);
      return { groups: this.#members(items), excluded: false };
    }
    return { groups: [this.#helper(endpoints)], excluded: false };
  }
  /** Groups by path and addresses as they are; what is neither goes into a group of its own. */
  #members(items: readonly DraftEndpoint[]): string[] {
    const groups: string[] = [];
    const others: DraftEndpoint[] = [];
    for (const item of items) {
      if (item.kind === "ref" && this.#definitions.has(item.key)) groups.push(this.#groupOf(item.key));
      else if (item.kind === "literal" && !isMacText(item.text)) groups.push(item.text);
      else others.push(item);
    }
    if (others.length > 0) groups.push(this.#helper({ items: others }));
    return groups;
  }
  #helper(endpoints: DraftEndpoints): string {
    const key = JSON.stringify(endpoints);
    const name =
      endpoints.items
        .map((item) =>
          item.kind === "tag"
            ? item.tag
            : item.kind === "ref"
              ? item.key
              : item.kind === "vnic"
                ? `${item.vm}.${item.vnic}`
                : item.kind === "literal"
                  ? item.text
                  : "any",
        )
        .join(" ") || "nobody";
    const id = this.#groupIds.of(key, name.slice(0, 60));
    if (!this.#groups.some((group) => group.id === id))
      this.#groups.push({
        resource_type: "Group",
        id,
        display_name: id,
        expression: endpoints.items.length === 0 ? [] : this.#expression(endpoints),
      });
    return groupPath(id);
  }

  // ---- services ---------------------------------------------------------------------------------------------------------

  #service(key: string, entries: readonly DraftEntry[], alg: string | undefined, at: Place | undefined): void {
    const id = this.#serviceIds.of(key);
    if (this.#services.some((service) => service.id === id)) return;
    this.#services.push({
      resource_type: "Service",
      id,
      display_name: key,
      service_entries: entries.flatMap((entry, i) => this.#entry(entry, alg, `${id}-${i + 1}`, at)),
    });
  }
  /** The paths of a rule's services; entries of its own become services. */
  #servicesOf(entries: readonly DraftEntry[] | undefined): string[] {
    if (entries === undefined) return ["ANY"];
    if (entries.length === 0) throw new NoWords("its service matches nothing");
    return entries.map((entry) => {
      if ("key" in entry) return servicePath(this.#serviceIds.of(entry.key));
      const id = this.#serviceIds.of(`entry ${entry.text}`, entry.text.replace(/[{}]/g, ""));
      if (!this.#services.some((service) => service.id === id))
        this.#services.push({
          resource_type: "Service",
          id,
          display_name: id,
          service_entries: this.#entry(entry, undefined, `${id}-1`, undefined),
        });
      return servicePath(id);
    });
  }
  #entry(entry: DraftEntry, alg: string | undefined, id: string, at: Place | undefined): ApiObject[] {
    const base = { id, display_name: id };
    if ("key" in entry)
      return [
        {
          ...base,
          resource_type: "NestedServiceServiceEntry",
          nested_service_path: servicePath(this.#serviceIds.of(entry.key)),
        },
      ];
    const parts = entryParts(entry.text);
    switch (parts.kind) {
      case "ports": {
        if (parts.protocol === "sctp") {
          if (parts.to.length > 0 || parts.from.length > 0) throw new NoWords("ports of SCTP");
          return [{ ...base, resource_type: "IPProtocolServiceEntry", protocol_number: 132 }];
        }
        const name = algName(alg, parts.protocol);
        if (name !== undefined && parts.to.length === 1 && parts.from.length === 0)
          return [
            { ...base, resource_type: "ALGTypeServiceEntry", alg: name, destination_ports: parts.to, source_ports: [] },
          ];
        if (alg !== undefined && at !== undefined)
          this.#report.inexpressible(at, `the ALG ${alg} of ${entry.text}: written without it`);
        const l4 = { resource_type: "L4PortSetServiceEntry", l4_protocol: parts.protocol.toUpperCase() };
        const chunks = (list: readonly string[]) =>
          list.length === 0
            ? [[]]
            : Array.from({ length: Math.ceil(list.length / MAX_PORTS) }, (_, i) =>
                list.slice(i * MAX_PORTS, (i + 1) * MAX_PORTS),
              );
        return chunks(parts.to).flatMap((destination_ports, i) =>
          chunks(parts.from).map((source_ports, j) => ({
            ...base,
            ...l4,
            id: i + j === 0 ? id : `${id}-${i}-${j}`,
            destination_ports,
            source_ports,
          })),
        );
      }
      case "icmp":
        return [
          {
            ...base,
            resource_type: "ICMPTypeServiceEntry",
            protocol: parts.version === 4 ? "ICMPv4" : "ICMPv6",
            ...(parts.type !== undefined && { icmp_type: parts.type }),
            ...(parts.code !== undefined && { icmp_code: parts.code }),
          },
        ];
      case "ip":
        return [{ ...base, resource_type: "IPProtocolServiceEntry", protocol_number: parts.protocol }];
      case "ether":
        return [{ ...base, resource_type: "EtherTypeServiceEntry", ether_type: parts.type }];
    }
  }

  // ---- the firewall -------------------------------------------------------------------------------------------------------

  /** `chains`: those that have it, where other vNICs have another; undefined where all have it. */
  #firewall(dfw: Dfw, chains: readonly Chain[] | undefined): ApiObject[] {
    const scope = this.#chainScope(dfw, chains);
    const policies = dfw.sections.map((section, i) => this.#section(dfw, section, i, scope));
    const action = dfw.default?.action ?? "allow";
    const id = `${this.#policyId(dfw.name)}-default`;
    policies.push({
      resource_type: "SecurityPolicy",
      id,
      display_name: `${dfw.name} default`,
      category: "Application",
      sequence_number: (dfw.sections.length + 1) * 10,
      stateful: true,
      tcp_strict: false,
      ...(scope && { scope }),
      rules: [
        {
          resource_type: "Rule",
          id: `${id}-rule`,
          display_name: "default",
          sequence_number: 10,
          action: ACTIONS[action] ?? "DROP",
          source_groups: ["ANY"],
          destination_groups: ["ANY"],
          services: ["ANY"],
          profiles: ["ANY"],
          scope: ["ANY"],
          direction: "IN_OUT",
          ip_protocol: "IPV4_IPV6",
          logged: dfw.default?.log === true,
          disabled: false,
        },
      ],
    });
    return policies;
  }
  #chainScope(dfw: Dfw, chains: readonly Chain[] | undefined): string[] | undefined {
    if (chains === undefined || chains.length === 0) return undefined;
    const items = chains.flatMap((chain) => {
      const { appliedTo } = chain.source.statement;
      return appliedTo === undefined ? [] : [this.#draft.endpoints(appliedTo)];
    });
    if (items.length < chains.length) return undefined;
    try {
      return items.flatMap(({ items: list, except }) =>
        except === undefined ? this.#members(list) : [this.#helper({ items: list, except })],
      );
    } catch (error) {
      if (!(error instanceof NoWords)) throw error;
      this.#report.inexpressible(this.#draft.placeOf(dfw.source), `whose firewall ${dfw.name} is: ${error.message}`);
      return undefined;
    }
  }
  readonly #policyIds = new Ids();
  #policyId(name: string): string {
    return this.#policyIds.of(name);
  }
  #section(dfw: Dfw, section: Section, i: number, chainScope: string[] | undefined): ApiObject {
    const id = this.#policyIds.of(`${dfw.name} ${i}`, section.name);
    const appliedTo = section.source.statement.appliedTo;
    const lost: string[] = [];
    let scope = chainScope;
    if (appliedTo !== undefined)
      try {
        const side = this.#side(this.#draft.endpoints(appliedTo));
        if (side.excluded) throw new NoWords("applied-to any except …");
        if (chainScope !== undefined) throw new NoWords("an applied-to of its own beside that of its chain");
        if (!side.groups.includes("ANY")) scope = side.groups;
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        lost.push(error.message);
      }
    const category = section.ethernet ? "Ethernet" : section.category[0]?.toUpperCase() + section.category.slice(1);
    return {
      resource_type: "SecurityPolicy",
      id,
      display_name: section.name,
      category,
      sequence_number: (i + 1) * 10,
      ...(!section.ethernet && { stateful: !section.stateless, tcp_strict: section.tcpStrict && !section.stateless }),
      ...(scope && { scope }),
      rules: section.rules.map((rule, n) => this.#rule(rule, n, "Rule", lost, chainScope !== undefined)),
    };
  }

  #rule(rule: Rule, n: number, type: string, sectionLost: readonly string[], scoped: boolean): Json {
    const draft = this.#draft.rule(rule);
    const lost = [...sectionLost];
    const words = <T>(make: () => T, instead: T): T => {
      try {
        return make();
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        lost.push(error.message);
        return instead;
      }
    };
    const none = { groups: ["ANY"], excluded: false };
    const from = words(() => this.#side(draft.from), none);
    const to = words(() => this.#side(draft.to), none);
    const services = words(() => this.#servicesOf(draft.services), ["ANY"]);
    const scope = words(() => {
      const side = this.#side(draft.appliedTo);
      if (side.excluded) throw new NoWords("applied-to any except …");
      if (scoped && draft.appliedTo !== undefined)
        throw new NoWords("an applied-to of its own beside that of its chain");
      return side.groups;
    }, ["ANY"]);
    const action = ACTIONS[draft.action];
    if (action === undefined) lost.push(`the action ${draft.action}`);
    if (rule.section?.ethernet && action === "REJECT") lost.push("reject of an ethernet rule");
    for (const what of lost)
      this.#report.inexpressible(draft.at as Place, `rule ${draft.id}: ${what}; it is written disabled`);
    return {
      resource_type: type,
      id: String(draft.id),
      display_name: draft.title ?? String(draft.id),
      sequence_number: (n + 1) * 10,
      action: action ?? "DROP",
      source_groups: from.groups,
      sources_excluded: from.excluded,
      destination_groups: to.groups,
      destinations_excluded: to.excluded,
      services,
      profiles: ["ANY"],
      scope,
      direction: draft.direction === undefined ? "IN_OUT" : draft.direction.toUpperCase(),
      ip_protocol: draft.family === undefined ? "IPV4_IPV6" : `IPV${draft.family}`,
      logged: draft.log !== undefined,
      disabled: draft.disabled === true || lost.length > 0,
      ...(typeof draft.log === "string" && { tag: draft.log }),
      ...(lost.length > 0 && { notes: `No words for: ${lost.join("; ")}` }),
    };
  }

  #settings(dfw: Dfw): ApiObject[] {
    const out: ApiObject[] = [];
    if (Object.entries(DEFAULT_TIMEOUTS).some(([timer, time]) => dfw.timeouts[timer as TimerName] !== time)) {
      const values = Object.entries(POLICY_TIMERS).map(
        ([timer, key]) => [key, Math.round(dfw.timeouts[timer as TimerName] / 1000)] as const,
      );
      for (const [timer] of Object.entries(POLICY_TIMERS))
        if (dfw.timeouts[timer as TimerName] % 1000 !== 0)
          this.#report.inexpressible(this.#draft.placeOf(dfw.source), `${timer}: NSX counts whole seconds`);
      out.push({
        resource_type: "PolicyFirewallSessionTimerProfile",
        id: `${this.#policyId(dfw.name)}-timers`,
        display_name: `${dfw.name} timers`,
        ...Object.fromEntries(values),
      });
    }
    for (const child of dfw.source.statement.children) {
      if (child.kind !== "exclude" || child.endpoints === undefined) continue;
      try {
        const endpoints = this.#draft.endpoints(child.endpoints);
        if (endpoints.items.some(({ kind }) => kind === "any")) throw new NoWords("any");
        const members =
          endpoints.except === undefined
            ? [
                ...this.#members(endpoints.items.filter(({ kind }) => kind !== "literal")),
                ...(endpoints.items.some(({ kind }) => kind === "literal")
                  ? [this.#helper({ items: endpoints.items.filter(({ kind }) => kind === "literal") })]
                  : []),
              ]
            : [this.#helper(endpoints)];
        out.push({ resource_type: "PolicyExcludeList", id: "exclude-list", display_name: "exclude list", members });
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        this.#report.inexpressible(
          { ...this.#draft.placeOf(dfw.source), line: child.chunk.line + 1 },
          `exclude: ${error.message}`,
        );
      }
    }
    return out;
  }

  #redirection(redirect: Redirect): ApiObject {
    const target = redirect.via?.name ?? "service";
    const rules = redirect.rules.map((rule, n) => this.#rule(rule, n, "RedirectionRule", [], false));
    if (redirect.default?.action === "redirect")
      rules.push({
        resource_type: "RedirectionRule",
        id: `${redirect.name}-default`,
        display_name: "default",
        sequence_number: (rules.length + 1) * 10,
        action: "REDIRECT",
        source_groups: ["ANY"],
        destination_groups: ["ANY"],
        services: ["ANY"],
        profiles: ["ANY"],
        scope: ["ANY"],
        direction: "IN_OUT",
        ip_protocol: "IPV4_IPV6",
        logged: false,
        disabled: false,
      });
    if (redirect.via?.source !== undefined)
      this.#report.inexpressible(
        this.#draft.placeOf(redirect.via.source),
        `appliance ${target}: written as the service chain /infra/service-chains/${target}, which NSX must have`,
      );
    return {
      resource_type: "RedirectionPolicy",
      id: this.#policyIds.of(`redirect ${redirect.name}`, redirect.name),
      display_name: redirect.name,
      sequence_number: 10,
      north_south: false,
      redirect_to: [`/infra/service-chains/${target}`],
      rules,
    };
  }

  // ---- segments and what guards them ----------------------------------------------------------------------------------------

  #segment(segment: Segment, maps: readonly Json[]): ApiObject {
    const id = this.#segmentIds.of(segment.name);
    const vnics = [...this.#policy.vnics.values()].filter((vnic) => vnic.segment === segment.name);
    const statement = segment.source.statement;
    const subnets: Json[] = [];
    for (const child of statement.children)
      if (child.kind === "subnet")
        for (const prefix of child.prefixes)
          if (prefix.kind === "prefix") {
            const network = `${prefix.address.text}/${prefix.length.value}`;
            const gateway = segment.gateways.map(formatIp).find(
              (ip) =>
                writtenAddresses({
                  items: [{ kind: "literal", text: ip }],
                  except: [{ kind: "literal", text: network }],
                })?.length === 0,
            );
            subnets.push({
              ...(gateway !== undefined && { gateway_address: `${gateway}/${prefix.length.value}` }),
              network,
            });
          }
    const ports = vnics.map((vnic): Json => ({ resource_type: "ChildSegmentPort", SegmentPort: this.#port(vnic) }));
    return {
      resource_type: "Segment",
      id,
      display_name: segment.name,
      ...(subnets.length > 0 && { subnets }),
      ...(segment.vlan !== undefined && { vlan_ids: [String(segment.vlan)] }),
      ...(segment.vni !== undefined && { overlay_id: segment.vni }),
      ...(ports.length + maps.length > 0 && { children: [...ports, ...maps] }),
    };
  }
  #port(vnic: Vnic): Json {
    const guard = this.#policy.chains.find((chain) => chain.vnics.has(vnic))?.slots.get(1)?.block;
    const bindings = guard?.module === "swsec" ? guard.bindings.filter((binding) => binding.vnic === vnic) : [];
    const of = (mac: number | undefined, ips: readonly (number | bigint)[]): Json[] => {
      const own = mac ?? vnic.mac;
      const macText: Readonly<Record<string, string>> = own === undefined ? {} : { mac_address: formatMac(own) };
      return ips.length === 0
        ? own === undefined
          ? []
          : [macText]
        : ips.map((ip) => ({ ip_address: formatIp(ip), ...macText }));
    };
    const address_bindings = bindings.flatMap(({ mac, ips }) => of(mac, ips));
    return {
      resource_type: "SegmentPort",
      id: portId(vnic),
      display_name: vnic.id,
      ...(vnic.tags.length > 0 && { tags: vnic.tags.map(tagOf) }),
      ...(address_bindings.length > 0 && { address_bindings }),
      ...(vnic.mac !== undefined || vnic.ips.length > 0
        ? {
            description: `vNIC ${[...(vnic.mac === undefined ? [] : [formatMac(vnic.mac)]), ...vnic.ips.map(formatIp)].join(" ")}`,
          }
        : {}),
    };
  }

  #guards(): { readonly profiles: ApiObject[]; readonly maps: Map<string, Json[]> } {
    const profiles: ApiObject[] = [];
    const maps = new Map<string, Json[]>();
    const ids = new Ids();
    const written = new Set<Swsec>();
    for (const chain of this.#policy.chains) {
      const guard = chain.slots.get(1)?.block;
      if (guard?.module !== "swsec") continue;
      const id = ids.of(guard.name);
      if (!written.has(guard)) {
        profiles.push(...this.#profiles(guard, id));
        written.add(guard);
      }
      for (const segment of this.#policy.segments.values()) {
        const vnics = [...this.#policy.vnics.values()].filter((vnic) => vnic.segment === segment.name);
        const covered = vnics.filter((vnic) => chain.vnics.has(vnic));
        if (covered.length === 0) continue;
        if (covered.length < vnics.length) {
          this.#report.inexpressible(
            this.#draft.placeOf(chain.source),
            `chain ${chain.name}: some vNICs of segment ${segment.name} have ${guard.name} and some have not; profiles are of segments`,
          );
          continue;
        }
        maps.set(segment.name, [
          {
            resource_type: "ChildSegmentSecurityProfileBindingMap",
            SegmentSecurityProfileBindingMap: {
              resource_type: "SegmentSecurityProfileBindingMap",
              id: `${id}-security`,
              segment_security_profile_path: `/infra/segment-security-profiles/${id}`,
              spoofguard_profile_path: `/infra/spoofguard-profiles/${id}`,
            },
          },
          {
            resource_type: "ChildSegmentDiscoveryProfileBindingMap",
            SegmentDiscoveryProfileBindingMap: {
              resource_type: "SegmentDiscoveryProfileBindingMap",
              id: `${id}-discovery`,
              ip_discovery_profile_path: `/infra/ip-discovery-profiles/${id}`,
            },
          },
        ]);
      }
    }
    return { profiles, maps };
  }
  #profiles(guard: Swsec, id: string): ApiObject[] {
    const { methods } = guard.discover;
    const at = this.#draft.placeOf(guard.source);
    if (guard.arpSuppression.on)
      this.#report.inexpressible(at, `swsec ${guard.name}: ARP suppression is always on in NSX, and no setting`);
    if (guard.allowLocal) this.#report.inexpressible(at, `swsec ${guard.name}: allow-local`);
    const blocks = (word: "dhcp-server" | "dhcp-client" | "bpdu" | "router-advertisement" | "non-ip") =>
      guard.blocks.has(word);
    const rate = (what: string, direction: string) =>
      guard.limits.find((limit) => limit.what === what && limit.direction === direction)?.rate ?? 0;
    return [
      {
        resource_type: "SpoofGuardProfile",
        id,
        display_name: guard.name,
        address_binding_allowlist: guard.spoofguard.mode !== "off",
      },
      {
        resource_type: "SegmentSecurityProfile",
        id,
        display_name: guard.name,
        bpdu_filter_enable: blocks("bpdu"),
        dhcp_client_block_enabled: blocks("dhcp-client"),
        dhcp_client_block_v6_enabled: blocks("dhcp-client"),
        dhcp_server_block_enabled: blocks("dhcp-server"),
        dhcp_server_block_v6_enabled: blocks("dhcp-server"),
        non_ip_traffic_block_enabled: blocks("non-ip"),
        ra_guard_enabled: blocks("router-advertisement"),
        rate_limits_enabled: guard.limits.length > 0,
        ...(guard.limits.length > 0 && {
          rate_limits: {
            rx_broadcast: rate("broadcast", "out"),
            rx_multicast: rate("multicast", "out"),
            tx_broadcast: rate("broadcast", "in"),
            tx_multicast: rate("multicast", "in"),
          },
        }),
      },
      {
        resource_type: "IPDiscoveryProfile",
        id,
        display_name: guard.name,
        tofu_enabled: guard.spoofguard.mode === "tofu",
        ip_v4_discovery_options: {
          arp_snooping_config: { arp_snooping_enabled: methods.has("arp"), arp_binding_limit: 1 },
          dhcp_snooping_enabled: methods.has("dhcp"),
          vmtools_enabled: methods.has("tools"),
        },
        ip_v6_discovery_options: {
          nd_snooping_config: { nd_snooping_enabled: methods.has("nd"), nd_snooping_limit: 3 },
          dhcp_snooping_v6_enabled: methods.has("dhcp"),
          vmtools_v6_enabled: methods.has("tools"),
        },
      },
    ];
  }
}

const nested = (expressions: readonly Json[]): Json =>
  expressions.length === 1 ? (expressions[0] as Json) : { resource_type: "NestedExpression", expressions };
const condition = (key: string, value: string): Json => ({
  resource_type: "Condition",
  member_type: "VirtualMachine",
  key,
  operator: "EQUALS",
  value,
});
export const portId = (vnic: Vnic): string => vnic.id.replace(/[^A-Za-z0-9._-]+/g, "-");
function tagOf(tag: string): Json {
  const bar = tag.indexOf("|");
  return { scope: bar < 0 ? "" : tag.slice(0, bar), tag: tag.slice(bar + 1) };
}
