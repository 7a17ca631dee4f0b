/**
 * A policy as objects of the NSX Policy API, which both the hierarchical JSON and Terraform are written from: groups,
 * services, security policies, redirection policies, segments with their ports, and what guards those.
 */
import type { Dfw, Policy, Redirect, Rule, Section, TimerName, Vnic } from "../policy/policy.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { type ApiObject, Ids, type Json } from "./nsxApi.ts";
import { MAX_SIDE } from "./nsxTreeGroups.ts";
import { TreeSegments } from "./nsxTreeSegments.ts";
import { type Placement, placements, scopeOf, within } from "./placement.ts";
import { hasTimers, leavesNothing } from "./policyDraft.ts";
import { NoWords, type Place, type Report } from "./report.ts";
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

/** What a rule has that is for everything. */
const EVERYTHING = {
  source_groups: ["ANY"],
  sources_excluded: false,
  destination_groups: ["ANY"],
  destinations_excluded: false,
  services: ["ANY"],
  profiles: ["ANY"],
  scope: ["ANY"],
  direction: "IN_OUT",
  ip_protocol: "IPV4_IPV6",
};

export function* nsxTree(policy: Policy, report: Report): Steps<NsxTree> {
  return yield* new TreeMaker(policy, report).tree();
}

class TreeMaker extends TreeSegments {
  *tree(): Steps<NsxTree> {
    for (const name of this.definitions.keys()) this.groupIds.of(`group ${name}`, name);
    for (const { name, source } of this.policy.services.values())
      if (source !== undefined) this.serviceIds.of(`service ${name}`, name);
    for (const { key, endpoints, at } of this.draft.groups()) this.group(key, endpoints, at);
    this.#services();
    const dfws = placements("dfw", this.policy, this.draft);
    const securityPolicies: ApiObject[] = [];
    for (const placed of dfws) for (const policy of yield* this.firewall(placed)) securityPolicies.push(policy);
    const redirects = placements("redirect", this.policy, this.draft);
    const redirectionPolicies = redirects.map((placed, i) => this.redirection(placed, i));
    this.tellShared(dfws, redirects);
    const guards = this.guards();
    // And those of NSX that rules have named.
    this.#services();
    this.tellRest();
    return {
      groups: this.groups,
      services: this.services,
      securityPolicies,
      redirectionPolicies,
      profiles: [...guards.profiles, ...dfws.flatMap(({ block }) => this.settings(block))],
      segments: [...this.policy.segments.values()].map((segment) =>
        this.segment(segment, guards.maps.get(segment.name) ?? []),
      ),
    };
  }

