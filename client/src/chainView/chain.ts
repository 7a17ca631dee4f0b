/** A vNIC's chain as the language server and the debug adapter answer `iochain/chain`. */
export interface Chain {
  readonly vnic: string;
  readonly chain: string;
  readonly direction: "in" | "out";
  /** The rest only while debugging: the packet in the language's notation, its fate, and the slot it is at. */
  readonly packet?: string;
  readonly outcome?: string;
  readonly current?: number;
  /** All sixteen, in numeric order. */
  readonly slots: readonly Slot[];
}

export interface Slot {
  readonly slot: number;
  /** Whose slot it is on this platform: `vmware-sfw, the Distributed Firewall`. */
  readonly owner: string;
  /** acl, swsec, dfw, redirect, encryption, or empty, reserved. */
  readonly module: string;
  readonly block?: string;
  readonly verdict?: string;
  readonly reason?: string;
  readonly by?: By;
  readonly state?: string;
  readonly changes?: readonly { readonly field: string; readonly from: Value; readonly to: Value }[];
}

export interface By {
  readonly kind: string;
  readonly id?: number;
  readonly name?: string;
  readonly file?: string;
  /** From 1. */
  readonly line?: number;
}

type Value = number | string | null;

/** To the page: a chain to draw, or words on why there is none. */
export type ToPage =
  | { readonly type: "chain"; readonly chain: Chain; readonly live: boolean }
  | { readonly type: "nothing"; readonly why: string };
/** From the page: it is ready to draw, or the person asked for what decided at a slot. */
export type FromPage = { readonly type: "ready" } | { readonly type: "reveal"; readonly slot: number };
