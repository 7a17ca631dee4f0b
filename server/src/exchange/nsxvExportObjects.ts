/** What an NSX-v export has in its list before the configuration: sets, security groups, applications; and the lines. */
import type { Policy } from "../policy/policy.ts";
import { icmpName } from "../policy/protocols.ts";
import { algName } from "./algs.ts";
import type { DraftEndpoint, DraftEndpoints } from "./draft.ts";
import { entryParts, ethNumber, PolicyDraft, writtenAddresses } from "./policyDraft.ts";
import { NoWords, type Report } from "./report.ts";
import { isMacText } from "./values.ts";

export interface Reference {
  readonly type: string;
  readonly id: string;
  readonly name?: string;
}

const escaped = (text: string): string =>
  text.replace(
    /[&<>"']/g,
    (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" })[c] as string,
  );

export class XmlObjects {
  protected readonly policy: Policy;
  protected readonly draft: PolicyDraft;
  protected readonly report: Report;
  protected readonly lines: string[] = [];
  protected depth = 0;
  protected readonly definitions: ReadonlyMap<string, DraftEndpoints>;
  protected readonly ids = new Map<string, string>();
  protected readonly counts = new Map<string, number>();
  protected readonly open = new Set<string>();

  constructor(policy: Policy, report: Report) {
    this.policy = policy;
    this.report = report;
    this.draft = new PolicyDraft(policy);
    this.definitions = new Map(this.draft.groups().map(({ key, endpoints }) => [key, endpoints]));
  }

  protected element(name: string, attributes: Readonly<Record<string, string>>, body: (() => void) | string): void {
    const words = Object.entries(attributes)
      .map(([key, value]) => ` ${key}="${escaped(value)}"`)
      .join("");
    const indent = "  ".repeat(this.depth);
    if (typeof body === "string") {
      this.lines.push(`${indent}<${name}${words}>${escaped(body)}</${name}>`);
      return;
    }
    this.lines.push(`${indent}<${name}${words}>`);
    this.depth += 1;
    body();
    this.depth -= 1;
    this.lines.push(`${indent}</${name}>`);
  }
  protected leaf(name: string, text: string): void {
    this.element(name, {}, text);
  }
  protected id(kind: string, key: string): string {
    const known = this.ids.get(`${kind} ${key}`);
    if (known !== undefined) return known;
    const n = (this.counts.get(kind) ?? 0) + 1;
    this.counts.set(kind, n);
    const id = `${kind}-${n}`;
    this.ids.set(`${kind} ${key}`, id);
    return id;
  }

  /** A group as an IP set, a MAC set or a security group; written once, what it names before it. */
  protected groupOf(name: string): Reference {
    const definition = this.definitions.get(name);
    if (definition === undefined) throw new NoWords(`nothing is called ${name}`);
    return this.container(`group ${name}`, name, definition);
  }
  protected container(key: string, name: string, endpoints: DraftEndpoints): Reference {
    const { items, except = [] } = endpoints;
    const written = items.some(({ kind }) => kind === "any") ? writtenAddresses(endpoints) : undefined;
    const literals = items.flatMap((item) => (item.kind === "literal" ? [item.text] : []));
    const addresses = written ?? (literals.length === items.length && except.length === 0 ? literals : undefined);
    if (addresses?.every((text) => !isMacText(text))) return this.set("ipset", "IPSet", key, name, addresses);
    if (addresses?.every(isMacText)) return this.set("macset", "MACSet", key, name, addresses);
    if (items.some(({ kind }) => kind === "any"))
      throw new NoWords("any, less what has a name: only a rule can say it");
    const id = this.id("securitygroup", key);
    const reference: Reference = { type: "SecurityGroup", id, name };
    if (this.open.has(id)) return reference;
    this.open.add(id);
    const members = this.members(items, name);
    const excluded = this.members(except, `${name} except`);
    const tags = items.flatMap((item) => (item.kind === "tag" ? [item.tag] : []));
    this.element("securitygroup", {}, () => {
      this.leaf("objectId", id);
      this.leaf("name", name);
      for (const member of members.filter(({ type }) => type !== "SecurityTag")) this.member("member", member);
      for (const member of excluded) this.member("excludeMember", member);
      if (tags.length > 0)
        this.element("dynamicMemberDefinition", {}, () =>
          this.element("dynamicSet", {}, () => {
            this.leaf("operator", "OR");
            for (const tag of tags)
              this.element("dynamicCriteria", {}, () => {
                this.leaf("operator", "OR");
                this.leaf("key", "VM.SECURITY_TAG");
                this.leaf("criteria", "=");
                this.leaf("value", tag);
              });
          }),
        );
    });
    return reference;
  }
  protected set(
    kind: "ipset" | "macset",
    type: string,
    key: string,
    name: string,
    values: readonly string[],
  ): Reference {
    const id = this.id(kind, key);
    if (!this.open.has(id)) {
      this.open.add(id);
      this.element(kind, {}, () => {
        this.leaf("objectId", id);
        this.leaf("name", name);
        this.leaf("value", values.join(","));
      });
    }
    return { type, id, name };
  }
  protected members(items: readonly DraftEndpoint[], name: string): Reference[] {
    const out: Reference[] = [];
    const ips: string[] = [];
    const macs: string[] = [];
    for (const item of items) {
      if (item.kind === "any") throw new NoWords("any, as a member");
      if (item.kind === "literal") (isMacText(item.text) ? macs : ips).push(item.text);
      else if (item.kind === "tag") {
        out.push({ type: "SecurityTag", id: this.id("securitytag", item.tag), name: item.tag });
        // Who carries a tag is the vCenter's to know; those who do now are members by name as well.
        for (const vm of this.policy.vms.values())
          if (vm.tags.includes(item.tag))
            out.push({ type: "VirtualMachine", id: this.id("vm", vm.name), name: vm.name });
      } else if (item.kind === "vnic")
        out.push({
          type: "Vnic",
          id: this.id("vnic", `${item.vm}.${item.vnic}`),
          name: this.adapter(item.vm, item.vnic),
        });
      else if (this.policy.vms.has(item.key))
        out.push({ type: "VirtualMachine", id: this.id("vm", item.key), name: item.key });
      else if (this.policy.segments.has(item.key)) out.push(...this.switch(item.key));
      else out.push(this.groupOf(item.key));
    }
    if (ips.length > 0) out.push(this.set("ipset", "IPSet", `of ${name} ${ips.join()}`, `${name} addresses`, ips));
    if (macs.length > 0) out.push(this.set("macset", "MACSet", `of ${name} ${macs.join()}`, `${name} MACs`, macs));
    return out;
  }
  /** As vCenter calls a vNIC: `eth0` is network adapter 1. */
  protected adapter(vm: string, name: string): string {
    const vnic = this.policy.vnics.get(`${vm}.${name}`);
    return `${vm} - Network adapter ${vnic === undefined ? 1 : ethNumber(this.policy, vnic) + 1}`;
  }
  /** A logical switch; the addresses of its subnets, which no body says of it, beside it. */
  protected switch(name: string): Reference[] {
    const out: Reference[] = [{ type: "VirtualWire", id: this.id("virtualwire", name), name }];
    const subnets: string[] = [];
    for (const child of this.policy.segments.get(name)?.source.statement.children ?? [])
      if (child.kind === "subnet")
        for (const prefix of child.prefixes)
          if (prefix.kind === "prefix") subnets.push(`${prefix.address.text}/${prefix.length.value}`);
    if (subnets.length > 0) out.push(this.set("ipset", "IPSet", `subnets ${name}`, `${name} subnets`, subnets));
    return out;
  }
  protected member(tag: string, { type, id, name }: Reference): void {
    this.element(tag, {}, () => {
      this.leaf("objectId", id);
      this.leaf("objectTypeName", type);
      if (name !== undefined) this.leaf("name", name);
    });
  }

  /** A side of a rule. */
  protected side(
    endpoints: DraftEndpoints | undefined,
    name: string,
  ): { readonly references: Reference[]; readonly excluded: boolean } | undefined {
    if (endpoints === undefined) return undefined;
    const { items, except } = endpoints;
    const any = items.some(({ kind }) => kind === "any");
    if (any && except === undefined) return undefined;
    if (any && except !== undefined) {
      if (except.some(({ kind }) => kind === "any"))
        return { references: [this.set("ipset", "IPSet", "nobody", "nobody", [])], excluded: false };
      return { references: this.references(except, name), excluded: true };
    }
    if (except !== undefined)
      return {
        references: [this.container(`${name} ${JSON.stringify(endpoints)}`, name, endpoints)],
        excluded: false,
      };
    const [only] = items;
    const definition = items.length === 1 && only?.kind === "ref" ? this.definitions.get(only.key) : undefined;
    if (definition?.items.some(({ kind }) => kind === "any") && writtenAddresses(definition) === undefined)
      return this.side(definition, name);
    return { references: this.references(items, name), excluded: false };
  }
  protected references(items: readonly DraftEndpoint[], name: string): Reference[] {
    return items.flatMap((item): Reference[] => {
      if (item.kind !== "literal") {
        // A tag alone is a group of those that carry it.
        if (item.kind === "tag") return [this.container(`tag ${item.tag}`, `tag ${item.tag}`, { items: [item] })];
        return this.members([item], name);
      }
      if (isMacText(item.text)) return this.members([item], `${name} ${item.text}`);
      return [{ type: item.text.includes(":") ? "Ipv6Address" : "Ipv4Address", id: item.text }];
    });
  }

  protected application(key: string): Reference {
    const service = this.draft.serviceOf(key);
    if (service === undefined) throw new NoWords(`nothing is called ${key}`);
    const grouped = service.entries.some((entry) => "key" in entry);
    const id = this.id(grouped ? "applicationgroup" : "application", key);
    const reference: Reference = { type: grouped ? "ApplicationGroup" : "Application", id, name: key };
    if (this.open.has(id)) return reference;
    this.open.add(id);
    if (!grouped) {
      const elements = service.entries.map((entry) => this.elementOf((entry as { text: string }).text, service.alg));
      this.write("application", id, key, elements);
      return reference;
    }
    const members = service.entries.map((entry): Reference => {
      if ("key" in entry) return this.application(entry.key);
      const own = this.id("application", `${key} ${entry.text}`);
      this.write("application", own, `${key} ${entry.text}`, [this.elementOf(entry.text, service.alg)]);
      return { type: "Application", id: own, name: `${key} ${entry.text}` };
    });
    this.element("applicationGroup", {}, () => {
      this.leaf("objectId", id);
      this.leaf("name", key);
      for (const member of members) this.member("member", member);
    });
    return reference;
  }
  protected write(
    kind: string,
    id: string,
    name: string,
    elements: readonly (readonly [string, string | undefined, string | undefined])[],
  ): void {
    this.element(kind, {}, () => {
      this.leaf("objectId", id);
      this.leaf("name", name);
      for (const [protocol, value, source] of elements)
        this.element("element", {}, () => {
          this.leaf("applicationProtocol", protocol);
          if (value !== undefined) this.leaf("value", value);
          if (source !== undefined) this.leaf("sourcePort", source);
        });
    });
  }
  /** Protocol, ports or type, source ports. */
  protected elementOf(
    text: string,
    alg: string | undefined,
  ): readonly [string, string | undefined, string | undefined] {
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
}
