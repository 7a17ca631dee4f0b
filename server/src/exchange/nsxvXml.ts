/** REST bodies of NSX for vSphere: firewall configurations and what their rules name, as one policy. */
import { soundsLikeCondition } from "./conditions.ts";
import type {
  Draft,
  DraftAppliance,
  DraftBind,
  DraftBlock,
  DraftEndpoint,
  DraftEndpoints,
  DraftEntry,
  DraftLine,
  DraftRule,
  DraftRules,
  DraftSection,
  DraftSwsec,
} from "./draft.ts";
import { type Input, titleOf } from "./input.ts";
import { describe, memberOf, NsxvObjects, type Reference } from "./nsxvObjects.ts";
import { Refusal, type Report } from "./report.ts";
import { XML_TIMERS } from "./timers.ts";
import { addressText, macText } from "./values.ts";
import { readXml, type XmlNode } from "./xml.ts";

const OBJECTS = /^(?:ipset|macset|securitygroup|securitytag|application|applicationgroup)$/i;

export function draftOfXml(inputs: readonly Input[], report: Report): Draft {
  const draft = new XmlDraft(report);
  for (const input of inputs) draft.read(input);
  return draft.draft(inputs);
}

class XmlDraft {
  readonly #report: Report;
  readonly #objects: NsxvObjects;
  readonly #sections: { readonly node: XmlNode; readonly kind: "ethernet" | "ip" | "redirect" }[] = [];
  readonly #excluded: Reference[] = [];
  readonly #timeouts = new Map<string, number>();
  readonly #spoofguard: XmlNode[] = [];
  readonly #approved: XmlNode[] = [];
  #known = 0;

  constructor(report: Report) {
    this.#report = report;
    this.#objects = new NsxvObjects(report);
  }

