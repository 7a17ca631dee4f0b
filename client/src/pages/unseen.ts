/** What turns letters around, or is not seen, is written out, `<U+202E>`: as the servers do in what they say. */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

export const seen = (text: string): string =>
  text.replace(UNSEEN, (char) => `<U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}>`);
