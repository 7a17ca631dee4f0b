/** Groups of the Policy API: from what names stand for, and from the ends of rules that have no name. */
import type { Policy } from "../policy/policy.ts";
import type { DraftEndpoint, DraftEndpoints } from "./draft.ts";
import { type ApiObject, groupPath, Ids, type Json } from "./nsxApi.ts";
import { PolicyDraft, writtenAddresses } from "./policyDraft.ts";
import { PREDEFINED_IDS } from "./predefined.ts";
import { NoWords, type Place, type Report } from "./report.ts";
import { isMacText } from "./values.ts";

export class TreeGroups {
  /** Ids of groups that are written for what has no name. */
  readonly #helpers = new Set<string>();
  protected readonly policy: Policy;
  protected readonly draft: PolicyDraft;
  protected readonly report: Report;
  protected readonly groups: ApiObject[] = [];
  protected readonly services: ApiObject[] = [];
  protected readonly groupIds = new Ids();
  /** Those that NSX comes with cannot be written. */
  protected readonly serviceIds = new Ids(PREDEFINED_IDS.keys());
  protected readonly segmentIds = new Ids();
  /** By the vNIC's id. */
  protected readonly portIds = new Ids();
  protected readonly definitions: ReadonlyMap<string, DraftEndpoints>;
  /** Groups that have no words, and why. */
  protected readonly lost = new Map<string, string>();

  constructor(policy: Policy, report: Report) {
    this.policy = policy;
    this.draft = new PolicyDraft(policy);
    this.report = report;
    this.definitions = new Map(this.draft.groups().map(({ key, endpoints }) => [key, endpoints]));
  }

  protected group(name: string, endpoints: DraftEndpoints, at: Place | undefined): void {
    const id = this.groupIds.of(`group ${name}`, name);
    try {
      this.groups.push({ resource_type: "Group", id, display_name: name, expression: this.expression(endpoints) });
    } catch (error) {
      if (!(error instanceof NoWords)) throw error;
      this.lost.set(name, error.message);
      if (at !== undefined) this.report.inexpressible(at, `group ${name}: ${error.message}`);
    }
  }

