/**
 * Which rule does a packet hit: the classifier beside the naive scan over the same rules, on three kinds of policies:
 * shaped as NSX's, adverse (everything overlaps, the first hit comes early), and as ClassBench's, these beside
 * TupleMerge, too. Processor time in nanoseconds a packet; every answer of the scan and of TupleMerge is compared.
 */
import type { Packet } from "../server/src/capture/packet.ts";
import { indexOf } from "../server/src/chain/firstMatch.ts";
import { type Asked, ownersOf, ruleMatches } from "../server/src/chain/match.ts";
import { World } from "../server/src/chain/world.ts";
import { compilePolicy } from "../server/src/policy/compile.ts";
import type { Dfw, Policy, Rule, Vnic } from "../server/src/policy/policy.ts";
import { loadProgram } from "../server/src/policy/program.ts";
import { Classifier } from "../server/src/space/classifier/classifier.ts";
import { parseFile } from "../server/src/syntax/document.ts";
import { cpu, cpuEach, type Figure } from "./figure.ts";
import { generatePolicy, nsxShape, randomFrom } from "./policies.ts";
import { adversePolicy, classBenchPolicy } from "./ruleSets.ts";
import { TUPLE_MERGE, tupleMerge } from "./tupleMerge.ts";

const PACKETS = 50_000;
/** Passes over them before time is taken. */
const WARM = 5;

const SETS: Readonly<Record<string, (rules: number) => string>> = {
  nsx: (rules) => generatePolicy(nsxShape(rules)),
  adverse: adversePolicy,
  classbench: classBenchPolicy,
};

/** Packets whose ends and ports are those of rules, from their corners and insides, and some that are nobody's. */
function packetsFor(policy: Policy, rules: readonly Rule[], count: number): Asked[] {
  const random = randomFrom(7);
  const below = (n: number) => Math.floor(random() * n);
  const world = World.start(policy);
  const vnics = [...policy.vnics.values()];
  const ip = (set: Rule["from"]): number => {
    const ranges = set && !set.any ? set.addresses.v4 : [];
    if (ranges.length === 0) return below(2 ** 32);
    const at = 2 * below(ranges.length / 2);
    const [low, high] = [ranges[at] as number, ranges[at + 1] as number];
    return low + below(high - low + 1);
  };
  return Array.from({ length: count }, () => {
    const rule = rules[below(rules.length)] as Rule;
    const other = below(4) === 0 ? (rules[below(rules.length)] as Rule) : rule;
    const service = rule.services?.[0];
    const protocol = service?.layer === "ip" ? service.protocol : 6;
    const ports = service && "ports" in service ? service.ports : undefined;
    const dstPort = ports === undefined ? below(65536) : (ports[0] as number);
    const packet = {
      eth: { src: 1, dst: 2, type: 0x0800, tags: [] },
      ip: { version: 4, src: ip(rule.from), dst: ip(other.to), protocol },
      ...(protocol === 17 ? { udp: { srcPort: 40_000, dstPort } } : { tcp: { srcPort: 40_000, dstPort } }),
    } as unknown as Packet;
    const vnic = (vnics[below(vnics.length)] ?? {}) as Vnic;
    return {
      world,
      packet,
      vnic,
      direction: below(2) === 0 ? "in" : "out",
      layer: "ip",
      owners: ownersOf(world, packet),
    };
  });
}

const scan = (rules: readonly Rule[], asked: Asked): number => {
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index] as Rule;
    if (!rule.disabled && ruleMatches(rule, asked)) return index;
  }
  return rules.length;
};

function measure(set: string, count: number) {
  const document = parseFile("bench.iochain", (SETS[set] as (rules: number) => string)(count));
  const policy = compilePolicy(loadProgram("bench.iochain", () => document));
  const rules = (policy.blocks.get("fw") as Dfw).ipRules;
  const packets = packetsFor(policy, rules, PACKETS);
  // A packet that no rule takes comes to every stretch of the list, so that each has its index. Of one without a port
  // an index is never certain.
  const build = cpu(1, () =>
    new Classifier(rules).first({ src: 0x0a01_0101, dst: 0x0a01_0101, protocol: 6 }, 0, () => false, undefined),
  );
  // As the engine answers: it reads a list until an index is worth its making, and remembers where that is long.
  const ask = (some: readonly Asked[]) => some.map((asked) => indexOf(rules, 0, asked));
  let answers: number[] = [];
  for (let i = 0; i < WARM; i++) answers = ask(packets);
  const distinct = cpuEach(PACKETS, 5, () => ask(packets));
  const few = packets.slice(0, 1000);
  const repeated = cpuEach(PACKETS, 5, () => {
    for (let i = 0; i < PACKETS; i += few.length) ask(few);
  });
  // As many of the same packets as are read in a second or so.
  const depth = answers.reduce((sum, index) => sum + index + 1, 0) / PACKETS;
  const scanned = packets.slice(0, Math.max(200, Math.min(PACKETS, Math.floor(4e7 / depth))));
  let read: number[] = [];
  const naive = cpuEach(scanned.length, 3, () => {
    read = scanned.map((asked) => scan(rules, asked));
  });
  const peer =
    set === "classbench"
      ? tupleMerge(
          rules,
          packets.map(({ packet }) => packet),
        )
      : undefined;
  const differences = [read, peer?.answers ?? []].map((of) => of.filter((index, i) => index !== answers[i]).length);
  return { build, distinct, repeated, naive, merged: peer?.time, differences };
}

/** All three sets at each size; an answer that is not the scan's ends the bench. */
export async function whichRule(sizes: readonly number[]): Promise<Figure[]> {
  return Object.keys(SETS).flatMap((set) =>
    sizes.flatMap((size) => {
      const { build, distinct, repeated, naive, merged, differences } = measure(set, size);
      if (differences.some((count) => count > 0))
        throw new Error(
          `${set}, ${size} rules: ${differences.join(" and ")} answers are not the scan's and TupleMerge's`,
        );
      const figure = (what: string, subject: string, value: number, unit: "ms" | "ns"): Figure => ({
        suite: "which rule",
        what: `${set}: ${what}`,
        subject,
        size,
        value,
        unit,
      });
      return [
        figure("distinct packets", "IOChain", distinct, "ns"),
        figure("distinct packets", "linear scan", naive, "ns"),
        ...(merged === undefined ? [] : [figure("distinct packets", TUPLE_MERGE, merged, "ns")]),
        figure("the same packets again", "IOChain", repeated, "ns"),
        figure("build", "IOChain", build, "ms"),
      ];
    }),
  );
}
