/** Findings as LSP's diagnostics. */
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver-types";
import { CODES } from "../check/codes.ts";
import { brief, type Finding, type Place } from "../check/finding.ts";
import { settingOf } from "../policy/bounds.ts";
import { seen } from "../unseen.ts";
import type { Session } from "./session.ts";
import type { Workspace } from "./workspace.ts";

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** The lines at which begins what a finding speaks of. */
export function linesOf({ place, related = [] }: Finding): readonly number[] {
  return [place, ...related].map(({ at }) => at.statement.chunk.line);
}
/** Whether they are these. */
export function isAt({ place, related }: Finding, lines: readonly number[]): boolean {
  if (place.at.statement.chunk.line !== lines[0]) return false;
  if (related !== undefined)
    for (let i = 0; i < related.length; i++) if (related[i]?.at.statement.chunk.line !== lines[i + 1]) return false;
  return true;
}

/** Undefined when the place is in no document that is known. */
export function diagnosticOf(finding: Finding, session: Session): Diagnostic | undefined {
  const { code } = finding;
  const { message, related } = brief(finding);
  const row: { readonly severity: keyof typeof SEVERITIES; readonly unnecessary?: boolean } = CODES[code];
  const range = rangeOf(finding.place, session.workspace);
  if (range === undefined) return undefined;
  return {
    range,
    severity: SEVERITIES[row.severity],
    source: "iochain",
    code,
    ...(session.docs !== undefined && { codeDescription: { href: `${session.docs}findings/${code}.md` } }),
    message: seen(message),
    ...(finding.data !== undefined && { data: finding.data }),
    ...(row.unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
    ...(related.length > 0 && {
      relatedInformation: related.flatMap((other) => {
        const place = rangeOf(other, session.workspace);
        return place ? [{ location: { uri: other.at.uri, range: place }, message: seen(other.message) }] : [];
      }),
    }),
  };
}

const rangeOf = ({ at, span }: Place, workspace: Workspace) =>
  workspace.document(at.uri)?.rangeOf(at.statement.chunk, span);

export const moreThan = (most: number, all: number): Diagnostic => ({
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
  severity: 2,
  source: "iochain",
  message: `${all} findings, of which the gravest ${most} are shown (${settingOf("findings")}). \`iochain check\` tells all.`,
});
