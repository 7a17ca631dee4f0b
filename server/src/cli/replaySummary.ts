/** `iochain replay --summary`: what became of a capture's frames, added up. */
import type { FlowRow, Hits, ReplayReport, Tally } from "../chain/replayReport.ts";
import { csv } from "./csv.ts";
import { print, style } from "./terminal.ts";

export function printSummary(report: ReplayReport, format: "text" | "json" | "ndjson" | "csv"): void {
  if (format === "text") printText(report);
  else if (format === "csv") printFlows(report);
  else print(JSON.stringify(asJson(report), undefined, format === "json" ? 1 : undefined));
}

/** Rules by `block.id`, as `--format text` names them. */
function asJson({ frames, bytes, outcomes, reasons, hits, flows, without, timeline }: ReplayReport) {
  return { frames, bytes, outcomes, rules: rulesOf(hits), reasons, hits, flows, without, timeline };
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
  section("flows", [
    ...flows.map((flow): [number, string] => [flow.packets, flowText(flow)]),
    ...(without > 0 ? [[without, "no flow"] as [number, string]] : []),
  ]);
}

function section(title: string, rows: readonly (readonly [number, string])[]): void {
  if (rows.length === 0) return;
  print(style(title, "bold"));
  for (const [n, text] of rows) print(`${String(n).padStart(8)}  ${text}`);
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
