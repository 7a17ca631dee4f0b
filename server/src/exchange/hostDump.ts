/** What the commands of an ESXi host print, read: worlds with their ports and filters, rule sets, address sets. */
import type { DraftEntry } from "./draft.ts";
import type { Place } from "./report.ts";

export interface HostFilter {
  readonly chain: "vNic" | "dvPort";
  readonly slot: number;
  readonly at: Place;
  /** `nic-36445-eth0-vmware-sfw.2` */
  name?: string;
  agent?: string;
  failurePolicy?: string;
  /** Every other key as it is printed. */
  readonly facts: Map<string, string>;
}
export interface HostPort {
  readonly id: string;
  /** `web-01.eth0`, `vmk0` */
  readonly name: string;
  readonly at: Place;
  readonly filters: HostFilter[];
}
export interface HostWorld {
  readonly id: string;
  /** Undefined for the ports of the host itself. */
  readonly vm?: string;
  readonly uuid?: string;
  readonly at: Place;
  readonly ports: HostPort[];
}
export interface HostAgent {
  readonly name: string;
  readonly module?: string;
}

/** One side of a rule: what must hold of an address. */
export interface HostSide {
  readonly any: boolean;
  readonly negated: boolean;
  /** Names of address sets. */
  readonly sets: readonly string[];
  /** Addresses, prefixes, ranges or MAC addresses in the language's notation. */
  readonly addresses: readonly string[];
}
export type HostAction = "allow" | "drop" | "reject" | "redirect" | "jump-to-application";
/** A line of a rule set, in the language's terms. */
export interface HostRule {
  readonly id: number;
  readonly action: HostAction;
  readonly direction?: "in" | "out";
  readonly family?: 4 | 6;
  readonly from: HostSide;
  readonly to: HostSide;
  /** Undefined: any. */
  readonly entry?: DraftEntry;
  /** With an ALG: the service that `entry` names. */
  readonly alg?: { readonly name: string; readonly entry: string };
  readonly tcp: boolean;
  readonly stateless: boolean;
  readonly strict: boolean;
  readonly log: boolean;
  readonly tag?: string;
  /** Clauses that the language has no words for, as printed. */
  readonly lost: readonly string[];
  readonly text: string;
  readonly at: Place;
}
/** A line that is no rule that can be read: kept as a comment where it stands. */
export interface HostRemark {
  readonly remark: string;
  /** No such line is known of these commands. */
  readonly strange?: boolean;
  readonly at: Place;
}
export interface HostRuleset {
  readonly name: string;
  readonly ethernet: boolean;
  /** The filter that it was asked of, else the input. */
  readonly scope: string;
  readonly filter?: string;
  /** As NSX-T's own command line prints it, of a VIF. */
  readonly ofVif?: boolean;
  readonly lines: readonly (HostRule | HostRemark)[];
  readonly at: Place;
  readonly lastLine: number;
}
export interface HostAddrset {
  readonly name: string;
  readonly scope: string;
  readonly addresses: readonly string[];
  readonly macs: readonly string[];
  /** Members that the language has no words for, as printed. */
  readonly lost: readonly string[];
  readonly at: Place;
}
/** `getfilters`: whose a filter is. */
export interface HostFilterInfo {
  readonly name: string;
  readonly uuid?: string;
  readonly vnic?: number;
  readonly hash?: string;
  readonly at: Place;
}
export interface HostDiscovery {
  readonly filter: string;
  readonly mac: string;
  readonly ip?: string;
  readonly at: Place;
}

export class HostDump {
  readonly worlds: HostWorld[] = [];
  readonly agents: HostAgent[] = [];
  readonly rulesets: HostRuleset[] = [];
  readonly addrsets: HostAddrset[] = [];
  readonly filters: HostFilterInfo[] = [];
  readonly discovered: HostDiscovery[] = [];
  readonly features = new Set<"dhcp" | "arp" | "nd">();

  /** How many things it holds. */
  get size(): number {
    const { worlds, agents, rulesets, addrsets, filters, discovered } = this;
    return [worlds, agents, rulesets, addrsets, filters, discovered].reduce((sum, { length }) => sum + length, 0);
  }
}

/** The parts of `nic-36445-eth0-vmware-sfw.2`. */
export function filterName(
  name: string,
): { readonly world: string; readonly vnic: string; readonly agent: string; readonly slot: number } | undefined {
  const match = /^nic-(\d+)-(eth\d+)-(.+)\.(\d{1,2})$/.exec(name);
  if (match === null) return undefined;
  const [, world, vnic, agent, slot] = match as unknown as [string, string, string, string, string];
  return { world, vnic, agent, slot: Number(slot) };
}
