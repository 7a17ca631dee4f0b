/**
 * The distributed firewall of the NSX Policy API: security policies in the order of their categories and sequence
 * numbers, exclusion, session timers.
 */
import { STRIDE, type Steps } from "../syntax/steps.ts";
import {
  type DraftDfw,
  type DraftEndpoints,
  type DraftLine,
  type DraftRule,
  type DraftSection,
  listed,
} from "./draft.ts";
import { misread } from "./nsxFields.ts";
import { describe, type NsxGroups } from "./nsxGroups.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import { familyOf, type NsxInputs, ordered, sideOf, writtenRule } from "./nsxRules.ts";
import type { NsxServices } from "./nsxServices.ts";
import type { Report } from "./report.ts";
import { POLICY_TIMERS } from "./timers.ts";

/** In the order in which the firewall tries them; a policy without one comes last. */
const CATEGORIES = ["Ethernet", "Emergency", "Infrastructure", "Environment", "Application"] as const;

export class NsxFirewall {
  readonly #objects: NsxObjects;
  readonly #groups: NsxGroups;
  readonly #services: NsxServices;
  readonly #report: Report;

  constructor({ objects, groups, services, report }: NsxInputs) {
    this.#objects = objects;
    this.#groups = groups;
    this.#services = services;
    this.#report = report;
  }

