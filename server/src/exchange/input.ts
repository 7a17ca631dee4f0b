/** What an import is given. */
import { type Bounds, MEGABYTE, settingOf } from "../policy/bounds.ts";
import { Refusal } from "./report.ts";

export interface Input {
  /** As the report calls it: a file's name. */
  readonly name: string;
  readonly text: string;
}

/** What a policy of these inputs is called: their names without folders. */
export function titleOf(inputs: readonly Input[]): string {
  const names = inputs.map(({ name }) => name.replace(/^.*[\\/]/, ""));
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

/**
 * Lines of an input, values of its JSON, tags of its XML: a few hundred megabytes may be nothing else, and each is an
 * object here. An export of 100,000 rules, a line a value, has seven million.
 */
const MOST_PARTS = 10_000_000;
export const tooManyFor = (parts: string): string => `more than ${MOST_PARTS} ${parts}: too many to import`;
export const isTooMany = (parts: number): boolean => parts > MOST_PARTS;

export function limitSize({ name, text }: Input, { importedMegabytes }: Bounds): void {
  if (text.length > importedMegabytes * MEGABYTE)
    throw new Refusal(
      { file: name, line: 1 },
      `larger than ${importedMegabytes} million characters: too large to import (${settingOf("importedMegabytes")})`,
    );
  let lines = 1;
  for (const end of ["\n", "\r"])
    for (let i = text.indexOf(end); i >= 0; i = text.indexOf(end, i + 1))
      // Of the two that end a line on Windows one counts.
      if ((end === "\n" || text[i + 1] !== "\n") && isTooMany(++lines))
        throw new Refusal({ file: name, line: lines }, tooManyFor("lines"));
}
export const tooDeepFor = (depth: number): string =>
  `nested deeper than ${depth}: too deep to import (${settingOf("importedNesting")})`;

/** Line and column, from 1, of an offset: by a table of line starts that is made once. */
export class Lines {
  readonly #starts: number[] = [0];
  constructor(text: string) {
    for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) this.#starts.push(i + 1);
  }
  at(offset: number): { readonly line: number; readonly column: number } {
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#starts[middle] as number) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#starts[low] as number) + 1 };
  }
}
