/** `iochain-export:`: a policy in another format, as a read-only document that is made anew with the policy. */
import type { CancellationToken } from "vscode-languageserver";
import type { Exported } from "../exchange/export.ts";
import { EXPORT_FORMATS, type ExportFormat, isExportFormat } from "../exchange/formats.ts";
import { noteText } from "../exchange/report.ts";
import { address, EXPORT_SCHEME, readAddress } from "../ide/address.ts";
import type { View } from "../ide/view.ts";
import { fileName } from "../policy/uri.ts";
import { errorLines } from "../syntax/errorLines.ts";
import { inSlices } from "./slices.ts";

interface Wanted {
  /** The policy. */
  readonly uri: string;
  readonly format: ExportFormat;
}

/** By its ending an editor knows how to colour the text. */
const ENDINGS: Readonly<Record<ExportFormat, string>> = {
  "nsx-policy": "json",
  "nsxv-xml": "xml",
  getrules: "txt",
  terraform: "tf",
};

export function exportUri({ uri, format }: Wanted): string {
  const file = fileName(uri).replace(/\.iochain$/, "");
  return address(EXPORT_SCHEME, `${file}.${ENDINGS[format]}`, { uri, format });
}

export function readExportUri(text: string): Wanted | undefined {
  const { uri, format } = readAddress(EXPORT_SCHEME, text) ?? {};
  return typeof uri === "string" && typeof format === "string" && isExportFormat(format) ? { uri, format } : undefined;
}

export const EXPORTS_KNOWN = EXPORT_FORMATS.join(", ");

/** Syntax errors of a policy and its imports, with their places: half of a policy is another policy. */
export const mistakesIn = (view: View): string[] => view.program.documents.flatMap((document) => errorLines(document));

/** The text, and what the format cannot hold. Writers are loaded when one is asked for. */
export async function exported(
  view: View,
  format: ExportFormat,
  token?: CancellationToken,
): Promise<{ text: string; notes: readonly string[] }> {
  const mistakes = mistakesIn(view);
  if (mistakes.length > 0)
    return { text: `The policy cannot be exported while it has syntax errors:\n${mistakes.join("\n")}\n`, notes: [] };
  const { text, notes } = await written(view, format, token);
  return { text, notes: notes.map(noteText) };
}
/** The same with notes as they are. */
export async function written(view: View, format: ExportFormat, token?: CancellationToken): Promise<Exported> {
  const { exportPolicy } = await import("../exchange/export.ts");
  return inSlices(exportPolicy(format, view.policy(), view.program.root.uri), token, view.document);
}
