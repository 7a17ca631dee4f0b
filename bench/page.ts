/** `npm run bench:page`: the figures and the plot of `docs/performance.md`, from `results.json`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Figure, Results } from "./figure.ts";
import { missed, tablesOf } from "./tables.ts";

const root = join(import.meta.dirname, "..");
export const PAGE = join(root, "docs/performance.md");
const PLOT = join(root, "docs/images/performance.svg");

export const results = (): Results => JSON.parse(readFileSync(join(import.meta.dirname, "results.json"), "utf8"));

/** The page with the tables of these figures in the place of those that it has. */
export function withTables(page: string, { date, machine, figures }: Results): string {
  const tables = tablesOf(figures).map(({ suite, columns, rows }) =>
    [
      `### ${suite.charAt(0).toUpperCase()}${suite.slice(1)}`,
      "",
      `| | ${columns.join(" | ")} |`,
      `|---|${columns.map((_, i) => (i < columns.length - 1 ? "--:|" : "---|")).join("")}`,
      ...rows.map(({ what, cells }) => `| ${what} | ${cells.join(" | ")} |`),
    ].join("\n"),
  );
  const { goals, met, not } = missed(figures);
  const aims = `Of ${goals} goals, ${met} are met; ✓ and ✗ in the last column say which.`;
  const missing = not.length === 0 ? [] : ["Missed:", not.map((one) => `- ${one}`).join("\n")];
  const made = [`Of ${date}, on ${machine}. ${aims}`, ...missing, ...tables].join("\n\n");
  return page.replace(
    /(<!-- figures -->\n)[\s\S]*?(<!-- \/figures -->)/,
    (_, open, close) => `${open}${made}\n${close}`,
  );
}

/** What the plot shows: how dear a policy is by its rules. */
const PLOTTED: Readonly<Record<string, string>> = {
  "open until the last findings": "open, all findings (ms)",
  "a key until fresh findings": "a key (ms)",
  memory: "memory (MB)",
};

/** Both axes logarithmic: what is proportional to the rules is a line of slope one, what is flat is level. */
export function plotOf(figures: readonly Figure[]): object {
  const values = figures
    .filter(({ suite, what }) => suite === "language server" && what in PLOTTED)
    .map(({ what, subject, size, value }) => ({ what: PLOTTED[what], subject, size, value }));
  const grey = "#808080";
  return {
    data: { values },
    facet: {
      column: {
        field: "what",
        type: "nominal",
        title: null,
        sort: Object.values(PLOTTED),
        header: { labelFontSize: 13, labelColor: grey },
      },
    },
    spec: {
      width: 190,
      height: 210,
      mark: { type: "line", point: { size: 50 }, strokeWidth: 2 },
      encoding: {
        x: {
          field: "size",
          type: "quantitative",
          title: "rules",
          scale: { type: "log" },
          axis: { values: [1000, 10_000, 100_000], format: ",d" },
        },
        y: { field: "value", type: "quantitative", title: null, scale: { type: "log" }, axis: { format: ",~r" } },
        color: { field: "subject", type: "nominal", title: null, sort: ["IOChain"], legend: { orient: "bottom" } },
      },
    },
    resolve: { scale: { y: "independent" }, axis: { y: "independent" } },
    background: "transparent",
    config: {
      font: "sans-serif",
      view: { stroke: null },
      // Read on white and on black.
      axis: {
        labelColor: grey,
        titleColor: grey,
        gridColor: grey,
        gridOpacity: 0.25,
        domainColor: grey,
        tickColor: grey,
      },
      legend: { labelColor: grey, labelFontSize: 12 },
      range: { category: ["#0f8a7e", "#d9822b", "#8f6bd6", "#c2418b"] },
    },
  };
}

if (process.argv[1] === import.meta.filename) {
  // Vega is there once `npm run bench` has been.
  const { drawn } = await import("./plot.mjs");
  const found = results();
  writeFileSync(PAGE, withTables(readFileSync(PAGE, "utf8"), found));
  writeFileSync(PLOT, await drawn(plotOf(found.figures)));
}
