/** Groups of the NSX Policy API: expressions as endpoints. A group that has no words makes its rules wait, disabled. */
import type { Steps } from "../syntax/steps.ts";
import { type DraftEndpoint, type DraftEndpoints, type DraftGroup, listed, NOBODY } from "./draft.ts";
import type { JsonObject } from "./json.ts";
import { misread } from "./nsxFields.ts";
import type { NsxObject, NsxObjects } from "./nsxObjects.ts";
import type { Report } from "./report.ts";
import { addressText, macText } from "./values.ts";

/** A VM of the inputs, as far as conditions ask about it. */
export interface KnownVm {
  readonly key: string;
  readonly name: string;
  readonly id: string;
  readonly tags: readonly { readonly scope: string; readonly tag: string }[];
  readonly os?: string;
  readonly computer?: string;
}

/** The name of a tag in the language: `scope|tag`, or the tag alone. */
export const tagName = (scope: string, tag: string): string => (scope === "" ? tag : `${scope}|${tag}`);

/** Members that are places; the second two are what NSX-T 2 called the first. */
const PLACES: Readonly<Record<string, "Segment" | "SegmentPort">> = {
  Segment: "Segment",
  SegmentPort: "SegmentPort",
  LogicalSwitch: "Segment",
  LogicalPort: "SegmentPort",
};

interface Set {
  /** Any of them. */
  readonly endpoints: DraftEndpoints;
  /** Why some member has no words. */
  readonly lost: readonly string[];
}

export class NsxGroups {
  readonly groups: DraftGroup[] = [];
  readonly #objects: NsxObjects;
  readonly #report: Report;
  readonly #vms: readonly KnownVm[];
  readonly #vnicAt: (path: string) => DraftEndpoint | undefined;
  readonly #lost = new Map<string, readonly string[]>();
  readonly #open = new globalThis.Set<string>();

  constructor(
    objects: NsxObjects,
    inventory: { readonly known: readonly KnownVm[]; readonly vnicAt: (path: string) => DraftEndpoint | undefined },
    report: Report,
  ) {
    this.#objects = objects;
    this.#vms = inventory.known;
    this.#vnicAt = (path) => inventory.vnicAt(path);
    this.#report = report;
  }

  /** All groups of the inputs, whether or not a rule names them. */
  *read(): Steps<void> {
    for (const group of this.#objects.of("Group")) {
      yield;
      this.#group(group);
    }
  }

  /** Groups, addresses and `ANY` of a rule; undefined for any. `at` is where the list stands. */
  side(json: JsonObject, key: string): { readonly endpoints?: DraftEndpoints; readonly lost: readonly string[] } {
    const texts = json.texts(key);
    if (texts.length === 0 || texts.some((text) => /^any$/i.test(text))) {
      if (texts.length > 1) this.#report.wrong(json.at(key), `${key}: ANY stands beside others; it is any`);
      return { lost: [] };
    }
    const items: DraftEndpoint[] = [];
    const lost: string[] = [];
    for (const text of texts) {
      if (text.startsWith("/") || this.#objects.find(text) !== undefined) {
        const found = this.#path(text);
        if (found === undefined) {
          this.#report.wrong(json.at(key), `${key}: no input has ${text}`);
          lost.push(`${text} is not in the inputs`);
        } else {
          if (found.endpoint) items.push(found.endpoint);
          lost.push(...found.lost);
        }
      } else {
        const address = addressText(text) ?? macText(text);
        if (address === undefined) {
          this.#report.wrong(json.at(key), `${key}: ${text} is neither a path nor an address`);
          lost.push(`${text} is neither a path nor an address`);
        } else items.push({ kind: "literal", text: address });
      }
    }
    return { endpoints: listed(items), lost };
  }

