/**
 * A policy as the commands of a host would print it: `summarize-dvfilter`, then for each vNIC its rules, its address
 * sets (names resolved to the addresses that are known) and its addresses.
 */
import { type AddressSet, formatIp, formatMac, formatRange, type Ip } from "../policy/addresses.ts";
import { addressesOf } from "../policy/endpoints.ts";
import type { Chain, Dfw, EndpointSet, Policy, Redirect, Rule, ServiceMatch, Vnic } from "../policy/policy.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import { entryParts, ethNumber, leavesNothing, matchText, PolicyDraft, tellRouters } from "./policyDraft.ts";
import type { Place, Report } from "./report.ts";

const AGENTS = { acl: "dvfilter-generic-vmware", swsec: "dvfilter-generic-vmware-swsec", dfw: "vmware-sfw" } as const;

export function* getrulesText(policy: Policy, report: Report): Steps<string> {
  return yield* new HostText(policy, report).text();
}

/** A host prints the rules of each vNIC anew: many machines under many rules would fill more memory than there is. */
const MAX_LINES = 2_000_000;

class HostText {
  readonly #policy: Policy;
  readonly #worldIds: ReadonlyMap<string, number>;
  readonly #report: Report;
  readonly #draft: PolicyDraft;
  readonly #lines: string[] = [];

  constructor(policy: Policy, report: Report) {
    this.#policy = policy;
    this.#worldIds = new Map([...policy.vms.keys()].map((name, i) => [name, i]));
    this.#report = report;
    this.#draft = new PolicyDraft(policy);
  }

