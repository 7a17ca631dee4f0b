/** Parser errors → sentences of the language. The grammar says what could stand at a place (`ERR_MSG`). */
import type { IParserErrorMessageProvider, IToken } from "chevrotain";
import { nearest } from "./near.ts";
import * as t from "./tokens.ts";
import type { SyntaxError } from "./tree.ts";

/** What Chevrotain calls a message is here only what was wanted; `mistakeAt` makes the sentence. */
export const MESSAGES: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => (expected.name.startsWith('"') ? expected.name : `"${expected.name}"`),
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: () => "something else",
  buildEarlyExitMessage: () => "something else",
};

/**
 * The sentence and the place of what is wrong at tokens[at], in the statement tokens[start, end).
 * `wanted` is undefined where a whole statement was read; `followers` are the words that may go on with it.
 */
export function mistakeAt(
  tokens: readonly IToken[],
  at: number,
  start: number,
  end: number,
  base: number,
  wanted: string | undefined,
  followers: readonly string[],
): SyntaxError {
  const found = at < end ? (tokens[at] as IToken) : undefined;
  // A string that is cut off is told there, whatever else was wanted.
  const place = found ?? (tokens[end - 1] as IToken);
  const span = { start: place.startOffset - base, end: place.startOffset + place.image.length - base };
  const error = (message: string, expected?: readonly string[]): SyntaxError => ({
    code: "syntax-error",
    ...span,
    message,
    expected,
  });
  if (found === undefined) return error(`expected ${wanted} after ${shown(place.image)}`, wordsOf(wanted));
  const lexical = lexicalMistake(found);
  if (lexical !== undefined) return error(lexical);
  const words = wanted === undefined ? followers : [...wordsOf(wanted), ...followers];
  const meant = nearest(found.image, words);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  const expected = meant === undefined ? words : [meant, ...words.filter((word) => word !== meant)];
  if (wanted !== undefined) {
    const quotes =
      t.RESERVED_WORDS.has(found.image) && /^[^"]*(?:name|host|address, a group|a service|a vNIC)/.test(wanted)
        ? `; "${found.image}" is a word of the language: write it in quotes to use it as a name`
        : hint;
    return error(`expected ${wanted}, found ${shown(found.image)}${quotes}`, expected);
  }
  const before = tokens[at - 1];
  if (found.tokenType === t.Slash && before !== undefined && at - 1 > start && t.isName(before)) {
    const protocols = "tcp, udp, sctp, icmp, icmpv6, ip, ether";
    const message = `expected a protocol before the slash: ${protocols}; found "${before.image}"`;
    return {
      ...error(message, protocols.split(", ")),
      start: before.startOffset - base,
      end: before.startOffset + before.image.length - base,
    };
  }
  if (found.tokenType === t.Slash && before !== undefined && /^[0-9.]+$|:/.test(before.image))
    return error("an address stands here by itself, without a prefix length");
  // Its place is taken: what else could follow is beside the point.
  const again = tokens.slice(start, at).some(({ image }) => image === found.image);
  if (again && t.isKeyword(found.image)) return error(`"${found.image}" stands twice here`);
  const operand = found.tokenType === t.Str || found.tokenType === t.Dotted || t.isName(found);
  const listed =
    before !== undefined &&
    tokens[at - 2]?.image !== "log" &&
    (before.tokenType === t.Str || before.tokenType === t.Dotted || t.isName(before));
  if (hint === "" && operand && listed && !t.isKeyword(before.image)) {
    return error(`${shown(found.image)} does not belong here; is a comma missing before it?`, [",", ...followers]);
  }
  const what = hint !== "" ? hint : followers.length > 0 ? `; expected ${followers.join(", ")} or nothing more` : "";
  return error(`${shown(found.image)} does not belong here${what}`, expected);
}

/** A token as a message shows it; a string has quotes of its own. */
export const shown = (image: string): string => (image.startsWith('"') ? image : `"${image}"`);
/** The end of a message about a word that is not one of those that could stand there. */
export function foundInstead(image: string, words: readonly string[]): string {
  const meant = nearest(image, words);
  return `found ${shown(image)}${meant === undefined ? "" : `; did you mean "${meant}"?`}`;
}

/** The words of the language among what was wanted, as one would type them. */
function wordsOf(wanted: string | undefined): readonly string[] {
  if (wanted === undefined) return [];
  const quoted = [...wanted.matchAll(/"([^"]+)"/g)].map(([, text]) => text as string);
  const listed = /: ([a-z0-9-]+(?:, [a-z0-9-]+)*)$/.exec(wanted)?.[1]?.split(", ") ?? [];
  return [...quoted, ...listed.filter((text) => t.isKeyword(text))];
}

/** What other languages write: what is said of it, and what stands for it here. */
const ELSEWHERE: ReadonlyMap<string, { readonly hint: string; readonly instead?: string }> = new Map([
  [">", { hint: 'did you mean "->"?', instead: "->" }],
  ["→", { hint: 'did you mean "->"?', instead: "->" }],
  ["#", { hint: "a comment begins with //" }],
  [";", { hint: "nothing ends a line, leave it out", instead: "" }],
]);
/** What was meant by characters of another language; empty: nothing is to stand there. */
export const insteadOf = (image: string): string | undefined => ELSEWHERE.get(image)?.instead;

/** What is wrong with a token that fits nowhere. */
export function lexicalMistake(token: IToken): string | undefined {
  switch (token.tokenType) {
    case t.OpenString:
      return 'the string is not closed on its line: a " is missing';
    case t.BadWord:
      return `"${token.image}" is neither a number nor a name: a name begins with a letter, or stands in quotes`;
    case t.TooLong:
      return `what stands here is too long to be read: a word or a string may have ${t.LONG - 1} characters, a line ${t.MOST_OF_LINE}, a statement ${t.MOST_TOKENS} words and signs`;
    case t.Illegal:
      return `"${token.image}" is no character of the language here; ${ELSEWHERE.get(token.image)?.hint ?? "inside quotes it may stand"}`;
    default:
      return undefined;
  }
}
