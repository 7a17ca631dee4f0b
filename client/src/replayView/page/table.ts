/** The flows as a table that may have very many rows: only those in sight are there. */
import { button, element } from "../../pages/element.ts";
import { marks } from "../../pages/marks.ts";
import type { Row, Word } from "../replay.ts";
import { clock, count, duration, say } from "./words.ts";

interface Column {
  readonly word: Word;
  readonly text: (row: Row) => string;
  /** What it is sorted by; numbers come greatest first. */
  readonly value: (row: Row) => number | string;
}
const lasts = ({ first, last }: Row): number => (first === undefined || last === undefined ? 0 : last - first);
const COLUMNS: readonly Column[] = [
  { word: "flow", text: ({ flow }) => flow, value: ({ flow }) => flow },
  { word: "vnics", text: ({ vnics }) => vnics.join(", "), value: ({ vnics }) => vnics.join() },
  { word: "packets", text: ({ packets }) => count(packets), value: ({ packets }) => packets },
  { word: "bytes", text: ({ bytes }) => count(bytes), value: ({ bytes }) => bytes },
  { word: "first", text: ({ first }) => clock(first), value: ({ first, firstFrame }) => -(first ?? firstFrame) },
  { word: "lasts", text: (row) => (row.first === undefined ? "" : duration(lasts(row))), value: lasts },
  { word: "outcome", text: ({ outcome }) => outcome, value: ({ outcome }) => outcome },
  {
    word: "by",
    text: ({ slot, by }) => (by === undefined ? "" : `${by} · slot ${slot}`),
    value: ({ by = "" }) => by,
  },
  { word: "reason", text: ({ reason = "" }) => reason, value: ({ reason = "" }) => reason },
];
const ROW_HEIGHT = 22;
/** Rows above and below those in sight. */
const SPARE = 8;

export class Table {
  /** The grid itself scrolls, and has the keyboard. */
  readonly root = element("div", { class: "table", role: "grid", tabindex: "0", "aria-colcount": `${COLUMNS.length}` });
  private readonly head = element("div", { class: "row head", role: "row", "aria-rowindex": "1" });
  private readonly body = element("div", { class: "body", role: "rowgroup" });
  private rows: readonly Row[] = [];
  /** Places in `rows`, of those that are shown, in their order. */
  private order: readonly number[] = [];
  private sorted: { column: Column; descending: boolean } = { column: COLUMNS[2] as Column, descending: true };
  /** Of `rows`, what they are sorted by; undefined until it is asked for. */
  private values: readonly (number | string)[] | undefined;
  /** A place in `order`. */
  private at = 0;

  constructor(
    private readonly onSelect: () => void,
    private readonly onEnter: () => void,
  ) {
    this.root.append(element("div", { role: "rowgroup", class: "heads" }, this.head), this.body);
    this.root.addEventListener("scroll", () => this.drawRows());
    new ResizeObserver(() => this.drawRows()).observe(this.root);
    this.body.addEventListener("click", ({ target }) => this.selectAt(target));
    this.body.addEventListener("dblclick", () => this.onEnter());
    this.root.addEventListener("keydown", (event) => {
      if (event.target !== this.root) return;
      const page = Math.max(1, Math.floor(this.root.clientHeight / ROW_HEIGHT) - 2);
      const moves: Readonly<Record<string, number>> = {
        ...{ ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page, PageUp: this.at - page },
        ...{ Home: 0, End: this.order.length - 1 },
      };
      if (event.key === "Enter") this.onEnter();
      else if (event.key in moves) this.select(moves[event.key] as number, true);
      else return;
      event.preventDefault();
    });
  }

  /** The flow that is selected, by its place in the list that was given. */
  get selected(): number | undefined {
    return this.order[this.at];
  }
  get shown(): number {
    return this.order.length;
  }

  setRows(rows: readonly Row[]): void {
    this.rows = rows;
    this.values = undefined;
    // A capture of one vNIC need not say so in every row.
    this.root.classList.toggle("one-vnic", new Set(rows.map(({ vnics }) => vnics.join())).size <= 1);
    this.at = 0;
    this.root.scrollTop = 0;
    this.drawHead();
  }

