/**
 * Feature: linked editing. A name that one file declares and no other uses changes everywhere in it while it is typed.
 * Where another file uses it, only rename is right, so nothing is linked.
 */
import type { Position, Range } from "vscode-languageserver-types";
import { symbolAt } from "./navigation.ts";
import { isDeclaration, type Occurrence, occurrencesOf } from "./symbols.ts";
import { rangeIn, type View } from "./view.ts";

const IN_QUOTES = '[^"\\\\\\r\\n]*';
const PLAIN = "[A-Za-z_][A-Za-z0-9_-]*";

export interface LinkedRanges {
  readonly ranges: readonly Range[];
  /** What the name may become for the editing to stay linked: a regular expression. */
  readonly wordPattern: string;
}

/** `views`: one for each program that the document is a part of. */
export function linkedEditing(views: readonly View[], position: Position): LinkedRanges | undefined {
  const [view] = views;
  const symbol = view && symbolAt(view, position);
  if (view === undefined || symbol === undefined || symbol.part.kind === "rule-id") return undefined;
  const { uri } = view.document;
  for (const { program } of views)
    if (occurrencesOf(program, symbol.key).some((occurrence) => occurrence.uri !== uri)) return undefined;
  const occurrences = occurrencesOf(view.program, symbol.key);
  if (occurrences.length < 2 || occurrences.filter(isDeclaration).length > 1) return undefined;
  // A built-in or unknown name has nothing here that could follow; a tag is declared by being used.
  if (!symbol.key.startsWith("tag:") && !occurrences.some(isDeclaration)) return undefined;
  const [first] = occurrences.map(textOf);
  // What is typed goes in as it is: a name that is quoted in one place only would break in the other.
  if (first === undefined || occurrences.some((occurrence) => textOf(occurrence) !== first)) return undefined;
  const quoted = first.startsWith('"');
  if (quoted && first.includes("\\")) return undefined;
  return {
    ranges: occurrences.map((occurrence) => {
      const range = rangeIn(view.program, occurrence, occurrence.part.span);
      return quoted ? withoutQuotes(range) : range;
    }),
    wordPattern: quoted ? IN_QUOTES : PLAIN,
  };
}

const textOf = ({ statement, part }: Occurrence): string => statement.chunk.text.slice(part.span.start, part.span.end);
const withoutQuotes = ({ start, end }: Range): Range => ({
  start: { ...start, character: start.character + 1 },
  end: { ...end, character: end.character - 1 },
});