  /** What a path names, as an endpoint. */
  #path(path: string): { readonly endpoint?: DraftEndpoint; readonly lost: readonly string[] } | undefined {
    const object = this.#objects.find(path);
    if (object?.type === "Group") {
      const isCycle = this.#open.has(object.path) && !this.#lost.has(object.path);
      const lost = this.#group(object);
      return isCycle ? { lost } : { endpoint: { kind: "ref", key: object.path }, lost };
    }
    if (object?.type === "Segment") return { endpoint: { kind: "ref", key: object.path }, lost: [] };
    const vnic = object?.type === "SegmentPort" ? this.#vnicAt(object.path) : undefined;
    if (vnic !== undefined) return { endpoint: vnic, lost: [] };
    const id = path.split("/").at(-1);
    const vm = this.#vms.find((known) => known.key === object?.path || known.id === id);
    if (vm !== undefined) return { endpoint: { kind: "ref", key: vm.key }, lost: [] };
    return undefined;
  }

  /** Declares a group, once. Why it is not whole. */
  #group(object: NsxObject): readonly string[] {
    const { path, json, id } = object;
    const known = this.#lost.get(path);
    if (known !== undefined) return known;
    if (this.#open.has(path)) {
      this.#report.wrong(json.at(), `group ${id} contains itself`);
      return [`group ${id} contains itself`];
    }
    this.#open.add(path);
    const at = json.at(json.has("expression") ? "expression" : undefined);
    const members = json.objects("expression").length > 0 ? [] : json.objects("vm_members");
    const set =
      members.length > 0 ? this.#members(members, id) : this.#expressions(json.objects("expression"), path, id);
    const lost = [...misread(json, "Group", id, this.#report), ...set.lost];
    if (json.objects("extended_expression").length > 0) {
      this.#report.inexpressible(json.at("extended_expression"), `group ${id}: identity (extended_expression)`);
      lost.push("identity (extended_expression)");
    }
    if (lost.length === 0) {
      if (json.objects("expression").length === 0 && members.length === 0)
        this.#report.wrong(at, `group ${id} has no expression: nobody is in it`);
      else this.#report.understood(json.at(), `group ${id}`);
    }
    const name = json.text("display_name");
    this.groups.push({
      key: path,
      names: [...(name === undefined ? [] : [name]), id, `${name ?? id} (group)`],
      endpoints: set.endpoints,
      comments: [...describe(json), ...lost.map((what) => `not expressible: ${what}`)],
    });
    const told = lost.map((what) => `group ${name ?? id}: ${what}`);
    this.#lost.set(path, told);
    return told;
  }

  /** Machines that a manager has said are in a group, where what puts them there was not asked for. */
  #members(list: readonly JsonObject[], id: string): Set {
    const items = new Map<string, DraftEndpoint>();
    const lost: string[] = [];
    for (const json of list) {
      const names = [json.text("id"), json.text("external_id"), json.text("display_name")];
      const vm =
        this.#vms.find((known) => names.includes(known.id)) ?? this.#vms.find(({ name }) => names.includes(name));
      const told = names.find((name) => name !== undefined) ?? "without a name";
      if (vm !== undefined) items.set(vm.key, { kind: "ref", key: vm.key });
      else {
        this.#report.wrong(json.at(), `group ${id}: no input has its machine ${told}`);
        lost.push(`machine ${told} is not in the inputs`);
      }
    }
    return { endpoints: { items: [...items.values()] }, lost };
  }

  /** Expressions with conjunctions between them; AND binds tighter than OR. */
  #expressions(list: readonly JsonObject[], path: string, id: string): Set {
    const lost: string[] = [];
    const alternatives: DraftEndpoints[][] = [[]];
    for (const [i, json] of list.entries()) {
      lost.push(...misread(json, json.text("resource_type") ?? "", `of group ${id}`, this.#report));
      if (json.text("resource_type") === "ConjunctionOperator") {
        const word = json.text("conjunction_operator");
        if (word === undefined) {
          this.#report.wrong(json.at(), `group ${id}: a conjunction without a word, neither AND nor OR`);
          lost.push("a conjunction without a word");
        }
        if (i === 0 || i === list.length - 1) this.#report.wrong(json.at(), `group ${id}: a conjunction at the edge`);
        else if (word !== "AND") alternatives.push([]);
        continue;
      }
      const set = this.#expression(json, path, id);
      lost.push(...set.lost);
      (alternatives.at(-1) as DraftEndpoints[]).push(set.endpoints);
    }
    const items: DraftEndpoint[] = [];
    for (const sets of alternatives) {
      const [first, ...rest] = sets;
      if (first === undefined) continue;
      const both = rest.reduce((a, b) => this.#both(a, b, path), first);
      if (both === NOBODY) continue;
      if (alternatives.length === 1) return { endpoints: both, lost };
      if (both.except === undefined) for (const item of both.items) items.push(item);
      else items.push(this.#part(both, path));
    }
    return { endpoints: listed(items), lost };
  }

  /** What is in both: a less what is not in b. */
  #both(a: DraftEndpoints, b: DraftEndpoints, path: string): DraftEndpoints {
    const one = a.except === undefined ? a.items : [this.#part(a, path)];
    const other = b.except === undefined ? b.items : [this.#part(b, path)];
    return { items: one, except: [this.#part({ items: one, except: other }, path)] };
  }
  /** A group of our own, for what an expression has inside. */
  #part(endpoints: DraftEndpoints, path: string): DraftEndpoint {
    const key = `${path}#${JSON.stringify(endpoints)}`;
    const whole = this.#objects.find(path)?.json.text("display_name") ?? path.split("/").at(-1) ?? "group";
    // A part of what was a part is one, too: names do not grow on each way there and back.
    const name = whole.replace(/ \(part\)(?:-\d+)?$/, "");
    if (!this.groups.some((group) => group.key === key))
      this.groups.push({ key, names: [`${name} (part)`], endpoints, comments: [`Part of ${name}.`] });
    return { kind: "ref", key };
  }

  #expression(json: JsonObject, path: string, id: string): Set {
    const lose = (what: string, at = json.at()): Set => {
      this.#report.inexpressible(at, `group ${id}: ${what}`);
      return { endpoints: listed([]), lost: [what] };
    };
    const type = json.text("resource_type");
    switch (type) {
      case "IPAddressExpression":
      case "MACAddressExpression": {
        const key = type === "IPAddressExpression" ? "ip_addresses" : "mac_addresses";
        const items: DraftEndpoint[] = [];
        const lost: string[] = [];
        for (const text of json.texts(key)) {
          const read = type === "IPAddressExpression" ? addressText(text.trim()) : macText(text.trim());
          if (read !== undefined) items.push({ kind: "literal", text: read });
          else {
            this.#report.wrong(json.at(key), `group ${id}: ${text} is no address`);
            lost.push(`${text} is no address`);
          }
        }
        return { endpoints: listed(items), lost };
      }
      case "PathExpression":
        return this.#paths(json, json.texts("paths"), id);
      case "ExternalIDExpression": {
        const items: DraftEndpoint[] = [];
        const lost: string[] = [];
        for (const text of json.texts("external_ids")) {
          const vm = this.#vms.find((known) => known.id === text);
          if (vm !== undefined) items.push({ kind: "ref", key: vm.key });
          else {
            this.#report.inexpressible(json.at("external_ids"), `group ${id}: no input has the machine ${text}`);
            lost.push(`the machine ${text} is not in the inputs`);
          }
        }
        return { endpoints: listed(items), lost };
      }
      case "NestedExpression":
        return this.#expressions(json.objects("expressions"), path, id);
      case "Condition":
        return this.#condition(json, id, lose);
      default:
        return lose(`${type ?? "an expression without a resource_type"} has no words in the language`);
    }
  }

  #paths(json: JsonObject, paths: readonly string[], id: string): Set {
    const items: DraftEndpoint[] = [];
    const lost: string[] = [];
    for (const text of paths) {
      const found = this.#path(text);
      if (found === undefined) {
        const what =
          this.#objects.find(text)?.type === "SegmentPort" ? `no input has the machine at ${text}` : undefined;
        this.#report.wrong(
          json.at(json.has("paths") ? "paths" : undefined),
          `group ${id}: ${what ?? `no input has ${text}`}`,
        );
        lost.push(what ?? `${text} is not in the inputs`);
      } else {
        if (found.endpoint) items.push(found.endpoint);
        lost.push(...found.lost);
      }
    }
    return { endpoints: listed(items), lost };
  }

  #condition(json: JsonObject, id: string, lose: (what: string) => Set): Set {
    const member = json.text("member_type") ?? "";
    const key = json.text("key") ?? "";
    const operator = json.text("operator") ?? "EQUALS";
    const value = json.text("value") ?? "";
    // Tags that a scope must not have are those of the machines that the inputs have.
    const otherScopes = json.text("scope_operator")?.toUpperCase() === "NOTEQUALS";
    const text = `${member} ${key} ${operator}${otherScopes ? " (scope NOTEQUALS)" : ""} ${JSON.stringify(value)}`;
    const test = key === "Tag" ? tagTest(value, otherScopes) : undefined;
    if (member === "VirtualMachine" && test !== undefined && operator === "EQUALS" && !/\|$/.test(value)) {
      const bar = value.indexOf("|");
      const own = tagName(bar < 0 ? "" : value.slice(0, bar), value.slice(bar + 1));
      const known = this.#vms.flatMap((vm) => vm.tags.filter(test).map(({ scope, tag }) => tagName(scope, tag)));
      if (!otherScopes || this.#vms.length > 0)
        return {
          endpoints: listed(
            [...new Set(otherScopes ? known : [own, ...known])].map((tag) => ({ kind: "tag", tag }) as const),
          ),
          lost: [],
        };
    }
    // Other conditions on machines are answered by the machines that the inputs have.
    if (member === "VirtualMachine" && this.#vms.length > 0 && !otherScopes) {
      // `scope|`: any tag of the scope.
      const scope = key === "Tag" && /^[^|]+\|$/.test(value) ? value.slice(0, -1) : undefined;
      const of = scope === undefined ? valuesOf(key) : (vm: KnownVm) => vm.tags.map((tag) => tag.scope);
      const holds = tests(operator, scope ?? (key === "Tag" ? value.replace(/^\|/, "") : value));
      if (of !== undefined && holds !== undefined) {
        const negative = operator.startsWith("NOT");
        const found = this.#vms.filter((vm) => (negative ? of(vm).every(holds) : of(vm).some(holds)));
        this.#report.understood(json.at(), `group ${id}: ${text} is ${found.length} of the machines in the inputs`);
        return { endpoints: listed(found.map(({ key }) => ({ kind: "ref", key }))), lost: [] };
      }
    }
    const place = PLACES[member];
    if (place !== undefined && operator === "EQUALS" && (test ?? key === "Name")) {
      const found = this.#objects
        .of(place)
        .filter(({ json: one }) =>
          test === undefined
            ? one.text("display_name") === value
            : one.objects("tags").some((tag) => test({ scope: tag.text("scope") ?? "", tag: tag.text("tag") ?? "" })),
        );
      const what = place === "Segment" ? "segments" : "ports";
      if (found.length > 0) {
        this.#report.understood(json.at(), `group ${id}: ${text} is ${found.length} of the ${what} in the inputs`);
        return this.#paths(
          json,
          found.map(({ path }) => path),
          id,
        );
      }
    }
    return lose(`the condition ${text}`);
  }
}

