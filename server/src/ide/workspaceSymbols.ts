/**
 * Feature: search for a name in every policy (workspace symbols). The names of each block are kept, ready to be searched,
 * until the block changes: what is typed costs the names that have its letters.
 */
import type { SymbolKind, WorkspaceSymbol } from "vscode-languageserver-types";
import type { SourceDocument } from "../syntax/document.ts";
import type { Steps } from "../syntax/steps.ts";
import type { BlockStatement, Statement } from "../syntax/tree.ts";
import { nameOf, SYMBOL_KINDS, selectionOf } from "./symbolTree.ts";

const MOST_FOUND = 500;

/** One statement of a block: what it is found by, and what is in it. */
interface Entry {
  readonly statement: Statement;
  readonly kind: SymbolKind;
  /** Small letters; undefined of a statement that is found by no name of its own. */
  readonly name?: string;
  readonly letters: number;
  readonly block?: BlockStatement;
}
interface Names {
  /** The block's, or its document's tree's, when this was made. */
  readonly changed: number;
  readonly entries: readonly Entry[];
}
const kept = new WeakMap<SourceDocument | BlockStatement, Names>();

function namesIn(of: SourceDocument | BlockStatement): Names {
  const { changed, list } =
    "tree" in of
      ? { changed: of.tree.changed, list: of.tree.statements }
      : { changed: of.changed, list: of.children as readonly Statement[] };
  const known = kept.get(of);
  if (known?.changed === changed) return known;
  const names = { changed, entries: list.flatMap((statement) => entryOf(statement) ?? []) };
  kept.set(of, names);
  return names;
}

function entryOf(statement: Statement): Entry | undefined {
  const kind = SYMBOL_KINDS[statement.kind];
  if (kind === undefined) return undefined;
  const name = nameOf(statement);
  const found = name !== statement.kind && statement.kind !== "slot" && statement.kind !== "bind";
  const lower = name.toLowerCase();
  return {
    statement,
    kind,
    ...(found && { name: lower }),
    letters: lettersOf(lower),
    ...("children" in statement && { block: statement }),
  };
}

/** A bit for each letter, one for two digits, and one for all others: most names are told from a query by that alone. */
function lettersOf(text: string): number {
  let bits = 0;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    const bit = unit >= 97 && unit <= 122 ? unit - 97 : unit >= 48 && unit <= 57 ? 26 + ((unit - 48) >> 1) : 31;
    bits |= 1 << bit;
  }
  return bits;
}

/** Declarations, rules and scenarios whose name has the letters of `query` in its order. */
export function* workspaceSymbols(documents: Iterable<SourceDocument>, query: string): Steps<WorkspaceSymbol[]> {
  const wanted = query.toLowerCase();
  const letters = lettersOf(wanted);
  const found: WorkspaceSymbol[] = [];
  function* search(document: SourceDocument, of: SourceDocument | BlockStatement, containerName: string): Steps<void> {
    yield;
    for (const { statement, kind, name, letters: has, block } of namesIn(of).entries) {
      if (found.length >= MOST_FOUND) return;
      if (name !== undefined && (has & letters) === letters && hasInOrder(name, wanted))
        found.push({
          name: nameOf(statement),
          kind,
          location: { uri: document.uri, range: document.rangeOf(statement.chunk, selectionOf(statement)) },
          ...(containerName !== "" && { containerName }),
        });
      if (block !== undefined) yield* search(document, block, nameOf(block));
    }
  }
  for (const document of documents) yield* search(document, document, "");
  return found;
}

/** As LSP asks: the query's letters appear in the name in order, whatever their case. */
export const lettersInOrder = (name: string, query: string): boolean =>
  hasInOrder(name.toLowerCase(), query.toLowerCase());

function hasInOrder(text: string, wanted: string): boolean {
  let from = 0;
  for (const letter of wanted) {
    const found = text.indexOf(letter, from);
    if (found < 0) return false;
    from = found + letter.length;
  }
  return true;
}
