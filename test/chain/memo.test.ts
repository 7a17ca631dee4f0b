/** What is remembered of a packet is said of no other, and no longer once an address has changed hands. */
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Packet } from "../../server/src/capture/packet.ts";
import { ownersOf, ruleMatches } from "../../server/src/chain/match.ts";
import { Memo } from "../../server/src/chain/memo.ts";
import { World } from "../../server/src/chain/world.ts";
import type { Acl, Vnic } from "../../server/src/policy/policy.ts";
import { policyOf } from "../policy/programs.ts";

const policy = policyOf(`
  vm a { vnic eth0 { mac 00:50:56:00:00:01  ip dhcp } }
  vm b { vnic eth0 { mac 00:50:56:00:00:02  ip dhcp } }
  acl x {
    rule 1 drop in service tcp/80 applied-to b
    rule 2 drop from a service tcp/80
    rule 3 drop to b service udp/80
    rule 4 drop service icmp/8:1
    rule 5 drop service icmp/3
    rule 6 drop service tcp/443 from 1000
    rule 7 drop from b
    rule 8 drop from 10.0.0.1 out
    rule 9 drop ipv6
    rule 10 drop service tcp
  }`);
const { rules } = policy.blocks.get("x") as Acl;
const vnics = [...policy.vnics.values()];

const IPS = [0x0a000001, 0x0a000002, 1n] as const;
const asking = fc.record({
  ends: fc.constantFrom<[number | bigint, number | bigint]>([IPS[0], IPS[1]], [IPS[1], IPS[0]], [IPS[2], IPS[2]]),
  protocol: fc.constantFrom(6, 6, 6, 17, 1),
  from: fc.constantFrom(1000, 1001),
  to: fc.constantFrom(80, 443),
  headless: fc.constantFrom(false, false, false, true),
  vnic: fc.nat(1),
  direction: fc.constantFrom("in" as const, "out" as const),
  start: fc.constantFrom(0, 0, 7),
  learns: fc.option(fc.record({ vnic: fc.nat(1), ip: fc.constantFrom(IPS[0], IPS[1]) }), { nil: undefined, freq: 60 }),
});

test("an answer that is remembered is the one that would be found", () => {
  fc.assert(
    fc.property(fc.array(asking, { minLength: 200, maxLength: 400, size: "max" }), (askings) => {
      const memo = new Memo(rules);
      const world = World.start(policy);
      for (const { ends, protocol, from, to, headless, vnic, direction, start, learns } of askings) {
        if (learns) world.learn(vnics[learns.vnic] as Vnic, learns.ip, "arp");
        const [src, dst] = ends;
        const version = typeof src === "bigint" ? 6 : 4;
        const ports = { srcPort: from, dstPort: to };
        const packet = {
          eth: { src: 1, dst: 2, type: version === 4 ? 0x0800 : 0x86dd, tags: [] },
          ip: { version, src, dst, protocol },
          ...(!headless &&
            { 6: { tcp: ports }, 17: { udp: ports }, 1: { icmp: { type: from - 992, code: to === 80 ? 1 : 2 } } }[
              protocol
            ]),
        } as unknown as Packet;
        const asked = {
          world,
          packet,
          vnic: vnics[vnic] as Vnic,
          direction,
          layer: "ip" as const,
          owners: ownersOf(world, packet),
        };
        const read = rules.findIndex((rule, index) => index >= start && ruleMatches(rule, asked));
        expect(memo.answer(asked, start, () => read)).toBe(read);
      }
    }),
    { numRuns: 50 },
  );
});
