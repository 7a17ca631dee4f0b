/** IP sets, MAC sets and security groups of NSX-v as endpoints. A group that is not whole makes its rules wait, disabled. */
import { type DraftEndpoint, type DraftEndpoints, type DraftGroup, listed } from "./draft.ts";
import type { NsxvInventory } from "./nsxvInventory.ts";
import { describe, memberOf, type Reference, typeOfId } from "./nsxvReference.ts";
import type { Report } from "./report.ts";
import { addressText, macText } from "./values.ts";
import type { XmlNode } from "./xml.ts";

interface Found {
  readonly endpoint: DraftEndpoint;
  readonly lost: readonly string[];
}

const GROUPS = ["ipset", "macset", "securitygroup"];
const SWITCHES = /^(?:VirtualWire|Network|DistributedVirtualPortgroup)$/i;

export class NsxvGroups {
  readonly groups: DraftGroup[] = [];
  readonly #nodes: ReadonlyMap<string, XmlNode>;
  readonly #inventory: NsxvInventory;
  readonly #report: Report;
  readonly #lost = new Map<string, readonly string[]>();
  readonly #open = new Set<string>();

  constructor(nodes: ReadonlyMap<string, XmlNode>, inventory: NsxvInventory, report: Report) {
    this.#nodes = nodes;
    this.#inventory = inventory;
    this.#report = report;
  }

  /** All of the inputs, whether or not a rule names them. */
  read(): void {
    for (const [id, node] of this.#nodes) if (GROUPS.includes(node.name.toLowerCase())) this.#group(id, node);
  }

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
        for (const one of found) {
          items.push(one.endpoint);
          lost.push(...one.lost);
        }
      }
    }
    return { endpoints: listed(items), lost };
  }

  #find({ id, type, name, node }: Reference): readonly Found[] | string {
    if (/^(?:Ipv[46]|MAC)Address$/i.test(type) || type === "") {
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
      return [{ endpoint: { kind: "tag", tag: name ?? this.#tagName(id) ?? id }, lost: [] }];
    if (/^VirtualMachine$/i.test(type))
      return [{ endpoint: { kind: "ref", key: this.#inventory.vm(name ?? id, id, node).key }, lost: [] }];
    if (/^Vnic$/i.test(type)) {
      const vnic = this.#inventory.vnic(name ?? id, node);
      return [{ endpoint: { kind: "vnic", vm: vnic.vm, vnic: vnic.vnic }, lost: [] }];
    }
    if (SWITCHES.test(type)) return [{ endpoint: { kind: "ref", key: this.#inventory.segment(id, name) }, lost: [] }];
    const what = `${type} ${name ?? ""}${name === undefined ? id : ` (${id})`}`;
    if (GROUPS.includes(type.toLowerCase())) {
      this.#report.wrong(node.at(), `no input has ${what}`);
      return `${what} is not in the inputs`;
    }
    return `${what}: the language knows no such container`;
  }

  #tagName(id: string): string | undefined {
    const node = this.#nodes.get(id);
    return node !== undefined && /^securitytag$/i.test(node.name) ? (node.text("name") ?? id) : undefined;
  }

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
    // "(Expression Result + Inclusions) - Exclusions" (NSX Administration Guide, "Create a Security Group"): the first
    // set's own operator joins it to nothing.
    let dynamic: readonly DraftEndpoint[] | undefined;
    for (const set of node.one("dynamicMemberDefinition")?.all("dynamicSet") ?? []) {
      const found = this.#dynamicSet(set, id, node);
      lost.push(...found.lost);
      if (dynamic === undefined) dynamic = found.items;
      else if (/^AND$/i.test(set.text("operator") ?? "OR")) dynamic = this.#both(dynamic, found.items, id, node);
      else dynamic = [...dynamic, ...found.items];
    }
    const items = [...(included.endpoints.except === undefined ? included.endpoints.items : []), ...(dynamic ?? [])];
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
}
