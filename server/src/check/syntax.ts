/** Findings about the text itself: what the parser said, and settings that stand twice in a block. */
import type { Source } from "../policy/policy.ts";
import type { Chunk, Span, Statement, SyntaxError } from "../syntax/tree.ts";
import { type Finding, finding, related } from "./finding.ts";

/** What the parser said of a chunk. */
export const checkText = (uri: string, chunk: Chunk): Finding[] =>
  chunk.errors.map((error) => mistake(uri, chunk, error));

export function mistake(uri: string, chunk: Chunk, error: SyntaxError): Finding {
  const { code, message, expected, start, end } = error;
  const at = { uri, statement: statementAt(chunk, error) };
  return finding(code, at, { start, end }, sentence(message), expected && { data: { expected } });
}

/** The statement that a mistake lies in; where it lies in none (a stray brace), one that stands for the place alone. */
function statementAt(chunk: Chunk, span: Span): Statement {
  const found = chunk.statements.find((statement) => statement.start <= span.start && span.start <= statement.end);
  return found ?? { kind: "unknown", chunk, start: span.start, end: span.end, keyword: span, broken: true };
}

const sentence = (message: string): string => {
  const text = message.charAt(0).toUpperCase() + message.slice(1);
  return /[.?!]$/.test(text) ? text : `${text}.`;
};

/** What a block, or the file, can say once. */
const ONCE: ReadonlySet<Statement["kind"]> = new Set([
  "policy",
  "platform",
  "vni",
  "vlan",
  "mac",
  "in-segment",
  "default",
  "spoofguard",
  "allow-local",
  "arp-suppression",
  "fail",
  "vendor",
  "inspect",
]);

/** What stands twice in a list of statements, a block's or a file's. */
export function checkOnce(uri: string, statements: readonly Statement[]): Finding[] {
  const findings: Finding[] = [];
  const seen = new Map<string, Source>();
  for (const statement of statements) {
    const timer = statement.kind === "timeout" ? statement.timer?.text : undefined;
    const what = timer ?? (ONCE.has(statement.kind) ? (WORDS[statement.kind] ?? statement.kind) : undefined);
    if (what === undefined) continue;
    const at = { uri, statement };
    const first = seen.get(what);
    if (first === undefined) {
      seen.set(what, at);
      continue;
    }
    const message = `"${what}" is said before; the first one counts and this one does nothing.`;
    const there = [related(first, "The one that counts.", first.statement.keyword)];
    findings.push(finding("duplicate-clause", at, statement.keyword, message, { related: there }));
  }
  return findings;
}

const WORDS: Partial<Record<Statement["kind"], string>> = { "in-segment": "segment" };
