/**
 * The objects of NSX Policy API inputs: flat lists (`results`), single objects, and the hierarchy (`children`, where
 * `ChildGroup` wraps a `Group`). Each is known by its path, which the hierarchy leaves to be put together.
 */
import { STRIDE, type Steps } from "../syntax/steps.ts";
import type { Input } from "./input.ts";
import { type JsonObject, readJson } from "./json.ts";
import { type Place, Refusal, type Report } from "./report.ts";

export interface NsxObject {
  readonly type: string;
  readonly path: string;
  readonly id: string;
  readonly json: JsonObject;
  /** Undefined at the top. */
  parent?: NsxObject;
}

/** What stands before the id in a path, by type. */
const COLLECTIONS: Readonly<Record<string, string>> = {
  Domain: "domains",
  Group: "groups",
  SecurityPolicy: "security-policies",
  Rule: "rules",
  RedirectionPolicy: "redirection-policies",
  RedirectionRule: "rules",
  PolicyServiceChain: "service-chains",
  Service: "services",
  ServiceEntry: "service-entries",
  Segment: "segments",
  SegmentPort: "ports",
  SpoofGuardProfile: "spoofguard-profiles",
  SegmentSecurityProfile: "segment-security-profiles",
  IPDiscoveryProfile: "ip-discovery-profiles",
  MacDiscoveryProfile: "mac-discovery-profiles",
  PolicyContextProfile: "context-profiles",
  PolicyFirewallSessionTimerProfile: "firewall-session-timer-profiles",
  SegmentSecurityProfileBindingMap: "segment-security-profile-binding-maps",
  SegmentDiscoveryProfileBindingMap: "segment-discovery-profile-binding-maps",
  PortSecurityProfileBindingMap: "port-security-profile-binding-maps",
  PortDiscoveryProfileBindingMap: "port-discovery-profile-binding-maps",
  Tier0: "tier-0s",
  Tier1: "tier-1s",
};

/** What the objects of a list are that do not say it, by the name that collectors of the API's answers give the list. */
const LISTS: Readonly<Record<string, string>> = {
  groups: "Group",
  security_policies: "SecurityPolicy",
  redirection_policies: "RedirectionPolicy",
  gateway_policies: "GatewayPolicy",
  services: "Service",
  segments: "Segment",
  virtual_machines: "VirtualMachine",
  virtual_network_interface: "VirtualNetworkInterface",
  virtual_network_interfaces: "VirtualNetworkInterface",
};

/** What the realized state calls what the inventory has. */
const SAME: Readonly<Record<string, string>> = { RealizedVirtualMachine: "VirtualMachine" };

/** The type of an object that does not say it; `list` is the name of the list that it is in. */
function typeOf(json: JsonObject, list: string | undefined): string | undefined {
  const type = json.text("resource_type") ?? LISTS[list ?? ""];
  if (type !== undefined) return SAME[type] ?? type;
  if (json.has("redirect_to")) return "RedirectionPolicy";
  if (json.has("action") && (json.has("source_groups") || json.has("destination_groups"))) return "Rule";
  const rules = json.objects("rules");
  if (json.isList("rules") && (rules.length === 0 || rules.some(isRule))) return "SecurityPolicy";
  if (json.isList("expression")) return "Group";
  if (json.isList("service_entries")) return "Service";
  return undefined;
}

/** Does an object have a key of the API's rules? Rules of somebody else's invention have none. */
const isRule = (json: JsonObject): boolean =>
  ["action", "source_groups", "destination_groups", "services", "scope"].some((key) => json.has(key));

export class NsxObjects {
  readonly all: NsxObject[] = [];
  readonly #byPath = new Map<string, NsxObject>();
  readonly #byTail = new Map<string, NsxObject | null>();
  readonly #report: Report;
  #visited = 0;
  /** Made when first asked for, which is when everything is read. */
  #byType: ReadonlyMap<string, readonly NsxObject[]> | undefined;
  #byParent: ReadonlyMap<NsxObject | undefined, readonly NsxObject[]> | undefined;

  constructor(report: Report) {
    this.#report = report;
  }

