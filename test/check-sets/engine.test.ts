/**
 * The engine and the algebra must agree: random policies, random packets. What an assert says holds is tried on
 * packets; the packet that breaks one is sent; and what a rule is said to take, or not to, is looked up in the trace.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Sending } from "../../server/src/chain/packet.ts";
import type { Trace } from "../../server/src/chain/trace.ts";
import { run, walkAt } from "../../server/src/chain/walk.ts";
import { checkAssert } from "../../server/src/check/asserts.ts";
import { setFindings } from "../../server/src/check/sets.ts";
import { addressesContain, parseIp } from "../../server/src/policy/addresses.ts";
import { addressesOf, EndpointResolver } from "../../server/src/policy/endpoints.ts";
import type { Policy, Rule, Vnic } from "../../server/src/policy/policy.ts";
import { rangesContain } from "../../server/src/policy/ranges.ts";
import { DESTINATION, type Point, SOURCE, VNIC } from "../../server/src/space/box.ts";
import { unfold } from "../../server/src/space/meaning.ts";
import { Places } from "../../server/src/space/places.ts";
import { packetText as textOf } from "../../server/src/space/witness.ts";
import { lineOf } from "../../server/src/syntax/document.ts";
import { finish } from "../../server/src/syntax/steps.ts";
import type { AssertStatement } from "../../server/src/syntax/tree.ts";
import { assertText, Dice, packetText, policyText, VNICS } from "../space/policies.ts";
import { compile, isTrip, RUNS, sending } from "./reading.ts";

/** Whether a trace keeps to an assert's property. */
function keeps({ property }: AssertStatement, { outcome, walks }: Trace): boolean {
  const slots = walks.flatMap((walk) => walk.slots);
  switch (property?.word) {
    case "allowed":
      return outcome === "delivered";
    case "blocked":
      return outcome !== "delivered";
    case "inspected":
      return outcome !== "delivered" || slots.some(({ appliance }) => appliance === property.by?.text);
    default:
      return (
        outcome !== "delivered" ||
        walks.length < 2 ||
        slots.some(({ verdict }) => verdict === "encrypt" || verdict === "protect")
      );
  }
}

/** Who sends a packet, and whether it is one that asserts speak of. */
function isAsked(
  policy: Policy,
  assert: AssertStatement,
  { sending: { packet, emitter } }: { sending: Sending },
): boolean {
  const { ip, icmp } = packet;
  if (ip === undefined) return false;
  const owner = (address: number | bigint) => [...policy.vnics.values()].find((vnic) => vnic.ips.includes(address));
  const receiver = owner(ip.dst);
  if (emitter === undefined && receiver === undefined) return false;
  if (emitter !== undefined && emitter === receiver) return false;
  if (emitter !== owner(ip.src) && !mayHave(policy, emitter, ip.src)) return false;
  const groups = new Map([...policy.groups].map(([name, { source }]) => [name, source]));
  const resolver = new EndpointResolver(policy, groups, policy.bounds);
  return assert.clauses.every((clause) => {
    if (clause.kind === "ipv4" || clause.kind === "ipv6") return ip.version === (clause.kind === "ipv4" ? 4 : 6);
    if (clause.kind === "from" || clause.kind === "to") {
      const set = addressesOf(resolver.resolve(clause.endpoints), (vnic) => vnic.ips);
      return addressesContain(set, clause.kind === "from" ? ip.src : ip.dst);
    }
    if (clause.kind !== "service") return true;
    const [{ services } = {}] = policyWithService(policy, assert);
    return (services ?? []).some((match) => {
      if (match.layer !== "ip" || match.protocol !== ip.protocol) return false;
      if ("icmpType" in match && match.icmpType !== undefined) return icmp?.type === match.icmpType;
      const ports = packet.tcp ?? packet.udp ?? packet.sctp;
      const wanted = match as { ports?: readonly number[]; sourcePorts?: readonly number[] };
      if (wanted.ports && !(ports && rangesContain(wanted.ports, ports.dstPort))) return false;
      return !wanted.sourcePorts || (ports !== undefined && rangesContain(wanted.sourcePorts, ports.srcPort));
    });
  });
}
/** What the assert's service means: compiled as a rule's, in a policy of its own. */
const services = new WeakMap<AssertStatement, readonly Rule[]>();
function policyWithService(_policy: Policy, assert: AssertStatement): readonly Rule[] {
  let rules = services.get(assert);
  if (rules === undefined) {
    const clause = assert.clauses.find(({ kind }) => kind === "service");
    const text = clause === undefined ? "" : assert.chunk.text.slice(clause.start, clause.end);
    const { blocks } = compile(`acl x {\n rule 1 allow ${text}\n}`);
    const [block] = blocks.values();
    rules = block !== undefined && block.module === "acl" ? block.rules : [];
    services.set(assert, rules);
  }
  return rules;
}
/** d.e has its address by DHCP: what is bound to it under SpoofGuard (nothing, here), else its segment's. */
function mayHave(policy: Policy, vnic: Vnic | undefined, ip: number | bigint): boolean {
  if (vnic?.id !== "d.e") return false;
  if ([...policy.vnics.values()].some(({ ips }) => ips.includes(ip))) return false;
  const chain = policy.chains.find(({ vnics }) => vnics.has(vnic));
  const security = chain?.slots.get(1)?.block;
  if (security?.module === "swsec" && security.spoofguard.mode !== "off") return false;
  const subnets = policy.segments.get("lan")?.subnets;
  return subnets !== undefined && addressesContain(subnets, ip);
}

