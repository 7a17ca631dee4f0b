/**
 * Feature: call hierarchy. A chain calls the blocks of its slots, a redirect its appliance, a group the groups it
 * names; the other way round, who calls them.
 */

import {
  type CallHierarchyIncomingCall,
  type CallHierarchyItem,
  type CallHierarchyOutgoingCall,
  type Position,
  type Range,
  SymbolKind,
} from "vscode-languageserver-types";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { Statement } from "../syntax/tree.ts";
import { symbolAt } from "./navigation.ts";
import { partsOf } from "./parts.ts";
import { type Declared, declarationsOfKey, keyOf, occurrencesOf, type SymbolKey } from "./symbols.ts";
import { fullRange, rangeIn, type View } from "./view.ts";

const CALLABLE: ReadonlySet<Statement["kind"]> = new Set([
  "chain",
  "acl",
  "swsec",
  "dfw",
  "redirect",
  "encryption",
  "appliance",
  "group",
]);

/** What follows a caller's calls: the item, and the key of what it is. */
interface ItemData {
  readonly key: SymbolKey;
  readonly uri: string;
}

export function prepareCallHierarchy(view: View, position: Position): CallHierarchyItem[] {
  const symbol = symbolAt(view, position);
  if (symbol === undefined) return [];
  const declared = declarationsOfKey(view.program, symbol.key)[0];
  return declared && CALLABLE.has(declared.statement.kind) ? itemOf(view, symbol.key, declared) : [];
}

function itemOf(view: View, key: SymbolKey, { uri, statement, name }: Declared): CallHierarchyItem[] {
  const document = view.program.document(uri);
  if (document === undefined) return [];
  const kind =
    statement.kind === "chain"
      ? SymbolKind.Struct
      : statement.kind === "group"
        ? SymbolKind.Array
        : SymbolKind.Function;
  const data: ItemData = { key, uri: view.document.uri };
  return [
    {
      name: name.text,
      detail: statement.kind,
      kind,
      uri,
      range: fullRange(document, statement),
      selectionRange: document.rangeOf(statement.chunk, name),
      data,
    },
  ];
}

export const keyOfItem = (item: CallHierarchyItem): SymbolKey | undefined => {
  const { key } = (item.data ?? {}) as Partial<ItemData>;
  return typeof key === "string" ? key : undefined;
};

export function outgoingCalls(view: View, item: CallHierarchyItem): CallHierarchyOutgoingCall[] {
  const key = keyOfItem(item);
  const declared = key === undefined ? undefined : declarationsOfKey(view.program, key)[0];
  if (declared === undefined) return [];
  const calls = new Map<SymbolKey, Range[]>();
  for (const statement of statementsOf([declared.statement]))
    for (const part of partsOf(statement)) {
      const to = part.kind === "declares" ? undefined : keyOf(statement, part);
      if (to === undefined || !calledBy(declared.statement, statement)) continue;
      const ranges = calls.get(to) ?? [];
      calls.set(to, ranges);
      ranges.push(rangeIn(view.program, { uri: declared.uri, statement }, part.span));
    }
  return [...calls].flatMap(([to, fromRanges]) => {
    const target = declarationsOfKey(view.program, to)[0];
    if (target === undefined || !CALLABLE.has(target.statement.kind)) return [];
    return itemOf(view, to, target).map((callee) => ({ to: callee, fromRanges }));
  });
}

/** A rule's endpoints are what it matches, not what its block calls. */
const calledBy = (caller: Statement, statement: Statement): boolean =>
  caller.kind === "group" || statement === caller || statement.kind === "slot";

export function incomingCalls(view: View, item: CallHierarchyItem): CallHierarchyIncomingCall[] {
  const key = keyOfItem(item);
  if (key === undefined) return [];
  const calls = new Map<Statement, { readonly uri: string; readonly ranges: Range[] }>();
  for (const occurrence of occurrencesOf(view.program, key)) {
    const caller = topOf(occurrence.statement);
    if (occurrence.part.kind === "declares" || !CALLABLE.has(caller.kind) || !calledBy(caller, occurrence.statement))
      continue;
    const call = calls.get(caller) ?? { uri: occurrence.uri, ranges: [] };
    calls.set(caller, call);
    call.ranges.push(rangeIn(view.program, occurrence, occurrence.part.span));
  }
  return [...calls].flatMap(([statement, { uri, ranges }]) => {
    if (!("name" in statement) || statement.name === undefined) return [];
    const space = statement.kind === "group" ? "endpoint" : "block";
    return itemOf(view, `${space}:${statement.name.text}`, { uri, statement, name: statement.name }).map((from) => ({
      from,
      fromRanges: ranges,
    }));
  });
}