  /** Objects of a type, in the order of the inputs. */
  of(...types: readonly string[]): NsxObject[] {
    const [only] = types;
    if (only === undefined || types.length > 1) return this.all.filter(({ type }) => types.includes(type));
    this.#byType ??= groupBy(this.all, ({ type }) => type);
    return [...(this.#byType.get(only) ?? [])];
  }
  childrenOf(parent: NsxObject, ...types: readonly string[]): NsxObject[] {
    this.#byParent ??= groupBy(this.all, (object) => object.parent);
    return (this.#byParent.get(parent) ?? []).filter(({ type }) => types.includes(type));
  }
  /** By path; else by its last two parts (`groups/web`), where only one object has them. */
  find(path: string): NsxObject | undefined {
    return this.#byPath.get(path) ?? this.#byTail.get(tailOf(path)) ?? undefined;
  }

  *read(input: Input): Steps<void> {
    this.#changed();
    const before = this.all.length;
    const roots = yield* readJson(input, this.#report.bounds.importedNesting);
    for (const json of roots) yield* this.#visit(json, undefined, true);
    if (this.all.length === before) {
      const at = roots[0]?.at() ?? { file: input.name, line: 1, column: 1 };
      if (roots[0]?.isList("results") && roots[0].objects("results").length === 0)
        this.#report.wrong(at, "a list without an object");
      else
        throw new Refusal(
          at,
          "nothing of the NSX Policy API: expected objects with a resource_type, or a list of them in results",
        );
    }
  }

  #changed(): void {
    this.#byType = undefined;
    this.#byParent = undefined;
  }

  *#visit(json: JsonObject, parent: NsxObject | undefined, top: boolean, list?: string): Steps<void> {
    if (++this.#visited % STRIDE === 0) yield;
    const type = typeOf(json, list);
    if (json.flag("marked_for_delete") === true) {
      const wrapped = type?.startsWith("Child") ? json.object(type.slice("Child".length)) : undefined;
      this.#report.understood(
        json.at(),
        `${type ?? "object"} ${json.text("id") ?? wrapped?.text("id") ?? ""} is marked for deletion: left out`,
      );
      return;
    }
    // ChildGroup { Group: { … } }
    if (type?.startsWith("Child")) {
      const inner =
        json.object(type.slice("Child".length)) ??
        json.keys.flatMap((key) => (key === "resource_type" ? [] : (json.object(key) ?? [])))[0];
      if (inner === undefined) {
        if (type !== "ChildResourceReference")
          this.#report.wrong(json.at(), `${type} holds no ${type.slice("Child".length)}`);
        else yield* this.#children(json, this.#add(json, json.text("target_type") ?? type, parent));
        return;
      }
      yield* this.#visit(inner, parent, false);
      return;
    }
    if (type === undefined) {
      if (!top) {
        this.#report.wrong(json.at(), "an object without a resource_type: left out");
        return;
      }
      yield* this.#bundle(json, parent);
      return;
    }
    if (type === "ChildResourceReference") return;
    yield* this.#children(json, this.#add(json, type, parent));
  }

  /** A bundle of lists, or of bundles: answers to several calls, by whatever name. */
  *#bundle(json: JsonObject, parent: NsxObject | undefined): Steps<void> {
    const before = this.all.length;
    let holds = false;
    this.#tellPage(json);
    for (const key of json.keys) {
      const alone = json.object(key);
      const inside = alone === undefined ? json.objects(key) : [alone];
      holds ||= inside.length > 0;
      for (const inner of inside) yield* this.#visit(inner, parent, true, key);
    }
    if (!holds && this.all.length === before && json.keys.length > 0 && !json.has("results"))
      this.#report.wrong(json.at(), "an object without a resource_type: left out");
  }

  /** A list that comes in pages: whether it goes on elsewhere. */
  #tellPage(json: JsonObject): void {
    const here = json.objects("results").length;
    const all = json.int("result_count") ?? here;
    if (json.isList("results") && (all > here || json.text("cursor")))
      this.#report.wrong(
        json.at("results"),
        `the list goes on: its first ${here}${all > here ? ` of ${all}` : ""} objects are here, the next page is another answer`,
      );
  }

  *#children(json: JsonObject, object: NsxObject): Steps<void> {
    for (const child of json.objects("children")) yield* this.#visit(child, object, false);
    const resources = object.type === "Domain" ? json.object("resources") : undefined;
    if (resources !== undefined) yield* this.#bundle(resources, object);
    const inner = object.type === "RedirectionPolicy" ? "RedirectionRule" : "Rule";
    for (const [i, rule] of json.objects("rules").entries()) {
      if (i % STRIDE === 0) yield;
      this.#add(rule, rule.text("resource_type") ?? inner, object);
    }
  }

  #add(json: JsonObject, type: string, parent: NsxObject | undefined): NsxObject {
    const id =
      json.text("id") ??
      json.text("external_id") ??
      json.text("rule_id") ??
      json.text("display_name") ??
      `${type}-${this.all.length + 1}`;
    const path = json.text("path") ?? pathOf(type, id, parent);
    const object: NsxObject = { type, path, id, json, ...(parent && { parent }) };
    const known = this.#byPath.get(path);
    if (known !== undefined && known.type === type && type !== "Infra" && type !== "Domain") {
      this.#report.wrong(
        json.at(),
        `${type} ${id} is in the inputs twice; the first, at ${place(known.json.at())}, is used`,
      );
      return object;
    }
    this.all.push(object);
    this.#byPath.set(path, object);
    const tail = tailOf(path);
    this.#byTail.set(tail, this.#byTail.has(tail) ? null : object);
    return object;
  }

  /** Parts that came in lists of their own find whose they are, once everything is read. */
  link(): void {
    this.#changed();
    for (const object of [...this.all]) {
      if (object.parent !== undefined || !PARTS.test(object.type)) continue;
      const path = object.json.text("parent_path") ?? object.json.text("path")?.split("/").slice(0, -2).join("/");
      const owner = path === undefined ? undefined : this.#byPath.get(path);
      if (owner !== undefined) object.parent = owner;
      else if (object.type === "Rule" && (path === undefined || path.includes("/security-policies/")))
        object.parent = this.#policyOf(object, path);
      else
        this.#report.wrong(
          object.json.at(),
          `${object.type} ${object.id}: no input has what it belongs to${path ? `, ${path}` : ""}: left out`,
        );
    }
    this.#changed();
  }

  /** The policy of rules that came without it: what it says besides its rules nobody knows. */
  #policyOf(rule: NsxObject, path: string | undefined): NsxObject {
    const id = path?.split("/").at(-1) ?? "rules";
    const own = path ?? `/infra/domains/default/security-policies/${id}`;
    const known = this.#byPath.get(own);
    if (known !== undefined) return known;
    this.#report.wrong(
      rule.json.at(),
      `no input has the security policy of these rules${path ? `, ${path}` : ""}: they are taken as one that is stateful, has no category and applies to every vNIC`,
    );
    const policy: NsxObject = { type: "SecurityPolicy", path: own, id, json: rule.json.nothing };
    this.all.push(policy);
    this.#byPath.set(own, policy);
    return policy;
  }
}

function groupBy<K, T>(list: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of list) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}

/** Types that mean nothing by themselves. */
const PARTS = /^(?:Rule|RedirectionRule|SegmentPort)$|ServiceEntry$|BindingMap$/;
const place = ({ file, line }: Place): string => `${file}:${line}`;
const tailOf = (path: string): string => path.split("/").slice(-2).join("/");

function pathOf(type: string, id: string, parent: NsxObject | undefined): string {
  if (type === "Infra" || type === "GlobalInfra") return type === "Infra" ? "/infra" : "/global-infra";
  if (type === "PolicyExcludeList") return "/infra/settings/firewall/security/exclude-list";
  const inDomain = ["Group", "SecurityPolicy", "RedirectionPolicy"].includes(type);
  const above = parent?.path ?? (inDomain ? "/infra/domains/default" : "/infra");
  return `${above}/${COLLECTIONS[type] ?? type}/${id}`;
}
