/** What a host's dumps tell, as one policy: its machines, chains and firewalls. */
import type { Steps } from "../syntax/steps.ts";
import type { Draft, DraftAppliance, DraftBlock, DraftEndpoint, DraftSlot, DraftVm, DraftVnic } from "./draft.ts";
import { filterName, type HostDump, type HostFilter, type HostPort, type HostRuleset } from "./hostDump.ts";
import { Firewalls } from "./hostRules.ts";
import { type Input, titleOf } from "./input.ts";
import type { Place, Report } from "./report.ts";

const REGULAR: ReadonlyMap<string, { readonly slot: number; readonly module: "acl" | "swsec" | "dfw" }> = new Map([
  ["dvfilter-generic-vmware", { slot: 0, module: "acl" }],
  ["esxi-firewall", { slot: 0, module: "acl" }],
  ["dvfilter-generic-vmware-swsec", { slot: 1, module: "swsec" }],
  ["vmware-sfw", { slot: 2, module: "dfw" }],
]);

/** The machines, chains and firewalls that the dumps tell of. */
export function* draftOfHost(dump: HostDump, inputs: readonly Input[], report: Report): Steps<Draft> {
  return yield* new HostDraft(dump, report).draft(inputs);
}

interface Vm {
  readonly key: string;
  readonly names: string[];
  readonly comments: string[];
  readonly vnics: Map<string, { name: string; macs: Set<string>; ips: Set<string> }>;
}

class HostDraft {
  readonly #dump: HostDump;
  readonly #report: Report;
  readonly #vms = new Map<string, Vm>();
  readonly #blocks = new Map<string, DraftBlock>();
  readonly #appliances = new Map<string, DraftAppliance>();
  readonly #chains = new Map<string, { vnics: DraftEndpoint[]; slots: DraftSlot[]; comments: string[] }>();
  readonly #firewalls: Firewalls;
  readonly #platform: string;

  constructor(dump: HostDump, report: Report) {
    this.#dump = dump;
    this.#report = report;
    this.#firewalls = new Firewalls(dump, report);
    const filters = dump.worlds.flatMap(({ ports }) => ports.flatMap((port) => port.filters));
    const isNsxT = (agent: string | undefined, module: string | undefined) =>
      agent === "vmware-si" || /^nsxt-/.test(module ?? "");
    const nsxT =
      dump.rulesets.some(({ name, ofVif }) => ofVif || name.startsWith("mainrs")) ||
      dump.agents.some(({ name, module }) => isNsxT(name, module)) ||
      filters.some((filter) => isNsxT(agentOf(filter), filter.facts.get("moduleName")));
    this.#platform = nsxT ? "nsx 4" : "nsx-v 6.3";
  }

