/** The data of the chain view: the sixteen slots of the walk under way, and what each has decided. */
import { chainOf } from "../chain/walk.ts";
import { SLOTS } from "../policy/platforms.ts";
import type { Debuggee } from "./debuggee.ts";

/** The current walk; at a step the last one, or before the first packet the one ahead. */
export function chainView(debuggee: Debuggee): object {
  const { policy, script } = debuggee.loaded;
  const { moment, place } = debuggee;
  const walk = debuggee.walks.at(-1);
  const ahead = place ?? walk ?? debuggee.slotsAhead(true)[0];
  const vnic = ahead?.vnic ?? "";
  const covered = policy.vnics.get(vnic);
  const chain = covered ? chainOf(policy, covered) : policy.chains[0];
  const decided = new Map((walk?.slots ?? []).map((slot) => [slot.slot, slot]));
  const underWay = moment !== undefined && moment.kind !== "finished";
  const outcome = underWay ? undefined : debuggee.last?.outcome;
  return {
    vnic,
    chain: chain?.name ?? "",
    direction: ahead?.direction ?? "in",
    // At a step the slots still show the trip before: its packet belongs to them.
    packet: underWay || !debuggee.last ? script.notation(debuggee.index, debuggee.world) : debuggee.last.packet,
    ...(outcome === undefined ? {} : { outcome }),
    ...(place ? { current: place.number } : {}),
    slots: SLOTS.map((number) => {
      const owner = policy.platform.slots[number];
      const line = chain?.slots.get(number);
      const done = decided.get(number);
      return {
        slot: number,
        owner: owner.owner,
        module: done?.module ?? line?.block?.module ?? (owner.module ? "empty" : "reserved"),
        ...(line?.block ? { block: line.block.name } : {}),
        ...(done ? { verdict: done.verdict } : {}),
        ...(done?.reason === undefined ? {} : { reason: done.reason }),
        ...(done?.by === undefined ? {} : { by: done.by }),
        ...(done?.state === undefined ? {} : { state: done.state }),
        ...(done?.changes === undefined ? {} : { changes: done.changes }),
      };
    }),
  };
}
