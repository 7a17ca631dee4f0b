/**
 * What becomes of packets, all of them: the two walks of `trips.ts`, with each slot splitting what comes to it by who
 * decides there. A fate is the list of those decisions and what they come to.
 */
import type {
  Appliance,
  Default,
  Dfw,
  Encryption,
  Key,
  Redirect,
  Rule,
  Slot,
  Source,
  Swsec,
} from "../policy/policy.ts";
import { subtractRanges } from "../policy/ranges.ts";
import type { Steps } from "../syntax/steps.ts";
import { type Box, narrow, SOURCE, type Values } from "./box.ts";
import type { Budget } from "./find.ts";
import type { Party } from "./parties.ts";
import { type Places, type RuleBlock, rulesOf, type Way } from "./places.ts";
import { type Share, split } from "./split.ts";
import { cannotOpen, hasKey, type Route, slotsOf, walks } from "./trips.ts";

export type Verdict =
  | "pass"
  | "jump-to-application"
  | "allow"
  | "drop"
  | "reject"
  | "redirect"
  | "encrypt"
  | "protect"
  | "decrypt";

/** What one slot did, and by whom. */
export interface Decision {
  readonly way: Way;
  readonly slot: number;
  readonly module: string;
  /** Undefined: nothing stands in the slot. */
  readonly block?: string;
  readonly verdict: Verdict;
  /** The rule or default that decided. Neither: see `source`. */
  readonly rule?: Rule;
  readonly default?: Default;
  /** Where that is written which decided without a rule: the block, a binding, the exclusion list. */
  readonly source?: Source;
  /** The rule that sent the packet on to the application category, where another decided. */
  readonly jumped?: Rule;
  readonly appliance?: Appliance;
  /** An appliance's own rules decided. */
  readonly inspected?: true;
  /** The packet never came here: it was stopped at the other end. */
  readonly unreached?: true;
}

/** Where that is written which decided. */
export const sourceOf = (decision: Decision): Source | undefined =>
  decision.rule?.source ?? decision.default?.source ?? decision.source;

export interface Fate {
  readonly outcome: "delivered" | "dropped" | "rejected";
  /** In walking order; after a stop on leaving, where both ends are asked, what the other end would have done. */
  readonly decisions: readonly Decision[];
  readonly inspectedBy: readonly Appliance[];
  /** The id of the key that it travels with between the two walks. */
  readonly sealed?: number;
  /** DSCP and CoS as rules have set them. */
  readonly marks: Readonly<Partial<Record<"dscp" | "cos", number>>>;
  /** Rules that acted on the packet on its way and let it go on: marks, jumps. */
  readonly marked: readonly Rule[];
}
/** Packets that share a fate. */
export interface FateClass {
  readonly route: Route;
  /** Disjoint. */
  readonly boxes: readonly Box[];
  readonly fate: Fate;
}

interface State extends Fate {
  readonly boxes: readonly Box[];
  readonly key?: Key;
  readonly stopped: boolean;
}

/**
 * The classes of a route's packets; undefined when the budget does not last. `places`: in which nothing is learned.
 * `bothEnds`: what is stopped on leaving is shown to the other end all the same.
 */
export function* fatesOf(
  places: Places,
  route: Route & { readonly boxes: readonly Box[] },
  left: Budget,
  bothEnds: boolean,
): Steps<readonly FateClass[] | undefined> {
  const walker = new Walker(places, left);
  let states: readonly State[] = [
    { boxes: route.boxes, outcome: "delivered", decisions: [], inspectedBy: [], marks: {}, marked: [], stopped: false },
  ];
  for (const [party, way] of walks(route.sender, route.receiver)) {
    if (bothEnds) states = states.map((state) => ({ ...state, stopped: false }));
    for (const slot of slotsOf(party, way)) {
      const next = yield* walker.visit(states, party, way, slot);
      if (next === undefined) return undefined;
      states = next;
    }
  }
  return states.map(({ boxes, outcome, decisions, inspectedBy, marks, marked, sealed }) => ({
    route,
    boxes,
    fate: { outcome, decisions, inspectedBy, marks, marked, ...(sealed !== undefined && { sealed }) },
  }));
}

class Walker {
  readonly #places: Places;
  readonly #left: Budget;

  constructor(places: Places, left: Budget) {
    this.#places = places;
    this.#left = left;
  }

