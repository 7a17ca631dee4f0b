/** What the chain view's page and its host say to each other, and the shapes in which chains and trips come. */

/** A vNIC's chain as the language server answers `iochain/chain`. */
export interface Chain {
  readonly vnic: string;
  readonly chain: string;
  /** Names of all chains of the policy. */
  readonly chains?: readonly string[];
  /** All sixteen, in numeric order. */
  readonly slots: readonly Slot[];
}

export interface Slot {
  readonly slot: number;
  /** Whose slot it is on this platform: `vmware-sfw, Distributed Firewall`. */
  readonly owner: string;
  /** acl, swsec, dfw, redirect, encryption, or empty, reserved. */
  readonly module: string;
  readonly block?: string;
  readonly verdict?: string;
  readonly reason?: string;
  /** What decided or, as configured, where the block is declared. */
  readonly by?: By;
  readonly state?: string;
  readonly changes?: readonly Change[];
  readonly disabled?: readonly number[];
  readonly reply?: string;
  readonly appliance?: string;
}

export interface By {
  readonly kind: string;
  readonly id?: number;
  readonly name?: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

export interface Change {
  readonly field: string;
  readonly from: number | string | null;
  readonly to: number | string | null;
}

/** A walk through one vNIC's chain. Its slots are in numeric order, whichever way the packet goes. */
export interface Lane {
  readonly vnic: string;
  readonly chain: string;
  readonly direction: "in" | "out";
  readonly outcome?: string;
  readonly note?: string;
  readonly slots: readonly Slot[];
}

/** All that is drawn at once. */
export interface Picture {
  /** A chain as configured; a packet under way in the debugger; a packet's whole trip. */
  readonly kind: "configured" | "live" | "trace";
  readonly lanes: readonly Lane[];
  /** In the language's notation. */
  readonly packet?: string;
  readonly outcome?: string;
  /** Milliseconds of the scenario's clock. */
  readonly clock?: number;
  /** Why a packet ended between its walks, or met none. */
  readonly reason?: string;
  readonly note?: string;
  /** What routing did to the packet between two walks. */
  readonly changes?: readonly Change[];
  /** Live: the walk, and the slot of it, that the packet is at. */
  readonly current?: { readonly lane: number; readonly slot: number };
  /** Of a scenario: its packets, and which of them is drawn. */
  readonly scenario?: {
    readonly name: string;
    readonly steps: readonly { readonly packet: string; readonly outcome: string; readonly failed: boolean }[];
    readonly shown: number;
  };
  /** An expectation that did not come true. */
  readonly failure?: { readonly expected: string; readonly actual: string };
  /** As configured: the chains to choose from. */
  readonly chains?: readonly string[];
}

/** A button of the page when there is nothing to draw. */
export interface Offer {
  readonly label: string;
  readonly command: string;
}

/** To the page: its words, a picture to draw, or why there is none. */
export type ToPage =
  | { readonly type: "texts"; readonly texts: Texts }
  | { readonly type: "picture"; readonly picture: Picture }
  | { readonly type: "nothing"; readonly why: string; readonly offers: readonly Offer[] };

/** From the page: what the person wants. */
export type FromPage =
  | { readonly type: "ready" }
  | { readonly type: "runTo" | "open"; readonly lane: number; readonly slot: number }
  | { readonly type: "step"; readonly index: number }
  | { readonly type: "chain"; readonly name: string }
  | { readonly type: "close" }
  | { readonly type: "offer"; readonly command: string };

/** The page's words, translated by the host; `{0}` stands for what is filled in. */
export interface Texts {
  readonly vm: string;
  readonly vSwitch: string;
  readonly slots: string;
  readonly slot: string;
  readonly out: string;
  readonly in: string;
  readonly empty: string;
  readonly reserved: string;
  readonly here: string;
  readonly notReached: string;
  readonly by: string;
  readonly rule: string;
  readonly connection: string;
  readonly appliance: string;
  readonly reply: string;
  readonly disabled: string;
  readonly routed: string;
  readonly none: string;
  readonly asConfigured: string;
  readonly onItsWay: string;
  readonly after: string;
  readonly expected: string;
  readonly runTo: string;
  readonly runBackTo: string;
  readonly open: string;
  readonly previous: string;
  readonly next: string;
  readonly packets: string;
  readonly packetOf: string;
  readonly chains: string;
  readonly close: string;
  readonly noChain: string;
}
