/** Fixes of the text, names and values: a clause that stands twice, a misspelt name, a value that was meant otherwise. */
import { topOf } from "../../policy/names.ts";
import { CLAUSE_WORDS } from "../../syntax/parser.ts";
import type { Span, Statement } from "../../syntax/tree.ts";
import { documentOf, type FileEdit, insertBefore, removeRange, removeStatement, replaceSpan } from "../edits.ts";
import { writeName } from "../rename.ts";
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
  const declaration = name === undefined ? undefined : DECLARE[wants.find((kind) => kind in DECLARE) ?? ""];
  if (declaration !== undefined && name !== undefined) {
    const { what, text } = declaration(writeName(name));
    fixes.push({ title: `Declare ${what} ${writeName(name)}`, edits: [declareAbove(view, at, text)] });
  }
  return fixes;
};

const DECLARE: Readonly<Record<string, (name: string) => { readonly what: string; readonly text: string }>> = {
  group: (name) => ({ what: "group", text: `group ${name} = any` }),
  service: (name) => ({ what: "service", text: `service ${name} = tcp/8080` }),
  segment: (name) => ({ what: "segment", text: `segment ${name} {\n}` }),
  appliance: (name) => ({ what: "appliance", text: `appliance ${name} {\n  fail closed\n}` }),
};

/** Above the declaration in whose text the name stands. */
const declareAbove = (view: View, { uri, statement }: { uri: string; statement: Statement }, text: string): FileEdit =>
  insertBefore(view, { uri, statement: topOf(statement) }, `${text}\n`);

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
