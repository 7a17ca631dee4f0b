/** Frames over time, a bar for each moment, by what became of them. A moment can be chosen. */
import { element } from "../../pages/element.ts";
import type { Picture } from "../replay.ts";
import { clock, ordered, say, tallied } from "./words.ts";

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 100;

function drawn(tag: string, attributes: Readonly<Record<string, string | number>>): SVGElement {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

export class Timeline {
  readonly root = element("div", { class: "timeline", role: "slider", tabindex: "0", "aria-valuemin": "0" });
  private buckets: Picture["timeline"]["buckets"] = [];
  private seconds = 0;
  private chosen: number | undefined;
  private mark: SVGElement | undefined;

  constructor(private readonly onChoice: () => void) {
    this.root.addEventListener("click", ({ clientX }) => {
      const { left, width } = this.root.getBoundingClientRect();
      const index = Math.floor(((clientX - left) / width) * this.buckets.length);
      this.choose(index === this.chosen ? undefined : index);
    });
    this.root.addEventListener("keydown", (event) => {
      const last = this.buckets.length - 1;
      const at = this.chosen;
      const moves: Readonly<Record<string, number | undefined>> = {
        ArrowRight: at === undefined ? 0 : at + 1,
        ArrowLeft: at === undefined ? last : at - 1,
        Home: 0,
        End: last,
        Escape: undefined,
      };
      if (!(event.key in moves)) return;
      event.preventDefault();
      const to = moves[event.key];
      this.choose(to === undefined ? undefined : Math.min(last, Math.max(0, to)));
    });
  }

  draw({ timeline }: Picture): void {
    this.buckets = timeline.buckets;
    this.seconds = timeline.seconds;
    const most = Math.max(1, ...this.buckets.map(({ outcomes }) => sum(Object.values(outcomes))));
    const svg = drawn("svg", {
      viewBox: `0 0 ${Math.max(1, this.buckets.length)} ${HEIGHT}`,
      preserveAspectRatio: "none",
      "aria-hidden": "true",
    });
    for (const [index, { outcomes }] of this.buckets.entries()) {
      let y = HEIGHT;
      for (const [outcome, n] of ordered(outcomes)) {
        // What is rare is seen all the same.
        const height = Math.max(1.5, (n / most) * HEIGHT);
        y -= height;
        svg.append(drawn("rect", { x: index + 0.05, y, width: 0.9, height, class: outcome }));
      }
    }
    this.mark = drawn("rect", { y: 0, width: 1, height: HEIGHT, class: "chosen" });
    svg.append(this.mark);
    this.root.replaceChildren(svg);
    this.root.hidden = this.buckets.length < 2;
    this.root.setAttribute("aria-label", say("timeline"));
    this.root.setAttribute("aria-valuemax", String(Math.max(0, this.buckets.length - 1)));
    this.choose(undefined);
  }

  /** Whether something lasted into the chosen moment. */
  holds(first: number | undefined, last: number | undefined): boolean {
    const bucket = this.chosen === undefined ? undefined : this.buckets[this.chosen];
    if (bucket === undefined) return true;
    return first !== undefined && first < bucket.start + this.seconds && (last ?? first) >= bucket.start;
  }

  private choose(index: number | undefined): void {
    this.chosen = index;
    const bucket = index === undefined ? undefined : this.buckets[index];
    this.mark?.setAttribute("x", String(index ?? 0));
    this.mark?.classList.toggle("there", bucket !== undefined);
    this.root.setAttribute("aria-valuenow", String(index ?? 0));
    const text =
      bucket === undefined
        ? say("all")
        : `${clock(bucket.start)} – ${clock(bucket.start + this.seconds)}: ${tallied(bucket.outcomes) || 0}`;
    this.root.setAttribute("aria-valuetext", text);
    this.root.title = text;
    this.onChoice();
  }

  /** What is chosen, in words. */
  get text(): string {
    return this.chosen === undefined ? "" : (this.root.getAttribute("aria-valuetext") ?? "");
  }
}

const sum = (all: readonly number[]): number => all.reduce((a, b) => a + b, 0);