  /** Shows the rows that `wanted` takes; what was selected stays so where it is among them. */
  filter(wanted: (row: Row) => boolean): void {
    const before = this.selected;
    this.order = [...this.rows.keys()].filter((index) => wanted(this.rows[index] as Row));
    this.sort();
    const now = before === undefined ? 0 : Math.max(0, this.order.indexOf(before));
    this.root.setAttribute("aria-rowcount", String(this.order.length + 1));
    this.body.style.height = `${Math.max(1, this.order.length) * ROW_HEIGHT}px`;
    this.select(now, now > 0);
  }

  private sort(): void {
    const { column, descending } = this.sorted;
    this.values ??= this.rows.map(column.value);
    const { values } = this;
    const way = descending ? -1 : 1;
    this.order = [...this.order].sort((a, b) => {
      const [one, other] = [values[a] as string, values[b] as string];
      return one < other ? -way : one > other ? way : a - b;
    });
  }

  private drawHead(): void {
    const heads = COLUMNS.map((column, index) => {
      const isSorted = this.sorted.column === column;
      const sign = isSorted ? (this.sorted.descending ? " ▾" : " ▴") : "";
      const choose = button(`${say(column.word)}${sign}`, "sort", () => {
        const isText = typeof column.value(this.rows[0] ?? NOTHING) === "string";
        this.sorted = { column, descending: isSorted ? !this.sorted.descending : !isText };
        this.values = undefined;
        this.drawHead();
        (this.head.children[index]?.firstElementChild as HTMLElement | null)?.focus();
        this.sort();
        this.select(0, true);
      });
      const sorted = isSorted ? (this.sorted.descending ? "descending" : "ascending") : "none";
      return element("div", { role: "columnheader", class: column.word, "aria-sort": sorted }, choose);
    });
    this.head.replaceChildren(...heads);
  }

  private selectAt(target: EventTarget | null): void {
    const row = target instanceof Element ? target.closest<HTMLElement>("[data-at]") : null;
    if (row) this.select(Number(row.dataset.at), false);
    this.root.focus({ preventScroll: true });
  }

  private select(at: number, reveal: boolean): void {
    this.at = Math.min(Math.max(0, at), Math.max(0, this.order.length - 1));
    if (reveal) {
      const top = this.at * ROW_HEIGHT;
      const sight = this.root.clientHeight - this.head.clientHeight;
      if (top < this.root.scrollTop) this.root.scrollTop = top;
      else if (top + ROW_HEIGHT > this.root.scrollTop + sight) this.root.scrollTop = top + ROW_HEIGHT - sight;
    }
    this.drawRows();
    this.onSelect();
  }

  private drawRows(): void {
    const first = Math.max(0, Math.floor(this.root.scrollTop / ROW_HEIGHT) - SPARE);
    const last = Math.min(
      this.order.length,
      Math.ceil((this.root.scrollTop + this.root.clientHeight) / ROW_HEIGHT) + SPARE,
    );
    const drawn: HTMLElement[] = [];
    for (let at = first; at < last; at++) drawn.push(this.drawRow(at));
    // The selected row is named by the grid, wherever it is scrolled to.
    if (this.order.length > 0 && (this.at < first || this.at >= last)) drawn.push(this.drawRow(this.at));
    if (this.order.length === 0) {
      const cell = element("div", { role: "gridcell", class: "none" }, say("none"));
      drawn.push(element("div", { class: "row", role: "row", "aria-rowindex": "2" }, cell));
    }
    this.body.replaceChildren(...drawn);
    if (this.order.length > 0) this.root.setAttribute("aria-activedescendant", `row-${this.at}`);
    else this.root.removeAttribute("aria-activedescendant");
  }

  private drawRow(at: number): HTMLElement {
    const row = this.rows[this.order[at] as number] as Row;
    const isSelected = at === this.at;
    const made = element(
      "div",
      {
        ...{ class: `row${isSelected ? " selected" : ""}`, role: "row", id: `row-${at}` },
        ...{ "aria-rowindex": String(at + 2), "aria-selected": String(isSelected), "data-at": String(at) },
      },
      ...COLUMNS.map(({ word, text }) => {
        const said = text(row);
        const isFate = word === "outcome";
        const mark = isFate ? marks[row.outcome] : undefined;
        const style = isFate ? `${word} fate ${row.outcome}` : word;
        return element("div", { role: "gridcell", class: style, title: said, "data-mark": mark }, said);
      }),
    );
    made.style.transform = `translateY(${at * ROW_HEIGHT}px)`;
    return made;
  }
}

const NOTHING: Row = { flow: "", vnics: [], packets: 0, bytes: 0, firstFrame: 0, outcome: "" };