  #services(): void {
    for (const { key, entries, alg, at } of this.draft.services()) this.service(key, entries, alg, at);
  }

  /** What NSX has once, and the policy by chain. */
  protected tellShared(dfws: readonly Placement<Dfw>[], redirects: readonly Placement<Redirect>[]): void {
    for (const { block } of dfws.slice(1))
      if (block.exclude.size > 0 || hasTimers(block))
        this.report.inexpressible(
          this.draft.placeOf(block.source),
          `dfw ${block.name}: NSX has one exclude list and one set of session timers for all firewalls`,
        );
    const services = new Map<Vnic, Redirect>();
    for (const { block, only } of redirects)
      for (const vnic of only?.vnics ?? this.policy.vnics.values()) {
        const other = services.get(vnic);
        if (other !== undefined)
          this.report.inexpressible(
            this.draft.placeOf(block.source),
            `redirect ${block.name}: NSX sends a packet to one service, and ${other.name} comes first at ${vnic.id}`,
          );
        else services.set(vnic, block);
      }
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

  protected *firewall(placed: Placement<Dfw>): Steps<ApiObject[]> {
    const dfw = placed.block;
    const lost: string[] = [];
    const scope = this.chainScope(placed, lost);
    const policies: ApiObject[] = [];
    for (const [i, section] of dfw.sections.entries())
      policies.push(yield* this.section(placed, section, i, scope, lost));
    if (leavesNothing(dfw.ipRules, placed.only?.vnics)) return policies;
    const action = dfw.default?.action ?? "allow";
    const id = this.policyIds.of(`default of ${dfw.name}`, `${dfw.name}-default`);
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
          id: String(dfw.ipRules.concat(dfw.ethernetRules).reduce((most, rule) => Math.max(most, rule.id), 0) + 1),
          display_name: "default",
          sequence_number: 10,
          action: ACTIONS[action] ?? "DROP",
          ...EVERYTHING,
          logged: dfw.default?.log === true,
          disabled: lost.length > 0,
        },
      ],
    });
    return policies;
  }
  /** The scope of a block that some vNICs have and some have not; undefined where all have it. */
  protected chainScope(placed: Placement<Dfw | Redirect>, lost: string[]): string[] | undefined {
    const found = scopeOf(placed, this.draft, this.report, (items) => this.members(items));
    if (found === undefined || "scope" in found) return found?.scope;
    lost.push(found.lost);
    return undefined;
  }
  protected readonly policyIds = new Ids();
  protected readonly redirectIds = new Ids();
  protected readonly applianceIds = new Ids();
  protected readonly timerIds = new Ids();
  protected *section(
    placed: Placement<Dfw>,
    section: Section,
    i: number,
    chainScope: string[] | undefined,
    chainLost: readonly string[],
  ): Steps<ApiObject> {
    const dfw = placed.block;
    const id = this.policyIds.of(`section ${i} of ${dfw.name}`, section.name);
    const appliedTo = section.source.statement.appliedTo;
    const [first] = section.rules;
    const lost: string[] = [...chainLost];
    // A policy's scope replaces its rules': where some rules have one of their own, each says its own.
    const apart = appliedTo === undefined && placed.only !== undefined && section.rules.some((rule) => rule.appliedTo);
    let scope = apart ? undefined : chainScope;
    if (appliedTo !== undefined)
      try {
        const own = this.draft.endpoints(appliedTo);
        const side = this.side(first === undefined ? own : within(placed, first, own, this.policy));
        if (side.excluded) throw new NoWords("applied-to any except …");
        if (!side.groups.includes("ANY")) scope = side.groups;
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        lost.push(error.message);
      }
    const rules: Json[] = [];
    for (const [n, rule] of section.rules.entries()) {
      if (n % STRIDE === 0) yield;
      rules.push(this.rule(rule, n, "Rule", lost, apart ? { placed, scope: chainScope } : undefined));
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

  /** `chains`: where its block is not at every vNIC, and its policy does not say so. */
  protected rule(
    rule: Rule,
    n: number,
    type: string,
    sectionLost: readonly string[],
    chains?: { readonly placed: Placement<Dfw | Redirect>; readonly scope: string[] | undefined },
  ): Json {
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
      if (draft.appliedTo === undefined) return chains?.scope ?? ["ANY"];
      const side = this.side(
        chains === undefined ? draft.appliedTo : within(chains.placed, rule, draft.appliedTo, this.policy),
      );
      if (side.excluded) throw new NoWords("applied-to any except …");
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
    if (hasTimers(dfw)) {
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
        id: this.timerIds.of(dfw.name, `${dfw.name}-timers`),
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

  protected redirection(placed: Placement<Redirect>, i: number): ApiObject {
    const redirect = placed.block;
    const lost: string[] = [];
    const scope = this.chainScope(placed, lost);
    const id = this.redirectIds.of(redirect.name);
    const target = this.applianceIds.of(redirect.via?.name ?? "service");
    const rules = redirect.rules.map((rule, n) => this.rule(rule, n, "RedirectionRule", lost, { placed, scope }));
    if (redirect.default?.action === "redirect" && !leavesNothing(redirect.rules, placed.only?.vnics))
      rules.push({
        resource_type: "RedirectionRule",
        id: `${id}-default`,
        display_name: "default",
        sequence_number: (rules.length + 1) * 10,
        action: "REDIRECT",
        ...EVERYTHING,
        ...(scope && { scope }),
        logged: false,
        disabled: lost.length > 0,
      });
    if (redirect.via?.source !== undefined)
      this.report.inexpressible(
        this.draft.placeOf(redirect.via.source),
        `appliance ${redirect.via.name}: written as the service chain /infra/service-chains/${target}, which NSX must have`,
      );
    return {
      resource_type: "RedirectionPolicy",
      id,
      display_name: redirect.name,
      sequence_number: (i + 1) * 10,
      north_south: false,
      redirect_to: [`/infra/service-chains/${target}`],
      rules,
    };
  }
}
