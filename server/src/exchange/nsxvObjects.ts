/** What firewall rules of NSX-v name: sets, groups, applications, machines, switches; by object id. */
import { icmpTypes } from "../policy/protocols.ts";
import { ALGS } from "./algs.ts";
import {
  type DraftEndpoint,
  type DraftEndpoints,
  type DraftEntry,
  type DraftGroup,
  type DraftSegment,
  type DraftService,
  type DraftVm,
  type DraftVnic,
  listed,
} from "./draft.ts";
import { predefinedService } from "./predefined.ts";
import type { Report } from "./report.ts";
import { addressText, etherText, macText, portEntry, portText, protocolEntry, protocolNumber } from "./values.ts";
import type { XmlNode } from "./xml.ts";

interface Found {
  readonly endpoint: DraftEndpoint;
  readonly lost: readonly string[];
}
/** A reference: an id, what kind of object it is of, and what it is called. */
export interface Reference {
  readonly id: string;
  readonly type: string;
  readonly name: string | undefined;
  readonly node: XmlNode;
}

const GROUPS = ["ipset", "macset", "securitygroup"];
const SWITCHES = /^(?:VirtualWire|Network|DistributedVirtualPortgroup)$/i;

export class NsxvObjects {
  readonly groups: DraftGroup[] = [];
  readonly services: DraftService[] = [];
  readonly #report: Report;
  readonly #nodes = new Map<string, XmlNode>();
  readonly #tags = new Map<string, string>();
  readonly #lost = new Map<string, readonly string[]>();
  readonly #serviceLost = new Map<string, readonly string[]>();
  readonly #vms = new Map<string, { key: string; name: string; vnics: Map<string, DraftVnic> }>();
  readonly #segments = new Map<string, DraftSegment>();
  readonly #open = new Set<string>();
  readonly #openServices = new Set<string>();
  /** Where a machine was named first. */
  readonly #mentioned = new Map<string, XmlNode>();

  constructor(report: Report) {
    this.#report = report;
  }

