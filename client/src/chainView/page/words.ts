/** Slots, packets and fates in words. */
import { filled } from "../../pages/filled.ts";
import type { By, Change, Lane, Picture, Slot, Texts } from "../chain.ts";

let words: Texts;
export const say = (name: keyof Texts, ...values: readonly (string | number)[]): string => filled(words[name], values);
export function speak(texts: Texts): void {
  words = texts;
}

export const isConfigured = ({ module }: Slot): boolean => module !== "empty" && module !== "reserved";

export const holder = (slot: Slot): string => {
  if (slot.module === "empty" || slot.module === "reserved") return say(slot.module);
  return slot.block ? `${slot.module} ${slot.block}` : slot.module;
};

export function byText(by: By): string {
  return by.kind === "rule" ? say("rule", by.id ?? "") : by.kind;
}

/** `rule 1001`, `by state`, `spoofguard-ipv4`: the shortest that says why. A match is said by its rule. */
export function briefReason({ verdict, by, reason }: Slot): string {
  if (verdict === undefined) return "";
  const who = by && by.kind !== "policy" ? byText(by) : undefined;
  const why = reason === "match" || reason === who || (who === "default" && reason === "no-match") ? undefined : reason;
  return [who, why].filter(Boolean).join(" · ");
}

export const changeText = ({ field, from, to }: Change): string =>
  `${field} ${from ?? say("none")} → ${to ?? say("none")}`;

/** What was decided, by what, and why, in full. */
export function decision(slot: Slot): string[] {
  if (slot.verdict === undefined) return [];
  const { by } = slot;
  const rule = by?.name ? `${byText(by)} “${by.name}”` : by && byText(by);
  const who = by && by.kind !== "policy" && rule ? ` ${say("by", rule)}` : "";
  const why = slot.reason && slot.reason !== by?.kind ? ` (${slot.reason})` : "";
  return [
    `${slot.verdict}${who}${why}`,
    ...(slot.state ? [say("connection", slot.state)] : []),
    ...(slot.appliance ? [say("appliance", slot.appliance)] : []),
    ...(slot.reply ? [say("reply", slot.reply)] : []),
    ...(slot.disabled?.length ? [say("disabled", slot.disabled.map((id) => say("rule", id)).join(", "))] : []),
  ];
}

/** Everything about a slot, for those who hear the page. */
export function sentence(slot: Slot, here: boolean, wasReached: boolean): string {
  return [
    say("slot", slot.slot),
    slot.owner,
    holder(slot),
    ...(here ? [say("here")] : []),
    ...(wasReached ? decision(slot) : [say("notReached")]),
    ...(slot.changes ?? []).map(changeText),
  ].join(", ");
}

/** Where a step has brought the packet, in one breath. */
export function announcement(picture: Picture): string {
  const { current, packet = "", outcome } = picture;
  if (picture.kind === "configured") return "";
  if (!current) return outcome ? `${packet}: ${outcome}` : `${packet}: ${say("onItsWay")}`;
  const lane = picture.lanes[current.lane];
  const slot = lane?.slots[current.slot];
  return lane && slot ? `${say("slot", slot.slot)}, ${holder(slot)}, ${lane.direction}, ${lane.vnic}` : "";
}

/** The slot that ended a walk or, of one that was delivered, the last that a rule or a connection decided. */
export function decisive({ slots, direction }: Lane): number | undefined {
  const walked = (direction === "out" ? slots : slots.toReversed()).filter(({ verdict }) => verdict !== undefined);
  const decided = walked.findLast(({ verdict, module }) => module === "dfw" || verdict !== "pass");
  return (decided ?? walked.findLast(isConfigured))?.slot;
}
