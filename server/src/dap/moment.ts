/** The places at which a packet's trip can be looked at, as the debugger sees them. */
import type { Packet } from "../capture/packet.ts";
import type { Seal } from "../chain/slot.ts";
import type { Direction, SlotTrace, Trace } from "../chain/trace.ts";
import type { Appliance, Block, Chain, Rule, Slot, Source } from "../policy/policy.ts";
import type { Ordered } from "./history.ts";

/** A slot of a walk. */
export interface SlotPlace {
  readonly vnic: string;
  readonly direction: Direction;
  /** Undefined: no chain covers the vNIC, and there is no line to stand on. */
  readonly chain?: Chain;
  readonly number: number;
  /** The chain's line for it; undefined where the slot is empty or reserved. */
  readonly line?: Slot;
  readonly block?: Block;
  /** Counts the walks of the trip, and the slots that it has come to, from 0: two visits of one slot differ. */
  readonly walk: number;
  readonly visit: number;
}

/** The packet is in a chain; `seal` is there when it is sealed. */
export type PlacedMoment = Ordered & {
  readonly packet: Packet;
  readonly seal?: Seal;
  readonly place: SlotPlace;
} & (
    | { readonly kind: "slot" }
    /** A rule, a binding, a default … is about to be tried. */
    | {
        readonly kind: "statement";
        readonly source: Source;
        readonly rule?: Rule;
        /** When it belongs to an appliance's `inspect`. */
        readonly appliance?: Appliance;
      }
    /** The slot has decided; the packet is as the slot leaves it. */
    | { readonly kind: "decided"; readonly decision: SlotTrace; readonly source?: Source }
  );
export type Moment =
  | PlacedMoment
  /** The step is done, or could not be. */
  | (Ordered & {
      readonly kind: "finished";
      readonly packet?: Packet;
      readonly trace?: Trace;
      readonly failure?: Failure;
    });

/** An expectation that did not come true. */
export interface Failure {
  readonly expected: string;
  readonly actual: string;
}
