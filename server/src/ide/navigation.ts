/**
 * Feature: go to definition, declaration, type definition, implementation; find references; highlight.
 *
 * A name leads to its declaration, a slot to its block, `by rule 1001` to the rule, an import to its file. The type
 * definition is the thing behind the thing: a redirect's appliance, a VM's segments, a key's block. A slot's
 * implementation is its block, a tag's the VMs that carry it.
 */

import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type LocationLink,
  type Position,
} from "vscode-languageserver-types";
import type { Program } from "../policy/program.ts";
import { resolveImport } from "../policy/program.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { SlotStatement, Statement } from "../syntax/tree.ts";
import type { Part } from "./parts.ts";
import { type Declared, declarationsOfKey, isDeclaration, keyOf, occurrencesOf, type SymbolKey } from "./symbols.ts";
import { type At, at, fullRange, locationOf, rangeIn, type View } from "./view.ts";

/** The key of what stands at a position, and where it stands. */
export function symbolAt(
  view: View,
  position: Position,
): { readonly key: SymbolKey; readonly part: Part; readonly statement: Statement } | undefined {
  const found = at(view, position);
  if (found?.statement === undefined || found.part === undefined) return undefined;
  const key = keyOf(found.statement, found.part);
  return key === undefined ? undefined : { key, part: found.part, statement: found.statement };
}

export function definition(view: View, position: Position): LocationLink[] {
  const found = at(view, position);
  if (found?.statement === undefined) return [];
  const { statement, part } = found;
  if (part?.kind === "path" && part.of === "import") return importTarget(view, found, part.text.text);
  const slot = slotLine(found);
  if (slot !== undefined) return links(view, found, blockOf(view.program, slot));
  const key = part && keyOf(statement, part);
  return key === undefined ? [] : links(view, found, meant(view, statement, key));
}

export function typeDefinition(view: View, position: Position): LocationLink[] {
  const found = at(view, position);
  if (found?.statement === undefined) return [];
  const slot = slotLine(found);
  const key = found.part && keyOf(found.statement, found.part);
  const declared = slot ? blockOf(view.program, slot) : key === undefined ? [] : meant(view, found.statement, key);
  const types = declared.flatMap((one) => typesOf(view.program, one));
  return links(view, found, types.length > 0 ? types : declared);
}

export function implementation(view: View, position: Position): LocationLink[] {
  const found = at(view, position);
  if (found?.statement === undefined) return [];
  const key = found.part && keyOf(found.statement, found.part);
  if (key?.startsWith("tag:") !== true) return definition(view, position);
  const vms = occurrencesOf(view.program, key).flatMap(({ uri, statement }) => {
    const vm = topOf(statement);
    return statement.kind === "tags" && vm.kind === "vm" && vm.name ? [{ uri, statement: vm, name: vm.name }] : [];
  });
  return links(view, found, vms);
}

/** `views`: one for each program that the document is a part of. */
export function references(views: readonly View[], position: Position, declarations: boolean): Location[] {
  const out = new Map<string, Location>();
  for (const view of views) {
    const symbol = symbolAt(view, position);
    if (symbol === undefined) continue;
    for (const occurrence of occurrencesOf(view.program, symbol.key)) {
      if (!declarations && isDeclaration(occurrence)) continue;
      const location = locationOf(view.program, occurrence, occurrence.part.span);
      out.set(JSON.stringify(location), location);
    }
  }
  return [...out.values()];
}

export function documentHighlight(view: View, position: Position): DocumentHighlight[] {
  const symbol = symbolAt(view, position);
  if (symbol === undefined) return [];
  return occurrencesOf(view.program, symbol.key)
    .filter(({ uri }) => uri === view.document.uri)
    .map((occurrence) => ({
      range: rangeIn(view.program, occurrence, occurrence.part.span),
      kind: isDeclaration(occurrence) ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

// ---- what is meant ----------------------------------------------------------------------------------------------

/** The slot line when the position is on its number or its first word. */
function slotLine({ statement, part, token }: At): SlotStatement | undefined {
  if (statement?.kind !== "slot") return undefined;
  return part?.kind === "slot-number" || token?.startOffset === statement.keyword.start ? statement : undefined;
}

const blockOf = (program: Program, slot: SlotStatement): readonly Declared[] =>
  slot.block ? declarationsOfKey(program, `block:${slot.block.text}`) : [];

/** The declarations of a key; of a rule that an expectation names, those in the slot that it names. */
function meant(view: View, statement: Statement, key: SymbolKey): readonly Declared[] {
  const declared = declarationsOfKey(view.program, key);
  if (declared.length < 2 || statement.kind !== "send" || statement.expect === undefined) return declared;
  const number = statement.expect.slot?.value ?? 2;
  const blocks = new Set(
    view.policy().chains.flatMap(({ slots }) => {
      const block = slots.get(number)?.block;
      return block === undefined ? [] : [block.source.statement as Statement];
    }),
  );
  const inSlot = declared.filter((one) => blocks.has(topOf(one.statement)));
  return inSlot.length > 0 ? inSlot : declared;
}

function typesOf(program: Program, { uri, statement }: Declared): readonly Declared[] {
  if (statement.kind === "redirect")
    return statement.via ? declarationsOfKey(program, `block:${statement.via.text}`) : [];
  if (statement.kind === "key") {
    const block = topOf(statement);
    return "name" in block && block.name ? [{ uri, statement: block, name: block.name }] : [];
  }
  if (statement.kind !== "vm" && statement.kind !== "vnic") return [];
  const segments = new Set<string>();
  for (const inside of statementsOf(statement.children))
    if (inside.kind === "in-segment" && inside.segment) segments.add(inside.segment.text);
  return [...segments].flatMap((name) => declarationsOfKey(program, `endpoint:${name}`));
}

function importTarget(view: View, found: At, path: string): LocationLink[] {
  const uri = resolveImport(view.document.uri, path);
  if (view.program.document(uri) === undefined) return [];
  const start = { line: 0, character: 0 };
  return [
    {
      originSelectionRange: origin(view, found),
      targetUri: uri,
      targetRange: { start, end: start },
      targetSelectionRange: { start, end: start },
    },
  ];
}

function links(view: View, found: At, targets: readonly Declared[]): LocationLink[] {
  return targets.flatMap(({ uri, statement, name }) => {
    const document = view.program.document(uri);
    if (document === undefined) return [];
    return [
      {
        originSelectionRange: origin(view, found),
        targetUri: uri,
        targetRange: fullRange(document, statement),
        targetSelectionRange: document.rangeOf(statement.chunk, name),
      },
    ];
  });
}

function origin(view: View, { chunk, part, token, offset }: At) {
  const span = part?.span ?? (token && { start: token.startOffset, end: token.startOffset + token.image.length });
  return view.document.rangeOf(chunk, span ?? { start: offset, end: offset });
}
