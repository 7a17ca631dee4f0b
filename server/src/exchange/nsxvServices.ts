/** Applications and application groups of NSX-v, and the services that NSX has without being told. */
import { icmpTypes } from "../policy/protocols.ts";
import { ALGS } from "./algs.ts";
import type { DraftEntry, DraftService } from "./draft.ts";
import { describe, memberOf, type Reference } from "./nsxvReference.ts";
import { predefinedService } from "./predefined.ts";
import type { Report } from "./report.ts";
import { etherText, portEntry, portText, protocolEntry, protocolNumber } from "./values.ts";
import type { XmlNode } from "./xml.ts";

/** What an element of an application has that has words; `appGuidName` is what is found in payloads. */
const ELEMENT_PARTS: ReadonlySet<string> = new Set(["applicationProtocol", "value", "sourcePort"]);

export class NsxvServices {
  readonly services: DraftService[] = [];
  readonly #nodes: ReadonlyMap<string, XmlNode>;
  readonly #report: Report;
  readonly #lost = new Map<string, readonly string[]>();
  readonly #ethernet = new Map<string, boolean>();
  readonly #open = new Set<string>();

  constructor(nodes: ReadonlyMap<string, XmlNode>, report: Report) {
    this.#nodes = nodes;
    this.#report = report;
  }

