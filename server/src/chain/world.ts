/**
 * Everything that packets leave behind: connections, learned addresses, counters, keys, the clock. A walk changes it;
 * a fork is a world of its own, at the cost of a few small objects.
 */
import type { Ip, Mac } from "../policy/addresses.ts";
import { familyOf } from "../policy/addresses.ts";
import type { Platform } from "../policy/platforms.ts";
import type { Chain, Policy, Vnic } from "../policy/policy.ts";
import { CONNECTIONS, type Connection } from "./connections.ts";
import type { Rows } from "./flowPages.ts";
import { FlowTable, flowKeyText } from "./flowTable.ts";
import type { FragmentHead } from "./fragments.ts";
import { macFor } from "./packet.ts";
import { Table, type TableKey } from "./table.ts";
import type { By } from "./trace.ts";

export type DiscoveryMethod = "tools" | "dhcp" | "arp" | "nd";
export type ApplianceState = "up" | "hung" | "down";

export interface Learned {
  readonly ip: Ip;
  readonly method: DiscoveryMethod;
}
/** A way that a redirect has taken for a flow. */
export interface Redirected {
  readonly connection: Connection;
  readonly redirect: boolean;
}
const WAYS: Rows<Redirected> = {
  columns: CONNECTIONS.columns + 1,
  write({ connection, redirect }, cells, at) {
    CONNECTIONS.write(connection, cells, at);
    cells[at + CONNECTIONS.columns] = redirect ? 1 : 0;
  },
  read: (cells, at, key) => ({
    connection: CONNECTIONS.read(cells, at, key),
    redirect: cells[at + CONNECTIONS.columns] === 1,
  }),
};
/** What befell the first fragment of a datagram; the later ones share it. */
export interface FragmentFate {
  readonly allowed: boolean;
  readonly by: By | undefined;
  readonly reason: string;
  readonly expires: number;
}
/** Packets of a kind within one second. */
export interface Rate {
  readonly since: number;
  readonly count: number;
}

/** What is known at one vNIC. */
export class VnicState {
  /** The firewall's connection table, by flow. */
  connections = new FlowTable(CONNECTIONS);
  /** By slot number. */
  redirects: ReadonlyMap<number, FlowTable<Redirected>> = new Map();
  /** Addresses learned, in order. */
  learned: readonly Learned[] = [];
  /** SpoofGuard: the first address per family that discovery reported. */
  first: Readonly<Partial<Record<4 | 6, Ip>>> = {};
  /** SpoofGuard: approved by hand. */
  approved: readonly Ip[] = [];
  /** SpoofGuard: reported later, and waiting for approval. */
  pending: readonly Ip[] = [];
  fragments = new Table<string, FragmentFate>();
  /** What first fragments told, by datagram. */
  heads = new Table<string, FragmentHead>();
  rates = new Table<string, Rate>();

  /** The ways of a slot's flows, to change. */
  redirectsAt(slot: number): FlowTable<Redirected> {
    const known = this.redirects.get(slot);
    if (known) return known;
    const made = new FlowTable(WAYS);
    this.redirects = new Map([...this.redirects, [slot, made]]);
    return made;
  }

  fork(): VnicState {
    const fork = new VnicState();
    fork.connections = this.connections.fork();
    fork.redirects = new Map([...this.redirects].map(([slot, ways]) => [slot, ways.fork()]));
    fork.learned = this.learned;
    fork.first = this.first;
    fork.approved = this.approved;
    fork.pending = this.pending;
    fork.fragments = this.fragments.fork();
    fork.heads = this.heads.fork();
    fork.rates = this.rates.fork();
    return fork;
  }
}

/** Of a vNIC where nothing has happened yet. Only to look at. */
const NOTHING_KNOWN = new VnicState();

/** An entry of the controller's ARP table. */
export interface Neighbour {
  readonly mac: Mac;
  readonly vnic: string;
}

export class World {
  readonly policy: Policy;
  /** The policy's, which does a little work each time it is asked for one. */
  readonly platform: Platform;
  readonly chains: readonly Chain[];
  /** Milliseconds since the scenario began. */
  clock = 0;
  /** By name; absent: up. */
  appliances = new Table<string, ApplianceState>();
  blocksDown = new Table<string, true>();
  /** By `BLOCK.KEY`; absent: 1. */
  epochs = new Table<string, number>();
  /** By `VNI ADDRESS`. */
  neighbours = new Table<string, Neighbour>();
  /** Packets decided, by `BLOCK.ID`. */
  hits = new Table<string, number>();
  /** Learned addresses, by address. */
  private owners = new Table<Ip, string>();
  /** Another object whenever an address has another owner than before. */
  addressing: object = {};
  private states = new Map<string, VnicState>();
  /** States that another fork may see too. */
  private foreign = new Set<string>();

  /** A world at clock 0, with what the `tools` report at the start. */
  static start(policy: Policy): World {
    const world = new World(policy);
    for (const chain of policy.chains)
      for (const { block } of chain.slots.values())
        if (block?.module === "swsec" && block.discover.methods.has("tools"))
          for (const vnic of policy.vnics.values())
            if (chain.vnics.has(vnic)) for (const ip of vnic.ips) world.learn(vnic, ip, "tools");
    return world;
  }

  private constructor(policy: Policy) {
    this.policy = policy;
    this.platform = policy.platform;
    this.chains = policy.chains;
  }