  *dfw(): Steps<DraftDfw> {
    const policies = ordered(
      this.#objects.of("SecurityPolicy"),
      (policy) => rank(policy),
      "security policies",
      this.#report,
    );
    const names = new Map<string, number>();
    const sections: DraftSection[] = [];
    for (const policy of policies) {
      const name = policy.json.text("display_name") ?? policy.id;
      const n = (names.get(name) ?? 0) + 1;
      names.set(name, n);
      sections.push(yield* this.#section(policy, n === 1 ? name : `${name} (${n})`));
    }
    const exclude: DraftEndpoints["items"][number][] = [];
    for (const { json } of this.#objects.of("PolicyExcludeList")) {
      const { endpoints, lost } = this.#groups.side(json, "members");
      for (const what of lost) this.#report.inexpressible(json.at("members"), `exclude list: ${what}`);
      if (endpoints?.except === undefined) for (const item of endpoints?.items ?? []) exclude.push(item);
      this.#report.understood(json.at(), `exclude list, ${exclude.length} members`);
    }
    const timeouts = this.#timeouts();
    return {
      module: "dfw",
      key: "dfw",
      names: ["distributed-firewall", "nsx-distributed-firewall"],
      sections,
      default: this.#default(),
      ...(exclude.length > 0 && { exclude }),
      ...(timeouts && { timeouts }),
    };
  }

  /** What the last rule of all does: `connectivity_strategy` of Infra, where it is not left to the default policy. */
  #default(): { readonly action: string; readonly log?: boolean } {
    for (const { type, json } of this.#objects.of("Infra", "GlobalInfra")) {
      const strategy = json.text("connectivity_strategy");
      if (strategy === undefined) continue;
      const rule = ruleOfStrategy(strategy);
      if (rule === undefined)
        this.#report.wrong(
          json.at("connectivity_strategy"),
          `connectivity strategy ${strategy} of ${type} is not known`,
        );
      else if (rule !== "none") {
        this.#report.understood(
          json.at("connectivity_strategy"),
          `connectivity strategy ${strategy}: what no rule takes is ${rule.action === "drop" ? "dropped" : "allowed"}`,
        );
        return rule;
      }
    }
    return { action: "allow" };
  }

  #timeouts(): ReadonlyMap<string, number> | undefined {
    const profiles = this.#objects.of("PolicyFirewallSessionTimerProfile");
    const chosen = profiles.length === 1 ? profiles[0] : profiles.find(({ id }) => /default/i.test(id));
    for (const profile of profiles)
      if (profile !== chosen)
        this.#report.inexpressible(
          profile.json.at(),
          `session timers ${profile.id}: the firewall has one set of timers`,
        );
    if (chosen === undefined) return undefined;
    const timeouts = new Map<string, number>();
    for (const [timer, key] of Object.entries(POLICY_TIMERS)) {
      const seconds = chosen.json.int(key);
      if (seconds === undefined) continue;
      if (seconds < 0 || seconds > 4_320_000)
        this.#report.wrong(chosen.json.at(key), `${key}: ${seconds} is no time in seconds`);
      else timeouts.set(timer, seconds);
    }
    this.#report.understood(chosen.json.at(), `session timers ${chosen.id}`);
    return timeouts;
  }

  *#section(policy: NsxObject, name: string): Steps<DraftSection> {
    const { json, id } = policy;
    const at = json.at();
    const category = json.text("category") ?? "";
    const ethernet = category === "Ethernet";
    const stateless = json.flag("stateful") === false;
    const lost = misread(json, "SecurityPolicy", id, this.#report);
    if (json.text("scheduler_path")) {
      this.#report.inexpressible(
        json.at("scheduler_path"),
        `security policy ${id}: a schedule; its rules are kept, disabled`,
      );
      lost.push("only at times: a schedule");
    }
    if (json.objects("application_connectivity_strategy").length > 0)
      this.#report.inexpressible(
        json.at("application_connectivity_strategy"),
        `security policy ${id}: an application connectivity strategy: the rules that NSX adds for it are not in the inputs`,
      );
    if (category !== "" && !(CATEGORIES as readonly string[]).includes(category))
      this.#report.wrong(json.at("category"), `category ${category} is none of ${CATEGORIES.join(", ")}`);
    const scope = this.#scope(policy);
    lost.push(...scope.lost.map((what) => `scope: ${what}`));
    const rules: DraftLine[] = [];
    for (const [i, rule] of ordered(
      this.#objects.childrenOf(policy, "Rule"),
      () => 0,
      `rules of ${id}`,
      this.#report,
    ).entries()) {
      if (i % STRIDE === 0) yield;
      rules.push(this.#rule(rule, category, lost));
    }
    const last = this.#connectivity(policy, lost);
    if (last !== undefined) rules.push(last);
    this.#report.understood(at, `security policy ${id}, ${rules.length} rule${rules.length === 1 ? "" : "s"}`);
    const disabled = json.flag("disabled") === true;
    return {
      name,
      rules: disabled ? rules.map((rule) => ("remark" in rule ? rule : { ...rule, disabled: true })) : rules,
      comments: describe(json),
      ...(ethernet && { ethernet: true }),
      ...(!ethernet &&
        category !== "" && { category: category.toLowerCase() as NonNullable<DraftSection["category"]> }),
      ...(!ethernet && stateless && { stateless: true }),
      // "If the tcp_strict flag is not specified and the security policy is stateful, then tcp_strict will be set to
      // true": NSX-T Data Center REST API, SecurityPolicy.
      ...(!ethernet && !stateless && json.flag("tcp_strict") !== false && { tcpStrict: true }),
      ...(scope.endpoints && { appliedTo: scope.endpoints }),
    };
  }

  /** What a policy applies to: of a project's or a VPC's own, no more than its segments. */
  #scope({ path, json }: NsxObject): { readonly endpoints?: DraftEndpoints; readonly lost: readonly string[] } {
    const scope = this.#groups.side(json, "scope");
    const [, owner, project] = /^(\/orgs\/[^/]+\/projects\/([^/]+)(?:\/vpcs\/[^/]+)?)\//.exec(path) ?? [];
    if (owner === undefined || scope.endpoints !== undefined) return scope;
    const segments = this.#objects.of("Segment").filter((segment) => segment.path.startsWith(`${owner}/`));
    return {
      endpoints: listed(segments.map((segment) => ({ kind: "ref", key: segment.path }))),
      lost: segments.length === 0 ? [`no input has the segments of the project ${project}`] : [],
    };
  }

  /** The rule that a connectivity strategy adds at the end of its policy, for the policy's scope. */
  #connectivity({ json, id }: NsxObject, lost: readonly string[]): DraftRule | undefined {
    const strategy = json.text("connectivity_preference") ?? json.text("connectivity_strategy");
    if (strategy === undefined) return undefined;
    const rule = ruleOfStrategy(strategy);
    if (rule === undefined) this.#report.wrong(json.at(), `connectivity strategy ${strategy} of ${id} is not known`);
    if (rule === undefined || rule === "none") return undefined;
    return {
      title: `${strategy.toLowerCase()} of ${json.text("display_name") ?? id}`,
      action: rule.action,
      ...(json.int("default_rule_id") !== undefined && { id: json.int("default_rule_id") as number }),
      ...(rule.log === true && { log: true }),
      ...(lost.length > 0 && { disabled: true }),
    };
  }

  #rule(rule: NsxObject, category: string, policyLost: readonly string[]): DraftRule {
    const { json, id } = rule;
    const ethernet = category === "Ethernet";
    const lost = [...policyLost, ...misread(json, "Rule", id, this.#report)];
    const services = this.#services.of(json);
    const from = this.#groups.side(json, "source_groups");
    const to = this.#groups.side(json, "destination_groups");
    const scope = this.#groups.side(json, "scope");
    lost.push(...services.lost, ...from.lost, ...to.lost, ...scope.lost.map((what) => `scope: ${what}`));
    const profiles = json.texts("profiles").filter((text) => !/^any$/i.test(text));
    if (profiles.length > 0) lost.push(`context profile ${profiles.join(", ")}`);
    let action = json.text("action")?.toUpperCase() ?? "";
    const acts: Readonly<Record<string, string>> = {
      ALLOW: "allow",
      DROP: "drop",
      REJECT: "reject",
      JUMP_TO_APPLICATION: "jump-to-application",
    };
    if (acts[action] === undefined) {
      this.#report.wrong(
        json.at(json.has("action") ? "action" : undefined),
        `rule ${id}: action ${action || "missing"}, none of ${Object.keys(acts).join(", ")}`,
      );
      lost.push(`action ${action || "missing"}`);
      action = "DROP";
    }
    if (action === "JUMP_TO_APPLICATION" && category !== "Environment") {
      lost.push("JUMP_TO_APPLICATION outside Environment");
      action = "ALLOW";
    }
    if (ethernet && action === "REJECT") {
      lost.push("REJECT of an ethernet rule");
      action = "DROP";
    }
    const wrongLayer = services.layers.has(ethernet ? "ip" : "ethernet");
    if (wrongLayer) lost.push(ethernet ? "a service of IP in an ethernet rule" : "an ethernet service in a rule of IP");
    return writtenRule(
      rule,
      lost,
      {
        action: acts[action] as string,
        ...sideOf("from", from.endpoints, json.flag("sources_excluded")),
        ...sideOf("to", to.endpoints, json.flag("destinations_excluded")),
        ...(services.entries && services.entries.length > 0 && !wrongLayer && { services: services.entries }),
        ...(scope.endpoints && { appliedTo: scope.endpoints }),
        ...familyOf(ethernet ? undefined : json.text("ip_protocol")),
      },
      this.#report,
    );
  }
}

/** The rule that a connectivity strategy adds; undefined where it is no strategy. */
function ruleOfStrategy(strategy: string): { readonly action: string; readonly log?: true } | "none" | undefined {
  if (/^NONE$/i.test(strategy)) return "none";
  const [, word, log] = /^(ALLOWLIST|WHITELIST|DENYLIST|BLACKLIST)(_ENABLE_LOGGING)?$/i.exec(strategy) ?? [];
  if (word === undefined) return undefined;
  return { action: /^(?:ALLOW|WHITE)/i.test(word) ? "drop" : "allow", ...(log !== undefined && { log: true }) };
}

function rank({ json }: NsxObject): number {
  const at = (CATEGORIES as readonly string[]).indexOf(json.text("category") ?? "");
  return at < 0 ? CATEGORIES.length : at;
}
