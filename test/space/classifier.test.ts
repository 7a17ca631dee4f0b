/** What the index decides is what reading rule by rule decides: random policies, packets, and addresses learned midway. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Packet } from "../../server/src/capture/packet.ts";
import { classify, indexOf } from "../../server/src/chain/firstMatch.ts";
import { type Asked, ownersOf, ruleMatches } from "../../server/src/chain/match.ts";
import { World } from "../../server/src/chain/world.ts";
import { type Ip, parseIp } from "../../server/src/policy/addresses.ts";
import type { Policy, Rule, Vnic } from "../../server/src/policy/policy.ts";
import { Classifier, type Layout } from "../../server/src/space/classifier/classifier.ts";
import { policyOf } from "../policy/programs.ts";

/** Lists of a hundred rules cut as those of a hundred thousand are. */
const LAYOUTS: Record<string, Layout | undefined> = {
  "as it is": undefined,
  "heads, then postings": {
    heads: [7, 40],
    mostInRows: 20,
    mostSets: 1000,
    mostServices: 1e6,
    stretch: 8,
    mostWords: 1e6,
  },
  "postings alone": { heads: [], mostInRows: 0, mostSets: 1000, mostServices: 1e6, stretch: 8, mostWords: 1e6 },
  "postings, too many services": {
    heads: [],
    mostInRows: 0,
    mostSets: 1000,
    mostServices: 0,
    stretch: 8,
    mostWords: 1e6,
  },
  "stretches of rows": { heads: [3], mostInRows: 0, mostSets: -1, mostServices: 0, stretch: 33, mostWords: 1e6 },
  "no room: rule by rule": { heads: [4], mostInRows: 10, mostSets: -1, mostServices: 0, stretch: 8, mostWords: 12 },
};

const ADDRESSES = [
  ...["10.0.0.1", "10.0.0.2", "10.0.1.1", "10.0.1.9", "10.0.2.200", "10.255.255.255", "0.0.0.0", "255.255.255.255"],
  ...["203.0.113.7", "192.168.0.1", "fd00::1", "fd00::2", "fd00:1::1", "2001:db8::7", "::", "ff02::1"],
].map((text) => parseIp(text) as Ip);
const PORTS = [0, 22, 53, 80, 81, 443, 8080, 65535];

const inventory = `
  segment s { subnet 10.0.2.0/24, fd00:1::/64 }
  vm a { tags web        vnic eth0 { mac 00:50:56:00:00:01  ip 10.0.0.1, fd00::1 } }
  vm b { tags web, prod  vnic eth0 { mac 00:50:56:00:00:02  ip 10.0.0.2 } }
  vm c { tags prod       vnic eth0 { mac 00:50:56:00:00:03  ip dhcp  segment s } }
  vm d { tags dev        vnic eth0 { mac 00:50:56:00:00:04 } }
  vm e { tags dev        vnic eth0 { mac 00:50:56:00:00:05  ip 10.0.0.1 } }
  group web    = tag web
  group nets   = 10.0.1.0/24, 192.168.0.0/16, fd00::/16
  group mixed  = web, 10.0.2.10-10.0.2.220, vm-c
  group vm-c   = c.eth0
  group away   = any except 10.0.0.0/8, fd00::/8
  group not-web = any except tag web
  group nested = away, nets except 10.0.1.9, tag prod
  group deep   = nested, not-web except nets
  group nobody = tag none
`;
const endpoint = fc.constantFrom(
  ...["web", "nets", "mixed", "away", "not-web", "nested", "deep", "nobody", "any", "s", "c", "d.eth0", "tag prod"],
  ...["10.0.0.1", "10.0.0.0/8", "10.0.1.9-10.0.2.200", "0.0.0.0/0", "::/0", "fd00::2", "00:50:56:00:00:01"],
);
const endpoints = fc
  .tuple(fc.array(endpoint, { minLength: 1, maxLength: 3 }), fc.option(endpoint, { freq: 4 }))
  .map(([items, except]) => items.join(", ") + (except === null ? "" : ` except ${except}`));
const entry = fc.constantFrom(
  ...["tcp", "udp", "tcp/80", "tcp/{22, 80-443}", "udp/53", "udp from 53", "tcp/443 from 1024-65535", "sctp/80"],
  ...["icmp", "icmp/echo-request", "icmp/3:3", "icmpv6/128", "icmpv6", "ip/gre", "ip/6", "https", "dns", "any-tcp"],
);
const clause = (word: string, of: fc.Arbitrary<string>, freq: number) =>
  fc.option(of, { freq, nil: undefined }).map((text) => (text === undefined ? "" : ` ${word} ${text}`));
const rule = fc
  .tuple(
    clause("from", endpoints, 3),
    clause("to", endpoints, 3),
    clause(
      "service",
      fc.array(entry, { minLength: 1, maxLength: 3 }).map((entries) => entries.join(", ")),
      4,
    ),
    fc.constantFrom("", "", "", "", " in", " out"),
    fc.constantFrom("", "", "", "", " ipv4", " ipv6"),
    clause("applied-to", fc.constantFrom("web", "c", "tag dev, a", "any except b"), 1),
    fc.constantFrom("", "", "", "", "", " disabled"),
  )
  .map((clauses) => clauses.join(""));
