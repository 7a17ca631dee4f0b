/**
 * Endpoint lists: who is meant. A list stands for addresses that are written and for vNICs whose addresses may only
 * be learned later, so it is resolved to a set of both (`EndpointSet`) that is asked together with what is known.
 */

import { finish, STRIDE, type Steps } from "../syntax/steps.ts";
import type { AddressText, Endpoint, Endpoints, GroupStatement, Name } from "../syntax/tree.ts";
import {
  type AddressSet,
  ALL_ADDRESSES,
  addressesContain,
  addressSet,
  bitsOf,
  familyOf,
  type Ip,
  type Mac,
  NO_ADDRESSES,
  noAddresses,
  parseIp,
  parseMac,
  prefixRange,
  subtractAddresses,
  unionAllAddresses,
} from "./addresses.ts";
import type { Bounds } from "./bounds.ts";
import { components } from "./components.ts";
import type { EndpointSet, Group, Segment, Source, Vm, Vnic } from "./policy.ts";

// ---- asking a set -----------------------------------------------------------------------------------------------

/**
 * The addresses that a set stands for: those written and its members', less those of its `except`. `known` gives a
 * vNIC's addresses, declared and learned.
 */
export function addressesOf(set: EndpointSet, known: (vnic: Vnic) => Iterable<Ip>): AddressSet {
  if (set.any) return ALL_ADDRESSES;
  const pairs: Ip[] = [];
  for (const vnic of set.vnics) for (const ip of known(vnic)) pairs.push(ip, ip);
  const parts = set.parts?.map((part) => addressesOf(part, known)) ?? [];
  const all = unionAllAddresses([set.addresses, addressSet(pairs), ...parts]);
  return set.except === undefined ? all : subtractAddresses(all, addressesOf(set.except, known));
}

/** Whether an address is in a set. `vnicOf` gives the vNIC that has it, declared or learned, if one does. */
export function contains(set: EndpointSet, ip: Ip, vnicOf?: (ip: Ip) => Vnic | undefined): boolean {
  return containsWhatHas(set, ip, vnicOf?.(ip));
}

/** The same of an address that a vNIC has, or none. */
export function containsWhatHas(set: EndpointSet, ip: Ip, vnic: Vnic | undefined): boolean {
  if (set.any) return true;
  const inside =
    addressesContain(set.addresses, ip) ||
    (vnic !== undefined && set.vnics.has(vnic)) ||
    (set.parts?.some((part) => containsWhatHas(part, ip, vnic)) ?? false);
  return inside && !(set.except !== undefined && containsWhatHas(set.except, ip, vnic));
}

/**
 * The vNICs that a set picks, for `applied-to` and `exclude`: its members, and those whose declared address or MAC is
 * named; less those that its `except` picks.
 */
export function vnicsOf(set: EndpointSet, all: readonly Vnic[]): ReadonlySet<Vnic> {
  if (set.any) return set.vnics;
  const literal = !noAddresses(set.addresses);
  if (!literal && set.macs.length === 0 && set.parts === undefined && set.except === undefined) return set.vnics;
  const macs = new Set(set.macs);
  const picked = new Set(set.vnics);
  for (const vnic of all) {
    if (literal && vnic.ips.some((ip) => addressesContain(set.addresses, ip))) picked.add(vnic);
    if (vnic.mac !== undefined && macs.has(vnic.mac)) picked.add(vnic);
  }
  for (const part of set.parts ?? []) for (const vnic of vnicsOf(part, all)) picked.add(vnic);
  if (set.except !== undefined) for (const vnic of vnicsOf(set.except, all)) picked.delete(vnic);
  return picked;
}

/** True when there is nobody in the set and never can be. */
export const isEmptySet = (set: EndpointSet): boolean =>
  !set.any &&
  noAddresses(set.addresses) &&
  set.macs.length === 0 &&
  set.vnics.size === 0 &&
  (set.parts?.every(isEmptySet) ?? true);

// ---- making one -------------------------------------------------------------------------------------------------

const EMPTY: EndpointSet = { any: false, addresses: NO_ADDRESSES, macs: [], vnics: new Set() };
/** Stands for a set beyond the bounds: nobody, and a finding. */
export const TOO_MANY: EndpointSet = { ...EMPTY, vnics: new Set() };
/** All sets of a policy together may come to so many times the bound of one. */
const TOGETHER = 20;
const sizeOf = ({ addresses, macs, vnics }: EndpointSet): number =>
  (addresses.v4.length + addresses.v6.length) / 2 + macs.length + vnics.size;

