/**
 * The packets that fare differently under two policies. The two are walked side by side, slot by slot: rules that both
 * have, in the same order, cannot part them, so only what the other rules take is looked at, and of that only what the
 * two policies do different things with. That remainder then makes its trips through both, and what becomes of it is
 * compared. So the cost is that of the change, not of the policies.
 */
import type { Appliance, Policy } from "../policy/policy.ts";
import { intersectRanges, subtractRanges, unionRanges } from "../policy/ranges.ts";
import type { Steps } from "../syntax/steps.ts";
import type { Values } from "./box.ts";
import { ALL_PORTS, BOTH_WAYS, type Box, intersectBoxes, narrow, PROTOCOLS, SOURCE, subtractBoxes } from "./box.ts";
import { type Fate, fatesOf } from "./fates.ts";
import type { Budget } from "./find.ts";
import { fold, isUnknown, onRealPlane } from "./meaning.ts";
import type { Party } from "./parties.ts";
import type { Places } from "./places.ts";
import { split } from "./split.ts";
import { opening, type Stage, stagesOf } from "./stages.ts";
import type { Route, Trips } from "./trips.ts";

export interface Side {
  readonly places: Places;
  readonly trips: Trips;
}
/** Packets whose fate differs. */
export interface Difference {
  /** Disjoint; addresses as the old policy has them. */
  readonly boxes: readonly Box[];
  readonly old: { readonly route: Route; readonly fate: Fate };
  readonly new: { readonly route: Route; readonly fate: Fate };
}
/** What both policies say of the same pair of ends. */
interface Pair {
  readonly old: Route;
  readonly new: Route;
  /** All packets between them, as the old policy has them. */
  readonly boxes: readonly Box[];
  /** A sender whose address is unknown is on a plane of its own in each policy. */
  readonly toNew: (box: Box) => Box;
  readonly toOld: (box: Box) => Box;
}

/** Told as they are found; returns whether all of it was looked at. */
export function* differences(old: Side, now: Side, left: Budget): Generator<Difference | undefined, boolean> {
  const same = sameAppliance(old.places.policy, now.places.policy);
  let complete = true;
  for (const pair of pairsOf(old, now)) {
    yield;
    const changed = yield* changedIn(pair, old, now, left, same);
    if (!changed.complete) complete = false;
    const before = yield* fates(old, pair.old, changed.boxes, left);
    if (before === undefined) return false;
    for (const was of before) {
      const after = yield* fates(now, pair.new, was.boxes.map(pair.toNew), left);
      if (after === undefined) return false;
      for (const is of after)
        if (fateText(was.fate, (appliance) => appliance) !== fateText(is.fate, same))
          yield {
            boxes: is.boxes.map(pair.toOld),
            old: { route: pair.old, fate: was.fate },
            new: { route: pair.new, fate: is.fate },
          };
    }
  }
  return complete;
}

/** What is between two addresses that are nobody's meets no chain. */
const UNSEEN: Fate = { outcome: "delivered", decisions: [], inspectedBy: [], marks: {}, marked: [] };

function* fates({ places }: Side, route: Route, boxes: readonly Box[], left: Budget) {
  if (boxes.length === 0) return [];
  if (route.sender.outside && route.receiver.outside) return [{ boxes, fate: UNSEEN }];
  return yield* fatesOf(places, { ...route, boxes }, left, false);
}

/** What counts as the fate: not who decided, but what befell the packet. */
function fateText(fate: Fate, known: (appliance: Appliance) => Appliance | undefined): string {
  if (fate.outcome !== "delivered") return fate.outcome;
  const sealing = fate.decisions.find(({ verdict }) => verdict === "encrypt" || verdict === "protect");
  const { dscp, cos } = fate.marks;
  const seen = fate.inspectedBy.map((appliance) => known(appliance)?.name ?? `new ${appliance.name}`);
  return JSON.stringify([sealing?.verdict, fate.sealed, dscp, cos, seen]);
}

/** The old appliance that a new one is: that of its name, else the one in its place among those that have no such. */
function sameAppliance(old: Policy, now: Policy): (appliance: Appliance) => Appliance | undefined {
  const gone = [...old.appliances.values()].filter(({ name }) => !now.appliances.has(name));
  const come = [...now.appliances.values()].filter(({ name }) => !old.appliances.has(name));
  return (appliance) => old.appliances.get(appliance.name) ?? gone[come.indexOf(appliance)];
}

// ---- who sends to whom ------------------------------------------------------------------------------------------

