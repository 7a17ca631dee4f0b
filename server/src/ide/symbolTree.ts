/** Feature: outline and breadcrumbs (document symbols). */
import { type DocumentSymbol, type Range, type SymbolInformation, SymbolKind } from "vscode-languageserver-types";
import type { SourceDocument } from "../syntax/document.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import type { Statement } from "../syntax/tree.ts";
import { fullRange } from "./view.ts";

export const SYMBOL_KINDS: Partial<Record<Statement["kind"], SymbolKind>> = {
  policy: SymbolKind.File,
  segment: SymbolKind.Namespace,
  vm: SymbolKind.Object,
  vnic: SymbolKind.Interface,
  group: SymbolKind.Array,
  service: SymbolKind.Constant,
  acl: SymbolKind.Module,
  swsec: SymbolKind.Module,
  dfw: SymbolKind.Module,
  redirect: SymbolKind.Module,
  encryption: SymbolKind.Module,
  appliance: SymbolKind.Class,
  inspect: SymbolKind.Method,
  chain: SymbolKind.Struct,
  slot: SymbolKind.Field,
  section: SymbolKind.Package,
  rule: SymbolKind.Function,
  default: SymbolKind.Function,
  key: SymbolKind.Key,
  bind: SymbolKind.Property,
  exclude: SymbolKind.Property,
  timeouts: SymbolKind.Property,
  scenario: SymbolKind.Event,
  assert: SymbolKind.Boolean,
};

/** In more lines than these an outline of every rule helps nobody, and a client chokes on it: blocks are told alone. */
const MOST_LINES = 20_000;
const MOST_SYMBOLS = 10_000;

export function* documentSymbols(document: SourceDocument): Steps<DocumentSymbol[]> {
  let left = MOST_SYMBOLS;
  const brief = document.lineCount > MOST_LINES;
  function* visit(statements: readonly Statement[]): Steps<DocumentSymbol[]> {
    const out: DocumentSymbol[] = [];
    for (const statement of statements) {
      const kind = SYMBOL_KINDS[statement.kind];
      if (kind === undefined || left <= 0) continue;
      if (brief && statement.parent !== undefined && !("children" in statement)) continue;
      left -= 1;
      if (left % STRIDE === 0) yield;
      const range = fullRange(document, statement);
      const detail = detailOf(statement);
      const children = "children" in statement ? yield* visit(statement.children) : [];
      out.push({
        name: nameOf(statement),
        kind,
        range,
        selectionRange: inside(range, document.rangeOf(statement.chunk, selectionOf(statement))),
        ...(detail !== "" && { detail }),
        ...(children.length > 0 && { children }),
      });
    }
    return out;
  }
  return yield* visit(document.tree.statements);
}

/** The protocol wants the selection inside the range. */
const inside = (range: Range, selection: Range): Range =>
  selection.end.line > range.end.line ? { start: selection.start, end: range.end } : selection;

/** `web`, `rule 1001 Users to web`, `slot 2`: never empty. */
export function nameOf(statement: Statement): string {
  switch (statement.kind) {
    case "rule":
      return ["rule", statement.id?.text, statement.title?.text].filter(Boolean).join(" ");
    case "slot":
      return `slot ${statement.number?.text ?? ""}`.trim();
    case "bind":
      return statement.vnic ? `bind ${statement.vnic.vm.text}.${statement.vnic.vnic.text}` : "bind";
    case "policy":
    case "scenario":
    case "assert":
      return statement.title?.text || statement.kind;
    default:
      return ("name" in statement && statement.name?.text) || statement.kind;
  }
}

function detailOf(statement: Statement): string {
  switch (statement.kind) {
    case "rule":
    case "default":
      return statement.action?.word ?? "";
    case "slot":
      return [statement.module?.text, statement.block?.text].filter(Boolean).join(" ");
    case "redirect":
      return statement.via ? `redirect via ${statement.via.text}` : "redirect";
    case "assert":
      return statement.property?.word ?? "";
    case "segment":
    case "vm":
    case "group":
    case "service":
    case "acl":
    case "swsec":
    case "dfw":
    case "encryption":
    case "appliance":
    case "chain":
    case "scenario":
    case "policy":
      return statement.kind;
    default:
      return "";
  }
}

export function selectionOf(statement: Statement) {
  if ("name" in statement && statement.name) return statement.name;
  if ("title" in statement && statement.title) return statement.title;
  if (statement.kind === "rule" && statement.id) return statement.id;
  if (statement.kind === "slot" && statement.number) return statement.number;
  return statement.keyword;
}

/** For clients that show no tree. */
export const flatSymbols = (
  symbols: readonly DocumentSymbol[],
  uri: string,
  containerName?: string,
): SymbolInformation[] =>
  symbols.flatMap(({ name, kind, range, children }) => [
    { name, kind, location: { uri, range }, ...(containerName && { containerName }) },
    ...flatSymbols(children ?? [], uri, name),
  ]);
