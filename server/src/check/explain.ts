/**
 * The fate of a class of packets, split where it splits: of all that `from` can send `to`, which parts are delivered
 * and which are stopped, by which rules at either end. Each part comes with a packet of it, and the engine's trace of
 * that packet.
 */

import { makePacket } from "../chain/packet.ts";
import type { Trace } from "../chain/trace.ts";
import { run } from "../chain/walk.ts";
import { World } from "../chain/world.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { rangesOverlap, subtractRanges } from "../policy/ranges.ts";
import { type Box, DESTINATION, narrow, type Point, SOURCE, type Values } from "../space/box.ts";
import { ClauseResolver } from "../space/clauses.ts";
import { type Decision, type Fate, type FateClass, fatesOf, sourceOf } from "../space/fates.ts";
import { type Budget, findPacket } from "../space/find.ts";
import { idOf } from "../space/identity.ts";
import { Meaning, onRealPlane } from "../space/meaning.ts";
import { Places } from "../space/places.ts";
import { openers, Trips } from "../space/trips.ts";
import { readableWitness } from "../space/witness.ts";
import { type BoxText, merged, Words } from "../space/words.ts";
import { lineOf } from "../syntax/document.ts";
import { parsePacket } from "../syntax/packetText.ts";
import type { Steps } from "../syntax/steps.ts";
import { type QueryProblem, type QueryText, readQuery } from "./query.ts";
import { sameVnic } from "./sets/ends.ts";

/** What decided at a slot, as printed. Lines from 1. */
export interface DecidedBy {
  readonly direction: "in" | "out";
  readonly slot: number;
  readonly module: string;
  readonly block?: string;
  readonly verdict: string;
  readonly kind: "rule" | "default" | "policy";
  readonly id?: number;
  readonly name?: string;
  readonly file?: string;
  readonly line?: number;
  readonly appliance?: string;
  /** False: the packet was stopped before it, at the other end. */
  readonly reached: boolean;
}
/** Packets of one fate: every one of `from` to every one of `to` with every one of `service`, but no vNIC to itself. */
export interface Explained extends BoxText {
  readonly family: "ipv4" | "ipv6";
  readonly verdict: "allowed" | "blocked";
  readonly outcome: Fate["outcome"];
  /** Equal numbers, equal fates. */
  readonly fate: number;
  /** What stopped it; of what is delivered, what let it through last. */
  readonly decidedBy?: DecidedBy;
  /** The rules and defaults that matter, those that jump included, at both ends, in walking order. */
  readonly rules: readonly DecidedBy[];
  readonly inspectedBy: readonly string[];
  /** The key's id. */
  readonly sealed?: number;
  /** A packet of the class, as after `send`. */
  readonly witness: string;
  /** What the engine does with it. */
  readonly trace?: Trace;
}
export interface Explanation {
  readonly verdict: "allowed" | "blocked" | "mixed" | "none";
  readonly classes: readonly Explained[];
  /** False: the question is too large, and what is not in `classes` is not decided. */
  readonly complete: boolean;
  /** Why there is no class at all, or what is missing. */
  readonly note?: string;
}

/** How much one question may cost: some seconds at the worst. */
const WORK = 150_000_000;
/** Classes beyond this help nobody, and are counted only. */
const MOST = 2000;

/** Undefined steps are places to pause. */
export function* explain(
  program: Program,
  policy: Policy,
  text: QueryText,
): Steps<Explanation | { readonly problems: readonly QueryProblem[] }> {
  const query = readQuery(program, policy, text);
  if ("problems" in query) return query;
  yield;
  const boxes = new ClauseResolver(policy).packets(query.clauses, new Meaning(policy, true));
  return yield* new Explainer(policy).explain(boxes);
}

class Explainer {
  readonly #policy: Policy;
  readonly #places: Places;
  readonly #trips: Trips;
  readonly #words: Words;
  readonly #fates = new Map<string, number>();

  constructor(policy: Policy) {
    this.#policy = policy;
    // Rules act as they were compiled, whatever errors stand in them: so they do in the engine.
    this.#places = new Places(policy, false, () => false);
    this.#trips = new Trips(this.#places);
    this.#words = new Words(this.#places.meaning);
  }

