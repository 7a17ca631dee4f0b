/** What a rule means, for an assistant that knows its number. */

import { checkProgram } from "../../check/check.ts";
import { withErrors } from "../../check/mistakenWay.ts";
import { checkSets } from "../../check/sets.ts";
import { topOf } from "../../syntax/statements.ts";
import type { RuleStatement, Statement } from "../../syntax/tree.ts";
import { ruleText } from "../hoverRule.ts";
import type { View } from "../view.ts";
import type { Answer } from "./tools.ts";

export function explainRule(view: View, id: number, block: string | undefined): Answer {
  const rules = view.program.documents.flatMap(({ tree }) => rulesOf(tree.statements, id));
  const blockOf = (rule: RuleStatement) => {
    const top = topOf(rule);
    return "name" in top ? top.name?.text : undefined;
  };
  const chosen = block === undefined ? rules : rules.filter((rule) => blockOf(rule) === block);
  if (chosen.length === 0) {
    const blocks = rules.map(blockOf).filter((name) => name !== undefined);
    return {
      error:
        blocks.length > 0 ? `${block} has no rule ${id}; it is in ${blocks.join(" and ")}` : `there is no rule ${id}`,
    };
  }
  const policy = view.policy();
  const plain = checkProgram(view.program, policy);
  const findings = [...plain, ...checkSets(policy, { hasError: withErrors(plain) })];
  return {
    text: chosen
      .map((rule) =>
        ruleText(
          { ...view, findings: (at) => findings.filter(({ place }) => at === undefined || place.at.statement === at) },
          rule,
        ),
      )
      .join("\n\n---\n\n"),
  };
}

function rulesOf(statements: readonly Statement[], id: number): RuleStatement[] {
  return statements.flatMap((statement) => {
    if (statement.kind === "rule") return statement.id?.value === id ? [statement] : [];
    return "children" in statement ? rulesOf(statement.children, id) : [];
  });
}
