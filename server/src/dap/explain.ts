/**
 * What befell a packet, as a colleague would say it: which slot, which block, which rule, for what reason, and what would
 * have let it through.
 */
import { byText, decisiveSlot } from "../chain/expectation.ts";
import { REASONS, type ReasonCode } from "../chain/reasons.ts";
import { POSSIBLE_STEP } from "../chain/scenario.ts";
import type { Direction, SlotTrace, Trace } from "../chain/trace.ts";
import type { Debuggee } from "./debuggee.ts";
import { FILTERS } from "./exceptions.ts";
import { remedy } from "./remedy.ts";

export interface Explanation {
  readonly title: string;
  readonly message: string;
}

/** What the session has caught here. */
export function explain(debuggee: Debuggee): Explanation {
  const { moment, halt } = debuggee;
  const title = FILTERS.find((filter) => filter.id === halt.caught)?.label ?? "Stopped";
  if (moment?.kind === "finished" && moment.failure) {
    const { expected, actual } = moment.failure;
    if (expected === POSSIBLE_STEP) return { title, message: `This step cannot be taken: ${actual}.` };
    const told = moment.trace && atTheEnd(moment.trace, debuggee);
    return { title, message: `Expected ${expected}; it was ${actual}.${told ? ` ${told}` : ""}` };
  }
  if (moment?.kind === "finished" && moment.trace) return { title, message: atTheEnd(moment.trace, debuggee) ?? "" };
  if (moment?.kind !== "decided") return { title, message: "" };
  const { place, decision } = moment;
  return { title, message: sentences(debuggee.notation, decision, place.vnic, place.direction, debuggee) };
}

/** Of a trip that is over: what ended it, or the firewall that let it through. */
function atTheEnd(trace: Trace, debuggee: Debuggee): string | undefined {
  const packet = debuggee.wasEdited ? debuggee.notation : trace.packet;
  if (trace.reason === "ttl-expired")
    return `${packet} is dropped between its two walks: the router between the two segments takes one off its TTL, and nothing is left. Sent with more it would go on.`;
  const settled = trace.reason === undefined ? decisiveSlot(trace.walks) : undefined;
  if (!settled) return undefined;
  return sentences(packet, settled.slot, settled.walk.vnic, settled.walk.direction, debuggee);
}

function sentences(
  packet: string,
  decision: SlotTrace,
  vnic: string,
  direction: Direction,
  debuggee: Debuggee,
): string {
  const fate = FATE[decision.verdict] ?? decision.verdict;
  const by = decision.block === undefined ? "" : ` by ${decision.module} ${decision.block}`;
  const walking = `${direction === "in" ? "entering" : "leaving"} ${vnic}`;
  const hint = remedy(decision, vnic, direction, debuggee);
  return `${packet} is ${fate} at slot ${decision.slot}${by}, ${walking}: ${cause(decision)}.${hint ? ` ${hint}` : ""}`;
}
const FATE: Readonly<Record<string, string>> = {
  drop: "dropped",
  reject: "rejected",
  answer: "answered",
  blackhole: "lost",
  redirect: "redirected",
  allow: "allowed",
  pass: "passed on",
  encrypt: "sealed",
  protect: "sealed",
  decrypt: "opened",
};

/** Reasons that speak of an appliance, by its name. */
const APPLIANCE: Readonly<Partial<Record<ReasonCode, (name: string) => string>>> = {
  state: (name) => `its flow has gone through appliance ${name} since its first packet`,
  "fail-open": (name) => `appliance ${name} is down, and fails open`,
  "fail-closed": (name) => `appliance ${name} is down, and fails closed`,
  "appliance-hung": (name) => `appliance ${name} hangs: it is still attached, so its failure policy is not used`,
};

/** Who decided, and for what reason: half a sentence. */
function cause(decision: SlotTrace): string {
  const { by, reason, appliance } = decision;
  const known =
    reason !== undefined && Object.hasOwn(REASONS, reason) ? REASONS[reason as keyof typeof REASONS].text : reason;
  if (by?.kind === "default") return "no rule matches, and its default decides";
  const rule = by?.id === undefined ? undefined : byText({ ...decision, by: { ...by, kind: "rule" }, reason: "match" });
  if (by?.kind === "appliance" && rule) return `rule ${by.id} of appliance ${appliance} drops it`;
  if (reason === "match" && rule) return `${rule} matches`;
  const told = (appliance !== undefined && APPLIANCE[reason as ReasonCode]?.(appliance)) || known || "it says so";
  return `${rule ? `${rule} matches, but ` : ""}${told}`;
}
