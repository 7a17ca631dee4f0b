import type {
  Arp,
  Checksums,
  Dhcp,
  Ethernet,
  HeaderPart,
  Icmp,
  IpHeader,
  Packet,
  Ports,
  Sctp,
  Tcp,
  Udp,
} from "./packet.ts";

/** What comes next: a layer's decoder reads from `at`, moves it, and names the layer after it. */
export const Layer = {
  Done: 0,
  Ethernet: 1,
  EtherType: 2,
  Llc: 3,
  Arp: 4,
  Ip: 5,
  Ip6: 6,
  Transport: 7,
  Ppp: 8,
  Extensions: 9,
} as const;
export type Layer = (typeof Layer)[keyof typeof Layer];

export const NO_OCTETS = new Uint8Array(0);
export const NO_ETHERNET: Ethernet = { src: 0, dst: 0, type: 0, tags: [] };

/** Protocols as tshark's frame.protocols. Few sequences are ever seen, and each is put together once. */
export class Names {
  static readonly NONE = new Names("");
  readonly text: string;
  private readonly names: string[] = [];
  private readonly next: Names[] = [];

  constructor(text: string) {
    this.text = text;
  }
  and(name: string): Names {
    const { names } = this;
    for (let i = 0; i < names.length; i++) if (names[i] === name) return this.next[i] as Names;
    return this.make(name);
  }
  private make(name: string): Names {
    const made = new Names(this.text + name);
    if (kept < MOST_KEPT) {
      kept += 1;
      this.names.push(name);
      this.next.push(made);
    }
    return made;
  }
}
/** A hostile capture has any number of sequences. */
const MOST_KEPT = 500;
let kept = 0;

/** A packet being decoded. */
export class Draft {
  readonly data: Uint8Array;
  /** The next octet to read. */
  at: number;
  /** Where the octets that we have end, and where they would end had the capture kept all of them. */
  end: number;
  limit: number;
  names: Names = Names.NONE;
  eth: Ethernet = NO_ETHERNET;
  /** The EtherType or IP protocol that names the next layer. */
  type = 0;
  ip: IpHeader | undefined = undefined;
  ipAt = 0;
  tcp: Tcp | undefined = undefined;
  udp: Udp | undefined = undefined;
  icmp: Icmp | undefined = undefined;
  /** The rarer layers, made when there is one. */
  rare: Rare | undefined = undefined;
  verify: boolean;
  /** What an ICMP error quotes was cut by the error's sender (RFC 792): that it is short says nothing of it. */
  isQuoted = false;
  /** Is it, or what it is in, quoted by an ICMP error, of either version? */
  isInError = false;
  /** It is in a first fragment: the next may have what is missing. */
  isBegun = false;
  checksum: Checksums | undefined = undefined;

  constructor(data: Uint8Array, at: number, end: number, limit: number, verify: boolean) {
    this.data = data;
    this.at = at;
    this.end = end;
    this.limit = limit;
    this.verify = verify;
  }

  get protocols(): string {
    return this.names.text;
  }
  set protocols(text: string) {
    this.names = new Names(text);
  }
}

/** Adds to `protocols` what most packets have: quicker than to put the text together again. */
export function name(draft: Draft, more: string): void {
  draft.names = draft.names.and(more);
}

/** What `Packet` may have besides, writable. */
export interface Rare {
  arp?: Arp;
  sctp?: Sctp;
  dhcp?: Dhcp;
  ports?: Ports & { readonly seq?: number };
  room?: number;
  part?: HeaderPart;
  igmp?: { readonly type: number };
  dhcpv6?: { readonly message: number };
  esp?: { readonly spi: number };
  ah?: { readonly spi: number };
  gre?: { readonly protocol: number };
  vxlan?: { readonly vni: number };
  geneve?: { readonly vni: number };
  mpls?: readonly number[];
  malformed?: NonNullable<Packet["malformed"]>;
  cut?: { readonly at: number; readonly why: string };
  unsupported?: string;
  /** A packet within, still to be decoded: what a tunnel carries, or what an ICMP error is about. */
  nested?: Nested;
}
export interface Nested {
  readonly role: "inner" | "quoted";
  readonly layer: Layer;
  readonly at: number;
  /** EtherType or IP protocol, where the layer is named by one. */
  readonly type: number;
  /** A header that the nested packet shares with the outer one (behind AH). */
  readonly ip?: IpHeader;
  /** Names between the two, such as `:erspan`. */
  readonly via: string;
}

export function rare(draft: Draft): Rare {
  draft.rare ??= {};
  return draft.rare;
}

/** Are there `count` octets from `at`? If not, notes why decoding stops here. */
export function has(draft: Draft, count: number, what: string): boolean {
  if (draft.at + count <= draft.end) return true;
  shortOf(draft, draft.at + count, what);
  return false;
}

/**
 * The same of what is read field after field: where the capture ends before the packet does, nothing is said of what
 * would be behind the packet.
 */
export function hasFields(draft: Draft, count: number, what: string): boolean {
  return has(draft, draft.end < draft.limit ? Math.min(count, draft.limit - draft.at) : count, what);
}

/** The same of a header whose fields are shown as far as they are there. */
export function hasHeader(draft: Draft, count: number, layer: HeaderPart["layer"], what: string): boolean {
  if (has(draft, count, what)) return true;
  rare(draft).part = { layer, octets: draft.data.subarray(draft.at, draft.end) };
  return false;
}

/** Does what is missing at the end, if anything, stand in another fragment? */
export const isBegun = (draft: Draft): boolean => draft.isBegun || draft.ip?.moreFragments === true;

/** Notes that `what` would need the octets up to `to`. `goesOn`: the next fragment may have them. */
export function shortOf(draft: Draft, to: number, what: string, goesOn = isBegun(draft)): void {
  const notes = rare(draft);
  if (to > draft.limit && !draft.isQuoted) {
    const why = `the ${what} ends after ${draft.end - draft.at} octets`;
    // The rest may be in the next fragment: Wireshark does not call the first malformed.
    const isKnown = notes.malformed !== undefined && notes.malformed.expert !== true;
    if (!isKnown) notes.malformed = { at: draft.end, why, ...(goesOn && { fragment: true }) };
  } else notes.cut = { at: draft.end, why: `the capture ends in the ${what}` };
}

/** An impossible value that Wireshark notes without calling the packet malformed. */
export function bogus(draft: Draft, at: number, why: string): void {
  rare(draft).malformed ??= { at, why, expert: true };
}

/** A draft's packet. The common ones are built in one piece, each kind always with the same shape: that is faster. */
export function finish(draft: Draft): Packet {
  const { eth, ip, tcp, udp, icmp, protocols } = draft;
  const payload = draft.at >= draft.end ? NO_OCTETS : draft.data.subarray(draft.at, draft.end);
  if (draft.rare === undefined && draft.checksum === undefined) {
    if (tcp !== undefined && ip !== undefined) return { eth, ip, tcp, payload, protocols };
    if (udp !== undefined && ip !== undefined) return { eth, ip, udp, payload, protocols };
    if (icmp !== undefined && ip !== undefined) return { eth, ip, icmp, payload, protocols };
    return ip === undefined ? { eth, payload, protocols } : { eth, ip, payload, protocols };
  }
  const { nested: _, ...layers } = draft.rare ?? {};
  return {
    eth,
    ...(ip && { ip }),
    ...(tcp && { tcp }),
    ...(udp && { udp }),
    ...(icmp && { icmp }),
    ...layers,
    ...(draft.checksum && { checksum: draft.checksum }),
    payload,
    protocols,
  };
}
