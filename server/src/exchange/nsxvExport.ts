/**
 * A policy as bodies of the NSX-v API in one document: a list of sets, security groups and applications, the firewall
 * configuration that names them, SpoofGuard policies, timers and the exclude list.
 */
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Dfw, Policy, Redirect, Rule, Section, Swsec, Vnic } from "../policy/policy.ts";
import type { DraftEntry } from "./draft.ts";
import { type Reference, XmlObjects } from "./nsxvExportObjects.ts";
import { type Placement, placements, scopeOf, within } from "./placement.ts";
import { hasTimers, leavesNothing, tellRouters } from "./policyDraft.ts";
import { NoWords, type Place, type Report } from "./report.ts";
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

const FIREWALL: Reference = {
  type: "DISTRIBUTED_FIREWALL",
  id: "DISTRIBUTED_FIREWALL",
  name: "DISTRIBUTED_FIREWALL",
};
/** `lost`: why it has no words. */
interface ChainScope {
  readonly references: readonly Reference[];
  readonly lost?: string;
}

class XmlText extends XmlObjects {
  text(): string {
    this.lines.push('<?xml version="1.0" encoding="UTF-8"?>');
    this.element("list", {}, () => {
      for (const segment of this.policy.segments.values())
        this.element("virtualWire", {}, () => {
          this.leaf("objectId", this.id("virtualwire", segment.name));
          this.leaf("name", segment.name);
          if (segment.vni !== undefined) this.leaf("vdnId", String(segment.vni));
        });
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
    const dfws = placements("dfw", this.policy, this.draft);
    const redirects = placements("redirect", this.policy, this.draft);
    const guards = new Map<Swsec, Set<string>>();
    for (const chain of this.policy.chains)
      for (const { block } of chain.slots.values())
        if (block?.module === "swsec") {
          const segments = guards.get(block) ?? new Set<string>();
          for (const { segment } of chain.vnics) if (segment !== undefined) segments.add(segment);
          guards.set(block, segments);
        }
    // What rules name comes before them: written while the sections are collected.
    const sections = this.collect(() => {
      if (dfws.length > 0) this.firewalls(dfws);
    });
    const redirected = this.collect(() => {
      if (redirects.length > 0)
        this.element("layer3RedirectSections", {}, () => {
          for (const placed of redirects) this.redirectSection(placed);
        });
    });
    this.element("firewallConfiguration", {}, () => {
      this.leaf("contextId", "globalroot-0");
      this.add(sections);
      this.add(redirected);
    });
    for (const [guard, segments] of guards) this.spoofguard(guard, segments);
    this.detected();
    for (const [i, { block }] of dfws.entries()) {
      if (i === 0) this.settings(block);
      else if (block.exclude.size > 0 || hasTimers(block))
        this.report.inexpressible(
          this.draft.placeOf(block.source),
          `dfw ${block.name}: NSX-v has one exclude list and one set of timers for all firewalls`,
        );
    }
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

  /** Firewalls of other vNICs stand behind one another: every rule says where it is tried. */
  protected firewalls(dfws: readonly Placement<Dfw>[]): void {
    const placed = dfws.map((one) => ({ one, scope: this.chainScope(one) }));
    const all = dfws.flatMap(({ block }) => [...block.ipRules, ...block.ethernetRules]);
    let highest = highestId(all);
    this.element("layer3Sections", {}, () => {
      for (const { one, scope } of placed) {
        const dfw = one.block;
        const ip = dfw.sections.filter(({ ethernet }) => !ethernet);
        for (const category of ["emergency", "infrastructure", "environment", "application"] as const)
          for (const section of ip) if (section.category === category) this.section(one, section, scope);
        if (leavesNothing(dfw.ipRules, one.only?.vnics)) continue;
        const action = dfw.default?.action ?? "allow";
        highest += 1;
        this.element("section", { name: `${dfw.name} default`, stateless: "false", tcpStrict: "false" }, () =>
          this.element(
            "rule",
            {
              id: String(highest),
              disabled: String(scope?.lost !== undefined),
              logged: String(dfw.default?.log === true),
            },
            () => {
              this.leaf("name", "default");
              this.leaf("action", ACTIONS[action] ?? "deny");
              this.appliedTo(scope?.references ?? [FIREWALL]);
              this.leaf("direction", "inout");
              this.leaf("packetType", "any");
            },
          ),
        );
      }
    });
    if (dfws.some(({ block }) => block.sections.some((section) => section.ethernet)))
      this.element("layer2Sections", {}, () => {
        for (const { one, scope } of placed)
          for (const section of one.block.sections) if (section.ethernet) this.section(one, section, scope);
      });
  }
  /** Where a block is tried that some vNICs have and some have not; undefined where all have it. */
  protected chainScope(placed: Placement<Dfw | Redirect>): ChainScope | undefined {
    const found = scopeOf(placed, this.draft, this.report, (items, chains) =>
      this.apart(() => this.references(items, chains)),
    );
    if (found === undefined) return undefined;
    return "scope" in found ? { references: found.scope } : { references: [], lost: found.lost };
  }

  protected section(placed: Placement<Dfw>, section: Section, scope: ChainScope | undefined): void {
    const attributes: Record<string, string> = { name: section.name };
    if (!section.ethernet) {
      attributes.stateless = String(section.stateless);
      attributes.tcpStrict = String(section.tcpStrict && !section.stateless);
    }
    this.element("section", attributes, () => {
      for (const rule of section.rules) this.rule(rule, placed, scope);
    });
  }
  protected redirectSection(placed: Placement<Redirect>): void {
    const redirect = placed.block;
    const scope = this.chainScope(placed);
    this.element("section", { name: redirect.name, type: "L3REDIRECT" }, () => {
      for (const rule of redirect.rules) this.rule(rule, placed, scope);
      if (redirect.default?.action === "redirect" && !leavesNothing(redirect.rules, placed.only?.vnics))
        this.element(
          "rule",
          { id: String(highestId(redirect.rules) + 1), disabled: String(scope?.lost !== undefined) },
          () => {
            this.leaf("name", "default");
            this.leaf("action", "redirect");
            this.profile(redirect);
            if (scope !== undefined) this.appliedTo(scope.references);
          },
        );
    });
  }
  protected appliedTo(references: readonly Reference[]): void {
    this.element("appliedToList", {}, () => {
      for (const { type, id, name } of references) this.reference("appliedTo", { type, id, ...(name && { name }) });
    });
  }
  protected profile(redirect: Redirect): void {
    const name = redirect.via?.name ?? "service";
    this.element("siProfile", {}, () => {
      this.leaf("objectId", this.id("serviceprofile", name));
      this.leaf("name", name);
    });
  }

  protected rule(rule: Rule, placed: Placement<Dfw | Redirect>, chain: ChainScope | undefined): void {
    const draft = this.draft.rule(rule);
    const ethernet = rule.section?.ethernet === true;
    const redirect = placed.block.module === "redirect" ? placed.block : undefined;
    const ofSection = rule.section?.source.statement.appliedTo;
    const own = ofSection === undefined ? draft.appliedTo : this.draft.endpoints(ofSection);
    const lost: string[] = chain?.lost === undefined ? [] : [chain.lost];
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
      if (own === undefined) return chain;
      const side = this.side(within(placed, rule, own, this.policy), `${name} applied to`);
      if (side?.excluded) throw new NoWords("applied-to any except …");
      return side ?? chain;
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
        this.appliedTo(scope?.references ?? [FIREWALL]);
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
      if (vnic.segment !== undefined) this.leaf("networkId", this.id("virtualwire", vnic.segment));
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
    if (hasTimers(dfw))
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
