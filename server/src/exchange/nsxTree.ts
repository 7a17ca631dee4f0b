/**
 * A policy as objects of the NSX Policy API, which both the hierarchical JSON and Terraform are written from: groups,
 * services, security policies, redirection policies, segments with their ports, and what guards those.
 */
import type { Chain, Dfw, Policy, Redirect, Rule, Section, TimerName } from "../policy/policy.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { type ApiObject, Ids, type Json } from "./nsxApi.ts";
import { MAX_SIDE, NoWords } from "./nsxTreeGroups.ts";
import { TreeSegments } from "./nsxTreeSegments.ts";
import type { Place, Report } from "./report.ts";
import { POLICY_TIMER_BOUNDS, POLICY_TIMERS } from "./timers.ts";

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

export function* nsxTree(policy: Policy, report: Report): Steps<NsxTree> {
  return yield* new TreeMaker(policy, report).tree();
}

class TreeMaker extends TreeSegments {
  *tree(): Steps<NsxTree> {
    for (const name of this.definitions.keys()) this.groupIds.of(`group ${name}`, name);
    for (const { key, endpoints, at } of this.draft.groups()) this.group(key, endpoints, at);
    const blocks = this.placed();
    const securityPolicies: ApiObject[] = [];
    for (const { dfw, chains } of blocks.dfws)
      for (const policy of yield* this.firewall(dfw, blocks.dfws.length === 1 ? undefined : chains))
        securityPolicies.push(policy);
    const redirectionPolicies = blocks.redirects.map((redirect) => this.redirection(redirect));
    const guards = this.guards();
    for (const service of this.draft.services()) this.service(service.key, service.entries, service.alg, service.at);
    this.tellRest();
    return {
      groups: this.groups,
      services: this.services,
      securityPolicies,
      redirectionPolicies,
      profiles: [...guards.profiles, ...blocks.dfws.flatMap(({ dfw }) => this.settings(dfw))],
      segments: [...this.policy.segments.values()].map((segment) =>
        this.segment(segment, guards.maps.get(segment.name) ?? []),
      ),
    };
  }

  /** Blocks that a chain has, each once. */
  protected placed() {
    const dfws = new Map<Dfw, Chain[]>();
    const redirects = new Set<Redirect>();
    for (const chain of this.policy.chains)
      for (const { block } of chain.slots.values()) {
        if (block?.module === "dfw") dfws.set(block, [...(dfws.get(block) ?? []), chain]);
        if (block?.module === "redirect") redirects.add(block);
      }
    if (this.policy.chains.length === 0)
      for (const block of this.policy.blocks.values()) if (block.module === "dfw") dfws.set(block, []);
    return { dfws: [...dfws].map(([dfw, chains]) => ({ dfw, chains })), redirects: [...redirects] };
  }
  protected tellRest(): void {
    for (const block of this.policy.blocks.values())
      if (block.module === "acl" || block.module === "encryption")
        this.report.inexpressible(
          this.draft.placeOf(block.source),
          `${block.module} ${block.name}: NSX has no API for it`,
        );
    for (const { inspect, name, source } of this.policy.appliances.values())
      if (inspect !== undefined)
        this.report.inexpressible(this.draft.placeOf(source), `what appliance ${name} inspects is its own`);
    for (const vnic of this.policy.vnics.values())
      if (vnic.segment === undefined)
        this.report.inexpressible(
          this.draft.placeOf(vnic.source),
          `${vnic.id} is on no segment: only ports of segments can be written`,
        );
    const asked = this.policy.asserts.length + this.policy.scenarios.length;
    if (asked > 0)
      this.report.inexpressible(
        { file: (this.policy.scenarios[0] ?? this.policy.asserts[0])?.uri ?? "", line: 1 },
        `${asked} scenarios and asserts stay here: NSX has none`,
      );
  }

