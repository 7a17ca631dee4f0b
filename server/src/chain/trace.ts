/**
 * The one shape of a packet's trip. The debugger, the chain view, the command line and the tests all use it;
 * `--format json` prints it as it is.
 */
import type { Module } from "../policy/platforms.ts";

export type Verdict =
  | "pass"
  | "allow"
  | "drop"
  | "reject"
  | "answer"
  | "redirect"
  | "blackhole"
  | "encrypt"
  | "protect"
  | "decrypt";
export type WalkOutcome = "delivered" | "dropped" | "rejected" | "answered" | "blackholed";
export type Outcome = WalkOutcome | "flooded";
export type Direction = "in" | "out";

export interface By {
  readonly kind: "rule" | "state" | "default" | "binding" | "discovery" | "appliance" | "policy";
  /** Of a rule. */
  readonly id?: number;
  readonly name?: string;
  /** The statement that decided, where there is one. `line` from 1. */
  readonly file?: string;
  readonly line?: number;
}
/** `field` by its Wireshark display-filter name. */
export interface Change {
  readonly field: string;
  readonly from: number | string | null;
  readonly to: number | string | null;
}
export interface SlotTrace {
  readonly slot: number;
  readonly module: Module | "empty" | "reserved";
  readonly block?: string;
  readonly verdict: Verdict;
  readonly by?: By;
  /** One of `reasons.ts`. */
  readonly reason?: string;
  /** The connection's state after the packet (`tcp-established` …). */
  readonly state?: string;
  readonly changes?: readonly Change[];
  /** Rules that would have been tried but are disabled: their ids. */
  readonly disabled?: readonly number[];
  /** What a reject sends back, or ARP suppression answers, in the language's notation; it is not walked. */
  readonly reply?: string;
  /** Appliance the packet was handed to. */
  readonly appliance?: string;
}
export interface WalkTrace {
  readonly vnic: string;
  /** Undefined: no chain covers the vNIC. */
  readonly chain?: string;
  readonly direction: Direction;
  readonly outcome: WalkOutcome;
  /** In walking order, up to the one that ended the walk. */
  readonly slots: readonly SlotTrace[];
  /** A word on the walk where one is needed: `no chain covers this vNIC`. */
  readonly note?: string;
}
export interface Trace {
  readonly packet: string;
  readonly outcome: Outcome;
  /** Milliseconds of the scenario's clock. */
  readonly clock: number;
  readonly walks: readonly WalkTrace[];
  /** Of a packet that ended between its walks: one of `reasons.ts`. */
  readonly reason?: string;
  /** What befell the packet between its walks: routing. */
  readonly changes?: readonly Change[];
  /** A word where the packet met no walk at all (`no vNIC has this address`). */
  readonly note?: string;
}