  /** Flows that are known anywhere: what a fork holds for itself when they have all been touched. */
  get weight(): number {
    let flows = 0;
    for (const { connections, redirects } of this.states.values()) {
      flows += connections.size;
      for (const ways of redirects.values()) flows += ways.size;
    }
    return flows;
  }
  fork(): World {
    const fork = new World(this.policy);
    fork.clock = this.clock;
    fork.appliances = this.appliances.fork();
    fork.blocksDown = this.blocksDown.fork();
    fork.epochs = this.epochs.fork();
    fork.neighbours = this.neighbours.fork();
    fork.hits = this.hits.fork();
    fork.owners = this.owners.fork();
    fork.addressing = this.addressing;
    fork.states = new Map(this.states);
    fork.foreign = new Set(this.states.keys());
    this.foreign = new Set(this.states.keys());
    return fork;
  }

  /** What is known at a vNIC, to look at. */
  at(vnic: Vnic): VnicState {
    return this.states.get(vnic.id) ?? NOTHING_KNOWN;
  }
  /** The same, to change. */
  change(vnic: Vnic): VnicState {
    const state = this.states.get(vnic.id);
    if (state && !this.foreign.has(vnic.id)) return state;
    const own = state ? state.fork() : new VnicState();
    this.states.set(vnic.id, own);
    this.foreign.delete(vnic.id);
    return own;
  }

  /** Declared addresses, then learned ones. */
  addresses(vnic: Vnic): readonly Ip[] {
    const learned = this.states.get(vnic.id)?.learned;
    if (!learned || learned.length === 0) return vnic.ips;
    return [...new Set([...vnic.ips, ...learned.map(({ ip }) => ip)])];
  }
  /** The vNIC that has an address, declared or learned. */
  owner(ip: Ip): Vnic | undefined {
    const declared = inventory(this.policy).byIp.get(ip);
    if (declared) return declared;
    const learned = this.owners.get(ip);
    return learned === undefined ? undefined : this.policy.vnics.get(learned);
  }
  ownerOfMac(mac: Mac): Vnic | undefined {
    return inventory(this.policy).byMac.get(mac);
  }

  /** Discovery reports an address of a vNIC. It joins groups and the controller's table at once. */
  learn(vnic: Vnic, ip: Ip, method: DiscoveryMethod, mac: Mac = macFor(vnic)): void {
    const state = this.change(vnic);
    if (!state.learned.some((known) => known.ip === ip)) state.learned = [...state.learned, { ip, method }];
    const family = familyOf(ip);
    if (state.first[family] === undefined) state.first = { ...state.first, [family]: ip };
    else this.suspect(vnic, ip);
    if (this.owners.get(ip) !== vnic.id) {
      this.owners.set(ip, vnic.id);
      this.addressing = {};
    }
    const vni = vnic.segment === undefined ? undefined : this.policy.segments.get(vnic.segment)?.vni;
    if (vni !== undefined) this.neighbours.set(`${vni} ${ip}`, { mac, vnic: vnic.id });
  }
  /** Another address than the first of its family was reported: it waits for approval, unless it has that. */
  suspect(vnic: Vnic, ip: Ip): void {
    const { first, approved, pending } = this.at(vnic);
    if (first[familyOf(ip)] === ip || approved.includes(ip) || pending.includes(ip)) return;
    this.change(vnic).pending = [...pending, ip];
  }
  approve(vnic: Vnic, ip: Ip): void {
    const state = this.change(vnic);
    if (!state.approved.includes(ip)) state.approved = [...state.approved, ip];
    state.pending = state.pending.filter((pending) => pending !== ip);
  }
  hit(block: string, id: number): void {
    const key = `${block}.${id}`;
    this.hits.set(key, (this.hits.get(key) ?? 0) + 1);
  }
  epoch(block: string, key: string): number {
    return this.epochs.get(`${block}.${key}`) ?? 1;
  }

  /** Everything, as plain data with sorted keys: equal worlds give equal texts. */
  digest(): string {
    const table = <K extends TableKey>(t: Table<K, unknown>) => [...t.entries()].sort(([a], [b]) => (a < b ? -1 : 1));
    const flows = <V>(t: FlowTable<V>) =>
      t
        .entries()
        .map(([key, value]): [string, V] => [flowKeyText(key), value])
        .sort(([a], [b]) => (a < b ? -1 : 1));
    const states = [...this.states]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([id, s]) => [
        id,
        flows(s.connections),
        [...s.redirects].map(([slot, ways]) => [slot, flows(ways)]).sort(([a], [b]) => Number(a) - Number(b)),
        s.learned,
        s.first,
        s.approved,
        s.pending,
        table(s.fragments),
        table(s.heads),
        table(s.rates),
      ]);
    const all = [
      this.clock,
      table(this.appliances),
      table(this.blocksDown),
      table(this.epochs),
      table(this.neighbours),
      table(this.hits),
      table(this.owners),
      states,
    ];
    return JSON.stringify(all, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
  }
}

interface Inventory {
  readonly byIp: ReadonlyMap<Ip, Vnic>;
  readonly byMac: ReadonlyMap<Mac, Vnic>;
}
const inventories = new WeakMap<Policy, Inventory>();
/** Who has an address by declaration; the first where two claim it. */
function inventory(policy: Policy): Inventory {
  let found = inventories.get(policy);
  if (!found) {
    const byIp = new Map<Ip, Vnic>();
    const byMac = new Map<Mac, Vnic>();
    for (const vnic of policy.vnics.values()) {
      for (const ip of vnic.ips) if (!byIp.has(ip)) byIp.set(ip, vnic);
      if (vnic.mac !== undefined && !byMac.has(vnic.mac)) byMac.set(vnic.mac, vnic);
    }
    found = { byIp, byMac };
    inventories.set(policy, found);
  }
  return found;
}
