/** Markdown from text that people wrote: what it means to Markdown is taken from it. */

/** Text that shows as it was written, on one line: in a sentence, a heading or a cell of a table. */
export const escapeMarkdown = (text: string): string =>
  text
    .replace(/\s+/g, (blanks) => (/[\r\n]/.test(blanks) ? " " : blanks))
    .replace(/[\\`*_{}[\]<>|~&$]/g, "\\$&")
    .replace(/^(?:[#+-]|\d+(?=[.)]))/, (start) => (/\d/.test(start) ? `${start}\\` : `\\${start}`));

/**
 * The Markdown of a policy's doc comment: without pictures, which would be fetched, without HTML, and with links to the
 * web and to mail addresses only: not to commands of the editor. Entities, since a backslash may be escaped itself.
 */
export const docMarkdown = (doc: string): string =>
  doc
    .replace(/<(?=[A-Za-z/!?])/g, "&lt;")
    .replace(/!(?=\[)/g, "&#33;")
    .replace(/\](?=[(:])(?![(:]\s*(?:https?:\/\/|mailto:))/gi, "&#93;");

/** Text as code, whatever backticks it holds. */
export function code(text: string): string {
  const flat = text.replace(/[\r\n]+/g, " ");
  const runs = flat.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const pad = flat.startsWith("`") || flat.endsWith("`") || flat === "" ? " " : "";
  return `${fence}${pad}${flat}${pad}${fence}`;
}

/** A block of policy text, coloured by the editor. */
export function codeBlock(text: string): string {
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  return `${fence}iochain\n${text}\n${fence}`;
}

/** Paragraphs, the empty ones left out. */
export const paragraphs = (...parts: readonly (string | undefined | false)[]): string =>
  parts.filter((part) => typeof part === "string" && part !== "").join("\n\n");

/** A table; cells are Markdown already. A bar in them, also in code, is escaped (GitHub Flavored Markdown, "Tables"). */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(head), row(head.map(() => "---")), ...rows.map(row)].join("\n");
const row = (cells: readonly string[]): string =>
  `| ${cells.map((cell) => cell.replace(/(?<!\\)\|/g, "\\|")).join(" | ")} |`;

/** `1 address`, `3 addresses`, `16,777,216 addresses`. */
export function count(n: number | bigint, singular: string, plural = `${singular}s`): string {
  return `${groupDigits(n)} ${BigInt(n) === 1n ? singular : plural}`;
}

/** `16,777,216`; beyond a million million, about as much as people can read: `≈ 3.4·10³⁸`. */
export function groupDigits(n: number | bigint): string {
  const digits = n.toString();
  if (digits.length <= 15) {
    const head = digits.length % 3 || 3;
    return [digits.slice(0, head), ...(digits.slice(head).match(/\d{3}/g) ?? [])].join(",");
  }
  const exponent = [...String(digits.length - 1)].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("");
  return `≈ ${digits[0]}.${digits[1]}·10${exponent}`;
}

/** The first `most` of a list, and how many more there are. */
export function someOf(items: readonly string[], most: number): string {
  const shown = items.slice(0, most).join(", ");
  return items.length > most ? `${shown} … and ${groupDigits(items.length - most)} more` : shown;
}
