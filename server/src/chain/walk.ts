/**
 * The one engine: a packet's trip, as a generator of stops over a world that it changes. Stepping it, running it to the
 * end, and running it again from a fork give the same trace.
 */
import type { Packet } from "../capture/packet.ts";
import { formatIp, formatMac, type Ip } from "../policy/addresses.ts";
import { type Module as ModuleName, type Platform, SLOTS, type SlotNumber } from "../policy/platforms.ts";
import type { Block, Chain, Policy, Vnic } from "../policy/policy.ts";
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
  const trace = (outcome: Outcome, more: Partial<Trace> = {}): Trace =>
    described(world, sending.packet, { outcome, clock: world.clock, walks, ...more });

  if (emitter) {
    const walk = yield* walkChain(world, emitter, "out", flight, options);
    walks.push(walk);
    if (walk.outcome !== "delivered") return trace(walk.outcome);
  }
  const { packet } = flight;
  if (!sending.receiver && isGroup(packet)) {
    const receivers = floodTargets(world.policy, packet, emitter, world);
    for (const vnic of receivers) walks.push(yield* walkChain(world, vnic, "in", { ...flight }, options));
    return trace(
      "flooded",
      receivers.length === 0 ? { note: "no other vNIC of its segment is there to receive it" } : {},
    );
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
export const runAt = (world: World, vnic: Vnic, direction: Direction, packet: Packet): Trace =>
  toEnd(walkAt(world, vnic, direction, packet, QUIET));

/** One walk alone, as a capture at a vNIC sees it. */
export function* walkAt(
  world: World,
  vnic: Vnic,
  direction: Direction,
  packet: Packet,
  options: TripOptions,
): Steps<Trace> {
  const walk = yield* walkChain(world, vnic, direction, { packet, seal: undefined }, options);
  return described(world, packet, { outcome: walk.outcome, clock: world.clock, walks: [walk] });
}

/** The packet's text is made when somebody reads it: of a capture most are not read. */
function described({ policy }: World, packet: Packet, trace: Omit<Trace, "packet">): Trace {
  let text: string | undefined;
  return {
    get packet() {
      text ??= describe(packet, policy);
      return text;
    },
    ...trace,
  };
}

function* walkChain(
  world: World,
  vnic: Vnic,
  direction: Direction,
  flight: InFlight,
  options: TripOptions,
): Steps<WalkTrace> {
  const chain = chainOf(world.policy, vnic);
  if (!options.quiet)
    flight.packet = (yield { kind: "walk", packet: flight.packet, vnic, direction, chain })?.packet ?? flight.packet;
  const head = { vnic: vnic.id, ...(chain && { chain: chain.name }), direction };
  if (!chain)
    return { ...head, outcome: "delivered", slots: [], note: "no chain covers this vNIC, so everything passes" };

  rememberHead(world, vnic, direction, flight.packet);
  const slots: SlotTrace[] = [];
  for (const slot of direction === "out" ? OUTWARD : INWARD) {
    const place: SlotPlace = { vnic, direction, chain, slot, line: chain.slots.get(slot) };
    const idle = place.line?.block === undefined && flight.seal === undefined;
    if (options.quiet && idle) {
      slots.push(idleSlot(world.policy, slot));
      continue;
    }
    if (!options.quiet)
      flight.packet = (yield { kind: "slot", packet: flight.packet, ...place })?.packet ?? flight.packet;
    const visit = new Visit(world, place, flight.packet, flight.seal, options.stepping);
    const answer = yield* decide(world.policy, visit);
    flight.packet = visit.packet;
    flight.seal = visit.seal;
    const decision = traceOf(world.policy, visit, answer);
    slots.push(decision);
    if (!options.quiet) {
      const after: Stop = { kind: "decided", packet: flight.packet, decision, source: answer?.source, ...place };
      flight.packet = (yield after)?.packet ?? flight.packet;
    }
    const outcome = ENDS[decision.verdict];
    if (outcome) return { ...head, outcome, slots };
  }
  return {
    ...head,
    outcome: "delivered",
    slots,
    ...(flight.seal && direction === "in" && { note: "it arrives sealed" }),
  };
}

/** What the slot answers; undefined where it is empty or reserved. */
function* decide(policy: Policy, visit: Visit): Steps<SlotAnswer | undefined> {
  const { line, direction, slot } = visit.place;
  const block = line?.block;
  if (!line || !block) {
    // Only the end of the wire can find that a sealed packet has met nobody who could open it.
    const sealedHere =
      direction === "in" && slot === 15 && visit.seal && policy.platform.slots[15].module === "encryption";
    if (!sealedHere) return undefined;
    const { chain } = visit.place;
    return { verdict: "drop", reason: "decrypt-failed", by: { kind: "policy", ...written(chain?.source) } };
  }
  if (visit.world.blocksDown.has(block.name)) {
    const by = { kind: "policy" as const, ...written(line.source) };
    return line.fail === "open"
      ? { verdict: "pass", reason: "fail-open", by, source: line.source }
      : { verdict: "drop", reason: "fail-closed", by, source: line.source };
  }
  const module = MODULES[block.module] as Module<Block>;
  return yield* module(block, visit);
}

/** A slot with nothing in it, or that nobody may use, passes everything. The same object for every packet. */
function idleSlot({ platform }: Policy, slot: SlotNumber): SlotTrace {
  let idle = idleSlots.get(platform);
  if (idle === undefined) {
    idle = SLOTS.map((number) => ({
      slot: number,
      module: platform.slots[number].module ? "empty" : "reserved",
      verdict: "pass",
    }));
    idleSlots.set(platform, idle);
  }
  return idle[slot] as SlotTrace;
}
const idleSlots = new WeakMap<Platform, readonly SlotTrace[]>();

function traceOf(policy: Policy, { place, changes }: Visit, answer: SlotAnswer | undefined): SlotTrace {
  const { slot, line } = place;
  const block = line?.block;
  const idle = idleSlot(policy, slot as SlotNumber);
  if (!answer) return idle;
  const what = block ? { module: block.module, block: block.name } : { module: idle.module };
  const { verdict, reason, by, state, reply, appliance, disabled } = answer;
  return {
    slot,
    ...what,
    verdict,
    ...(by && { by }),
    reason,
    ...(state !== undefined && { state }),
    changes: [...changes],
    ...(disabled && disabled.length > 0 && { disabled }),
    ...(reply !== undefined && { reply }),
    ...(appliance !== undefined && { appliance }),
  };
}

export function chainOf({ chains }: Policy, vnic: Vnic): Chain | undefined {
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
