/**
 * A region of whole lines → chunks: lexed, split into pieces, each statement parsed. The region begins where a
 * statement begins, with the splitter's state there; so a file and a part of it are read by the same code.
 */
import type { IToken } from "chevrotain";
import { itemWords, type Kind, type Piece, Splitter, type SplitState } from "./split.ts";
import { splitLines } from "./lines.ts";
import { lexicalMistake } from "./mistakes.ts";
import { nearest } from "./near.ts";
import { type ActionContext, type Draft, StatementParser } from "./parser.ts";
import * as t from "./tokens.ts";
import type { BlockStatement, Chunk, Comment, Span, Statement, SyntaxError } from "./tree.ts";

/** What `document.ts` puts together: statements, and where blocks end. */
export type Part = { readonly statement: Statement; readonly opens: boolean } | { readonly close: Span } | { readonly unclosed: Span };

export class ParsedChunk implements Chunk {
  readonly statements: Statement[] = [];
  readonly comments: Comment[] = [];
  readonly errors: SyntaxError[] = [];
  readonly parts: Part[] = [];
  private starts: number[] | undefined;

  constructor(
    public line: number,
    readonly lineCount: number,
    readonly text: string,
    /** The splitter's state before it. */
    readonly entry: SplitState,
    /** Where the last token of the chunk stands. */
    public last: Span | undefined = undefined,
  ) {}

  /** Offsets at which the chunk's lines begin. */
  get lineStarts(): readonly number[] {
    this.starts ??= startsOf(splitLines(this.text)).slice(0, this.lineCount);
    return this.starts;
  }
}

export interface Region {
  readonly chunks: ParsedChunk[];
  /** The splitter's state behind it. */
  readonly exit: SplitState;
  /** A comment begins in it and does not end: what follows belongs to it. */
  readonly open: boolean;
}

function startsOf(lines: readonly string[]): number[] {
  const starts: number[] = [];
  let offset = 0;
  for (const line of lines) {
    starts.push(offset);
    offset += line.length;
  }
  return starts;
}

const parser = new StatementParser();

/** `lines`: the region's lines, ends included. `firstLine`: where they stand in the document. */
export function readRegion(lines: readonly string[], firstLine: number, entry: SplitState): Region {
  const text = lines.join("");
  const starts = startsOf(lines);
  const { tokens, comments } = t.lex(text);
  const lineOf = lineFinder(starts);
  const tokenLines = new Int32Array(tokens.length);
  for (let i = 0; i < tokens.length; i++) tokenLines[i] = lineOf((tokens[i] as IToken).startOffset);
  const firstOnLine = (i: number) => i === 0 || tokenLines[i] !== tokenLines[i - 1];
  const commentEnds = comments.map(({ startOffset, image }) => ({ startOffset, end: startOffset + image.length }));
  const open = comments.at(-1)?.tokenType === t.OpenComment;

  const chunks: ParsedChunk[] = [];
  const splitter = new Splitter(tokens, firstOnLine, entry);
  const commentLine = lineFinder(starts);
  let covered = 0; // lines that chunks have taken
  let reach = -1; // last line that the open chunk must take
  let comment = 0; // comments before this one are placed
  let batch: { piece: Piece; state: SplitState }[] = [];

  const flush = (upTo: number) => {
    const from = starts[covered] as number;
    const to = upTo < lines.length ? (starts[upTo] as number) : text.length;
    const chunk = new ParsedChunk(firstLine + covered, upTo - covered, text.slice(from, to), batch[0]?.state ?? splitter.state);
    for (; comment < comments.length && (comments[comment] as IToken).startOffset < to; comment++) chunk.comments.push(commentOf(comments[comment] as IToken, from));
    const fill = new Filler(chunk, tokens, from, firstOnLine);
    for (const { piece } of batch) fill.add(piece);
    chunks.push(chunk);
    covered = upTo;
    batch = [];
  };

  let placedComments = 0;
  for (let state = splitter.state, piece = splitter.next(); piece; state = splitter.state, piece = splitter.next()) {
    const first = piece.is === "statement" ? piece.from : piece.at;
    const line = tokenLines[first] as number;
    if (batch.length > 0 && line > reach) flush(reach + 1);
    batch.push({ piece, state });
    // "unclosed" takes no token: what follows it begins at the same place.
    const lastToken = piece.is === "statement" ? piece.to - 1 : piece.at;
    if (lastToken >= 0) reach = Math.max(reach, tokenLines[lastToken] as number);
    // A block comment that begins on the chunk's last line takes its other lines along.
    for (; placedComments < commentEnds.length; placedComments++) {
      const c = commentEnds[placedComments] as { startOffset: number; end: number };
      if (commentLine(c.startOffset) > reach) break;
      reach = Math.max(reach, lineFinder(starts)(Math.max(c.startOffset, c.end - 1)));
    }
  }
  if (batch.length > 0) flush(reach + 1);
  if (covered < lines.length) flush(lines.length);
  return { chunks, exit: splitter.state, open };
}