  /** `chains`: those that have it, where other vNICs have another; undefined where all have it. */
  protected *firewall(dfw: Dfw, chains: readonly Chain[] | undefined): Steps<ApiObject[]> {
    const scope = this.chainScope(dfw, chains);
    const policies: ApiObject[] = [];
    for (const [i, section] of dfw.sections.entries()) policies.push(yield* this.section(dfw, section, i, scope));
    const action = dfw.default?.action ?? "allow";
    const id = `${this.policyId(dfw.name)}-default`;
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
  protected chainScope(dfw: Dfw, chains: readonly Chain[] | undefined): string[] | undefined {
    if (chains === undefined || chains.length === 0) return undefined;
    const items = chains.flatMap((chain) => {
      const { appliedTo } = chain.source.statement;
      return appliedTo === undefined ? [] : [this.draft.endpoints(appliedTo)];
    });
    if (items.length < chains.length) return undefined;
    try {
      return items.flatMap(({ items: list, except }) =>
        except === undefined ? this.members(list) : [this.helper({ items: list, except })],
      );
    } catch (error) {
      if (!(error instanceof NoWords)) throw error;
      this.report.inexpressible(this.draft.placeOf(dfw.source), `whose firewall ${dfw.name} is: ${error.message}`);
      return undefined;
    }
  }
  protected readonly policyIds = new Ids();
  protected policyId(key: string, name: string = key): string {
    return this.policyIds.of(key, name);
  }
  protected *section(dfw: Dfw, section: Section, i: number, chainScope: string[] | undefined): Steps<ApiObject> {
    const id = this.policyIds.of(`${dfw.name} ${i}`, section.name);
    const appliedTo = section.source.statement.appliedTo;
    const lost: string[] = [];
    let scope = chainScope;
    if (appliedTo !== undefined)
      try {
        const side = this.side(this.draft.endpoints(appliedTo));
        if (side.excluded) throw new NoWords("applied-to any except …");
        if (chainScope !== undefined) throw new NoWords("an applied-to of its own beside that of its chain");
        if (!side.groups.includes("ANY")) scope = side.groups;
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        lost.push(error.message);
      }
    const rules: Json[] = [];
    for (const [n, rule] of section.rules.entries()) {
      if (n % STRIDE === 0) yield;
      rules.push(this.rule(rule, n, "Rule", lost, chainScope !== undefined));
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
      rules,
    };
  }

  protected rule(rule: Rule, n: number, type: string, sectionLost: readonly string[], scoped: boolean): Json {
    const draft = this.draft.rule(rule);
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
    const from = words(() => this.side(draft.from), none);
    const to = words(() => this.side(draft.to), none);
    const services = words(() => this.servicesOf(draft.services), ["ANY"]);
    if (services.length > MAX_SIDE) lost.push(`more than ${MAX_SIDE} services`);
    const scope = words(() => {
      const side = this.side(draft.appliedTo);
      if (side.excluded) throw new NoWords("applied-to any except …");
      if (scoped && draft.appliedTo !== undefined)
        throw new NoWords("an applied-to of its own beside that of its chain");
      return side.groups;
    }, ["ANY"]);
    const action = ACTIONS[draft.action];
    if (action === undefined) lost.push(`the action ${draft.action}`);
    if (rule.section?.ethernet && action === "REJECT") lost.push("reject of an ethernet rule");
    for (const what of lost)
      this.report.inexpressible(draft.at as Place, `rule ${draft.id}: ${what}; it is written disabled`);
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
      services: services.slice(0, MAX_SIDE),
      profiles: ["ANY"],
      scope,
      direction: draft.direction === undefined ? "IN_OUT" : draft.direction.toUpperCase(),
      // "For Layer2/Ethernet rule the value must be null": Rule.
      ...(rule.section?.ethernet !== true && {
        ip_protocol: draft.family === undefined ? "IPV4_IPV6" : `IPV${draft.family}`,
      }),
      logged: draft.log !== undefined,
      disabled: draft.disabled === true || lost.length > 0,
      ...(typeof draft.log === "string" && { tag: draft.log }),
      ...(lost.length > 0 && { notes: `No words for: ${lost.join("; ")}` }),
    };
  }

  protected settings(dfw: Dfw): ApiObject[] {
    const out: ApiObject[] = [];
    if (Object.entries(DEFAULT_TIMEOUTS).some(([timer, time]) => dfw.timeouts[timer as TimerName] !== time)) {
      const at = this.draft.placeOf(dfw.source);
      const values = Object.entries(POLICY_TIMERS).map(([timer, key]) => {
        const seconds = dfw.timeouts[timer as TimerName] / 1000;
        const [min, max] = POLICY_TIMER_BOUNDS[timer as TimerName];
        const written = Math.min(max, Math.max(min, Math.round(seconds)));
        if (written !== seconds)
          this.report.inexpressible(
            at,
            `${timer} ${seconds}s: NSX takes whole seconds from ${min} to ${max}; written as ${written}s`,
          );
        return [key, written] as const;
      });
      out.push({
        resource_type: "PolicyFirewallSessionTimerProfile",
        id: `${this.policyId(dfw.name)}-timers`,
        display_name: `${dfw.name} timers`,
        ...Object.fromEntries(values),
      });
    }
    for (const child of dfw.source.statement.children) {
      if (child.kind !== "exclude" || child.endpoints === undefined) continue;
      try {
        const endpoints = this.draft.endpoints(child.endpoints);
        if (endpoints.items.some(({ kind }) => kind === "any")) throw new NoWords("any");
        const members =
          endpoints.except === undefined
            ? [
                ...this.members(endpoints.items.filter(({ kind }) => kind !== "literal")),
                ...(endpoints.items.some(({ kind }) => kind === "literal")
                  ? [this.helper({ items: endpoints.items.filter(({ kind }) => kind === "literal") })]
                  : []),
              ]
            : [this.helper(endpoints)];
        out.push({ resource_type: "PolicyExcludeList", id: "exclude-list", display_name: "exclude list", members });
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        this.report.inexpressible(
          { ...this.draft.placeOf(dfw.source), line: child.chunk.line + 1 },
          `exclude: ${error.message}`,
        );
      }
    }
    return out;
  }

  protected redirection(redirect: Redirect): ApiObject {
    const target = new Ids().of(redirect.via?.name ?? "service");
    const rules = redirect.rules.map((rule, n) => this.rule(rule, n, "RedirectionRule", [], false));
    if (redirect.default?.action === "redirect")
      rules.push({
        resource_type: "RedirectionRule",
        id: `${this.policyId(`redirect ${redirect.name}`, redirect.name)}-default`,
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
      this.report.inexpressible(
        this.draft.placeOf(redirect.via.source),
        `appliance ${redirect.via.name}: written as the service chain /infra/service-chains/${target}, which NSX must have`,
      );
    return {
      resource_type: "RedirectionPolicy",
      id: this.policyId(`redirect ${redirect.name}`, redirect.name),
      display_name: redirect.name,
      sequence_number: 10,
      north_south: false,
      redirect_to: [`/infra/service-chains/${target}`],
      rules,
    };
  }
}
