/**
 * What the declarations mean, names resolved: the model that the chain walks, the checks ask and the editor shows.
 * Built by `compile.ts` from the trees of a file and its imports; never from broken parts (they are left out).
 */
import type {
  ActionWord,
  AssertStatement,
  BindStatement,
  BlockDeclaration,
  ChainStatement,
  DefaultStatement,
  GroupStatement,
  InspectStatement,
  KeyStatement,
  RedirectStatement,
  RuleStatement,
  ScenarioStatement,
  SectionStatement,
  SegmentStatement,
  ServiceStatement,
  SlotStatement,
  Statement,
  VmStatement,
  VnicStatement,
} from "../syntax/tree.ts";
import type { AddressSet, Ip, Ip4, Ip6, Mac, Ranges } from "./addresses.ts";
import type { Bounds } from "./bounds.ts";
import type { Platform } from "./platforms.ts";

/** Where a thing is written. `statement.chunk.line` gives the line. */
export interface Source<S extends Statement = Statement> {
  readonly uri: string;
  readonly statement: S;
}

export interface Policy {
  readonly title: string;
  readonly platform: Platform;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly vms: ReadonlyMap<string, Vm>;
  /** By `VM.VNIC`. In order of declaration. */
  readonly vnics: ReadonlyMap<string, Vnic>;
  readonly groups: ReadonlyMap<string, Group>;
  readonly services: ReadonlyMap<string, Service>;
  /** Blocks that a slot can name. */
  readonly blocks: ReadonlyMap<string, Block>;
  readonly appliances: ReadonlyMap<string, Appliance>;
  readonly chains: readonly Chain[];
  readonly scenarios: readonly Source<ScenarioStatement>[];
  readonly asserts: readonly Source<AssertStatement>[];
  readonly bounds: Bounds;
  /** Of what is compiled so far, some set may have been beyond the bounds. */
  readonly exceeded: boolean;
}

export interface Segment {
  readonly name: string;
  readonly source: Source<SegmentStatement>;
  readonly vni?: number;
  readonly vlan?: number;
  /** Prefixes. */
  readonly subnets: AddressSet;
  readonly gateways: readonly Ip[];
}
export interface Vm {
  readonly name: string;
  readonly source: Source<VmStatement>;
  readonly tags: readonly string[];
  readonly vnics: readonly Vnic[];
}
export interface Vnic {
  /** `VM.VNIC`: names without quotes, joined by a dot. */
  readonly id: string;
  /** Dense, from 0, in order of declaration: for bit sets. */
  readonly index: number;
  readonly name: string;
  readonly vm: string;
  readonly tags: readonly string[];
  readonly source: Source<VnicStatement>;
  readonly mac?: Mac;
  /** Declared addresses, in order; none for `ip dhcp`. */
  readonly ips: readonly Ip[];
  readonly dhcp: boolean;
  readonly segment?: string;
}
/**
 * A set of endpoints: members by address, and members by vNIC (whose addresses change as they are learned).
 * `endpoints.ts` says what is in it (`contains`, `addressesOf`, `vnicsOf`). Equal lists share one object.
 */
export interface EndpointSet {
  /** True for `any` without except. */
  readonly any: boolean;
  /** Literal addresses, prefixes, ranges, segments' subnets; with `any`: everything. `except` literals taken out. */
  readonly addresses: AddressSet;
  /** MAC addresses named; only ethernet rules can match them. */
  readonly macs: readonly Mac[];
  /** vNICs that are members by name, tag, VM, segment or group: any address of theirs, declared or learned, counts. */
  readonly vnics: ReadonlySet<Vnic>;
  /** Members that are sets with an `except` of their own, which takes out of them alone. */
  readonly parts?: readonly EndpointSet[];
  /** Taken out, whatever put it in. */
  readonly except?: EndpointSet;
}
export interface Group {
  readonly name: string;
  readonly source: Source<GroupStatement>;
  readonly endpoints: EndpointSet;
}
/** One alternative of a service. Missing parts match anything. */
export type ServiceMatch =
  | {
      readonly layer: "ip";
      readonly protocol: number;
      readonly ports?: Ranges<number>;
      readonly sourcePorts?: Ranges<number>;
    }
  | { readonly layer: "ip"; readonly protocol: 1 | 58; readonly icmpType?: number; readonly icmpCode?: number }
  | { readonly layer: "ethernet"; readonly etherType: number };
export interface Service {
  readonly name: string;
  /** Undefined for a built-in. */
  readonly source?: Source<ServiceStatement>;
  readonly matches: readonly ServiceMatch[];
  readonly alg?: string;
}

