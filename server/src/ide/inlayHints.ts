/**
 * Feature: inlay hints. Behind a group how many addresses it resolves to, or the one; behind a rule the same of its ends, and what
 * its services are (at its end: aligned columns stay aligned); behind a scenario's packet what became of it. The tooltip,
 * made when it is asked for, says which.
 */
import { type InlayHint, InlayHintKind, type Position, type Range } from "vscode-languageserver-types";
import { addressesSize } from "../policy/addresses.ts";
import type { EndpointSet, Policy, Rule } from "../policy/policy.ts";
import type { Endpoints, RuleStatement, SendStep, Statement } from "../syntax/tree.ts";
import { countOf, describeEndpoints, knownAddresses, matchText, rangesOf, ruleOf, unlearned } from "./describe.ts";
import { escapeMarkdown, someOf } from "./markdown.ts";
import { partsOf } from "./parts.ts";
import { outcomeText, resultOf } from "./simulate.ts";
import type { View } from "./view.ts";

export interface HintData {
  readonly uri: string;
  readonly position: Position;
}

/** Addresses and services that a tooltip lists. */
const SHOWN = 20;

interface Hint {
  readonly label: string;
  /** Markdown. */
  readonly tooltip: () => string;
}

export function inlayHints(view: View, range: Range): InlayHint[] {
  const { document } = view;
  const policy = view.policy();
  const out: InlayHint[] = [];
  for (const chunk of document.chunks) {
    if (chunk.line + chunk.lineCount <= range.start.line) continue;
    if (chunk.line > range.end.line) break;
    for (const statement of chunk.statements) {
      if (statement.kind === "send") out.push(...outcomeOf(view, statement));
      const hint = hintOf(policy, statement);
      if (hint === undefined) continue;
      const position = document.positionAt(chunk, statement.end);
      const data: HintData = { uri: document.uri, position };
      out.push({ position, label: hint.label, kind: InlayHintKind.Type, paddingLeft: true, data });
    }
  }
  return out;
}

export function resolveInlayHint(view: View, hint: InlayHint): InlayHint {
  if (hint.tooltip !== undefined) return hint;
  const { chunk, offset } = view.document.locate(hint.position);
  const statement = chunk.statements.find(({ end }) => end === offset);
  const found = statement && hintOf(view.policy(), statement);
  return found ? { ...hint, tooltip: { kind: "markdown", value: found.tooltip() } } : hint;
}

/** What became of a scenario's packet. An expectation that does not hold has a finding that says the same. */
function outcomeOf({ document, policy }: View, statement: SendStep): InlayHint[] {
  const scenario = statement.parent;
  if (scenario?.kind !== "scenario" || statement.broken) return [];
  const { steps } = resultOf(policy(), { uri: document.uri, statement: scenario });
  const result = steps.find(({ step }) => step === statement);
  if (result?.trace === undefined || result.failure !== undefined) return [];
  const text = outcomeText(result.trace);
  const label = statement.expect ? "✓" : `→ ${text}`;
  return [
    {
      position: document.positionAt(statement.chunk, statement.end),
      label,
      paddingLeft: true,
      tooltip: text,
      data: { uri: document.uri, position: document.positionAt(statement.chunk, statement.end) } satisfies HintData,
    },
  ];
}

function hintOf(policy: Policy, statement: Statement): Hint | undefined {
  if (statement.kind === "group" && statement.endpoints && statement.name) {
    const group = policy.groups.get(statement.name.text);
    if (group?.source.statement !== statement || !needsCount(statement.endpoints)) return undefined;
    return { label: `= ${briefCount(group.endpoints)}`, tooltip: () => describeEndpoints(group.endpoints, SHOWN) };
  }
  if (statement.kind !== "rule") return undefined;
  const rule = ruleOf(policy, statement)?.rule;
  return rule && ruleHint(policy, statement, rule);
}

function ruleHint(policy: Policy, statement: RuleStatement, rule: Rule): Hint | undefined {
  const told: { readonly label: string; readonly tooltip: () => string }[] = [];
  for (const clause of statement.clauses) {
    if (clause.kind !== "from" && clause.kind !== "to") continue;
    const set = rule[clause.kind];
    if (set === undefined || set.any || !needsCount(clause.endpoints)) continue;
    const brief = briefCount(set);
    // Behind a rule, which says more already, that is no news.
    if (brief === NEARLY_ALL) continue;
    const tooltip = () => `**${clause.kind}**: ${describeEndpoints(set, SHOWN)}`;
    told.push({ label: `${clause.kind} ${brief}`, tooltip });
  }
  for (const part of partsOf(statement)) {
    if (part.kind !== "uses" || part.space !== "service") continue;
    const service = policy.services.get(part.name.text);
    if (!service || service.matches.length === 0) continue;
    const matches = service.matches.map(matchText);
    told.push({
      label: someOf(matches, 3),
      tooltip: () => `**${escapeMarkdown(service.name)}**: ${someOf(matches, SHOWN)}`,
    });
  }
  if (told.length === 0) return undefined;
  return {
    label: told.map(({ label }) => label).join(", "),
    tooltip: () => told.map(({ tooltip }) => tooltip()).join("\n\n"),
  };
}

const NEARLY_ALL = "nearly all addresses";
/** One address says more than that it is one; what all but a few exceptions are is a number that nobody reads. */
function briefCount(set: EndpointSet): string {
  const known = knownAddresses(set);
  const alone = addressesSize(known) === 1n && set.macs.length === 0 && unlearned(set).length === 0;
  if (alone) return rangesOf(known).join();
  return addressesSize({ v4: set.addresses.v4, v6: [] }) > 2n ** 31n ? NEARLY_ALL : countOf(set);
}

/** One address tells its own count. */
const needsCount = ({ items, except }: Endpoints): boolean =>
  except.length > 0 ||
  items.some(({ kind }) => kind === "name" || kind === "tag" || kind === "prefix" || kind === "range");
