/**
 * What a stranger's text may hold and nobody sees, or a terminal obeys: control characters, those that turn letters
 * around ("Trojan Source", CVE-2021-42574), and those without a width. Whatever shows a text writes them out: servers,
 * pages, the command. The two that join letters are let be: Persian and many an emoji are not written without.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant.
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|\r(?!\n)|\udb40[\udc00-\udc7f]/g;

/** For a person: `<U+202E>`. */
export const seen = (text: string): string =>
  text.replace(UNSEEN, (char) => `<U+${char.codePointAt(0)?.toString(16).toUpperCase().padStart(4, "0")}>`);

/** In the text of a string literal of JSON, so that a program reads what was there: `\u202e`. */
export const seenInJson = (json: string): string => json.replace(UNSEEN, inHalves);
const inHalves = (char: string): string =>
  Array.from({ length: char.length }, (_, at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`).join("");

/** In a string literal of our language: `\u{202e}`. */
export const seenInLiteral = (text: string): string =>
  text.replace(UNSEEN, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
