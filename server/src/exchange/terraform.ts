/**
 * HCL for the provider vmware/nsxt (registry.terraform.io, "nsxt_policy_group", "nsxt_policy_service",
 * "nsxt_policy_security_policy", "nsxt_policy_parent_…"): resources that refer to one another, so that Terraform finds
 * the order.
 */
import { type ApiObject, groupPath, type Json, servicePath } from "./nsxApi.ts";
import type { NsxTree } from "./nsxTree.ts";
import type { Place, Report } from "./report.ts";

export function terraform(tree: NsxTree, at: Place, report: Report): string {
  return new Hcl(tree, at, report).text();
}

type Fields = Readonly<Record<string, Json | undefined>>;

class Hcl {
  readonly #tree: NsxTree;
  readonly #at: Place;
  readonly #report: Report;
  readonly #lines: string[] = [];
  /** Paths of objects that are resources here, and what Terraform calls them. */
  readonly #references = new Map<string, string>();
  readonly #labels = new Map<string, string>();
  readonly #taken = new Set<string>();

  constructor(tree: NsxTree, at: Place, report: Report) {
    this.#tree = tree;
    this.#at = at;
    this.#report = report;
    for (const group of tree.groups) this.#refer(groupPath(group.id), "nsxt_policy_group", group);
    for (const service of tree.services) this.#refer(servicePath(service.id), "nsxt_policy_service", service);
    for (const segment of tree.segments) this.#refer(`/infra/segments/${segment.id}`, segmentType(segment), segment);
  }
  #refer(path: string, type: string, object: ApiObject): void {
    this.#references.set(path, `${type}.${this.#label(type, object.id)}.path`);
  }
  /** A resource's name: letters, digits, `_` and `-`. */
  #label(type: string, id: string): string {
    const key = `${type} ${id}`;
    const known = this.#labels.get(key);
    if (known !== undefined) return known;
    const base = id.replace(/[^A-Za-z0-9_-]/g, "_").replace(/^(?=[^A-Za-z_])/, "_");
    let label = base;
    for (let n = 2; this.#taken.has(`${type} ${label}`); n++) label = `${base}_${n}`;
    this.#taken.add(`${type} ${label}`);
    this.#labels.set(key, label);
    return label;
  }

  text(): string {
    this.#block("terraform", () =>
      this.#block("required_providers", () => this.#line('nsxt = { source = "vmware/nsxt" }')),
    );
    for (const service of this.#tree.services) this.#service(service);
    for (const segment of this.#tree.segments) this.#segment(segment);
    for (const group of this.#tree.groups) this.#group(group);
    for (const profile of this.#tree.profiles) this.#profile(profile);
    for (const policy of this.#tree.securityPolicies) this.#policy(policy);
    for (const policy of this.#tree.redirectionPolicies)
      this.#report.inexpressible(
        this.#at,
        `redirection policy ${policy.display_name}: the provider has no resource for it`,
      );
    return `${this.#lines.join("\n")}\n`;
  }

  // ---- resources --------------------------------------------------------------------------------------------------------

  #resource(type: string, object: ApiObject, body: () => void): void {
    this.#lines.push("");
    this.#block(`resource ${text(type)} ${text(this.#label(type, object.id))}`, () => {
      this.#fields({ nsx_id: object.id, display_name: object.display_name });
      body();
    });
  }

  #service(service: ApiObject): void {
    this.#resource("nsxt_policy_service", service, () => {
      for (const entry of service.service_entries as readonly Record<string, Json>[]) {
        const { display_name } = entry;
        switch (entry.resource_type) {
          case "L4PortSetServiceEntry":
            this.#fieldBlock("l4_port_set_entry", {
              display_name,
              protocol: entry.l4_protocol,
              destination_ports: entry.destination_ports,
              source_ports: entry.source_ports,
            });
            break;
          case "ICMPTypeServiceEntry":
            this.#fieldBlock("icmp_entry", {
              display_name,
              protocol: entry.protocol,
              icmp_type: stringOf(entry.icmp_type),
              icmp_code: stringOf(entry.icmp_code),
            });
            break;
          case "IPProtocolServiceEntry":
            this.#fieldBlock("ip_protocol_entry", { display_name, protocol: entry.protocol_number });
            break;
          case "EtherTypeServiceEntry":
            this.#fieldBlock("ether_type_entry", { display_name, ether_type: entry.ether_type });
            break;
          case "ALGTypeServiceEntry":
            this.#fieldBlock("algorithm_entry", {
              display_name,
              algorithm: entry.alg,
              destination_port: (entry.destination_ports as readonly string[])[0],
            });
            break;
          case "NestedServiceServiceEntry":
            this.#block("nested_service_entry", () => {
              this.#fields({ display_name });
              this.#line(`nested_service_path = ${this.#path(entry.nested_service_path as string)}`);
            });
        }
      }
    });
  }

  #group(group: ApiObject): void {
    this.#resource("nsxt_policy_group", group, () => {
      let criteria: (() => void)[] = [];
      const close = () => {
        const body = criteria;
        if (body.length > 0)
          this.#block("criteria", () => {
            for (const write of body) write();
          });
        criteria = [];
      };
      for (const expression of group.expression as readonly Record<string, Json>[]) {
        if (expression.resource_type === "ConjunctionOperator") {
          close();
          this.#fieldBlock("conjunction", { operator: expression.conjunction_operator });
        } else if (expression.resource_type === "NestedExpression") {
          // All conditions in one criterion hold together.
          for (const inner of expression.expressions as readonly Record<string, Json>[])
            if (inner.resource_type === "Condition") criteria.push(() => this.#expression(inner));
        } else criteria.push(() => this.#expression(expression));
      }
      close();
    });
  }
  #expression(expression: Record<string, Json>): void {
    if (expression.resource_type === "IPAddressExpression")
      this.#fieldBlock("ipaddress_expression", { ip_addresses: expression.ip_addresses });
    else if (expression.resource_type === "MACAddressExpression")
      this.#fieldBlock("macaddress_expression", { mac_addresses: expression.mac_addresses });
    else if (expression.resource_type === "PathExpression")
      this.#block("path_expression", () =>
        this.#line(
          `member_paths = [${(expression.paths as readonly string[]).map((path) => this.#path(path)).join(", ")}]`,
        ),
      );
    else {
      const { member_type, key, operator, value } = expression;
      this.#fieldBlock("condition", { member_type, key, operator, value });
    }
  }

  #segment(segment: ApiObject): void {
    this.#resource(segmentType(segment), segment, () => {
      for (const subnet of (segment.subnets ?? []) as readonly Record<string, Json>[])
        if (subnet.gateway_address !== undefined) this.#fieldBlock("subnet", { cidr: subnet.gateway_address });
      this.#fields({ vlan_ids: segment.vlan_ids });
      const guards: Record<string, Json>[] = [];
      for (const one of (segment.children ?? []) as readonly Record<string, Json>[]) {
        const map = one.SegmentSecurityProfileBindingMap ?? one.SegmentDiscoveryProfileBindingMap;
        if (map !== undefined) guards.push(map as Record<string, Json>);
      }
      for (const map of guards) {
        if (map.spoofguard_profile_path !== undefined)
          this.#block("security_profile", () => {
            this.#line(
              `spoofguard_profile_path = ${this.#profilePath("nsxt_policy_spoof_guard_profile", map.spoofguard_profile_path as string)}`,
            );
            this.#line(
              `security_profile_path   = ${this.#profilePath("nsxt_policy_segment_security_profile", map.segment_security_profile_path as string)}`,
            );
          });
        else
          this.#block("discovery_profile", () =>
            this.#line(
              `ip_discovery_profile_path = ${this.#profilePath("nsxt_policy_ip_discovery_profile", map.ip_discovery_profile_path as string)}`,
            ),
          );
      }
    });
    const ports = ((segment.children ?? []) as readonly Record<string, Json>[]).filter(
      (one) => one.SegmentPort !== undefined,
    ).length;
    if (ports > 0)
      this.#report.inexpressible(
        this.#at,
        `segment ${segment.display_name}: its ${ports} ports are made by attaching machines`,
      );
  }
  #profilePath(type: string, path: string): string {
    return `${type}.${this.#label(type, path.split("/").at(-1) as string)}.path`;
  }

  #profile(profile: ApiObject): void {
    const { resource_type: type, id: _, display_name: __, ...rest } = profile;
    if (type === "SpoofGuardProfile")
      this.#resource("nsxt_policy_spoof_guard_profile", profile, () =>
        this.#fields({ address_binding_allowlist: profile.address_binding_allowlist }),
      );
    else if (type === "SegmentSecurityProfile") {
      const { rate_limits, rate_limits_enabled, ...flags } = rest;
      this.#resource("nsxt_policy_segment_security_profile", profile, () => {
        this.#fields({ ...(flags as Fields), rate_limits_enabled });
        if (rate_limits !== undefined) this.#fieldBlock("rate_limit", rate_limits as Fields);
      });
    } else if (type === "IPDiscoveryProfile") {
      const v4 = profile.ip_v4_discovery_options as Record<string, Json>;
      const v6 = profile.ip_v6_discovery_options as Record<string, Json>;
      this.#resource("nsxt_policy_ip_discovery_profile", profile, () =>
        this.#fields({
          arp_snooping_enabled: (v4.arp_snooping_config as Record<string, Json>).arp_snooping_enabled,
          dhcp_snooping_enabled: v4.dhcp_snooping_enabled,
          vmtools_enabled: v4.vmtools_enabled,
          nd_snooping_enabled: (v6.nd_snooping_config as Record<string, Json>).nd_snooping_enabled,
          dhcp_snooping_v6_enabled: v6.dhcp_snooping_v6_enabled,
          vmtools_v6_enabled: v6.vmtools_v6_enabled,
          tofu_enabled: profile.tofu_enabled,
        }),
      );
    } else if (type === "PolicyExcludeList")
      for (const [i, member] of (profile.members as readonly string[]).entries())
        this.#resource("nsxt_policy_firewall_exclude_list_member", { ...profile, id: `excluded_${i + 1}` }, () => {
          this.#lines.splice(-2);
          this.#line(`member = ${this.#path(member)}`);
        });
    else this.#report.inexpressible(this.#at, `${type} ${profile.display_name}: the provider has no resource for it`);
  }

  #policy(policy: ApiObject): void {
    this.#resource("nsxt_policy_security_policy", policy, () => {
      this.#fields({
        category: policy.category,
        sequence_number: policy.sequence_number,
        stateful: policy.stateful,
        tcp_strict: policy.tcp_strict,
      });
      this.#paths("scope", policy.scope);
      for (const rule of policy.rules as readonly Record<string, Json>[])
        this.#block("rule", () => {
          this.#fields({
            nsx_id: rule.id,
            display_name: rule.display_name,
            action: rule.action,
            direction: rule.direction,
            ip_version: policy.category === "Ethernet" ? "NONE" : rule.ip_protocol,
            logged: rule.logged,
            log_label: rule.tag,
            disabled: rule.disabled,
            notes: rule.notes,
          });
          this.#paths("source_groups", rule.source_groups);
          if (rule.sources_excluded === true) this.#fields({ sources_excluded: true });
          this.#paths("destination_groups", rule.destination_groups);
          if (rule.destinations_excluded === true) this.#fields({ destinations_excluded: true });
          this.#paths("services", rule.services);
          this.#paths("scope", rule.scope);
        });
    });
  }

  // ---- lines --------------------------------------------------------------------------------------------------------------

  #depth = 0;
  #line(line: string): void {
    this.#lines.push("  ".repeat(this.#depth) + line);
  }
  #block(head: string, body: () => void): void {
    this.#line(`${head} {`);
    this.#depth += 1;
    body();
    this.#depth -= 1;
    this.#line("}");
  }
  #fieldBlock(head: string, fields: Fields): void {
    this.#block(head, () => this.#fields(fields));
  }
  /** Arguments with their `=` in a column, as `terraform fmt` has them. */
  #fields(fields: Fields): void {
    const written = Object.entries(fields).filter(
      (field): field is [string, Json] => field[1] !== undefined && !(Array.isArray(field[1]) && field[1].length === 0),
    );
    const width = Math.max(0, ...written.map(([key]) => key.length));
    for (const [key, value] of written) this.#line(`${key.padEnd(width)} = ${valueText(value)}`);
  }
  /** A list of paths and addresses; ANY is what is left out. */
  #paths(key: string, list: Json | undefined): void {
    const paths = ((list ?? []) as readonly string[]).filter((path) => path !== "ANY");
    if (paths.length > 0) this.#line(`${key} = [${paths.map((path) => this.#path(path)).join(", ")}]`);
  }
  #path(path: string): string {
    return this.#references.get(path) ?? text(path);
  }
}

const segmentType = (segment: ApiObject): string =>
  segment.vlan_ids === undefined ? "nsxt_policy_segment" : "nsxt_policy_vlan_segment";
const stringOf = (value: Json | undefined): Json | undefined => (value === undefined ? undefined : String(value));
/** A string of HCL: `${` and `%{` would begin a template. */
const text = (value: string): string => JSON.stringify(value).replace(/([$%])\{/g, "$1$1{");
const valueText = (value: Json): string =>
  typeof value === "string"
    ? text(value)
    : Array.isArray(value)
      ? `[${(value as readonly Json[]).map(valueText).join(", ")}]`
      : String(value);