  /** Expressions with OR between them; an intersection, written as `A except (A except B)`, as conditions that hold together. */
  protected expression(endpoints: DraftEndpoints): Json[] {
    const { items, except } = endpoints;
    if (except === undefined && !items.some(({ kind }) => kind === "any")) return this.union(items);
    if (this.intersection(endpoints) !== undefined) {
      const together = this.#together(endpoints, 0);
      if (together === undefined) throw new NoWords("only tags and names of machines may hold together in NSX");
      return this.#criteria(together.map(nested));
    }
    const written = writtenAddresses(endpoints);
    if (written === undefined) throw new NoWords("a group of NSX takes nothing out: `except` of names has no words");
    return either(addressExpressions(written));
  }
  /**
   * Conditions on machines, of which one list holds as a whole: "Only allowed expressions in a NestedExpression are
   * Condition and ConjunctionOperator", AND (NSX-T Data Center REST API, NestedExpression). Undefined where there is
   * something else, or too much.
   */
  #together(endpoints: DraftEndpoints, depth: number): Json[][] | undefined {
    const both = this.intersection(endpoints);
    if (both !== undefined) {
      const [one, other] = both.map((items) => this.#together({ items }, depth));
      if (one === undefined || other === undefined || one.length * other.length > MAX_TOGETHER) return undefined;
      const lists = one.flatMap((a) => other.map((b) => unique([...a, ...b])));
      return lists.some(({ length }) => length > MAX_CRITERIA) ? undefined : lists;
    }
    if (endpoints.except !== undefined || depth > MAX_CRITERIA) return undefined;
    const lists: Json[][] = [];
    for (const item of endpoints.items) {
      const definition = item.kind === "ref" ? this.definitions.get(item.key) : undefined;
      const found =
        item.kind === "tag"
          ? [[condition("Tag", item.tag)]]
          : definition !== undefined
            ? this.#together(definition, depth + 1)
            : item.kind === "ref" && this.policy.vms.has(item.key)
              ? [[condition("Name", item.key)]]
              : undefined;
      if (found === undefined || lists.length + found.length > MAX_TOGETHER) return undefined;
      lists.push(...found);
    }
    return lists;
  }
  /** Criteria with OR between them; those that are too many for one group stand in groups of their own. */
  #criteria(criteria: readonly Json[]): Json[] {
    if (criteria.length <= MAX_CRITERIA) return either(criteria);
    const paths = parts(criteria, MAX_CRITERIA).map((some) => {
      const id = this.groupIds.of(JSON.stringify(some), "criteria");
      if (!this.#helpers.has(id))
        this.groups.push({ resource_type: "Group", id, display_name: id, expression: either(some) });
      this.#helpers.add(id);
      return groupPath(id);
    });
    return either(parts(paths, MAX_PATHS).map((some) => ({ resource_type: "PathExpression", paths: some })));
  }
  protected intersection({
    items,
    except,
  }: DraftEndpoints): readonly [readonly DraftEndpoint[], readonly DraftEndpoint[]] | undefined {
    const [only] = except ?? [];
    if (only?.kind !== "ref" || except?.length !== 1) return undefined;
    const inner = this.definitions.get(only.key);
    if (inner?.except === undefined || JSON.stringify(inner.items) !== JSON.stringify(items)) return undefined;
    return [items, inner.except];
  }
  protected union(items: readonly DraftEndpoint[]): Json[] {
    const ips: string[] = [];
    const macs: string[] = [];
    const paths: string[] = [];
    const conditions: Json[] = [];
    for (const item of items) {
      if (item.kind === "literal") (isMacText(item.text) ? macs : ips).push(item.text);
      else if (item.kind === "tag") conditions.push(condition("Tag", item.tag));
      else if (item.kind === "any") throw new NoWords("any, as a member of a group");
      else if (item.kind === "vnic") paths.push(this.vnicPath(item.vm, item.vnic));
      else if (this.policy.vms.has(item.key)) conditions.push(condition("Name", item.key));
      else if (this.policy.segments.has(item.key)) paths.push(`/infra/segments/${this.segmentIds.of(item.key)}`);
      else paths.push(this.groupOf(item.key));
    }
    const machines = this.#criteria(conditions);
    return either([
      ...addressExpressions(ips),
      ...machines.filter((one) => (one as ApiObject).resource_type !== "ConjunctionOperator"),
      ...parts(macs, MAX_ADDRESSES).map((mac_addresses) => ({ resource_type: "MACAddressExpression", mac_addresses })),
      ...parts(paths, MAX_PATHS).map((some) => ({ resource_type: "PathExpression", paths: some })),
    ]);
  }
  protected groupOf(name: string): string {
    const lost = this.lost.get(name);
    if (lost !== undefined) throw new NoWords(`group ${name}: ${lost}`);
    const definition = this.definitions.get(name);
    if (definition === undefined) throw new NoWords(`nothing is called ${name}`);
    // A group that comes later in the text may still turn out to have no words.
    if (
      definition.except !== undefined &&
      this.intersection(definition) === undefined &&
      writtenAddresses(definition) === undefined
    )
      throw new NoWords(`group ${name}: \`except\` of names has no words`);
    return groupPath(this.groupIds.of(`group ${name}`, name));
  }
  protected vnicPath(vm: string, name: string): string {
    const vnic = this.policy.vnics.get(`${vm}.${name}`);
    if (vnic?.segment === undefined) throw new NoWords(`${vm}.${name} is on no segment, so it has no path`);
    return `/infra/segments/${this.segmentIds.of(vnic.segment)}/ports/${this.portIds.of(vnic.id)}`;
  }

