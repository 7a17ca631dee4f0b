/** Where set findings stand, and how they name rules. */
import type { Rule } from "../../policy/policy.ts";
import type { Clause, RuleStatement, Span } from "../../syntax/tree.ts";
import type { Place } from "../finding.ts";

/** `rule 3 "Covered"`: enough to see which rule is meant. */
export function headOf(statement: RuleStatement): Span {
  return { start: statement.keyword.start, end: (statement.title ?? statement.id ?? statement.keyword).end };
}
export const clauseOf = (rule: Rule, kind: Clause["kind"]): Clause | undefined =>
  rule.source.statement.clauses.find((clause) => clause.kind === kind);

export const placeOf = (rule: Rule, span?: Span): Place => ({
  at: rule.source,
  span: span ?? headOf(rule.source.statement),
});
/** A clause of the rule, or its head where it has none. */
export const placeOfClause = (rule: Rule, kind: Clause["kind"]): Place => placeOf(rule, clauseOf(rule, kind));

/** With a capital and a full stop, as all findings are. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
export const nameOf = (rule: Rule): string =>
  rule.title === undefined ? `rule ${rule.id}` : `rule ${rule.id} "${rule.title}"`;
export const listOf = (rules: readonly Rule[]): string => {
  const ids = rules.map((rule) => `${rule.id}`);
  if (ids.length === 1) return `rule ${ids[0]}`;
  if (ids.length > 6) return `${ids.length} rules (${ids.slice(0, 5).join(", ")} …)`;
  return `rules ${ids.slice(0, -1).join(", ")} and ${ids[ids.length - 1]}`;
};
