/**
 * Feature: semantic highlighting. Words of the grammar, names by what they name (a built-in service differs from a
 * declared one, a name that is unknown from both), addresses and numbers.
 */
import type { Range } from "vscode-languageserver-types";
import type { Program } from "../policy/program.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import type { Chunk, Statement } from "../syntax/tree.ts";
import { type Part, partsOf } from "./parts.ts";
import { declarationsByKey, keyOf } from "./symbols.ts";
import { type Modifier, TOKEN_MODIFIERS, TOKEN_TYPES, type TokenType } from "./tokenLegend.ts";
import { spanOf, tokensOf, type View } from "./view.ts";

interface Token {
  /** From the chunk's first line. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly type: TokenType;
  readonly modifiers: readonly Modifier[];
}

/**
 * The tokens of a document, or of a range of lines, as the protocol packs them: five numbers a token. `column` gives
 * a place on a line in the client's units.
 */
export function* semanticTokens(
  view: View,
  column: (line: number, character: number) => number,
  range?: Range,
): Steps<number[]> {
  const { document } = view;
  const data: number[] = [];
  let line = 0;
  let start = 0;
  const first = range === undefined ? 0 : range.start.line;
  const last = range === undefined ? Number.POSITIVE_INFINITY : range.end.line;
  let passed = 0;
  for (const chunk of document.chunks) {
    if (chunk.line + chunk.lineCount <= first) continue;
    if (chunk.line > last) break;
    passed += 1;
    if (passed % STRIDE === 0) yield;
    for (const token of known(view, chunk)) {
      const at = chunk.line + token.line;
      if (at < first || at > last) continue;
      const from = column(at, token.start);
      const length = column(at, token.end) - from;
      data.push(
        at - line,
        at === line ? from - start : from,
        length,
        TOKEN_TYPES.indexOf(token.type),
        token.modifiers.reduce((bits, modifier) => bits | (1 << TOKEN_MODIFIERS.indexOf(modifier)), 0),
      );
      line = at;
      start = from;
    }
  }
  return data;
}

/** What names there are, and of which kind: as long as this is the same, so are the tokens of a chunk. */
interface Vocabulary {
  readonly text: string;
}
let latest: Vocabulary = { text: "" };
const vocabularies = new WeakMap<Program, Vocabulary>();

function vocabularyOf(program: Program): Vocabulary {
  let vocabulary = vocabularies.get(program);
  if (vocabulary === undefined) {
    const text = [...declarationsByKey(program)]
      .map(([key, [declared]]) => `${key} ${declared?.statement.kind}`)
      .join("\n");
    // One object for equal vocabularies, so that asking whether they are equal is cheap.
    if (text !== latest.text) latest = { text };
    vocabulary = latest;
    vocabularies.set(program, vocabulary);
  }
  return vocabulary;
}

const chunks = new WeakMap<Chunk, { readonly vocabulary: Vocabulary; readonly tokens: readonly Token[] }>();

/** A chunk never changes; its tokens are made anew only when the names that are declared have changed. */
function known(view: View, chunk: Chunk): readonly Token[] {
  const vocabulary = vocabularyOf(view.program);
  const cached = chunks.get(chunk);
  if (cached?.vocabulary === vocabulary) return cached.tokens;
  const tokens = tokensOfChunk(view, chunk);
  chunks.set(chunk, { vocabulary, tokens });
  return tokens;
}

function tokensOfChunk(view: View, chunk: Chunk): Token[] {
  const { document } = view;
  const out: Token[] = [];
  const parts = new Map<number, { statement: Statement; part: Part }>();
  for (const statement of chunk.statements) {
    for (const part of partsOf(statement)) parts.set(part.span.start, { statement, part });
  }
  const disabled = chunk.statements.filter(
    (s) => s.kind === "rule" && s.clauses.some((clause) => clause.kind === "disabled"),
  );
  const push = (span: { start: number; end: number }, type: TokenType, modifiers: readonly Modifier[] = []) => {
    const { line, character } = document.positionAt(chunk, span.start);
    out.push({ line: line - chunk.line, start: character, end: character + span.end - span.start, type, modifiers });
  };
  for (const token of tokensOf(chunk)) {
    const span = spanOf(token);
    const found = parts.get(span.start);
    const classified = found ? classify(view, found.statement, found.part) : undefined;
    const off = disabled.some((s) => s.start <= span.start && span.end <= s.end) ? (["deprecated"] as const) : [];
    if (classified) push(span, classified.type, [...classified.modifiers, ...off]);
    else if (token.image.startsWith('"')) push(span, "string", off);
    else if (/^[0-9]/.test(token.image)) push(span, "number", off);
    else if (/^[A-Za-z]/.test(token.image)) push(span, "keyword", off);
    else if (token.image === "->" || token.image === "=") push(span, "operator", off);
  }
  for (const comment of chunk.comments)
    for (const piece of linesOf(chunk.text, comment.start, comment.end)) push(piece, "comment");
  return out.sort((a, b) => a.line - b.line || a.start - b.start);
}

/** A token stands on one line: a comment over several is several tokens. */
function linesOf(text: string, start: number, end: number): { start: number; end: number }[] {
  const out: { start: number; end: number }[] = [];
  let from = start;
  for (let i = start; i <= end; i += 1)
    if (i === end || text[i] === "\n" || text[i] === "\r") {
      if (i > from) out.push({ start: from, end: i });
      from = i + 1;
    }
  return out;
}

const DECLARED_AS: Partial<Record<Statement["kind"], TokenType>> = {
  segment: "namespace",
  vm: "class",
  vnic: "property",
  group: "variable",
  service: "type",
  key: "parameter",
  section: "namespace",
};

function classify(
  view: View,
  statement: Statement,
  part: Part,
): { readonly type: TokenType; readonly modifiers: readonly Modifier[] } | undefined {
  switch (part.kind) {
    case "declares":
      return { type: DECLARED_AS[statement.kind] ?? "function", modifiers: ["declaration"] };
    case "uses":
    case "vnic-vm":
    case "vnic-name":
    case "uses-key": {
      const key = keyOf(statement, part);
      const declared = key === undefined ? undefined : declarationsByKey(view.program).get(key)?.[0];
      if (declared) return { type: DECLARED_AS[declared.statement.kind] ?? "function", modifiers: [] };
      if (part.kind === "uses" && part.space === "tag") return { type: "enumMember", modifiers: [] };
      if (part.kind === "uses" && part.space === "service")
        return { type: "type", modifiers: ["defaultLibrary", "readonly"] };
      return { type: "variable", modifiers: [] };
    }
    case "protocol":
      return { type: "type", modifiers: ["defaultLibrary", "readonly"] };
    case "title":
    case "path":
      return { type: "string", modifiers: [] };
    case "word":
    case "timer":
      return { type: "enumMember", modifiers: [] };
    case "platform":
      return { type: "namespace", modifiers: ["defaultLibrary"] };
    case "service-detail":
      return "value" in part.detail ? { type: "number", modifiers: [] } : { type: "enumMember", modifiers: [] };
    case "rule-id":
      return { type: "number", modifiers: part.declared ? ["declaration"] : [] };
    default:
      return { type: "number", modifiers: [] };
  }
}
