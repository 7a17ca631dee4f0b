/**
 * Feature: refactorings. They change the shape and not the meaning: extract a group or a service, inline a group, split
 * a rule by service. And those that write down what is known: bind the inventory, expect what happens now.
 */

import { type CodeAction, CodeActionKind, type Range } from "vscode-languageserver-types";
import { isProtocolEntry } from "../policy/services.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { Endpoints, GroupStatement, ServiceEntry, Span, Statement } from "../syntax/tree.ts";
import {
  type FileEdit,
  insertAfter,
  insertBefore,
  insertLast,
  removeStatement,
  replaceSpan,
  workspaceEdit,
} from "./edits.ts";
import { bindLine } from "./fixes/bindings.ts";
import { expectationOf, resultOf } from "./simulate.ts";
import { declarationsByKey, declarationsOfKey, isDeclaration, occurrencesOf } from "./symbols.ts";
import { at, type View } from "./view.ts";

export function refactorings(view: View, range: Range): CodeAction[] {
  const found = at(view, range.start);
  if (found?.statement === undefined) return [];
  const { statement, offset } = found;
  return [
    ...extractGroup(view, statement, offset),
    ...extractService(view, statement, offset),
    ...inlineGroup(view, statement, offset),
    ...splitByService(view, statement),
    ...bindInventory(view, statement),
    ...expectOutcome(view, statement),
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

/** The entries of a service clause become a service of their own. */
function extractService(view: View, statement: Statement, offset: number): CodeAction[] {
  if (statement.kind !== "rule" && statement.kind !== "assert") return [];
  const clause = statement.clauses.find((c) => "entries" in c && c.start <= offset && offset <= c.end);
  if (clause?.kind !== "service") return [];
  const span = entriesSpan(clause.entries);
  const [only, second] = clause.entries;
  if (span === undefined || (second === undefined && only !== undefined && !isProtocolEntry(only))) return [];
  const name = freeName(view, "service", "extracted");
  const source = { uri: view.document.uri, statement };
  const text = statement.chunk.text.slice(span.start, span.end);
  return [
    action("Extract to a service", CodeActionKind.RefactorExtract, [
      insertBefore(view, { uri: source.uri, statement: topOf(statement) }, `service ${name} = ${text}\n`),
      replaceSpan(view, source, span, name),
    ]),
  ];
}

function entriesSpan(entries: readonly ServiceEntry[]): Span | undefined {
  const [first] = entries;
  const last = entries.at(-1);
  return first && last && { start: first.start, end: last.end };
}

/** A rule of several services becomes a rule for each, one after the other; the ids after its own are free ones. */
function splitByService(view: View, statement: Statement): CodeAction[] {
  if (statement.kind !== "rule" || statement.id === undefined || statement.broken) return [];
  const clause = statement.clauses.find(({ kind }) => kind === "service");
  const span = clause?.kind === "service" ? entriesSpan(clause.entries) : undefined;
  if (clause?.kind !== "service" || span === undefined || clause.entries.length < 2) return [];
  const { id } = statement;
  const { text } = statement.chunk;
  const block = topOf(statement);
  const taken = new Set<number>();
  for (const inside of statementsOf("children" in block ? block.children : []))
    if (inside.kind === "rule" && inside.id) taken.add(inside.id.value);
  let free = id.value;
  const source = { uri: view.document.uri, statement };
  const [own, ...others] = clause.entries.map((entry) => text.slice(entry.start, entry.end));
  const copies = others.map((entry) => {
    while (taken.has(free)) free += 1;
    taken.add(free);
    return `${text.slice(statement.start, id.start)}${free}${text.slice(id.end, span.start)}${entry}${text.slice(span.end, statement.end)}`;
  });
  return [
    action("Split the rule by service", CodeActionKind.RefactorRewrite, [
      replaceSpan(view, source, span, own as string),
      insertAfter(view, source, copies.map(oneIndent).join("\n")),
    ]),
  ];
}

/** The first line's indent is given anew: continued lines keep only what they have beyond two spaces of a clause. */
const oneIndent = (text: string): string => text.replace(/\r?\n[ \t]*/g, "\n  ");

/** What becomes of a scenario's packet now is written down as what is expected of it. */
function expectOutcome(view: View, statement: Statement): CodeAction[] {
  if (statement.kind !== "send" || statement.parent?.kind !== "scenario" || statement.broken) return [];
  const source = { uri: view.document.uri, statement };
  const { steps } = resultOf(view.policy(), { uri: source.uri, statement: statement.parent });
  const result = steps.find(({ step }) => step === statement);
  if (result?.trace === undefined) return [];
  const text = `expect ${expectationOf(result.trace)}`;
  const { expect } = statement;
  if (expect !== undefined && result.failure === undefined) return [];
  const edit =
    expect === undefined
      ? replaceSpan(view, source, { start: statement.end, end: statement.end }, ` ${text}`)
      : replaceSpan(view, source, expect, text);
  return [action("Expect what happens now", CodeActionKind.RefactorRewrite, [edit])];
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
