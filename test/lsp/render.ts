/** Answers of the server as people read them: places as `file:line:column`, counted from 1; edits as their result. */
import type {
  CodeAction,
  CompletionItem,
  Diagnostic,
  DocumentSymbol,
  FoldingRange,
  Location,
  LocationLink,
  Range,
  SelectionRange,
  SignatureHelp,
  TextEdit,
  WorkspaceEdit,
} from "vscode-languageserver-types";
import { ROOT } from "./cases.ts";

export const shortUri = (uri: string): string => uri.replace(`${ROOT}/`, "");
export const place = ({ line, character }: Range["start"]): string => `${line + 1}:${character + 1}`;
export const span = ({ start, end }: Range): string => `${place(start)}-${place(end)}`;

export const locations = (list: readonly (Location | LocationLink)[] | Location | null): string =>
  [list ?? []]
    .flat()
    .map((one) =>
      "targetUri" in one
        ? `${shortUri(one.targetUri)}:${span(one.targetSelectionRange)} in ${span(one.targetRange)}`
        : `${shortUri(one.uri)}:${span(one.range)}`,
    )
    .join("\n") || "nothing";

const SEVERITY = ["", "error", "warning", "information", "hint"];
export const diagnostics = (list: readonly Diagnostic[]): string =>
  list
    .map(
      ({ range, severity, code, message, relatedInformation, tags }) =>
        `${span(range)} ${SEVERITY[severity ?? 0]} ${code}: ${message}${tags?.includes(1) ? " (faded)" : ""}${(
          relatedInformation ?? []
        )
          .map((other) => `\n    ${shortUri(other.location.uri)}:${span(other.location.range)} ${other.message}`)
          .join("")}`,
    )
    .join("\n") || "nothing";

export function symbols(list: readonly DocumentSymbol[], indent = ""): string {
  return (
    list
      .map(
        ({ name, detail, range, children }) =>
          `${indent}${name}${detail ? ` (${detail})` : ""} ${span(range)}${children ? `\n${symbols(children, `${indent}  `)}` : ""}`,
      )
      .join("\n") || "nothing"
  );
}

export const foldings = (list: readonly FoldingRange[]): string =>
  list.map(({ startLine, endLine, kind }) => `${startLine + 1}-${endLine + 1}${kind ? ` ${kind}` : ""}`).join("\n");

export function selection(range: SelectionRange | undefined): string {
  const out: string[] = [];
  for (let at = range; at; at = at.parent) out.push(span(at.range));
  return out.join("\n");
}

/** The text after the edits, as an editor applies them: all against the text before. */
export function apply(text: string, edits: readonly TextEdit[]): string {
  const lines = text.split("\n");
  const offset = ({ line, character }: Range["start"]): number =>
    lines.slice(0, line).reduce((sum, before) => sum + before.length + 1, 0) +
    Math.min(character, lines[line]?.length ?? 0);
  const sorted = edits
    .map((edit, index) => ({ edit, index }))
    .sort((a, b) => offset(b.edit.range.start) - offset(a.edit.range.start) || b.index - a.index);
  let out = text;
  for (const { edit } of sorted)
    out = out.slice(0, offset(edit.range.start)) + edit.newText + out.slice(offset(edit.range.end));
  return out;
}

/** The lines that differ: those that go with `-`, those that come with `+` (a longest common subsequence apart). */
export function difference(before: string, after: string): string {
  const a = before.split("\n");
  const b = after.split("\n");
  const common = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1)
    for (let j = b.length - 1; j >= 0; j -= 1)
      (common[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const out: string[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) {
      out.push(`-${a[i] && ` ${a[i]}`}`);
      i += 1;
    } else {
      out.push(`+${b[j] && ` ${b[j]}`}`);
      j += 1;
    }
  }
  return out.join("\n");
}

export function workspaceEdit(edit: WorkspaceEdit | null | undefined, textOf: (uri: string) => string): string {
  return (
    Object.entries(edit?.changes ?? {})
      .map(([uri, edits]) => `${shortUri(uri)}\n${difference(textOf(uri), apply(textOf(uri), edits))}`)
      .join("\n") || "nothing"
  );
}

export const actions = (list: readonly CodeAction[], textOf: (uri: string) => string): string =>
  list
    .map(
      ({ title, kind, isPreferred, edit }) =>
        `[${kind}${isPreferred ? ", preferred" : ""}] ${title}\n${workspaceEdit(edit, textOf)}`,
    )
    .join("\n\n") || "nothing";

export const completions = (items: readonly CompletionItem[]): string =>
  items
    .map(({ label, detail, textEdit, insertText }) => {
      const written = textEdit?.newText ?? insertText ?? label;
      return `${label}${detail ? ` (${detail})` : ""}${written === label ? "" : ` → ${JSON.stringify(written)}`}`;
    })
    .join("\n") || "nothing";

export function tokens(
  data: readonly number[],
  types: readonly string[],
  modifiers: readonly string[],
  text: string,
): string {
  const lines = text.split("\n");
  const out: string[] = [];
  let line = 0;
  let start = 0;
  for (let i = 0; i < data.length; i += 5) {
    const [lines_, chars, length, type, bits] = data.slice(i, i + 5) as [number, number, number, number, number];
    start = lines_ === 0 ? start + chars : chars;
    line += lines_;
    const said = modifiers.filter((_, bit) => bits & (1 << bit)).map((name) => `.${name}`);
    out.push(`${line + 1} ${lines[line]?.slice(start, start + length)} ${types[type]}${said.join("")}`);
  }
  return out.join("\n");
}

/** The signature with the active parameter between « and », and what is said of it. */
export function signature(help: SignatureHelp | null): string {
  const shown = help?.signatures[0];
  const parameter = shown?.parameters?.[help?.activeParameter ?? 0];
  if (shown === undefined || parameter === undefined) return "nothing";
  const [start, end] = parameter.label as [number, number];
  const { documentation } = parameter;
  return `${shown.label.slice(0, start)}«${shown.label.slice(start, end)}»${shown.label.slice(end)}\n${typeof documentation === "string" ? documentation : (documentation?.value ?? "")}`;
}