  *draft(inputs: readonly Input[]): Steps<Draft> {
    yield* this.#firewalls.prepare();
    for (const world of this.#dump.worlds) {
      yield;
      for (const port of world.ports) this.#port(world.vm, world.id, world.uuid, port);
      if (world.vm !== undefined && world.ports.length === 0)
        this.#report.wrong(world.at, `machine ${world.vm} has no port`);
    }
    for (const info of this.#dump.filters) this.#filter(info.name, info.at, info.uuid);
    for (const found of this.#dump.discovered) {
      const vnic = this.#listed(found.filter, true) ?? this.#filter(found.filter, found.at);
      vnic?.macs.add(found.mac);
      if (found.ip !== undefined) vnic?.ips.add(found.ip);
    }
    yield;
    for (const set of this.#dump.rulesets) if (set.filter !== undefined) this.#filter(set.filter, set.at);
    this.#rest();
    yield;
    const blocks = [...this.#blocks.values()];
    const used = new Set(blocks.flatMap((block) => ("via" in block && block.via !== undefined ? [block.via] : [])));
    return {
      title: titleOf(inputs),
      platform: this.#platform,
      comments: [`Imported from ${titleOf(inputs)}.`],
      segments: [],
      vms: [...this.#vms.values()].map((vm) => this.#machine(vm)),
      groups: this.#firewalls.groups,
      services: this.#firewalls.services,
      appliances: [...this.#appliances.values()].filter(({ key }) => used.has(key)),
      blocks,
      chains: [...this.#chains].map(([key, { vnics, slots, comments }], i) => ({
        key: `chain:${key}`,
        names: [`${i === 0 ? "host" : `host-${i + 1}`}`],
        slots,
        comments,
        ...(vnics.length > 0 && { appliedTo: { items: vnics } }),
      })),
      scenarios: [],
    };
  }

  #machine({ key, names, comments, vnics }: Vm): DraftVm {
    return {
      key,
      names,
      comments,
      tags: [],
      vnics: [...vnics.values()].map(({ name, macs, ips }): DraftVnic => {
        const [mac, ...others] = [...macs];
        if (others.length > 0) comments.push(`${name} has also ${others.join(", ")}`);
        return { name, ips: [...ips], ...(mac !== undefined && { mac }) };
      }),
    };
  }

  #vm(key: string, names: string[], comments: string[] = []): Vm {
    const known = this.#vms.get(key);
    if (known !== undefined) return known;
    const vm: Vm = { key: `vm:${key}`, names, comments, vnics: new Map() };
    this.#vms.set(key, vm);
    return vm;
  }
  #vnic(vm: Vm, name: string) {
    const known = vm.vnics.get(name);
    if (known !== undefined) return known;
    const vnic = { name, macs: new Set<string>(), ips: new Set<string>() };
    vm.vnics.set(name, vnic);
    return vnic;
  }

  // ---- ports of summarize-dvfilter --------------------------------------------------------------------------------

