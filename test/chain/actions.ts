/** Random things to do to a policy's world: packets by their notation or as bytes, and the steps between them. */
import fc from "fast-check";
import { decodeFrame } from "../../server/src/capture/decode.ts";
import { makePacket, type Sending } from "../../server/src/chain/packet.ts";
import { applyStep, stepsOf } from "../../server/src/chain/scenario.ts";
import type { Direction, Trace } from "../../server/src/chain/trace.ts";
import { trip, walkAt } from "../../server/src/chain/walk.ts";
import type { World } from "../../server/src/chain/world.ts";
import { formatIp } from "../../server/src/policy/addresses.ts";
import type { Policy, Vnic } from "../../server/src/policy/policy.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";
import type { PacketText, Step, VnicRef } from "../../server/src/syntax/tree.ts";

export type Action =
  /** A step of one of the policy's own scenarios. */
  | { readonly kind: "step"; readonly step: Step }
  | { readonly kind: "send"; readonly text: string }
  /** A frame from outside or from a vNIC: random octets, or a packet of the notation with octets changed. */
  | { readonly kind: "frame"; readonly octets: Uint8Array; readonly linkType: number; readonly vnic?: string }
  | { readonly kind: "capture"; readonly octets: Uint8Array; readonly vnic: string; readonly direction: Direction }
  | { readonly kind: "wait"; readonly milliseconds: number }
  | { readonly kind: "appliance"; readonly name: string; readonly state: "up" | "hung" | "down" }
  | { readonly kind: "block"; readonly name: string; readonly down: boolean }
  | { readonly kind: "approve"; readonly vnic: string; readonly ip: number }
  | { readonly kind: "rotate"; readonly key: string };

const OUTSIDE = ["203.0.113.7", "203.0.113.66", "2001:db8::7", "224.0.0.251", "255.255.255.255", "ff02::1"];
const PORTS = [22, 23, 53, 80, 443, 3306, 8443, 40000];
const FLAGS = ["", "syn", "syn, ack", "ack", "fin, ack", "rst", "psh, ack", "fin", "syn, fin"];
const WAITS = [1, 999, 1001, 19_000, 21_000, 29_000, 31_000, 61_000, 121_000, 43_201_000];

/** Lists of actions for a policy. Few hosts and ports, so that packets meet the flows of others. */
export function actionsOf(policy: Policy): fc.Arbitrary<Action[]> {
  const vnics = [...policy.vnics.values()];
  const ids = vnics.map(({ id }) => id);
  const written = ids.map((id) =>
    id
      .split(".")
      .map((name) => JSON.stringify(name))
      .join("."),
  );
  const addresses = vnics.flatMap(({ ips }) => ips.map(formatIp));
  const host = fc.constantFrom(...written, ...addresses, ...OUTSIDE);
  const vnic = fc.constantFrom(...ids);
  const port = fc.constantFrom(...PORTS);
  const bracketed = (name: string) => (name.includes("::") ? `[${name}]` : name);
  const ends = fc.tuple(host, port, host, port).map(([a, p, b, q]) => `${bracketed(a)}:${p} -> ${bracketed(b)}:${q}`);
  const texts = fc.oneof(
    { weight: 6, arbitrary: fc.tuple(ends, fc.constantFrom(...FLAGS)).map(([e, f]) => `tcp ${e} ${f}`) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom("udp", "sctp"), ends).map(([p, e]) => `${p} ${e}`) },
    fc
      .tuple(host, host, fc.constantFrom("echo-request", "echo-reply"), fc.nat(2))
      .map(([a, b, type, id]) => `${a.includes("::") ? "icmpv6" : "icmp"} ${a} -> ${b} ${type} id ${id}`),
    fc.tuple(host, host).map(([a, b]) => `icmpv6 ${a} -> ${b} neighbor-advertisement`),
    fc.tuple(host, host, fc.nat(255)).map(([a, b, p]) => `ip/${p} ${a} -> ${b} ttl 1`),
    fc.tuple(fc.constantFrom(...addresses, ...OUTSIDE), host).map(([a, b]) => `arp request ${a} from ${b}`),
    fc
      .tuple(fc.constantFrom("discover", "request", "offer", "ack", "nak", "release"), fc.nat(9), host)
      .map(([m, n, h]) => `dhcp ${m} 10.9.0.${n} ${["offer", "ack", "nak"].includes(m) ? "to" : "from"} ${h}`),
  );
  const emitter = fc.option(fc.constantFrom(...written), { nil: undefined, freq: 4 });
  const send: fc.Arbitrary<Action> = fc
    .tuple(emitter, texts)
    .map(([from, text]) => ({ kind: "send", text: from === undefined ? text : `from ${from} ${text}` }));
  const octets = fc.oneof(fc.uint8Array({ maxLength: 120 }), nearlyIp());
  const rest: fc.Arbitrary<Action>[] = [
    fc.record({
      kind: fc.constant("frame" as const),
      octets,
      linkType: fc.constantFrom(1, 1, 1, 101, 113),
      vnic: fc.option(vnic, { nil: undefined }),
    }),
    fc.record({ kind: fc.constant("capture" as const), octets, vnic, direction: fc.constantFrom("in", "out") }),
    fc.constantFrom(...WAITS).map((milliseconds) => ({ kind: "wait" as const, milliseconds })),
    fc.record({ kind: fc.constant("approve" as const), vnic, ip: fc.constantFrom(0x0a00_010b, 0x0a09_0001) }),
  ];
  const appliances = [...policy.appliances.keys()];
  const states = fc.constantFrom("up" as const, "hung" as const, "down" as const);
  if (appliances.length > 0)
    rest.push(
      fc.record({ kind: fc.constant("appliance" as const), name: fc.constantFrom(...appliances), state: states }),
    );
  const blocks = [...policy.blocks.values()];
  if (blocks.length > 0)
    rest.push(
      fc.record({
        kind: fc.constant("block" as const),
        name: fc.constantFrom(...blocks.map(({ name }) => name)),
        down: fc.boolean(),
      }),
    );
  const keys = blocks.flatMap((b) =>
    b.module === "encryption" ? [...b.keys.keys()].map((k) => `${b.name}.${k}`) : [],
  );
  if (keys.length > 0) rest.push(fc.record({ kind: fc.constant("rotate" as const), key: fc.constantFrom(...keys) }));
  const single = fc.oneof({ weight: 8, arbitrary: send }, ...rest).map((action) => [action]);
  // Conversations that are meant to come to something: stretches of the scenarios.
  const scripts = policy.scenarios.map(({ statement }) => stepsOf(statement));
  const stretch = fc
    .tuple(fc.constantFrom(...scripts), fc.nat(), fc.nat())
    .map(([steps, from, count]) => steps.slice(from % (steps.length + 1)).slice(0, 1 + (count % 8)))
    .map((steps): Action[] => steps.map((step) => ({ kind: "step", step })));
  return fc.array(fc.oneof(single, stretch), { minLength: 1, maxLength: 20 }).map((lists) => lists.flat());
}

