/** `iochain replay --summary`: what became of a capture's frames, added up. */
import type { FlowRow, Tally } from "../chain/replayFlows.ts";
import type { Hits, ReplayReport } from "../chain/replayReport.ts";
import { csv } from "./csv.ts";
import { json, Lines, print, style } from "./terminal.ts";

export function printSummary(report: ReplayReport, format: "text" | "json" | "ndjson" | "csv"): void {
  if (format === "text") printText(report);
  else if (format === "csv") printFlows(report);
  else printJson(report, format === "json");
}

/** Rules by `block.id`, as `--format text` names them. Flows go out one at a time: the whole would be a long text. */
function printJson(report: ReplayReport, isIndented: boolean): void {
  const { frames, bytes, outcomes, reasons, hits, flows, without, timeline } = report;
  const whole = { frames, bytes, outcomes, rules: rulesOf(hits), reasons, hits, flows: [], without, timeline };
  const indent = isIndented ? 1 : undefined;
  const [head = "", tail = ""] = json(whole, indent).split(/(?<="flows": ?\[)(?=\])/);
  const [open, close] = isIndented ? ["\n  ", "\n "] : ["", ""];
  const lines = new Lines();
  lines.put(head);
  let isFirst = true;
  for (const flow of flows) {
    lines.put(`${isFirst ? "" : ","}${open}${json(flow, indent).replaceAll("\n", open)}`);
    isFirst = false;
  }
  lines.add(isFirst ? tail : `${close}${tail}`);
  lines.flush();
}

function rulesOf(hits: readonly Hits[]): Record<string, number> {
  return Object.fromEntries(
    hits.filter(({ kind }) => kind === "rule").map((rule) => [`${rule.block}.${rule.id}`, rule.hits]),
  );
}

function printText({ frames, outcomes, reasons, hits, flows, without }: ReplayReport): void {
  print(`${frames} frames`);
  section("outcomes", tallied(outcomes));
  section(
    "rules",
    hits.filter(({ kind }) => kind === "rule").map((rule) => [rule.hits, ruleText(rule)]),
  );
  section("stopped because", tallied(reasons));
  section("flows", flowLines(flows, without));
}

function* flowLines(flows: Iterable<FlowRow>, without: number): Generator<readonly [number, string]> {
  for (const flow of flows) yield [flow.packets, flowText(flow)];
  if (without > 0) yield [without, "no flow"];
}

function section(title: string, rows: Iterable<readonly [number, string]>): void {
  const lines = new Lines();
  let isFirst = true;
  for (const [n, text] of rows) {
    if (isFirst) lines.add(style(title, "bold"));
    isFirst = false;
    lines.add(`${String(n).padStart(8)}  ${text}`);
  }
  lines.flush();
}

const tallied = (tally: Tally): [number, string][] =>
  Object.entries(tally)
    .map(([name, n = 0]): [number, string] => [n, name])
    .sort(([a], [b]) => b - a);

const ruleText = ({ block, id, name, file, line }: Hits) =>
  `${block}.${id}${name === undefined ? "" : ` "${name}"`}${file === undefined ? "" : `  ${style(`${file}:${line}`, "dim")}`}`;

function flowText({ flow, outcomes, by }: FlowRow): string {
  const counts = tallied(outcomes).map(([n, name]) => `${name} ${n}`);
  const decided = by === undefined ? "" : `  ${style(`slot ${by.slot} by ${by.text}`, "dim")}`;
  return `${flow}  ${counts.join(", ")}${decided}`;
}

function printFlows({ flows }: ReplayReport): void {
  print("flow,vnics,packets,bytes,first,last,outcome,slot,by,reason,frame");
  for (const { flow, vnics, packets, bytes, first = "", last = "", outcome, by, reason = "", decidingFrame } of flows)
    print(
      csv([
        flow,
        vnics.join(" "),
        packets,
        bytes,
        first,
        last,
        outcome,
        by?.slot ?? "",
        by?.text ?? "",
        reason,
        decidingFrame,
      ]),
    );
}
