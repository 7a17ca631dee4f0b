/** What must hold of every trip: stepping it, running it and going back to it are the same; nothing ever throws. */
import { readFileSync } from "node:fs";
import path from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { makePacket } from "../../server/src/chain/packet.ts";
import { replayFrame } from "../../server/src/chain/replay.ts";
import { applyStep } from "../../server/src/chain/scenario.ts";
import type { Stop } from "../../server/src/chain/slot.ts";
import type { Trace } from "../../server/src/chain/trace.ts";
import { run, trip } from "../../server/src/chain/walk.ts";
import { World } from "../../server/src/chain/world.ts";
import type { Vnic } from "../../server/src/policy/policy.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";
import type { Step } from "../../server/src/syntax/tree.ts";
import { policyOf } from "../policy/programs.ts";

const text = readFileSync(path.join(import.meta.dirname, "policies/everything.iochain"), "utf8");
const policy = policyOf(text);
const vnics = [...policy.vnics.values()];

/** Something that happens to a world: a packet in the notation, or one of the policy's own steps. */
type Event = { readonly send: string } | { readonly step: Step } | { readonly wait: number };

const host = fc.constantFrom("web-01", "web-02", "db-01", "lease-01", "203.0.113.7", "203.0.113.66", "10.0.1.99");
const port = fc.constantFrom(22, 53, 80, 443, 3306, 1000, 1001);
const flags = fc.constantFrom(
  "",
  "syn",
  "syn, ack",
  "ack",
  "psh, ack",
  "fin, ack",
  "rst",
  "rst, ack",
  "syn, fin",
  "fin",
);
const from = fc.constantFrom("", "", "", "from web-01.eth0 ", "from db-01.eth0 ");
const send: fc.Arbitrary<Event> = fc
  .oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(host, port, host, port, flags).map(([a, p, b, q, f]) => `tcp ${a}:${p} -> ${b}:${q} ${f}`),
    },
    fc.tuple(host, port, host, port).map(([a, p, b, q]) => `udp ${a}:${p} -> ${b}:${q}`),
    fc
      .tuple(host, host, fc.constantFrom("echo-request", "echo-reply"))
      .map(([a, b, t]) => `icmp ${a} -> ${b} ${t} id 7`),
    fc.tuple(host, host).map(([a, b]) => `ip/gre ${a} -> ${b} ttl 1`),
    fc
      .tuple(host, fc.constantFrom("10.0.1.11", "10.0.1.12", "10.0.1.200"))
      .map(([a, b]) => `arp request ${b} from ${a}`),
    fc.constantFrom(
      "dhcp discover from lease-01",
      "dhcp ack 10.0.1.50 to lease-01",
      "dhcp offer 10.0.1.50 to lease-01",
    ),
    host.map((a) => `udp ${a}:1 -> 224.0.0.251:5353`),
  )
  .chain((packet) => from.map((who) => ({ send: who + packet })));
const steps = (policy.scenarios[0]?.statement.children ?? []) as Step[];
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 8, arbitrary: send },
  fc.constantFrom(...steps).map((step) => ({ step })),
  fc.constantFrom(10, 1000, 20_000, 121_000).map((wait) => ({ wait })),
);
const events = fc.array(event, { maxLength: 25 });

/** Plays an event; of a packet, `walk` makes the trace. */
function play(world: World, what: Event, walk: (world: World, what: string) => Trace | undefined): Trace | undefined {
  if ("send" in what) return walk(world, what.send);
  if ("wait" in what) world.clock += what.wait;
  else applyStep(world, what.step as Exclude<Step, { kind: "send" | "replay" }>);
  return undefined;
}
function sending(world: World, what: string) {
  const parsed = parsePacket(what);
  if (!parsed.packet || parsed.errors.length > 0) throw new Error(`${what}: ${parsed.errors[0]?.message}`);
  return makePacket(world, parsed.packet, parsed.from);
}
function running(world: World, what: string): Trace | undefined {
  const made = sending(world, what);
  return "error" in made ? undefined : run(world, made);
}
function stepping(world: World, what: string, look?: (stop: Stop) => void): Trace | undefined {
  const made = sending(world, what);
  if ("error" in made) return undefined;
  const steps = trip(world, made, { stepping: true });
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    look?.(step.value);
  }
}

