/** A document as text, for comparing two of them and for reading: statements with their places, nested, then errors. */
import type { SourceDocument } from "../../server/src/syntax/document.ts";
import type { Statement } from "../../server/src/syntax/tree.ts";

const PLACES = new Set([
  "chunk",
  "parent",
  "children",
  "close",
  "changed",
  "start",
  "end",
  "keyword",
  "kind",
  "broken",
  "doc",
]);

/** What a node says, of whatever it keeps for that. */
function said(value: unknown): unknown {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const parts: Record<string, unknown> = { ...value };
  for (const kept of KEPT) delete parts[kept];
  for (let known = Object.getPrototypeOf(value); known !== Object.prototype; known = Object.getPrototypeOf(known))
    for (const [key, { get }] of Object.entries(Object.getOwnPropertyDescriptors(known))) {
      const part: unknown = get?.call(value);
      if (part !== undefined && part !== value) parts[key] = part;
    }
  return parts;
}
const KEPT = ["held", "idStart", "idValue", "titleStart", "titleEnd"];

/** Every part of every statement, with absolute places. */
export function everything(document: SourceDocument): string {
  const lines: string[] = [];
  const at = (chunk: Statement["chunk"], offset: number) => {
    const { line, character } = document.positionAt(chunk, offset);
    return `${line + 1}:${character + 1}`;
  };
  const visit = (statement: Statement, depth: number) => {
    const { chunk, start, end } = statement;
    const parts = JSON.stringify(statement, (key, node) => {
      if (PLACES.has(key) && node === (statement as unknown as Record<string, unknown>)[key]) return undefined;
      const value = said(node) as typeof node;
      return value && typeof value === "object" && "start" in value && "end" in value
        ? { ...value, start: at(chunk, value.start), end: at(chunk, value.end) }
        : value;
    });
    const close =
      "close" in statement && statement.close ? ` }${at(statement.close.chunk, statement.close.span.start)}` : "";
    const { kind, doc, broken } = statement;
    lines.push(
      `${" ".repeat(depth)}${kind} ${at(chunk, start)}-${at(chunk, end)}${close} ${broken} ${doc ?? ""} ${parts}`,
    );
    if ("children" in statement) for (const child of statement.children) visit(child, depth + 1);
  };
  for (const statement of document.tree.statements) visit(statement, 0);
  for (const { chunk, error } of document.errors())
    lines.push(`${at(chunk, error.start)}-${at(chunk, error.end)} ${error.code} ${error.message}`);
  for (const chunk of document.chunks)
    for (const comment of chunk.comments) lines.push(`${comment.kind} ${at(chunk, comment.start)} ${comment.text}`);
  return lines.join("\n");
}

/** What a document says, without its places: what formatting must not change. */
export function meaning(document: SourceDocument): string {
  const lines: string[] = [];
  const visit = (statement: Statement, depth: number) => {
    const parts = JSON.stringify(statement, (key, value) => {
      if (["chunk", "parent", "children", "close", "changed", "start", "end", "keyword"].includes(key))
        return undefined;
      if (key !== "clauses") return said(value);
      return [...(value as { kind: string }[])].sort((a, b) => (a.kind < b.kind ? -1 : 1));
    });
    lines.push(" ".repeat(depth) + parts);
    if ("children" in statement) for (const child of statement.children) visit(child, depth + 1);
  };
  for (const statement of document.tree.statements) visit(statement, 0);
  return lines.join("\n");
}
export const comments = (document: SourceDocument): string[] =>
  document.chunks.flatMap((chunk) => chunk.comments.map(({ text }) => text.trimEnd()));

/** A document for a reader: what nests in what, and each mistake with the words it is about. */
export function story(document: SourceDocument): string {
  const lines: string[] = [];
  const visit = (statement: Statement, depth: number) => {
    const { kind, chunk, start, end, broken } = statement;
    const text = chunk.text.slice(start, end).replace(/\s+/g, " ");
    const missing = "close" in statement && statement.close === undefined ? " without }" : "";
    lines.push(
      `${"  ".repeat(depth)}${broken ? "! " : ""}${kind === text.split(" ")[0] ? "" : `${kind}: `}${text}${missing}`,
    );
    if ("children" in statement) for (const child of statement.children) visit(child, depth + 1);
  };
  for (const statement of document.tree.statements) visit(statement, 0);
  for (const { chunk, error } of document.errors()) {
    const { line, character } = document.positionAt(chunk, error.start);
    const about = chunk.text.slice(error.start, error.end);
    const code = error.code === "syntax-error" ? "" : `${error.code}: `;
    lines.push(`${line + 1}:${character + 1} ‹${about}› ${code}${error.message}`);
  }
  return lines.join("\n");
}
