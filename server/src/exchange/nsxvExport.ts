/**
 * A policy as bodies of the NSX-v API in one document: a list of sets, security groups and applications, the firewall
 * configuration that names them, SpoofGuard policies, timers and the exclude list.
 */
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Dfw, Policy, Redirect, Rule, Section, Swsec, TimerName, Vnic } from "../policy/policy.ts";
import { DEFAULT_TIMEOUTS } from "../policy/timeouts.ts";
import type { DraftEndpoints, DraftEntry } from "./draft.ts";
import { NoWords, type Reference, XmlObjects } from "./nsxvExportObjects.ts";
import { tellRouters } from "./policyDraft.ts";
import type { Place, Report } from "./report.ts";
import { XML_TIMERS } from "./timers.ts";

export function nsxvText(policy: Policy, report: Report): string {
  return new XmlText(policy, report).text();
}

const ACTIONS: Readonly<Record<string, string>> = {
  allow: "allow",
  drop: "deny",
  reject: "reject",
  redirect: "redirect",
  skip: "noredirect",
};

class XmlText extends XmlObjects {
  text(): string {
    this.lines.push('<?xml version="1.0" encoding="UTF-8"?>');
    this.element("list", {}, () => {
      for (const { key, at } of this.draft.groups())
        try {
          this.groupOf(key);
        } catch (error) {
          if (!(error instanceof NoWords)) throw error;
          if (at !== undefined) this.report.inexpressible(at, `group ${key}: ${error.message}`);
        }
      this.configuration();
    });
    this.tellRest();
    tellRouters(this.draft, this.report);
    return `${this.lines.join("\n")}\n`;
  }

  protected tellRest(): void {
    for (const block of this.policy.blocks.values()) {
      const at = this.draft.placeOf(block.source);
      if (block.module === "acl" || block.module === "encryption")
        this.report.inexpressible(at, `${block.module} ${block.name}: the API has nothing of it`);
    }
    const asked = this.policy.asserts.length + this.policy.scenarios.length;
    if (asked > 0)
      this.report.inexpressible(
        { file: (this.policy.scenarios[0] ?? this.policy.asserts[0])?.uri ?? "", line: 1 },
        `${asked} scenarios and asserts stay here: NSX has none`,
      );
  }

  protected configuration(): void {
    const dfws = new Set<Dfw>();
    const redirects = new Set<Redirect>();
    const guards = new Map<Swsec, Set<string>>();
    for (const chain of this.policy.chains)
      for (const { block } of chain.slots.values()) {
        if (block?.module === "dfw") dfws.add(block);
        if (block?.module === "redirect") redirects.add(block);
        if (block?.module === "swsec") {
          const segments = guards.get(block) ?? new Set<string>();
          for (const { segment } of chain.vnics) if (segment !== undefined) segments.add(segment);
          guards.set(block, segments);
        }
      }
    if (this.policy.chains.length === 0)
      for (const block of this.policy.blocks.values()) if (block.module === "dfw") dfws.add(block);
    const [dfw, ...others] = dfws;
    for (const other of others)
      this.report.inexpressible(
        this.draft.placeOf(other.source),
        `dfw ${other.name}: NSX-v has one firewall; ${dfw?.name} is written`,
      );
    // What rules name comes before them: written while the sections are collected.
    const sections = this.collect(() => {
      if (dfw !== undefined) this.firewall(dfw);
    });
    const redirected = this.collect(() => {
      if (redirects.size > 0)
        this.element("layer3RedirectSections", {}, () => {
          for (const redirect of redirects) this.redirectSection(redirect);
        });
    });
    this.element("firewallConfiguration", {}, () => {
      this.leaf("contextId", "globalroot-0");
      this.add(sections);
      this.add(redirected);
    });
    for (const [guard, segments] of guards) this.spoofguard(guard, segments);
    this.detected();
    if (dfw !== undefined) this.settings(dfw);
  }

  /** Lines of a body; objects that it needs are written where the document is now. */
  protected collect(body: () => void): string[] {
    const start = this.lines.length;
    const depth = this.depth;
    this.depth = depth + 1;
    const outer = this.pending;
    this.pending = [];
    body();
    const lines = this.lines.splice(start);
    this.add(this.pending);
    this.pending = outer;
    this.depth = depth;
    return lines;
  }
  /** Not spread into one call: there may be more lines than that has arguments. */
  protected add(lines: readonly string[]): void {
    for (const line of lines) this.lines.push(line);
  }
  protected pending: string[] = [];
  /** Writes what a rule names, apart from the rule. */
  protected apart<T>(make: () => T): T {
    const start = this.lines.length;
    const depth = this.depth;
    this.depth = 1;
    try {
      return make();
    } finally {
      for (const line of this.lines.splice(start)) this.pending.push(line);
      this.depth = depth;
    }
  }

