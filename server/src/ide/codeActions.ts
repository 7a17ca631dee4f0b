/**
 * Feature: quick fixes for findings, "fix all of this kind", source.fixAll, source.organizeRules. Whole-file fixes are made of the
 * preferred fix of each finding; of two that would write at one place, the first is taken.
 */
import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  type Range,
  type WorkspaceEdit,
} from "vscode-languageserver-types";
import { CODES } from "../check/codes.ts";
import type { Finding } from "../check/finding.ts";
import { ORGANIZE_RULES } from "./actionKinds.ts";
import { type FileEdit, workspaceEdit } from "./edits.ts";
import type { Fix, IdsInUse } from "./fixes/fix.ts";
import { FIXERS } from "./fixes/index.ts";
import { mendSlots, OF_SLOTS } from "./fixes/slots.ts";
import { organizeRules } from "./organize.ts";
import { refactorings } from "./refactor.ts";
import { scenarioActions } from "./scenarioActions.ts";
import { isBefore, samePosition, type View } from "./view.ts";

/** A finding as the editor has it. */
export interface Reported {
  readonly finding: Finding;
  readonly diagnostic: Diagnostic;
}

/** `only`: the kinds that are asked for; undefined means all of them that are offered in a menu. */
export function codeActions(
  view: View,
  range: Range,
  reported: readonly Reported[],
  only?: readonly string[],
): CodeAction[] {
  const wanted = (kind: string) =>
    only === undefined
      ? !kind.startsWith(CodeActionKind.Source)
      : only.some((asked) => kind === asked || kind.startsWith(`${asked}.`));
  const out: CodeAction[] = [];
  if (wanted(CodeActionKind.QuickFix)) out.push(...quickFixes(view, range, reported));
  for (const action of [...refactorings(view, range), ...scenarioActions(view, range)])
    if (wanted(action.kind ?? "")) out.push(action);
  if (wanted(CodeActionKind.SourceFixAll)) {
    const { edit } = fixAll(view, reported);
    if (edit) out.push({ title: "Fix all that has a quick fix", kind: CodeActionKind.SourceFixAll, edit });
  }
  if (wanted(ORGANIZE_RULES)) {
    const edit = organizeRules(view);
    if (edit) out.push({ title: "Put sections and slots in their order", kind: ORGANIZE_RULES, edit });
  }
  return out;
}

function quickFixes(view: View, range: Range, reported: readonly Reported[]): CodeAction[] {
  const out: CodeAction[] = [];
  const offered = new Set<string>();
  for (const { finding, diagnostic } of reported) {
    if (!touches(diagnostic.range, range)) continue;
    for (const fix of fixesOf(view, finding))
      out.push({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        edit: workspaceEdit(fix.edits),
        ...(fix.preferred && { isPreferred: true }),
      });
    if (offered.has(finding.code)) continue;
    offered.add(finding.code);
    const same = reported.filter((other) => other.finding.code === finding.code);
    if (same.length < 2) continue;
    const { edit, fixed } = fixAll(view, same);
    if (edit === undefined || fixed.length < 2) continue;
    const many = fixed.length === same.length ? `all ${same.length}` : `${fixed.length} of ${same.length}`;
    out.push({
      title: `Fix ${many} of this kind in the file: ${CODES[finding.code].title.toLowerCase()}`,
      kind: CodeActionKind.QuickFix,
      diagnostics: fixed.map((one) => one.diagnostic),
      edit,
    });
  }
  return out;
}

export function fixesOf(view: View, finding: Finding, together?: IdsInUse): readonly Fix[] {
  return (FIXERS[finding.code]?.(view, finding, together) ?? []).filter(({ edits }) => edits.length > 0);
}

/**
 * The preferred fix of every finding, as far as they do not write at one place, those of a chain's slots as one; and
 * which findings they mend.
 */
export function fixAll(
  view: View,
  reported: readonly Reported[],
): { readonly edit?: WorkspaceEdit; readonly fixed: readonly Reported[] } {
  const ofSlots = reported.map(({ finding }) => finding).filter(({ code }) => OF_SLOTS.has(code));
  const together = ofSlots.length > 1;
  const { edits, mended } = together ? mendSlots(view, ofSlots) : { edits: [], mended: new Set<Finding>() };
  const taken: FileEdit[] = edits.map((edit) => ({ ...edit, sort: "Slots of chains" }));
  const ids: IdsInUse = new Map();
  const fixed: Reported[] = [];
  for (const one of reported) {
    const { finding } = one;
    if (together && OF_SLOTS.has(finding.code)) {
      if (mended.has(finding)) fixed.push(one);
      continue;
    }
    // What nothing uses may be about to be used: taking it away is for a person to say.
    if (finding.code === "unused-declaration" && reported.some((other) => other.finding.code !== finding.code))
      continue;
    const fix = fixesOf(view, finding, ids).find(({ preferred }) => preferred);
    if (fix === undefined) continue;
    // What is made already is not made again; a part of it would be no fix.
    const made = fix.edits.every((edit) => taken.some((other) => sameEdit(other, edit)));
    if (!made && fix.edits.some((edit) => taken.some((other) => clash(other, edit)))) continue;
    if (!made) taken.push(...fix.edits.map((edit) => ({ ...edit, sort: sortOf(finding) })));
    fixed.push(one);
  }
  return taken.length === 0 ? { fixed } : { edit: workspaceEdit(taken), fixed };
}

const sortOf = ({ code }: Finding): string => CODES[code].title;

const sameEdit = (a: FileEdit, b: FileEdit): boolean =>
  a.uri === b.uri &&
  a.edit.newText === b.edit.newText &&
  samePosition(a.edit.range.start, b.edit.range.start) &&
  samePosition(a.edit.range.end, b.edit.range.end);
/** Two edits that cannot both be made: they overlap, or write into one line break. Neighbours that only meet can. */
const clash = (a: FileEdit, b: FileEdit): boolean =>
  a.uri === b.uri &&
  (isEmpty(a) || isEmpty(b) ? touches(a.edit.range, b.edit.range) : overlaps(a.edit.range, b.edit.range));
const isEmpty = ({ edit: { range } }: FileEdit): boolean => samePosition(range.start, range.end);
const overlaps = (a: Range, b: Range): boolean => isBefore(a.start, b.end) && isBefore(b.start, a.end);

const touches = (a: Range, b: Range): boolean => !isBefore(a.end, b.start) && !isBefore(b.end, a.start);
