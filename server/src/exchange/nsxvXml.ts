/** REST bodies of NSX for vSphere: firewall configurations and what their rules name, as one policy. */
import type { Steps } from "../syntax/steps.ts";
import type { Draft, DraftAppliance, DraftBlock, DraftEndpoint, DraftRule, DraftRules, DraftSection } from "./draft.ts";
import { type Input, titleOf } from "./input.ts";
import { NsxvObjects } from "./nsxvObjects.ts";
import { isEverywhere, memberOf, type Reference } from "./nsxvReference.ts";
import { NsxvRules, type RuleKind } from "./nsxvRules.ts";
import { NsxvSpoofguard } from "./nsxvSpoofguard.ts";
import { Refusal, type Report } from "./report.ts";
import { XML_TIMERS } from "./timers.ts";
import { readXml, type XmlNode } from "./xml.ts";

const OBJECTS = /^(?:ipset|macset|securitygroup|securitytag|application|applicationgroup)$/i;

export function* draftOfXml(inputs: readonly Input[], report: Report): Steps<Draft> {
  const draft = new XmlDraft(report);
  for (const input of inputs) {
    yield;
    yield* draft.read(input);
  }
  return yield* draft.draft(inputs);
}

class XmlDraft {
  readonly #report: Report;
  readonly #objects: NsxvObjects;
  readonly #sections: { readonly node: XmlNode; readonly kind: RuleKind }[] = [];
  readonly #excluded: Reference[] = [];
  readonly #timeouts = new Map<string, number>();
  readonly #rules: NsxvRules;
  readonly #spoofguard: NsxvSpoofguard;
  #known = 0;

  constructor(report: Report) {
    this.#report = report;
    this.#objects = new NsxvObjects(report);
    this.#rules = new NsxvRules(this.#objects, report);
    this.#spoofguard = new NsxvSpoofguard(this.#objects.inventory, report);
  }

  *read(input: Input): Steps<void> {
    const root = yield* readXml(input, this.#report.bounds.importedNesting);
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
    else if (/^virtualWire$/i.test(name === "datapart" ? (node.attribute("class") ?? "") : name)) this.#switch(node);
    else if (/^spoofguardPolicy$/i.test(name)) this.#spoofguard.addPolicy(node);
    else if (/^spoofguard$/i.test(name)) this.#spoofguard.addVnic(node);
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
        if (inner.length > 0 && !/^(?:pagingInfo|type|scope|extendedAttributes)$/i.test(name))
          this.#report.understood(node.at(), `<${name}> is no part of a policy: left out`);
        return;
      }
      for (const child of inner) this.#visit(child);
      return;
    }
    this.#known += 1;
  }
  /** A logical switch. */
  #switch(node: XmlNode): void {
    const id = node.text("objectId");
    const name = node.text("name");
    const vni = Number(node.text("vdnId"));
    if (id === undefined) this.#report.wrong(node.at(), `logical switch ${name ?? ""} without an objectId`);
    else {
      this.#objects.inventory.segment(id, name, Number.isInteger(vni) && vni > 0 ? vni : undefined);
      this.#report.understood(node.at(), `logical switch ${name ?? id}`);
    }
  }
  #section(sections: XmlNode, kind: RuleKind): void {
    for (const node of sections.all("section")) this.#sections.push({ node, kind });
  }
  /** Timers of the firewall as a whole; those for some machines alone have no place in the language. */
  #timers(node: XmlNode): void {
    const applied = (node.one("appliedToList")?.all("appliedTo") ?? []).map(memberOf);
    const name = node.text("name");
    const what = `session timers${name === undefined ? "" : ` ${name}`}`;
    if (applied.length > 0 && !applied.some(isEverywhere)) {
      const whom = applied.map((one) => one.name ?? one.id).join(", ");
      this.#report.inexpressible(node.at(), `${what}: for ${whom} alone; the firewall has one set of timers`);
      return;
    }
    for (const [list, key, timer] of XML_TIMERS) {
      const text = node.one(list)?.text(key);
      if (text === undefined) continue;
      const at = node.one(list)?.one(key)?.at() ?? node.at();
      const known = this.#timeouts.get(timer);
      if (!/^\d{1,7}$/.test(text) || Number(text) > 4_320_000)
        this.#report.wrong(at, `${key}: ${text} is no time in seconds`);
      else if (known === undefined) this.#timeouts.set(timer, Number(text));
      else if (known !== Number(text))
        this.#report.wrong(at, `${key}: ${text}, and ${known} before; the first is used`);
    }
    this.#report.understood(node.at(), what);
  }

  // ---- the policy ---------------------------------------------------------------------------------------------------------

  *draft(inputs: readonly Input[]): Steps<Draft> {
    const { inventory, groups, services } = this.#objects;
    yield;
    groups.read();
    yield;
    services.read();
    const names = new Map<string, number>();
    const sections: DraftSection[] = [];
    for (const { node, kind } of this.#sections
      .filter((section) => section.kind !== "redirect")
      .sort((a, b) => Number(b.kind === "ethernet") - Number(a.kind === "ethernet")))
      sections.push(yield* this.#rules.section(node, kind === "ethernet", names));
    const exclude = groups.endpoints(this.#excluded);
    for (const what of exclude.lost)
      this.#report.inexpressible(
        this.#excluded[0]?.node.at() ?? { file: inputs[0]?.name ?? "", line: 1 },
        `exclude list: ${what}`,
      );
    if (this.#excluded[0] !== undefined)
      this.#report.understood(
        this.#excluded[0].node.at(),
        `exclude list, ${this.#excluded.length} member${this.#excluded.length === 1 ? "" : "s"}`,
      );
    const swsecs = this.#spoofguard.guards();
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
    inventory.tellUnaddressed();
    return {
      title: titleOf(inputs),
      platform: "nsx-v 6.3",
      comments: [`Imported from ${titleOf(inputs)}.`],
      segments: inventory.segments,
      vms: inventory.vms.map((vm) =>
        vm.vnics.some(({ ips }) => ips.length > 0) ? vm : { ...vm, comments: ["Its addresses are not in the inputs."] },
      ),
      groups: groups.groups,
      services: services.services,
      appliances: redirect === undefined ? [] : [redirect.appliance],
      blocks,
      chains,
      scenarios: [],
    };
  }

  #redirect(): { readonly rules: DraftRules; readonly appliance: DraftAppliance } | undefined {
    const sections = this.#sections.filter(({ kind }) => kind === "redirect");
    const rules: DraftRule[] = [];
    let profile: string | undefined;
    for (const { node } of sections) {
      for (const rule of node.all("rule")) {
        const written = this.#rules.rule(rule, "redirect");
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
}
