/** Findings as lines of text. */
import { CODES } from "../../check/codes.ts";
import type { Finding, Place } from "../../check/finding.ts";
import type { Program } from "../../policy/program.ts";
import { count } from "../markdown.ts";

/** A policy of thousands of rules may have thousands of findings; nobody reads more than these. */
const MOST = 200;

/** `shop.iochain:12:3: warning: … [rule-shadowed]`, a line each, the gravest first. */
export function findingLines(program: Program, findings: readonly Finding[]): string {
  if (findings.length === 0) return "No findings.";
  const order = ["error", "warning", "information", "hint"];
  const rank = ({ code }: Finding) => order.indexOf(CODES[code].severity);
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  const lines = sorted
    .slice(0, MOST)
    .flatMap((finding) => [
      `${where(program, finding.place)}: ${CODES[finding.code].severity}: ${finding.message} [${finding.code}]`,
      ...(finding.related ?? []).map((place) => `    ${where(program, place)}: ${place.message}`),
    ]);
  if (sorted.length > MOST) lines.push(`… and ${count(sorted.length - MOST, "more finding")}`);
  return lines.join("\n");
}

function where(program: Program, { at: { uri, statement }, span }: Place): string {
  const start = program.document(uri)?.rangeOf(statement.chunk, span).start;
  return start === undefined ? uri : `${uri}:${start.line + 1}:${start.character + 1}`;
}