const sizeOfAll = (sets: readonly EndpointSet[]): number => {
  let size = 0;
  for (const set of sets) size += set.any ? 0 : sizeOf(set);
  return size;
};

const literal = (addresses: AddressSet): EndpointSet => ({ ...EMPTY, addresses });

/** One address as written; undefined where it is none. */
export const ipOf = (address: AddressText | undefined): Ip | undefined =>
  address === undefined || address.kind === "mac" ? undefined : parseIp(address.text);
export const macOf = (address: AddressText | undefined): Mac | undefined =>
  address === undefined || address.kind !== "mac" ? undefined : parseMac(address.text);

/** First and last address of a prefix as written; undefined where a part of it is wrong. */
export function prefixOf(endpoint: Endpoint & { kind: "prefix" }): readonly [Ip, Ip] | undefined {
  const ip = ipOf(endpoint.address);
  if (ip === undefined || endpoint.length.value > bitsOf(familyOf(ip))) return undefined;
  return prefixRange(ip, endpoint.length.value);
}

export interface Inventory {
  readonly segments: ReadonlyMap<string, Segment>;
  readonly vms: ReadonlyMap<string, Vm>;
  readonly vnics: ReadonlyMap<string, Vnic>;
}

/** Endpoint lists to sets. Equal lists share one set; names that are unknown, and groups in a cycle, add nobody. */
export class EndpointResolver {
  readonly any: EndpointSet;
  readonly #groups = new Map<string, Group>();
  /** What is left to do before anything can be asked. */
  #resolving: Steps<void> | undefined;
  readonly #inventory: Inventory;
  /** Virtual machines and segments. */
  readonly #named: Map<string, EndpointSet>;
  readonly #tags: Map<string, EndpointSet>;
  readonly #vnicSets: Map<string, EndpointSet>;
  readonly #grouped = new Map<string, Group>();
  readonly #lists = new Map<string, EndpointSet>();
  readonly #literals: Map<string, EndpointSet>;
  readonly #picked = new Map<EndpointSet, ReadonlySet<Vnic>>();
  readonly #most: number;
  /** Members of all sets that were made. */
  #made = 0;
  /** A set was too large, now or before an edit: `TOO_MANY` may stand somewhere. */
  #exceeded: boolean;

  /**
   * `groups`: the declaration that holds for each name, where it is a group's. `before`: the resolver of the policy
   * before an edit; sets of the same members are taken over from it.
   */
  constructor(
    inventory: Inventory,
    groups: ReadonlyMap<string, Source<GroupStatement>>,
    { groupAddresses }: Bounds,
    before?: EndpointResolver,
  ) {
    this.#inventory = inventory;
    this.#most = groupAddresses;
    this.#exceeded = before?.exceeded ?? false;
    this.#literals = before ? before.#literals : new Map();
    const same = before && before.#inventory === inventory ? before : undefined;
    this.#named = same ? same.#named : new Map();
    this.#tags = same ? same.#tags : new Map();
    this.#vnicSets = same ? same.#vnicSets : new Map();
    this.any = same?.any ?? { ...EMPTY, any: true, addresses: ALL_ADDRESSES, vnics: new Set(inventory.vnics.values()) };
    if (same === undefined) this.#members();
    if (same !== undefined) same.#ready();
    this.#resolving = this.#resolveAll(groups, same);
  }

  /** Resolves the groups, some a step. Who asks before the end has the rest done at once. */
  *make(): Steps<void> {
    for (; this.#resolving !== undefined; yield) if (this.#resolving.next().done) this.#resolving = undefined;
  }
  #ready(): void {
    if (this.#resolving !== undefined) finish(this.make());
  }
  *#resolveAll(groups: ReadonlyMap<string, Source<GroupStatement>>, same: EndpointResolver | undefined): Steps<void> {
    const order = groupComponents(groups).flat();
    yield;
    for (const [index, name] of order.entries()) {
      this.#grouped.set(name, this.#group(name, groups.get(name) as Source<GroupStatement>, same));
      if (index % STRIDE === STRIDE - 1) yield;
    }
    for (const name of groups.keys()) this.#groups.set(name, this.#grouped.get(name) as Group);
  }
  get exceeded(): boolean {
    this.#ready();
    return this.#exceeded;
  }
  get groups(): ReadonlyMap<string, Group> {
    this.#ready();
    return this.#groups;
  }

