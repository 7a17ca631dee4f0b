/**
 * The typed tree of a policy: what the text says, not yet what it means.
 *
 * A file is a list of statements: a declaration's head (`dfw fw {`), an item of its block (`rule 1 …`), a whole
 * one-line declaration (`group web = …`). Every position is an offset, in UTF-16 units, from the start of the
 * statement's chunk (`document.ts`), so that an edit elsewhere leaves the node as it is.
 *
 * A statement with mistakes is still there, with the parts that could be read: every part that the grammar requires
 * may be `undefined` for that reason.
 */

/** Half-open, in UTF-16 units from the start of the statement's chunk. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A run of whole lines that is lexed and parsed on its own. `line` moves with edits above; nothing else does. */
export interface Chunk {
  /** First line, from 0, in the document as it is now. */
  line: number;
  /** It is no part of its document any more: chunks never change, they are replaced. */
  readonly gone: boolean;
  readonly lineCount: number;
  /** The chunk's text, line ends included. */
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
  readonly errors: readonly SyntaxError[];
}

export interface Comment extends Span {
  readonly kind: "line" | "block" | "doc";
  readonly text: string;
}

/** A mistake in the text, told in words of the language. */
export interface SyntaxError extends Span {
  readonly code: "syntax-error" | "duplicate-clause";
  readonly message: string;
  /** What could stand there instead, as one would type it; for quick fixes and "did you mean". */
  readonly expected?: readonly string[];
}

/** A name as written; `text` is without quotes and escapes. */
export interface Name extends Span {
  readonly text: string;
  readonly quoted: boolean;
}
/** A string in quotes; `text` is without quotes and escapes. */
export interface Text extends Span {
  readonly text: string;
}
/** An integer, decimal or 0x. */
export interface Int extends Span {
  readonly value: number;
  readonly text: string;
}
/** A word of the grammar with a fixed choice (`open`, `manual`, `syn`); `text` may be one that is not allowed there. */
export interface Word extends Span {
  readonly text: string;
}
/** `500ms`, `5m`; in milliseconds. */
export interface Duration extends Span {
  readonly milliseconds: number;
  readonly text: string;
}
/** An IPv4, IPv6 or MAC address as written, not yet checked. */
export interface AddressText extends Span {
  readonly text: string;
  readonly kind: "ipv4" | "ipv6" | "mac";
}

export type Endpoint =
  | (Span & { readonly kind: "any" })
  | (Span & { readonly kind: "address"; readonly address: AddressText })
  | (Span & { readonly kind: "prefix"; readonly address: AddressText; readonly length: Int })
  | (Span & { readonly kind: "range"; readonly from: AddressText; readonly to: AddressText })
  | (Span & { readonly kind: "name"; readonly name: Name })
  | (Span & { readonly kind: "vnic"; readonly vnic: VnicRef })
  | (Span & { readonly kind: "tag"; readonly tag: Name });

/** `VM.VNIC`. Where a HOST may leave the vNIC out, `vnic` is undefined. */
export interface VnicRef extends Span {
  readonly vm: Name;
  readonly vnic: Name;
}

export interface Endpoints extends Span {
  readonly items: readonly Endpoint[];
  readonly except: readonly Endpoint[];
}

/** One port or a range of them; `to` is undefined for one. */
export interface PortRange extends Span {
  readonly from: Int;
  readonly to?: Int;
}

/**
 * `https`, `tcp/443`, `udp/{1, 2-3} from 68`, `icmp/8:0`, `icmp/echo-request`, `ip/47`, `ether/arp`.
 * A bare NAME is a service, or a protocol without ports (`tcp`): which of them is for `policy/services.ts` to say.
 */
export interface ServiceEntry extends Span {
  readonly name: Name;
  /** After a slash: ports (tcp, udp, sctp). */
  readonly ports?: readonly PortRange[];
  /** After a slash: a number, or a name (icmp, icmpv6, ip, ether), as written. */
  readonly detail?: Int | Name;
  /** After a colon: the ICMP code. */
  readonly code?: Int;
  readonly sourcePorts?: readonly PortRange[];
}

