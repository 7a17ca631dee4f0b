/** Parser errors → sentences of the language. The grammar says what could stand at a place (`ERR_MSG`). */
import { EOF, type IParserErrorMessageProvider, type IRecognitionException, type IToken } from "chevrotain";
import { nearest } from "./near.ts";
import { BadWord, Illegal, OpenString, RESERVED_WORDS } from "./tokens.ts";
import type { SyntaxError } from "./tree.ts";

/** What Chevrotain calls a message is here only what was expected; `findMistake` makes the sentence. */
export const MESSAGES: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected }) => (expected.name.startsWith("\"") ? expected.name : `"${expected.name}"`),
  buildNotAllInputParsedMessage: () => "",
  buildNoViableAltMessage: ({ customUserDescription }) => customUserDescription ?? "something else",
  buildEarlyExitMessage: ({ customUserDescription }) => customUserDescription ?? "something else",
};

/** The sentence and the place of a parser error in a statement. `followers`: words that could follow a whole statement. */
export function findMistake(error: IRecognitionException, tokens: readonly IToken[], base: number, followers: readonly string[]): SyntaxError {
  const found = error.token;
  const atEnd = found.tokenType === EOF || Number.isNaN(found.startOffset);
  const place = atEnd ? (tokens[tokens.length - 1] as IToken) : found;
  const span = { start: place.startOffset - base, end: place.startOffset + place.image.length - base };
  const lexical = lexicalMistake(place);
  if (!atEnd && lexical) return { code: "syntax-error", ...span, message: lexical };
  const reserved = RESERVED_WORDS.has(found.image) && /name|endpoint|host|address, a group/.test(error.message);
  const hint = reserved ? `; "${found.image}" is a word of the language: write it in quotes to use it as a name` : "";
  if (error.message !== "") {
    const foundText = atEnd ? "" : `, found "${found.image}"`;
    return { code: "syntax-error", ...span, message: `expected ${error.message}${foundText}${hint}` };
  }
  const meant = nearest(found.image, followers);
  const what = followers.length > 0 ? `; a clause is one of ${followers.join(", ")}` : "";
  const message = `"${found.image}" does not belong here${meant ? `; did you mean "${meant}"?` : what}`;
  return { code: "syntax-error", ...span, message, ...(followers.length > 0 && { expected: meant ? [meant, ...followers] : followers }) };
}

/** What is wrong with a token that fits nowhere. */
export function lexicalMistake(token: IToken): string | undefined {
  switch (token.tokenType) {
    case OpenString:
      return 'the string is not closed on its line: a " is missing';
    case BadWord:
      return `"${token.image}" is neither a number nor a name: a name begins with a letter, or stands in quotes`;
    case Illegal:
      return `"${token.image}" is no character of the language here; inside quotes it may stand`;
    default:
      return undefined;
  }
}