export interface Rule {
  readonly source: Source<RuleStatement>;
  readonly id: number;
  readonly title?: string;
  readonly action: ActionWord;
  readonly mark?: { readonly field: "dscp" | "cos"; readonly value: number };
  readonly key?: Key;
  /** Undefined: the clause is missing, so anything. */
  readonly from?: EndpointSet;
  readonly to?: EndpointSet;
  readonly services?: readonly ServiceMatch[];
  readonly direction?: "in" | "out";
  readonly family?: 4 | 6;
  /** The vNICs at which the rule exists; undefined: all. A section's `applied-to` has replaced the rule's own. */
  readonly appliedTo?: ReadonlySet<Vnic>;
  readonly disabled: boolean;
  readonly log: boolean;
  readonly section?: Section;
}
export interface Default {
  readonly source: Source<DefaultStatement>;
  readonly action: ActionWord;
  readonly key?: Key;
  readonly log: boolean;
}
export type Category = "emergency" | "infrastructure" | "environment" | "application";
export interface Section {
  readonly name: string;
  readonly source: Source<SectionStatement>;
  readonly ethernet: boolean;
  /** `application` when none is given. */
  readonly category: Category;
  readonly stateless: boolean;
  readonly tcpStrict: boolean;
  readonly rules: readonly Rule[];
}
interface BlockBase {
  readonly name: string;
  readonly default?: Default;
}
export interface Acl extends BlockBase {
  readonly module: "acl";
  readonly source: Source<BlockDeclaration>;
  readonly rules: readonly Rule[];
}
export interface Binding {
  readonly source: Source<BindStatement>;
  readonly vnic: Vnic;
  readonly mac?: Mac;
  readonly ips: readonly Ip[];
}
export interface Limit {
  readonly source: Source;
  readonly what: "broadcast" | "multicast";
  readonly direction: "in" | "out";
  readonly rate: number;
}
export interface Swsec extends BlockBase {
  readonly module: "swsec";
  readonly source: Source<BlockDeclaration>;
  readonly spoofguard: { readonly mode: "off" | "tofu" | "manual"; readonly source?: Source };
  readonly allowLocal: boolean;
  readonly bindings: readonly Binding[];
  readonly discover: { readonly methods: ReadonlySet<"dhcp" | "arp" | "nd" | "tools">; readonly source?: Source };
  readonly arpSuppression: { readonly on: boolean; readonly source?: Source };
  /** Words of `block`, with the line that says each. */
  readonly blocks: ReadonlyMap<"dhcp-server" | "dhcp-client" | "bpdu" | "router-advertisement" | "non-ip", Source>;
  readonly limits: readonly Limit[];
}
export interface Dfw extends BlockBase {
  readonly module: "dfw";
  readonly source: Source<BlockDeclaration>;
  readonly exclude: ReadonlySet<Vnic>;
  readonly excludeSource?: Source;
  /** As written. */
  readonly sections: readonly Section[];
  /** Ethernet rules, in order. */
  readonly ethernetRules: readonly Rule[];
  /** IP rules in the order in which they are tried: by category, then as written. */
  readonly ipRules: readonly Rule[];
  /** Index in `ipRules` of the first application rule: where `jump-to-application` goes on. */
  readonly firstApplicationRule: number;
  readonly timeouts: Timeouts;
}
/** Milliseconds by timer name (`tcp-first-packet` …); 0 disables. All of them, defaults filled in. */
export type Timeouts = Readonly<Record<TimerName, number>>;
export type TimerName =
  | "tcp-first-packet"
  | "tcp-opening"
  | "tcp-established"
  | "tcp-closing"
  | "tcp-fin-wait"
  | "tcp-closed"
  | "udp-first"
  | "udp-single"
  | "udp-multiple"
  | "icmp-first"
  | "icmp-error";
export interface Appliance {
  readonly name: string;
  readonly source: Source<BlockDeclaration>;
  readonly vendor?: string;
  readonly fail: "open" | "closed";
  readonly inspect?: {
    readonly source: Source<InspectStatement>;
    readonly rules: readonly Rule[];
    readonly default?: Default;
  };
}
export interface Redirect extends BlockBase {
  readonly module: "redirect";
  readonly source: Source<RedirectStatement>;
  /** Undefined when the name is not an appliance's. */
  readonly via?: Appliance;
  readonly rules: readonly Rule[];
}
export interface Key {
  readonly name: string;
  readonly source: Source<KeyStatement>;
  readonly id: number;
  readonly algorithm?: string;
}
export interface Encryption extends BlockBase {
  readonly module: "encryption";
  readonly source: Source<BlockDeclaration>;
  readonly keys: ReadonlyMap<string, Key>;
  readonly rules: readonly Rule[];
}
export type Block = Acl | Swsec | Dfw | Redirect | Encryption;

export interface Slot {
  readonly number: number;
  readonly source: Source<SlotStatement>;
  /** Undefined where nothing of the name is declared: the slot then passes. */
  readonly block?: Block;
  readonly fail: "open" | "closed";
}
export interface Chain {
  readonly name: string;
  readonly source: Source<ChainStatement>;
  /** The vNICs it covers (all without `applied-to`; a vNIC that two chains claim belongs to the first). */
  readonly vnics: ReadonlySet<Vnic>;
  /** Those it asks for, whether or not an earlier chain has them. */
  readonly claimed: ReadonlySet<Vnic>;
  /** By slot number; only lines without an error (`slots.ts`). */
  readonly slots: ReadonlyMap<number, Slot>;
}

export type { AddressSet, Ip, Ip4, Ip6, Mac };
