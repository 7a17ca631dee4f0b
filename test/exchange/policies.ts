/** What must hold of every text that an import writes. */

import { CODES } from "../../server/src/check/codes.ts";
import { checkEverything } from "../../server/src/check/everything.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import type { Policy } from "../../server/src/policy/policy.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { formatText } from "../../server/src/syntax/format.ts";

export const programOf = (text: string) => loadProgram("a.iochain", (uri) => parseFile(uri, text));
export const policyOf = (text: string): Policy => compilePolicy(programOf(text));

/** Findings of severity error, and the first line that the formatter would change. */
export function mistakesOf(text: string): string[] {
  const program = programOf(text);
  const errors = checkEverything(program)
    .filter(({ code }) => CODES[code].severity === "error")
    .map(({ place, message }) => `line ${place.at.statement.chunk.line + 1}: ${message}`);
  const formatted = formatText(program.root).split("\n");
  const line = text.split("\n").findIndex((one, i) => one !== formatted[i]);
  return line < 0 ? errors : [...errors, `line ${line + 1} would be formatted: ${formatted[line]}`];
}
