/**
 * A policy as bodies of the NSX-v API in one document: a list of sets, security groups and applications, the firewall
 * configuration that names them, SpoofGuard policies, timers and the exclude list.
 */
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Dfw, Policy, Redirect, Rule, Section, Swsec, TimerName, Vnic } from "../policy/policy.ts";
import { icmpName } from "../policy/protocols.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import { algName } from "./algs.ts";
import type { DraftEndpoint, DraftEndpoints, DraftEntry } from "./draft.ts";
import { entryParts, PolicyDraft, writtenAddresses } from "./policyDraft.ts";
import type { Place, Report } from "./report.ts";
import { XML_TIMERS } from "./timers.ts";
import { isMacText } from "./values.ts";

export function nsxvText(policy: Policy, report: Report): string {
  return new XmlText(policy, report).text();
}

const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" })[c] as string,
  );
const ACTIONS: Readonly<Record<string, string>> = {
  allow: "allow",
  drop: "deny",
  reject: "reject",
  redirect: "redirect",
  skip: "noredirect",
};

/** Why a thing has no words in the API: thrown and caught within this file. */
class NoWords extends Error {}
interface Reference {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
}

class XmlText {
  readonly #policy: Policy;
  readonly #draft: PolicyDraft;
  readonly #report: Report;
  readonly #lines: string[] = [];
  #depth = 0;
  readonly #definitions: ReadonlyMap<string, DraftEndpoints>;
  readonly #ids = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #open = new Set<string>();

  constructor(policy: Policy, report: Report) {
    this.#policy = policy;
    this.#report = report;
    this.#draft = new PolicyDraft(policy);
    this.#definitions = new Map(this.#draft.groups().map(({ key, endpoints }) => [key, endpoints]));
  }