const blocks = fc
  .tuple(fc.array(rule, { minLength: 1, maxLength: 120, size: "max" }), fc.boolean())
  .map(([rules, acl]) => {
    const lines = rules.map((text, i) => `    rule ${i + 1} drop${text}`).join("\n");
    return acl ? `acl x {\n${lines}\n}` : `dfw x { section "S" {\n${lines}\n} }`;
  });

interface Asking {
  readonly src: Ip;
  readonly dst: Ip;
  readonly protocol: number;
  readonly src16: number;
  readonly dst16: number;
  readonly shape: "whole" | "headless";
  readonly vnic: number;
  readonly direction: "in" | "out";
  readonly start: number;
  /** Before it: whose address this one is found to be. */
  readonly learns?: { readonly vnic: number; readonly ip: Ip };
}
const asking: fc.Arbitrary<Asking> = fc.record({
  src: fc.constantFrom(...ADDRESSES),
  dst: fc.constantFrom(...ADDRESSES),
  protocol: fc.constantFrom(6, 6, 17, 1, 58, 132, 47, 89),
  src16: fc.constantFrom(...PORTS),
  dst16: fc.constantFrom(...PORTS),
  shape: fc.constantFrom("whole", "whole", "whole", "headless"),
  vnic: fc.nat(4),
  direction: fc.constantFrom("in", "out"),
  start: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.nat(130)),
  learns: fc.option(fc.record({ vnic: fc.nat(4), ip: fc.constantFrom(...ADDRESSES) }), { nil: undefined }),
});

function packetOf({ src, dst, protocol, src16, dst16, shape }: Asking): Packet {
  const ports = { srcPort: src16, dstPort: dst16 };
  const version = typeof src === "bigint" ? 6 : 4;
  const four = { 6: "tcp", 17: "udp", 132: "sctp" }[protocol];
  const icmp = protocol === 1 || protocol === 58 ? { icmp: { type: [8, 3, 128][src16 % 3], code: dst16 % 4 } } : {};
  return {
    eth: { src: 1, dst: 2, type: version === 4 ? 0x0800 : 0x86dd, tags: [] },
    ip: { version, src, dst, protocol },
    ...(shape === "whole" && four && { [four]: ports }),
    ...(shape === "whole" && icmp),
  } as unknown as Packet;
}

const rulesOf = ({ blocks }: Policy): readonly Rule[] => {
  const block = blocks.get("x");
  return block?.module === "dfw" ? block.ipRules : block?.module === "acl" ? block.rules : [];
};

describe.each(Object.entries(LAYOUTS))("%s", (_, layout) => {
  test("the index finds the rule that reading finds", () => {
    fc.assert(
      fc.property(blocks, fc.array(asking, { minLength: 1, maxLength: 40, size: "max" }), (block, askings) => {
        const policy = policyOf(`${inventory}\n${block}`);
        const rules = rulesOf(policy);
        const classifier = new Classifier(rules, layout);
        const world = World.start(policy);
        const vnics = [...policy.vnics.values()];
        for (const one of askings) {
          if (typeof one.src !== typeof one.dst) continue;
          if (one.learns) world.learn(vnics[one.learns.vnic] as Vnic, one.learns.ip, "arp");
          const packet = packetOf(one);
          const vnic = vnics[one.vnic] as Vnic;
          const { direction, start } = one;
          const asked = { world, packet, vnic, direction, layer: "ip" as const, owners: ownersOf(world, packet) };
          const read = rules.findIndex((r, index) => index >= start && !r.disabled && ruleMatches(r, asked));
          expect(classify(classifier, start, asked)).toBe(read);
        }
      }),
      { numRuns: 60 },
    );
  });
});

test("a list of which packets find the first rules is read as any, before and after that is seen", () => {
  fc.assert(
    fc.property(blocks, fc.array(asking, { minLength: 30, maxLength: 60, size: "max" }), (block, askings) => {
      const policy = policyOf(`${inventory}\n${block}`);
      const rules = rulesOf(policy);
      const world = World.start(policy);
      const vnics = [...policy.vnics.values()];
      const all = askings
        .filter(({ src, dst }) => typeof src === typeof dst)
        .map((one): Asked => {
          const packet = packetOf(one);
          const vnic = vnics[one.vnic] as Vnic;
          return { world, packet, vnic, direction: one.direction, layer: "ip", owners: ownersOf(world, packet) };
        });
      const read = all.map((asked) => {
        const index = rules.findIndex((r) => !r.disabled && ruleMatches(r, asked));
        return index < 0 ? rules.length : index;
      });
      // As many as it takes to find that its head pays, and that it does no longer.
      const early = all.filter((_, i) => (read[i] as number) < 4);
      for (const some of [early, all])
        for (let count = 0; count < 3000 && some.length > 0; count += some.length)
          for (const asked of some) {
            const at = all.indexOf(asked);
            const index = indexOf(rules, 0, asked);
            if (index !== read[at]) expect(index).toBe(read[at]);
          }
    }),
    { numRuns: 40 },
  );
});