  /** All of the inputs, whether or not a rule names them. */
  read(): void {
    for (const [id, node] of this.#nodes) if (/^application(?:group)?$/i.test(node.name)) this.#service(id, node);
  }

  /** A service by id, else by the name that NSX has for it. */
  application({
    id,
    name,
    node,
  }: Reference): { readonly entry: DraftEntry; readonly lost: readonly string[] } | undefined {
    const known = this.#nodes.get(id);
    if (known !== undefined && /^application(?:group)?$/i.test(known.name))
      return { entry: { key: id }, lost: this.#service(id, known) };
    const service = predefinedService(name ?? id);
    if (service === undefined) {
      this.#report.wrong(node.at(), `no input has the service ${name ?? id}, and it is none that NSX comes with`);
      return undefined;
    }
    const key = `predefined:${service.name}`;
    if (!this.#lost.has(key)) {
      this.#lost.set(key, []);
      this.services.push({
        key,
        names: [name ?? service.name, service.name],
        entries: [{ text: service.entry }],
        ...(service.alg && { alg: service.alg }),
      });
    }
    return { entry: { key }, lost: [] };
  }
  isEthernet(entry: DraftEntry): boolean {
    if ("text" in entry) return entry.text.startsWith("ether/");
    const known = this.#ethernet.get(entry.key);
    if (known !== undefined) return known;
    const service = this.services.find(({ key }) => key === entry.key);
    if (service === undefined) return false;
    const ethernet = service.entries.some((inner) => this.isEthernet(inner));
    this.#ethernet.set(entry.key, ethernet);
    return ethernet;
  }

  #service(id: string, node: XmlNode): readonly string[] {
    const known = this.#lost.get(id);
    if (known !== undefined) return known;
    this.#lost.set(id, []);
    this.#open.add(id);
    const name = node.text("name") ?? id;
    const entries: DraftEntry[] = [];
    const lost: string[] = [];
    let alg: string | undefined;
    if (/group$/i.test(node.name)) {
      for (const member of node.all("member")) {
        const reference = memberOf(member);
        if (this.#open.has(reference.id)) {
          this.#report.wrong(member.at(), `service ${name} contains itself by ${reference.name ?? reference.id}`);
          lost.push(`it contains itself by ${reference.name ?? reference.id}`);
          continue;
        }
        const found = this.application(reference);
        if (found === undefined)
          lost.push(`service ${member.text("name") ?? member.text("objectId") ?? "?"} is not in the inputs`);
        else {
          entries.push(found.entry);
          lost.push(...found.lost);
        }
      }
    } else
      for (const element of node.all("element")) {
        const protocol = element.text("applicationProtocol") ?? "";
        alg ??= ALGS[protocol.toUpperCase()]?.alg;
        const text = this.elementText(protocol, element.text("value"), element.text("sourcePort"));
        const strange = element.all().filter(({ name: part }) => !ELEMENT_PARTS.has(part) && part.trim() !== "");
        for (const part of strange) {
          const identity = part.name === "appGuidName" ? `the application identity ${part.content ?? ""}`.trim() : "";
          if (identity === "")
            this.#report.wrong(part.at(), `service ${name}: <${part.name}> is no element that the API has`);
          if (part.content !== undefined) lost.push(identity || `the element ${part.name}`);
        }
        if (text === undefined)
          lost.push(`${protocol || "an element without a protocol"} ${element.text("value") ?? ""}`.trim());
        else entries.push({ text });
      }
    if (entries.length === 0 && lost.length === 0) {
      const predefined = predefinedService(name);
      if (predefined !== undefined) entries.push({ text: predefined.entry });
      else lost.push("it has no element");
    }
    for (const what of lost) this.#report.inexpressible(node.at(), `service ${name}: ${what}`);
    if (lost.length === 0) this.#report.understood(node.at(), `service ${name}`);
    // A service needs an entry to be one; 255 is the reserved protocol, which nothing sends.
    this.services.push({
      key: id,
      names: [name, id, `${name} (service)`],
      entries: entries.length === 0 ? [{ text: "ip/255" }] : entries,
      comments: [...describe(node), ...lost.map((what) => `not expressible: ${what}`)],
      ...(alg !== undefined && { alg }),
    });
    const told = lost.map((what) => `service ${name}: ${what}`);
    this.#lost.set(id, told);
    this.#open.delete(id);
    return told;
  }

  /** A protocol with ports or a type, in the spellings of applications and of rules. */
  elementText(protocol: string, value: string | undefined, source: string | undefined): string | undefined {
    const word = protocol.toUpperCase();
    const ports = (text: string | undefined) =>
      text === undefined || /^any$/i.test(text) ? [] : text.split(",").map((port) => portText(port.trim()));
    const to = ports(value);
    const from = ports(source);
    const transport =
      ALGS[word]?.protocol ??
      ({ TCP: "tcp", UDP: "udp", SCTP: "sctp", 6: "tcp", 17: "udp", 132: "sctp" } as const)[word];
    if (transport !== undefined)
      return to.includes(undefined) || from.includes(undefined)
        ? undefined
        : portEntry(transport, to as string[], from as string[]);
    if (word === "L2_OTHERS" || word === "L2OTHERS") return etherText(value);
    if (word === "L3_OTHERS" || word === "L3OTHERS") {
      const number = protocolNumber(value ?? "");
      return number === undefined ? undefined : protocolEntry(number);
    }
    const icmp = { ICMP: "icmp", 1: "icmp", IPV6ICMP: "icmpv6", ICMPV6: "icmpv6", 58: "icmpv6" }[word] as
      | "icmp"
      | "icmpv6"
      | undefined;
    if (icmp !== undefined) {
      if (value === undefined || /^any$/i.test(value)) return icmp;
      if (/^\d{1,3}$/.test(value)) return Number(value) <= 255 ? `${icmp}/${Number(value)}` : undefined;
      const type = icmpTypes(icmp).get(value.toLowerCase().replace(/_/g, "-"));
      return type === undefined ? undefined : `${icmp}/${type.type}${type.code === undefined ? "" : `:${type.code}`}`;
    }
    const ether = { ARP: "0x0806", RARP: "0x8035", IPV4: "0x0800", IPV6: "0x86dd", LLDP: "0x88cc" }[word];
    if (ether !== undefined) return etherText(ether);
    const number = protocolNumber(protocol.replace(/_/g, "-"));
    return number === undefined || value !== undefined ? undefined : protocolEntry(number);
  }
}
