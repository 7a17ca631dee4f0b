/** Draws the chain that the extension sends, and tells it which slot the person chose. */
import "./page.css";
import type { FromPage, ToPage } from "../chain.ts";
import { drawChain } from "./draw.ts";
import { element } from "./element.ts";

declare function acquireVsCodeApi(): { postMessage(message: FromPage): void };

const host = acquireVsCodeApi();
const root = document.getElementById("chain") as HTMLElement;

window.addEventListener("message", ({ data }: MessageEvent<ToPage>) => {
  const focused = document.activeElement?.getAttribute("data-slot");
  root.replaceChildren(
    ...(data.type === "chain"
      ? drawChain(data.chain, data.live, (slot) => host.postMessage({ type: "reveal", slot }))
      : [element("p", { class: "nothing" }, data.why)]),
  );
  // A step redraws the page; the keyboard stays where it was.
  if (focused) root.querySelector<HTMLElement>(`[data-slot="${focused}"]`)?.focus();
  root.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
});
window.addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  const slot = document.activeElement?.getAttribute("data-slot");
  if (step === undefined || !slot) return;
  event.preventDefault();
  root.querySelector<HTMLElement>(`[data-slot="${Number(slot) + step}"]`)?.focus();
});
host.postMessage({ type: "ready" });