  #port(machine: string | undefined, world: string, uuid: string | undefined, port: HostPort): void {
    const name =
      machine !== undefined && port.name.startsWith(`${machine}.`) ? port.name.slice(machine.length + 1) : port.name;
    const vm =
      machine === undefined
        ? this.#vm(hostKey(port.at), ["host"], ["Ports of the host's own kernel."])
        : this.#vm(
            worldKey(port.at, world),
            [machine, `${machine}-${world}`],
            [`world ${world}${uuid === undefined ? "" : `, vcUuid ${uuid}`}`],
          );
    this.#vnic(vm, name);
    for (const filter of port.filters)
      for (const [key, value] of filter.facts)
        if (!KNOWN_FACTS.has(key)) {
          vm.comments.push(`${name}, ${filter.chain} slot ${filter.slot}: ${key}: ${value}`);
          this.#report.understood(filter.at, `${key}: ${value}: kept as a comment`);
        }
    const comments: string[] = [];
    const slots: DraftSlot[] = [];
    // vNic slots and dvPort slots are two chains of NSX and one here: they have different numbers, but for mistakes.
    for (const filter of [...port.filters].sort((a, b) => a.slot - b.slot || (a.chain === "vNic" ? -1 : 1))) {
      const slot = this.#slot(filter, port, slots, comments);
      if (slot !== undefined) slots.push(slot);
    }
    this.#punted(port.filters.find((one) => agentOf(one) === "vmware-sfw")?.name, slots);
    const what = port.filters.map(
      (filter) => `${filter.chain} slot ${filter.slot} ${agentOf(filter) ?? "without an agent"}`,
    );
    this.#report.understood(port.at, `port ${port.name}: ${what.length === 0 ? "no filter" : what.join(", ")}`);
    if (slots.length > 0 || comments.length > 0) this.#attach(vm, name, slots, comments);
  }

  #attach(vm: Vm, vnic: string, slots: DraftSlot[], comments: string[] = []): void {
    const key = JSON.stringify([slots, comments]);
    const chain = this.#chains.get(key) ?? { vnics: [], slots, comments };
    this.#chains.set(key, chain);
    chain.vnics.push({ kind: "vnic", vm: vm.key, vnic });
  }

  #slot(filter: HostFilter, port: HostPort, taken: readonly DraftSlot[], comments: string[]): DraftSlot | undefined {
    const { slot: number, at, chain } = filter;
    const agent = agentOf(filter);
    const lose = (why: string): undefined => {
      this.#report.inexpressible(at, `${port.name}, ${chain} slot ${number}: ${why}`);
      comments.push(`${chain} slot ${number} ${agent ?? "?"}: ${why}`);
      return undefined;
    };
    if (agent === undefined) return lose("it names no agent");
    const state = filter.facts.get("state");
    if (state !== undefined && /\bdetached\b/i.test(state))
      this.#report.wrong(
        at,
        `${port.name}, ${chain} slot ${number}: ${state}: kept, though packets do not pass it now`,
      );
    if (taken.some((slot) => slot.number === number))
      return lose(`slot ${number} of the other chain is at this port, too, and one chain has each slot once`);
    const regular = REGULAR.get(agent.toLowerCase());
    const fail = failOf(filter.failurePolicy);
    if (filter.failurePolicy !== undefined && fail === undefined)
      this.#report.wrong(at, `failure policy ${filter.failurePolicy}: neither failOpen nor failClosed`);
    const as = (module: DraftSlot["module"], block: string): DraftSlot => ({
      number,
      module,
      block,
      ...(fail && { fail }),
    });
    if (regular !== undefined) {
      if (regular.slot !== number) return lose(`${agent} belongs to slot ${regular.slot}`);
      if (regular.module === "dfw") return as("dfw", this.#firewall(filter.name));
      return as(regular.module, this.#plain(regular.module, agent));
    }
    const partner = this.#platform === "nsx 4" ? number === 12 : number >= 4 && number <= 12;
    if (!partner) return lose(`the slot has no place for an agent of that name`);
    const firewall = port.filters.find((other) => agentOf(other) === "vmware-sfw")?.name;
    return as("redirect", this.#partner(agent, filter.name, firewall, fail));
  }

  /** A block whose rules no dump shows. */
  #plain(module: "acl" | "swsec", agent: string): string {
    const key = `block:${agent}`;
    const comments = [`What ${agent} does is not in the dump.`];
    if (!this.#blocks.has(key))
      this.#blocks.set(
        key,
        module === "acl"
          ? { module, key, names: [agent], comments, rules: [], default: { action: "allow" } }
          : {
              module,
              key,
              names: [agent],
              comments,
              ...(this.#dump.features.size > 0 && { discover: [...this.#dump.features] }),
            },
      );
    return key;
  }
  #partner(
    agent: string,
    filter: string | undefined,
    firewall: string | undefined,
    fail: "open" | "closed" | undefined,
  ): string {
    const appliance = `appliance:${agent}`;
    if (!this.#appliances.has(appliance))
      this.#appliances.set(appliance, { key: appliance, names: [agent], ...(fail && { fail }) });
    const rules = this.#firewalls.redirectOf(filter, firewall, agent, appliance);
    if (!this.#blocks.has(rules.key)) this.#blocks.set(rules.key, rules);
    return rules.key;
  }
  /** The firewall of a filter; an empty one where no rules of it were read. */
  #firewall(filter: string | undefined): string {
    const dfw = this.#firewalls.dfwOf(filter);
    if (!this.#blocks.has(dfw.key)) this.#blocks.set(dfw.key, dfw);
    return dfw.key;
  }

  // ---- filters without summarize-dvfilter ---------------------------------------------------------------------------

  /** The vNIC that summarize-dvfilter lists a filter at; `anyOfIt`: or another filter of the same vNIC, or none. */
  #listed(name: string, anyOfIt: boolean) {
    const parts = anyOfIt ? filterName(name) : undefined;
    const isOfIt = (world: string, port: HostPort): boolean =>
      parts !== undefined &&
      world === parts.world &&
      (port.filters.some((filter) => filter.name?.startsWith(`nic-${parts.world}-${parts.vnic}-`)) ||
        (port.filters.length === 0 && port.name.endsWith(`.${parts.vnic}`)));
    for (const world of this.#dump.worlds)
      for (const port of world.ports)
        if (port.filters.some((filter) => filter.name === name) || isOfIt(world.id, port)) {
          const vm = this.#vms.get(world.vm === undefined ? hostKey(port.at) : worldKey(port.at, world.id)) as Vm;
          const prefix = `${world.vm}.`;
          return this.#vnic(vm, port.name.startsWith(prefix) ? port.name.slice(prefix.length) : port.name);
        }
    return undefined;
  }
  /** The vNIC of a filter; one of its own where no world was read. */
  #filter(name: string, at: Place, uuid?: string) {
    const listed = this.#listed(name, false);
    if (listed !== undefined) return listed;
    const parts = filterName(name);
    if (parts === undefined) {
      this.#report.wrong(at, `${name} is no name of a filter (nic-WORLD-ethN-AGENT.SLOT)`);
      return undefined;
    }
    const vm = this.#vm(
      `world ${parts.world}`,
      [`world-${parts.world}`],
      [`world ${parts.world}${uuid === undefined ? "" : `, vcUuid ${uuid}`}; the dumps do not say its name`],
    );
    const known = vm.vnics.has(parts.vnic);
    const vnic = this.#vnic(vm, parts.vnic);
    if (!known) {
      const slots: DraftSlot[] = [];
      const others = [
        ...this.#dump.rulesets.flatMap(({ filter }) => filter ?? []),
        ...this.#dump.filters.map((info) => info.name),
      ].filter((other) => other.startsWith(`nic-${parts.world}-${parts.vnic}-`));
      for (const other of new Set([name, ...others])) {
        const { agent, slot: number } = filterName(other) ?? parts;
        const slot = this.#slot(
          { chain: "vNic", slot: number, at, name: other, agent, facts: new Map() },
          { id: "", name: other, at, filters: [] },
          slots,
          vm.comments,
        );
        if (slot !== undefined) slots.push(slot);
      }
      this.#punted(name, slots);
      if (slots.length > 0)
        this.#attach(
          vm,
          parts.vnic,
          slots.sort((a, b) => a.number - b.number),
        );
    }
    return vnic;
  }

  /** What a firewall's own rules punt goes to the first partner slot, where no partner has one. */
  #punted(scope: string | undefined, slots: DraftSlot[]): void {
    const redirect = scope === undefined ? undefined : this.#firewalls.puntedOf(scope);
    if (redirect === undefined || slots.some(({ module }) => module === "redirect")) return;
    this.#appliances.set(redirect.appliance.key, redirect.appliance);
    this.#blocks.set(redirect.rules.key, redirect.rules);
    slots.push({ number: this.#platform === "nsx 4" ? 12 : 4, module: "redirect", block: redirect.rules.key });
  }

  /** Rule sets that no filter and no port has taken: of all vNICs where they are the only ones. */
  #rest(): void {
    const left = this.#firewalls.unused();
    const [only] = left;
    if (only === undefined) return;
    const [block = "", ...others] = new Set(left.map(({ scope }) => this.#firewall(scope)));
    if (others.length === 0 && this.#chains.size === 0) {
      const slots: DraftSlot[] = [{ number: 2, module: "dfw", block }];
      this.#punted(only.scope, slots);
      this.#chains.set("all", {
        vnics: [],
        slots,
        comments: ["The dumps do not say whose rules these are: every vNIC has them."],
      });
      return;
    }
    for (const set of left) this.#orphan(set);
  }
  #orphan(set: HostRuleset): void {
    this.#report.wrong(set.at, `rule set ${set.name}: no dump says which vNIC has it; it is in no chain`);
    this.#firewall(set.scope);
  }
}

/** Keys of a filter that say nothing about a policy. */
const KNOWN_FACTS: ReadonlySet<string> = new Set([
  "state",
  "vmState",
  "slowPathID",
  "serviceVMID",
  "filter source",
  "moduleName",
]);

/** Each dump is another host's. */
const hostKey = ({ file }: Place): string => `host ${file}`;
const worldKey = ({ file }: Place, id: string): string => `world ${id} ${file}`;

/** A dump that was filtered may have the filter's name alone. */
const agentOf = ({ agent, name }: HostFilter): string | undefined =>
  agent ?? (name === undefined ? undefined : filterName(name)?.agent);
const failOf = (policy: string | undefined): "open" | "closed" | undefined =>
  policy === undefined
    ? undefined
    : /^failOpen$/i.test(policy)
      ? "open"
      : /^failClosed$/i.test(policy)
        ? "closed"
        : undefined;
