import { seenInLiteral } from "../unseen.ts";

/** Strings as the language writes them: `\" \\ \n \t \u{1F600}`. */
export function unquote(image: string): string {
  const body = image.slice(1, image.length > 1 && image.endsWith('"') ? -1 : undefined);
  if (!body.includes("\\")) return body;
  return body.replace(/\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.))/g, (whole, hex: string | undefined, char: string) => {
    if (hex !== undefined) {
      const code = Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    return char === "n" ? "\n" : char === "t" ? "\t" : char;
  });
}

const WRITTEN: Readonly<Record<string, string>> = { "\n": "\\n", "\t": "\\t", "\r": "\\u{d}" };

/** The string that reads as `text`. What nobody sees, or turns letters around, is written out; halves of characters, too. */
export function quote(text: string): string {
  const escaped = seenInLiteral(text.replace(/["\\]/g, "\\$&").replace(/[\n\t\r]/g, (char) => WRITTEN[char] ?? char));
  return `"${escaped.replace(/\p{Surrogate}/gu, (half) => `\\u{${half.charCodeAt(0).toString(16)}}`)}"`;
}