  protected firewall(dfw: Dfw): void {
    const ip = dfw.sections.filter(({ ethernet }) => !ethernet);
    const ordered = (["emergency", "infrastructure", "environment", "application"] as const).flatMap((category) =>
      ip.filter((section) => section.category === category),
    );
    this.element("layer3Sections", {}, () => {
      for (const section of ordered) this.section(section);
      const highest = Math.max(highestId(dfw.ipRules), highestId(dfw.ethernetRules));
      const action = dfw.default?.action ?? "allow";
      this.element("section", { name: `${dfw.name} default` }, () =>
        this.element(
          "rule",
          { id: String(highest + 1), disabled: "false", logged: String(dfw.default?.log === true) },
          () => {
            this.leaf("name", "default");
            this.leaf("action", ACTIONS[action] ?? "deny");
          },
        ),
      );
    });
    const ethernet = dfw.sections.filter((section) => section.ethernet);
    if (ethernet.length > 0)
      this.element("layer2Sections", {}, () => {
        for (const section of ethernet) this.section(section);
      });
  }
  protected section(section: Section): void {
    const appliedTo = section.source.statement.appliedTo;
    const attributes: Record<string, string> = { name: section.name };
    if (!section.ethernet) {
      attributes.stateless = String(section.stateless);
      attributes.tcpStrict = String(section.tcpStrict && !section.stateless);
    }
    this.element("section", attributes, () => {
      for (const rule of section.rules) this.rule(rule, section.ethernet, appliedTo && this.draft.endpoints(appliedTo));
    });
  }
  protected redirectSection(redirect: Redirect): void {
    this.element("section", { name: redirect.name, type: "L3REDIRECT" }, () => {
      for (const rule of redirect.rules) this.rule(rule, false, undefined, redirect);
      if (redirect.default?.action === "redirect")
        this.element("rule", { id: String(highestId(redirect.rules) + 1) }, () => {
          this.leaf("name", "default");
          this.leaf("action", "redirect");
          this.profile(redirect);
        });
    });
  }
  protected profile(redirect: Redirect): void {
    const name = redirect.via?.name ?? "service";
    this.element("siProfile", {}, () => {
      this.leaf("objectId", this.id("serviceprofile", name));
      this.leaf("name", name);
    });
  }

  protected rule(rule: Rule, ethernet: boolean, sectionScope: DraftEndpoints | undefined, redirect?: Redirect): void {
    const draft = this.draft.rule(rule);
    const lost: string[] = [];
    const words = <T>(make: () => T): T | undefined => {
      try {
        return this.apart(make);
      } catch (error) {
        if (!(error instanceof NoWords)) throw error;
        lost.push(error.message);
        return undefined;
      }
    };
    const name = `rule ${draft.id}`;
    const from = words(() => this.side(draft.from, `${name} from`));
    const to = words(() => this.side(draft.to, `${name} to`));
    const scope = words(() => {
      const side = this.side(sectionScope ?? draft.appliedTo, `${name} applied to`);
      if (side?.excluded) throw new NoWords("applied-to any except …");
      return side;
    });
    const services = words(() =>
      draft.services?.map((entry: DraftEntry) =>
        "key" in entry ? this.application(entry.key) : this.elementOf(entry.text, undefined),
      ),
    );
    if (draft.services?.length === 0) lost.push("its service matches nothing");
    const action = ACTIONS[draft.action];
    if (action === undefined) lost.push(`the action ${draft.action}`);
    for (const what of lost)
      this.report.inexpressible(draft.at as Place, `rule ${draft.id}: ${what}; it is written disabled`);
    this.element(
      "rule",
      {
        id: String(draft.id),
        disabled: String(draft.disabled === true || lost.length > 0),
        logged: String(draft.log !== undefined),
      },
      () => {
        if (draft.title !== undefined) this.leaf("name", draft.title);
        this.leaf("action", action ?? "deny");
        if (redirect !== undefined) this.profile(redirect);
        this.element("appliedToList", {}, () => {
          for (const { type, id, name: called } of scope?.references ?? [
            { type: "DISTRIBUTED_FIREWALL", id: "DISTRIBUTED_FIREWALL", name: "DISTRIBUTED_FIREWALL" },
          ])
            this.reference("appliedTo", { type, id, ...(called && { name: called }) });
        });
        for (const [side, list, item] of [
          [from, "sources", "source"],
          [to, "destinations", "destination"],
        ] as const)
          if (side !== undefined)
            this.element(list, { excluded: String(side.excluded) }, () => {
              for (const reference of side.references) this.reference(item, reference);
            });
        if (services !== undefined)
          this.element("services", {}, () => {
            for (const service of services) {
              if ("id" in service) this.reference("service", service);
              else {
                const [protocol, value, source] = service;
                this.element("service", {}, () => {
                  this.leaf("protocolName", protocol);
                  const icmp = /ICMP$/.test(protocol);
                  if (value !== undefined) this.leaf(icmp ? "subProtocol" : "destinationPort", value);
                  if (source !== undefined) this.leaf("sourcePort", source);
                });
              }
            }
          });
        this.leaf("direction", draft.direction ?? "inout");
        if (!ethernet) this.leaf("packetType", draft.family === undefined ? "any" : `ipv${draft.family}`);
        if (typeof draft.log === "string") this.leaf("tag", draft.log);
      },
    );
  }
  protected reference(tag: string, { type, id, name }: Reference): void {
    this.element(tag, {}, () => {
      if (name !== undefined) this.leaf("name", name);
      this.leaf("value", id);
      this.leaf("type", type);
    });
  }

