/** Findings as SARIF 2.1.0 (OASIS), the format that code hosts show beside a change. */
import { version } from "../../../package.json";
import { CODES, type Code, type Severity } from "../check/codes.ts";
import type { Row } from "./check.ts";

const LEVEL: Record<Severity, "error" | "warning" | "note"> = {
  error: "error",
  warning: "warning",
  information: "note",
  hint: "note",
};

const region = (row: Row) => ({
  startLine: row.line,
  startColumn: row.column,
  endLine: row.endLine,
  endColumn: row.endColumn,
});
/** SARIF wants URI references with forward slashes. */
const uri = (file: string) => encodeURI(file.replaceAll("\\", "/"));

export function sarif(rows: readonly Row[]): object {
  const codes = [...new Set(rows.map((row) => row.code))].sort();
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "iochain",
            version,
            rules: codes.map((id) => ({
              id,
              shortDescription: { text: CODES[id as Code].title },
              defaultConfiguration: { level: LEVEL[CODES[id as Code].severity] },
            })),
          },
        },
        columnKind: "utf16CodeUnits",
        results: rows.map((row) => ({
          ruleId: row.code,
          ruleIndex: codes.indexOf(row.code),
          level: LEVEL[row.severity],
          message: { text: row.message },
          locations: [{ physicalLocation: { artifactLocation: { uri: uri(row.file) }, region: region(row) } }],
          ...(row.related.length > 0 && {
            relatedLocations: row.related.map((place, id) => ({
              id,
              message: { text: place.message },
              physicalLocation: { artifactLocation: { uri: uri(place.file) }, region: { startLine: place.line } },
            })),
          }),
        })),
      },
    ],
  };
}
