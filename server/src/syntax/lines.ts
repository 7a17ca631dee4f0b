/** A document's text as lines, each with its line end: an edit replaces lines, never the whole text. */
export interface Position {
  readonly line: number;
  /** UTF-16 units. */
  readonly character: number;
}
export interface Range {
  readonly start: Position;
  readonly end: Position;
}
export interface TextEdit {
  readonly range: Range;
  readonly newText: string;
}

/** Always one line at least; only the last one lacks its end. LF, CRLF and, as the protocol has it, CR end a line. */
export function splitLines(text: string): string[] {
  const lines: string[] = [];
  let start = 0;
  if (!text.includes("\r") || !/\r(?!\n)/.test(text)) {
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", start)) {
      lines.push(text.slice(start, end + 1));
      start = end + 1;
    }
  } else {
    for (const { index, 0: end } of text.matchAll(/\r\n?|\n/g)) {
      lines.push(text.slice(start, index + end.length));
      start = index + end.length;
    }
  }
  lines.push(text.slice(start));
  return lines;
}

/** Without its line end. */
export function bare(line: string): string {
  let end = line.length;
  if (line.charCodeAt(end - 1) === 10) end--;
  if (line.charCodeAt(end - 1) === 13) end--;
  return line.slice(0, end);
}

export const before = (a: Position, b: Position): boolean =>
  a.line < b.line || (a.line === b.line && a.character < b.character);

/** `splice` without spreading: a hundred thousand arguments overflow the stack. */
export function replace<T>(list: T[], from: number, count: number, items: readonly T[]): void {
  if (items.length < 10_000) list.splice(from, count, ...items);
  else {
    const rest = list.slice(from + count);
    list.length = from;
    for (const item of items) list.push(item);
    for (const item of rest) list.push(item);
  }
}

/** The offset at which each line begins; line ends are a part of their lines. */
export function startsOf(lines: readonly string[]): number[] {
  const starts: number[] = new Array(lines.length);
  let offset = 0;
  for (let i = 0; i < lines.length; i++) {
    starts[i] = offset;
    offset += (lines[i] as string).length;
  }
  return starts;
}

/** The last index whose value is not above `value`. */
export function search(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