  *text(): Steps<string> {
    const vnics = [...this.#policy.vnics.values()];
    this.#tellLost();
    tellRouters(this.#draft, this.#report);
    this.#worlds();
    for (const vnic of vnics) {
      const chain = this.#chainOf(vnic);
      if (this.#lines.length > MAX_LINES) {
        const message = `${vnic.id}: its rules are left out, the dump has ${MAX_LINES.toLocaleString("en")} lines without them`;
        this.#report.inexpressible(this.#draft.placeOf(vnic.source), message);
        continue;
      }
      const slot = chain?.slots.get(2);
      if (slot?.block?.module === "dfw") yield* this.#rules(slot.block, vnic);
      for (const { number, block } of chain?.slots.values() ?? [])
        if (block?.module === "redirect") yield* this.#redirect(block, vnic, number);
    }
    if (vnics.length === 0)
      for (const block of this.#policy.blocks.values())
        if (block.module === "dfw") yield* this.#rules(block, undefined);
    this.#discovered(vnics);
    return `${this.#lines.join("\n")}\n`;
  }

  #chainOf(vnic: Vnic): Chain | undefined {
    return this.#policy.chains.find((chain) => chain.vnics.has(vnic));
  }
  #filter(vnic: Vnic, agent: string, slot: number): string {
    return `nic-${this.#world(vnic)}-eth${ethNumber(this.#policy, vnic)}-${agent.replace(/[^\w-]+/g, "-")}.${slot}`;
  }
  #world(vnic: Vnic): number {
    return 10_000 + (this.#worldIds.get(vnic.vm) ?? 0);
  }

  #tellLost(): void {
    for (const block of this.#policy.blocks.values()) {
      const at = this.#draft.placeOf(block.source);
      if (block.module === "acl" || block.module === "swsec")
        this.#report.inexpressible(at, `${block.module} ${block.name}: getrules shows the firewall alone`);
      else if (block.module === "encryption")
        this.#report.inexpressible(at, `encryption ${block.name}: no command shows it`);
      else if (block.module === "dfw") {
        if (block.exclude.size > 0)
          this.#report.inexpressible(
            at,
            `dfw ${block.name}: excluded vNICs have no filter, and are written without rules`,
          );
        if (block.ipRules.some(({ action }) => action === "jump-to-application"))
          this.#report.inexpressible(
            at,
            `dfw ${block.name}: jump-to-application is written as it is, which no host prints`,
          );
      }
    }
  }

  #worlds(): void {
    this.#lines.push("[root@host:~] summarize-dvfilter", "Fastpaths:");
    for (const agent of Object.values(AGENTS))
      this.#lines.push(
        `agent: ${agent}, refCount: 1, rev: 0x1010000, apiRev: 0x1010000, module: ${this.#policy.platform.id === "nsx 4" ? `nsxt-${agent}` : agent}`,
      );
    this.#lines.push("", "Slowpaths:", "", "Filters:");
    for (const vm of this.#policy.vms.values()) {
      const world = 10_000 + (this.#worldIds.get(vm.name) ?? 0);
      this.#lines.push(`world ${world} vmm0:${vm.name}`);
      for (const vnic of vm.vnics) {
        this.#lines.push(` port ${67_108_864 + vnic.index} ${vm.name}.${vnic.name}`);
        for (const { number, block, fail } of this.#chainOf(vnic)?.slots.values() ?? []) {
          if (block === undefined || block.module === "encryption") continue;
          if (block.module === "dfw" && block.exclude.has(vnic)) continue;
          const agent = block.module === "redirect" ? (block.via?.name ?? block.name) : AGENTS[block.module];
          const policy = block.module === "redirect" ? (block.via?.fail ?? fail) : fail;
          this.#lines.push(
            `  ${number === 0 ? "dvPort" : "vNic"} slot ${number}`,
            `   name: ${this.#filter(vnic, agent, number)}`,
            `   agentName: ${agent}`,
            "   state: IOChain Attached",
            `   failurePolicy: ${policy === "open" ? "failOpen" : "failClosed"}`,
          );
        }
      }
    }
    this.#lines.push("");
  }

  #discovered(vnics: readonly Vnic[]): void {
    for (const vnic of vnics) {
      if (vnic.mac === undefined) {
        if (vnic.ips.length > 0)
          this.#report.inexpressible(this.#draft.placeOf(vnic.source), `${vnic.id}: addresses without a MAC`);
        continue;
      }
      const ips: (Ip | undefined)[] = vnic.ips.length === 0 ? [undefined] : [...vnic.ips];
      this.#lines.push(`Entries found for ${this.#filter(vnic, AGENTS.dfw, 2)}: ${ips.length}`);
      ips.forEach((ip, i) => {
        this.#lines.push(
          `        [${i + 1}] vlan = 0  mac = ${formatMac(vnic.mac as number)}${ip === undefined ? "" : `  IP = ${formatIp(ip)} (${typeof ip === "bigint" ? "ND" : "ARP"} snooping)`}`,
        );
      });
    }
  }

  // ---- rules --------------------------------------------------------------------------------------------------------------

  *#rules(dfw: Dfw, vnic: Vnic | undefined): Steps<void> {
    if (vnic !== undefined && dfw.exclude.has(vnic)) return;
    const sets = new Map<string, EndpointSet>();
    const filter = vnic && this.#filter(vnic, AGENTS.dfw, 2);
    if (filter !== undefined) this.#lines.push(`[root@host:~] vsipioctl getrules -f ${filter}`);
    const name = dfw.name.replace(/[^\w-]+/g, "-");
    const applies = (rule: Rule) => vnic === undefined || rule.appliedTo === undefined || rule.appliedTo.has(vnic);
    yield* this.#ruleset(name, dfw.ipRules.filter(applies), sets, dfw.default, false);
    if (dfw.ethernetRules.length > 0)
      yield* this.#ruleset(`${name}_L2`, dfw.ethernetRules.filter(applies), sets, undefined, true);
    this.#addrsets(sets, filter);
  }
  *#redirect(redirect: Redirect, vnic: Vnic, slot: number): Steps<void> {
    const filter = this.#filter(vnic, redirect.via?.name ?? redirect.name, slot);
    const sets = new Map<string, EndpointSet>();
    this.#lines.push(`[root@host:~] vsipioctl getrules -f ${filter}`);
    yield* this.#ruleset(
      `${redirect.name.replace(/[^\w-]+/g, "-")}`,
      redirect.rules.filter((rule) => rule.appliedTo === undefined || rule.appliedTo.has(vnic)),
      sets,
      redirect.default,
      false,
    );
    this.#addrsets(sets, filter);
  }

  *#ruleset(
    name: string,
    rules: readonly Rule[],
    sets: Map<string, EndpointSet>,
    last: Dfw["default"],
    ethernet: boolean,
  ): Steps<void> {
    this.#lines.push(`ruleset ${name} {`);
    // NSX-T prints where the rules of the earlier categories and those of Application begin.
    const jumps = rules.some(({ action }) => action === "jump-to-application");
    let part = "";
    let at = 1;
    let highest = 0;
    const seen = new Set<string>();
    for (const [i, rule] of rules.entries()) {
      if (i % STRIDE === 0) yield;
      highest = Math.max(highest, rule.id);
      const begins = !jumps
        ? "# Filter rules"
        : rule.section?.category === "application"
          ? "# FILTER (APP Category) rules"
          : "# PRE_FILTER rules";
      if (begins !== part) this.#lines.push(`  ${begins}`);
      part = begins;
      const place = this.#draft.placeOf(rule.source);
      if (rule.disabled) {
        const key = `${rule.id}`;
        if (!seen.has(key))
          this.#report.inexpressible(
            place,
            `rule ${rule.id} is disabled: a host has no such rules, and it is left out`,
          );
        seen.add(key);
        continue;
      }
      for (const line of this.#ruleLines(rule, sets, ethernet, place))
        this.#lines.push(`  rule ${rule.id} at ${at++} ${line}`);
    }
    const tried = rules.filter(({ disabled }) => !disabled);
    if (last !== undefined && !leavesNothing(tried, tried.at(-1)?.appliedTo)) {
      if (part === "") this.#lines.push("  # Filter rules");
      const words: Readonly<Record<string, string>> = { allow: "accept", skip: "accept", redirect: "punt" };
      this.#lines.push(
        `  rule ${highest + 1} at ${at} inout protocol any from any to any ${words[last.action] ?? last.action}${last.log ? " with log" : ""};`,
      );
    }
    this.#lines.push("}", "");
  }

  #ruleLines(rule: Rule, sets: Map<string, EndpointSet>, ethernet: boolean, place: Place): string[] {
    const draft = this.#draft.rule(rule);
    const set = (side: "from" | "to"): string => {
      const endpoints = rule[side];
      const written = draft[side];
      if (endpoints === undefined || (endpoints.any && written?.except === undefined)) return "any";
      const only = written?.items.length === 1 && written.except === undefined ? written.items[0] : undefined;
      const name =
        only?.kind === "ref"
          ? only.key.replace(/[^\w-]+/g, "-")
          : only?.kind === "tag"
            ? `tag-${only.tag.replace(/[^\w-]+/g, "-")}`
            : `${side === "from" ? "src" : "dst"}${rule.id}`;
      // Two names that are spelled alike, and differ; or one that somebody has given to a group.
      const isTaken = (one: string) => sets.has(one) && sets.get(one) !== endpoints;
      const own = `${side === "from" ? "src" : "dst"}${rule.id}`;
      let free = isTaken(name) ? own : name;
      for (let n = 2; isTaken(free); n++) free = `${own}-${n}`;
      sets.set(free, endpoints);
      return `addrset ${free}`;
    };
    const direction = draft.direction ?? "inout";
    const actions: Readonly<Record<string, string>> = {
      allow: "accept",
      drop: "drop",
      reject: "reject",
      redirect: "punt",
      skip: "accept",
      "jump-to-application": "jump_to_application",
    };
    const log = draft.log === undefined ? "" : ` with log${typeof draft.log === "string" ? ` tag '${draft.log}'` : ""}`;
    const marks = `${rule.section?.stateless ? " stateless" : ""}${rule.section?.tcpStrict && !rule.section.stateless ? " strict" : ""}`;
    const algs = this.#algs(draft.services?.flatMap((entry) => ("key" in entry ? [entry.key] : [])) ?? []);
    const lines: string[] = [];
    for (const match of rule.services ?? [undefined]) {
      const alg = match === undefined ? undefined : algs.get(matchText(match));
      const { head, sources, ports, tcp } = this.#service(match, ethernet);
      const family = rule.family === undefined ? "" : rule.family === 4 ? " inet" : " inet6";
      // Being strict is said on lines that can be TCP.
      const own = tcp ? marks : marks.replace(" strict", "");
      lines.push(
        `${direction}${ethernet ? "" : family} ${head}${ethernet ? "" : own} from ${set("from")}${sources} to ${set("to")}${ports} ${actions[draft.action] ?? draft.action}${alg === undefined ? "" : ` as ${alg}`}${log};`,
      );
    }
    if (rule.services?.length === 0)
      this.#report.inexpressible(place, `rule ${rule.id}: its service matches nothing; it is left out`);
    return lines;
  }
  /** ALGs by what they are for. */
  #algs(names: readonly string[]): ReadonlyMap<string, string> {
    const algs = new Map<string, string>();
    for (const name of names) {
      const service = this.#policy.services.get(name);
      if (service?.alg !== undefined) for (const match of service.matches) algs.set(matchText(match), service.alg);
    }
    return algs;
  }
  #service(
    match: ServiceMatch | undefined,
    ethernet: boolean,
  ): { readonly head: string; readonly sources: string; readonly ports: string; readonly tcp: boolean } {
    if (match === undefined)
      return { head: ethernet ? "ethertype any" : "protocol any", sources: "", ports: "", tcp: !ethernet };
    const parts = entryParts(matchText(match));
    const list = (ports: readonly string[]) =>
      ports.length === 0 ? "" : ` port ${ports.length === 1 ? ports[0] : `{${ports.join(", ")}}`}`;
    switch (parts.kind) {
      case "ether":
        return { head: `ethertype 0x${parts.type.toString(16).padStart(4, "0")}`, sources: "", ports: "", tcp: false };
      case "ip":
        return { head: `protocol ${parts.protocol}`, sources: "", ports: "", tcp: false };
      case "icmp":
        return {
          head: `protocol ${parts.version === 4 ? "icmp" : "ipv6-icmp"}${parts.type === undefined ? "" : ` icmptype ${parts.type}${parts.code === undefined ? "" : `:${parts.code}`}`}`,
          sources: "",
          ports: "",
          tcp: false,
        };
      case "ports":
        return {
          head: `protocol ${parts.protocol}`,
          sources: list(parts.from),
          ports: list(parts.to),
          tcp: parts.protocol === "tcp",
        };
    }
  }

  #addrsets(sets: ReadonlyMap<string, EndpointSet>, filter: string | undefined): void {
    if (filter !== undefined) this.#lines.push(`[root@host:~] vsipioctl getaddrsets -f ${filter}`);
    for (const [name, set] of sets) {
      this.#lines.push(`addrset ${name} {`);
      for (const text of rangesOf(addressesOf(set, (vnic) => vnic.ips))) this.#lines.push(`ip ${text},`);
      for (const mac of macsOf(set)) this.#lines.push(`mac ${formatMac(mac)},`);
      this.#lines.push("}");
    }
    this.#lines.push("");
  }
}

function rangesOf({ v4, v6 }: AddressSet): string[] {
  const out: string[] = [];
  for (const ranges of [v4, v6])
    for (let i = 0; i < ranges.length; i += 2) out.push(formatRange(ranges[i] as Ip, ranges[i + 1] as Ip));
  return out;
}
/** MAC addresses that are named, and those of members. */
function macsOf(set: EndpointSet): Set<number> {
  const macs = new Set(set.macs);
  if (!set.any) for (const { mac } of set.vnics) if (mac !== undefined) macs.add(mac);
  for (const part of set.parts ?? []) for (const mac of macsOf(part)) macs.add(mac);
  if (set.except !== undefined) for (const mac of macsOf(set.except)) macs.delete(mac);
  return macs;
}
