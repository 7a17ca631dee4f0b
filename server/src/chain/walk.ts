/**
 * The one engine: a packet's trip, as a generator of stops over a world that it changes. Stepping it, running it to the
 * end, and running it again from a fork give the same trace.
 */
import type { Packet } from "../capture/packet.ts";
import { formatIp, formatMac, type Ip } from "../policy/addresses.ts";
import { settingOf } from "../policy/bounds.ts";
import { type Module as ModuleName, type Platform, SLOTS, type SlotNumber } from "../policy/platforms.ts";
import type { Block, Chain, Policy, Slot, Vnic } from "../policy/policy.ts";
import { describe } from "./describe.ts";
import { broadcast, isMulticast, ROUTER_MAC } from "./ethernet.ts";
import { rememberHead } from "./fragments.ts";
import { macFor, type Sending } from "./packet.ts";
import {
  type Module,
  type Seal,
  type SlotAnswer,
  type SlotPlace,
  type Steps,
  type Stop,
  Visit,
  written,
} from "./slot.ts";
import { acl } from "./slots/acl.ts";
import { dfw } from "./slots/dfw.ts";
import { encryption } from "./slots/encryption.ts";
import { redirect } from "./slots/redirect.ts";
import { swsec } from "./slots/swsec.ts";
import type { Change, Direction, Outcome, SlotTrace, Trace, Verdict, WalkOutcome, WalkTrace } from "./trace.ts";
import type { World } from "./world.ts";

const MODULES: { readonly [M in ModuleName]: Module<never> } = { acl, swsec, dfw, redirect, encryption };

/** Verdicts that end a walk, and what the walk has come to. */
const ENDS: Partial<Record<Verdict, WalkOutcome>> = {
  drop: "dropped",
  reject: "rejected",
  answer: "answered",
  blackhole: "blackholed",
};

export interface TripOptions {
  /** Stop at statements too, not only at slots. */
  readonly stepping: boolean;
  /** Stop nowhere: nobody looks, only the trace is wanted. */
  readonly quiet?: boolean;
}
const QUIET: TripOptions = { stepping: false, quiet: true };
const OUTWARD: readonly SlotNumber[] = SLOTS;
const INWARD: readonly SlotNumber[] = SLOTS.toReversed();
interface InFlight {
  packet: Packet;
  seal: Seal | undefined;
}

/** Runs steps to their end, whatever they stop at. */
export function toEnd<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Runs a trip to its end. */
export function run(world: World, sending: Sending): Trace {
  return toEnd(trip(world, sending, QUIET));
}

export function* trip(world: World, sending: Sending, options: TripOptions): Steps<Trace> {
  const { emitter } = sending;
  const flight: InFlight = { packet: sending.packet, seal: undefined };
  const walks: WalkTrace[] = [];
  const trace = (outcome: Outcome, more: Partial<Trace> = {}): Trace => ({
    packet: describe(sending.packet, world.policy),
    outcome,
    clock: world.clock,
    walks,
    ...more,
  });

  if (emitter) {
    const walk = yield* walkChain(world, emitter, "out", flight, options);
    walks.push(walk);
    if (walk.outcome !== "delivered") return trace(walk.outcome);
  }
  const { packet } = flight;
  if (!sending.receiver && isGroup(packet)) {
    const all = floodTargets(world.policy, packet, emitter, world);
    const receivers = all.slice(0, world.policy.bounds.receivers);
    for (const vnic of receivers) walks.push(yield* walkChain(world, vnic, "in", { ...flight }, options));
    const note =
      all.length === 0
        ? "no other vNIC of its segment is there to receive it"
        : `${all.length} vNICs receive it, and the first ${receivers.length} are walked (${settingOf("receivers")})`;
    return trace("flooded", all.length === 0 || all.length > receivers.length ? { note } : {});
  }
  const receiver = sending.receiver ?? receiverOf(world, packet, emitter);
  if (!receiver) {
    if (emitter) return trace("delivered", { note: `${outside(packet)}${flight.seal ? ", sealed" : ""}` });
    return trace("delivered", { note: "neither end is a vNIC of the inventory: no chain sees this packet" });
  }
  const changes = route(flight, emitter, receiver);
  if (changes === "expired")
    return trace("dropped", {
      reason: "ttl-expired",
      note: "the distributed router takes one off the TTL, and nothing is left",
    });
  walks.push(yield* walkChain(world, receiver, "in", flight, options));
  return trace((walks.at(-1) as WalkTrace).outcome, changes.length > 0 ? { changes } : {});
}

/** One walk alone, run to its end. */
export function runAt(world: World, vnic: Vnic, direction: Direction, packet: Packet): CapturedTrace {
  const walk = toEnd(walkChain(world, vnic, direction, { packet, seal: undefined }, QUIET));
  return new CapturedTrace(world, packet, [walk]);
}

