/** Feature: "Write a scenario for this rule", on rules, defaults and bindings. The search is the command's, not the menu's. */
import { type CodeAction, CodeActionKind, type Range } from "vscode-languageserver-types";
import { lineOf } from "../syntax/document.ts";
import type { Statement } from "../syntax/tree.ts";
import { at, placeAt, type View } from "./view.ts";

export function scenarioActions(view: View, range: Range): CodeAction[] {
  const statement = at(view, range.start)?.statement;
  const what = statement && nameOf(statement);
  if (statement === undefined || what === undefined || statement.broken) return [];
  const argument = { uri: view.document.uri, line: lineOf(statement) };
  const title = `Write a scenario for ${what}`;
  const command = { title, command: "iochain.writeScenario", arguments: [argument] };
  return [{ title, kind: CodeActionKind.RefactorRewrite, command }];
}

function nameOf(statement: Statement): string | undefined {
  switch (statement.kind) {
    case "rule":
      return statement.id && `rule ${statement.id.value}`;
    case "default":
      return "this default";
    case "bind":
      return "this binding";
    default:
      return undefined;
  }
}

/** The first statement of the kind wanted that begins on a line, from 0. */
export function statementOn(
  view: View,
  line: number,
  wanted: (statement: Statement) => boolean,
): Statement | undefined {
  const chunk = placeAt(view.document, { line, character: 0 })?.chunk;
  return chunk?.statements.find((statement) => wanted(statement) && lineOf(statement) === line + 1);
}
