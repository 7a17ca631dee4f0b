/** What would have let a packet through that did not get through. */
import type { Packet } from "../capture/packet.ts";
import { follow } from "../chain/connections.ts";
import { flowOf } from "../chain/flow.ts";
import type { ReasonCode } from "../chain/reasons.ts";
import type { Direction, SlotTrace } from "../chain/trace.ts";
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Block, Rule } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import type { Debuggee } from "./debuggee.ts";
import { failing } from "./whyNot.ts";

/** A sentence or two; undefined where there is nothing to say, or where it did get through. */
export function remedy(
  decision: SlotTrace,
  vnic: string,
  direction: Direction,
  debuggee: Debuggee,
): string | undefined {
  const { verdict, reason, appliance } = decision;
  if (verdict !== "drop" && verdict !== "reject" && verdict !== "blackhole") return undefined;
  if (verdict === "blackhole")
    return `Were ${appliance ?? "the appliance"} up, it would look at the packet; were it down, its failure policy would hold.`;
  switch (reason as ReasonCode | undefined) {
    case "spoofguard-ipv4":
    case "spoofguard-ipv6":
    case "spoofguard-arp":
    case "spoofguard-nd":
      return `${approved(decision, vnic, debuggee)} A bind of ${vnic} with the packet's address, or an approve step, would let it through.`;
    case "spoofguard-mac":
      return `${ownMacs(decision, vnic, debuggee)} A bind of ${vnic} with the packet's MAC would let it through.`;
    case "strict-no-syn":
      return "A SYN first, or a section without tcp-strict, would let it through.";
    case "state-mismatch":
      return misfit(decision, vnic, debuggee);
    case "fail-closed":
      return appliance === undefined
        ? "With fail open on the slot's line it would pass; were the block up, it would decide."
        : `With fail open it would pass; were ${appliance} up, it would look at the packet.`;
    case "decrypt-failed":
      return "The same key at the same epoch on this side would open it.";
    case "not-sealed":
      return "Sealed by an encrypt rule where it left its VM, it would pass.";
    case "fragment":
      return "Behind its first fragment it would share that one's fate.";
    case "short":
      return "With the rest of its header the rules would decide.";
    case "normalize":
      return "With flags that go together, and lengths that can be, the rules would decide.";
    case "proto-cksum":
      return "With the right checksum the rules would decide.";
    case "rate-limit":
      return `${limitOf(decision, debuggee)} Fewer of its kind in this second, or a higher limit, would let it through.`;
    case "block-dhcp-server":
    case "block-dhcp-client":
    case "block-bpdu":
    case "block-router-advertisement":
    case "block-non-ip":
      return `Without “block ${reason?.slice("block-".length)}” it would pass.`;
    case "match":
    case "no-match":
    case "appliance-drop":
      return otherRules(decision, vnic, direction, debuggee);
    default:
      return undefined;
  }
}

/** The packet that it is about. */
const asked = ({ moment, packet }: Debuggee): Packet | undefined =>
  moment?.kind === "finished" ? moment.packet : packet;

/** In which way the packet does not fit its connection, which it has left as it was. */
function misfit({ block: name = "", state }: SlotTrace, id: string, debuggee: Debuggee): string {
  const { loaded, world } = debuggee;
  const vnic = loaded.policy.vnics.get(id);
  const block = loaded.policy.blocks.get(name);
  const packet = asked(debuggee);
  const flow = packet && flowOf(packet);
  const known = flow && vnic && world.at(vnic).connections.get(flow.key);
  const fate = known && block?.module === "dfw" ? follow(known, packet, flow, world.clock, block.timeouts) : undefined;
  const where = `The connection is in ${state ?? "another state"}`;
  return fate?.kind === "mismatch" ? `${where}: ${fate.why}. ${capital(fate.instead)}.` : `${where}.`;
}

