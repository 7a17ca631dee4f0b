/**
 * Which rule does a packet hit: the classifier beside the naive scan over the same rules, on three kinds of policies:
 * shaped as NSX's, adverse (everything overlaps, the first hit comes early), and as ClassBench's. Processor time in
 * nanoseconds a packet; every answer of the scan is compared.
 *
 *     node --experimental-transform-types bench/whichRule.ts [rules …]
 */
import type { Packet } from "../server/src/capture/packet.ts";
import { classify } from "../server/src/chain/firstMatch.ts";
import { type Asked, ownersOf, ruleMatches } from "../server/src/chain/match.ts";
import { Memo } from "../server/src/chain/memo.ts";
import { World } from "../server/src/chain/world.ts";
import { compilePolicy } from "../server/src/policy/compile.ts";
import type { Dfw, Policy, Rule, Vnic } from "../server/src/policy/policy.ts";
import { loadProgram } from "../server/src/policy/program.ts";
import { Classifier } from "../server/src/space/classifier/classifier.ts";
import { parseFile } from "../server/src/syntax/document.ts";
import type { Figure } from "./figure.ts";
import { generatePolicy, nsxShape, randomFrom } from "./policies.ts";
import { adversePolicy, classBenchPolicy } from "./ruleSets.ts";

export interface Measured {
  readonly set: string;
  readonly rules: number;
  /** Until the first answer, and until every stretch of the list has its index. */
  readonly buildMs: number;
  readonly buildAllMs: number;
  /** Nanoseconds of processor time a packet. */
  readonly classifier: number;
  /** The same packets again and again. */
  readonly repeated: number;
  readonly naive: number;
  readonly differences: number;
}

const PACKETS = 50_000;

const SETS: Readonly<Record<string, (rules: number) => string>> = {
  nsx: (rules) => generatePolicy(nsxShape(rules)),
  adverse: adversePolicy,
  classbench: classBenchPolicy,
};

const cpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
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
  return -1;
};

export function measure(set: string, count: number): Measured {
  const document = parseFile("bench.iochain", (SETS[set] as (rules: number) => string)(count));
  const policy = compilePolicy(loadProgram("bench.iochain", () => document));
  const rules = (policy.blocks.get("fw") as Dfw).ipRules;
  const packets = packetsFor(policy, rules, PACKETS);
  let from = cpu();
  const classifier = new Classifier(rules);
  classify(classifier, rules, 0, packets[0] as Asked);
  const buildMs = (cpu() - from) / 1000;
  from = cpu();
  // A packet that no rule takes comes to every stretch.
  new Classifier(rules).first({ src: 0x0a01_0101, dst: 0x0a01_0101, protocol: 6, port: 7 }, 0, () => false);
  const buildAllMs = (cpu() - from) / 1000;
  const answers = packets.map((asked) => classify(classifier, rules, 0, asked));
  const timed = (asked: readonly Asked[], times: number, find: (asked: Asked) => number) => {
    const runs: number[] = [];
    for (let run = 0; run < times; run++) {
      from = cpu();
      for (let i = 0; i < asked.length; i++) find(asked[i] as Asked);
      runs.push(((cpu() - from) * 1000) / asked.length);
    }
    return runs.sort((a, b) => a - b)[times >> 1] as number;
  };
  const classified = timed(packets, 5, (asked) => classify(classifier, rules, 0, asked));
  const memo = new Memo(rules);
  const few = Array.from({ length: 50 }, () => packets.slice(0, 1000)).flat();
  const repeated = timed(few, 5, (asked) => memo.answer(asked, 0, () => classify(classifier, rules, 0, asked)));
  const scanned = packets.slice(0, Math.max(200, Math.min(PACKETS, Math.floor(4e7 / count))));
  from = cpu();
  const read = scanned.map((asked) => scan(rules, asked));
  const naive = ((cpu() - from) * 1000) / scanned.length;
  const differences = read.filter((index, i) => index !== answers[i]).length;
  return { set, rules: rules.length, buildMs, buildAllMs, classifier: classified, repeated, naive, differences };
}

/** All three sets at each size; an answer that is not the scan's ends the bench. */
export async function whichRule(sizes: readonly number[]): Promise<Figure[]> {
  return Object.keys(SETS).flatMap((set) =>
    sizes.flatMap((size) => {
      const { buildAllMs, classifier, repeated, naive, differences } = measure(set, size);
      if (differences > 0) throw new Error(`${set}, ${size} rules: ${differences} answers are not the scan's`);
      const figure = (what: string, subject: string, value: number, unit: "ms" | "ns"): Figure => ({
        suite: "which rule",
        what: `${set}: ${what}`,
        subject,
        size,
        value,
        unit,
      });
      return [
        figure("distinct packets", "IOChain", classifier, "ns"),
        figure("distinct packets", "linear scan", naive, "ns"),
        figure("the same packets again", "IOChain", repeated, "ns"),
        figure("build", "IOChain", buildAllMs, "ms"),
      ];
    }),
  );
}

if (import.meta.main) {
  const sizes = process.argv.slice(2).map(Number);
  const rows = Object.keys(SETS).flatMap((set) =>
    (sizes.length > 0 ? sizes : [1000, 10_000, 100_000]).map((n) => measure(set, n)),
  );
  console.table(
    rows.map((row) => ({
      ...row,
      buildMs: Math.round(row.buildMs),
      buildAllMs: Math.round(row.buildAllMs),
      classifier: Math.round(row.classifier),
      repeated: Math.round(row.repeated),
      naive: Math.round(row.naive),
    })),
  );
}
