/** Findings as LSP's diagnostics. */
import { type Diagnostic, DiagnosticSeverity, DiagnosticTag } from "vscode-languageserver-types";
import { CODES } from "../check/codes.ts";
import { brief, type Finding, type Place } from "../check/finding.ts";
import { settingOf } from "../policy/bounds.ts";
import { lineOf } from "../syntax/document.ts";
import type { Session } from "./session.ts";
import type { Workspace } from "./workspace.ts";

const SEVERITIES = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** Whether the statements that a finding speaks of still are in their documents. */
export function stands({ place, related }: Finding, workspace: Workspace): boolean {
  return isThere(place, workspace) && (related ?? []).every((other) => isThere(other, workspace));
}
function isThere({ at: { uri, statement } }: Place, workspace: Workspace): boolean {
  return workspace.document(uri)?.holds(statement.chunk) ?? false;
}

/** One text for findings that say the same thing at the same place. */
export const identity = ({ code, place, message }: Finding): string =>
  `${code} ${place.at.uri} ${place.at.statement.chunk.line} ${place.span.start} ${place.span.end} ${message}`;

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
    message,
    ...(finding.data !== undefined && { data: finding.data }),
    ...(row.unnecessary && { tags: [DiagnosticTag.Unnecessary] }),
    ...(related.length > 0 && {
      relatedInformation: related.flatMap((other) => {
        const place = rangeOf(other, session.workspace);
        return place ? [{ location: { uri: other.at.uri, range: place }, message: other.message }] : [];
      }),
    }),
  };
}

const rangeOf = ({ at, span }: Place, workspace: Workspace) =>
  workspace.document(at.uri)?.rangeOf(at.statement.chunk, span);

const GRAVEST = ["error", "warning", "information", "hint"] as const;

/** Of too many the gravest; of those that are as grave, the first in the text. */
export function told(findings: readonly Finding[], most: number): readonly Finding[] {
  if (findings.length <= most) return findings;
  const inOrder = [...findings].sort((a, b) => lineOf(a.place.at.statement) - lineOf(b.place.at.statement));
  return GRAVEST.flatMap((grade) => inOrder.filter(({ code }) => CODES[code].severity === grade)).slice(0, most);
}

export const moreThan = (most: number, all: number): Diagnostic => ({
  range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
  severity: 2,
  source: "iochain",
  message: `${all} findings, of which the gravest ${most} are shown (${settingOf("findings")}). \`iochain check\` tells all.`,
});