  *visit(states: readonly State[], party: Party, way: Way, slot: Slot | "wire"): Steps<readonly State[] | undefined> {
    const out: State[] = [];
    for (const state of states) {
      if (state.stopped) {
        out.push(state);
        continue;
      }
      const after = yield* this.#decide(state, party, way, slot);
      if (after === undefined) return undefined;
      out.push(...after);
    }
    return out;
  }

  *#decide(state: State, party: Party, way: Way, slot: Slot | "wire"): Steps<readonly State[] | undefined> {
    if (slot === "wire") {
      const sealedStill = way === "in" && state.key !== undefined && cannotOpen(this.#places.policy, party);
      if (!sealedStill) return [state];
      const source = party.chain?.source;
      return [end(state, { way, slot: 15, module: "empty", verdict: "drop", ...(source && { source }) })];
    }
    const { block, number } = slot;
    if (block === undefined) return [state];
    const at = { way, slot: number, module: block.module, block: block.name };
    switch (block.module) {
      case "swsec":
        return this.#guarded(state, party, way, block, at);
      case "acl": {
        const shares = yield* this.#split(block, way, state.boxes);
        return shares?.map((share) => {
          const by = decider(block, share.taker);
          const stops = by.action === "drop";
          const marked = withMarks(take(state, share), block.rules, share.marks);
          const decision: Decision = { ...at, verdict: stops ? "drop" : "allow", ...by.by };
          return stops ? end(marked, decision) : go(marked, decision);
        });
      }
      case "dfw":
        return yield* this.#firewall(state, party, way, block, at);
      case "redirect":
        return yield* this.#redirect(state, way, block, at);
      case "encryption":
        return way === "out" ? yield* this.#seal(state, block, at) : yield* this.#open(state, block, at);
    }
  }

