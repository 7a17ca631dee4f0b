/** Below the lanes: all there is to say of the slot that is selected, and what can be done there. */

import { button, element } from "../../pages/element.ts";
import type { FromPage, Lane, Picture, Slot } from "../chain.ts";
import { byText, changeText, decision, holder, isConfigured, say } from "./words.ts";

export function drawDetails(picture: Picture, lane: number, slot: Slot, tell: (message: FromPage) => void): Node[] {
  const walk = picture.lanes[lane];
  if (!walk) return [];
  const wasReached = picture.kind === "configured" || slot.verdict !== undefined || isHere(picture, lane, slot);
  const told = wasReached ? decision(slot) : [say("notReached")];
  const actions: Node[] = [];
  if (picture.kind === "live" && walk.chain) {
    const label = isBehind(picture, lane, walk, slot) ? say("runBackTo", slot.slot) : say("runTo", slot.slot);
    if (!isHere(picture, lane, slot))
      actions.push(button(label, "primary", () => tell({ type: "runTo", lane, slot: slot.slot })));
  }
  const target = opens(slot);
  if (target) actions.push(button(say("open", target), "", () => tell({ type: "open", lane, slot: slot.slot })));
  return [
    element(
      "div",
      { class: "what" },
      element("strong", {}, `${say("slot", slot.slot)} · ${holder(slot)}`),
      element("span", { class: "quiet" }, slot.owner),
    ),
    element("div", { class: "why" }, ...told.map((line) => element("span", {}, line))),
    element("ul", { class: "changes" }, ...(slot.changes ?? []).map((change) => element("li", {}, changeText(change)))),
    element("div", { class: "actions" }, ...actions),
  ];
}

const isHere = ({ current }: Picture, lane: number, { slot }: Slot): boolean =>
  current?.lane === lane && current.slot === slot;

function isBehind(picture: Picture, lane: number, { direction }: Lane, { slot, verdict }: Slot): boolean {
  if (verdict !== undefined) return true;
  const { current } = picture;
  if (!current || current.lane !== lane) return false;
  return direction === "out" ? slot < current.slot : slot > current.slot;
}

/** What the button opens: the statement that decided, else the block. */
function opens(slot: Slot): string | undefined {
  if (slot.by?.file === undefined) return isConfigured(slot) ? slot.block : undefined;
  return slot.by.kind === "policy" ? slot.block : byText(slot.by);
}
