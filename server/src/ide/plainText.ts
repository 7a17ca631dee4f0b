/** Our Markdown as text, for clients that show no Markdown: what `markdown.ts` and the notes beside it write, no more. */

export function plainText(markdown: string): string {
  const lines: string[] = [];
  let rows: string[][] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const [ticks] = /^`{3,}/.exec(line) ?? [];
    if (ticks !== undefined && (fence === undefined || ticks === fence))
      fence = fence === undefined ? ticks : undefined;
    else if (fence !== undefined) lines.push(line);
    else if (TABLE.test(line)) {
      if (!RULE.test(line)) rows.push(cellsOf(line).map(inline));
    } else {
      lines.push(...inColumns(rows));
      rows = [];
      if (!RULE.test(line)) lines.push(inline(line.replace(HEADING, "")));
    }
  }
  return [...lines, ...inColumns(rows)]
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim();
}

/** A line between paragraphs, or between the head of a table and its rows. */
const RULE = /^(?:-{3,}|\|(?: -{3,} \|)+)$/;
const TABLE = /^\|.*\|$/;
const HEADING = /^#{1,6} /;

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll("\\|", "|"));

/** The rows of a table, each column as wide as its widest cell; a head without words is left out. */
function inColumns(rows: readonly string[][]): string[] {
  const widths: number[] = [];
  for (const cells of rows)
    for (const [index, cell] of cells.entries()) widths[index] = Math.max(widths[index] ?? 0, [...cell].length);
  const padded = (cell: string, index: number) => cell + " ".repeat((widths[index] ?? 0) - [...cell].length);
  return rows
    .filter((cells) => cells.some((cell) => cell !== ""))
    .map((cells) => cells.map(padded).join("  ").trimEnd());
}

/** What is not meant literally, but for code. A link's text and address are as long as we write them. */
const LINK = /\[([^\]]{0,200})\]\(([^)\s]{0,500})\)/y;
/** Where it leads is worth reading only where a person can go. */
const ON_THE_WEB = /^(?:https?|mailto):/i;
const ENTITY = /&(lt|amp|#33|#93);/y;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", amp: "&", "#33": "!", "#93": "]" };

function inline(text: string): string {
  let out = "";
  const matchAt = (pattern: RegExp, at: number) => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (let at = 0; at < text.length; ) {
    const next = text[at] as string;
    if (next === "`") {
      const [ticks] = matchAt(/`+/y, at) as RegExpExecArray;
      const end = closing(text, ticks, at + ticks.length);
      out += end < 0 ? ticks : unpadded(text.slice(at + ticks.length, end));
      at = end < 0 ? at + ticks.length : end + ticks.length;
      continue;
    }
    const escaped = next === "\\" && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "");
    const link = next === "[" ? matchAt(LINK, at) : null;
    const entity = next === "&" ? matchAt(ENTITY, at) : null;
    if (escaped) out += text[at + 1];
    else if (link) out += inline(link[1] as string) + (ON_THE_WEB.test(link[2] ?? "") ? ` (${link[2]})` : "");
    else if (entity) out += ENTITIES[entity[1] as string];
    else if (next !== "*" || !emphasizes(text, at)) out += next;
    at += escaped ? 2 : ((link ?? entity)?.[0].length ?? 1);
  }
  return out;
}

/** Where a span of code ends: at as many ticks as it began with, no more. */
function closing(text: string, ticks: string, from: number): number {
  for (let at = text.indexOf(ticks, from); at >= 0; at = text.indexOf(ticks, at)) {
    const [run] = /^`+/.exec(text.slice(at, at + ticks.length + 1)) as RegExpExecArray;
    if (run.length === ticks.length) return at;
    while (text[at] === "`") at += 1;
  }
  return -1;
}
const unpadded = (code: string): string =>
  code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "" ? code.slice(1, -1) : code;

/** Whether a star stands at a word. */
const emphasizes = (text: string, at: number): boolean =>
  [text[at - 1], text[at + 1]].some((beside) => beside !== undefined && beside.trim() !== "");
