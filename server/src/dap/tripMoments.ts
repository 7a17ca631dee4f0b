/** A packet's trip as the debugger's moments: walks and visits counted, walks' beginnings left out. */
import type { Packet } from "../capture/packet.ts";
import type { Stop, SlotPlace as Where } from "../chain/slot.ts";
import type { Trace } from "../chain/trace.ts";
import type { Moment, SlotPlace } from "./moment.ts";

/** More statements than a slot can try: leaves room for them between two slots' places in the order. */
const MOST_TRIED = 2 ** 24;
/** Comes after every moment of a trip. */
export const LAST = Number.MAX_SAFE_INTEGER;

type Resume = { readonly packet: Packet } | undefined;

/** The moments of a trip; a packet given back at one goes on in its place, one given here does from the first walk. */
export function* tripMoments(
  trip: Generator<Stop, Trace, Resume>,
  first?: Packet,
): Generator<Moment, Trace, Packet | undefined> {
  let walk = -1;
  let visit = -1;
  let tried = 0;
  let resume: Resume;
  let pending = first;
  for (;;) {
    const step = trip.next(resume);
    resume = undefined;
    if (step.done) return step.value;
    const stop = step.value;
    if (stop.kind === "walk") {
      walk++;
      if (pending) resume = { packet: pending };
      pending = undefined;
      continue;
    }
    if (stop.kind === "slot") visit++;
    tried = stop.kind === "statement" ? tried + 1 : 0;
    const within = stop.kind === "decided" ? MOST_TRIED : tried;
    const edited = yield momentOf(stop, walk, visit, (visit + 1) * (MOST_TRIED + 1) + within);
    if (edited) resume = { packet: edited };
  }
}

function momentOf(stop: Exclude<Stop, { kind: "walk" }>, walk: number, visit: number, order: number): Moment {
  const place = placeOf(stop, walk, visit);
  const common = { order, packet: stop.packet, place, ...(stop.seal ? { seal: stop.seal } : {}) };
  switch (stop.kind) {
    case "slot":
      return { kind: "slot", ...common };
    case "statement":
      return {
        kind: "statement",
        ...common,
        source: stop.source,
        ...(stop.rule ? { rule: stop.rule } : {}),
        ...(stop.appliance ? { appliance: stop.appliance } : {}),
      };
    case "decided":
      return {
        kind: "decided",
        ...common,
        decision: stop.decision,
        ...(stop.source ? { source: stop.source } : {}),
      };
  }
}
const placeOf = ({ vnic, direction, chain, slot, line }: Where, walk: number, visit: number): SlotPlace => ({
  vnic: vnic.id,
  direction,
  number: slot,
  walk,
  visit,
  ...(chain ? { chain } : {}),
  ...(line ? { line } : {}),
  ...(line?.block ? { block: line.block } : {}),
});
