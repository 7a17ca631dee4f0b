/**
 * The packets that fare differently under two policies, grouped so that a person can read them: who to whom, what
 * becomes of it before and after, which rule decides on each side; and a packet of each class, which the engine
 * confirms. What differs in the text only is no difference.
 */
import type { Trace } from "../chain/trace.ts";
import type { Policy } from "../policy/policy.ts";
import { type Box, DESTINATION, type Point, SOURCE } from "../space/box.ts";
import { type Difference, differences, type Side } from "../space/difference.ts";
import { type Fate, sourceOf } from "../space/fates.ts";
import { type Budget, findPacket } from "../space/find.ts";
import { idOf } from "../space/identity.ts";
import { Places } from "../space/places.ts";
import { openers, type Route, Trips } from "../space/trips.ts";
import { readableWitness } from "../space/witness.ts";
import { type BoxText, merged, Words } from "../space/words.ts";
import type { Steps } from "../syntax/steps.ts";
import { type DecidedBy, decidedBy, deciding, traceOf } from "./explain.ts";
import { sameVnic } from "./sets/ends.ts";

/** What becomes of a class in one of the policies. */
export interface SideFate {
  readonly outcome: Fate["outcome"];
  /** What stopped it; of what is delivered, what let it through last. Undefined: no chain sees it. */
  readonly decidedBy?: DecidedBy;
  readonly inspectedBy: readonly string[];
  /** The key's id. */
  readonly sealed?: number;
  readonly marks?: Fate["marks"];
  /** What the engine does with the witness. */
  readonly trace?: Trace;
}
/** Packets that differ alike: every one of `from` to every one of `to` with every one of `service`. */
export interface Differing extends BoxText {
  readonly family: "ipv4" | "ipv6";
  readonly old: SideFate;
  readonly new: SideFate;
  /** A packet of the class, as after `send`. */
  readonly witness: string;
}
export interface Diff {
  readonly different: boolean;
  readonly classes: readonly Differing[];
  /** False: the policies are too far apart, and there may be more than what is in `classes`. */
  readonly complete: boolean;
  readonly note?: string;
}

/** How much one comparison may cost: some seconds at the worst. */
const WORK = 200_000_000;
/** Classes beyond this help nobody. */
const MOST = 2000;

export function* diff(old: Policy, now: Policy): Steps<Diff> {
  return yield* new Differ(old, now).diff();
}

class Differ {
  readonly #old: Side;
  readonly #new: Side;
  readonly #words: { readonly old: Words; readonly new: Words };

  constructor(old: Policy, now: Policy) {
    this.#old = sideOf(old);
    this.#new = sideOf(now);
    this.#words = { old: new Words(this.#old.places.meaning), new: new Words(this.#new.places.meaning) };
  }

  *diff(): Steps<Diff> {
    const left: Budget = { steps: Number.POSITIVE_INFINITY, work: WORK };
    const groups = new Map<string, Difference>();
    const found = differences(this.#old, this.#new, left);
    let complete = true;
    for (;;) {
      const step = found.next();
      if (step.done) {
        complete = step.value;
        break;
      }
      yield;
      if (step.value === undefined) continue;
      const key = groupKey(step.value);
      const same = groups.get(key);
      groups.set(key, same === undefined ? step.value : { ...same, boxes: [...same.boxes, ...step.value.boxes] });
    }
    const classes: Differing[] = [];
    for (const group of groups.values()) {
      for (const box of merged(group.boxes)) {
        yield;
        const told = this.#told(group, box);
        if (told !== undefined) classes.push(told);
      }
      if (classes.length <= MOST) continue;
      complete = false;
      break;
    }
    const note = "the policies are too far apart for one comparison: these are not all of the packets that differ";
    return { different: classes.length > 0, classes, complete, ...(!complete && { note }) };
  }

  #told(difference: Difference, box: Box): Differing | undefined {
    const packet = this.#witness(box);
    if (packet === undefined) return undefined;
    const witness = this.#old.trips.send(packet);
    const { old, new: now } = difference;
    return {
      ...this.#text(difference, box),
      family: box.layer === 6 ? "ipv6" : "ipv4",
      old: sideFate(this.#old.places.policy, old.fate, witness),
      new: sideFate(this.#new.places.policy, now.fate, witness),
      witness,
    };
  }

  /** By the names of the policy that knows the end as a vNIC's, the new one's where both do. */
  #text({ old, new: now }: Difference, box: Box): BoxText {
    const before = this.#words.old.box(box, old.route);
    const after = this.#words.new.box(box, now.route);
    const pick = (end: "sender" | "receiver") => (now.route[end].outside && !old.route[end].outside ? before : after);
    // An address of a plane is the old policy's.
    const from = this.#isUnknown(box) ? before.from : pick("sender").from;
    return { from, to: pick("receiver").to, service: after.service };
  }
  #isUnknown(box: Box): boolean {
    const source = box.fields[SOURCE]?.[0] as number | bigint;
    return typeof source === "bigint" ? source >> 128n > 0n : source >= 2 ** 32;
  }

  /** A packet that is one in both policies: not from a vNIC to itself in either. */
  #witness(box: Box): Point | undefined {
    const [before, after] = [sameVnic(this.#old.places), sameVnic(this.#new.places)];
    const sameEnd: typeof before = (source, destination) =>
      before(source, destination) ?? (this.#isUnknown(box) ? undefined : after(source, destination));
    for (const part of openers([box])) {
      const found = findPacket([part], [], { steps: 10_000, work: WORK }, { sameEnd });
      if (found.kind !== "packet") continue;
      const wanted = readableWitness(found.box, this.#new.places.policy);
      const same = sameEnd(wanted.values[SOURCE] as number, wanted.values[DESTINATION] as number);
      return same === undefined ? wanted : found.packet;
    }
    return undefined;
  }
}

function sideOf(policy: Policy): Side {
  // Rules act as they were compiled, whatever errors stand in them: so they do in the engine.
  const places = new Places(policy, false, () => false);
  return { places, trips: new Trips(places) };
}

function sideFate(policy: Policy, fate: Fate, witness: string): SideFate {
  const delivered = fate.outcome === "delivered";
  const decision = deciding(fate);
  const trace = traceOf(policy, witness);
  return {
    outcome: fate.outcome,
    ...(decision && { decidedBy: decidedBy(decision) }),
    inspectedBy: delivered ? fate.inspectedBy.map(({ name }) => name) : [],
    ...(delivered && fate.sealed !== undefined && { sealed: fate.sealed }),
    ...(delivered && Object.keys(fate.marks).length > 0 && { marks: fate.marks }),
    ...(trace && { trace }),
  };
}

function groupKey({ old, new: now }: Difference): string {
  const of = ({ route, fate }: { readonly route: Route; readonly fate: Fate }) => {
    const decision = deciding(fate);
    const source = decision && sourceOf(decision);
    return [
      route.sender.outside,
      route.receiver.outside,
      fate.outcome,
      decision?.way,
      decision?.slot,
      idOf(source?.statement),
      fate.outcome === "delivered"
        ? JSON.stringify([fate.sealed, fate.marks, fate.inspectedBy.map(({ name }) => name)])
        : "",
    ].join(" ");
  };
  return `${of(old)} | ${of(now)}`;
}
