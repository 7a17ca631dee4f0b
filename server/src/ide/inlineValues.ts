/**
 * Feature: inline values. While the debugger stands in a block, beside each rule that has been tried why it matches the
 * packet or does not: the answer to `matches(N)`, which the debugger gives for the block of the selected frame.
 */

import type { InlineValue, Range } from "vscode-languageserver-types";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { RuleStatement } from "../syntax/tree.ts";
import { ruleOf } from "./describe.ts";
import { indentOf } from "./edits.ts";
import { at, type View } from "./view.ts";

/** `shown`: what the editor shows. `stopped`: where the selected frame stands. */
export function inlineValues(view: View, shown: Range, stopped: Range): InlineValue[] {
  // Of a debugger that knows lines only, the place is the line's beginning.
  const { line, character } = stopped.start;
  const indent = line < view.document.lineCount ? indentOf(view.document, line).length : 0;
  const statement = at(view, { line, character: Math.max(character, indent) })?.statement;
  // On another line of the block no rule is tried: the connection table or a binding decided.
  if (statement?.kind !== "rule" && statement?.kind !== "default") return [];
  const block = topOf(statement);
  if (!("children" in block)) return [];
  const policy = view.policy();
  const here = statement.kind === "rule" ? ruleOf(policy, statement) : undefined;
  if (statement.kind === "rule" && here === undefined) return [];
  const tried = (rule: RuleStatement): boolean => {
    const found = ruleOf(policy, rule);
    if (found === undefined) return false;
    const ethernet = found.rule.section?.ethernet === true;
    // The default decides IP only, after every rule; an ethernet rule is tried before all others.
    if (here === undefined) return !ethernet;
    return (here.rule.section?.ethernet === true) === ethernet && found.place <= here.place;
  };
  const out: InlineValue[] = [];
  for (const rule of statementsOf(block.children)) {
    if (rule.kind !== "rule" || rule.id === undefined) continue;
    const range = view.document.rangeOf(rule.chunk, rule.id);
    if (range.start.line < shown.start.line || range.start.line > shown.end.line || !tried(rule)) continue;
    out.push({ range, expression: `matches(${rule.id.value})` });
  }
  return out;
}
