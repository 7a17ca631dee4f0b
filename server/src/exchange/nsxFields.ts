/**
 * The keys of NSX Policy API objects that decide about packets, and what stands there (NSX-T Data Center REST API,
 * "Policy > Security"; the same names are in VMware's SDKs). A key of another kind, or one that the API does not have
 * and that sounds like a condition, must not be passed over: without it a rule would take more than was meant.
 */
import { soundsLikeCondition } from "./conditions.ts";
import type { JsonObject } from "./json.ts";
import type { Report } from "./report.ts";

/** A list of words: one of them. */
type Kind = "text" | "texts" | "flag" | "number" | "objects" | readonly string[];

/** Keys of every object (ManagedResource, PolicyResource, PolicyConfigResource): they say nothing of packets. */
const EVERYWHERE = new Set(
  `resource_type id display_name description notes comments tags path relative_path parent_path unique_id realization_id
   origin_site_id owner_id remote_path marked_for_delete overridden children is_default internal_sequence_number
   lock_modified_by lock_modified_time locked rule_count reference group_state state`.split(/\s+/),
);

const SIDES = {
  source_groups: "texts",
  sources_excluded: "flag",
  destination_groups: "texts",
  destinations_excluded: "flag",
  services: "texts",
  service_entries: "objects",
  profiles: "texts",
  scope: "texts",
  direction: ["IN", "OUT", "IN_OUT"],
  ip_protocol: ["IPV4", "IPV6", "IPV4_IPV6"],
  action: "text",
  disabled: "flag",
  logged: "flag",
  tag: "text",
  rule_id: "number",
  sequence_number: "number",
} as const;

/** Of policies of both kinds. */
const POLICY = {
  category: "text",
  sequence_number: "number",
  scope: "texts",
  stateful: "flag",
  tcp_strict: "flag",
  disabled: "flag",
  scheduler_path: "text",
  rules: "objects",
} as const;

const FIELDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  Rule: SIDES,
  RedirectionRule: SIDES,
  SecurityPolicy: {
    ...POLICY,
    connectivity_strategy: "text",
    connectivity_preference: "text",
    default_rule_id: "number",
    application_connectivity_strategy: "objects",
    logging_enabled: "flag",
    // Of a policy for the pods of a cluster it says "ANTREA".
    target_type: ["DFW"],
  },
  RedirectionPolicy: {
    ...POLICY,
    north_south: "flag",
    redirect_to: "texts",
  },
  L4PortSetServiceEntry: { l4_protocol: "text", destination_ports: "texts", source_ports: "texts" },
  ALGTypeServiceEntry: { alg: "text", destination_ports: "texts", source_ports: "texts" },
  ICMPTypeServiceEntry: { protocol: "text", icmp_type: "number", icmp_code: "number" },
  IPProtocolServiceEntry: { protocol_number: "number" },
  IGMPTypeServiceEntry: {},
  EtherTypeServiceEntry: { ether_type: "text" },
  NestedServiceServiceEntry: { nested_service_path: "text" },
  Group: { expression: "objects", extended_expression: "objects", group_type: "texts" },
  Condition: {
    member_type: "text",
    key: "text",
    operator: "text",
    value: "text",
    scope_operator: ["EQUALS", "NOTEQUALS"],
  },
  ConjunctionOperator: { conjunction_operator: ["AND", "OR"] },
  NestedExpression: { expressions: "objects" },
  IPAddressExpression: { ip_addresses: "texts" },
  MACAddressExpression: { mac_addresses: "texts" },
  PathExpression: { paths: "texts" },
  ExternalIDExpression: { member_type: "text", external_ids: "texts" },
};

/** What keeps an object from meaning what it says; every such key is told at its place. */
export function misread(json: JsonObject, type: string, id: string, report: Report): string[] {
  const fields = FIELDS[type];
  if (fields === undefined) return [];
  const lost: string[] = [];
  for (const key of json.keys) {
    if (EVERYWHERE.has(key) || key.startsWith("_") || json.get(key) === null) continue;
    // What collectors of the API's answers put beside a group's expression.
    if (type === "Group" && key.endsWith("_members")) continue;
    const kind = Object.hasOwn(fields, key) ? (fields[key] as Kind) : undefined;
    if (kind === undefined) {
      const condition = soundsLikeCondition(key);
      report.wrong(
        json.at(key),
        `${type} ${id}: ${key} is no key that the Policy API has${condition ? "" : "; ignored"}`,
      );
      if (condition) lost.push(`the key ${key}`);
    } else if (!isOf(json, key, kind)) {
      const wanted = typeof kind === "string" ? WORDS[kind] : (kind.length > 1 ? "one of " : "") + kind.join(", ");
      const what = `${key} is not ${wanted}`;
      report.wrong(json.at(key), `${type} ${id}: ${what}`);
      lost.push(what);
    }
  }
  return lost;
}

const WORDS: Readonly<Record<Extract<Kind, string>, string>> = {
  text: "a text",
  texts: "a list of texts",
  flag: "true or false",
  number: "a whole number",
  objects: "a list of objects",
};

function isOf(json: JsonObject, key: string, kind: Kind): boolean {
  const value = json.get(key);
  switch (kind) {
    case "text":
      return json.text(key) !== undefined;
    case "flag":
      return json.flag(key) !== undefined;
    case "number":
      return json.int(key) !== undefined;
    case "texts":
      return typeof value === "string" || (Array.isArray(value) && json.texts(key).length === value.length);
    case "objects":
      return Array.isArray(value) && json.objects(key).length === value.length;
    default:
      return kind.includes(json.text(key)?.toUpperCase() ?? "");
  }
}
