/**
 * Feature: completion. The grammar's own follow sets say what can stand at the place, the policy which names of that
 * kind there are; half-typed and broken text included, since only what stands before the place is read.
 */

import type { IToken } from "chevrotain";
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  InsertTextFormat,
  type Position,
} from "vscode-languageserver-types";
import { ACTION_CONTEXTS, ACTIONS, CLAUSE_WORDS, TIMERS } from "../syntax/parser.ts";
import { itemWords } from "../syntax/split.ts";
import { quote } from "../syntax/strings.ts";
import { tail } from "../syntax/tail.ts";
import { Str } from "../syntax/tokens.ts";
import type { BlockStatement, Chunk, Statement } from "../syntax/tree.ts";
import type { Asked, ItemData, Proposal } from "./completionItems.ts";
import { blockSnippets } from "./completionSnippets.ts";
import { SORTS } from "./completionSorts.ts";
import { modulesFirst } from "./completionValues.ts";
import { expectedAfter, type Wanted } from "./expected.ts";
import { bindLine } from "./fixes/bindings.ts";
import { describeSymbol } from "./hoverNames.ts";
import { hoverSlot } from "./hoverSlot.ts";
import { KEYWORD_NOTES } from "./keywordNotes.ts";
import { code, paragraphs } from "./markdown.ts";
import { timerText } from "./valueNotes.ts";
import { blockAt, placeAt, spanOf, tokensOf, type View } from "./view.ts";
import { lettersInOrder } from "./workspaceSymbols.ts";

/** Beyond this the client asks again when more is typed. */
const MOST_ITEMS = 500;
/** As many get their documentation at once; the others when they are looked at. */
const DOCUMENTED = 60;

export interface CompletionOptions {
  readonly snippets: boolean;
  /** Paths of other policies, relative to the document. */
  readonly files?: readonly string[];
}