export type Clause =
  | (Span & { readonly kind: "from" | "to" | "applied-to"; readonly keyword: Span; readonly endpoints: Endpoints })
  | (Span & { readonly kind: "service"; readonly keyword: Span; readonly entries: readonly ServiceEntry[] })
  | (Span & { readonly kind: "in" | "out" | "ipv4" | "ipv6" | "disabled"; readonly keyword: Span })
  | (Span & { readonly kind: "log"; readonly keyword: Span; readonly label?: Text });

export type ActionWord =
  | "allow"
  | "drop"
  | "reject"
  | "jump-to-application"
  | "mark"
  | "redirect"
  | "skip"
  | "encrypt"
  | "protect"
  | "clear";

export interface Action extends Span {
  readonly word: ActionWord;
  /** `mark dscp 46`, `mark cos 5`. */
  readonly mark?: { readonly field: "dscp" | "cos"; readonly value?: Int };
  /** `encrypt with KEY`. */
  readonly key?: Name;
}

interface StatementBase extends Span {
  /** Where it stands. Set once, when the chunk is made. */
  readonly chunk: Chunk;
  /** The words that begin it (`rule`, `dfw`, `send`). */
  readonly keyword: Span;
  /** Markdown of the `///` lines above it. */
  readonly doc?: string;
  /** True when a syntax error lies in it: findings that need all of it stay silent. */
  readonly broken: boolean;
  /** The block it is in; undefined at the top of the file. Set when the file is put together. */
  parent?: BlockStatement;
}
interface BlockBase extends StatementBase {
  /** In order. Set when the file is put together. */
  children: Statement[];
  /** The block's `}` and the chunk it is in; undefined when it is missing. */
  close?: { readonly chunk: Chunk; readonly span: Span };
  /** Grows whenever something in it, however deep, comes, goes or moves; what is made of a block is kept by it. */
  changed: number;
}

// ---- at the top of a file ---------------------------------------------------------------------------------------
export interface PolicyStatement extends StatementBase {
  readonly kind: "policy";
  readonly title?: Text;
}
/** `platform nsx-v 6.3`: name and version, each as written; `nsx-v-netx` has none. */
export interface PlatformStatement extends StatementBase {
  readonly kind: "platform";
  readonly name?: Name;
  readonly version?: Word;
}
export interface ImportStatement extends StatementBase {
  readonly kind: "import";
  readonly path?: Text;
}
export interface SegmentStatement extends BlockBase {
  readonly kind: "segment";
  readonly name?: Name;
}
export interface VmStatement extends BlockBase {
  readonly kind: "vm";
  readonly name?: Name;
}
export interface GroupStatement extends StatementBase {
  readonly kind: "group";
  readonly name?: Name;
  readonly endpoints?: Endpoints;
}
export interface ServiceStatement extends StatementBase {
  readonly kind: "service";
  readonly name?: Name;
  readonly entries: readonly ServiceEntry[];
  readonly alg?: Name;
}
export interface BlockDeclaration extends BlockBase {
  readonly kind: "acl" | "swsec" | "dfw" | "encryption" | "appliance";
  readonly name?: Name;
}
export interface RedirectStatement extends BlockBase {
  readonly kind: "redirect";
  readonly name?: Name;
  readonly via?: Name;
}
export interface ChainStatement extends BlockBase {
  readonly kind: "chain";
  readonly name?: Name;
  readonly appliedTo?: Endpoints;
}
export interface ScenarioStatement extends BlockBase {
  readonly kind: "scenario";
  readonly title?: Text;
}
export interface AssertStatement extends StatementBase {
  readonly kind: "assert";
  readonly title?: Text;
  readonly property?: Span & { readonly word: "allowed" | "blocked" | "inspected" | "encrypted"; readonly by?: Name };
  /** Only from, to, service, ipv4, ipv6. */
  readonly clauses: readonly Clause[];
}