/** Ethernet and IP that may be sound, with lengths, protocols, fragments and headers that may not be. */
function nearlyIp(): fc.Arbitrary<Uint8Array> {
  const four = fc
    .tuple(
      fc.nat(15),
      fc.nat(0xffff),
      fc.nat(0xffff),
      fc.constantFrom(1, 6, 17, 47, 132),
      fc.uint8Array({ maxLength: 60 }),
    )
    .map(([ihl, length, fragment, protocol, rest]) => [
      ...[
        0x08,
        0x00,
        0x40 | ihl,
        0,
        length >> 8,
        length & 255,
        0,
        1,
        fragment >> 8,
        fragment & 255,
        64,
        protocol,
        0,
        0,
      ],
      ...[203, 0, 113, 7, 10, 0, 1, 11],
      ...rest,
    ]);
  const six = fc
    .tuple(fc.nat(0xffff), fc.constantFrom(0, 6, 17, 43, 44, 58, 60), fc.uint8Array({ maxLength: 80 }))
    .map(([length, next, rest]) => [0x86, 0xdd, 0x60, 0, 0, 0, length >> 8, length & 255, next, 64, ...rest]);
  const arp = fc.uint8Array({ maxLength: 30 }).map((rest) => [0x08, 0x06, 0, 1, 8, 0, 6, 4, 0, ...rest]);
  const macs = fc.constantFrom([0, 0x50, 0x56, 0xaa, 1, 0x11], [255, 255, 255, 255, 255, 255], [1, 0, 0x5e, 0, 0, 1]);
  return fc.tuple(macs, macs, fc.oneof(four, six, arp)).map(([a, b, rest]) => Uint8Array.from([...a, ...b, ...rest]));
}

/** Does an action. The trace, where it sends something. */
export function act(world: World, action: Action, stepping: boolean): Trace | { readonly error: string } | undefined {
  const { policy } = world;
  switch (action.kind) {
    case "step": {
      const { step } = action;
      if (step.kind === "send") return step.packet && send(world, step.packet, step.from, stepping);
      if (step.kind !== "replay") applyStep(world, step);
      return undefined;
    }
    case "send": {
      const { packet, from, errors } = parsePacket(action.text);
      if (!packet) throw new Error(`${action.text}: ${errors[0]?.message}`);
      return send(world, packet, from, stepping);
    }
    case "frame": {
      const packet = decodeFrame(action.octets, action.linkType);
      const sending: Sending = { packet, emitter: action.vnic === undefined ? undefined : vnicOf(policy, action.vnic) };
      return toEnd(trip(world, sending, { stepping }));
    }
    case "capture":
      return toEnd(
        walkAt(world, vnicOf(policy, action.vnic), action.direction, decodeFrame(action.octets, 1), { stepping }),
      );
    case "wait":
      world.clock += action.milliseconds;
      return undefined;
    case "appliance":
      world.appliances.set(action.name, action.state);
      return undefined;
    case "block":
      if (action.down) world.blocksDown.set(action.name, true);
      else world.blocksDown.delete(action.name);
      return undefined;
    case "approve":
      world.approve(vnicOf(policy, action.vnic), action.ip);
      return undefined;
    case "rotate":
      world.epochs.set(action.key, (world.epochs.get(action.key) ?? 1) + 1);
      return undefined;
  }
}

function send(world: World, packet: PacketText, from: VnicRef | undefined, stepping: boolean) {
  const sending = makePacket(world, packet, from);
  return "error" in sending ? sending : toEnd(trip(world, sending, { stepping }));
}

const vnicOf = (policy: Policy, id: string): Vnic => policy.vnics.get(id) as Vnic;

function toEnd(steps: ReturnType<typeof trip>): Trace {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
