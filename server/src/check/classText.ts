/** Classes of packets and what becomes of them, as a person reads them. */
import type { Style } from "../chain/traceText.ts";
import type { BoxText } from "../space/words.ts";
import type { Diff, Differing, SideFate } from "./diff.ts";
import type { DecidedBy, Explained, Explanation } from "./explain.ts";

const plain: Style = (text) => text;

export function explanationText({ classes }: Explanation, style: Style = plain): string {
  const lines: string[] = [];
  let before: Explained | undefined;
  const rulesOf = (one: Explained) => one.rules.map((rule) => `  ${ruleText(rule, style)}`);
  for (const each of classes) {
    if (before?.fate !== each.fate) {
      if (before !== undefined) lines.push(...rulesOf(before));
      const more = [
        each.inspectedBy.length > 0 && `inspected by ${each.inspectedBy.join(", ")}`,
        each.sealed !== undefined && `sealed with key ${each.sealed}`,
      ];
      lines.push(
        style([each.outcome, ...more].filter(Boolean).join(", "), each.verdict === "allowed" ? "green" : "red"),
      );
    }
    lines.push(`  ${packetsText(each)}`, style(`    for example ${each.witness}`, "dim"));
    before = each;
  }
  if (before !== undefined) lines.push(...rulesOf(before));
  return lines.join("\n");
}

export function diffText({ classes, different, complete }: Diff, style: Style = plain): string {
  if (!different && complete) return "no packet fares differently";
  const lines: string[] = [];
  const fates = (each: Differing) => [style(sideText("-", each.old), "red"), style(sideText("+", each.new), "green")];
  for (const [i, each] of classes.entries()) {
    lines.push(style(packetsText(each), "bold"), style(`    for example ${each.witness}`, "dim"));
    const after = classes[i + 1];
    if (after === undefined || fates(after).join() !== fates(each).join()) lines.push(...fates(each));
  }
  return lines.join("\n");
}

/** Names of a list that are printed. */
const SHOWN = 12;
const list = (parts: readonly string[]): string =>
  parts.length <= SHOWN ? parts.join(", ") : `${parts.slice(0, SHOWN).join(", ")} and ${parts.length - SHOWN} more`;

const packetsText = ({ from, to, service }: BoxText): string =>
  `from ${list(from)} to ${list(to)}${service[0] === "any" ? "" : ` service ${list(service)}`}`;

function sideText(sign: string, { outcome, decidedBy, inspectedBy, sealed, marks }: SideFate): string {
  const fate = [
    outcome,
    inspectedBy.length > 0 && `inspected by ${inspectedBy.join(", ")}`,
    sealed !== undefined && `sealed with key ${sealed}`,
    ...Object.entries(marks ?? {}).map(([field, value]) => `${field} ${value}`),
  ];
  const by = decidedBy === undefined ? "no chain sees it" : ruleText(decidedBy, plain).replace(/\s+/g, " ");
  return `  ${sign} ${fate.filter(Boolean).join(", ")}: ${by}`;
}

function ruleText({ direction, slot, module, block, verdict, reached, ...by }: DecidedBy, style: Style): string {
  const name = by.name === undefined ? "" : ` "${by.name}"`;
  const who = by.kind === "rule" ? `rule ${by.id}${name}` : by.kind === "default" ? "the default" : "the block";
  const where = by.file === undefined ? "" : ` (${by.file}:${by.line})`;
  const what = [module, block].filter(Boolean).join(" ");
  const of = by.appliance === undefined ? "" : `, appliance ${by.appliance}`;
  const late = reached ? "" : style("  (not reached)", "dim");
  return `${direction.padEnd(3)} slot ${String(slot).padStart(2)}  ${what}: ${verdict} by ${who}${of}${where}${late}`;
}
