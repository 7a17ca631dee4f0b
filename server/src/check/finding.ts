/** A finding: something in a policy that its author should know, at a place. */
import type { Source } from "../policy/policy.ts";
import type { Span, Statement } from "../syntax/tree.ts";
import type { Code } from "./codes.ts";

/** A place: a statement of a file, and the span in its chunk. */
export interface Place {
  readonly at: Source;
  readonly span: Span;
}
export interface Related extends Place {
  readonly message: string;
}
export interface Finding {
  readonly code: Code;
  readonly place: Place;
  readonly message: string;
  readonly related?: readonly Related[];
  /** What quick fixes need to know, besides the place. */
  readonly data?: unknown;
}

/** A finding on part of a statement. */
export const finding = (
  code: Code,
  at: Source,
  span: Span,
  message: string,
  more: { readonly related?: readonly Related[]; readonly data?: unknown } = {},
): Finding => ({ code, place: { at, span }, message, ...more });

/** A declaration's name, or the word that begins it where it has none. */
export const nameSpan = (statement: Statement): Span =>
  ("name" in statement && statement.name !== undefined ? statement.name : undefined) ?? statement.keyword;

/** The declaration itself, as a place to point at. */
export const related = (at: Source, message: string, span: Span = nameSpan(at.statement)): Related => ({
  at,
  span,
  message,
});

/** `a, b and c`; of more than `most`, the first and how many more there are. */
export function listed(words: readonly string[], most = 3): string {
  if (words.length > most) return `${words.slice(0, most).join(", ")} and ${words.length - most} more`;
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`;
}

/** Characters of a message, and places beside it, that a person is told. */
const LONGEST = 1000;
const MOST_PLACES = 50;
/** What is told of a finding: of a very long message its beginning and its end, of very many places the first. */
export function brief({ message, related = [] }: Finding): { message: string; related: readonly Related[] } {
  const more = related.length - MOST_PLACES;
  const told = message.length > LONGEST ? `${message.slice(0, LONGEST - 100)} … ${message.slice(-100)}` : message;
  if (more <= 0) return { message: told, related };
  return { message: `${told} (${more} more places are not shown.)`, related: related.slice(0, MOST_PLACES) };
}
