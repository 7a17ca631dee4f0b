/** `iochain export`: a policy in another format. What that format cannot hold is told on standard error. */
import { exportPolicy } from "../exchange/export.ts";
import type { ExportFormat } from "../exchange/formats.ts";
import { noteText } from "../exchange/report.ts";
import { errorLines } from "../syntax/errorLines.ts";
import { finish } from "../syntax/steps.ts";
import { loadPolicy } from "./files.ts";
import { write } from "./import.ts";
import { OK, say, UNUSABLE } from "./terminal.ts";

export function exportFile(format: ExportFormat, file: string, options: { readonly output?: string }): number {
  const { program, policy } = loadPolicy(file);
  const errors = program.documents.flatMap((document) => errorLines(document));
  // Half of a policy is another policy.
  if (errors.length > 0) {
    say(errors.join("\n"));
    say(`iochain: ${file}: cannot be exported while it has syntax errors`);
    return UNUSABLE;
  }
  const { text, notes } = finish(exportPolicy(format, policy, file));
  if (notes.length > 0) say(notes.map(noteText).join("\n"));
  write(text, options.output);
  return OK;
}
