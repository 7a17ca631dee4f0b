/** Fixes of the text, names and values: a clause that stands twice, a misspelt name, a value that was meant otherwise. */

import type { Source } from "../../policy/policy.ts";
import type { ParsedChunk } from "../../syntax/chunk.ts";
import { splitLines } from "../../syntax/lines.ts";
import { insteadOf } from "../../syntax/mistakes.ts";
import { nearest } from "../../syntax/near.ts";
import { CLAUSE_WORDS } from "../../syntax/parser.ts";
import { readRegion } from "../../syntax/region.ts";
import { topOf } from "../../syntax/statements.ts";
import { quote } from "../../syntax/strings.ts";
import { RESERVED_WORDS } from "../../syntax/tokens.ts";
import type { Chunk, Span, Statement } from "../../syntax/tree.ts";
import { writeName } from "../../syntax/writeName.ts";
import { documentOf, type FileEdit, insertBefore, removeRange, removeStatement, replaceSpan } from "../edits.ts";
import { spanOf, tokensOf, type View } from "../view.ts";
import { dataOf, type Fix, type Fixer, isString, isStrings } from "./fix.ts";

/** A clause of a rule goes alone; a setting that stands twice goes with its line. */
export const duplicateClause: Fixer = (view, { place }) => {
  const { at, span } = place;
  const { statement } = at;
  if (statement.kind === "unknown") return [];
  if (statement.keyword.start === span.start)
    return [{ title: "Remove this line", edits: [removeStatement(view, at)], preferred: true }];
  const clause = clauseSpan(statement, span);
  const document = documentOf(view, at);
  const edit = removeRange(document, document.rangeOf(statement.chunk, clause));
  const word = statement.chunk.text.slice(span.start, span.end);
  return [{ title: `Remove the second "${word}"`, edits: [{ uri: at.uri, edit }], preferred: true }];
};

/** From a clause's word to the next clause's: the tree keeps the first of two only. */
function clauseSpan(statement: Statement, keyword: Span): Span {
  const tokens = tokensOf(statement.chunk).filter(
    (token) => token.startOffset >= keyword.start && token.startOffset < statement.end,
  );
  let end = keyword.end;
  for (const [index, token] of tokens.entries()) {
    const next = tokens[index + 1]?.image ?? "";
    // `from` before a number or a brace is a service entry's source port.
    const sourcePort = token.image === "from" && /^[{0-9]/.test(next);
    if (index > 0 && CLAUSE_WORDS.includes(token.image) && !sourcePort) break;
    end = spanOf(token).end;
  }
  return { start: keyword.start, end };
}

/** What a misspelt word was meant to be, where the text has a mistake fewer with it. */
export const misspelt: Fixer = (view, finding) => {
  const { at, span } = finding.place;
  const { chunk } = at.statement;
  const found = chunk.text.slice(span.start, span.end);
  const meant = insteadOf(found) ?? nearest(found, dataOf(finding, "expected", isStrings) ?? []);
  const fixes: Fix[] = [];
  const offer = (title: string, text: string) => {
    if (mistakesWith(chunk, span, text) < chunk.errors.length)
      fixes.push({ title, edits: [replaceSpan(view, at, span, text)], preferred: fixes.length === 0 });
  };
  if (meant !== undefined) offer(meant === "" ? "Remove the semicolon" : `Change to ${meant}`, meant);
  if (RESERVED_WORDS.has(found)) offer(`Write ${found} in quotes, as a name`, quote(found));
  return fixes;
};

/** How many there are in a chunk when a part of it says something else. */
function mistakesWith(chunk: Chunk, { start, end }: Span, text: string): number {
  const { line, entry } = chunk as ParsedChunk;
  const lines = splitLines(chunk.text.slice(0, start) + text + chunk.text.slice(end));
  return readRegion(lines, line, entry, false).reduce((sum, { errors }) => sum + errors.length, 0);
}

export const unknownName: Fixer = (view, finding) => {
  const { at, span } = finding.place;
  const name = dataOf(finding, "name", isString);
  const meant = dataOf(finding, "meant", isString);
  const wants = dataOf(finding, "wants", isStrings) ?? [];
  const fixes: Fix[] = [];
  if (meant !== undefined)
    fixes.push({
      title: `Change to ${wants[0] === "platform" ? meant : writeName(meant)}`,
      edits: [replaceSpan(view, at, span, wants[0] === "platform" ? meant : writeName(meant))],
      preferred: true,
    });
  if (name === undefined) return fixes;
  const what = wants.find((kind) => kind === "key" || kind in DECLARE) ?? "";
  const edit = what === "key" ? declareKey(view, at, name) : declareAbove(view, at, DECLARE[what]?.(writeName(name)));
  if (edit !== undefined) fixes.push({ title: `Declare ${what} ${writeName(name)}`, edits: [edit] });
  return fixes;
};

/** By kind, in the order in which one is chosen: what lets through no more than the name did that stood for nothing. */
const DECLARE: Readonly<Record<string, (name: string) => string>> = {
  group: (name) => `group ${name} = 192.0.2.0/24  // to be filled in: addresses that nobody has (RFC 5737)`,
  service: (name) => `service ${name} = ip/253  // to be filled in: a protocol that nobody uses (RFC 3692)`,
  segment: (name) => `segment ${name} {\n}`,
  vm: (name) =>
    `vm ${name} {\n  vnic eth0 { ip 192.0.2.1 }  // to be filled in: an address that nobody has (RFC 5737)\n}`,
  appliance: (name) => `appliance ${name} {\n  fail closed\n}`,
  acl: (name) => `acl ${name} {\n  default allow\n}`,
  swsec: (name) => `swsec ${name} {\n  spoofguard off\n}`,
  dfw: (name) => `dfw ${name} {\n  default allow\n}`,
  encryption: (name) => `encryption ${name} {\n  default clear\n}`,
};

/** A key is of the block that uses it; its id is the first that is free there. */
function declareKey(view: View, { uri, statement }: Source, name: string): FileEdit | undefined {
  const block = topOf(statement);
  if (block.kind !== "encryption") return undefined;
  const [first] = block.children;
  const ids = new Set(block.children.flatMap((child) => (child.kind === "key" ? (child.id?.value ?? []) : [])));
  let id = 1;
  while (ids.has(id)) id += 1;
  return first && insertBefore(view, { uri, statement: first }, `key ${writeName(name)} id ${id}`);
}

/** Above the declaration in whose text the name stands. */
const declareAbove = (view: View, { uri, statement }: Source, text: string | undefined): FileEdit | undefined =>
  text === undefined ? undefined : insertBefore(view, { uri, statement: topOf(statement) }, `${text}\n`);

export const unusedDeclaration: Fixer = (view, finding) => {
  const name = dataOf(finding, "name", isString);
  return [
    {
      title: `Remove ${name === undefined ? "it" : writeName(name)}`,
      edits: [removeStatement(view, finding.place.at)],
      preferred: true,
    },
  ];
};

/** What the finding says was meant takes the place of what is written. */
export const replaceByMeant: Fixer = (view, finding) => {
  const replacement = dataOf(finding, "replacement", isString);
  if (replacement === undefined) return [];
  const { at, span } = finding.place;
  return [{ title: `Change to ${replacement}`, edits: [replaceSpan(view, at, span, replacement)], preferred: true }];
};
