/** The scopes of a stop: the packet, what was decided, what the slot remembers, the scenario. */

import { byText } from "../chain/expectation.ts";
import type { Change, SlotTrace } from "../chain/trace.ts";
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

function decisionNodes(debuggee: Debuggee): readonly Node[] {
  const { moment } = debuggee;
  const current = moment?.kind === "decided" ? moment.decision : undefined;
  const nodes: Node[] = debuggee.walks.map(walkNode);
  if (current?.changes?.length) nodes.push(changesNode(current.changes));
  if (nodes.length === 0) nodes.push({ name: "verdict", value: "nothing is decided yet" });
  if (moment?.kind === "finished" && moment.trace) nodes.unshift({ name: "outcome", value: moment.trace.outcome });
  return nodes;
}
function walkNode(walk: WalkSoFar): Node {
  const last = walk.slots.at(-1);
  return {
    name: `${walk.direction} · ${walk.vnic}`,
    value: last ? decisionText(last) : (walk.note ?? "nothing is decided yet"),
    children: () => walk.slots.map(slotNode),
  };
}
const decisionText = (slot: SlotTrace): string => `${slot.verdict}${decidedBy(slot)}`;

function slotNode(slot: SlotTrace): Node {
  const { by } = slot;
  const nodes: Node[] = [{ name: "verdict", value: slot.verdict }];
  const add = (name: string, value: string | undefined): void => {
    if (value !== undefined) nodes.push({ name, value });
  };
  if (by)
    nodes.push({
      name: "by",
      value: byText({ ...slot, reason: undefined }),
      ...(by.file !== undefined && by.line !== undefined ? { place: { uri: by.file, line: by.line } } : {}),
    });
  add("reason", slot.reason);
  add("state", slot.state);
  add("appliance", slot.appliance);
  add("reply", slot.reply);
  add("disabled", slot.disabled?.length ? slot.disabled.map((id) => `rule ${id}`).join(", ") : undefined);
  if (slot.changes?.length) nodes.push(changesNode(slot.changes));
  return {
    name: `slot ${slot.slot} · ${slot.module}${slot.block === undefined ? "" : ` ${slot.block}`}`,
    value: decisionText(slot),
    ...(slot.block === undefined ? {} : { children: () => nodes }),
  };
}
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
