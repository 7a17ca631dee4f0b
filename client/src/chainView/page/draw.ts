/** A chain as HTML: VM, sixteen slots in numeric order, vSwitch; the packet's direction above, its slot marked. */
import type { By, Chain, Slot } from "../chain.ts";
import { element } from "./element.ts";

/** `live`: a packet is on its way. `reveal` is called with the slot whose deciding statement is wanted. */
export function drawChain(chain: Chain, live: boolean, reveal: (slot: number) => void): Node[] {
  const slots = chain.slots.map((slot) => {
    const here = slot.slot === chain.current;
    const item = element(
      "button",
      {
        type: "button",
        class: ["slot", `module-${slot.module}`, slot.verdict && `verdict-${slot.verdict}`].filter(Boolean).join(" "),
        "data-slot": String(slot.slot),
        "aria-current": here ? "step" : undefined,
        "aria-label": sentence(slot, here),
        title: sentence(slot, here),
      },
      element("span", { class: "number" }, String(slot.slot)),
      element("span", { class: "module" }, slot.module),
      element("span", { class: "block" }, slot.block ?? ""),
      element("span", { class: "verdict" }, verdictText(slot)),
      element("span", { class: "reason" }, why(slot)),
    );
    item.addEventListener("click", () => reveal(slot.slot));
    return element("li", {}, item);
  });
  return [
    heading(chain, live),
    element(
      "div",
      { class: "walk" },
      element("div", { class: "end" }, element("strong", {}, "VM"), chain.vnic),
      ...arrow(chain, live),
      element("ol", { class: "slots", "aria-label": "Slots 0 to 15" }, ...slots),
      ...arrow(chain, live),
      element("div", { class: "end" }, element("strong", {}, "vSwitch")),
    ),
  ];
}

/** Which way the packet goes; the heading says it in words. */
function arrow(chain: Chain, live: boolean): Node[] {
  return live
    ? [element("span", { class: "arrow", "aria-hidden": "true" }, chain.direction === "out" ? "→" : "←")]
    : [];
}

function heading(chain: Chain, live: boolean): HTMLElement {
  const direction = chain.direction === "out" ? "out: the VM sends, slot 0 → 15" : "in: the VM receives, slot 15 → 0";
  return element(
    "header",
    { "aria-live": "polite" },
    element("span", { class: "chain-name" }, `chain ${chain.chain}`),
    ...(live
      ? [
          element("code", { class: "packet" }, chain.packet ?? ""),
          element("span", { class: "direction" }, direction),
          element("span", { class: `outcome outcome-${chain.outcome ?? "open"}` }, chain.outcome ?? "on its way"),
        ]
      : [element("span", { class: "direction" }, "as configured; press F5 to send a packet through it")]),
  );
}

/** A mark besides the word: verdicts must not differ by colour alone. */
const marks: Readonly<Record<string, string>> = {
  allow: "✓",
  drop: "✗",
  reject: "✗",
  answer: "↩",
  redirect: "⤳",
  blackhole: "●",
  encrypt: "⚿",
  protect: "⚿",
  decrypt: "⚿",
};

function verdictText(slot: Slot): string {
  return [slot.verdict && marks[slot.verdict], slot.verdict].filter(Boolean).join(" ");
}

function why(slot: Slot): string {
  return [slot.by && byText(slot.by), slot.reason, slot.state].filter(Boolean).join(" · ");
}

function byText(by: By): string {
  return by.kind === "rule" ? `rule ${by.id}` : by.kind;
}

/** All there is to say of a slot, for the tooltip and for those who hear the page. */
function sentence(slot: Slot, here: boolean): string {
  const changes = (slot.changes ?? []).map(({ field, from, to }) => `${field}: ${from ?? "none"} → ${to ?? "none"}`);
  return [
    `Slot ${slot.slot}`,
    slot.owner,
    slot.block ? `${slot.module} ${slot.block}` : slot.module,
    here && "the packet is here",
    slot.verdict && `verdict: ${slot.verdict}`,
    why(slot),
    slot.by?.name,
    ...changes,
  ]
    .filter(Boolean)
    .join(", ");
}
