/** `iochain fmt`: formats policies in place. What has a syntax error stays as it is, and the rest is formatted. */
import { parseFile } from "../syntax/document.ts";
import { errorLines } from "../syntax/errorLines.ts";
import { formatText } from "../syntax/format.ts";
import { policyFiles, readText, STDIN, writeText } from "./files.ts";
import { FOUND, OK, print, say, UNUSABLE, writeOut } from "./terminal.ts";

export function fmt(paths: string[], options: { readonly check?: boolean }): number {
  let code: number = OK;
  for (const file of policyFiles(paths)) {
    const text = readText(file);
    const document = parseFile(file, text);
    const formatted = formatText(document);
    if (options.check) {
      if (formatted !== text) {
        print(file);
        code = Math.max(code, FOUND);
      }
    } else if (file === STDIN) writeOut(formatted);
    else if (formatted !== text) write(file, formatted);
    for (const line of errorLines(document, "left as it is: ")) {
      say(line);
      code = UNUSABLE;
    }
  }
  return code;
}

function write(file: string, text: string): void {
  writeText(file, text);
  say(`formatted ${file}`);
}