describe("asserts and the engine", () => {
  it("agree on random policies and packets", () => {
    let broken = 0;
    let kept = 0;
    let undecided = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        const base = policyText(dice);
        const policy = compile(`${base}\n${Array.from({ length: 6 }, () => assertText(dice)).join("\n")}`);
        const packets = Array.from({ length: 60 }, () => packetText(dice)).map(({ from, text }) =>
          from === undefined ? text : `from ${from} ${text}`,
        );
        for (const assert of policy.asserts) {
          const result = checkAssert(policy, assert);
          if (result.holds === undefined) {
            undecided += 1;
            continue;
          }
          if (!result.holds) {
            if (result.packet === undefined) continue;
            broken += 1;
            const made = sending(policy, result.packet);
            expect(isAsked(policy, assert.statement, made), `about ${result.packet}\n${base}`).toBe(true);
            const trace = run(made.world, made.sending);
            expect(keeps(assert.statement, trace), `${result.reason}\n${assert.statement.chunk.text}${base}`).toBe(
              false,
            );
            continue;
          }
          for (const text of packets) {
            const made = sending(policy, text);
            if (!isAsked(policy, assert.statement, made)) continue;
            kept += 1;
            const trace = run(made.world, made.sending);
            expect(keeps(assert.statement, trace), `${text}\n${assert.statement.chunk.text}${base}`).toBe(true);
          }
        }
      }),
      { numRuns: RUNS },
    );
    // Neither half of the property is empty.
    expect(undecided).toBe(0);
    expect(broken).toBeGreaterThan(50);
    expect(kept).toBeGreaterThan(50);
  }, 600_000);
});

