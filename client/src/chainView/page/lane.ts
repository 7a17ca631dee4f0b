/**
 * A walk as a line with sixteen stations: the VM at one end, the vSwitch at the other. Drawn once for each chain, and
 * filled in anew at every step, so that nothing moves but what has changed.
 */

import { seen } from "../../../../server/src/unseen.ts";
import { element } from "../../pages/element.ts";
import { marks } from "../../pages/marks.ts";
import type { Change, Lane, Picture, Slot } from "../chain.ts";
import { briefReason, changeText, holder, isConfigured, say, sentence } from "./words.ts";

export interface DrawnLane {
  readonly root: HTMLElement;
  readonly buttons: readonly HTMLButtonElement[];
  update(lane: Lane, picture: Picture): void;
}

/** What is the same as long as the page need not be drawn anew. */
export const shapeOf = (lanes: readonly Lane[]): string =>
  JSON.stringify(
    lanes.map(({ vnic, chain, slots }) => [vnic, chain, slots.map(({ module, block }) => [module, block])]),
  );

/** The columns of all lanes: a slot that one of them uses is wide in each; one with an owner of its own has his name. */
export function columnsOf(lanes: readonly Lane[]): string {
  const width = (slot: number): string => {
    if (lanes.some(({ slots }) => slots[slot] && isConfigured(slots[slot]))) return "minmax(6.4em, 3fr)";
    return lanes.some(({ slots }) => isAlone(slots, slot)) ? "minmax(3.4em, 2fr)" : "minmax(1.9em, 1fr)";
  };
  return Array.from({ length: 16 }, (_, slot) => width(slot)).join(" ");
}

const isReserved = (slot: Slot | undefined): boolean => slot?.module === "reserved";
/** Whether no neighbour is its owner's, too. */
function isAlone(slots: readonly Slot[], at: number): boolean {
  const owner = slots[at]?.owner;
  return !isReserved(slots[at]) && slots[at - 1]?.owner !== owner && slots[at + 1]?.owner !== owner;
}

export function drawLane(lane: Lane, index: number): DrawnLane {
  const slots = lane.slots.map((slot) => drawSlot(slot, index));
  const list = element("ol", { class: "slots" }, ...slots.map(({ root }) => root));
  const way = element("span", { class: "way" });
  const outcome = element("span", { class: "outcome" });
  const root = element(
    "section",
    { class: "lane" },
    element("p", { class: "caption" }, way, outcome),
    element(
      "div",
      { class: "line" },
      element(
        "div",
        { class: "end vm" },
        element("strong", {}, ...breakable(lane.vnic)),
        element("span", {}, say("vm")),
      ),
      element("div", { class: "track" }, owners(lane.slots), list),
      element("div", { class: "end switch" }, element("strong", {}, say("vSwitch"))),
    ),
  );
  return {
    root,
    buttons: slots.map(({ button }) => button),
    update(now, picture) {
      const here = picture.current?.lane === index ? picture.current.slot : undefined;
      const isBegun = now.slots.some(({ verdict }) => verdict !== undefined) || here !== undefined;
      const label = picture.kind === "configured" ? now.vnic : `${now.vnic}, ${say(now.direction)}`;
      root.setAttribute("aria-label", label);
      list.setAttribute("aria-label", say("slots", now.chain || now.vnic));
      root.className = `lane ${now.direction} ${picture.kind}${isBegun ? " begun" : ""}${now.outcome ? ` ${now.outcome}` : ""}`;
      way.textContent = [
        picture.kind === "configured" ? "" : say(now.direction),
        now.chain ? "" : say("noChain"),
        now.note,
      ]
        .filter(Boolean)
        .join(" · ");
      outcome.textContent = picture.lanes.length > 1 ? (now.outcome ?? "") : "";
      outcome.dataset.mark = marks[outcome.textContent] ?? "";
      for (const [number, drawn] of slots.entries()) {
        const slot = now.slots[number];
        if (slot) drawn.update(slot, { here: here === number, isConfiguration: picture.kind === "configured" });
      }
    },
  };
}

/** Whose the slots are: one bracket over neighbours of the same owner. In words it stands in each slot's label. */
function owners(slots: readonly Slot[]): HTMLElement {
  const row = element("div", { class: "owners", "aria-hidden": "true" });
  for (let from = 0; from < slots.length; ) {
    const owner = slots[from]?.owner ?? "";
    let to = from;
    while (slots[to]?.owner === owner) to++;
    const [short = "", ...rest] = owner.split(", ");
    const name = rest.length > 0 && to - from === 1 ? short : owner;
    // That they are reserved the slots say themselves, where the bracket has no room to.
    const bracket = element("span", { title: owner }, to - from > 2 || !isReserved(slots[from]) ? name : "");
    bracket.style.gridColumn = `${from + 1} / ${to + 1}`;
    row.append(bracket);
    from = to;
  }
  return row;
}

interface DrawnSlot {
  readonly root: HTMLLIElement;
  readonly button: HTMLButtonElement;
  update(slot: Slot, at: { readonly here: boolean; readonly isConfiguration: boolean }): void;
}

function drawSlot(slot: Slot, lane: number): DrawnSlot {
  const verdict = element("span", { class: "verdict" });
  const reason = element("span", { class: "reason" });
  const change = element("span", { class: "change" });
  /** What only a screen reader has to be told: others see it. */
  const state = element("span", { class: "spoken" });
  const button = element(
    "button",
    { type: "button", class: "slot", "data-lane": String(lane), "data-slot": String(slot.slot), tabindex: "-1" },
    element("span", { class: "spoken" }, say("slot", "")),
    element("span", { class: "node" }, element("span", { class: "number" }, String(slot.slot))),
    element(
      "span",
      { class: "text" },
      element("span", { class: "module" }, isConfigured(slot) ? slot.module : holder(slot)),
      ...(isConfigured(slot) ? [element("span", { class: "block" }, slot.block ?? ""), verdict, reason, change] : []),
    ),
    element("span", { class: "owner" }, slot.owner),
    state,
  );
  const root = element("li", {}, button);
  return {
    root,
    button,
    update(now, { here, isConfiguration }) {
      const wasReached = isConfiguration || now.verdict !== undefined || here;
      button.title = sentence(now, here, wasReached);
      state.textContent = here ? say("here") : wasReached ? "" : say("notReached");
      if (here) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
      button.classList.toggle("used", isConfigured(now));
      button.classList.toggle("reserved", now.module === "reserved");
      root.className = [now.verdict && `walked verdict-${now.verdict}`, here && "here", isConfigured(now) && "used"]
        .filter(Boolean)
        .join(" ");
      verdict.textContent = now.verdict ?? "";
      verdict.dataset.mark = marks[now.verdict ?? ""] ?? "";
      reason.textContent = seen(briefReason(now));
      change.textContent = seen(briefChanges(now.changes ?? []));
    },
  };
}

const briefChanges = ([first, ...more]: readonly Change[]): string =>
  first ? `${changeText(first)}${more.length > 0 ? ` +${more.length}` : ""}` : "";

/** A vNIC's name, which may go on in a new line behind its machine's. */
function breakable(vnic: string): (string | HTMLElement)[] {
  const dot = vnic.lastIndexOf(".") + 1;
  return [vnic.slice(0, dot), element("wbr", {}), vnic.slice(dot)];
}
