/** The scopes of a stop: the packet, what was decided, what the slot remembers, the scenario. */

import { byText } from "../chain/expectation.ts";
import type { Change, SlotTrace, WalkOutcome } from "../chain/trace.ts";
import type { Debuggee, WalkSoFar } from "./debuggee.ts";
import { decidedBy } from "./narration.ts";
import { packetNodes } from "./packetScope.ts";
import { slotState, worldState } from "./state.ts";
import { duration } from "./text.ts";
import type { Node } from "./variables.ts";

export interface ScopeNode {
  readonly node: Node;
  readonly hint?: "locals" | "arguments" | "registers";
  readonly expensive: boolean;
}

export function scopes(debuggee: Debuggee): readonly ScopeNode[] {
  const scope = (name: string, children: () => readonly Node[], hint?: ScopeNode["hint"]): ScopeNode => ({
    node: { name, value: "", children },
    expensive: false,
    ...(hint ? { hint } : {}),
  });
  return [
    scope("Packet", () => packetNodes(debuggee), "arguments"),
    scope("Decision", () => decisionNodes(debuggee), "locals"),
    scope("Slot state", () => (debuggee.place ? slotState(debuggee) : worldState(debuggee))),
    scope("Scenario", () => scenarioNodes(debuggee)),
  ];
}

/** The verdicts so far, and what the latest changed; at a step, until its packet leaves, those of the packet before. */
function decisionNodes(debuggee: Debuggee): readonly Node[] {
  const { moment, last } = debuggee;
  const walks = debuggee.walks.map(walkNode);
  const trip = moment === undefined || moment.kind === "finished" ? last : undefined;
  if (trip) return [{ name: "outcome", value: `${trip.outcome}: ${trip.packet}` }, ...walks, ...changed(trip.changes)];
  if (walks.length === 0) return [{ name: "verdict", value: "nothing is decided yet" }];
  const latest = debuggee.walks.at(-1)?.slots.findLast(isConfigured);
  const verdict = latest ? `${decisionText(latest)} at ${slotName(latest)}` : "nothing is decided yet";
  return [{ name: "verdict", value: verdict, ...placeOf(latest) }, ...walks, ...changed(latest?.changes)];
}
const isConfigured = (slot: SlotTrace): boolean => slot.block !== undefined;
const changed = (changes: readonly Change[] | undefined): readonly Node[] =>
  changes?.length ? [changesNode(changes)] : [];

/** A walk in a line: what ended it, else its firewall; under way, its latest slot. */
function walkNode(walk: WalkSoFar & { readonly outcome?: WalkOutcome }): Node {
  const { slots, outcome } = walk;
  const firewall = outcome === "delivered" ? slots.find((slot) => slot.module === "dfw") : undefined;
  const told = firewall ?? slots.findLast(isConfigured);
  const note = walk.note ?? (outcome === undefined ? "nothing is decided yet" : outcome);
  return {
    name: `${walk.direction} · ${walk.vnic}`,
    value: told ? `${outcome === undefined ? "" : `${outcome}: `}${decisionText(told)} at slot ${told.slot}` : note,
    ...placeOf(told),
    children: () => slots.map(slotNode),
  };
}
/** Where what decided is written. */
const placeOf = (slot: SlotTrace | undefined): Pick<Node, "place"> => {
  const { file, line } = slot?.by ?? {};
  return file !== undefined && line !== undefined ? { place: { uri: file, line } } : {};
};
const decisionText = (slot: SlotTrace): string => `${slot.verdict}${decidedBy(slot)}`;

function slotNode(slot: SlotTrace): Node {
  const { by } = slot;
  const place = placeOf(slot);
  const nodes: Node[] = [{ name: "verdict", value: slot.verdict }];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) nodes.push({ name, value });
  };
  if (by) nodes.push({ name: "by", value: byText({ ...slot, reason: undefined }), ...place });
  add("reason", slot.reason);
  add("state", slot.state);
  add("appliance", slot.appliance);
  add("reply", slot.reply);
  add("disabled", slot.disabled?.length ? slot.disabled.map((id) => `rule ${id}`).join(", ") : undefined);
  if (slot.changes?.length) nodes.push(changesNode(slot.changes));
  return {
    name: slotName(slot),
    value: decisionText(slot),
    ...place,
    ...(slot.block === undefined ? {} : { children: () => nodes }),
  };
}
const slotName = ({ slot, module, block }: SlotTrace): string =>
  `slot ${slot} · ${module}${block === undefined ? "" : ` ${block}`}`;
const changesNode = (changes: readonly Change[]): Node => ({
  name: "changes",
  value: changes.map((c) => c.field).join(", "),
  children: () => changes.map((c) => ({ name: c.field, value: `${c.from ?? "nothing"} → ${c.to ?? "nothing"}` })),
});

function scenarioNodes(debuggee: Debuggee): readonly Node[] {
  const { script } = debuggee.loaded;
  const { clock } = debuggee.world;
  return [
    { name: "running", value: script.title },
    { name: script.capture ? "frame" : "step", value: `${debuggee.index + 1} of ${script.length}` },
    { name: "clock", value: duration(clock), expression: "clock" },
    { name: "packets", value: String(debuggee.packets) },
    { name: "failed expectations", value: String(debuggee.failures) },
    ...(debuggee.last ? [{ name: "last outcome", value: `${debuggee.last.packet} → ${debuggee.last.outcome}` }] : []),
  ];
}