/** One walk alone, as a capture at a vNIC sees it. */
export function* walkAt(
  world: World,
  vnic: Vnic,
  direction: Direction,
  packet: Packet,
  options: TripOptions,
): Steps<Trace> {
  const walk = yield* walkChain(world, vnic, direction, { packet, seal: undefined }, options);
  return new CapturedTrace(world, packet, [walk]);
}

/**
 * The packet's text is made when somebody reads it: of a capture most are not read. The getter is the class's: in an
 * object literal it would make a hidden class a trace, and each would keep its packet until V8 collects the whole heap.
 */
export class CapturedTrace implements Trace {
  readonly outcome: Outcome;
  readonly clock: number;
  readonly walks: readonly WalkTrace[];
  readonly #packet: Packet;
  readonly #policy: Policy;
  #text: string | undefined;

  constructor({ policy, clock }: World, packet: Packet, walks: readonly WalkTrace[]) {
    this.outcome = (walks.at(-1) as WalkTrace).outcome;
    this.clock = clock;
    this.walks = walks;
    this.#packet = packet;
    this.#policy = policy;
  }
  get packet(): string {
    this.#text ??= describe(this.#packet, this.#policy);
    return this.#text;
  }
}

function* walkChain(
  world: World,
  vnic: Vnic,
  direction: Direction,
  flight: InFlight,
  options: TripOptions,
): Steps<WalkTrace> {
  const chain = chainOf(world, vnic);
  if (!options.quiet)
    flight.packet = (yield { kind: "walk", ...flight, vnic, direction, chain })?.packet ?? flight.packet;
  if (!chain) {
    const note = "no chain covers this vNIC, so everything passes";
    return { vnic: vnic.id, direction, outcome: "delivered", slots: [], note };
  }

  rememberHead(world, vnic, direction, flight.packet);
  const slots: SlotTrace[] = [];
  const { lines, idle } = wayOf(chain, world.platform);
  const walk: Mutable<WalkTrace> = { vnic: vnic.id, chain: chain.name, direction, outcome: "delivered", slots };
  for (const slot of direction === "out" ? OUTWARD : INWARD) {
    const line = lines[slot];
    if (options.quiet && line?.block === undefined && flight.seal === undefined) {
      slots.push(idle[slot] as SlotTrace);
      continue;
    }
    const place: SlotPlace = { vnic, direction, chain, slot, line };
    if (!options.quiet) flight.packet = (yield { kind: "slot", ...flight, ...place })?.packet ?? flight.packet;
    const visit = new Visit(world, place, flight.packet, flight.seal, options.stepping);
    const block = line?.block;
    let answer = unasked(visit);
    if (answer === undefined && block) answer = yield* (MODULES[block.module] as Module<Block>)(block, visit);
    flight.packet = visit.packet;
    flight.seal = visit.seal;
    const decision = answer ? traceOf(visit, answer) : (idle[slot] as SlotTrace);
    slots.push(decision);
    if (!options.quiet) {
      const after: Stop = { kind: "decided", ...flight, decision, source: answer?.source, ...place };
      flight.packet = (yield after)?.packet ?? flight.packet;
    }
    const outcome = ENDS[decision.verdict];
    if (outcome) {
      walk.outcome = outcome;
      return walk;
    }
  }
  if (flight.seal && direction === "in") walk.note = "it arrives sealed";
  return walk;
}

/** A chain by slot number: its lines, and what a slot says that has none, the same object for every packet. */
interface Way {
  readonly lines: readonly (Slot | undefined)[];
  readonly idle: readonly SlotTrace[];
}
const ways = new WeakMap<Chain, Way>();
function wayOf(chain: Chain, platform: Platform): Way {
  let way = ways.get(chain);
  if (way === undefined) {
    way = { lines: SLOTS.map((slot) => chain.slots.get(slot)), idle: SLOTS.map((slot) => idleSlot(platform, slot)) };
    ways.set(chain, way);
  }
  return way;
}

/** What is answered without asking the slot's block; undefined where the block is to be asked, if there is one. */
function unasked({ place: { line, direction, slot, chain }, seal, world }: Visit): SlotAnswer | undefined {
  const block = line?.block;
  if (!line || !block) {
    // Only the end of the wire can find that a sealed packet has met nobody who could open it.
    const sealedHere = direction === "in" && slot === 15 && seal && world.platform.slots[15].module === "encryption";
    if (!sealedHere) return undefined;
    return { verdict: "drop", reason: "decrypt-failed", by: { kind: "policy", ...written(chain?.source) } };
  }
  if (!world.blocksDown.has(block.name)) return undefined;
  const by = { kind: "policy" as const, ...written(line.source) };
  return line.fail === "open"
    ? { verdict: "pass", reason: "fail-open", by, source: line.source }
    : { verdict: "drop", reason: "fail-closed", by, source: line.source };
}

