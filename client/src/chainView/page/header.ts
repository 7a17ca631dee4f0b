/** Above the lanes: the packet, its fate, and which packet or chain of several is drawn. */

import { button, element } from "../../pages/element.ts";
import { marks } from "../../pages/marks.ts";
import type { FromPage, Picture } from "../chain.ts";
import { say } from "./words.ts";

export function drawHeader(picture: Picture, tell: (message: FromPage) => void): Node[] {
  return picture.kind === "configured" ? configuration(picture, tell) : trip(picture, tell);
}

function configuration({ chains = [], lanes }: Picture, tell: (message: FromPage) => void): Node[] {
  const [lane] = lanes;
  const name = lane?.chain ?? "";
  return [
    chains.length > 1
      ? chooser(say("chains"), chains, chains.indexOf(name), (index) =>
          tell({ type: "chain", name: chains[index] ?? "" }),
        )
      : element("strong", {}, `${say("chains")} ${name}`),
    element("span", { class: "quiet" }, say("asConfigured")),
  ];
}

function trip(picture: Picture, tell: (message: FromPage) => void): Node[] {
  const { packet = "", outcome, clock = 0, scenario, failure, note, reason } = picture;
  const steps = scenario?.steps ?? [];
  const about = [clock > 0 ? say("after", clock / 1000) : undefined, reason, note].filter(Boolean).join(" · ");
  return [
    ...(scenario && steps.length > 1 ? stepper(scenario, tell) : [element("code", { class: "packet" }, packet)]),
    element(
      "strong",
      { class: `outcome ${outcome ?? "open"}`, "data-mark": outcome ? (marks[outcome] ?? "") : "…" },
      outcome ?? say("onItsWay"),
    ),
    ...(about ? [element("span", { class: "quiet" }, about)] : []),
    ...(failure ? [element("span", { class: "failure" }, say("expected", failure.expected, failure.actual))] : []),
    ...(picture.kind === "trace" ? [closing(tell)] : []),
  ];
}

function closing(tell: (message: FromPage) => void): HTMLElement {
  const close = button("✕", "icon close", () => tell({ type: "close" }));
  close.title = say("close");
  close.setAttribute("aria-label", say("close"));
  return close;
}

/** One packet of a scenario after the other. */
function stepper({ name, steps, shown }: NonNullable<Picture["scenario"]>, tell: (message: FromPage) => void): Node[] {
  const move = (by: number, label: string, sign: string): HTMLButtonElement => {
    const made = button(sign, "icon", () => tell({ type: "step", index: shown + by }));
    made.title = label;
    made.setAttribute("aria-label", label);
    made.disabled = steps[shown + by] === undefined;
    return made;
  };
  const labels = steps.map(
    ({ packet, outcome, failed }, index) => `${index + 1}  ${failed ? "✕ " : ""}${packet}  ${outcome}`,
  );
  return [
    move(-1, say("previous"), "‹"),
    chooser(say("packets", name), labels, shown, (index) => tell({ type: "step", index })),
    move(1, say("next"), "›"),
    element("span", { class: "quiet" }, say("packetOf", shown + 1, steps.length)),
  ];
}

function chooser(
  label: string,
  names: readonly string[],
  chosen: number,
  choose: (index: number) => void,
): HTMLElement {
  const select = element("select", { "aria-label": label }, ...names.map((name) => element("option", {}, name)));
  select.selectedIndex = chosen;
  select.addEventListener("change", () => choose(select.selectedIndex));
  return select;
}