describe("rules and the engine", () => {
  /** The rule of slot 2 that decided a walk of this packet. */
  function deciding(policy: Policy, vnic: Vnic, way: "in" | "out", send: string): number | undefined {
    const { world, sending: made } = sending(policy, send);
    // The walk alone, and the firewall alone: whatever the addresses say about who sends.
    const steps = walkAt(world, vnic, way, made.packet, { stepping: false });
    for (;;) {
      const step = steps.next();
      if (!step.done) continue;
      const slot = step.value.walks[0]?.slots.find((each) => each.slot === 2);
      return slot?.by?.kind === "rule" ? slot.by.id : undefined;
    }
  }

  it("agree on which rules take nothing", () => {
    let unused = 0;
    let used = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        // The firewall alone, at every vNIC: no other slot may come first.
        const text = policyText(dice).replace(/chain (one|two).*\n/g, "");
        const policy = compile(`${text}\nchain all { slot 2 dfw fw }`);
        const block = policy.blocks.get("fw");
        if (block?.module !== "dfw") return;
        const none = new Set<number>();
        for (const event of setFindings(policy))
          if (event !== undefined && !("undecided" in event) && event.place.at.statement.kind === "rule")
            if (
              /^rule-(shadowed|redundant|never)/.test(event.code) &&
              block.ipRules.some((r) => r.source.statement === event.place.at.statement)
            )
              none.add(event.place.at.statement.id?.value ?? 0);
        unused += none.size;
        for (let i = 0; i < 40; i += 1) {
          const vnic = policy.vnics.get(dice.pick(VNICS)) as Vnic;
          const way = dice.pick(["in", "out"] as const);
          const send = packetText(dice).text;
          const id = deciding(policy, vnic, way, send);
          if (id !== undefined) expect(none.has(id), `rule ${id}: ${send} ${way} ${vnic.id}\n${text}`).toBe(false);
        }
        // A rule that is reached is reached by the packet that says so.
        if (block.ethernetRules.length > 0) return;
        const list = finish(new Places(policy, false, () => false).whole(block, block.ipRules));
        for (const [i, rule] of block.ipRules.entries()) {
          const cover = list.cover(i);
          if (cover.kind !== "reached" || rule.action === "jump-to-application") continue;
          const vnic = [...policy.vnics.values()][cover.packet.values[VNIC] as number] as Vnic;
          const way = cover.packet.values[0] === 0 ? "in" : "out";
          const packet = real(cover.packet);
          if (packet === undefined) continue;
          used += 1;
          expect(deciding(policy, vnic, way, packet), `rule ${rule.id}: ${packet} ${way} ${vnic.id}\n${text}`).toBe(
            rule.id,
          );
        }
      }),
      { numRuns: RUNS },
    );
    expect(unused).toBeGreaterThan(50);
    expect(used).toBeGreaterThan(50);
  }, 600_000);

  it("agree on which are wasted at the other end, or by a redirect", () => {
    const told = new Map<string, number>();
    let wasted = 0;
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const dice = new Dice(seed);
        const chains = dice.pick([
          "chain all { slot 2 dfw fw slot 4 redirect steer slot 5 redirect steer2 }",
          "chain one applied-to a, b, d { slot 2 dfw fw slot 4 redirect steer }\nchain two { slot 2 dfw fw2 slot 5 redirect steer2 }",
        ]);
        const text = `${policyText(dice).replace(/chain (one|two).*\n/g, "")}\n${chains}`;
        const policy = compile(text);
        const found = new Set<string>();
        for (const event of setFindings(policy)) {
          if (event === undefined || "undecided" in event) continue;
          const { code, place } = event;
          found.add(`${code} ${lineOf(place.at.statement)}`);
          told.set(code, (told.get(code) ?? 0) + 1);
        }
        for (let i = 0; i < 80; i += 1) {
          const { from, text: send } = packetText(dice);
          const made = sending(policy, from === undefined ? send : `from ${from} ${send}`);
          if (!isTrip(made.sending, policy)) continue;
          const { walks, outcome } = run(made.world, made.sending);
          const context = `${from ?? ""} ${send}\n${text}`;
          for (const { direction, slots } of walks)
            for (const { by, slot, module } of slots) {
              if (by?.kind !== "rule") continue;
              if (slot === 2 && walks.length === 2 && outcome === "delivered")
                expect(found.has(`one-sided-allow ${by.line}`), context).toBe(false);
              if (module !== "redirect") continue;
              const rule = [...policy.blocks.values()]
                .flatMap((block) => (block.module === "redirect" ? block.rules : []))
                .find(({ source }) => lineOf(source.statement) === by.line);
              if (rule?.action !== "redirect") continue;
              expect(found.has(`redirect-never-reached ${by.line}`), context).toBe(false);
              const last = slots.at(-1);
              if (direction !== "in" || last?.slot !== 2 || !/drop|reject/.test(last.verdict)) continue;
              wasted += 1;
              // An ethernet rule stops it: the sets speak of IP rules.
              const framed = last.by?.kind === "rule" && /ethernet/.test(text) && (last.by.id ?? 0) >= 900;
              if (!framed) expect(found.has(`inspected-then-dropped ${by.line}`), context).toBe(true);
            }
        }
      }),
      { numRuns: RUNS },
    );
    expect(wasted).toBeGreaterThan(5);
    for (const code of ["one-sided-allow", "redirect-never-reached", "inspected-then-dropped"])
      expect(told.get(code), code).toBeGreaterThan(2);
  }, 600_000);

  /** In `send` notation, where the packet is one that can be written there. */
  function real(point: Point): string | undefined {
    if (unfold(point.values[SOURCE] as number).plane + unfold(point.values[DESTINATION] as number).plane > 0)
      return undefined;
    return textOf(point);
  }

  it("reads addresses as written", () => expect(parseIp("10.0.0.1")).toBe(0x0a000001));
});