export function completion(view: View, position: Position, options: CompletionOptions): CompletionList {
  const place = placeAt(view.document, position);
  if (place === undefined || inComment(place.chunk, place.offset)) return { isIncomplete: false, items: [] };
  const { chunk, offset } = place;
  const from = prefixStart(chunk, offset);
  const until = wordEnd(chunk, offset);
  const prefix = chunk.text.slice(from, offset);
  const context = contextOf(view, position, chunk, from);
  const all = [...continued(view, context, options), ...begun(view, context, options)];
  // Of very many only those that what is typed can still become.
  const many = all.length > MOST_ITEMS;
  const typed = prefix.replace(/^"/, "");
  const found = many ? all.filter(({ filterText, label }) => lettersInOrder(filterText ?? label, typed)) : all;
  const range = view.document.rangeOf(chunk, { start: from, end: until });
  const items = new Map<string, CompletionItem>();
  for (const item of found) {
    const newText = item.insertText ?? item.label;
    const key = `${item.label} ${newText}`;
    if (items.has(key) || items.size >= MOST_ITEMS) continue;
    const { insertText: _, detail, ...rest } = item;
    // In quotes already: the name goes into them, whether it needs them or not.
    const quoted = prefix.startsWith('"') && item.data?.key !== undefined && !newText.startsWith('"');
    const written = quoted ? quote(newText) : newText;
    // In quotes nothing but names and files can stand.
    if (prefix.startsWith('"') && !written.startsWith('"')) continue;
    items.set(key, {
      ...rest,
      ...(detail !== undefined && { detail: typeof detail === "function" ? detail() : detail }),
      textEdit: { range, newText: written },
      ...(prefix.startsWith('"') && { filterText: written }),
    });
  }
  const list = [...items.values()].map((item, index) => (index < DOCUMENTED ? resolveCompletion(view, item) : item));
  return { isIncomplete: many, items: list };
}

/** Writes the documentation of an item that has none yet. */
export function resolveCompletion(view: View, item: CompletionItem): CompletionItem {
  if (item.documentation !== undefined) return item;
  const { key, slot, word } = (item.data ?? {}) as Partial<ItemData>;
  const value =
    typeof key === "string"
      ? describeSymbol(view, key)
      : typeof slot === "number"
        ? hoverSlot(view, slot)
        : typeof word === "string"
          ? wordText(word)
          : undefined;
  return value === undefined ? item : { ...item, documentation: { kind: "markdown", value } };
}

function wordText(word: string): string | undefined {
  const note = KEYWORD_NOTES.get(word);
  return note ? paragraphs(code(note.syntax), note.text) : timerText(word);
}

// ---- where ------------------------------------------------------------------------------------------------------

const inComment = (chunk: Chunk, offset: number): boolean =>
  chunk.comments.some(({ kind, start, end }) => start < offset && (kind === "block" ? offset < end : offset <= end));

const HALF_ADDRESS = /^(?:[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{0,2})+|\d+(?:\.\d*)+)$/;

/** Where what is being typed begins: a word, a half address, an open string. */
function prefixStart(chunk: Chunk, offset: number): number {
  const string = tokensOf(chunk).find((token) => token.image.startsWith('"') && touchesInside(token, offset));
  if (string !== undefined) return string.startOffset;
  const before = chunk.text.slice(0, offset);
  const run = tail(before, /[\w.:-]/);
  const half = run.slice(run.lastIndexOf("-") + 1);
  // `web-01.` is a name and its dot, `10.0.0.1-10.0.` a range.
  const owner = tail(before.slice(0, before.length - half.length), /[\w-]/);
  const isName = owner.endsWith("-") && /[A-Za-z_]/.test(owner);
  const word = tail(before, /[A-Za-z0-9_-]/);
  // `->` and the dash of a range are no part of a word.
  return offset - (!isName && HALF_ADDRESS.test(half) ? half : word.replace(/^-+/, "")).length;
}
const touchesInside = (token: IToken, offset: number): boolean => {
  const { start, end } = spanOf(token);
  return start < offset && (isClosed(token) ? offset < end : offset <= end);
};
const isClosed = ({ image }: IToken): boolean => image.length > 1 && image.endsWith('"');
function wordEnd(chunk: Chunk, offset: number): number {
  const string = tokensOf(chunk).find((token) => token.image.startsWith('"') && touchesInside(token, offset));
  // One that nobody has closed yet reaches to the line's end, which is not its own.
  if (string !== undefined) return isClosed(string) ? spanOf(string).end : offset;
  // V8 goes through a class however long the text is; for a group that is repeated its stack may be too small.
  const run = /^[A-Za-z0-9_-]*/.exec(chunk.text.slice(offset))?.[0] ?? "";
  return offset + run.length - tail(run, /-/).length;
}

interface Context {
  /** The statement that could go on here, and its tokens before the place. */
  readonly statement?: Statement;
  readonly tokens: readonly IToken[];
  readonly block?: BlockStatement;
  /** Whether a new statement can begin here: at the beginning of a line, behind a brace. */
  readonly fresh: boolean;
}

function contextOf(view: View, position: Position, chunk: Chunk, from: number): Context {
  const before = tokensOf(chunk).filter((token) => token.startOffset < from);
  const here = chunk.statements.findLast((statement) => statement.start < from);
  const block = blockAt(view, position);
  const last = before.at(-1);
  const newLine = /(?:^|[\r\n])[ \t]*$/.test(chunk.text.slice(0, from));
  const behindBrace = last?.image === "{" || last?.image === "}";
  const fresh = newLine || behindBrace || last === undefined;
  if (here !== undefined) {
    const tokens = before.filter((token) => token.startOffset >= here.start);
    return { statement: here, tokens, block, fresh };
  }
  // The statement may stand in the chunk above: a rule whose clauses go on in the next line.
  const above = last === undefined ? chunkAbove(view, chunk) : undefined;
  const statement = above?.statements.at(-1);
  if (above === undefined || statement === undefined || statement.kind === "unknown")
    return { tokens: [], block, fresh };
  const tokens = tokensOf(above).filter((token) => token.startOffset >= statement.start);
  return { statement, tokens, block, fresh };
}

function chunkAbove(view: View, chunk: Chunk): Chunk | undefined {
  for (let line = chunk.line - 1; line >= 0; ) {
    const above = view.document.locate({ line, character: 0 }).chunk;
    if (above.statements.length > 0 || tokensOf(above).length > 0) return above;
    line = above.line - 1;
  }
  return undefined;
}

// ---- what -------------------------------------------------------------------------------------------------------

const ALL_ACTIONS: ReadonlySet<string> = new Set(Object.values(ACTIONS).flat());

/** What goes on with the statement that stands before the place. */
function continued(view: View, { statement, tokens, block, fresh }: Context, { files }: CompletionOptions): Proposal[] {
  if (statement === undefined || statement.kind === "unknown") return [];
  const expected = expectedAfter(statement.kind, tokens);
  if (expected === undefined) return [];
  const last = tokens.at(-1)?.image;
  const owner = last === "." ? nameText(tokens.at(-2)) : undefined;
  const asked: Asked = { view, statement, block, owner, files, before: tokens.map(({ image }) => image) };
  // On a line of its own what goes on comes after what could begin.
  const rank = fresh && expected.whole ? "8" : "";
  const items = expected.wanted.flatMap((wanted) => itemsOf(asked, wanted, tokens));
  const fitting =
    statement.kind === "slot" && expected.wanted.some(({ rule }) => rule === "module")
      ? modulesFirst(asked, items)
      : items;
  return rank === ""
    ? fitting
    : fitting.map((item) => ({ ...item, sortText: `${rank}${item.sortText ?? item.label}` }));
}

const nameText = (token: IToken | undefined): string | undefined =>
  token === undefined ? undefined : token.image.startsWith('"') ? token.image.slice(1, -1) : token.image;

function itemsOf(asked: Asked, { token, rule }: Wanted, tokens: readonly IToken[]): readonly Proposal[] {
  const word = wordOf(token.name);
  if (word !== undefined) return wordItem(asked, word, tokens);
  // A name in quotes is another terminal of the same rule: once is enough.
  if (token === Str && SORTS[rule] !== undefined && rule !== "importPath") return [];
  return SORTS[rule]?.(asked) ?? [];
}
/** A word of the grammar, or an arrow; undefined for operands, braces and commas. */
const wordOf = (type: string): string | undefined => (type === "->" ? type : /^"(.+)"$/.exec(type)?.[1]);

function wordItem({ statement, block }: Asked, word: string, tokens: readonly IToken[]): Proposal[] {
  if (statement?.kind === "rule" || statement?.kind === "default") {
    const context = ACTION_CONTEXTS[block?.kind ?? "dfw"] ?? "dfw";
    const isAction = ALL_ACTIONS.has(word) && !tokens.some(({ image }) => ALL_ACTIONS.has(image));
    if (isAction && !ACTIONS[context].some((action) => action === word)) return [];
    if (word === "jump-to-application" && !(block?.kind === "section" && block.category?.text === "environment"))
      return [];
    // The grammar forgives a rule without an action; nobody should be led there.
    if (CLAUSE_WORDS.includes(word) && !tokens.some(({ image }) => ALL_ACTIONS.has(image))) return [];
    // Each clause stands once.
    if (
      !isAction &&
      tokens.some(({ image }) => image === word) &&
      word !== "any" &&
      word !== "tag" &&
      !PROTOCOLS.has(word)
    )
      return [];
  }
  if (statement?.kind === "assert" && CLAUSE_WORDS.includes(word)) {
    // What must hold comes first, and what an assert is about has no direction of its own.
    if (!ASSERT_CLAUSES.has(word) || !tokens.some(({ image }) => PROPERTIES.has(image))) return [];
    if (tokens.some(({ image }) => image === word)) return [];
  }
  const detail = KEYWORD_NOTES.get(word)?.syntax;
  return [
    {
      label: word,
      kind: word === "->" ? CompletionItemKind.Operator : CompletionItemKind.Keyword,
      ...(detail !== undefined && detail !== word && { detail }),
      sortText: `5${word}`,
      data: { uri: "", word } satisfies ItemData,
    },
  ];
}
const ASSERT_CLAUSES: ReadonlySet<string> = new Set(["from", "to", "service", "ipv4", "ipv6"]);
const PROPERTIES: ReadonlySet<string> = new Set(["allowed", "blocked", "inspected", "encrypted"]);
const PROTOCOLS = new Set(["tcp", "udp", "sctp", "icmp", "icmpv6", "ip", "ether"]);

/** What can begin here: items of the block, or declarations; with a template where there is one. */
function begun(view: View, { statement, tokens, block, fresh }: Context, { snippets }: CompletionOptions): Proposal[] {
  const expected = statement && statement.kind !== "unknown" ? expectedAfter(statement.kind, tokens) : undefined;
  // Inside braces the next item may stand on the same line: `segment s { vni 5001 subnet …`.
  const unfinished = (statement?.kind === "rule" || statement?.kind === "default") && statement.action === undefined;
  const follows = !fresh && block !== undefined && expected?.whole === true && !unfinished;
  if (!fresh && !follows) return [];
  // A statement that can go on, or above that is not whole yet, wants its rest first.
  const wantsRest = expected !== undefined && !expected.whole && expected.wanted.length > 0;
  const rank = follows || wantsRest ? "9" : "1";
  const words = block?.kind === "timeouts" ? TIMERS : itemWords(block?.kind);
  const templates = snippets ? blockSnippets(view, block) : new Map<string, string>();
  const items: CompletionItem[] = words.map((word, index) => {
    const template = templates.get(word);
    const note = KEYWORD_NOTES.get(word);
    return {
      label: word,
      kind: template === undefined ? CompletionItemKind.Keyword : CompletionItemKind.Snippet,
      ...(note !== undefined && note.syntax !== word && { detail: note.syntax }),
      sortText: `${rank}${String(index).padStart(2, "0")}`,
      data: { uri: "", word } satisfies ItemData,
      ...(template !== undefined && { insertText: template, insertTextFormat: InsertTextFormat.Snippet }),
    };
  });
  return block?.kind === "swsec" ? [...items, ...bindings(view, block)] : items;
}

/** A whole line for every vNIC that has an address and none bound in this block. */
function bindings(view: View, block: BlockStatement): CompletionItem[] {
  const bound = new Set(
    block.children.flatMap((line) =>
      line.kind === "bind" && line.vnic ? [`${line.vnic.vm.text}.${line.vnic.vnic.text}`] : [],
    ),
  );
  return [...view.policy().vnics.values()]
    .filter((vnic) => vnic.ips.length > 0 && !bound.has(vnic.id))
    .map((vnic) => ({
      label: `bind ${vnic.id}`,
      kind: CompletionItemKind.Struct,
      detail: "as the inventory declares it",
      insertText: bindLine(vnic),
      sortText: `2${vnic.id}`,
      data: { uri: view.document.uri, key: `vnic:${vnic.id}` } satisfies ItemData,
    }));
}
