/** Our Markdown as text, for clients that show no Markdown: what `markdown.ts` and the notes beside it write, no more. */

export function plainText(markdown: string): string {
  const lines: string[] = [];
  let fence: string | undefined;
  for (const line of markdown.split("\n")) {
    const [ticks] = /^`{3,}/.exec(line) ?? [];
    if (ticks !== undefined && (fence === undefined || ticks === fence))
      fence = fence === undefined ? ticks : undefined;
    else if (fence !== undefined) lines.push(line);
    else if (!RULE.test(line))
      lines.push(TABLE.test(line) ? cellsOf(line).map(inline).join("  ") : inline(line.replace(HEADING, "")));
  }
  return lines
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

/** A span of code, whose text stays as it is, or something else that is not meant literally. */
const INLINE =
  /(`+)( ?)(.+?)\2\1(?!`)|\\([!-/:-@[-`{-~])|\[([^\]]*)\]\([^)\s]*\)|\*\*|\*(?=\S)|(?<=\S)\*|&(lt|amp|#33|#93);/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", amp: "&", "#33": "!", "#93": "]" };

function inline(text: string): string {
  return text.replace(
    INLINE,
    (_, _ticks: unknown, _pad: unknown, code?: string, escaped?: string, link?: string, entity?: string) =>
      code ?? escaped ?? (link === undefined ? undefined : inline(link)) ?? (entity && ENTITIES[entity]) ?? "",
  );
}
