/** Draws what the extension sends, and tells it what the person chose. */
import "./page.css";
import { button, element } from "../../pages/element.ts";
import { marks } from "../../pages/marks.ts";
import type { FromPage, Picture, Row, ToPage } from "../replay.ts";
import { Table } from "./table.ts";
import { Timeline } from "./timeline.ts";
import { count, ordered, say, speak } from "./words.ts";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const host = acquireVsCodeApi();
const root = document.getElementById("replay") as HTMLElement;

const search = element("input", { type: "search", spellcheck: "false" });
const fates = element("div", { class: "fates", role: "group" });
const actions = element("div", { class: "actions" });
const edited = element("p", { class: "edited", role: "status" });
const warnings = element("ul", { class: "warnings" });
const spoken = element("p", { class: "status", role: "status" });
const timeline = new Timeline(() => refilter());
const table = new Table(
  () => enable(),
  () => act("debug"),
);

let picture: Picture | undefined;
/** Each row's text, in small letters: what the filter looks in. */
let haystacks = new Map<Row, string>();
/** Outcomes that are shown; none chosen: all. */
const wanted = new Set<string>();

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  if (data.type === "texts") speak(data.texts);
  else if (data.type === "picture") show(data.picture);
  else edited.hidden = false;
});

function show(next: Picture): void {
  picture = next;
  haystacks = new Map(next.rows.map((row) => [row, haystack(row)]));
  wanted.clear();
  search.value = "";
  search.placeholder = say("filter");
  search.setAttribute("aria-label", say("filter"));
  const quiet = (text: string) => element("span", { class: "quiet" }, text);
  const header = element("header", {}, element("h1", {}, next.title), quiet(say("frames", count(next.frames))));
  if (next.without > 0) header.append(quiet(say("without", count(next.without))));
  header.append(fates);
  actions.replaceChildren(
    button(say("debug"), "primary", () => act("debug")),
    button(say("scenario"), "", () => act("scenario")),
    button(say("open"), "", () => act("open")),
    button(say("coverage"), "", () => host.postMessage({ type: "coverage" })),
    button(say("again"), "", () => host.postMessage({ type: "again" })),
  );
  warnings.replaceChildren(...next.warnings.map((warning) => element("li", {}, warning)));
  warnings.hidden = next.warnings.length === 0;
  edited.textContent = say("edited");
  edited.hidden = true;
  drawFates(next);
  const tools = element("div", { class: "tools" }, search, actions);
  root.replaceChildren(header, edited, warnings, timeline.root, tools, table.root, spoken);
  table.root.setAttribute("aria-label", next.title);
  table.setRows(next.rows);
  timeline.draw(next);
}

const haystack = ({ flow, vnics, outcome, by = "", slot, reason = "" }: Row): string =>
  `${flow} ${vnics.join(" ")} ${outcome} ${by} slot ${slot} ${reason}`.toLowerCase();

/** A button for each outcome: pressed, only flows that came to it are shown. */
function drawFates({ rows }: Picture): void {
  const counts: Record<string, number> = {};
  for (const { outcome } of rows) counts[outcome] = (counts[outcome] ?? 0) + 1;
  fates.setAttribute("aria-label", say("outcome"));
  fates.replaceChildren(
    ...ordered(counts).map(([outcome, n]) => {
      const made = button(`${outcome} ${count(n)}`, `fate ${outcome}`, () => {
        if (!wanted.delete(outcome)) wanted.add(outcome);
        made.setAttribute("aria-pressed", String(wanted.has(outcome)));
        refilter();
      });
      made.setAttribute("data-mark", marks[outcome] ?? "");
      made.setAttribute("aria-pressed", "false");
      return made;
    }),
  );
}

search.addEventListener("input", () => refilter());

function refilter(): void {
  if (picture === undefined) return;
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  table.filter((row) => {
    const text = haystacks.get(row) ?? "";
    return (
      (wanted.size === 0 || wanted.has(row.outcome)) &&
      timeline.holds(row.first, row.last) &&
      words.every((word) => text.includes(word))
    );
  });
  const shown = say("shown", count(table.shown), count(picture.rows.length));
  spoken.textContent = [shown, timeline.text].filter(Boolean).join(" · ");
}

/** What cannot be done with the selected flow is not offered. */
function enable(): void {
  const row = table.selected === undefined ? undefined : picture?.rows[table.selected];
  const [debug, scenario, open] = actions.children as unknown as HTMLButtonElement[];
  if (debug) debug.disabled = row === undefined || row.vnics.length === 0;
  if (scenario) scenario.disabled = row === undefined;
  if (open) open.disabled = row?.by === undefined;
}

function act(type: "debug" | "scenario" | "open"): void {
  const flow = table.selected;
  if (flow !== undefined) host.postMessage({ type, flow });
}

host.postMessage({ type: "ready" });
