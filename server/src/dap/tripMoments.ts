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

/** What a trip came to, and the packet that was last given in place of the one that travelled. */
export interface Travelled {
  readonly trace: Trace;
  readonly edited?: Packet;
}

/** The moments of a trip; a packet given back at one goes on in its place, one given here does from the first walk. */
export function* tripMoments(
  trip: Generator<Stop, Trace, Resume>,
  first?: Packet,
): Generator<Moment, Travelled, Packet | undefined> {
  let walk = -1;
  let visit = -1;
  let tried = 0;
  let place: SlotPlace | undefined;
  let resume: Resume;
  let pending = first;
  let latest = first;
  for (;;) {
    const step = trip.next(resume);
    resume = undefined;
    if (step.done) return latest ? { trace: step.value, edited: latest } : { trace: step.value };
    const stop = step.value;
    if (stop.kind === "walk") {
      walk++;
      if (pending) resume = { packet: pending };
      pending = undefined;
      continue;
    }
    if (stop.kind === "slot" || place === undefined) place = placeOf(stop, walk, ++visit);
    tried = stop.kind === "statement" ? tried + 1 : 0;
    const within = stop.kind === "decided" ? MOST_TRIED : tried;
    const edited = yield momentOf(stop, place, (visit + 1) * (MOST_TRIED + 1) + within);
    if (!edited) continue;
    resume = { packet: edited };
    latest = edited;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

// A run over a million frames makes tens of millions of these. What is not there is no property.
function momentOf(stop: Exclude<Stop, { kind: "walk" }>, place: SlotPlace, order: number): Moment {
  const { packet, seal } = stop;
  let moment: Mutable<Exclude<Moment, { kind: "finished" }>>;
  if (stop.kind === "slot") moment = { kind: "slot", order, packet, place };
  else if (stop.kind === "statement") {
    moment = { kind: "statement", order, packet, place, source: stop.source };
    if (stop.rule) moment.rule = stop.rule;
    if (stop.appliance) moment.appliance = stop.appliance;
  } else {
    moment = { kind: "decided", order, packet, place, decision: stop.decision };
    if (stop.source) moment.source = stop.source;
  }
  if (seal) moment.seal = seal;
  return moment;
}
function placeOf({ vnic, direction, chain, slot, line }: Where, walk: number, visit: number): SlotPlace {
  const place: Mutable<SlotPlace> = { vnic: vnic.id, direction, number: slot, walk, visit };
  if (chain) place.chain = chain;
  if (line) place.line = line;
  if (line?.block) place.block = line.block;
  return place;
}
