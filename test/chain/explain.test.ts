/** Why not: each clause with its two values, and an answer that is the engine's own. */
import { expect, test } from "vitest";
import { explainRule } from "../../server/src/chain/explain.ts";
import { makePacket } from "../../server/src/chain/packet.ts";
import { World } from "../../server/src/chain/world.ts";
import type { Dfw, Rule, Vnic } from "../../server/src/policy/policy.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";
import type { PacketText } from "../../server/src/syntax/tree.ts";
import { policyOf } from "../policy/programs.ts";

const policy = policyOf(`
segment ls { vni 1  subnet 10.0.1.0/24 }
vm web-01 { tags web  vnic eth0 { mac 00:50:56:aa:01:11  ip 10.0.1.11  segment ls } }
vm db-01  { tags db   vnic eth0 { mac 00:50:56:aa:03:11  ip 10.0.1.21  segment ls } }
group internet = any except 10.0.0.0/8
dfw fw {
  section "L2" ethernet { rule 9 drop from 00:50:56:ff:00:01 service arp }
  section "Here" applied-to tag db { rule 1 allow from internet, tag web to tag db service https,
                                                       tcp/8443 in ipv4 }
  section "Off" { rule 2 drop disabled  rule 3 allow }
}
chain c { slot 2 dfw fw }`);
const dfw = policy.blocks.get("fw") as Dfw;
const vnic = (id: string) => policy.vnics.get(id) as Vnic;
const rule = (id: number) => [...dfw.ethernetRules, ...dfw.ipRules].find((one) => one.id === id) as Rule;

function ask(id: number, text: string, at: string, direction: "in" | "out") {
  const world = World.start(policy);
  const made = makePacket(world, parsePacket(text).packet as PacketText);
  if ("error" in made) throw new Error(made.error);
  const { clauses, matches } = explainRule(world, rule(id), made.packet, vnic(at), direction);
  return { matches, clauses: clauses.map((c) => `${c.clause} ${c.holds ? "holds" : "fails"}: ${c.wanted} | ${c.got}`) };
}

test("every clause is told, those that hold and those that do not", () => {
  expect(ask(1, "tcp web-01:1000 -> db-01:22", "web-01.eth0", "out")).toEqual({
    matches: false,
    clauses: [
      "applied-to fails: tag db | web-01.eth0",
      "direction fails: in | out",
      "family holds: ipv4 | ipv4",
      "from holds: internet, tag web | 10.0.1.11",
      "to holds: tag db | 10.0.1.21",
      "service fails: https, tcp/8443 | tcp/22",
    ],
  });
  expect(ask(1, "tcp web-01:1000 -> db-01:8443", "db-01.eth0", "in").matches).toBe(true);
});

test("an ethernet rule sees MACs and the EtherType", () => {
  expect(ask(9, "arp request 10.0.1.21 from web-01", "web-01.eth0", "out")).toEqual({
    matches: false,
    clauses: ["from fails: 00:50:56:ff:00:01 | 00:50:56:aa:01:11", "service holds: arp | ether/arp"],
  });
});

test("a disabled rule never matches; one without clauses always does", () => {
  expect(ask(2, "icmp web-01 -> db-01", "web-01.eth0", "out")).toEqual({ matches: false, clauses: [] });
  expect(ask(3, "icmp web-01 -> db-01", "web-01.eth0", "out")).toEqual({ matches: true, clauses: [] });
});

test("spans lie on the clause, or on the section's applied-to", () => {
  const world = World.start(policy);
  const made = makePacket(world, parsePacket("tcp web-01:1 -> db-01:22").packet as PacketText);
  if ("error" in made) throw new Error(made.error);
  const { clauses } = explainRule(world, rule(1), made.packet, vnic("db-01.eth0"), "in");
  const texts = clauses.map(({ span, statement }) => span && statement.chunk.text.slice(span.start, span.end));
  expect(texts.slice(0, 4)).toEqual(["tag db", "in", "ipv4", "from internet, tag web"]);
});