  *explain(boxes: readonly Box[]): Steps<Explanation> {
    if (boxes.length === 0) return none("no packet is of these: the two ends and the service have nothing in common");
    const left: Budget = { steps: Number.POSITIVE_INFINITY, work: WORK };
    const classes: Explained[] = [];
    let complete = true;
    for (const route of this.#trips.between(boxes)) {
      const found = yield* fatesOf(this.#places, route, left, true);
      if (found === undefined) {
        complete = false;
        break;
      }
      for (const each of byFate(found)) {
        yield;
        classes.push(...this.#told(each));
      }
      if (classes.length > MOST) {
        complete = false;
        break;
      }
    }
    if (classes.length === 0 && complete) return none(this.#whyNone(boxes));
    const verdicts = new Set(classes.map(({ verdict }) => verdict));
    const [only] = verdicts;
    return {
      verdict: verdicts.size === 1 && complete ? (only as Explained["verdict"]) : "mixed",
      classes: classes.sort((a, b) => a.fate - b.fate),
      complete,
      ...(!complete && {
        note: `the question is too large: these are the first ${classes.length} classes, and the rest is not decided`,
      }),
    };
  }

  #whyNone(boxes: readonly Box[]): string {
    const real = (box: Box, field: number) => onRealPlane(box.fields[field] as Values).length > 0;
    if (!boxes.some((box) => real(box, DESTINATION)))
      return "no packet is of these: nobody knows where the receiver is, for its address is only learned";
    const inside = boxes.some(
      ({ layer, fields }) =>
        layer !== "ethernet" &&
        [SOURCE, DESTINATION].some((end) =>
          rangesOverlap(fields[end] as Values, this.#places.meaning.held(this.#places.allVnics, layer)),
        ),
    );
    return inside
      ? "no packet is of these: a vNIC sends nothing to itself, and what answers or reports opens no connection"
      : "no packet is of these: neither end is a vNIC of the inventory, so no chain sees it";
  }

  #told({ route, boxes, fate }: FateClass): Explained[] {
    const decisions = fate.decisions.flatMap((each) => [...jumpOf(each), decidedBy(each)]);
    const number = this.#number(fate);
    return merged(boxes).flatMap((whole): Explained[] => {
      const box = this.#withoutSelf(whole);
      const packet = box && this.#witness(box);
      if (box === undefined || packet === undefined) return [];
      const witness = this.#trips.send(packet);
      const trace = traceOf(this.#policy, witness);
      const stopped = fate.outcome !== "delivered";
      const rules = decisions.filter(
        ({ kind, verdict }) => kind !== "policy" || verdict === "drop" || verdict === "reject",
      );
      const decided = deciding(fate);
      return [
        {
          ...this.#words.box(box, route),
          family: box.layer === 6 ? "ipv6" : "ipv4",
          verdict: stopped ? "blocked" : "allowed",
          outcome: fate.outcome,
          fate: number,
          ...(decided && { decidedBy: decidedBy(decided) }),
          rules,
          inspectedBy: stopped ? [] : fate.inspectedBy.map(({ name }) => name),
          ...(!stopped && fate.sealed !== undefined && { sealed: fate.sealed }),
          witness,
          ...(trace && { trace }),
        },
      ];
    });
  }

  #number(fate: Fate): number {
    const key = fateKey(fate);
    let number = this.#fates.get(key);
    if (number === undefined) {
      number = this.#fates.size + 1;
      this.#fates.set(key, number);
    }
    return number;
  }

  /** Without what one vNIC would send to itself, as far as that is a whole end of the box; undefined: nothing is left. */
  #withoutSelf(box: Box): Box | undefined {
    if (box.layer === "ethernet") return undefined;
    let now = box;
    for (const [one, other] of [
      [DESTINATION, SOURCE],
      [SOURCE, DESTINATION],
    ] as const) {
      const holder = this.#places.meaning.soleHolder((now.fields[one] as Values)[0] as number);
      if (holder === undefined) continue;
      const held = this.#places.meaning.heldByOne(holder, box.layer);
      if (subtractRanges(now.fields[one] as Values, held).length > 0) continue;
      const rest = subtractRanges(now.fields[other] as Values, held);
      if (rest.length === 0) return undefined;
      const narrowed = narrow(now, other, rest);
      if (narrowed === undefined) return undefined;
      now = narrowed;
    }
    return now;
  }

  #witness(box: Box): Point | undefined {
    for (const part of openers([box])) {
      const found = findPacket([part], [], { steps: 10_000, work: WORK }, { sameEnd: sameVnic(this.#places) });
      if (found.kind !== "packet") continue;
      const wanted = readableWitness(found.box, this.#policy);
      const same = sameVnic(this.#places)(wanted.values[SOURCE] as number, wanted.values[DESTINATION] as number);
      return same === undefined ? wanted : found.packet;
    }
    return undefined;
  }
}

const none = (note: string): Explanation => ({ verdict: "none", classes: [], complete: true, note });

/** The classes of one route, those of equal fate together. */
function byFate(classes: readonly FateClass[]): FateClass[] {
  const together = new Map<string, FateClass>();
  for (const each of classes) {
    const key = fateKey(each.fate);
    const same = together.get(key);
    together.set(key, same === undefined ? each : { ...same, boxes: [...same.boxes, ...each.boxes] });
  }
  return [...together.values()];
}

const fateKey = ({ outcome, decisions }: Fate): string =>
  `${outcome} ${decisions
    .map((each) =>
      [
        each.way,
        each.slot,
        each.verdict,
        ...[each.jumped?.source.statement, sourceOf(each)?.statement, each.appliance].map(idOf),
      ].join(":"),
    )
    .join(" ")}`;

/** What stopped the packet; of what is delivered, the firewall that let it through last. */
export function deciding({ outcome, decisions }: Fate): Decision | undefined {
  const met = decisions.filter(({ unreached }) => !unreached);
  const firewall = outcome === "delivered" ? met.findLast(({ module }) => module === "dfw") : undefined;
  return firewall ?? met.at(-1);
}

export function decidedBy(decision: Decision): DecidedBy {
  const { way, slot, module, block, verdict, rule, appliance } = decision;
  const source = sourceOf(decision);
  return {
    direction: way,
    slot,
    module,
    ...(block !== undefined && { block }),
    verdict,
    kind: rule ? "rule" : decision.default ? "default" : "policy",
    ...(rule && { id: rule.id }),
    ...(rule?.title !== undefined && { name: rule.title }),
    ...(source && { file: source.uri, line: lineOf(source.statement) }),
    ...(appliance && { appliance: appliance.name }),
    reached: decision.unreached === undefined,
  };
}

/** The rule by which a packet came to the one that decided. */
const jumpOf = ({ jumped, unreached, ...at }: Decision): DecidedBy[] =>
  jumped === undefined
    ? []
    : [decidedBy({ ...at, verdict: "jump-to-application", rule: jumped, ...(unreached && { unreached }) })];

/** What the engine does with a packet, as it stands after `send`, at the start of a scenario. */
export function traceOf(policy: Policy, text: string): Trace | undefined {
  const { packet, from } = parsePacket(text);
  if (!packet) return undefined;
  const world = World.start(policy);
  const sending = makePacket(world, packet, from);
  return "error" in sending ? undefined : run(world, sending);
}
