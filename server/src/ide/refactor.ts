/** Feature: refactorings that change the shape and not the meaning: extract a group, inline one, bind the inventory. */
import { type CodeAction, CodeActionKind, type Range } from "vscode-languageserver-types";
import type { Endpoints, GroupStatement, Statement } from "../syntax/tree.ts";
import { type FileEdit, insertBefore, insertLast, removeStatement, replaceSpan, workspaceEdit } from "./edits.ts";
import { bindLine } from "./fixes/bindings.ts";
import { declarationsByKey, declarationsOfKey, isDeclaration, occurrencesOf, topOf } from "./symbols.ts";
import { at, type View } from "./view.ts";

export function refactorings(view: View, range: Range): CodeAction[] {
  const found = at(view, range.start);
  if (found?.statement === undefined) return [];
  const { statement, offset } = found;
  return [
    ...extractGroup(view, statement, offset),
    ...inlineGroup(view, statement, offset),
    ...bindInventory(view, statement),
  ];
}

const action = (title: string, kind: string, edits: readonly FileEdit[]): CodeAction => ({
  title,
  kind,
  edit: workspaceEdit(edits),
});

/** An endpoint list of a clause becomes a group of its own. */
function extractGroup(view: View, statement: Statement, offset: number): CodeAction[] {
  if (statement.kind !== "rule" && statement.kind !== "assert") return [];
  const clause = statement.clauses.find(
    (c) => "endpoints" in c && c.start <= offset && offset <= c.end && !isOneName(c.endpoints),
  );
  if (clause === undefined || !("endpoints" in clause)) return [];
  const source = { uri: view.document.uri, statement };
  const text = statement.chunk.text.slice(clause.endpoints.start, clause.endpoints.end);
  const name = freeName(view, "endpoint", "extracted");
  return [
    action("Extract to a group", CodeActionKind.RefactorExtract, [
      insertBefore(view, { uri: source.uri, statement: topOf(statement) }, `group ${name} = ${text}\n`),
      replaceSpan(view, source, clause.endpoints, name),
    ]),
  ];
}

const isOneName = ({ items, except }: Endpoints): boolean =>
  except.length === 0 && items.length === 1 && (items[0]?.kind === "name" || items[0]?.kind === "any");

function freeName(view: View, space: string, base: string): string {
  const declared = declarationsByKey(view.program);
  let name = base;
  for (let n = 2; declared.has(`${space}:${name}`); n += 1) name = `${base}-${n}`;
  return name;
}

/** A group's list takes the place of its name wherever that stands alone or in a list without `except`. */
function inlineGroup(view: View, statement: Statement, offset: number): CodeAction[] {
  if (statement.kind !== "group" || statement.name === undefined || statement.endpoints === undefined) return [];
  if (offset > statement.name.end || statement.endpoints.except.length > 0) return [];
  const group: GroupStatement = statement;
  const key = `endpoint:${statement.name.text}`;
  if (declarationsOfKey(view.program, key)[0]?.statement !== group) return [];
  const uses = occurrencesOf(view.program, key).filter((occurrence) => !isDeclaration(occurrence));
  if (uses.length === 0) return [];
  const text = statement.chunk.text.slice(statement.endpoints.start, statement.endpoints.end);
  return [
    action("Inline the group", CodeActionKind.RefactorInline, [
      ...uses.map((use) => replaceSpan(view, use, use.part.span, text)),
      removeStatement(view, { uri: view.document.uri, statement }),
    ]),
  ];
}

/** Binds every vNIC that has an address and no line in this block. */
function bindInventory(view: View, statement: Statement): CodeAction[] {
  const block = topOf(statement);
  if (block.kind !== "swsec" || (statement !== block && statement.kind !== "spoofguard")) return [];
  const bound = new Set(
    block.children.flatMap((line) =>
      line.kind === "bind" && line.vnic ? [`${line.vnic.vm.text}.${line.vnic.vnic.text}`] : [],
    ),
  );
  const missing = [...view.policy().vnics.values()].filter((vnic) => vnic.ips.length > 0 && !bound.has(vnic.id));
  if (missing.length === 0) return [];
  const edit = insertLast(view, { uri: view.document.uri, statement: block }, missing.map(bindLine).join("\n"));
  return [action("Generate bindings from the inventory", CodeActionKind.RefactorRewrite, [edit])];
}
