/** `iochain check`: the findings of policies. */
import { CODES, type Severity } from "../check/codes.ts";
import { checkEverything } from "../check/everything.ts";
import { brief, type Finding, type Place } from "../check/finding.ts";
import type { Program } from "../policy/program.ts";
import { load, policyFiles } from "./files.ts";
import { sarif } from "./sarif.ts";
import { FOUND, json, OK, print, say, style } from "./terminal.ts";

/** A finding as printed: lines and columns from 1, `endColumn` the first column after it. */
export interface Row {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly related: readonly { readonly file: string; readonly line: number; readonly message: string }[];
}

export interface CheckOptions {
  readonly format: "text" | "json" | "sarif";
  readonly maxWarnings?: number;
}

export function check(paths: string[], options: CheckOptions): number {
  const rows = checkFiles(policyFiles(paths));
  if (options.format === "json") print(json(rows, 1));
  else if (options.format === "sarif") print(json(sarif(rows), 1));
  else printText(rows);
  const errors = rows.filter((row) => row.severity === "error").length;
  const warnings = rows.filter((row) => row.severity === "warning").length;
  const tooMany = options.maxWarnings !== undefined && warnings > options.maxWarnings;
  if (tooMany)
    say(`iochain: ${warnings} warning${warnings === 1 ? "" : "s"}, more than the ${options.maxWarnings} allowed`);
  return errors > 0 || tooMany ? FOUND : OK;
}

/** Findings of the files and of what they import, each once, by file and place. */
function checkFiles(files: readonly string[]): Row[] {
  const rows = new Map<string, Row>();
  for (const file of files) {
    const program = load(file);
    for (const finding of checkEverything(program)) {
      const row = rowOf(program, finding);
      rows.set(JSON.stringify([row.file, row.line, row.column, row.code, row.message]), row);
    }
  }
  return [...rows.values()].sort(
    (a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

function rowOf(program: Program, finding: Finding): Row {
  const { start, end } = rangeOf(program, finding.place);
  const { message, related } = brief(finding);
  return {
    file: finding.place.at.uri,
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
    severity: CODES[finding.code].severity,
    code: finding.code,
    message,
    related: related.map((place) => ({
      file: place.at.uri,
      line: rangeOf(program, place).start.line + 1,
      message: place.message,
    })),
  };
}

function rangeOf(program: Program, place: Place) {
  const document = program.document(place.at.uri);
  if (!document) throw new Error(`a finding in ${place.at.uri}, which is no document of the program`);
  return document.rangeOf(place.at.statement.chunk, place.span);
}

const COLOURS = { error: "red", warning: "yellow", information: "blue", hint: "dim" } as const;

function printText(rows: readonly Row[]): void {
  for (const row of rows) {
    const where = style(`${row.file}:${row.line}:${row.column}`, "bold");
    print(`${where}: ${style(row.severity, COLOURS[row.severity])}: ${row.message} ${style(`[${row.code}]`, "dim")}`);
    for (const place of row.related) print(`    ${place.file}:${place.line}: ${place.message}`);
  }
  const counts = (["error", "warning", "information", "hint"] as const)
    .map((severity) => ({ severity, n: rows.filter((row) => row.severity === severity).length }))
    .filter(({ n }) => n > 0)
    .map(({ severity, n }) => `${n} ${severity === "information" ? severity : severity + (n === 1 ? "" : "s")}`);
  say(counts.length === 0 ? "no findings" : counts.join(", "));
}
