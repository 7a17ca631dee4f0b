/** Draws what the extension sends, and tells it what the person chose. */
import "./page.css";
import { seen } from "../../../../server/src/unseen.ts";
import { button, element } from "../../pages/element.ts";
import type { FromPage, Picture, ToPage } from "../chain.ts";
import { drawDetails } from "./details.ts";
import { drawHeader } from "./header.ts";
import { columnsOf, type DrawnLane, drawLane, shapeOf } from "./lane.ts";
import { announcement, changeText, decisive, isConfigured, say, speak } from "./words.ts";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const host = acquireVsCodeApi();
const tell = (message: FromPage): void => host.postMessage(message);
const root = document.getElementById("chain") as HTMLElement;

const title = element("h1", { class: "spoken" }, "IOChain");
const header = element("header", {});
const lanes = element("div", { class: "lanes" });
const details = element("aside", { class: "details" });
const spoken = element("div", { class: "spoken", role: "status" });

new ResizeObserver(() => lanes.style.setProperty("--details", `${details.offsetHeight}px`)).observe(details);

let picture: Picture | undefined;
let shape = "";
let drawn: readonly DrawnLane[] = [];
/** The slot that the keyboard is at and the details speak of. */
let selected = { lane: 0, slot: 0 };

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.type === "texts") {
    speak(data.texts);
    details.setAttribute("aria-label", say("slot", ""));
  } else if (data.type === "picture") show(data.picture);
  else {
    picture = undefined;
    shape = "";
    const offers = data.offers.map(({ label, command }) =>
      button(label, "primary", () => tell({ type: "offer", command })),
    );
    root.replaceChildren(
      title,
      element("div", { class: "nothing" }, element("p", {}, data.why), element("div", { class: "actions" }, ...offers)),
    );
  }
});

function show(next: Picture): void {
  const hadFocus = lanes.contains(document.activeElement);
  const now = shapeOf(next.lanes);
  const isNew = now !== shape || !picture;
  if (isNew) {
    drawn = next.lanes.map(drawLane);
    lanes.style.setProperty("--columns", columnsOf(next.lanes));
    lanes.replaceChildren(...drawn.flatMap(({ root: lane }, index) => (index === 1 ? [router(), lane] : [lane])));
    shape = now;
  }
  if (!root.contains(lanes)) root.replaceChildren(title, header, lanes, details, spoken);
  const hasMoved = JSON.stringify(next.current) !== JSON.stringify(picture?.current) || next.packet !== picture?.packet;
  picture = next;
  redrawHeader(next);
  const between = lanes.querySelector(".router");
  if (between) between.textContent = seen([say("routed"), ...(next.changes ?? []).map(changeText)].join(" · "));
  between?.classList.toggle("idle", (next.changes ?? []).length === 0);
  for (const [index, lane] of drawn.entries()) {
    const walk = next.lanes[index];
    if (walk) lane.update(walk, next);
  }
  if (isNew || hasMoved) selected = next.current ?? ending(next);
  select(selected.lane, selected.slot, hadFocus);
  if (hasMoved) buttonAt(selected.lane, selected.slot)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  const words = announcement(next);
  if (spoken.textContent !== words) spoken.textContent = words;
}

/** Between two walks the distributed router stands; what it changed is the same for every receiver. */
const router = (): HTMLElement => element("p", { class: "router" });

/** The header is drawn anew; the keyboard stays on the control that it was at. */
function redrawHeader(next: Picture): void {
  const controls = (): Element[] => [...header.querySelectorAll("button, select")];
  const focused = controls().indexOf(document.activeElement as Element);
  header.replaceChildren(...drawHeader(next, tell));
  (controls()[focused] as HTMLElement | undefined)?.focus();
}

/** The slot that the fate hangs on; before there is one, the first on the way that is used. */
function ending({ lanes: walks }: Picture): { lane: number; slot: number } {
  const lane = Math.max(
    0,
    walks.findLastIndex(({ slots }) => slots.some(({ verdict }) => verdict !== undefined)),
  );
  const walk = walks[lane];
  const used = walk?.slots.filter(isConfigured).map(({ slot }) => slot) ?? [];
  const first = walk?.direction === "in" ? used.at(-1) : used[0];
  return { lane, slot: (walk && decisive(walk)) ?? first ?? 0 };
}

const buttonAt = (lane: number, slot: number): HTMLButtonElement | undefined => drawn[lane]?.buttons[slot];

function select(lane: number, slot: number, focus: boolean): void {
  buttonAt(selected.lane, selected.slot)?.setAttribute("tabindex", "-1");
  const target = buttonAt(lane, slot) ?? buttonAt(0, 0);
  selected = { lane: buttonAt(lane, slot) ? lane : 0, slot: buttonAt(lane, slot) ? slot : 0 };
  for (const each of lanes.querySelectorAll(".selected")) each.classList.remove("selected");
  target?.setAttribute("tabindex", "0");
  target?.classList.add("selected");
  if (focus) target?.focus();
  const at = picture?.lanes[selected.lane]?.slots[selected.slot];
  if (picture && at) details.replaceChildren(...drawDetails(picture, selected.lane, at, tell));
}

const slotOf = (target: EventTarget | null): { lane: number; slot: number } | undefined => {
  const found = target instanceof Element ? target.closest<HTMLElement>("button.slot") : null;
  return found ? { lane: Number(found.dataset.lane), slot: Number(found.dataset.slot) } : undefined;
};

/** Enter and a click do the same: while debugging run to the slot, else open what is behind it. */
lanes.addEventListener("click", ({ target }) => {
  const at = slotOf(target);
  if (!at || !picture) return;
  select(at.lane, at.slot, true);
  if (picture.kind !== "live") tell({ type: "open", ...at });
  else if (picture.current?.lane !== at.lane || picture.current.slot !== at.slot) tell({ type: "runTo", ...at });
});
lanes.addEventListener("focusin", ({ target }) => {
  const at = slotOf(target);
  if (at) select(at.lane, at.slot, false);
});
lanes.addEventListener("keydown", (event) => {
  const at = slotOf(event.target);
  if (!at || event.altKey || event.ctrlKey || event.metaKey) return;
  const isUpright = getComputedStyle(lanes).getPropertyValue("--upright").trim() === "1";
  const along: Readonly<Record<string, number>> = isUpright
    ? { ArrowDown: 1, ArrowUp: -1, Home: -16, End: 16 }
    : { ArrowRight: 1, ArrowLeft: -1, Home: -16, End: 16 };
  const across: Readonly<Record<string, number>> = isUpright
    ? { ArrowRight: 1, ArrowLeft: -1, PageDown: 1, PageUp: -1 }
    : { ArrowDown: 1, ArrowUp: -1, PageDown: 1, PageUp: -1 };
  const step = along[event.key];
  const jump = across[event.key];
  if (step === undefined && jump === undefined) return;
  event.preventDefault();
  const slot = Math.min(15, Math.max(0, at.slot + (step ?? 0)));
  const lane = Math.min(drawn.length - 1, Math.max(0, at.lane + (jump ?? 0)));
  select(lane, slot, true);
});

tell({ type: "ready" });