function* pairsOf(old: Side, now: Side): Iterable<Pair> {
  const identity = (box: Box) => box;
  for (const sender of old.trips.parties.senders)
    for (const after of now.trips.parties.senders) {
      for (const [from, toNew, toOld] of [
        [shared(sender, after), identity, identity] as const,
        ...planesOf(old, now, sender, after),
      ]) {
        if (from[4].length + from[6].length === 0) continue;
        for (const receiver of old.trips.parties.receivers)
          for (const there of now.trips.parties.receivers) {
            if (sender.outside && receiver.outside && after.outside && there.outside) continue;
            const boxes = boxesBetween(from, shared(receiver, there));
            if (boxes.length > 0)
              yield { old: { sender, receiver }, new: { sender: after, receiver: there }, boxes, toNew, toOld };
          }
      }
    }
}
type Addresses = Party["addresses"];

const shared = (a: Party, b: Party): Addresses => ({
  4: intersectRanges(onRealPlane(a.addresses[4]), b.addresses[4]),
  6: intersectRanges(onRealPlane(a.addresses[6]), b.addresses[6]),
});

/** Senders of unknown address that both parties have, by name: their addresses on the old plane, and the way to the new. */
function* planesOf(old: Side, now: Side, sender: Party, after: Party) {
  const newPlanes = now.places.meaning.planes;
  for (const [p, members] of old.places.meaning.planes.entries())
    for (const [q, others] of newPlanes.entries()) {
      const both = members.flatMap((vnic) => {
        const same = others.find(({ id }) => id === vnic.id);
        return same === undefined || !isUnknown(same) ? [] : [{ vnic, same }];
      });
      let four: Values = [];
      let six: Values = [];
      for (const { vnic, same } of both) {
        if (!sender.vnics.includes(vnic) || !after.vnics.includes(same)) continue;
        const [was, is] = [old.trips.parties.mayHave(vnic), now.trips.parties.mayHave(same)];
        four = unionRanges(four, intersectRanges(was[4], is[4]));
        six = unionRanges(six, intersectRanges(was[6], is[6]));
      }
      if (four.length + six.length === 0) continue;
      const on = (values: Values, plane: number) => values.map((ip) => fold(ip, plane)) as Values;
      const from = { 4: on(four, p + 1), 6: on(six, p + 1) };
      yield [from, (box: Box) => moved(box, q - p), (box: Box) => moved(box, p - q)] as const;
    }
}

/** Its source on another plane. */
function moved(box: Box, by: number): Box {
  if (by === 0) return box;
  const fields = box.fields.slice();
  fields[SOURCE] = (box.fields[SOURCE] as Values).map((ip) => fold(ip, by)) as Values;
  return { layer: box.layer, fields };
}

function boxesBetween(from: Addresses, to: Addresses): Box[] {
  return ([4, 6] as const).flatMap((layer) =>
    from[layer].length === 0 || to[layer].length === 0
      ? []
      : [{ layer, fields: [BOTH_WAYS, [0, 0], from[layer], to[layer], PROTOCOLS[layer], ALL_PORTS, ALL_PORTS] }],
  );
}

// ---- what has changed -------------------------------------------------------------------------------------------

interface Changed {
  readonly boxes: readonly Box[];
  readonly complete: boolean;
}

/** The packets that some slot does another thing with; as the old policy has them. */
function* changedIn(
  pair: Pair,
  old: Side,
  now: Side,
  left: Budget,
  same: (appliance: Appliance) => Appliance | undefined,
): Steps<Changed> {
  // Where one of them sees nothing, all of it may be different.
  const unseen = ({ sender, receiver }: Route) => sender.outside && receiver.outside;
  if (unseen(pair.old) || unseen(pair.new)) return { boxes: pair.boxes, complete: true };
  const before = yield* stagesOf(old.places, pair.old, (appliance) => appliance);
  const after = yield* stagesOf(now.places, pair.new, same);
  // What some key seals may be opened in one of them only.
  if (opening(old.places, pair.old) !== opening(now.places, pair.new) && (seals(before) || seals(after)))
    return { boxes: pair.boxes, complete: true };
  let boxes: readonly Box[] = refusedByOne(pair);
  let complete = true;
  for (const key of new Set([...before.keys(), ...after.keys()])) {
    const found = yield* changedBy(before.get(key), after.get(key), pair, left);
    if (!found.complete) complete = false;
    boxes = [...boxes, ...subtractBoxes(found.boxes, boxes)];
  }
  return { boxes, complete };
}

const seals = (stages: ReadonlyMap<string, Stage>): boolean =>
  [...stages.keys()].some((key) => key.startsWith("out") && key.endsWith("encryption"));

