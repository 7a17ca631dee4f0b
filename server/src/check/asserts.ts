/**
 * Asserts, answered exactly: of all packets that could open a connection, with no state and everything up, is there
 * one for which the property does not hold? `space/trips.ts` says who can send what to whom.
 */
import type { Policy, Source } from "../policy/policy.ts";
import type { Box } from "../space/box.ts";
import { ClauseResolver } from "../space/clauses.ts";
import { type Condition, type Found, findPacket, budget as newBudget } from "../space/find.ts";
import { Places } from "../space/places.ts";
import { type Passage, type Route, Trips } from "../space/trips.ts";
import { readablePacket } from "../space/witness.ts";
import type { AssertStatement } from "../syntax/tree.ts";
import { sameVnic } from "./sets/ends.ts";

export type AssertResult =
  | { readonly holds: true }
  /** `packet`: as it stands after `send`, with `from VNIC` where that is needed; none when the assert is about no packet. */
  | { readonly holds: false; readonly reason: string; readonly packet?: string }
  | { readonly holds: undefined; readonly undecided: string };

/** Whether an assert holds, or a packet for which it does not. */
export const checkAssert = (policy: Policy, assert: Source<AssertStatement>): AssertResult =>
  askerOf(policy).ask(assert.statement);

const askers = new WeakMap<Policy, Asker>();
function askerOf(policy: Policy): Asker {
  let asker = askers.get(policy);
  if (asker === undefined) {
    asker = new Asker(policy);
    askers.set(policy, asker);
  }
  return asker;
}

/** What all asserts of a policy share. */
class Asker {
  readonly #policy: Policy;
  readonly #places: Places;
  readonly #trips: Trips;
  readonly #clauses: ClauseResolver;

  constructor(policy: Policy) {
    this.#policy = policy;
    // Rules act as they were compiled, whatever errors stand in them: so they do in the engine.
    this.#places = new Places(policy, false, () => false);
    this.#trips = new Trips(this.#places);
    this.#clauses = new ClauseResolver(policy);
  }

  ask(statement: AssertStatement): AssertResult {
    const { property } = statement;
    if (statement.broken || property === undefined) return { holds: undefined, undecided: "the assert has an error" };
    const boxes = this.#clauses.packets(statement, this.#places.meaning);
    const routes = [...this.#trips.routes(boxes)].filter((route) => this.#search(route.boxes, []).kind !== "none");
    if (routes.length === 0) return { holds: false, reason: "no packet is of these: the assert says nothing" };
    switch (property.word) {
      case "allowed":
        return this.#none(routes, (route) => this.#stopped(route), "is stopped");
      case "blocked":
        return this.#none(routes, (route) => this.#delivered(route), "is delivered");
      case "inspected": {
        const name = property.by?.text ?? "";
        const appliance = this.#policy.appliances.get(name);
        if (appliance === undefined) return { holds: undefined, undecided: `no appliance is called ${name}` };
        const past = ({ inspectedBy }: Passage) => !inspectedBy.includes(appliance);
        return this.#none(routes, (route) => this.#delivered(route, past), `is delivered past ${name}`);
      }
      case "encrypted": {
        const inside = routes.filter(({ sender, receiver }) => !sender.outside && !receiver.outside);
        const clear = ({ sealed }: Passage) => sealed === undefined;
        return this.#none(inside, (route) => this.#delivered(route, clear), "travels in the clear");
      }
    }
  }

  #search(boxes: readonly Box[], conditions: readonly Condition[], left = newBudget()): Found {
    return findPacket(boxes, conditions, left, { sameEnd: sameVnic(this.#places) });
  }

  #delivered(route: RouteBoxes, wanted: (passage: Passage) => boolean = () => true): Found | Sought {
    const boxes = this.#trips.admitted(route);
    return this.#first(this.#trips.through(route).filter(wanted), boxes);
  }
  #stopped(route: RouteBoxes): Found | Sought {
    const refused = this.#search(this.#trips.refused(route), []);
    if (refused.kind !== "none") return { ...refused, conditions: [] };
    return this.#first(this.#trips.stops(route), route.boxes);
  }
  #first(passages: readonly Passage[], boxes: readonly Box[]): Found | Sought {
    const left = newBudget();
    for (const { conditions } of passages) {
      const found = this.#search(boxes, conditions, left);
      if (found.kind !== "none") return { ...found, conditions };
    }
    return { kind: "none" };
  }

  /** The assert holds when no route has such a packet. */
  #none(routes: readonly RouteBoxes[], seek: (route: RouteBoxes) => Found | Sought, fate: string): AssertResult {
    let undecided = false;
    for (const route of routes) {
      const found = seek(route);
      if (found.kind === "undecided") undecided = true;
      if (found.kind !== "packet") continue;
      const conditions = "conditions" in found ? found.conditions : [];
      const readable = readablePacket(found, conditions, this.#policy, sameVnic(this.#places));
      const packet = this.#trips.send(readable);
      return { holds: false, packet, reason: `${packet} ${fate}` };
    }
    return undecided ? { holds: undefined, undecided: "the question is too large" } : { holds: true };
  }
}
type RouteBoxes = Route & { readonly boxes: readonly Box[] };
type Sought = Found & { readonly conditions: readonly Condition[] };
