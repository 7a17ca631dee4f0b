/**
 * The data of the chain view: the walks of the packet under way, each with its sixteen slots and what they have decided.
 * After a trip, until the next begins, those of the packet that was; before the first, those of the one ahead.
 */
import type { Trace } from "../chain/trace.ts";
import { chainOf } from "../chain/walk.ts";
import { SLOTS } from "../policy/platforms.ts";
import type { Policy } from "../policy/policy.ts";
import type { Debuggee, WalkSoFar } from "./debuggee.ts";

/** Its first level is the walk that the packet is in, else the last (before the first packet, the first). */
export function chainView(debuggee: Debuggee): object {
  const { policy } = debuggee.loaded;
  const { moment, place, last } = debuggee;
  const underWay = moment !== undefined && moment.kind !== "finished";
  // At a step the slots still show the trip before: its packet belongs to them.
  const shown = underWay ? undefined : last;
  const walks = shown ? debuggee.walks : [...debuggee.walks, ...walksAhead(debuggee)];
  const current = place?.walk ?? (shown ? walks.length - 1 : 0);
  return {
    ...(walks[current] ? walkView(policy, walks[current]) : nowhere(policy)),
    packet: shown ? shown.packet : debuggee.notation,
    clock: shown ? shown.clock : debuggee.world.clock,
    ...(shown ? between(shown) : {}),
    ...(place ? { current: place.number } : {}),
    walk: current,
    walks: walks.map((walk) => walkView(policy, walk)),
  };
}

/** What a trip came to, besides its walks. */
const between = ({ outcome, changes, reason, note }: Trace): object => ({ outcome, changes, reason, note });

/** The walks that the packet has not begun yet, if nothing stops it. */
function walksAhead(debuggee: Debuggee): WalkSoFar[] {
  const begun = debuggee.place === undefined ? 0 : debuggee.walks.length;
  const ahead = new Map<number, WalkSoFar>();
  for (const { walk, vnic, direction, chain } of debuggee.slotsAhead(true))
    if (walk >= begun) ahead.set(walk, { vnic, direction, slots: [], ...(chain ? { chain: chain.name } : {}) });
  return [...ahead.values()];
}

function walkView(policy: Policy, walk: WalkSoFar & { readonly outcome?: string }): object {
  const { slots, ...rest } = walk;
  const covered = policy.vnics.get(walk.vnic);
  const chain = covered && chainOf(policy, covered);
  const decided = new Map(slots.map((slot) => [slot.slot, slot]));
  return {
    ...rest,
    chain: chain?.name ?? "",
    slots: SLOTS.map((slot) => {
      const { owner, module } = policy.platform.slots[slot];
      const block = chain?.slots.get(slot)?.block;
      const empty = module === undefined ? "reserved" : "empty";
      return { slot, owner, module: block?.module ?? empty, ...(block && { block: block.name }), ...decided.get(slot) };
    }),
  };
}

/** The packet meets no walk: the first chain, as configured. */
function nowhere(policy: Policy): object {
  const [chain] = policy.chains;
  const [vnic] = chain?.vnics ?? [];
  return walkView(policy, { vnic: vnic?.id ?? "", direction: "in", slots: [] });
}
