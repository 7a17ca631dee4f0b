/**
 * NSX Policy API JSON as a policy: security policies in the order of their categories and sequence numbers,
 * redirection, exclusion, session timers; machines, segments and what guards their ports are `nsxInventory.ts`'s.
 */
import type {
  Draft,
  DraftAppliance,
  DraftBlock,
  DraftChain,
  DraftDfw,
  DraftEndpoints,
  DraftLine,
  DraftRule,
  DraftRules,
  DraftSection,
  DraftSlot,
} from "./draft.ts";
import { type Input, titleOf } from "./input.ts";
import { misread } from "./nsxFields.ts";
import { describe, NsxGroups } from "./nsxGroups.ts";
import { NsxInventory } from "./nsxInventory.ts";
import { type NsxObject, NsxObjects } from "./nsxObjects.ts";
import { NsxServices } from "./nsxServices.ts";
import { Refusal, type Report } from "./report.ts";
import { POLICY_TIMERS } from "./timers.ts";

/** In the order in which the firewall tries them; a policy without one comes last. */
const CATEGORIES = ["Ethernet", "Emergency", "Infrastructure", "Environment", "Application"] as const;
const MODELLED = new Set([
  "Infra",
  "GlobalInfra",
  "Domain",
  "SecurityPolicy",
  "Rule",
  "RedirectionPolicy",
  "RedirectionRule",
  "Group",
  "Service",
  "Segment",
  "SegmentPort",
  "PolicyExcludeList",
  "PolicyFirewallSessionTimerProfile",
  "SpoofGuardProfile",
  "SegmentSecurityProfile",
  "IPDiscoveryProfile",
  "SegmentSecurityProfileBindingMap",
  "SegmentDiscoveryProfileBindingMap",
  "VirtualMachine",
  "VirtualNetworkInterface",
]);
/** They mean nothing without what they hold, or what holds them. */
const PARTIAL = new Set(["Infra", "GlobalInfra", "Domain", "Rule", "RedirectionRule"]);
/** Parts of a service that its reader takes. */
const PARTS = /ServiceEntry$/;
const MANAGER_API = "an object of the manager's API (api/v1), which the Policy API has under policy/api/v1";
/** What decides about packets and is not the distributed firewall's. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  GatewayPolicy: "a gateway's firewall is no part of a vNIC's chain",
  FirewallSection: MANAGER_API,
  FirewallRule: MANAGER_API,
  NSGroup: MANAGER_API,
  NSService: MANAGER_API,
  IPSet: MANAGER_API,
  MACSet: MANAGER_API,
  IntrusionServicePolicy: "intrusion detection looks into payloads",
  PolicyContextProfile: "application profiles look into payloads",
  PolicyUrlCategorizationConfig: "it looks into payloads",
};

export function draftOfPolicy(inputs: readonly Input[], report: Report): Draft {
  const objects = new NsxObjects(report);
  for (const input of inputs) objects.read(input);
  objects.link();
  return new PolicyDraft(objects, report).draft(inputs);
}

class PolicyDraft {
  readonly #objects: NsxObjects;
  readonly #report: Report;
  readonly #inventory: NsxInventory;
  readonly #groups: NsxGroups;
  readonly #services: NsxServices;
  readonly #appliances: DraftAppliance[] = [];

  constructor(objects: NsxObjects, report: Report) {
    this.#objects = objects;
    this.#report = report;
    this.#inventory = new NsxInventory(objects, report);
    this.#groups = new NsxGroups(objects, this.#inventory, report);
    this.#services = new NsxServices(objects, report);
  }

  draft(inputs: readonly Input[]): Draft {
    this.#tellOthers();
    const [first] = this.#objects.all;
    if (first !== undefined && !this.#objects.all.some(({ type }) => MODELLED.has(type) && !PARTIAL.has(type))) {
      const told = this.#report.notes.find(({ kind }) => kind !== "understood") ?? this.#report.notes[0];
      throw new Refusal(
        told ? { file: told.file, line: told.line, ...(told.column && { column: told.column }) } : first.json.at(),
        `nothing here is of a policy: ${told?.message ?? `${first.type} ${first.id} holds nothing`}`,
      );
    }
    this.#groups.read();
    this.#services.read();
    const dfw = this.#dfw();
    const redirect = this.#redirect();
    const guards = this.#inventory.guards();
    const blocks: DraftBlock[] = [
      ...guards.map(({ block }) => block),
      dfw,
      ...(redirect === undefined ? [] : [redirect]),
    ];
    return {
      title: titleOf(inputs),
      platform: "nsx 4",
      comments: [`Imported from ${titleOf(inputs)}.`],
      segments: this.#inventory.segments,
      vms: this.#inventory.vms(),
      groups: this.#groups.groups,
      services: this.#services.services,
      appliances: this.#appliances,
      blocks,
      chains: this.#chains(guards, dfw, redirect),
      scenarios: [],
    };
  }

  /** A note for everything that does not become a part of the policy. */
  #tellOthers(): void {
    for (const { type, id, json } of this.#objects.all) {
      if (MODELLED.has(type) || PARTS.test(type)) continue;
      const why = ELSEWHERE[type];
      if (why !== undefined) this.#report.inexpressible(json.at(), `${type} ${id}: ${why}`);
      else this.#report.understood(json.at(), `${type} ${id} is no part of a policy: left out`);
    }
  }

  #chains(guards: ReturnType<NsxInventory["guards"]>, dfw: DraftDfw, redirect: DraftRules | undefined): DraftChain[] {
    const rest: DraftSlot[] = [
      { number: 2, module: "dfw", block: dfw.key },
      ...(redirect === undefined ? [] : [{ number: 12, module: "redirect" as const, block: redirect.key }]),
    ];
    const chains: DraftChain[] = guards.map(({ block, segments, name }) => ({
      key: `chain:${block.key}`,
      names: [`${name} chain`],
      appliedTo: { items: segments.map((key) => ({ kind: "ref", key })) },
      slots: [{ number: 1, module: "swsec", block: block.key }, ...rest],
    }));
    const guarded = guards.flatMap(({ segments }) => segments);
    chains.push({
      key: "chain",
      names: ["nsx"],
      slots: rest,
      ...(guarded.length > 0 && {
        appliedTo: { items: [{ kind: "any" }], except: guarded.map((key) => ({ kind: "ref", key })) },
      }),
    });
    return chains;
  }

  // ---- the distributed firewall ---------------------------------------------------------------------------------------

  #dfw(): DraftDfw {
    const policies = this.#ordered(this.#objects.of("SecurityPolicy"), (policy) => rank(policy), "security policies");
    const names = new Map<string, number>();
    const sections = policies.map((policy): DraftSection => {
      const name = policy.json.text("display_name") ?? policy.id;
      const n = (names.get(name) ?? 0) + 1;
      names.set(name, n);
      return this.#section(policy, n === 1 ? name : `${name} (${n})`);
    });
    const exclude: DraftEndpoints["items"][number][] = [];
    for (const { json } of this.#objects.of("PolicyExcludeList")) {
      const { endpoints, lost } = this.#groups.side(json, "members");
      for (const what of lost) this.#report.inexpressible(json.at("members"), `exclude list: ${what}`);
      exclude.push(...(endpoints?.except === undefined ? (endpoints?.items ?? []) : []));
      this.#report.understood(json.at(), `exclude list, ${exclude.length} members`);
    }
    const timeouts = this.#timeouts();
    return {
      module: "dfw",
      key: "dfw",
      names: ["distributed-firewall", "nsx-distributed-firewall"],
      sections,
      default: { action: "allow" },
      ...(exclude.length > 0 && { exclude }),
      ...(timeouts && { timeouts }),
    };
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

  #section(policy: NsxObject, name: string): DraftSection {
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
    const scope = this.#groups.side(json, "scope");
    lost.push(...scope.lost.map((what) => `scope: ${what}`));
    const rules: DraftLine[] = this.#ordered(this.#objects.childrenOf(policy, "Rule"), () => 0, `rules of ${id}`).map(
      (rule) => this.#rule(rule, category, lost),
    );
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

  /** The rule that a connectivity strategy adds at the end of its policy, for the policy's scope. */
  #connectivity({ json, id }: NsxObject, lost: readonly string[]): DraftRule | undefined {
    const strategy = json.text("connectivity_preference") ?? json.text("connectivity_strategy");
    if (strategy === undefined || /^NONE$/i.test(strategy)) return undefined;
    const [, word, log] = /^(ALLOWLIST|WHITELIST|DENYLIST|BLACKLIST)(_ENABLE_LOGGING)?$/i.exec(strategy) ?? [];
    if (word === undefined) {
      this.#report.wrong(json.at(), `connectivity strategy ${strategy} of ${id} is not known`);
      return undefined;
    }
    return {
      title: `${strategy.toLowerCase()} of ${json.text("display_name") ?? id}`,
      action: /^(?:ALLOW|WHITE)/i.test(word) ? "drop" : "allow",
      ...(json.int("default_rule_id") !== undefined && { id: json.int("default_rule_id") as number }),
      ...(log !== undefined && { log: true }),
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
    return this.#written(rule, lost, {
      action: acts[action] as string,
      ...sideOf("from", from.endpoints, json.flag("sources_excluded")),
      ...sideOf("to", to.endpoints, json.flag("destinations_excluded")),
      ...(services.entries && services.entries.length > 0 && !wrongLayer && { services: services.entries }),
      ...(scope.endpoints && { appliedTo: scope.endpoints }),
      ...familyOf(ethernet ? undefined : json.text("ip_protocol")),
    });
  }

  /** What rules of the firewall and of redirection have in common. */
  #written({ json, id }: NsxObject, lost: readonly string[], rule: DraftRule): DraftRule {
    for (const what of lost) this.#report.inexpressible(json.at(), `rule ${id}: ${what}; the rule is kept, disabled`);
    const number = json.int("rule_id") ?? (/^\d{1,15}$/.test(id) ? Number(id) : undefined);
    const name = json.text("display_name");
    const tag = json.text("tag");
    const direction = json.text("direction")?.toUpperCase();
    const label = tag !== undefined && tag !== "" && tag.length <= 32 ? tag : undefined;
    const title = name ?? (String(number) === id ? undefined : id);
    return {
      ...rule,
      at: json.at(),
      comments: [
        ...describe(json),
        ...(tag !== undefined && tag !== "" && (label === undefined || json.flag("logged") !== true)
          ? [`tag '${tag}'`]
          : []),
        ...lost.map((what) => `not expressible: ${what}`),
      ],
      ...(number !== undefined && number >= 0 && { id: number }),
      ...(title !== undefined && title !== String(number) && { title }),
      ...(direction === "IN" && { direction: "in" }),
      ...(direction === "OUT" && { direction: "out" }),
      ...(json.flag("logged") === true && { log: label ?? true }),
      ...((lost.length > 0 || json.flag("disabled") === true) && { disabled: true }),
    };
  }

  // ---- redirection ------------------------------------------------------------------------------------------------------

  /** All redirection goes through one slot, to one service: what goes elsewhere is kept, disabled. */
  #redirect(): DraftRules | undefined {
    const policies = this.#ordered(this.#objects.of("RedirectionPolicy"), () => 0, "redirection policies");
    const targets = policies.map(({ json }) => json.texts("redirect_to")[0] ?? "");
    const [target] = targets;
    if (target === undefined) return undefined;
    const appliance: DraftAppliance = {
      key: `appliance:${target}`,
      names: [target.split("/").at(-1) || "service-chain"],
    };
    this.#appliances.push(appliance);
    const rules: DraftLine[] = [];
    for (const [i, policy] of policies.entries()) {
      const lost = misread(policy.json, "RedirectionPolicy", policy.id, this.#report);
      if (policy.json.flag("north_south") === true) lost.push("redirection at a gateway (north_south)");
      if (targets[i] !== target) lost.push(`redirection to ${targets[i]}: the slot has one service`);
      const scope = this.#groups.side(policy.json, "scope");
      lost.push(...scope.lost.map((what) => `scope: ${what}`));
      const children = this.#ordered(
        this.#objects.childrenOf(policy, "RedirectionRule", "Rule"),
        () => 0,
        `rules of ${policy.id}`,
      );
      this.#report.understood(policy.json.at(), `redirection policy ${policy.id}, ${children.length} rules`);
      for (const child of children) rules.push(this.#redirectRule(child, lost, scope.endpoints));
    }
    return {
      module: "redirect",
      key: "redirect",
      names: ["redirect-to-service", "redirection"],
      via: appliance.key,
      rules,
      default: { action: "skip" },
    };
  }
  #redirectRule(rule: NsxObject, policyLost: readonly string[], scope: DraftEndpoints | undefined): DraftRule {
    const { json, id } = rule;
    const services = this.#services.of(json);
    const from = this.#groups.side(json, "source_groups");
    const to = this.#groups.side(json, "destination_groups");
    const own = this.#groups.side(json, "scope");
    const action = json.text("action")?.toUpperCase() ?? "REDIRECT";
    const lost = [
      ...policyLost,
      ...misread(json, "RedirectionRule", id, this.#report),
      ...services.lost,
      ...from.lost,
      ...to.lost,
      ...own.lost,
    ];
    if (action !== "REDIRECT" && action !== "DO_NOT_REDIRECT") {
      this.#report.wrong(json.at("action"), `rule ${id}: action ${action}, neither REDIRECT nor DO_NOT_REDIRECT`);
      lost.push(`action ${action}`);
    }
    if (services.layers.has("ethernet")) lost.push("an ethernet service in a rule of IP");
    const appliedTo = scope ?? own.endpoints;
    return this.#written(rule, lost, {
      action: action === "DO_NOT_REDIRECT" ? "skip" : "redirect",
      ...sideOf("from", from.endpoints, json.flag("sources_excluded")),
      ...sideOf("to", to.endpoints, json.flag("destinations_excluded")),
      ...(services.entries && !services.layers.has("ethernet") && { services: services.entries }),
      ...(appliedTo && { appliedTo }),
      ...familyOf(json.text("ip_protocol")),
    });
  }

  // ---- order ------------------------------------------------------------------------------------------------------------

  /** By rank, then by sequence number, then as they stand. */
  #ordered(objects: readonly NsxObject[], rank: (object: NsxObject) => number, what: string): NsxObject[] {
    const seen = new Map<string, NsxObject>();
    for (const object of objects) {
      const number = object.json.int("sequence_number");
      if (object.json.has("sequence_number") && number === undefined)
        this.#report.wrong(object.json.at("sequence_number"), `${object.id}: a sequence number that is none`);
      if (number === undefined) continue;
      const key = `${rank(object)} ${number}`;
      const other = seen.get(key);
      if (other !== undefined)
        this.#report.wrong(
          object.json.at("sequence_number"),
          `${what}: ${object.id} has the sequence number ${number} of ${other.id}; which is first is by their order here`,
        );
      else seen.set(key, object);
    }
    const number = ({ json }: NsxObject) => json.int("sequence_number") ?? 0;
    return [...objects].sort((a, b) => rank(a) - rank(b) || number(a) - number(b));
  }
}

function rank({ json }: NsxObject): number {
  const at = (CATEGORIES as readonly string[]).indexOf(json.text("category") ?? "");
  return at < 0 ? CATEGORIES.length : at;
}

/** A side of a rule; `excluded`: all but these. */
function sideOf(
  side: "from" | "to",
  endpoints: DraftEndpoints | undefined,
  excluded: boolean | undefined,
): { from?: DraftEndpoints; to?: DraftEndpoints } {
  if (endpoints === undefined) return {};
  return {
    [side]:
      excluded === true
        ? { items: [{ kind: "any" }], except: endpoints.except === undefined ? endpoints.items : [] }
        : endpoints,
  };
}
const familyOf = (protocol: string | undefined): { family?: 4 | 6 } =>
  protocol === "IPV4" ? { family: 4 } : protocol === "IPV6" ? { family: 6 } : {};
