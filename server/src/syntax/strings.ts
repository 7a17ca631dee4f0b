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

/** What does not show, or turns letters around (CVE-2021-42574), and halves of characters. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: those are meant.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/;

/** The string that reads as `text`. */
export function quote(text: string): string {
  const escaped = Array.from(text, (char) => {
    if (char === '"' || char === "\\") return `\\${char}`;
    if (char === "\n") return "\\n";
    if (char === "\t") return "\\t";
    return char.length === 1 && UNSEEN.test(char) ? `\\u{${char.charCodeAt(0).toString(16)}}` : char;
  });
  return `"${escaped.join("")}"`;
}
