/** From what the server and the debug adapter answer to what the page draws. */
import type { Chain, Change, Lane, Picture, Slot } from "./chain.ts";

/** A packet's trip, as far as it is drawn: the shape of a trace. */
export interface Trip {
  readonly packet: string;
  readonly outcome: string;
  readonly clock: number;
  readonly walks: readonly {
    readonly vnic: string;
    readonly chain?: string;
    readonly direction: "in" | "out";
    readonly outcome: string;
    readonly note?: string;
    /** In walking order, up to the one that ended the walk. */
    readonly slots: readonly Omit<Slot, "owner">[];
  }[];
  readonly reason?: string;
  readonly note?: string;
  readonly changes?: readonly Change[];
}

/** The answer of the debug adapter to `iochain/chain`. */
export interface LiveChain extends Lane {
  readonly packet: string;
  readonly clock: number;
  readonly walk: number;
  readonly current?: number;
  readonly reason?: string;
  readonly changes?: readonly Change[];
  readonly walks: readonly Lane[];
}

export const configuredPicture = (chain: Chain): Picture => ({
  kind: "configured",
  lanes: [{ vnic: chain.vnic, chain: chain.chain, direction: "out", slots: chain.slots }],
  ...(chain.chains ? { chains: chain.chains } : {}),
});

export function livePicture(live: LiveChain): Picture {
  const { packet, clock, outcome, reason, note, changes, walk, walks, current } = live;
  return {
    kind: "live",
    lanes: walks.length > 0 ? walks : [live],
    packet,
    clock,
    ...(outcome === undefined ? {} : { outcome }),
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    ...(changes === undefined ? {} : { changes }),
    ...(current === undefined ? {} : { current: { lane: walk, slot: current } }),
  };
}

/** Receivers of a flood that are drawn: a broadcast may have thousands. */
export const mostLanes = 40;

/** `chains` are those of the trip's vNICs: they know the slots that the packet did not come to, and whose each is. */
export function tripPicture(trip: Trip, chains: ReadonlyMap<string, Chain>): Picture {
  const { packet, outcome, clock, reason, note, changes } = trip;
  const lanes = trip.walks.slice(0, mostLanes).map(({ slots, ...walk }): Lane => {
    const decided = new Map(slots.map((slot) => [slot.slot, slot]));
    const configured = chains.get(walk.vnic)?.slots ?? [];
    return {
      ...walk,
      chain: walk.chain ?? "",
      slots: configured.map((slot) => ({ ...emptied(slot, walk.chain), ...decided.get(slot.slot) })),
    };
  });
  return {
    kind: "trace",
    lanes,
    packet,
    outcome,
    clock,
    ...(reason === undefined ? {} : { reason }),
    ...(note === undefined ? {} : { note }),
    ...(changes === undefined ? {} : { changes }),
  };
}

/** Where no chain covers the vNIC, the slots of another say only whose each is. */
function emptied(slot: Slot, chain: string | undefined): Slot {
  if (chain !== undefined) return slot;
  const { slot: number, owner, module } = slot;
  return { slot: number, owner, module: module === "reserved" ? module : "empty" };
}
