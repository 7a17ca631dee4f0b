/** Rules of NSX-v: sections of the firewall, and what rules of redirection have in common with theirs. */
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { soundsLikeCondition } from "./conditions.ts";
import type { DraftEndpoints, DraftEntry, DraftLine, DraftRule, DraftSection } from "./draft.ts";
import type { NsxvObjects } from "./nsxvObjects.ts";
import { describe, isEverywhere, memberOf } from "./nsxvReference.ts";
import type { Report } from "./report.ts";
import type { XmlNode } from "./xml.ts";

export type RuleKind = "ethernet" | "ip" | "redirect";

export class NsxvRules {
  readonly #objects: NsxvObjects;
  readonly #report: Report;

  constructor(objects: NsxvObjects, report: Report) {
    this.#objects = objects;
    this.#report = report;
  }

  /** A section of the firewall; `names` counts those of the sections before. */
  *section(node: XmlNode, ethernet: boolean, names: Map<string, number>): Steps<DraftSection> {
    const rulesIn = node.name === "rule" ? [node] : node.all("rule");
    const name = node.attribute("name") ?? node.text("name") ?? node.attribute("id") ?? "section";
    const n = (names.get(name) ?? 0) + 1;
    names.set(name, n);
    const rules: DraftLine[] = [];
    for (const [i, rule] of rulesIn.entries()) {
      if (i % STRIDE === 0) yield;
      rules.push(this.rule(rule, ethernet ? "ethernet" : "ip"));
    }
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

  rule(node: XmlNode, kind: "ethernet" | "ip" | "redirect"): DraftRule {
    const lost = this.#misread(node);
    const attribute = (name: string) => /^true$/i.test(node.attribute(name) ?? node.text(name) ?? "");
    const idText = node.attribute("id") ?? node.text("id") ?? "";
    const id = /^\d{1,15}$/.test(idText) ? Number(idText) : undefined;
    const from = this.#side(node.one("sources"), "source", lost);
    const to = this.#side(node.one("destinations"), "destination", lost);
    const applied = (node.one("appliedToList")?.all("appliedTo") ?? []).map(memberOf);
    const everywhere = applied.length === 0 || applied.some(isEverywhere);
    let appliedTo: DraftEndpoints | undefined;
    if (!everywhere) {
      const found = this.#objects.groups.endpoints(applied);
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
    const found = this.#objects.groups.endpoints(members);
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
        const found = this.#objects.services.application(reference);
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
      const text = this.#objects.services.elementText(
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
    if (entries.some((entry) => this.#objects.services.isEthernet(entry) !== ethernet)) {
      lost.push(ethernet ? "a service of IP in an ethernet rule" : "an ethernet service in a rule of IP");
      return undefined;
    }
    return entries.length === 0 ? undefined : entries;
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

function actionOf(text: string | undefined, kind: RuleKind): string | undefined {
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