  /** The sets of virtual machines, vNICs, segments and tags. */
  #members(): void {
    const { vnics, vms, segments } = this.#inventory;
    const attached = new Map<string, Vnic[]>();
    const tagged = new Map<string, Vnic[]>();
    for (const vnic of vnics.values()) {
      this.#vnicSets.set(vnic.id, { ...EMPTY, vnics: new Set([vnic]) });
      if (vnic.segment !== undefined) push(attached, vnic.segment, vnic);
      for (const tag of vnic.tags) push(tagged, tag, vnic);
    }
    for (const [tag, members] of tagged) this.#tags.set(tag, { ...EMPTY, vnics: new Set(members) });
    for (const vm of vms.values()) this.#named.set(vm.name, { ...EMPTY, vnics: new Set(vm.vnics) });
    for (const { name, subnets } of segments.values())
      this.#named.set(name, { ...EMPTY, addresses: subnets, vnics: new Set(attached.get(name)) });
  }

  #group(name: string, source: Source<GroupStatement>, before: EndpointResolver | undefined): Group {
    const { endpoints } = source.statement;
    if (before !== undefined) {
      const known = before.#grouped.get(name);
      const unedited = known?.source.statement === source.statement && known.source.uri === source.uri;
      const members = endpoints === undefined ? [] : [...endpoints.items, ...endpoints.except];
      const same = (item: Endpoint) =>
        item.kind !== "name" || this.#set(item.name.text) === before.#set(item.name.text);
      if (known !== undefined && unedited && members.every(same)) {
        this.#made += sizeOf(known.endpoints);
        return known;
      }
    }
    return { name, source, endpoints: endpoints === undefined ? EMPTY : this.#make(endpoints) };
  }

  #set(name: string): EndpointSet | undefined {
    return this.#grouped.get(name)?.endpoints ?? this.#named.get(name);
  }

  resolve(endpoints: Endpoints): EndpointSet {
    this.#ready();
    if (endpoints.items.length === 1 && endpoints.except.length === 0) return this.#one(endpoints.items[0] as Endpoint);
    const key = `${endpoints.items.map(endpointKey).join()}|${endpoints.except.map(endpointKey).join()}`;
    let set = this.#lists.get(key);
    if (set === undefined) {
      set = this.#make(endpoints);
      this.#lists.set(key, set);
    }
    return set;
  }

  /** The vNICs that a list picks (`applied-to`, `exclude`). */
  pick(endpoints: Endpoints): ReadonlySet<Vnic> {
    const set = this.resolve(endpoints);
    let picked = this.#picked.get(set);
    if (picked === undefined) {
      picked = vnicsOf(set, [...this.#inventory.vnics.values()]);
      this.#picked.set(set, picked);
    }
    return picked;
  }

  #make({ items, except }: Endpoints): EndpointSet {
    const included = this.#bounded(items);
    if (except.length === 0 || included === TOO_MANY) return included;
    const excluded = this.#bounded(except);
    return excluded === TOO_MANY ? TOO_MANY : without(included, excluded);
  }

  /** A list's set, unless it comes to too many. What is the same set is counted once. */
  #bounded(items: readonly Endpoint[]): EndpointSet {
    let sets = items.map((item) => this.#one(item));
    if (sets.length === 1) return sets[0] as EndpointSet;
    if (sizeOfAll(sets) > this.#most) sets = [...new Set(sets)];
    const size = sizeOfAll(sets);
    if (size > this.#most || this.#made > TOGETHER * this.#most || sets.includes(TOO_MANY)) {
      this.#exceeded = true;
      return TOO_MANY;
    }
    this.#made += size;
    return this.#combine(sets);
  }

  #combine(sets: readonly EndpointSet[]): EndpointSet {
    if (sets.length === 1) return sets[0] as EndpointSet;
    if (sets.some((set) => set.any)) return this.any;
    const plain: EndpointSet[] = [];
    const parts: EndpointSet[] = [];
    for (const set of sets) (set.except === undefined && set.parts === undefined ? plain : parts).push(set);
    const addresses = unionAllAddresses(plain.map((set) => set.addresses));
    const vnics = unionOf(plain.map((set) => set.vnics));
    const macs = plain.some((set) => set.macs.length > 0) ? [...new Set(plain.flatMap((set) => set.macs))] : EMPTY.macs;
    return parts.length === 0 ? { any: false, addresses, macs, vnics } : { any: false, addresses, macs, vnics, parts };
  }

  #one(endpoint: Endpoint): EndpointSet {
    switch (endpoint.kind) {
      case "any":
        return this.any;
      case "name":
        return this.#set(endpoint.name.text) ?? EMPTY;
      case "tag":
        return this.#tags.get(endpoint.tag.text) ?? EMPTY;
      case "vnic":
        return this.#vnicSets.get(vnicId(endpoint.vnic.vm, endpoint.vnic.vnic)) ?? EMPTY;
      default:
        return this.#literal(endpoint);
    }
  }

  #literal(endpoint: Endpoint & { kind: "address" | "prefix" | "range" }): EndpointSet {
    const key = endpointKey(endpoint);
    let set = this.#literals.get(key);
    if (set === undefined) {
      set = literalSet(endpoint);
      this.#literals.set(key, set);
    }
    return set;
  }
}

