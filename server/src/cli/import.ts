/** `iochain import`: dumps, exports and logs of others as one policy. What was made of them is told on standard error. */
import { basename } from "node:path";
import type { ImportFormat } from "../exchange/formats.ts";
import { importInputs } from "../exchange/import.ts";
import { noteText, placeText } from "../exchange/report.ts";
import { MEGABYTE, STANDARD_BOUNDS } from "../policy/bounds.ts";
import { readDump, STDIN, writeText } from "./files.ts";
import { OK, say, UNUSABLE, writeOut } from "./terminal.ts";

const LONGEST = STANDARD_BOUNDS.importedMegabytes * MEGABYTE;

export function importFiles(format: ImportFormat, paths: string[], options: { readonly output?: string }): number {
  const inputs = paths.map((path) => ({ name: path === "-" ? STDIN : path, text: readDump(path, LONGEST) }));
  const result = importInputs(format, inputs);
  if (result.notes.length > 0) say(result.notes.map(noteText).join("\n"));
  if ("refused" in result) {
    say(`iochain: ${placeText(result.refused)}: ${result.refused.message}`);
    return UNUSABLE;
  }
  write(result.text, options.output);
  const count = (kind: string) => result.notes.filter((note) => note.kind === kind).length;
  say(`${count("understood")} understood, ${count("inexpressible")} not expressible, ${count("wrong")} looking wrong`);
  return OK;
}

/** A result's text: into a file, or to standard output. */
export function write(text: string, output: string | undefined): void {
  if (output === undefined || output === "-") {
    writeOut(text);
    return;
  }
  writeText(output, text);
  say(`wrote ${basename(output)}`);
}