/** Offset → line of the region. Asked with rising offsets it walks; a jump back starts over. */
function lineFinder(starts: readonly number[]): (offset: number) => number {
  let line = 0;
  return (offset) => {
    if ((starts[line] as number) > offset || (starts[line + 64] ?? Number.POSITIVE_INFINITY) <= offset) line = search(starts, offset);
    while (line + 1 < starts.length && (starts[line + 1] as number) <= offset) line++;
    return line;
  };
}

/** The last index whose value is not above `value`. */
export function search(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((sorted[middle] as number) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function commentOf(token: IToken, base: number): Comment {
  const kind = token.tokenType === t.DocComment ? "doc" : token.tokenType === t.LineComment ? "line" : "block";
  const start = token.startOffset - base;
  return { kind, start, end: start + token.image.length, text: token.image };
}

const ACTION_CONTEXTS: Partial<Record<string, ActionContext>> = {
  acl: "acl",
  inspect: "inspect",
  dfw: "dfw",
  section: "dfw",
  redirect: "redirect",
  encryption: "encryption",
};

/** How a kind of statement is read: the grammar's rule, and the fields that are there from the start. */
const READERS: { readonly [K in Kind]: { readonly rule: keyof StatementParser; readonly lists?: readonly string[]; readonly flags?: readonly string[] } | undefined } = {
  policy: { rule: "policy" },
  platform: { rule: "platform" },
  import: { rule: "import" },
  segment: { rule: "namedHead", lists: ["children"] },
  vm: { rule: "namedHead", lists: ["children"] },
  vnic: { rule: "namedHead", lists: ["children"] },
  acl: { rule: "namedHead", lists: ["children"] },
  swsec: { rule: "namedHead", lists: ["children"] },
  dfw: { rule: "namedHead", lists: ["children"] },
  appliance: { rule: "namedHead", lists: ["children"] },
  encryption: { rule: "namedHead", lists: ["children"] },
  redirect: { rule: "redirect", lists: ["children"] },
  chain: { rule: "chain", lists: ["children"] },
  scenario: { rule: "scenario", lists: ["children"] },
  section: { rule: "section", lists: ["children"], flags: ["ethernet", "stateless", "tcpStrict"] },
  timeouts: { rule: "bareHead", lists: ["children"] },
  inspect: { rule: "bareHead", lists: ["children"] },
  group: { rule: "group" },
  service: { rule: "service", lists: ["entries"] },
  assert: { rule: "assert", lists: ["clauses"] },
  vni: { rule: "number" },
  vlan: { rule: "number" },
  subnet: { rule: "subnet", lists: ["prefixes"] },
  gateway: { rule: "addresses", lists: ["addresses"], flags: ["dhcp"] },
  ip: { rule: "addresses", lists: ["addresses"], flags: ["dhcp"] },
  mac: { rule: "mac" },
  "in-segment": { rule: "inSegment" },
  tags: { rule: "tags", lists: ["tags"] },
  rule: { rule: "rule", lists: ["clauses"] },
  default: { rule: "default", flags: ["log"] },
  spoofguard: { rule: "setting" },
  "allow-local": { rule: "setting" },
  "arp-suppression": { rule: "setting" },
  fail: { rule: "setting" },
  vendor: { rule: "vendor" },
  discover: { rule: "listSetting", lists: ["values"] },
  block: { rule: "listSetting", lists: ["values"] },
  bind: { rule: "bind", lists: ["ips"] },
  limit: { rule: "limit" },
  exclude: { rule: "exclude" },
  timeout: { rule: "timeout" },
  key: { rule: "key" },
  slot: { rule: "slot" },
  send: { rule: "send" },
  wait: { rule: "wait" },
  set: { rule: "setStep" },
  approve: { rule: "approve" },
  rotate: { rule: "rotate" },
  replay: { rule: "replay" },
  unknown: undefined,
};

/** Makes a chunk's statements of the pieces that lie in it. */
class Filler {
  constructor(
    private readonly chunk: ParsedChunk,
    private readonly tokens: readonly IToken[],
    private readonly base: number,
    private readonly firstOnLine: (index: number) => boolean,
  ) {}

  add(piece: Piece): void {
    const { chunk } = this;
    if (piece.is === "statement") {
      this.statement(piece.kind, piece.from, piece.to, piece.block, piece.opened !== undefined);
      chunk.last = this.span(piece.to - 1);
    } else if (piece.is === "close") {
      chunk.parts.push({ close: this.span(piece.at) });
      chunk.last = this.span(piece.at);
    } else if (piece.is === "unclosed") {
      const found = (this.tokens[piece.at] as IToken).image;
      chunk.errors.push({ code: "syntax-error", ...this.span(piece.at), message: `expected "}" before "${found}": the ${piece.block} above is not closed`, expected: ["}"] });
      chunk.parts.push({ unclosed: this.span(piece.at) });
    } else {
      chunk.errors.push({ code: "syntax-error", ...this.span(piece.at), message: 'no block is open here that this "}" could close' });
      chunk.last = this.span(piece.at);
    }
  }

  private span(from: number, to = from): Span {
    const last = this.tokens[to] as IToken;
    return { start: (this.tokens[from] as IToken).startOffset - this.base, end: last.startOffset + last.image.length - this.base };
  }

  private statement(kind: Kind, from: number, to: number, block: string | undefined, opens: boolean): void {
    const reader = READERS[kind];
    if (!reader) {
      this.push({ kind: "unknown" }, from, to, [this.unknown(from, block)]);
      return;
    }
    const draft: Draft = { kind };
    for (const list of reader.lists ?? []) draft[list] = [];
    for (const flag of reader.flags ?? []) draft[flag] = false;
    const read = (end: number) => parser.read(parser[reader.rule] as () => void, this.tokens.slice(from, end) as IToken[], this.base, draft, ACTION_CONTEXTS[block ?? ""]);
    const mistakes = read(to);
    const leftover = parser.leftover;
    // Junk on a line of its own spoils no statement above it.
    if (leftover > 0 && this.firstOnLine(from + leftover)) {
      for (const list of reader.lists ?? []) draft[list] = [];
      this.push(draft, from, from + leftover, read(from + leftover));
      this.push({ kind: "unknown" }, from + leftover, to, [this.unknown(from + leftover, block)]);
      return;
    }
    this.push(draft, from, to, mistakes, opens);
  }

  private unknown(at: number, block: string | undefined): SyntaxError {
    const token = this.tokens[at] as IToken;
    const words = itemWords(block as Parameters<typeof itemWords>[0]);
    const meant = nearest(token.image, words);
    const where = block ? `in ${/^[aei]/.test(block) ? "an" : "a"} ${block} block` : "at the top of a file";
    const message =
      lexicalMistake(token) ??
      (block === "dfw" && token.image === "rule"
        ? "a rule of a dfw block stands in a section"
        : `"${token.image}" begins nothing ${where}; ${meant ? `did you mean "${meant}"?` : `expected ${words.length > 0 ? words.join(", ") : "a timer such as tcp-established"}`}`);
    return { code: "syntax-error", ...this.span(at), message, expected: meant ? [meant, ...words] : words };
  }

  private push(draft: Draft, from: number, to: number, mistakes: readonly SyntaxError[], opens = false): void {
    const { chunk } = this;
    // The words of SegmentProperty and `ips` of BindStatement come from shared rules of the grammar.
    if (draft.kind === "bind") {
      draft.ips = draft.addresses ?? draft.ips;
      delete draft.addresses;
    }
    const statement = Object.assign(draft, {
      ...this.span(from, to - 1),
      chunk,
      keyword: this.span(from),
      doc: this.docAbove(from),
      broken: mistakes.some((m) => m.code === "syntax-error"),
      parent: undefined,
    }) as unknown as Statement;
    chunk.statements.push(statement);
    chunk.parts.push({ statement, opens });
    chunk.errors.push(...mistakes);
  }

  /** The `///` lines between the token before and the statement, as Markdown. */
  private docAbove(from: number): string | undefined {
    const end = (this.tokens[from] as IToken).startOffset - this.base;
    const before = this.tokens[from - 1];
    const start = before ? before.startOffset + before.image.length - this.base : 0;
    const docs = this.chunk.comments.filter((c) => c.kind === "doc" && c.start >= start && c.end <= end);
    if (docs.length === 0) return undefined;
    return docs.map((c) => c.text.slice(3).replace(/^ /, "")).join("\n");
  }
}

export const isBlock = (statement: Statement): statement is BlockStatement => "children" in statement;