describe("a trip", () => {
  test("is the same whether it is stepped or run", () => {
    fc.assert(
      fc.property(events, (all) => {
        const one = World.start(policy);
        const other = World.start(policy);
        for (const what of all) {
          expect(play(other, what, stepping)).toEqual(play(one, what, running));
          expect(other.digest()).toBe(one.digest());
        }
      }),
      { numRuns: 150 },
    );
  });

  test("leaves a fork alone, and goes the same way again from it", () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const world = World.start(policy);
        for (const what of before) play(world, what, running);
        const fork = world.fork();
        const second = world.fork();
        const was = world.digest();
        const traces = after.map((what) => play(world, what, running));
        expect(fork.digest()).toBe(was);
        expect(after.map((what) => play(fork, what, running))).toEqual(traces);
        expect(fork.digest()).toBe(world.digest());
        expect(second.digest()).toBe(was);
      }),
      { numRuns: 150 },
    );
  });

  test("stops at what it then decides: walk, slots in order, statements inside, the decision", () => {
    fc.assert(
      fc.property(events, (all) => {
        const world = World.start(policy);
        for (const what of all) {
          const stops: Stop[] = [];
          const trace = play(world, what, (at, packet) => stepping(at, packet, (stop) => stops.push(stop)));
          if (!trace) continue;
          const decided = stops.flatMap((stop) => (stop.kind === "decided" ? [stop.decision] : []));
          expect(decided).toEqual(trace.walks.flatMap((walk) => walk.slots));
          expect(stops.filter((stop) => stop.kind === "walk").length).toBe(trace.walks.length);
          let open = false;
          for (const stop of stops) {
            if (stop.kind === "slot") open = true;
            if (stop.kind === "statement") expect(open).toBe(true);
            if (stop.kind === "decided") open = false;
          }
        }
      }),
      { numRuns: 80 },
    );
  });

  test("goes on with the packet that is put in its place", () => {
    const world = World.start(policy);
    const made = sending(world, "tcp 203.0.113.7:1000 -> web-01:23");
    if ("error" in made) throw new Error(made.error);
    const steps = trip(world, made, { stepping: true });
    let step = steps.next();
    while (!step.done && !(step.value.kind === "slot" && step.value.slot === 2)) step = steps.next();
    const { packet } = step.value as Stop;
    step = steps.next({
      packet: { ...packet, tcp: { ...(packet.tcp as NonNullable<typeof packet.tcp>), dstPort: 443 } },
    });
    while (!step.done) step = steps.next();
    expect(step.value.walks[0]?.slots.find(({ slot }) => slot === 2)?.by).toMatchObject({ kind: "rule", id: 1001 });
  });
});

describe("nothing throws", () => {
  test("whatever octets arrive at a vNIC", () => {
    const header = fc.constantFrom(
      "005056aa0111025056564452080045000028",
      "005056aa011102505656445286dd60000000",
      "025056564452005056aa01110806000108000604",
      "ffffffffffff005056aa01110800450000",
      "",
    );
    const octets = fc
      .tuple(header, fc.uint8Array({ maxLength: 90 }))
      .map(([hex, rest]) => Uint8Array.from([...Buffer.from(hex, "hex"), ...rest]));
    fc.assert(
      fc.property(fc.array(octets, { maxLength: 20 }), (frames) => {
        const world = World.start(policy);
        for (const [index, data] of frames.entries()) {
          const frame = {
            number: index + 1,
            time: BigInt(index) * 1_000_000n,
            interface: 0,
            linkType: 1,
            data,
            originalLength: data.length,
          };
          for (const vnic of vnics) replayFrame(world, vnic as Vnic, frame, 0, 0n);
          run(world, {
            packet: decodeFrame(data, 1),
            ...(index % 2 === 0 && { emitter: vnics[index % vnics.length] as Vnic }),
          });
        }
      }),
      { numRuns: 150 },
    );
  });
});
