/** Slot 1, vmware-swsec: limits, blocks, SpoofGuard, discovery, ARP suppression, in this order. */

import type { Packet } from "../../capture/packet.ts";
import { formatIp, formatMac } from "../../policy/addresses.ts";
import type { Limit, Source, Swsec } from "../../policy/policy.ts";
import { broadcast, isBpdu, isMulticast } from "../ethernet.ts";
import type { ReasonCode } from "../reasons.ts";
import { type SlotAnswer, type Steps, type Visit, written } from "../slot.ts";
import type { By } from "../trace.ts";
import { spoofed } from "./spoofguard.ts";

type BlockWord = Swsec["blocks"] extends ReadonlyMap<infer W, unknown> ? W : never;

/** DHCP option 53 (RFC 2132). */
const DISCOVER = 1;
const OFFER = 2;
const REQUEST = 3;
const ACK = 5;
const NAK = 6;

const BLOCKED: Readonly<
  Record<BlockWord, { readonly reason: ReasonCode; readonly hits: (packet: Packet) => boolean }>
> = {
  "dhcp-server": {
    reason: "block-dhcp-server",
    hits: ({ dhcp }) => dhcp !== undefined && [OFFER, ACK, NAK].includes(dhcp.message),
  },
  "dhcp-client": {
    reason: "block-dhcp-client",
    hits: ({ dhcp }) => dhcp !== undefined && [DISCOVER, REQUEST].includes(dhcp.message),
  },
  bpdu: { reason: "block-bpdu", hits: isBpdu },
  "router-advertisement": {
    reason: "block-router-advertisement",
    hits: ({ ip, icmp }) => ip?.version === 6 && icmp?.type === 134,
  },
  "non-ip": {
    reason: "block-non-ip",
    hits: (packet) => ![0x0800, 0x86dd, 0x0806].includes(packet.eth.type) && !isBpdu(packet),
  },
};

export function* swsec(block: Swsec, visit: Visit): Steps<SlotAnswer> {
  const { vnic, direction } = visit.place;
  for (const limit of block.limits) {
    yield* visit.at(limit.source);
    if (!withinLimit(limit, visit))
      return {
        verdict: "drop",
        reason: "rate-limit",
        by: { kind: "policy", ...written(limit.source) },
        source: limit.source,
      };
  }
  if (direction === "in") {
    learnLease(block, visit);
    return passed(block);
  }
  let line: Source | undefined;
  for (const [word, source] of block.blocks) {
    // Words of one line are one statement.
    if (source !== line) yield* visit.at(source);
    line = source;
    const { reason, hits } = BLOCKED[word];
    if (hits(visit.packet)) return { verdict: "drop", reason, by: { kind: "policy", ...written(source) }, source };
  }

  let answer = passed(block);
  if (block.spoofguard.mode !== "off") {
    yield* visit.at(block.spoofguard.source);
    const bindings = block.bindings.filter((b) => b.vnic === vnic);
    for (const binding of bindings) yield* visit.at(binding.source);
    const source = bindings[0]?.source ?? block.spoofguard.source ?? block.source;
    const by: By = { kind: "binding", ...written(source) };
    const reason = spoofed(visit.packet, { block, vnic, bindings, state: visit.world.at(vnic) });
    if (reason) {
      if (block.spoofguard.mode === "tofu" && reason !== "spoofguard-mac") reportOnly(block, visit);
      return { verdict: "drop", reason, by, source };
    }
    answer = { verdict: "pass", reason: "approved", by, source };
  }

  if (block.discover.methods.size > 0) {
    yield* visit.at(block.discover.source);
    discover(block, visit);
  }
  if (block.arpSuppression.on && visit.packet.arp?.opcode === 1) {
    yield* visit.at(block.arpSuppression.source);
    const reply = suppressed(visit);
    if (reply) {
      const { source } = block.arpSuppression;
      return {
        verdict: "answer",
        reason: "arp-suppression",
        by: { kind: "discovery", ...written(source) },
        source,
        reply,
      };
    }
  }
  return answer;
}

const passed = (block: Swsec): SlotAnswer => ({
  verdict: "pass",
  reason: "no-match",
  by: { kind: "policy", ...written(block.source) },
  source: block.source,
});

/** Counts in windows of a second, which begin with their first packet. */
function withinLimit(limit: Limit, visit: Visit): boolean {
  const { packet, world, place } = visit;
  const is = packet.eth.dst === broadcast ? "broadcast" : isMulticast(packet.eth.dst) ? "multicast" : "unicast";
  if (is !== limit.what || place.direction !== limit.direction) return true;
  const rates = world.change(place.vnic).rates;
  const key = `${limit.what} ${limit.direction}`;
  const before = rates.get(key);
  const now =
    before && world.clock - before.since < 1000
      ? { since: before.since, count: before.count + 1 }
      : { since: world.clock, count: 1 };
  rates.set(key, now);
  return now.count <= limit.rate;
}

/** What the VM's own packet tells of its addresses. */
function reportOf({ discover: { methods } }: Swsec, { arp, icmp, ip, eth }: Packet) {
  if (methods.has("arp") && arp && arp.senderIp !== 0)
    return { ip: arp.senderIp, method: "arp", mac: arp.senderMac } as const;
  if (methods.has("nd") && ip?.version === 6 && icmp?.type === 136 && icmp.target !== undefined)
    return { ip: icmp.target, method: "nd", mac: eth.src } as const;
  return undefined;
}

function discover(block: Swsec, { packet, world, place }: Visit): void {
  const report = reportOf(block, packet);
  if (report) world.learn(place.vnic, report.ip, report.method, report.mac);
}

/** A packet that SpoofGuard stops teaches nothing, but the address that it speaks of waits for approval. */
function reportOnly(block: Swsec, { packet, world, place }: Visit): void {
  const report = reportOf(block, packet);
  if (report && report.mac === packet.eth.src) world.suspect(place.vnic, report.ip);
}

/** The DHCP ACK that reaches the VM tells its lease. */
function learnLease({ discover: { methods } }: Swsec, { packet: { dhcp }, world, place }: Visit): void {
  if (!methods.has("dhcp") || dhcp?.message !== ACK || dhcp.yourIp === 0) return;
  if (place.vnic.mac !== undefined && dhcp.clientMac !== 0 && dhcp.clientMac !== place.vnic.mac) return;
  world.learn(place.vnic, dhcp.yourIp, "dhcp");
}

/** The answer that the controller's table of the segment has; undefined when the request must be flooded. */
function suppressed({ packet: { arp }, world, place: { vnic } }: Visit): string | undefined {
  const vni = vnic.segment === undefined ? undefined : world.policy.segments.get(vnic.segment)?.vni;
  // A gratuitous request announces, and wants no answer.
  if (vni === undefined || !arp || arp.targetIp === arp.senderIp) return undefined;
  const known = world.neighbours.get(`${vni} ${arp.targetIp}`);
  if (!known || known.vnic === vnic.id) return undefined;
  return `arp reply ${formatIp(arp.targetIp)} at ${formatMac(known.mac)} to ${vnic.id}`;
}