// ---- inside blocks ----------------------------------------------------------------------------------------------
export interface VnicStatement extends BlockBase {
  readonly kind: "vnic";
  readonly name?: Name;
}
/** `vni 5001`, `vlan 10` */
export interface NumberProperty extends StatementBase {
  readonly kind: "vni" | "vlan";
  readonly value?: Int;
}
/** `subnet 10.0.0.0/24, …` */
export interface SubnetProperty extends StatementBase {
  readonly kind: "subnet";
  readonly prefixes: readonly Endpoint[];
}
/** `gateway 10.0.0.1`, `ip 10.0.0.5, …`, `ip dhcp` */
export interface AddressProperty extends StatementBase {
  readonly kind: "gateway" | "ip";
  readonly addresses: readonly AddressText[];
  readonly dhcp: boolean;
}
export interface MacProperty extends StatementBase {
  readonly kind: "mac";
  readonly address?: AddressText;
}
/** `segment NAME` inside a vnic. */
export interface SegmentProperty extends StatementBase {
  readonly kind: "in-segment";
  readonly segment?: Name;
}
export interface TagsProperty extends StatementBase {
  readonly kind: "tags";
  readonly tags: readonly Name[];
}
export interface RuleStatement extends StatementBase {
  readonly kind: "rule";
  readonly id?: Int;
  readonly title?: Text;
  readonly action?: Action;
  readonly clauses: readonly Clause[];
}
export interface DefaultStatement extends StatementBase {
  readonly kind: "default";
  readonly action?: Action;
  readonly log: boolean;
}
/** `spoofguard manual`, `allow-local on`, `arp-suppression on`, `fail open` (appliance), `vendor "…"` */
export interface SettingStatement extends StatementBase {
  readonly kind: "spoofguard" | "allow-local" | "arp-suppression" | "fail" | "vendor";
  readonly value?: Word | Text;
}
/** `discover dhcp, arp`, `block bpdu, non-ip` */
export interface ListSettingStatement extends StatementBase {
  readonly kind: "discover" | "block";
  readonly values: readonly Word[];
}
export interface BindStatement extends StatementBase {
  readonly kind: "bind";
  readonly vnic?: VnicRef;
  readonly mac?: AddressText;
  readonly ips: readonly AddressText[];
}
export interface LimitStatement extends StatementBase {
  readonly kind: "limit";
  readonly what?: Word;
  readonly direction?: Word;
  readonly rate?: Int;
}
export interface ExcludeStatement extends StatementBase {
  readonly kind: "exclude";
  readonly endpoints?: Endpoints;
}
export interface TimeoutsStatement extends BlockBase {
  readonly kind: "timeouts";
}
export interface TimeoutStatement extends StatementBase {
  readonly kind: "timeout";
  readonly timer?: Word;
  readonly duration?: Duration;
}
export interface SectionStatement extends BlockBase {
  readonly kind: "section";
  readonly name?: Name;
  readonly ethernet: boolean;
  readonly stateless: boolean;
  readonly tcpStrict: boolean;
  readonly category?: Word;
  readonly appliedTo?: Endpoints;
}
export interface InspectStatement extends BlockBase {
  readonly kind: "inspect";
}
export interface KeyStatement extends StatementBase {
  readonly kind: "key";
  readonly name?: Name;
  readonly id?: Int;
  readonly algorithm?: Name;
}
export interface SlotStatement extends StatementBase {
  readonly kind: "slot";
  readonly number?: Int;
  readonly module?: Word;
  readonly block?: Name;
  readonly fail?: Word;
}

// ---- scenario steps ---------------------------------------------------------------------------------------------
/** HOST: an address, a vm (with one vNIC), or a vNIC. */
export type Host =
  | (Span & { readonly kind: "address"; readonly address: AddressText })
  | (Span & { readonly kind: "name"; readonly name: Name })
  | (Span & { readonly kind: "vnic"; readonly vnic: VnicRef });

