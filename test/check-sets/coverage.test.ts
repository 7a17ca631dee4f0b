/** What is covered, and a packet for what is not: the packet comes to it in the engine, and where there is none, none does. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { runScenario } from "../../server/src/chain/scenario.ts";
import { run } from "../../server/src/chain/walk.ts";
import { Coverage, lcov } from "../../server/src/check/coverage.ts";
import { reach } from "../../server/src/check/reach.ts";
import type { Policy, Source } from "../../server/src/policy/policy.ts";
import { rulesOf } from "../../server/src/space/places.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import { Dice, packetText, policyText } from "../space/policies.ts";
import { compile, isTrip, RUNS, sending } from "./reading.ts";

/** What a scenario of these packets covers, as `BLOCK.ID`, `BLOCK default` and `bind VNIC`. */
function covered(policy: Policy): Set<string> {
  const coverage = new Coverage(policy);
  for (const scenario of policy.scenarios) coverage.addScenario(runScenario(policy, scenario));
  return new Set(
    coverage.report().items.flatMap(({ kind, block, id, name, hits }) => {
      if (hits === 0) return [];
      return [kind === "rule" ? `${block}.${id}` : kind === "default" ? `${block} default` : `bind ${name}`];
    }),
  );
}

function* targets(policy: Policy): Iterable<{ key: string; source: Source }> {
  for (const block of [...policy.blocks.values(), ...policy.appliances.values()]) {
    if ("module" in block && block.module === "swsec") {
      for (const { source, vnic } of block.bindings) yield { key: `bind ${vnic.id}`, source };
      continue;
    }
    for (const { id, source } of rulesOf(block)) yield { key: `${block.name}.${id}`, source };
    const otherwise = "module" in block ? block.default : block.inspect?.default;
    if (otherwise) yield { key: `${block.name} default`, source: otherwise.source };
  }
}

describe("a packet for what nothing covers", () => {
  it("comes to it in the engine; where there is none, none does", () => {
    let reached = 0;
    let unreached = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        const text = policyText(dice);
        const policy = compile(text);
        const never = new Set<string>();
        for (const { key, source } of targets(policy)) {
          const answer = reach(policy, source.statement);
          if (answer === undefined) throw new Error(`${key} is nothing`);
          if ("none" in answer) {
            expect(answer.none).not.toContain("not decided");
            never.add(key);
            continue;
          }
          reached += 1;
          const written = compile(`${text}\n${answer.scenario}`);
          expect([...covered(written)], `${key}: ${answer.scenario}${text}`).toContain(key);
          const [scenario] = written.scenarios;
          expect(scenario && runScenario(written, scenario).passed, `${answer.scenario}${text}`).toBe(true);
        }
        for (let i = 0; i < 40; i += 1) {
          const { from, text: send } = packetText(dice);
          const made = sending(policy, from === undefined ? send : `from ${from} ${send}`);
          if (!isTrip(made.sending, policy)) continue;
          run(made.world, made.sending);
          for (const [key] of made.world.hits.entries())
            if (!/\.90\d$/.test(key)) expect(never.has(key), `${key}: ${send}\n${text}`).toBe(false);
          unreached += never.size;
        }
      }),
      { numRuns: Math.min(RUNS, 200) / 2 },
    );
    expect(reached).toBeGreaterThan(50);
    expect(unreached).toBeGreaterThan(50);
  }, 600_000);
});

const SHOP = `vm a { vnic e { mac 00:50:56:00:00:01 ip 10.0.0.1 } }
vm b { vnic e { mac 00:50:56:00:00:02 ip 10.0.0.2 } }
acl edge {
  rule 1 mark dscp 10 service http
  rule 2 drop service telnet
}
swsec guard {
  spoofguard manual
  bind a.e ip 10.0.0.1
  bind b.e ip 10.0.0.2
}
dfw fw {
  section "env" category environment { rule 5 jump-to-application to b }
  section "s" {
    rule 10 allow service http
    rule 11 allow service ssh
    rule 12 drop service ssh disabled
  }
  default drop
}
chain c { slot 0 acl edge slot 1 swsec guard slot 2 dfw fw }
`;

describe("coverage", () => {
  const itemsOf = (text: string) => {
    const policy = compile(text);
    const coverage = new Coverage(policy);
    for (const scenario of policy.scenarios) coverage.addScenario(runScenario(policy, scenario));
    for (const assert of policy.asserts) finish(coverage.addAssert(assert));
    return coverage.report();
  };

  it("counts the rules that mark and jump, and the bindings that approve", () => {
    const report = itemsOf(`${SHOP}scenario "s" { send tcp a:1 -> b:80 send udp a:1 -> b:9 }`);
    expect(report.items.map(({ line, hits }) => [line, hits])).toEqual([
      [4, 2],
      [5, 0],
      [9, 2],
      [10, 0],
      [13, 3],
      [15, 2],
      [16, 0],
      [19, 1],
    ]);
    expect(report.rules).toEqual({ covered: 3, total: 5 });
    expect(report.bindings).toEqual({ covered: 1, total: 2 });
  });

  it("counts what decides about the packets of an assert", () => {
    const report = itemsOf(`${SHOP}assert allowed from a to b service http`);
    expect(report.items.filter(({ hits }) => hits > 0).map(({ line }) => line)).toEqual([4, 9, 13, 15]);
  });

  it("is written as lcov", () => {
    expect(lcov(itemsOf(`${SHOP}scenario "s" { send tcp a:1 -> b:23 }`))).toMatch(
      /^TN:\nSF:p.iochain\nDA:4,0\nDA:5,1\n(DA:\d+,0\n)+LF:8\nLH:1\nend_of_record$/,
    );
  });
});