  read(input: Input): void {
    const root = readXml(input);
    const before = this.#known;
    if (root.name === "rule") {
      // The body of one rule: a section of its own.
      this.#sections.push({ node: root, kind: "ip" });
      this.#known += 1;
    } else this.#visit(root);
    if (this.#known === before)
      throw new Refusal(
        root.at(),
        `<${root.name}> is no body of the NSX-v API that has rules, sets, groups, services or SpoofGuard policies`,
      );
  }

  #visit(node: XmlNode): void {
    const { name } = node;
    if (OBJECTS.test(name)) this.#objects.add(node);
    else if (name === "section")
      this.#sections.push({
        node,
        kind: /redirect/i.test(node.attribute("type") ?? "")
          ? "redirect"
          : /LAYER2/i.test(node.attribute("type") ?? "")
            ? "ethernet"
            : "ip",
      });
    else if (/^layer2Sections$/i.test(name)) this.#section(node, "ethernet");
    else if (/^layer3Sections$/i.test(name)) this.#section(node, "ip");
    else if (/^layer3RedirectSections$/i.test(name)) this.#section(node, "redirect");
    else if (/^spoofguardPolicy$/i.test(name)) this.#spoofguard.push(node);
    else if (/^spoofguard$/i.test(name)) this.#approved.push(node);
    else if (/^excludeMember$/i.test(name)) this.#excluded.push(memberOf(node.one("member") ?? node));
    else if (node.one("tcpTimeouts") !== undefined || node.one("udpTimeouts") !== undefined) this.#timers(node);
    else if (/^securityPolicy$/i.test(name))
      this.#report.inexpressible(
        node.at(),
        `security policy ${node.text("name") ?? ""} of Service Composer: its rules are in the firewall configuration that it makes`,
      );
    else {
      const inner = node.all();
      if (
        inner.length === 0 ||
        !/list$|configuration$|config$|draft$|configs$|policies$|sections?$|s$|^list$|^page$|datapage/i.test(name)
      ) {
        if (inner.length > 0 && !/paginginfo/i.test(name))
          this.#report.understood(node.at(), `<${name}> is no part of a policy: left out`);
        return;
      }
      for (const child of inner) this.#visit(child);
      return;
    }
    this.#known += 1;
  }
  #section(sections: XmlNode, kind: "ethernet" | "ip" | "redirect"): void {
    for (const node of sections.all("section")) this.#sections.push({ node, kind });
  }
  #timers(node: XmlNode): void {
    for (const [list, key, timer] of XML_TIMERS) {
      const text = node.one(list)?.text(key);
      if (text === undefined) continue;
      if (!/^\d{1,7}$/.test(text) || Number(text) > 4_320_000)
        this.#report.wrong(node.one(list)?.one(key)?.at() ?? node.at(), `${key}: ${text} is no time in seconds`);
      else if (!this.#timeouts.has(timer)) this.#timeouts.set(timer, Number(text));
    }
    this.#report.understood(node.at(), "session timers");
  }

  // ---- the policy ---------------------------------------------------------------------------------------------------------

  draft(inputs: readonly Input[]): Draft {
    this.#objects.read();
    for (const listed of this.#approved) {
      const nic = listed.text("nicName") ?? listed.text("name");
      if (nic === undefined) this.#report.wrong(listed.at(), "SpoofGuard lists a vNIC without a name");
      else
        this.#objects.addressed(
          this.#objects.vnic(nic),
          macText(listed.text("detectedMacAddress") ?? listed.text("approvedMacAddress") ?? ""),
          addressesIn(listed, "detectedIpAddress"),
        );
    }
    const names = new Map<string, number>();
    const sections = this.#sections
      .filter(({ kind }) => kind !== "redirect")
      .sort((a, b) => Number(b.kind === "ethernet") - Number(a.kind === "ethernet"))
      .map(({ node, kind }) => this.#dfwSection(node, kind === "ethernet", names));
    const exclude = this.#objects.endpoints(this.#excluded);
    for (const what of exclude.lost)
      this.#report.inexpressible(
        this.#excluded[0]?.node.at() ?? { file: inputs[0]?.name ?? "", line: 1 },
        `exclude list: ${what}`,
      );
    if (this.#excluded[0] !== undefined)
      this.#report.understood(this.#excluded[0].node.at(), `exclude list, ${this.#excluded.length} members`);
    const swsecs = this.#spoofguard.map((node) => this.#swsec(node));
    const redirect = this.#redirect();
    const blocks: DraftBlock[] = [
      ...swsecs.map(({ block }) => block),
      {
        module: "dfw",
        key: "dfw",
        names: ["distributed-firewall", "nsx-distributed-firewall"],
        sections,
        timeouts: this.#timeouts,
        default: { action: "allow" },
        ...(this.#excluded.length > 0 &&
          exclude.endpoints.except === undefined && { exclude: exclude.endpoints.items }),
      },
      ...(redirect === undefined ? [] : [redirect.rules]),
    ];
    const rest = [
      { number: 2, module: "dfw" as const, block: "dfw" },
      ...(redirect === undefined ? [] : [{ number: 4, module: "redirect" as const, block: "redirect" }]),
    ];
    const taken = new Set<string>();
    const chains: Draft["chains"][number][] = [];
    for (const { block, segments } of swsecs) {
      const own = segments.filter((key) => !taken.has(key));
      for (const key of own) taken.add(key);
      if (own.length === 0) continue;
      chains.push({
        key: `chain:${block.key}`,
        names: [`${block.names[0]} chain`],
        appliedTo: { items: own.map((key) => ({ kind: "ref", key })) },
        slots: [{ number: 1, module: "swsec", block: block.key }, ...rest],
      });
    }
    chains.push({
      key: "chain",
      names: ["nsx"],
      slots: rest,
      ...(taken.size > 0 && {
        appliedTo: { items: [{ kind: "any" }], except: [...taken].map((key): DraftEndpoint => ({ kind: "ref", key })) },
      }),
    });
    this.#objects.tellUnaddressed();
    return {
      title: titleOf(inputs),
      platform: "nsx-v 6.3",
      comments: [`Imported from ${titleOf(inputs)}.`],
      segments: this.#objects.segments,
      vms: this.#objects.vms.map((vm) =>
        vm.vnics.some(({ ips }) => ips.length > 0) ? vm : { ...vm, comments: ["Its addresses are not in the inputs."] },
      ),
      groups: this.#objects.groups,
      services: this.#objects.services,
      appliances: redirect === undefined ? [] : [redirect.appliance],
      blocks,
      chains,
      scenarios: [],
    };
  }

  #dfwSection(node: XmlNode, ethernet: boolean, names: Map<string, number>): DraftSection {
    const rulesIn = node.name === "rule" ? [node] : node.all("rule");
    const name = node.attribute("name") ?? node.text("name") ?? node.attribute("id") ?? "section";
    const n = (names.get(name) ?? 0) + 1;
    names.set(name, n);
    const rules: DraftLine[] = rulesIn.map((rule) => this.#rule(rule, ethernet ? "ethernet" : "ip"));
    this.#report.understood(node.at(), `section ${name}, ${rules.length} rule${rules.length === 1 ? "" : "s"}`);
    const yes = (key: string) => /^true$/i.test(node.attribute(key) ?? "");
    return {
      name: n === 1 ? name : `${name} (${n})`,
      rules,
      ...(ethernet && { ethernet: true }),
      ...(!ethernet && yes("stateless") && { stateless: true }),
      ...(!ethernet && !yes("stateless") && yes("tcpStrict") && { tcpStrict: true }),
    };
  }

  #rule(node: XmlNode, kind: "ethernet" | "ip" | "redirect"): DraftRule {
    const lost = this.#misread(node);
    const attribute = (name: string) => /^true$/i.test(node.attribute(name) ?? node.text(name) ?? "");
    const idText = node.attribute("id") ?? node.text("id") ?? "";
    const id = /^\d{1,15}$/.test(idText) ? Number(idText) : undefined;
    const from = this.#side(node.one("sources"), "source", lost);
    const to = this.#side(node.one("destinations"), "destination", lost);
    const applied = (node.one("appliedToList")?.all("appliedTo") ?? []).map(memberOf);
    const everywhere =
      applied.length === 0 ||
      applied.some(
        ({ id: value, type }) =>
          /^(?:DISTRIBUTED_FIREWALL|ALL_PROFILE_BINDINGS|ANY)$/i.test(value) ||
          /^(?:DISTRIBUTED_FIREWALL|ALL_PROFILE_BINDINGS)$/i.test(type),
      );
    let appliedTo: DraftEndpoints | undefined;
    if (!everywhere) {
      const found = this.#objects.endpoints(applied);
      appliedTo = found.endpoints;
      lost.push(...found.lost.map((what) => `applied to ${what}`));
    }
    const services = this.#services(node.one("services"), kind === "ethernet", lost);
    let action = actionOf(node.text("action"), kind);
    if (action === undefined) {
      this.#report.wrong(
        node.one("action")?.at() ?? node.at(),
        `rule ${idText}: action ${node.text("action") ?? "missing"}`,
      );
      lost.push(`action ${node.text("action") ?? "missing"}`);
      action = kind === "redirect" ? "skip" : "drop";
    }
    if (kind === "ethernet" && action === "reject") {
      lost.push("reject of an ethernet rule");
      action = "drop";
    }
    if (kind !== "redirect" && node.one("siProfile") !== undefined)
      lost.push("a service profile, which rules of redirect sections have");
    const direction = node.text("direction")?.toLowerCase();
    if (direction !== undefined && !/^(?:in|out|inout|in_out|any)$/.test(direction)) {
      this.#report.wrong(node.one("direction")?.at() ?? node.at(), `rule ${idText}: direction ${direction}`);
      lost.push(`direction ${direction}`);
    }
    const packet = node.text("packetType")?.toLowerCase();
    const tag = node.text("tag");
    for (const what of lost)
      this.#report.inexpressible(node.at(), `rule ${idText}: ${what}; the rule is kept, disabled`);
    const title = node.text("name");
    const label = tag !== undefined && tag.length <= 32 ? tag : undefined;
    return {
      action,
      at: node.at(),
      comments: [
        ...describe(node),
        ...(tag !== undefined && (label === undefined || !attribute("logged")) ? [`tag '${tag}'`] : []),
        ...lost.map((what) => `not expressible: ${what}`),
      ],
      ...(id !== undefined && { id }),
      ...(title !== undefined && { title }),
      ...(from && { from }),
      ...(to && { to }),
      ...(services && { services }),
      ...((direction === "in" || direction === "out") && { direction }),
      ...(appliedTo && { appliedTo }),
      ...(kind !== "ethernet" && packet === "ipv4" && { family: 4 as const }),
      ...(kind !== "ethernet" && packet === "ipv6" && { family: 6 as const }),
      ...(attribute("logged") && { log: label ?? true }),
      ...((lost.length > 0 || attribute("disabled")) && { disabled: true }),
    };
  }

  /** Elements that no rule of the API has: one that sounds like a condition would be missing from the rule. */
  #misread(rule: XmlNode): string[] {
    const lost: string[] = [];
    const id = rule.attribute("id") ?? rule.text("id") ?? "";
    for (const part of rule.all()) {
      const inner = RULE_PARTS[part.name];
      if (inner === undefined) {
        const condition = soundsLikeCondition(part.name);
        this.#report.wrong(
          part.at(),
          `rule ${id}: <${part.name}> is no element that a rule of the API has${condition ? "" : "; ignored"}`,
        );
        if (condition) lost.push(`the element ${part.name}`);
      }
      if (!inner) continue;
      const strange = part.all().find(({ name }) => name !== inner);
      const text = part.content;
      if (strange !== undefined || (text !== undefined && !/^any$/i.test(text))) {
        this.#report.wrong(
          (strange ?? part).at(),
          `rule ${id}: <${part.name}> holds ${strange === undefined ? `the text ${text}` : `<${strange.name}>`}, and not only <${inner}>`,
        );
        lost.push(`${part.name} with ${strange === undefined ? text : strange.name}`);
      }
    }
    return lost;
  }

  #side(list: XmlNode | undefined, name: string, lost: string[]): DraftEndpoints | undefined {
    const members = (list?.all(name) ?? [])
      .map(memberOf)
      .filter(({ id, type }) => !/^any$/i.test(id) && !/^any$/i.test(type));
    if (list === undefined || members.length === 0) return undefined;
    const found = this.#objects.endpoints(members);
    lost.push(...found.lost);
    if (!/^true$/i.test(list.attribute("excluded") ?? "")) return found.endpoints;
    return { items: [{ kind: "any" }], except: found.endpoints.except === undefined ? found.endpoints.items : [] };
  }

  #services(list: XmlNode | undefined, ethernet: boolean, lost: string[]): DraftEntry[] | undefined {
    const entries: DraftEntry[] = [];
    for (const service of list?.all("service") ?? []) {
      const reference = memberOf(service);
      if (/^any$/i.test(reference.id)) return undefined;
      if (reference.id !== "") {
        const found = this.#objects.application(reference);
        if (found === undefined) lost.push(`service ${reference.name ?? reference.id} is not known`);
        else {
          entries.push(found.entry);
          lost.push(...found.lost);
        }
        continue;
      }
      const protocol = service.text("protocolName") ?? service.text("protocol") ?? "";
      if (/^any$/i.test(protocol)) return undefined;
      const icmp = /^(?:icmp|1|ipv6icmp|icmpv6|58)$/i.test(protocol);
      const sub = service.text("subProtocol");
      const text = this.#objects.elementText(
        protocol,
        icmp
          ? (service.text("icmpType") ?? (sub === protocol || sub === service.text("protocol") ? undefined : sub))
          : service.text("destinationPort"),
        service.text("sourcePort"),
      );
      if (text === undefined) {
        this.#report.wrong(
          service.at(),
          `a service that cannot be read: ${protocol} ${service.text("destinationPort") ?? ""}`.trim(),
        );
        lost.push(`service ${protocol} ${service.text("destinationPort") ?? ""}`.trim());
      } else entries.push({ text });
    }
    if (entries.some((entry) => this.#objects.isEthernet(entry) !== ethernet)) {
      lost.push(ethernet ? "a service of IP in an ethernet rule" : "an ethernet service in a rule of IP");
      return undefined;
    }
    return entries.length === 0 ? undefined : entries;
  }

  #redirect(): { readonly rules: DraftRules; readonly appliance: DraftAppliance } | undefined {
    const sections = this.#sections.filter(({ kind }) => kind === "redirect");
    const rules: DraftRule[] = [];
    let profile: string | undefined;
    for (const { node } of sections) {
      for (const rule of node.all("rule")) {
        const written = this.#rule(rule, "redirect");
        const own = rule.one("siProfile")?.text("name") ?? rule.one("siProfile")?.text("objectId");
        profile ??= own;
        if (own !== undefined && own !== profile) {
          this.#report.inexpressible(
            rule.at(),
            `rule ${rule.attribute("id") ?? ""}: redirection to ${own}: the slot has one service; the rule is kept, disabled`,
          );
          rules.push({
            ...written,
            disabled: true,
            comments: [...(written.comments ?? []), `not expressible: redirection to ${own}`],
          });
        } else rules.push(written);
      }
      this.#report.understood(node.at(), `redirect section ${node.attribute("name") ?? ""}`);
    }
    if (rules.length === 0) return undefined;
    const appliance: DraftAppliance = { key: "appliance", names: [profile ?? "partner-service"] };
    return {
      appliance,
      rules: {
        module: "redirect",
        key: "redirect",
        names: ["partner-redirection", "redirection"],
        via: appliance.key,
        rules,
        default: { action: "skip" },
      },
    };
  }

  // ---- SpoofGuard -----------------------------------------------------------------------------------------------------------

  #swsec(node: XmlNode): { readonly block: DraftSwsec; readonly segments: string[] } {
    const name = node.text("name") ?? "spoofguard";
    const mode = { TOFU: "tofu", MANUAL: "manual", DISABLE: "off", DISABLED: "off" }[
      node.text("operationMode")?.toUpperCase() ?? "DISABLE"
    ] as DraftSwsec["spoofguard"];
    if (mode === undefined)
      this.#report.wrong(
        node.one("operationMode")?.at() ?? node.at(),
        `SpoofGuard policy ${name}: operation mode ${node.text("operationMode")}, none of TOFU, MANUAL, DISABLE`,
      );
    const segments: string[] = [];
    for (const point of node.all("enforcementPoint")) {
      const id = point.text("id");
      if (id === undefined) continue;
      segments.push(this.#objects.segment(id, point.text("name")));
    }
    this.#report.understood(node.at(), `SpoofGuard policy ${name}`);
    const binds: DraftBind[] = [];
    for (const approved of this.#approved) {
      const policy = approved.text("policyId");
      if (policy !== undefined && policy !== node.text("policyId")) continue;
      const nic = approved.text("nicName") ?? approved.text("name");
      const ips = addressesIn(approved, "approvedIpAddress");
      const mac = macText(approved.text("approvedMacAddress") ?? "");
      if (nic !== undefined && (ips.length > 0 || mac !== undefined))
        binds.push({ ...this.#objects.vnic(nic), ips, ...(mac && { mac }) });
    }
    return {
      segments,
      block: {
        module: "swsec",
        key: `swsec:${node.at().file}:${node.at().line}`,
        names: [name],
        spoofguard: mode ?? "off",
        ...(/^true$/i.test(node.text("allowLocalIPs") ?? "") && { allowLocal: true }),
        ...(binds.length > 0 && { binds }),
      },
    };
  }
}

/** Elements of a rule, with what each holds a list of (NSX API Guide, "Working With Distributed Firewall"). */
const RULE_PARTS: Readonly<Record<string, string>> = {
  sources: "source",
  destinations: "destination",
  services: "service",
  appliedToList: "appliedTo",
  ...Object.fromEntries(
    `id name action direction packetType notes description tag disabled logged sectionId precedence managedBy siProfile
     siRuleId invalidSource invalidDestination invalidService validSource validDestination validService generationNumber`
      .split(/\s+/)
      .map((name) => [name, ""]),
  ),
};

/** Single addresses of a list of them. */
const addressesIn = (node: XmlNode, list: string): string[] =>
  node
    .all(list)
    .flatMap((one) => [...one.all("ipAddress"), one])
    .flatMap((one) => addressText(one.content ?? "") ?? [])
    .filter((text) => !/[/-]/.test(text));

function actionOf(text: string | undefined, kind: "ethernet" | "ip" | "redirect"): string | undefined {
  const word = text?.toLowerCase();
  if (kind === "redirect")
    return word === "redirect"
      ? "redirect"
      : /^(?:no_?redirect|do_not_redirect|skip|allow)$/.test(word ?? "")
        ? "skip"
        : undefined;
  if (word === "allow" || word === "accept") return "allow";
  if (word === "deny" || word === "block" || word === "drop") return "drop";
  return word === "reject" ? "reject" : undefined;
}
