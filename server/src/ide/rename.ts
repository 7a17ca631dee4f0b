/** Feature: rename a name in every file that uses it, in quotes where the new name needs them. */
import type { Position, Range, WorkspaceEdit } from "vscode-languageserver-types";
import { writeName } from "../syntax/writeName.ts";
import { type FileEdit, workspaceEdit } from "./edits.ts";
import { symbolAt } from "./navigation.ts";
import { declarationsOfKey, type Occurrence, occurrencesOf, type SymbolKey, sameSymbol } from "./symbols.ts";
import { rangeIn, type View } from "./view.ts";

export interface RenameProblem {
  readonly problem: string;
}
export const isProblem = (answer: object): answer is RenameProblem => "problem" in answer;

export function prepareRename(
  view: View,
  position: Position,
): { readonly range: Range; readonly placeholder: string } | RenameProblem | undefined {
  const symbol = symbolAt(view, position);
  if (symbol === undefined) return undefined;
  const { key, part, statement } = symbol;
  const problem = fixed(view, key);
  if (problem !== undefined) return { problem };
  const range = view.document.rangeOf(statement.chunk, part.span);
  return { range, placeholder: "name" in part ? part.name.text : part.kind === "rule-id" ? String(part.id.value) : "" };
}

/** Why a thing cannot be renamed; undefined when it can. */
function fixed(view: View, key: SymbolKey): string | undefined {
  if (key.startsWith("tag:")) return undefined;
  if (declarationsOfKey(view.program, key).length > 0) return undefined;
  return key.startsWith("service:") && view.policy().services.has(key.slice("service:".length))
    ? "This service is built in and cannot be renamed."
    : "Nothing of this name is declared.";
}

/** `views`: one for each program that the document is a part of. */
export function rename(
  views: readonly View[],
  position: Position,
  to: string,
): WorkspaceEdit | RenameProblem | undefined {
  const edits = new Map<string, FileEdit>();
  let found = false;
  for (const view of views) {
    const symbol = symbolAt(view, position);
    if (symbol === undefined) continue;
    found = true;
    const problem = fixed(view, symbol.key) ?? refused(view, symbol.key, to);
    if (problem !== undefined) return { problem };
    for (const occurrence of occurrencesOf(view.program, symbol.key)) {
      const range = rangeIn(view.program, occurrence, occurrence.part.span);
      const { uri } = occurrence;
      const edit = { range, newText: written(occurrence, to) };
      edits.set(JSON.stringify([uri, range]), { uri, edit, sort: sortOf(occurrence) });
    }
  }
  if (!found) return undefined;
  return workspaceEdit([...edits.values()]);
}

/** `declaration`, or the kind of statement that uses the name: `in a rule`. */
function sortOf({ part, statement: { kind } }: Occurrence): string {
  if (part.kind === "declares" || (part.kind === "rule-id" && part.declared)) return "declaration";
  return `in ${/^[aeiou]/.test(kind) ? "an" : "a"} ${kind}`;
}

const written = ({ part }: Occurrence, to: string): string => (part.kind === "rule-id" ? to.trim() : writeName(to));

/** Why the new name will not do; undefined when it will. */
function refused(view: View, key: SymbolKey, to: string): string | undefined {
  if (key.startsWith("rule:"))
    return /^\s*(?:\d+|0[xX][0-9A-Fa-f]+)\s*$/.test(to)
      ? taken(view, key, String(Number(to)))
      : "A rule's id is a whole number.";
  if (to === "") return "A name cannot be empty.";
  if (/[\r\n]/.test(to)) return "A name stands on one line.";
  return key.startsWith("tag:") ? undefined : taken(view, key, to);
}

function taken(view: View, key: SymbolKey, to: string): string | undefined {
  const colon = key.indexOf(":");
  const inside = /^(?:vnic|key|section|rule):/.test(key);
  const owner = inside ? key.slice(0, key.lastIndexOf(".") + 1) : key.slice(0, colon + 1);
  const wanted = `${owner}${to}`;
  if (sameSymbol(wanted, key)) return undefined;
  return declarationsOfKey(view.program, wanted).length > 0 ? `There is a ${to} already.` : undefined;
}