  /** SpoofGuard looks at what the VM sends; entering, slot 1 passes all that opens a connection. */
  #guarded(state: State, { refused }: Party, way: Way, block: Swsec, at: At): readonly State[] {
    const pass: Decision = { ...at, verdict: "pass", source: block.source };
    if (way === "in") return [go(state, pass)];
    const narrowed = (values: (box: Box, refusedHere: Values) => Values) =>
      state.boxes.flatMap((box) =>
        box.layer === "ethernet" ? [] : (narrow(box, SOURCE, values(box, refused[box.layer])) ?? []),
      );
    const stopped = narrowed((_, here) => here);
    const admitted = narrowed((box, here) => subtractRanges(box.fields[SOURCE] as Values, here));
    const source = block.spoofguard.source ?? block.source;
    const states: State[] = [];
    if (stopped.length > 0) states.push(end({ ...state, boxes: stopped }, { ...at, verdict: "drop", source }));
    if (admitted.length > 0) states.push(go({ ...state, boxes: admitted }, { ...pass, source }));
    return states;
  }

  *#firewall(state: State, party: Party, way: Way, block: Dfw, at: At): Steps<readonly State[] | undefined> {
    if (party.excluded) {
      const source = block.excludeSource ?? block.source;
      return [go(state, { ...at, verdict: "pass", source })];
    }
    const frames = this.#places.frames(block, way);
    let { boxes } = state;
    const states: State[] = [];
    if (frames !== undefined) {
      const passed: Box[] = [];
      const shares = yield* split(frames, boxes, this.#left);
      if (shares === undefined) return undefined;
      for (const share of shares) {
        const rule = share.taker === undefined ? undefined : block.ethernetRules[share.taker];
        if (rule?.action === "drop" || rule?.action === "reject")
          states.push(end(take(state, share), { ...at, verdict: "drop", rule }));
        else passed.push(...share.boxes);
      }
      boxes = passed;
    }
    const shares = yield* this.#split(block, way, boxes);
    if (shares === undefined) return undefined;
    for (const share of shares) {
      const { action, by } = decider(block, share.taker);
      const here = withMarks(take(state, share), block.ipRules, share.marks);
      const jumped = here.marked.slice(state.marked.length).find((rule) => rule.action === "jump-to-application");
      const decided = { ...at, ...by, ...(jumped && { jumped }) };
      if (action === "drop" || action === "reject") states.push(end(here, { ...decided, verdict: action }));
      else states.push(go(here, { ...decided, verdict: "allow" }));
    }
    return states;
  }

  *#redirect(state: State, way: Way, block: Redirect, at: At): Steps<readonly State[] | undefined> {
    const shares = yield* this.#split(block, way, state.boxes);
    if (shares === undefined) return undefined;
    const states: State[] = [];
    for (const share of shares) {
      const { action, by } = decider(block, share.taker);
      const { via } = block;
      const here = take(state, share);
      if (action !== "redirect" || via === undefined) {
        states.push(go(here, { ...at, verdict: "pass", ...by }));
        continue;
      }
      const handed: Decision = { ...at, verdict: "redirect", ...by, appliance: via };
      const seen = (one: State): State => ({ ...one, inspectedBy: [...one.inspectedBy, via] });
      if (via.inspect === undefined) {
        states.push(go(seen(here), handed));
        continue;
      }
      const inspected = yield* this.#split(via, way, here.boxes);
      if (inspected === undefined) return undefined;
      for (const each of inspected) {
        const own = decider(via, each.taker);
        const there = withMarks(seen(take(here, each)), via.inspect.rules, each.marks);
        const found: Decision = { ...at, verdict: "pass", ...own.by, appliance: via, inspected: true };
        if (own.action === "drop") states.push(end(note(there, handed), { ...found, verdict: "drop" }));
        else states.push(go(note(there, handed), found));
      }
    }
    return states;
  }

  *#seal(state: State, block: Encryption, at: At): Steps<readonly State[] | undefined> {
    const shares = yield* this.#split(block, "out", state.boxes);
    return shares?.map((share) => {
      const { action, key, by } = decider(block, share.taker);
      const seals = (action === "encrypt" || action === "protect") && key !== undefined;
      const here = take(state, share);
      const decision: Decision = { ...at, verdict: seals ? action : "pass", ...by };
      return go(seals ? { ...here, key, sealed: key.id } : here, decision);
    });
  }

  *#open(state: State, block: Encryption, at: At): Steps<readonly State[] | undefined> {
    if (state.key !== undefined) {
      const source = [...block.keys.values()].find(({ id }) => id === state.key?.id)?.source ?? block.source;
      if (!hasKey(block, state.key)) return [end(state, { ...at, verdict: "drop", source })];
      const { key: _, ...opened } = state;
      return [go(opened, { ...at, verdict: "decrypt", source })];
    }
    const shares = yield* this.#split(block, "in", state.boxes);
    return shares?.map((share) => {
      const { action, by } = decider(block, share.taker);
      const wanted = action === "encrypt" || action === "protect";
      const here = take(state, share);
      return wanted ? end(here, { ...at, verdict: "drop", ...by }) : go(here, { ...at, verdict: "pass", ...by });
    });
  }

  *#split(block: RuleBlock, way: Way, boxes: readonly Box[]): Steps<readonly Share[] | undefined> {
    const list = yield* this.#places.prepareEnd(block, way);
    return yield* split(list, boxes, this.#left);
  }
}

type At = Pick<Decision, "way" | "slot" | "module" | "block">;

/** Who decides in a block: a rule, the default, or the block's own habit. */
function decider(block: RuleBlock, taker: number | undefined) {
  const rule = taker === undefined ? undefined : rulesOf(block)[taker];
  const otherwise = "module" in block ? block.default : block.inspect?.default;
  const { action, key } = rule ?? otherwise ?? {};
  const by: Pick<Decision, "rule" | "default" | "source"> =
    rule !== undefined ? { rule } : otherwise !== undefined ? { default: otherwise } : { source: block.source };
  return { action, key, by };
}

const take = (state: State, { boxes }: Share): State => ({ ...state, boxes });
const note = (state: State, decision: Decision): State => ({
  ...state,
  decisions: [...state.decisions, state.outcome === "delivered" ? decision : { ...decision, unreached: true }],
});
/** The packet goes on to the next slot. */
const go = note;
/** The walk ends here. */
const end = (state: State, decision: Decision): State => ({
  ...note(state, decision),
  stopped: true,
  ...(state.outcome === "delivered" && { outcome: decision.verdict === "reject" ? "rejected" : "dropped" }),
});

function withMarks(state: State, rules: readonly Rule[], marks: readonly number[]): State {
  if (marks.length === 0) return state;
  const acted = marks.flatMap((i) => rules[i] ?? []);
  let set = state.marks;
  for (const { mark } of acted) if (mark !== undefined) set = { ...set, [mark.field]: mark.value };
  return { ...state, marks: set, marked: [...state.marked, ...acted] };
}
