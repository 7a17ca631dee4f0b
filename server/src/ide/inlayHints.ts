/**
 * Feature: inlay hints. Behind a group or an endpoint list how many addresses it resolves to; behind a service's name
 * its protocol and port; behind a scenario's packet what became of it. The tooltip, made when it is asked for, says which.
 */
import { type InlayHint, InlayHintKind, type Position, type Range } from "vscode-languageserver-types";
import type { EndpointSet, Policy } from "../policy/policy.ts";
import type { Endpoints, SendStep, Span, Statement } from "../syntax/tree.ts";
import { countOf, describeEndpoints, matchText, ruleOf } from "./describe.ts";
import { describeSymbol } from "./hoverNames.ts";
import { someOf } from "./markdown.ts";
import { partsOf } from "./parts.ts";
import { outcomeText, resultOf } from "./simulate.ts";
import type { View } from "./view.ts";

export interface HintData {
  readonly uri: string;
  readonly position: Position;
  /** A service by its key; undefined for an endpoint list. */
  readonly key?: string;
}

interface Hint {
  readonly label: string;
  readonly at: Span;
  readonly key?: string;
  /** The set, for the tooltip. */
  readonly set?: EndpointSet;
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
      for (const hint of hintsOf(policy, statement)) {
        const position = document.positionAt(chunk, hint.at.end);
        const data: HintData = { uri: document.uri, position, ...(hint.key !== undefined && { key: hint.key }) };
        out.push({ position, label: hint.label, kind: InlayHintKind.Type, paddingLeft: true, data });
      }
    }
  }
  return out;
}

export function resolveInlayHint(view: View, hint: InlayHint): InlayHint {
  if (hint.tooltip !== undefined) return hint;
  const { key } = (hint.data ?? {}) as Partial<HintData>;
  const text = typeof key === "string" ? describeSymbol(view, key) : setText(view, hint.position);
  return text === undefined ? hint : { ...hint, tooltip: { kind: "markdown", value: text } };
}

function setText(view: View, position: Position): string | undefined {
  const { chunk, offset } = view.document.locate(position);
  for (const statement of chunk.statements)
    for (const hint of hintsOf(view.policy(), statement))
      if (hint.set !== undefined && hint.at.end === offset) return describeEndpoints(hint.set, 20);
  return undefined;
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

function* hintsOf(policy: Policy, statement: Statement): Generator<Hint> {
  if (statement.kind === "group" && statement.endpoints && statement.name) {
    const group = policy.groups.get(statement.name.text);
    if (group?.source.statement === statement && needsCount(statement.endpoints))
      yield { label: `= ${countOf(group.endpoints)}`, at: statement.endpoints, set: group.endpoints };
    return;
  }
  if (statement.kind !== "rule") return;
  const rule = ruleOf(policy, statement)?.rule;
  if (rule === undefined) return;
  for (const clause of statement.clauses) {
    const set = clause.kind === "from" ? rule.from : clause.kind === "to" ? rule.to : undefined;
    if (set !== undefined && "endpoints" in clause && needsCount(clause.endpoints) && !set.any)
      yield { label: `(${countOf(set)})`, at: clause.endpoints, set };
  }
  for (const part of partsOf(statement))
    if (part.kind === "uses" && part.space === "service") {
      const service = policy.services.get(part.name.text);
      if (service && service.matches.length > 0)
        yield {
          label: `(${someOf(service.matches.map(matchText), 3)})`,
          at: part.span,
          key: `service:${service.name}`,
        };
    }
}

/** One address tells its own count. */
const needsCount = ({ items, except }: Endpoints): boolean =>
  except.length > 0 ||
  items.some(({ kind }) => kind === "name" || kind === "tag" || kind === "prefix" || kind === "range");