/** A slot with nothing in it, or that nobody may use, passes everything. */
const idleSlot = ({ slots }: Platform, slot: SlotNumber): SlotTrace => ({
  slot,
  module: slots[slot].module ? "empty" : "reserved",
  verdict: "pass",
});

function traceOf({ place, changes, world }: Visit, answer: SlotAnswer): SlotTrace {
  const block = place.line?.block;
  const { verdict, reason, by, state, reply, appliance, disabled } = answer;
  const trace: Mutable<SlotTrace> = block
    ? { slot: place.slot, module: block.module, block: block.name, verdict, by, reason }
    : { ...idleSlot(world.platform, place.slot as SlotNumber), verdict, by, reason };
  // What is not there to tell is no property: traces are compared and printed.
  if (state !== undefined) trace.state = state;
  trace.changes = changes;
  if (disabled && disabled.length > 0) trace.disabled = disabled;
  if (reply !== undefined) trace.reply = reply;
  if (appliance !== undefined) trace.appliance = appliance;
  return trace;
}
type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** The chain that covers a vNIC, in a policy or its world. */
export function chainOf({ chains }: Pick<Policy, "chains">, vnic: Vnic): Chain | undefined {
  for (const chain of chains) if (chain.vnics.has(vnic)) return chain;
  return undefined;
}

const isGroup = ({ eth }: Packet): boolean => eth.dst === broadcast || isMulticast(eth.dst);

function receiverOf(world: World, packet: Packet, emitter: Vnic | undefined): Vnic | undefined {
  const byIp = packet.ip && world.owner(packet.ip.dst);
  if (byIp || packet.eth.dst === ROUTER_MAC) return byIp;
  const byMac = world.ownerOfMac(packet.eth.dst);
  // The router takes on what is for an address; a frame that is only for a MAC stays on its segment.
  const apart = emitter?.segment !== undefined && byMac?.segment !== undefined && emitter.segment !== byMac.segment;
  return apart ? undefined : byMac;
}

function outside({ ip }: Packet): string {
  return ip
    ? `${formatIp(ip.dst)} is no vNIC's address: the packet leaves the inventory`
    : "no vNIC of its segment has the destination's MAC: the packet leaves the inventory";
}

/** A broadcast's receivers: every other vNIC of the segment that it is sent on. */
function floodTargets(policy: Policy, packet: Packet, emitter: Vnic | undefined, world: World): Vnic[] {
  const segment = emitter ? emitter.segment : segmentOf(policy, packet, world);
  if (segment === undefined) return [];
  return [...policy.vnics.values()].filter((vnic) => vnic !== emitter && vnic.segment === segment);
}
/** From outside a segment is told by its subnet: the sender's, else the target's. */
function segmentOf(policy: Policy, { arp, ip }: Packet, world: World): string | undefined {
  const candidates = [arp?.senderIp, arp?.targetIp, ip?.src, ip?.dst].filter((a): a is Ip => a !== undefined);
  for (const address of candidates) {
    for (const { name, subnets } of policy.segments.values()) {
      const ranges: readonly Ip[] = typeof address === "bigint" ? subnets.v6 : subnets.v4;
      for (let i = 0; i < ranges.length; i += 2)
        if ((ranges[i] as Ip) <= address && address <= (ranges[i + 1] as Ip)) return name;
    }
    const owner = world.owner(address);
    if (owner?.segment !== undefined) return owner.segment;
  }
  return undefined;
}

/** Between two segments the distributed router forwards: it takes one off the TTL and rewrites both MACs. */
function route(flight: InFlight, emitter: Vnic | undefined, receiver: Vnic): readonly Change[] | "expired" {
  const { ip, eth } = flight.packet;
  if (!ip || emitter?.segment === undefined || receiver.segment === undefined || emitter.segment === receiver.segment)
    return [];
  if (ip.ttl <= 1) return "expired";
  const ttl = ip.ttl - 1;
  const dst = macFor(receiver);
  flight.packet = { ...flight.packet, eth: { ...eth, src: ROUTER_MAC, dst }, ip: { ...ip, ttl } };
  return [
    { field: ip.version === 4 ? "ip.ttl" : "ipv6.hlim", from: ip.ttl, to: ttl },
    ...macChange("eth.src", eth.src, ROUTER_MAC),
    ...macChange("eth.dst", eth.dst, dst),
  ];
}

const macChange = (field: string, from: number, to: number): Change[] =>
  from === to ? [] : [{ field, from: formatMac(from), to: formatMac(to) }];