function literalSet(endpoint: Endpoint & { kind: "address" | "prefix" | "range" }): EndpointSet {
  if (endpoint.kind === "prefix") {
    const range = prefixOf(endpoint);
    return range === undefined ? EMPTY : literal(addressSet(range));
  }
  if (endpoint.kind === "range") {
    const low = ipOf(endpoint.from);
    const high = ipOf(endpoint.to);
    if (low === undefined || high === undefined || typeof low !== typeof high || low > high) return EMPTY;
    return literal(addressSet([low, high]));
  }
  const mac = macOf(endpoint.address);
  if (mac !== undefined) return { ...EMPTY, macs: [mac] };
  const ip = ipOf(endpoint.address);
  return ip === undefined ? EMPTY : literal(addressSet([ip, ip]));
}

/** `set` less `except`. What is certain now is taken out now; what depends on learned addresses stays as `except`. */
function without(set: EndpointSet, except: EndpointSet): EndpointSet {
  if (except.any) return EMPTY;
  if (set.except !== undefined || set.parts !== undefined) return { ...EMPTY, parts: [set], except };
  const settled = except.except === undefined;
  const members = settled ? except.vnics : new Set<Vnic>();
  const vnics = new Set([...set.vnics].filter((vnic) => !members.has(vnic)));
  const macs = set.macs.filter((mac) => !except.macs.includes(mac));
  const addresses = settled ? subtractAddresses(set.addresses, except.addresses) : set.addresses;
  const open =
    !settled || except.vnics.size > 0 || except.parts !== undefined || except.macs.length > 0 || vnics.size > 0;
  return { any: false, addresses, macs, vnics, ...(open && { except }) };
}

function unionOf(sets: readonly ReadonlySet<Vnic>[]): ReadonlySet<Vnic> {
  const filled = sets.filter((set) => set.size > 0);
  if (filled.length <= 1) return filled[0] ?? EMPTY.vnics;
  const out = new Set<Vnic>();
  for (const set of filled) for (const vnic of set) out.add(vnic);
  return out;
}

/** Groups that contain one another, each component after those it uses: a cycle is one component. */
export const groupComponents = (groups: ReadonlyMap<string, Source<GroupStatement>>): string[][] =>
  components(groups.keys(), (name) => usedGroups(groups, name));

/** Groups that a group's list names. */
export function usedGroups(groups: ReadonlyMap<string, Source<GroupStatement>>, name: string): string[] {
  const endpoints = groups.get(name)?.statement.endpoints;
  if (endpoints === undefined) return [];
  const used: string[] = [];
  for (const item of [...endpoints.items, ...endpoints.except])
    if (item.kind === "name" && groups.has(item.name.text)) used.push(item.name.text);
  return used;
}

/** `VM.VNIC`, names without quotes: the id of `Policy.vnics`. */
export const vnicId = (vm: Name, vnic: Name): string => `${vm.text}.${vnic.text}`;

function endpointKey(endpoint: Endpoint): string {
  switch (endpoint.kind) {
    case "any":
      return "any";
    case "address":
      return endpoint.address.text;
    case "prefix":
      return `${endpoint.address.text}/${endpoint.length.value}`;
    case "range":
      return `${endpoint.from.text}-${endpoint.to.text}`;
    case "name":
      return JSON.stringify(endpoint.name.text);
    case "vnic":
      return JSON.stringify([endpoint.vnic.vm.text, endpoint.vnic.vnic.text]);
    case "tag":
      return `#${JSON.stringify(endpoint.tag.text)}`;
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