  text(): string {
    this.#lines.push('<?xml version="1.0" encoding="UTF-8"?>');
    this.#element("list", {}, () => {
      for (const { key, at } of this.#draft.groups())
        try {
          this.#groupOf(key);
        } catch (error) {
          if (!(error instanceof NoWords)) throw error;
          if (at !== undefined) this.#report.inexpressible(at, `group ${key}: ${error.message}`);
        }
      this.#configuration();
    });
    this.#tellRest();
    return `${this.#lines.join("\n")}\n`;
  }

  #tellRest(): void {
    for (const block of this.#policy.blocks.values()) {
      const at = this.#draft.placeOf(block.source);
      if (block.module === "acl" || block.module === "encryption")
        this.#report.inexpressible(at, `${block.module} ${block.name}: the API has nothing of it`);
    }
    const asked = this.#policy.asserts.length + this.#policy.scenarios.length;
    if (asked > 0)
      this.#report.inexpressible(
        { file: (this.#policy.scenarios[0] ?? this.#policy.asserts[0])?.uri ?? "", line: 1 },
        `${asked} scenarios and asserts stay here: NSX has none`,
      );
  }

  // ---- lines --------------------------------------------------------------------------------------------------------------

  #element(name: string, attributes: Readonly<Record<string, string>>, body: (() => void) | string): void {
    const words = Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${escaped(value)}"`)
      .join("");
    const indent = "  ".repeat(this.#depth);
    if (typeof body === "string") {
      this.#lines.push(`${indent}<${name}${words}>${escaped(body)}</${name}>`);
      return;
    }
    this.#lines.push(`${indent}<${name}${words}>`);
    this.#depth += 1;
    body();
    this.#depth -= 1;
    this.#lines.push(`${indent}</${name}>`);
  }
  #leaf(name: string, text: string): void {
    this.#element(name, {}, text);
  }
  #id(kind: string, key: string): string {
    const known = this.#ids.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const n = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, n);
    const id = `${kind}-${n}`;
    this.#ids.set(`${kind} ${key}`, id);
    return id;
  }

  // ---- groups -------------------------------------------------------------------------------------------------------------

  /** A group as an IP set, a MAC set or a security group; written once, what it names before it. */
  #groupOf(name: string): Reference {
    const definition = this.#definitions.get(name);
    if (definition === undefined) throw new NoWords(`nothing is called ${name}`);
    return this.#container(`group ${name}`, name, definition);
  }
  #container(key: string, name: string, endpoints: DraftEndpoints): Reference {
    const { items, except = [] } = endpoints;
    const written = items.some(({ kind }) => kind === "any") ? writtenAddresses(endpoints) : undefined;
    const literals = items.flatMap((item) => (item.kind === "literal" ? [item.text] : []));
    const addresses = written ?? (literals.length === items.length && except.length === 0 ? literals : undefined);
    if (addresses?.every((text) => !isMacText(text))) return this.#set("ipset", "IPSet", key, name, addresses);
    if (addresses?.every(isMacText)) return this.#set("macset", "MACSet", key, name, addresses);
    if (items.some(({ kind }) => kind === "any"))
      throw new NoWords("any, less what has a name: only a rule can say it");
    const id = this.#id("securitygroup", key);
    const reference: Reference = { type: "SecurityGroup", id, name };
    if (this.#open.has(id)) return reference;
    this.#open.add(id);
    const members = this.#members(items, name);
    const excluded = this.#members(except, `${name} except`);
    const tags = items.flatMap((item) => (item.kind === "tag" ? [item.tag] : []));
    this.#element("securitygroup", {}, () => {
      this.#leaf("objectId", id);
      this.#leaf("name", name);
      for (const member of members.filter(({ type }) => type !== "SecurityTag")) this.#member("member", member);
      for (const member of excluded) this.#member("excludeMember", member);
      if (tags.length > 0)
        this.#element("dynamicMemberDefinition", {}, () =>
          this.#element("dynamicSet", {}, () => {
            this.#leaf("operator", "OR");
            for (const tag of tags)
              this.#element("dynamicCriteria", {}, () => {
                this.#leaf("operator", "OR");
                this.#leaf("key", "VM.SECURITY_TAG");
                this.#leaf("criteria", "=");
                this.#leaf("value", tag);
              });
          }),
        );
    });
    return reference;
  }
  #set(kind: "ipset" | "macset", type: string, key: string, name: string, values: readonly string[]): Reference {
    const id = this.#id(kind, key);
    if (!this.#open.has(id)) {
      this.#open.add(id);
      this.#element(kind, {}, () => {
        this.#leaf("objectId", id);
        this.#leaf("name", name);
        this.#leaf("value", values.join(","));
      });
    }
    return { type, id, name };
  }
  #members(items: readonly DraftEndpoint[], name: string): Reference[] {
    const out: Reference[] = [];
    const ips: string[] = [];
    const macs: string[] = [];
    for (const item of items) {
      if (item.kind === "any") throw new NoWords("any, as a member");
      if (item.kind === "literal") (isMacText(item.text) ? macs : ips).push(item.text);
      else if (item.kind === "tag") {
        out.push({ type: "SecurityTag", id: this.#id("securitytag", item.tag), name: item.tag });
        // Who carries a tag is the vCenter's to know; those who do now are members by name as well.
        for (const vm of this.#policy.vms.values())
          if (vm.tags.includes(item.tag))
            out.push({ type: "VirtualMachine", id: this.#id("vm", vm.name), name: vm.name });
      } else if (item.kind === "vnic")
        out.push({
          type: "Vnic",
          id: this.#id("vnic", `${item.vm}.${item.vnic}`),
          name: `${item.vm} - Network adapter ${adapter(item.vnic)}`,
        });
      else if (this.#policy.vms.has(item.key))
        out.push({ type: "VirtualMachine", id: this.#id("vm", item.key), name: item.key });
      else if (this.#policy.segments.has(item.key)) out.push(...this.#switch(item.key));
      else out.push(this.#groupOf(item.key));
    }
    if (ips.length > 0) out.push(this.#set("ipset", "IPSet", `of ${name} ${ips.join()}`, `${name} addresses`, ips));
    if (macs.length > 0) out.push(this.#set("macset", "MACSet", `of ${name} ${macs.join()}`, `${name} MACs`, macs));
    return out;
  }
  /** A logical switch; what it holds in addresses and vNICs, which no body says of it, beside it. */
  #switch(name: string): Reference[] {
    const out: Reference[] = [{ type: "VirtualWire", id: this.#id("virtualwire", name), name }];
    const subnets: string[] = [];
    for (const child of this.#policy.segments.get(name)?.source.statement.children ?? [])
      if (child.kind === "subnet")
        for (const prefix of child.prefixes)
          if (prefix.kind === "prefix") subnets.push(`${prefix.address.text}/${prefix.length.value}`);
    if (subnets.length > 0) out.push(this.#set("ipset", "IPSet", `subnets ${name}`, `${name} subnets`, subnets));
    for (const { segment, vm, name: vnic } of this.#policy.vnics.values())
      if (segment === name) out.push(...this.#members([{ kind: "vnic", vm, vnic }], name));
    return out;
  }
  #member(tag: string, { type, id, name }: Reference): void {
    this.#element(tag, {}, () => {
      this.#leaf("objectId", id);
      this.#leaf("objectTypeName", type);
      if (name !== undefined) this.#leaf("name", name);
    });
  }

  /** A side of a rule. */
  #side(
    endpoints: DraftEndpoints | undefined,
    name: string,
  ): { readonly references: Reference[]; readonly excluded: boolean } | undefined {
    if (endpoints === undefined) return undefined;
    const { items, except } = endpoints;
    const any = items.some(({ kind }) => kind === "any");
    if (any && except === undefined) return undefined;
    if (any && except !== undefined) {
      if (except.some(({ kind }) => kind === "any"))
        return { references: [this.#set("ipset", "IPSet", "nobody", "nobody", [])], excluded: false };
      return { references: this.#references(except, name), excluded: true };
    }
    if (except !== undefined)
      return {
        references: [this.#container(`${name} ${JSON.stringify(endpoints)}`, name, endpoints)],
        excluded: false,
      };
    const [only] = items;
    const definition = items.length === 1 && only?.kind === "ref" ? this.#definitions.get(only.key) : undefined;
    if (definition?.items.some(({ kind }) => kind === "any") && writtenAddresses(definition) === undefined)
      return this.#side(definition, name);
    return { references: this.#references(items, name), excluded: false };
  }
  #references(items: readonly DraftEndpoint[], name: string): Reference[] {
    return items.flatMap((item): Reference[] => {
      if (item.kind !== "literal") {
        // A tag alone is a group of those that carry it.
        if (item.kind === "tag") return [this.#container(`tag ${item.tag}`, `tag ${item.tag}`, { items: [item] })];
        return this.#members([item], name);
      }
      if (isMacText(item.text)) return this.#members([item], `${name} ${item.text}`);
      return [{ type: item.text.includes(":") ? "Ipv6Address" : "Ipv4Address", id: item.text }];
    });
  }

  // ---- services -------------------------------------------------------------------------------------------------------------

  #application(key: string): Reference {
    const service = this.#draft.services().find((one) => one.key === key);
    if (service === undefined) throw new NoWords(`nothing is called ${key}`);
    const grouped = service.entries.some((entry) => "key" in entry);
    const id = this.#id(grouped ? "applicationgroup" : "application", key);
    const reference: Reference = { type: grouped ? "ApplicationGroup" : "Application", id, name: key };
    if (this.#open.has(id)) return reference;
    this.#open.add(id);
    if (!grouped) {
      const elements = service.entries.map((entry) => this.#elementOf((entry as { text: string }).text, service.alg));
      this.#write("application", id, key, elements);
      return reference;
    }
    const members = service.entries.map((entry): Reference => {
      if ("key" in entry) return this.#application(entry.key);
      const own = this.#id("application", `${key} ${entry.text}`);
      this.#write("application", own, `${key} ${entry.text}`, [this.#elementOf(entry.text, service.alg)]);
      return { type: "Application", id: own, name: `${key} ${entry.text}` };
    });
    this.#element("applicationGroup", {}, () => {
      this.#leaf("objectId", id);
      this.#leaf("name", key);
      for (const member of members) this.#member("member", member);
    });
    return reference;
  }
  #write(
    kind: string,
    id: string,
    name: string,
    elements: readonly (readonly [string, string | undefined, string | undefined])[],
  ): void {
    this.#element(kind, {}, () => {
      this.#leaf("objectId", id);
      this.#leaf("name", name);
      for (const [protocol, value, source] of elements)
        this.#element("element", {}, () => {
          this.#leaf("applicationProtocol", protocol);
          if (value !== undefined) this.#leaf("value", value);
          if (source !== undefined) this.#leaf("sourcePort", source);
        });
    });
  }
  /** Protocol, ports or type, source ports. */
  #elementOf(text: string, alg: string | undefined): readonly [string, string | undefined, string | undefined] {
    const parts = entryParts(text);
    const list = (ports: readonly string[]) => (ports.length === 0 ? undefined : ports.join(","));
    switch (parts.kind) {
      case "ports":
        return [algName(alg, parts.protocol) ?? parts.protocol.toUpperCase(), list(parts.to), list(parts.from)];
      case "ip":
        return ["L3_OTHERS", String(parts.protocol), undefined];
      case "ether":
        return ["L2_OTHERS", `0x${parts.type.toString(16).padStart(4, "0")}`, undefined];
      case "icmp": {
        const protocol = parts.version === 4 ? "ICMP" : "IPV6ICMP";
        if (parts.code === undefined)
          return [protocol, parts.type === undefined ? undefined : String(parts.type), undefined];
        const name = icmpName(parts.version === 4 ? "icmp" : "icmpv6", parts.type ?? 0, parts.code);
        if (name === undefined || name === icmpName(parts.version === 4 ? "icmp" : "icmpv6", parts.type ?? 0))
          throw new NoWords(`${text}: a type with a code that has no name`);
        return [protocol, name, undefined];
      }
    }
  }

  // ---- the configuration ----------------------------------------------------------------------------------------------------

  #configuration(): void {
    const dfws = new Set<Dfw>();
    const redirects = new Set<Redirect>();
    const guards = new Map<Swsec, Set<string>>();
    for (const chain of this.#policy.chains)
      for (const { block } of chain.slots.values()) {
        if (block?.module === "dfw") dfws.add(block);
        if (block?.module === "redirect") redirects.add(block);
        if (block?.module === "swsec") {
          const segments = guards.get(block) ?? new Set<string>();
          for (const { segment } of chain.vnics) if (segment !== undefined) segments.add(segment);
          guards.set(block, segments);
        }
      }
    if (this.#policy.chains.length === 0)
      for (const block of this.#policy.blocks.values()) if (block.module === "dfw") dfws.add(block);
    const [dfw, ...others] = dfws;
    for (const other of others)
      this.#report.inexpressible(
        this.#draft.placeOf(other.source),
        `dfw ${other.name}: NSX-v has one firewall; ${dfw?.name} is written`,
      );
    // What rules name comes before them: written while the sections are collected.
    const sections = this.#collect(() => {
      if (dfw !== undefined) this.#firewall(dfw);
    });
    const redirected = this.#collect(() => {
      if (redirects.size > 0)
        this.#element("layer3RedirectSections", {}, () => {
          for (const redirect of redirects) this.#redirectSection(redirect);
        });
    });
    this.#element("firewallConfiguration", {}, () => {
      this.#leaf("contextId", "globalroot-0");
      this.#lines.push(...sections, ...redirected);
    });
    for (const [guard, segments] of guards) this.#spoofguard(guard, segments);
    this.#detected();
    if (dfw !== undefined) this.#settings(dfw);
  }

  /** Lines of a body; objects that it needs are written where the document is now. */
  #collect(body: () => void): string[] {
    const start = this.#lines.length;
    const depth = this.#depth;
    this.#depth = depth + 1;
    const outer = this.#pending;
    this.#pending = [];
    body();
    const lines = this.#lines.splice(start);
    this.#lines.push(...this.#pending);
    this.#pending = outer;
    this.#depth = depth;
    return lines;
  }
  #pending: string[] = [];
  /** Writes what a rule names, apart from the rule. */
  #apart<T>(make: () => T): T {
    const start = this.#lines.length;
    const depth = this.#depth;
    this.#depth = 1;
    try {
      return make();
    } finally {
      this.#pending.push(...this.#lines.splice(start));
      this.#depth = depth;
    }
  }

  #firewall(dfw: Dfw): void {
    const ip = dfw.sections.filter(({ ethernet }) => !ethernet);
    const ordered = (["emergency", "infrastructure", "environment", "application"] as const).flatMap((category) =>
      ip.filter((section) => section.category === category),
    );
    this.#element("layer3Sections", {}, () => {
      for (const section of ordered) this.#section(section);
      const highest = Math.max(0, ...dfw.ipRules.map(({ id }) => id), ...dfw.ethernetRules.map(({ id }) => id));
      const action = dfw.default?.action ?? "allow";
      this.#element("section", { name: `${dfw.name} default` }, () =>
        this.#element(
          "rule",
          { id: String(highest + 1), disabled: "false", logged: String(dfw.default?.log === true) },
          () => {
            this.#leaf("name", "default");
            this.#leaf("action", ACTIONS[action] ?? "deny");
          },
        ),
      );
    });
    const ethernet = dfw.sections.filter((section) => section.ethernet);
    if (ethernet.length > 0)
      this.#element("layer2Sections", {}, () => {
        for (const section of ethernet) this.#section(section);
      });
  }
  #section(section: Section): void {
    const appliedTo = section.source.statement.appliedTo;
    const attributes: Record<string, string> = { name: section.name };
    if (!section.ethernet) {
      attributes.stateless = String(section.stateless);
      attributes.tcpStrict = String(section.tcpStrict && !section.stateless);
    }
    this.#element("section", attributes, () => {
      for (const rule of section.rules)
        this.#rule(rule, section.ethernet, appliedTo && this.#draft.endpoints(appliedTo));
    });
  }
  #redirectSection(redirect: Redirect): void {
    this.#element("section", { name: redirect.name, type: "L3REDIRECT" }, () => {
      for (const rule of redirect.rules) this.#rule(rule, false, undefined, redirect);
      if (redirect.default?.action === "redirect")
        this.#element("rule", { id: String(Math.max(0, ...redirect.rules.map(({ id }) => id)) + 1) }, () => {
          this.#leaf("name", "default");
          this.#leaf("action", "redirect");
          this.#profile(redirect);
        });
    });
  }
  #profile(redirect: Redirect): void {
    const name = redirect.via?.name ?? "service";
    this.#element("siProfile", {}, () => {
      this.#leaf("objectId", this.#id("serviceprofile", name));
      this.#leaf("name", name);
    });
  }

  #rule(rule: Rule, ethernet: boolean, sectionScope: DraftEndpoints | undefined, redirect?: Redirect): void {
    const draft = this.#draft.rule(rule);
    const lost: string[] = [];
    const words = <T>(make: () => T): T | undefined => {
      try {
        return this.#apart(make);
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        lost.push(error.message);
        return undefined;
      }
    };
    const name = `rule ${draft.id}`;
    const from = words(() => this.#side(draft.from, `${name} from`));
    const to = words(() => this.#side(draft.to, `${name} to`));
    const scope = words(() => {
      const side = this.#side(sectionScope ?? draft.appliedTo, `${name} applied to`);
      if (side?.excluded) throw new NoWords("applied-to any except …");
      return side;
    });
    const services = words(() =>
      draft.services?.map((entry: DraftEntry) =>
        "key" in entry ? this.#application(entry.key) : this.#elementOf(entry.text, undefined),
      ),
    );
    if (draft.services?.length === 0) lost.push("its service matches nothing");
    const action = ACTIONS[draft.action];
    if (action === undefined) lost.push(`the action ${draft.action}`);
    for (const what of lost)
      this.#report.inexpressible(draft.at as Place, `rule ${draft.id}: ${what}; it is written disabled`);
    this.#element(
      "rule",
      {
        id: String(draft.id),
        disabled: String(draft.disabled === true || lost.length > 0),
        logged: String(draft.log !== undefined),
      },
      () => {
        if (draft.title !== undefined) this.#leaf("name", draft.title);
        this.#leaf("action", action ?? "deny");
        if (redirect !== undefined) this.#profile(redirect);
        this.#element("appliedToList", {}, () => {
          for (const { type, id, name: called } of scope?.references ?? [
            { type: "DISTRIBUTED_FIREWALL", id: "DISTRIBUTED_FIREWALL", name: "DISTRIBUTED_FIREWALL" },
          ])
            this.#reference("appliedTo", { type, id, ...(called && { name: called }) });
        });
        for (const [side, list, item] of [
          [from, "sources", "source"],
          [to, "destinations", "destination"],
        ] as const)
          if (side !== undefined)
            this.#element(list, { excluded: String(side.excluded) }, () => {
              for (const reference of side.references) this.#reference(item, reference);
            });
        if (services !== undefined)
          this.#element("services", {}, () => {
            for (const service of services) {
              if ("id" in service) this.#reference("service", service);
              else {
                const [protocol, value, source] = service;
                this.#element("service", {}, () => {
                  this.#leaf("protocolName", protocol);
                  const icmp = /ICMP$/.test(protocol);
                  if (value !== undefined) this.#leaf(icmp ? "icmpType" : "destinationPort", value);
                  if (source !== undefined) this.#leaf("sourcePort", source);
                });
              }
            }
          });
        this.#leaf("direction", draft.direction ?? "inout");
        if (!ethernet) this.#leaf("packetType", draft.family === undefined ? "any" : `ipv${draft.family}`);
        if (typeof draft.log === "string") this.#leaf("tag", draft.log);
      },
    );
  }
  #reference(tag: string, { type, id, name }: Reference): void {
    this.#element(tag, {}, () => {
      if (name !== undefined) this.#leaf("name", name);
      this.#leaf("value", id);
      this.#leaf("type", type);
    });
  }

  // ---- SpoofGuard, timers, exclusion ----------------------------------------------------------------------------------------

  #spoofguard(guard: Swsec, segments: ReadonlySet<string>): void {
    const at = this.#draft.placeOf(guard.source);
    if (guard.blocks.size + guard.limits.length > 0 || guard.discover.methods.size > 0 || guard.arpSuppression.on)
      this.#report.inexpressible(at, `swsec ${guard.name}: of slot 1 the API has SpoofGuard alone`);
    const id = this.#id("spoofguardpolicy", guard.name);
    this.#element("spoofguardPolicy", {}, () => {
      this.#leaf("policyId", id);
      this.#leaf("name", guard.name);
      this.#leaf("operationMode", { off: "DISABLE", tofu: "TOFU", manual: "MANUAL" }[guard.spoofguard.mode]);
      for (const segment of segments)
        this.#element("enforcementPoint", {}, () => {
          this.#leaf("id", this.#id("virtualwire", segment));
          this.#leaf("name", segment);
          this.#leaf("type", "VirtualWire");
        });
      this.#leaf("allowLocalIPs", String(guard.allowLocal));
    });
    for (const { vnic, mac, ips } of guard.bindings)
      this.#vnic(vnic, id, () => {
        const own = mac ?? vnic.mac;
        if (own !== undefined) this.#leaf("approvedMacAddress", formatMac(own));
        this.#element("approvedIpAddress", {}, () => {
          for (const ip of ips) this.#leaf("ipAddress", formatIp(ip));
        });
      });
  }
  /** What SpoofGuard lists of a vNIC. */
  #vnic(vnic: Vnic, policy: string | undefined, body: () => void): void {
    this.#element("spoofguard", {}, () => {
      if (policy !== undefined) this.#leaf("policyId", policy);
      this.#leaf("nicName", `${vnic.vm} - Network adapter ${adapter(vnic.name)}`);
      body();
    });
  }
  /** The addresses that SpoofGuard has detected are those of the inventory. */
  #detected(): void {
    for (const vnic of this.#policy.vnics.values())
      this.#vnic(vnic, undefined, () => {
        if (vnic.mac !== undefined) this.#leaf("detectedMacAddress", formatMac(vnic.mac));
        this.#element("detectedIpAddress", {}, () => {
          for (const ip of vnic.ips) this.#leaf("ipAddress", formatIp(ip));
        });
      });
  }
  #settings(dfw: Dfw): void {
    if (Object.entries(DEFAULT_TIMEOUTS).some(([timer, time]) => dfw.timeouts[timer as TimerName] !== time))
      this.#element("firewallTimerConfig", {}, () => {
        for (const list of new Set(XML_TIMERS.map(([one]) => one)))
          this.#element(list, {}, () => {
            for (const [of, key, timer] of XML_TIMERS)
              if (of === list) this.#leaf(key, String(Math.round(dfw.timeouts[timer] / 1000)));
          });
      });
    if (dfw.exclude.size > 0)
      this.#element("excludeListConfiguration", {}, () => {
        for (const vm of new Set([...dfw.exclude].map((vnic) => vnic.vm))) {
          const all = this.#policy.vms.get(vm)?.vnics ?? [];
          if (!all.every((vnic) => dfw.exclude.has(vnic))) {
            this.#report.inexpressible(
              this.#draft.placeOf(dfw.source),
              `exclude: some vNICs of ${vm}; NSX-v excludes machines, and this one is left in`,
            );
            continue;
          }
          this.#element("excludeMember", {}, () =>
            this.#member("member", { type: "VirtualMachine", id: this.#id("vm", vm), name: vm }),
          );
        }
      });
  }
}

/** `eth0` is network adapter 1. */
const adapter = (vnic: string): number => Number(/^eth(\d+)$/.exec(vnic)?.[1] ?? 0) + 1;
