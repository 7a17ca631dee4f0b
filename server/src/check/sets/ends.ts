/** The two ends of a packet between vNICs: which filter stands at each, and what it lets pass. */
import type { Acl, Dfw, Vnic } from "../../policy/policy.ts";
import { type Box, boxesOverlap } from "../../space/box.ts";
import type { Condition, SameEnd } from "../../space/find.ts";
import { type Places, rulesOf, type Way } from "../../space/places.ts";

/** A firewall or ACL: stands at both ends, allows and drops. */
export type Filter = Acl | Dfw;

/** vNICs by the filter of a kind that they have. */
export interface Part<F extends Filter = Filter> {
  readonly filter?: F;
  readonly vnics: ReadonlySet<Vnic>;
}

/** All vNICs, by the filter of a kind that is asked at them; those without one together. */
export function partsOf<M extends Filter["module"]>(
  places: Places,
  module: M,
): readonly Part<Extract<Filter, { module: M }>>[] {
  const parts = new Map<Filter | undefined, Set<Vnic>>();
  for (const vnic of places.allVnics) {
    let filter: Filter | undefined;
    for (const slot of places.chainOf(vnic)?.slots.values() ?? [])
      if (slot.block?.module === module && places.where(slot.block).has(vnic)) filter = slot.block as Filter;
    const part = parts.get(filter);
    if (part === undefined) parts.set(filter, new Set([vnic]));
    else part.add(vnic);
  }
  return [...parts].map(([filter, vnics]) => ({ filter: filter as Extract<Filter, { module: M }> | undefined, vnics }));
}

/** Whether a filter lets a packet on that this rule takes, or none. */
export function lets(filter: Filter, taker: number | undefined): boolean {
  const action = taker === undefined ? filter.default?.action : rulesOf(filter)[taker]?.action;
  return action !== "drop" && action !== "reject";
}

/** The packet passes the filter at this end. */
export function passes(places: Places, filter: Filter, way: Way): Condition {
  const list = places.end(filter, way);
  return { list, limit: list.rules.length, holds: (taker) => lets(filter, taker) };
}

/** The packet is stopped by the filter at this end. */
export function stopped(places: Places, filter: Filter, way: Way): Condition {
  const list = places.end(filter, way);
  return { list, limit: list.rules.length, holds: (taker) => !lets(filter, taker) };
}

/** Whether a rule with an error may have a say: then nothing about these packets is certain. */
export const isUncertain = (boxes: readonly Box[], conditions: readonly Condition[]): boolean =>
  conditions.some(({ list }) =>
    list.unknown.some((rule) => rule.boxes.some((theirs) => boxes.some((box) => boxesOverlap(box, theirs)))),
  );

/** The addresses of the one vNIC that has both; undefined when no vNIC has. */
export function sameVnic(places: Places): SameEnd {
  const { meaning } = places;
  return (source, destination) => {
    const one = meaning.soleHolder(source);
    if (one === undefined || one !== meaning.soleHolder(destination)) return undefined;
    return meaning.heldByOne(one, typeof source === "bigint" ? 6 : 4);
  };
}