export interface PacketOptions {
  readonly macs?: { readonly from: AddressText; readonly to: AddressText };
  readonly ttl?: Int;
  readonly dscp?: Int;
  readonly vlan?: Int;
  readonly id?: Int;
  readonly payload?: Int;
}
export type PacketText = Span & { readonly options: PacketOptions } & (
    | {
        readonly kind: "tcp" | "udp" | "sctp";
        readonly source: Host;
        readonly sourcePort: Int;
        readonly destination: Host;
        readonly destinationPort: Int;
        readonly flags: readonly Word[];
      }
    | {
        readonly kind: "icmp" | "icmpv6";
        readonly source: Host;
        readonly destination: Host;
        readonly type?: Name | Int;
      }
    | { readonly kind: "ip"; readonly protocol: Int | Name; readonly source: Host; readonly destination: Host }
    | { readonly kind: "arp-request"; readonly target: AddressText; readonly sender: Host }
    | {
        readonly kind: "arp-reply";
        readonly address: AddressText;
        readonly mac: AddressText;
        readonly receiver: Host;
      }
    | {
        readonly kind: "dhcp";
        readonly message: Word;
        readonly address?: AddressText;
        readonly direction: "to" | "from";
        readonly host: Host;
      }
    | { readonly kind: "frame"; readonly hex: Text }
  );

export interface Expectation extends Span {
  readonly outcome: Word;
  readonly slot?: Int;
  readonly on?: VnicRef;
  readonly by?:
    | (Span & { readonly kind: "rule"; readonly id: Int })
    | (Span & { readonly kind: "state" | "default" })
    | (Span & { readonly kind: "reason"; readonly reason: Word });
}
export interface SendStep extends StatementBase {
  readonly kind: "send";
  readonly from?: VnicRef;
  readonly packet?: PacketText;
  readonly expect?: Expectation;
}
export interface WaitStep extends StatementBase {
  readonly kind: "wait";
  readonly duration?: Duration;
}
export interface SetStep extends StatementBase {
  readonly kind: "set";
  readonly name?: Name;
  readonly state?: Word;
}
export interface ApproveStep extends StatementBase {
  readonly kind: "approve";
  readonly vnic?: VnicRef;
  readonly address?: AddressText;
}
export interface RotateStep extends StatementBase {
  readonly kind: "rotate";
  readonly block?: Name;
  readonly key?: Name;
}
export interface ReplayStep extends StatementBase {
  readonly kind: "replay";
  readonly path?: Text;
  readonly at?: VnicRef;
}

/** Text that is no statement of the language; its error says so. */
export interface UnknownStatement extends StatementBase {
  readonly kind: "unknown";
}

export type Step = SendStep | WaitStep | SetStep | ApproveStep | RotateStep | ReplayStep;

export type BlockStatement =
  | SegmentStatement
  | VmStatement
  | VnicStatement
  | BlockDeclaration
  | RedirectStatement
  | ChainStatement
  | ScenarioStatement
  | SectionStatement
  | TimeoutsStatement
  | InspectStatement;

export type Declaration =
  | SegmentStatement
  | VmStatement
  | GroupStatement
  | ServiceStatement
  | BlockDeclaration
  | RedirectStatement
  | ChainStatement
  | ScenarioStatement
  | AssertStatement;

export type Statement =
  | PolicyStatement
  | PlatformStatement
  | ImportStatement
  | Declaration
  | VnicStatement
  | NumberProperty
  | SubnetProperty
  | AddressProperty
  | MacProperty
  | SegmentProperty
  | TagsProperty
  | RuleStatement
  | DefaultStatement
  | SettingStatement
  | ListSettingStatement
  | BindStatement
  | LimitStatement
  | ExcludeStatement
  | TimeoutsStatement
  | TimeoutStatement
  | SectionStatement
  | InspectStatement
  | KeyStatement
  | SlotStatement
  | Step
  | UnknownStatement;

/** A file put together: its top-level statements in order, blocks with their children. */
export interface FileTree {
  readonly statements: readonly Statement[];
  /** Grows whenever the list itself changes; `BlockStatement.changed` tells of what is in its blocks. */
  readonly changed: number;
}