  /** Keeps an object for those that name it. */
  add(node: XmlNode): void {
    const id =
      node.text("objectId") ??
      node.text("id") ??
      `${node.name}:${node.at().file}:${node.at().line}:${node.at().column}`;
    if (this.#nodes.has(id))
      this.#report.wrong(node.at(), `${node.name} ${id} is in the inputs twice; the first is used`);
    else this.#nodes.set(id, node);
    if (/^securitytag$/i.test(node.name)) this.#tags.set(id, node.text("name") ?? id);
  }
  read(): void {
    for (const [id, node] of this.#nodes) {
      if (GROUPS.includes(node.name.toLowerCase())) this.#group(id, node);
      else if (/^application(?:group)?$/i.test(node.name)) this.#service(id, node);
    }
  }
  get vms(): DraftVm[] {
    return [...this.#vms.values()].map(({ key, name, vnics }) => ({
      key,
      names: [name],
      tags: [],
      vnics: [...vnics.values()],
    }));
  }
  get segments(): DraftSegment[] {
    return [...this.#segments.values()];
  }

  // ---- endpoints --------------------------------------------------------------------------------------------------------

  /** References as endpoints; what has no words is in `lost`. */
  endpoints(references: readonly Reference[]): {
    readonly endpoints: DraftEndpoints;
    readonly lost: readonly string[];
  } {
    const items: DraftEndpoint[] = [];
    const lost: string[] = [];
    for (const reference of references) {
      const found = this.#find(reference);
      if (typeof found === "string") lost.push(found);
      else {
        items.push(...found.map(({ endpoint }) => endpoint));
        lost.push(...found.flatMap((one) => one.lost));
      }
    }
    return { endpoints: listed(items), lost };
  }

  #find({ id, type, name, node }: Reference): readonly Found[] | string {
    if (/^Ipv[46]Address$/i.test(type) || type === "") {
      const texts = id.split(",").map((text) => addressText(text.trim()) ?? macText(text.trim()));
      if (!texts.includes(undefined))
        return texts.map((text) => ({ endpoint: { kind: "literal", text: text as string }, lost: [] }));
      this.#report.wrong(node.at(), `${id} is no address`);
      return `${id} is no address`;
    }
    const known = this.#nodes.get(id);
    if (known !== undefined && GROUPS.includes(known.name.toLowerCase())) {
      const isCycle = this.#open.has(id) && !this.#lost.has(id);
      const lost = this.#group(id, known);
      return isCycle ? (lost[0] as string) : [{ endpoint: { kind: "ref", key: id }, lost }];
    }
    if (/^SecurityTag$/i.test(type))
      return [{ endpoint: { kind: "tag", tag: name ?? this.#tags.get(id) ?? id }, lost: [] }];
    if (/^VirtualMachine$/i.test(type))
      return [{ endpoint: { kind: "ref", key: this.vm(name ?? id, id).key }, lost: [] }];
    if (/^Vnic$/i.test(type)) {
      const vnic = this.vnic(name ?? id);
      return [{ endpoint: { kind: "vnic", vm: vnic.vm, vnic: vnic.vnic }, lost: [] }];
    }
    if (SWITCHES.test(type)) return [{ endpoint: { kind: "ref", key: this.segment(id, name) }, lost: [] }];
    const what = `${type} ${name ?? ""}${name === undefined ? id : ` (${id})`}`;
    if (GROUPS.includes(type.toLowerCase())) {
      this.#report.wrong(node.at(), `no input has ${what}`);
      return `${what} is not in the inputs`;
    }
    return `${what}: the language knows no such container`;
  }

  /** A machine that something names; its addresses are in no input of these. */
  vm(name: string, id: string = name) {
    const key = [...this.#vms.values()].find((vm) => vm.name === name)?.key ?? `vm:${id}`;
    const known = this.#vms.get(key);
    if (known !== undefined) return known;
    const vm = { key, name, vnics: new Map<string, DraftVnic>() };
    this.#vms.set(key, vm);
    if (/^vm-/.test(id) || name !== id) vm.vnics.set("eth0", { name: "eth0", ips: [] });
    return vm;
  }
  /** `web-01 - Network adapter 2` is web-01.eth1. */
  vnic(name: string): { readonly vm: string; readonly vnic: string } {
    const adapter = /\s-\s+Network adapter (\d+)$/i.exec(name);
    const vm = this.vm(adapter === null ? name : name.slice(0, adapter.index).trimEnd());
    const vnic = `eth${adapter === null ? 0 : Math.max(0, Number(adapter[1]) - 1)}`;
    if (!vm.vnics.has(vnic)) vm.vnics.set(vnic, { name: vnic, ips: [] });
    return { vm: vm.key, vnic };
  }
  /** What a vNIC is known to have: as SpoofGuard has detected it. */
  addressed(
    { vm, vnic }: { readonly vm: string; readonly vnic: string },
    mac: string | undefined,
    ips: readonly string[],
  ): void {
    const vnics = this.#vms.get(vm)?.vnics;
    const known = vnics?.get(vnic);
    vnics?.set(vnic, {
      name: vnic,
      ips: [...new Set([...(known?.ips ?? []), ...ips])],
      ...((mac ?? known?.mac) && { mac: (mac ?? known?.mac) as string }),
    });
  }
  segment(id: string, name: string | undefined): string {
    const known = this.#segments.get(id);
    // The name may come later than the id.
    if (known === undefined || (known.names.length === 1 && name !== undefined))
      this.#segments.set(id, {
        key: id,
        names: [...(name === undefined ? [] : [name]), id],
        subnets: [],
        gateways: [],
      });
    return id;
  }

  /** A note for each machine whose addresses no input has: until somebody writes them, no packet is its. */
  tellUnaddressed(): void {
    for (const [key, node] of this.#mentioned) {
      const vm = this.#vms.get(key);
      if (vm !== undefined && [...vm.vnics.values()].every(({ ips }) => ips.length === 0))
        this.#report.inexpressible(
          node.at(),
          `machine ${vm.name}: its addresses are the vCenter's, and no input has them`,
        );
    }
  }

  // ---- groups -----------------------------------------------------------------------------------------------------------

  #group(id: string, node: XmlNode): readonly string[] {
    const known = this.#lost.get(id);
    if (known !== undefined) return known;
    if (this.#open.has(id)) {
      this.#report.wrong(node.at(), `security group ${id} contains itself`);
      return [`security group ${id} contains itself`];
    }
    this.#open.add(id);
    const name = node.text("name");
    const { endpoints, lost } =
      node.name.toLowerCase() === "securitygroup" ? this.#securityGroup(id, node) : this.#set(id, node);
    const empty =
      endpoints.except !== undefined && endpoints.items[0]?.kind === "any" && endpoints.except[0]?.kind === "any";
    if (lost.length > 0)
      for (const what of lost)
        this.#report.inexpressible(
          node.at(),
          `${node.name} ${name ?? node.text("objectId") ?? "without a name"}: ${what}`,
        );
    else if (empty)
      this.#report.wrong(
        node.at(),
        `${node.name} ${name ?? node.text("objectId") ?? "without a name"} has no member: no packet matches it`,
      );
    else this.#report.understood(node.at(), `${node.name} ${name ?? node.text("objectId") ?? "without a name"}`);
    this.groups.push({
      key: id,
      names: [
        ...(name === undefined ? [] : [name]),
        node.text("objectId") ?? node.name,
        `${name ?? node.name} (group)`,
      ],
      endpoints,
      comments: [...describe(node), ...lost.map((what) => `not expressible: ${what}`)],
    });
    const told = lost.map((what) => `${name ?? id}: ${what}`);
    this.#lost.set(id, told);
    return told;
  }

  #set(id: string, node: XmlNode): { readonly endpoints: DraftEndpoints; readonly lost: string[] } {
    const items: DraftEndpoint[] = [];
    const lost: string[] = [];
    for (const text of (node.text("value") ?? "").split(/[,\s]+/)) {
      if (text === "") continue;
      const read = addressText(text) ?? macText(text);
      if (read !== undefined) items.push({ kind: "literal", text: read });
      else {
        this.#report.wrong(node.one("value")?.at() ?? node.at(), `${id}: ${text} is no address`);
        lost.push(`${text} is no address`);
      }
    }
    return { endpoints: listed(items), lost };
  }

  #securityGroup(id: string, node: XmlNode): { readonly endpoints: DraftEndpoints; readonly lost: string[] } {
    const of = (members: readonly XmlNode[]) => this.endpoints(members.map(memberOf));
    const included = of(node.all("member"));
    const excluded = of(node.all("excludeMember"));
    const lost = [...included.lost, ...excluded.lost];
    let items: readonly DraftEndpoint[] = included.endpoints.except === undefined ? included.endpoints.items : [];
    for (const set of node.one("dynamicMemberDefinition")?.all("dynamicSet") ?? []) {
      const dynamic = this.#dynamicSet(set, id, node);
      lost.push(...dynamic.lost);
      if (/^AND$/i.test(set.text("operator") ?? "OR") && items.length > 0)
        items = this.#both(items, dynamic.items, id, node);
      else items = [...items, ...dynamic.items];
    }
    const except = excluded.endpoints.except === undefined ? excluded.endpoints.items : [];
    if (items.length === 0) return { endpoints: listed([]), lost };
    return { endpoints: { items, ...(except.length > 0 && { except }) }, lost };
  }

  #dynamicSet(
    set: XmlNode,
    id: string,
    group: XmlNode,
  ): { readonly items: readonly DraftEndpoint[]; readonly lost: string[] } {
    let items: readonly DraftEndpoint[] | undefined;
    const lost: string[] = [];
    for (const criterion of set.all("dynamicCriteria")) {
      const key = criterion.text("key") ?? "";
      const how = criterion.text("criteria") ?? "";
      const value = criterion.text("value") ?? "";
      let found: DraftEndpoint[] | undefined;
      if (/^VM\.SECURITY_TAG$/i.test(key) && /^(?:=|equals|equals_to)$/i.test(how))
        found = [{ kind: "tag", tag: value }];
      else if (/^ENTITY$/i.test(key) && /^belongs_to$/i.test(how)) {
        const of = this.#find({ id: value, type: typeOfId(value), name: undefined, node: criterion });
        if (typeof of !== "string") {
          found = of.map(({ endpoint }) => endpoint);
          lost.push(...of.flatMap((one) => one.lost));
        }
      }
      if (found === undefined) {
        lost.push(`the criterion ${key} ${how} ${JSON.stringify(value)}`);
        found = [];
      }
      if (items === undefined) items = found;
      else if (/^AND$/i.test(criterion.text("operator") ?? set.text("operator") ?? "OR"))
        items = this.#both(items, found, id, group);
      else items = [...items, ...found];
    }
    return { items: items ?? [], lost };
  }

  /** What is in both lists: the first less what is not in the second. */
  #both(a: readonly DraftEndpoint[], b: readonly DraftEndpoint[], id: string, node: XmlNode): DraftEndpoint[] {
    if (a.length === 0 || b.length === 0) return [];
    const name = node.text("name") ?? id;
    const part = (endpoints: DraftEndpoints): DraftEndpoint => {
      const key = `${id}#${JSON.stringify(endpoints)}`;
      if (!this.groups.some((group) => group.key === key))
        this.groups.push({ key, names: [`${name} (part)`], endpoints, comments: [`Part of ${name}.`] });
      return { kind: "ref", key };
    };
    return [part({ items: a, except: [part({ items: a, except: b })] })];
  }

  // ---- applications -------------------------------------------------------------------------------------------------------

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
    if (!this.#serviceLost.has(key)) {
      this.#serviceLost.set(key, []);
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
    return this.services.find(({ key }) => key === entry.key)?.entries.some((inner) => this.isEthernet(inner)) === true;
  }

  #service(id: string, node: XmlNode): readonly string[] {
    const known = this.#serviceLost.get(id);
    if (known !== undefined) return known;
    this.#serviceLost.set(id, []);
    this.#openServices.add(id);
    const name = node.text("name") ?? id;
    const entries: DraftEntry[] = [];
    const lost: string[] = [];
    let alg: string | undefined;
    if (/group$/i.test(node.name)) {
      for (const member of node.all("member")) {
        const reference = memberOf(member);
        if (this.#openServices.has(reference.id)) {
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
    this.#serviceLost.set(id, told);
    this.#openServices.delete(id);
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

export const memberOf = (member: XmlNode): Reference => ({
  id: member.text("objectId") ?? member.text("value") ?? "",
  type:
    member.one("type")?.text("typeName") ??
    member.text("objectTypeName") ??
    member.text("type") ??
    typeOfId(member.text("objectId") ?? ""),
  name: member.text("name"),
  node: member,
});
/** `securitygroup-12` says what it is. */
function typeOfId(id: string): string {
  const word = /^([a-z]+)-\d+$/.exec(id)?.[1] ?? "";
  return (
    (
      {
        vm: "VirtualMachine",
        virtualwire: "VirtualWire",
        dvportgroup: "DistributedVirtualPortgroup",
        network: "Network",
        securitytag: "SecurityTag",
      } as Readonly<Record<string, string>>
    )[word] ??
    (word || "object")
  );
}
export const describe = (node: XmlNode): string[] =>
  (node.text("description") ?? node.text("notes"))?.split(/\r?\n/) ?? [];
