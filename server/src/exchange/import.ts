/** What engineers already have, as a policy: the formats, and one answer for all of them. */
import type { Bounds } from "../policy/bounds.ts";
import { finish, type Steps } from "../syntax/steps.ts";
import { draftOfLogs } from "./dfwpktlogs.ts";
import type { Draft } from "./draft.ts";
import type { ImportFormat } from "./formats.ts";
import { draftOfHost } from "./hostDraft.ts";
import { readHostDumps } from "./hostInputs.ts";
import { type Input, limitSize } from "./input.ts";
import { draftOfPolicy } from "./nsxPolicy.ts";
import { draftOfXml } from "./nsxvXml.ts";
import { type Note, type Place, Refusal, Report } from "./report.ts";
import { writtenDraft } from "./write.ts";

export type Imported =
  | { readonly text: string; readonly notes: readonly Note[] }
  /** The inputs cannot be used: why, and where. */
  | { readonly refused: Place & { readonly message: string }; readonly notes: readonly Note[] };

const READERS: Readonly<Record<ImportFormat, (inputs: readonly Input[], report: Report) => Steps<Draft>>> = {
  dvfilter: hostDraft,
  getrules: hostDraft,
  "nsxv-xml": draftOfXml,
  "nsx-policy": draftOfPolicy,
  dfwpktlogs: draftOfLogs,
};

/** One policy of all the inputs, with what is to be said of them, in the order of their lines. */
export const importInputs = (format: ImportFormat, inputs: readonly Input[]): Imported =>
  finish(imported(format, inputs));

/** The same in steps: the inputs of a large manager take a second. */
export function* imported(format: ImportFormat, inputs: readonly Input[], bounds?: Bounds): Steps<Imported> {
  const report = new Report(bounds);
  try {
    for (const input of inputs) limitSize(input, report.bounds);
    const text = yield* writtenDraft(yield* READERS[format](inputs, report));
    return { text, notes: inOrder(report.notes, inputs) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { refused: { ...error.place, message: error.message }, notes: inOrder(report.notes, inputs) };
  }
}

function* hostDraft(inputs: readonly Input[], report: Report): Steps<Draft> {
  return yield* draftOfHost(yield* readHostDumps(inputs, report), inputs, report);
}

function inOrder(notes: readonly Note[], inputs: readonly Input[]): Note[] {
  const order = new Map(inputs.map(({ name }, i) => [name, i]));
  return [...notes].sort((a, b) => (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line);
}