  protected spoofguard(guard: Swsec, segments: ReadonlySet<string>): void {
    const at = this.draft.placeOf(guard.source);
    if (guard.blocks.size + guard.limits.length > 0 || guard.discover.methods.size > 0 || guard.arpSuppression.on)
      this.report.inexpressible(at, `swsec ${guard.name}: of slot 1 the API has SpoofGuard alone`);
    const id = this.id("spoofguardpolicy", guard.name);
    this.element("spoofguardPolicy", {}, () => {
      this.leaf("policyId", id);
      this.leaf("name", guard.name);
      this.leaf("operationMode", { off: "DISABLE", tofu: "TOFU", manual: "MANUAL" }[guard.spoofguard.mode]);
      for (const segment of segments)
        this.element("enforcementPoint", {}, () => {
          this.leaf("id", this.id("virtualwire", segment));
          this.leaf("name", segment);
          this.leaf("type", "VirtualWire");
        });
      this.leaf("allowLocalIPs", String(guard.allowLocal));
    });
    for (const { vnic, mac, ips } of guard.bindings)
      this.vnic(vnic, id, () => {
        const own = mac ?? vnic.mac;
        if (own !== undefined) this.leaf("approvedMacAddress", formatMac(own));
        this.element("approvedIpAddress", {}, () => {
          for (const ip of ips) this.leaf("ipAddress", formatIp(ip));
        });
      });
  }
  /** What SpoofGuard lists of a vNIC. */
  protected vnic(vnic: Vnic, policy: string | undefined, body: () => void): void {
    this.element("spoofguard", {}, () => {
      if (policy !== undefined) this.leaf("policyId", policy);
      this.leaf("nicName", this.adapter(vnic.vm, vnic.name));
      body();
    });
  }
  /** The addresses that SpoofGuard has detected are those of the inventory. */
  protected detected(): void {
    for (const vnic of this.policy.vnics.values())
      this.vnic(vnic, undefined, () => {
        if (vnic.mac !== undefined) this.leaf("detectedMacAddress", formatMac(vnic.mac));
        this.element("detectedIpAddress", {}, () => {
          for (const ip of vnic.ips) this.leaf("ipAddress", formatIp(ip));
        });
      });
  }
  protected settings(dfw: Dfw): void {
    if (Object.entries(DEFAULT_TIMEOUTS).some(([timer, time]) => dfw.timeouts[timer as TimerName] !== time))
      this.element("firewallTimerConfig", {}, () => {
        for (const list of new Set(XML_TIMERS.map(([one]) => one)))
          this.element(list, {}, () => {
            for (const [of, key, timer] of XML_TIMERS)
              if (of === list) this.leaf(key, String(Math.round(dfw.timeouts[timer] / 1000)));
          });
      });
    if (dfw.exclude.size > 0)
      this.element("excludeListConfiguration", {}, () => {
        for (const vm of new Set([...dfw.exclude].map((vnic) => vnic.vm))) {
          const all = this.policy.vms.get(vm)?.vnics ?? [];
          if (!all.every((vnic) => dfw.exclude.has(vnic))) {
            this.report.inexpressible(
              this.draft.placeOf(dfw.source),
              `exclude: some vNICs of ${vm}; NSX-v excludes machines, and this one is left in`,
            );
            continue;
          }
          this.element("excludeMember", {}, () =>
            this.member("member", { type: "VirtualMachine", id: this.id("vm", vm), name: vm }),
          );
        }
      });
  }
}

const highestId = (rules: readonly { readonly id: number }[]): number =>
  rules.reduce((most, { id }) => Math.max(most, id), 0);
