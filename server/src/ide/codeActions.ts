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
import { CODES, type Code } from "../check/codes.ts";
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

/** Which of the findings are wanted: those that touch some lines, from 0 to the last one included, or of one kind. */
export interface Wanted {
  readonly first?: number;
  readonly last?: number;
  readonly code?: Code;
}
/** What is reported of the document, made as it is asked for. */
export type AllReported = (wanted?: Wanted) => Iterable<Reported>;

/** More of one kind are not offered to be mended from one of them, which would be worked out wherever the cursor stands. */
const MOST_TOGETHER = 1000;

/** `only`: the kinds that are asked for; undefined means all of them that are offered in a menu. */
export function codeActions(view: View, range: Range, reported: AllReported, only?: readonly string[]): CodeAction[] {
  const wanted = (kind: string) =>
    only === undefined
      ? !kind.startsWith(CodeActionKind.Source)
      : only.some((asked) => kind === asked || kind.startsWith(`${asked}.`));
  const out: CodeAction[] = [];
  if (wanted(CodeActionKind.QuickFix)) out.push(...quickFixes(view, range, reported));
  for (const action of [...refactorings(view, range), ...scenarioActions(view, range)])
    if (wanted(action.kind ?? "")) out.push(action);
  if (wanted(CodeActionKind.SourceFixAll)) {
    const { edit } = fixAll(view, [...reported()]);
    if (edit) out.push({ title: "Fix all that has a quick fix", kind: CodeActionKind.SourceFixAll, edit });
  }
  if (wanted(ORGANIZE_RULES)) {
    const edit = organizeRules(view);
    if (edit) out.push({ title: "Put sections and slots in their order", kind: ORGANIZE_RULES, edit });
  }
  return out;
}

function quickFixes(view: View, range: Range, reported: AllReported): CodeAction[] {
  const out: CodeAction[] = [];
  const offered = new Set<string>();
  for (const { finding, diagnostic } of reported({ first: range.start.line, last: range.end.line })) {
    if (!touches(diagnostic.range, range)) continue;
    for (const fix of fixesOf(view, finding))
      out.push({
        title: fix.title,
        kind: CodeActionKind.QuickFix,
        diagnostics: [diagnostic],
        edit: workspaceEdit(fix.edits),
        ...(fix.preferred && { isPreferred: true }),
      });
    if (offered.has(finding.code) || FIXERS[finding.code] === undefined) continue;
    offered.add(finding.code);
    const same = atMost(MOST_TOGETHER, reported({ code: finding.code }));
    if (same === undefined || same.length < 2) continue;
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

/** Undefined where there are more. */
function atMost<T>(most: number, items: Iterable<T>): T[] | undefined {
  const all: T[] = [];
  for (const item of items) if (all.push(item) > most) return undefined;
  return all;
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
  const taken = new Taken();
  for (const edit of edits) taken.add({ ...edit, sort: "Slots of chains" });
  const unlike = new Set(reported.map(({ finding }) => finding.code)).size > 1;
  const ids: IdsInUse = new Map();
  const fixed: Reported[] = [];
  for (const one of reported) {
    const { finding } = one;
    if (together && OF_SLOTS.has(finding.code)) {
      if (mended.has(finding)) fixed.push(one);
      continue;
    }
    // What nothing uses may be about to be used: taking it away is for a person to say.
    if (finding.code === "unused-declaration" && unlike) continue;
    const fix = fixesOf(view, finding, ids).find(({ preferred }) => preferred);
    if (fix === undefined) continue;
    // What is made already is not made again; a part of it would be no fix.
    const made = fix.edits.every((edit) => taken.near(edit).some((other) => sameEdit(other, edit)));
    if (!made && fix.edits.some((edit) => taken.near(edit).some((other) => clash(other, edit)))) continue;
    if (!made) for (const edit of fix.edits) taken.add({ ...edit, sort: sortOf(finding) });
    fixed.push(one);
  }
  return taken.all.length === 0 ? { fixed } : { edit: workspaceEdit(taken.all), fixed };
}

/** Edits that are made, by the lines that they touch: two that clash have one of them. */
class Taken {
  readonly all: FileEdit[] = [];
  readonly #at = new Map<string, FileEdit[]>();

  add(edit: FileEdit): void {
    this.all.push(edit);
    for (const line of linesOf(edit)) {
      const there = this.#at.get(line);
      if (there) there.push(edit);
      else this.#at.set(line, [edit]);
    }
  }
  near(edit: FileEdit): readonly FileEdit[] {
    return linesOf(edit).flatMap((line) => this.#at.get(line) ?? []);
  }
}
const linesOf = ({ uri, edit: { range } }: FileEdit): string[] =>
  Array.from({ length: range.end.line - range.start.line + 1 }, (_, i) => `${range.start.line + i} ${uri}`);

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