/** Sources that one SpoofGuard refuses and the other does not. */
function refusedByOne({ old, new: now, boxes }: Pair): Box[] {
  return boxes.flatMap((box) => {
    if (box.layer === "ethernet") return [];
    const [was, is] = [old.sender.refused[box.layer], now.sender.refused[box.layer]];
    const one = unionRanges<number | bigint>(subtractRanges(was, is), subtractRanges(is, was));
    return narrow(box, SOURCE, one) ?? [];
  });
}

function* changedBy(old: Stage | undefined, now: Stage | undefined, pair: Pair, left: Budget): Steps<Changed> {
  const region = pair.boxes;
  const keys = [old, now].map((stage) => stage?.keys() ?? []);
  const common = commonKeys(keys[0] as readonly string[], keys[1] as readonly string[]);
  const sides = [
    { mine: old, other: now, there: (box: Box) => box, back: (box: Box) => box, across: pair.toNew, home: pair.toOld },
    { mine: now, other: old, there: pair.toNew, back: pair.toOld, across: pair.toOld, home: pair.toNew },
  ] as const;
  const defaultsDiffer = (old?.action(undefined, []) ?? PASS) !== (now?.action(undefined, []) ?? PASS);
  const found: Box[] = [];
  let complete = true;
  for (const [i, { mine, other, there, back, across, home }] of sides.entries()) {
    const own = keys[i] as readonly string[];
    const here = region.map(there);
    const parts: { readonly boxes: readonly Box[]; readonly limit: number }[] = [];
    for (const [rule, key] of own.entries()) {
      if (common.has(key)) continue;
      const boxes = (mine as Stage).list.rules[rule]?.boxes ?? [];
      parts.push({
        boxes: boxes.flatMap((box) => here.flatMap((whole) => intersectBoxes(whole, box) ?? [])),
        limit: rule,
      });
    }
    // What no rule takes; once is enough, for what only one side's rules take is in the other's parts.
    if (i === 0 && defaultsDiffer) parts.push({ boxes: here, limit: own.length });
    for (const { boxes, limit } of parts) {
      yield;
      if (boxes.length === 0) continue;
      const reaching = mine === undefined ? [{ taker: undefined, boxes }] : yield* split(mine.list, boxes, left, limit);
      const come = reaching?.filter(({ taker }) => taker === undefined).flatMap((share) => share.boxes);
      const parted = come && (yield* apart(come, mine, other, across, home, left));
      if (parted === undefined) {
        complete = false;
        continue;
      }
      found.push(...parted.map(back));
    }
  }
  return { boxes: subtractedInTurn(found), complete };
}
const subtractedInTurn = (boxes: readonly Box[]): Box[] => {
  const out: Box[] = [];
  for (const box of boxes) out.push(...subtractBoxes([box], out));
  return out;
};
/** What a slot that is not there does. */
const PASS = "pass";

/** Those of the packets with which the two stages do different things. */
function* apart(
  boxes: readonly Box[],
  mine: Stage | undefined,
  other: Stage | undefined,
  across: (box: Box) => Box,
  home: (box: Box) => Box,
  left: Budget,
): Steps<readonly Box[] | undefined> {
  const own = yield* actionsOf(mine, boxes, left);
  if (own === undefined) return undefined;
  const found: Box[] = [];
  for (const { action, boxes: here } of own) {
    const there = yield* actionsOf(other, here.map(across), left);
    if (there === undefined) return undefined;
    for (const each of there) if (each.action !== action) found.push(...each.boxes.map(home));
  }
  return found;
}

function* actionsOf(stage: Stage | undefined, boxes: readonly Box[], left: Budget) {
  if (stage === undefined) return [{ action: PASS, boxes }];
  const shares = yield* split(stage.list, boxes, left);
  return shares?.map(({ taker, marks, boxes: taken }) => ({ action: stage.action(taker, marks), boxes: taken }));
}

/** The longest list of keys that both have in the same order. Keys are unique in each. */
function commonKeys(a: readonly string[], b: readonly string[]): ReadonlySet<string> {
  const place = new Map(b.map((key, i) => [key, i]));
  // The longest ascending run of their places in `b`, by patience (Hunt and Szymanski 1977).
  const tails: number[] = [];
  const keys: string[] = [];
  const before = new Map<string, string | undefined>();
  for (const key of a) {
    const at = place.get(key);
    if (at === undefined) continue;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((tails[middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    tails[low] = at;
    keys[low] = key;
    before.set(key, keys[low - 1]);
  }
  const common = new Set<string>();
  for (let key = keys.at(-1); key !== undefined; key = before.get(key)) common.add(key);
  return common;
}
