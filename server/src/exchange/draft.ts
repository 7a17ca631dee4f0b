/**
 * A policy as an import sees it, before it has a text: declarations that refer to one another by key, not by name,
 * each with the line it came from. Several inputs fill one draft; `write.ts` names and spells it.
 */
import type { Module } from "../policy/platforms.ts";
import type { Place } from "./report.ts";

/** `ref`: the key of a group, a VM or a segment. */
export type DraftEndpoint =
  | { readonly kind: "any" }
  /** An address, a prefix, a range or a MAC address, in the language's notation. */
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "ref"; readonly key: string }
  | { readonly kind: "vnic"; readonly vm: string; readonly vnic: string }
  | { readonly kind: "tag"; readonly tag: string };

export interface DraftEndpoints {
  readonly items: readonly DraftEndpoint[];
  readonly except?: readonly DraftEndpoint[];
}
export const ANY: DraftEndpoint = { kind: "any" };
/** Matches nothing: the language has no list without a member. */
export const NOBODY: DraftEndpoints = { items: [ANY], except: [ANY] };
export const listed = (items: readonly DraftEndpoint[]): DraftEndpoints => (items.length === 0 ? NOBODY : { items });

/** An entry as it is written (`tcp/443`), or the key of a declared service. */
export type DraftEntry = { readonly text: string } | { readonly key: string };

interface Declared {
  readonly key: string;
  /** What it would be called, best first; the first that nothing else has is taken. */
  readonly names: readonly string[];
  /** Lines of a comment above it. */
  readonly comments?: readonly string[];
  readonly at?: Place;
}
export interface DraftSegment extends Declared {
  readonly vni?: number;
  readonly vlan?: number;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
}
export interface DraftVnic {
  readonly name: string;
  readonly mac?: string;
  readonly ips: readonly string[];
  readonly segment?: string;
}
export interface DraftVm extends Declared {
  readonly tags: readonly string[];
  readonly vnics: readonly DraftVnic[];
}
export interface DraftGroup extends Declared {
  readonly endpoints: DraftEndpoints;
}
export interface DraftService extends Declared {
  readonly entries: readonly DraftEntry[];
  readonly alg?: string;
}
export interface DraftRule {
  /** As the input numbers it; one that is taken in its block, or none, gets a free one. */
  readonly id?: number;
  readonly title?: string;
  readonly action: string;
  readonly from?: DraftEndpoints;
  readonly to?: DraftEndpoints;
  readonly services?: readonly DraftEntry[];
  readonly direction?: "in" | "out";
  readonly appliedTo?: DraftEndpoints;
  readonly family?: 4 | 6;
  /** A label, or true for none. */
  readonly log?: string | true | undefined;
  readonly disabled?: boolean;
  readonly comments?: readonly string[];
  readonly at?: Place;
}
/** A rule that has no place in the language: its words, as a comment where it would stand. */
export interface DraftRemark {
  readonly remark: readonly string[];
}
export type DraftLine = DraftRule | DraftRemark;

export interface DraftSection {
  readonly name: string;
  readonly ethernet?: boolean;
  readonly category?: "emergency" | "infrastructure" | "environment" | "application";
  readonly stateless?: boolean;
  readonly tcpStrict?: boolean;
  readonly appliedTo?: DraftEndpoints;
  readonly rules: readonly DraftLine[];
  readonly comments?: readonly string[];
}
export interface DraftDfw extends Declared {
  readonly module: "dfw";
  readonly exclude?: readonly DraftEndpoint[];
  /** Seconds by the name of the timer. */
  readonly timeouts?: ReadonlyMap<string, number>;
  readonly sections: readonly DraftSection[];
  readonly default?: { readonly action: string; readonly log?: boolean };
}
export interface DraftBind {
  readonly vm: string;
  readonly vnic: string;
  readonly mac?: string;
  readonly ips: readonly string[];
}
export interface DraftSwsec extends Declared {
  readonly module: "swsec";
  readonly spoofguard?: "off" | "tofu" | "manual";
  readonly allowLocal?: boolean;
  readonly binds?: readonly DraftBind[];
  readonly discover?: readonly string[];
  readonly block?: readonly string[];
  readonly limits?: readonly { readonly what: string; readonly direction: string; readonly rate: number }[];
}
export interface DraftRules extends Declared {
  readonly module: "acl" | "redirect";
  /** Of a redirect: the appliance. */
  readonly via?: string;
  readonly rules: readonly DraftLine[];
  readonly default?: { readonly action: string; readonly log?: boolean };
}
export interface DraftAppliance extends Declared {
  readonly fail?: "open" | "closed";
  readonly vendor?: string;
}
export type DraftBlock = DraftDfw | DraftSwsec | DraftRules;

export interface DraftSlot {
  readonly number: number;
  readonly module: Module;
  /** The block's key. */
  readonly block: string;
  readonly fail?: "open" | "closed";
}
export interface DraftChain extends Declared {
  readonly appliedTo?: DraftEndpoints;
  readonly slots: readonly DraftSlot[];
}
/** `lines`: steps as they are written. */
export interface DraftScenario {
  readonly title: string;
  readonly lines: readonly string[];
}

export interface Draft {
  readonly title: string;
  readonly platform: string;
  /** Lines of the comment at the top: what the text was made from. */
  readonly comments: readonly string[];
  readonly segments: readonly DraftSegment[];
  readonly vms: readonly DraftVm[];
  readonly groups: readonly DraftGroup[];
  readonly services: readonly DraftService[];
  readonly appliances: readonly DraftAppliance[];
  readonly blocks: readonly DraftBlock[];
  readonly chains: readonly DraftChain[];
  readonly scenarios: readonly DraftScenario[];
}