/**
 * `scope|tag`, or `tag` in any scope, in any case: "All operators perform a case insensitive match" (NSX-T Data Center
 * REST API, NSGroupTagExpression). `others`: of any scope but this one.
 */
function tagTest(value: string, others: boolean): (tag: { readonly scope: string; readonly tag: string }) => boolean {
  const bar = value.indexOf("|");
  const scope = bar < 0 ? undefined : value.slice(0, bar).toLowerCase();
  const name = value.slice(bar + 1).toLowerCase();
  return (one) =>
    one.tag.toLowerCase() === name && (scope === undefined || (one.scope.toLowerCase() === scope) !== others);
}
function valuesOf(key: string): ((vm: KnownVm) => readonly string[]) | undefined {
  if (key === "Name") return (vm) => [vm.name];
  if (key === "ComputerName") return (vm) => (vm.computer === undefined ? [] : [vm.computer]);
  if (key === "OSName") return (vm) => (vm.os === undefined ? [] : [vm.os]);
  if (key === "Tag") return (vm) => vm.tags.map(({ scope, tag }) => tagName(scope, tag));
  return undefined;
}
function tests(operator: string, value: string): ((text: string) => boolean) | undefined {
  const wanted = value.toLowerCase();
  const lower = (test: (text: string) => boolean) => (text: string) => test(text.toLowerCase());
  switch (operator) {
    case "EQUALS":
      return lower((text) => text === wanted);
    case "NOTEQUALS":
      return lower((text) => text !== wanted);
    case "CONTAINS":
      return lower((text) => text.includes(wanted));
    case "STARTSWITH":
      return lower((text) => text.startsWith(wanted));
    case "ENDSWITH":
      return lower((text) => text.endsWith(wanted));
    case "IN":
      return lower((text) => wanted.split(",").some((one) => one.trim() === text));
    default:
      return undefined;
  }
}

/** A description, as a comment. */
export const describe = (json: JsonObject): string[] => {
  const text = json.text("description") ?? json.text("notes");
  return text === undefined || text.trim() === "" ? [] : text.trim().split(/\r?\n/);
};