function approved(decision: SlotTrace, id: string, debuggee: Debuggee): string {
  const { policy } = debuggee.loaded;
  const vnic = policy.vnics.get(id);
  const block = policy.blocks.get(decision.block ?? "");
  const bound = block?.module === "swsec" ? (block.bindings.find((b) => b.vnic === vnic)?.ips ?? []) : [];
  const known = vnic && debuggee.world.at(vnic);
  const trusted =
    block?.module === "swsec" && block.spoofguard.mode === "tofu" ? Object.values(known?.first ?? {}) : [];
  const all = [...bound, ...(known?.approved ?? []), ...trusted];
  const list = [...new Set(all.map(formatIp))].join(", ");
  return list === "" ? "No address is approved there." : `Approved there: ${list}.`;
}

/** The source MAC, and those that the vNIC may have. */
function ownMacs({ block: name = "" }: SlotTrace, id: string, debuggee: Debuggee): string {
  const { policy } = debuggee.loaded;
  const block = policy.blocks.get(name);
  const vnic = policy.vnics.get(id);
  const bindings = block?.module === "swsec" ? block.bindings.filter((bind) => bind.vnic === vnic) : [];
  const bound = bindings.flatMap(({ mac }) => mac ?? []);
  const own = bound.length > 0 ? bound : [vnic?.mac ?? []].flat();
  const found = asked(debuggee)?.eth.src;
  return `It is ${found === undefined ? "another" : formatMac(found)}, and ${id} has ${own.map(formatMac).join(", ")}.`;
}
function limitOf({ block: name = "", by }: SlotTrace, { loaded: { policy } }: Debuggee): string {
  const block = policy.blocks.get(name);
  const limits = block?.module === "swsec" ? block.limits : [];
  const limit = limits.find(({ source }) => source.uri === by?.file && lineOf(source.statement) === by.line);
  return limit ? `The limit is ${limit.rate} ${limit.what} a second, ${limit.direction}.` : "";
}

interface Home {
  /** In the order in which they are tried. */
  readonly rules: readonly Rule[];
  readonly default: { readonly action: string } | undefined;
}
const homeOf = (block: Block): Home => {
  if (block.module === "swsec") return { rules: [], default: undefined };
  const rules = block.module === "dfw" ? [...block.ethernetRules, ...block.ipRules] : block.rules;
  return { rules, default: block.default };
};

/**
 * The rules around the one that decided: those before it would have come first, had they matched; those behind it
 * decide in its stead, where it is taken away.
 */
function otherRules(
  { by, block: name = "", appliance }: SlotTrace,
  vnic: string,
  direction: Direction,
  debuggee: Debuggee,
): string | undefined {
  const { policy } = debuggee.loaded;
  const block = policy.blocks.get(name);
  const inspecting = by?.kind === "appliance" ? policy.appliances.get(appliance ?? "")?.inspect : undefined;
  const home = inspecting ? { rules: inspecting.rules, default: inspecting.default } : block && homeOf(block);
  if (!home) return undefined;
  const at = by?.id === undefined ? home.rules.length : home.rules.findIndex((rule) => rule.id === by.id);
  const misses = (rule: Rule): readonly string[] | undefined => failing(rule, debuggee, vnic, direction);

  const decider = home.rules[at];
  if (decider) {
    const next = home.rules.slice(at + 1).find((r) => !r.disabled && r.action !== "mark" && misses(r)?.length === 0);
    const action = next?.action ?? home.default?.action ?? "allow";
    if (action === "allow") return `Without that rule ${next ? nameOf(next) : "the default"} would let it through.`;
  }
  const off = home.rules.slice(0, at).find((r) => r.disabled && r.action === "allow" && misses(r)?.length === 0);
  if (off) return `${capital(nameOf(off))} would have let it through, but it is disabled.`;
  let best: { rule: Rule; failed: readonly string[] } | undefined;
  for (const rule of home.rules.slice(0, at)) {
    if (rule.action !== "allow" || rule.disabled) continue;
    const failed = misses(rule);
    if (failed && failed.length > 0 && (!best || failed.length < best.failed.length)) best = { rule, failed };
  }
  if (best) return `${capital(nameOf(best.rule))} would have let it through, but ${best.failed.join(", and ")}.`;
  const where = decider ? `before ${nameOf(decider)}` : "of its own";
  return `An allow rule ${where} would let it through.`;
}
const nameOf = ({ id, title }: Rule): string => `rule ${id}${title === undefined ? "" : ` "${title}"`}`;
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