  /** A side of a rule: paths and addresses, and whether they are what it is not. */
  protected side(endpoints: DraftEndpoints | undefined): { readonly groups: string[]; readonly excluded: boolean } {
    if (endpoints === undefined) return { groups: ["ANY"], excluded: false };
    const { items, except } = endpoints;
    const [only] = items;
    if (only?.kind === "any" && except === undefined) return { groups: ["ANY"], excluded: false };
    if (items.some(({ kind }) => kind === "any") && except !== undefined) {
      if (except.some(({ kind }) => kind === "any")) return { groups: [this.helper({ items: [] })], excluded: false };
      return { groups: this.members(except), excluded: true };
    }
    if (except === undefined) {
      const definition = items.length === 1 && only?.kind === "ref" ? this.definitions.get(only.key) : undefined;
      // `any except …`, under a name.
      if (
        definition?.except !== undefined &&
        definition.items[0]?.kind === "any" &&
        this.lost.has((only as { key: string }).key)
      )
        return this.side(definition);
      return { groups: this.members(items), excluded: false };
    }
    return { groups: [this.helper(endpoints)], excluded: false };
  }
  /** Groups by path and addresses as they are; what is neither goes into a group of its own. */
  protected members(items: readonly DraftEndpoint[]): string[] {
    const groups: string[] = [];
    const others: DraftEndpoint[] = [];
    for (const item of items) {
      if (item.kind === "ref" && this.definitions.has(item.key)) groups.push(this.groupOf(item.key));
      else if (item.kind === "literal" && !isMacText(item.text)) groups.push(item.text);
      else others.push(item);
    }
    if (others.length > 0) groups.push(this.helper({ items: others }));
    return groups.length > MAX_SIDE ? [this.helper({ items })] : groups;
  }
  protected helper(endpoints: DraftEndpoints): string {
    const key = JSON.stringify(endpoints);
    const name =
      endpoints.items
        .map((item) =>
          item.kind === "tag"
            ? item.tag
            : item.kind === "ref"
              ? item.key
              : item.kind === "vnic"
                ? `${item.vm}.${item.vnic}`
                : item.kind === "literal"
                  ? item.text
                  : "any",
        )
        .join(" ") || "nobody";
    const id = this.groupIds.of(key, name.slice(0, 60));
    if (!this.#helpers.has(id)) {
      const expression = endpoints.items.length === 0 ? [] : this.expression(endpoints);
      this.groups.push({ resource_type: "Group", id, display_name: id, expression });
      this.#helpers.add(id);
    }
    return groupPath(id);
  }
}

/** "A group can have a maximum of five membership criteria" (NSX Administration Guide); a criterion, of five conditions. */
const MAX_CRITERIA = 5;
/** Criteria that one intersection may become. */
const MAX_TOGETHER = 100;
/** What one expression takes (NSX-T Data Center REST API, IPAddressExpression and PathExpression). */
const MAX_ADDRESSES = 4000;
const MAX_PATHS = 500;
/** What a rule takes on a side, as services or as its scope (Rule). */
export const MAX_SIDE = 128;

const parts = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
/** "Both IPv4 and IPv6 addresses within one expression is not allowed": IPAddressExpression. */
const addressExpressions = (addresses: readonly string[]): Json[] =>
  [addresses.filter((text) => !text.includes(":")), addresses.filter((text) => text.includes(":"))]
    .flatMap((family) => parts(family, MAX_ADDRESSES))
    .map((ip_addresses) => ({ resource_type: "IPAddressExpression", ip_addresses }));
/** Expressions with OR between them. */
const either = (expressions: readonly Json[]): Json[] =>
  expressions.flatMap((one, i): Json[] =>
    i === 0 ? [one] : [{ resource_type: "ConjunctionOperator", conjunction_operator: "OR" }, one],
  );
/** Conditions that hold together. */
const nested = (conditions: readonly Json[]): Json =>
  conditions.length === 1
    ? (conditions[0] as Json)
    : {
        resource_type: "NestedExpression",
        expressions: conditions.flatMap((one, i): Json[] =>
          i === 0 ? [one] : [{ resource_type: "ConjunctionOperator", conjunction_operator: "AND" }, one],
        ),
      };
const unique = (list: readonly Json[]): Json[] => [
  ...new Map(list.map((one) => [JSON.stringify(one), one] as const)).values(),
];
const condition = (key: string, value: string): Json => ({
  resource_type: "Condition",
  member_type: "VirtualMachine",
  key,
  operator: "EQUALS",
  value,
});
