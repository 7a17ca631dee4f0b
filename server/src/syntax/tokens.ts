/**
 * Text → tokens. A word is one pattern; a look-up then tells the words of the grammar from names, which is faster than
 * a pattern a word. Reserved words are types of their own; contextual words are also names (a category), so that a new
 * one breaks no file.
 */
import { createToken, EOF, type IToken, Lexer, type TokenType } from "chevrotain";
import { bare, splitLines } from "./lines.ts";
import type { Span } from "./tree.ts";

const RESERVED = `policy platform import segment vm vnic group service acl swsec dfw appliance redirect encryption chain
  scenario assert section slot rule default bind key exclude timeouts send wait set approve rotate replay expect from to
  in out applied-to log disabled any except tag allow drop reject mark skip encrypt protect clear jump-to-application`;
const CONTEXTUAL = `vni vlan subnet gateway tags mac ip dhcp alg dscp cos spoofguard allow-local discover
  arp-suppression block limit ethernet category stateless tcp-strict vendor fail inspect via with id algorithm
  tcp udp sctp icmp icmpv6 arp frame request reply at on by ttl payload ipv4 ipv6
  fin syn rst psh ack urg ece cwr allowed blocked inspected encrypted ether off tofu manual on nd tools dhcp-server
  dhcp-client bpdu router-advertisement non-ip broadcast multicast pps emergency infrastructure environment application
  open closed up hung down reply offer nak release delivered dropped rejected answered blackholed flooded state
  tcp-first-packet tcp-opening tcp-established tcp-closing tcp-fin-wait tcp-closed udp-first udp-single udp-multiple
  icmp-first icmp-error`;
const words = (list: string) => list.trim().split(/\s+/);

export const RESERVED_WORDS: ReadonlySet<string> = new Set(words(RESERVED));

export const Name = createToken({ name: "Name", pattern: /[A-Za-z_][A-Za-z0-9_]*(?:-[A-Za-z0-9_]+)*/ });
// The quotes keep the words' names apart from those of the grammar's rules.
const keywords = new Map<string, TokenType>([
  ...words(RESERVED).map((w) => [w, createToken({ name: `"${w}"`, pattern: Lexer.NA })] as const),
  ...words(CONTEXTUAL).map((w) => [w, createToken({ name: `"${w}"`, pattern: Lexer.NA, categories: [Name] })] as const),
]);
/** The token type of a word of the grammar. */
export function word(text: string): TokenType {
  const type = keywords.get(text);
  if (!type) throw new Error(`not a word of the grammar: ${text}`);
  return type;
}

const contextual: ReadonlySet<TokenType> = new Set(words(CONTEXTUAL).map(word));
/** True for a word that may be a name without quotes. */
export const isName = (token: IToken): boolean => token.tokenType === Name || contextual.has(token.tokenType);
/** True for every word of the grammar, reserved or not. */
export const isKeyword = (text: string): boolean => keywords.has(text);

/**
 * What stands behind the last token. It is made as Chevrotain makes tokens, and its place is a small integer as theirs
 * are: with NaN, which Chevrotain's own has, every token's place would be a floating-point number on the heap.
 */
export const END: IToken = {
  image: "",
  startOffset: 0,
  tokenTypeIdx: EOF.tokenTypeIdx as number,
  tokenType: EOF,
};

const WhiteSpace = createToken({ name: "WhiteSpace", pattern: /[ \t\r\n]+/, group: Lexer.SKIPPED });
const ByteOrderMark = createToken({ name: "ByteOrderMark", pattern: /\uFEFF/, group: Lexer.SKIPPED });
export const DocComment = createToken({ name: "DocComment", pattern: /\/\/\/(?!\/)[^\r\n]*/, group: "comments" });
export const LineComment = createToken({ name: "LineComment", pattern: /\/\/[^\r\n]*/, group: "comments" });
export const BlockComment = createToken({ name: "BlockComment", pattern: /\/\*[\s\S]*?\*\//, group: "comments" });
/** A comment that never ends takes the rest of the text. */
export const OpenComment = createToken({ name: "OpenComment", pattern: /\/\*[\s\S]*/, group: "comments" });

export const Str = createToken({ name: "String", pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });
/** A string that its line does not close. */
export const OpenString = createToken({ name: "OpenString", pattern: /"[^\r\n]*/ });

/** IPv6 and MAC with colons, well-formed or not: nothing else has two colons among letters and digits. */
export const Colons = createToken({
  name: "Colons",
  pattern: /(?:[0-9A-Fa-f]{1,4})?:[0-9A-Za-z]*:[0-9A-Za-z:]*(?:\.[0-9]+)*/,
});
export const MacDashes = createToken({
  name: "MacDashes",
  pattern: /[0-9][0-9A-Fa-f](?:-[0-9A-Fa-f]{2}){5}(?![\w-])/,
});
/** `10.0.1.11`, `6.3`, and what looks like an address and is none. */
export const Dotted = createToken({ name: "Dotted", pattern: /[0-9]+(?:\.[0-9]+)+(?:[A-Za-z_]\w*)?/ });
export const Duration = createToken({ name: "Duration", pattern: /[0-9]+(?:ms|s|m|h|d)(?!\w)/ });
/** Tried first of all that begins with a digit, so it must see for itself that no address begins here. */
export const Int = createToken({
  name: "Int",
  pattern: /(?:0[xX][0-9A-Fa-f]+|[0-9]+)(?!\w|\.[0-9]|:[0-9A-Za-z]*:|(?:-[0-9A-Fa-f]{2}){5}(?![\w-]))/,
});
/** `3tier`: a name would begin with a letter. */
export const BadWord = createToken({ name: "BadWord", pattern: /[0-9]\w*(?:-\w+)*/ });

export const Arrow = createToken({ name: "->", pattern: "->" });
export const Dash = createToken({ name: "-", pattern: "-" });
export const LCurly = createToken({ name: "{", pattern: "{" });
export const RCurly = createToken({ name: "}", pattern: "}" });
export const LSquare = createToken({ name: "[", pattern: "[" });
export const RSquare = createToken({ name: "]", pattern: "]" });
export const Equals = createToken({ name: "=", pattern: "=" });
export const Comma = createToken({ name: ",", pattern: "," });
export const Dot = createToken({ name: ".", pattern: "." });
export const Colon = createToken({ name: ":", pattern: ":" });
export const Slash = createToken({ name: "/", pattern: "/" });
/** A run of characters that begin no token. */
export const Illegal = createToken({
  name: "Illegal",
  pattern: /[^ \t\r\n\uFEFF"/0-9A-Za-z_:\-{}[\]=,.]+/,
  start_chars_hint: illegalStarts(),
});
/** Chevrotain cannot tell from what is left out; beyond 255 it puts 255 characters together, and one of them will do. */
function illegalStarts(): number[] {
  const codes: number[] = [];
  for (let code = 0; code < 256; code++)
    if (/[^ \t\r\n"/0-9A-Za-z_:\-{}[\]=,.]/.test(String.fromCharCode(code))) codes.push(code);
  codes.push(256);
  for (let code = 2 * 255; code < 2 ** 16; code += 255) codes.push(code);
  return codes;
}
/** What is too long to be a token, or to be read in one piece: see `lexLong`. */
export const TooLong = createToken({ name: "TooLong", pattern: Lexer.NA });

const LEXED = [
  WhiteSpace,
  ByteOrderMark,
  DocComment,
  LineComment,
  BlockComment,
  OpenComment,
  Str,
  OpenString,
  Int,
  Dotted,
  Colons,
  MacDashes,
  Duration,
  BadWord,
  Name,
  Arrow,
  Dash,
  LCurly,
  RCurly,
  LSquare,
  RSquare,
  Equals,
  Comma,
  Dot,
  Colon,
  Slash,
  Illegal,
];
/** All types, for the parser. */
export const VOCABULARY: readonly TokenType[] = [...LEXED, TooLong, ...keywords.values()];

let made: Lexer | undefined;
/** Made when it is first needed: a program that starts has more urgent things to do. */
export function lexer(): Lexer {
  made ??= new Lexer(LEXED, {
    positionTracking: "onlyOffset",
    ensureOptimizations: true,
    // A test validates the vocabulary; done here it would cost every start.
    skipValidations: true,
  });
  return made;
}

const DASHED_MAC = /^[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}$/;

export interface Lexed {
  readonly tokens: IToken[];
  /** In order. */
  readonly comments: IToken[];
}

/** Words of the grammar by their shape, their first and last letter and their length: most names have none's. */
interface Keyword {
  /** Its own text, so that every token of it has the same string. */
  readonly text: string;
  readonly type: TokenType;
}
const shapes: (Keyword[] | undefined)[] = new Array(1 << 12).fill(undefined);
const shapeOf = (text: string): number =>
  (text.charCodeAt(0) & 31) | ((text.charCodeAt(text.length - 1) & 31) << 5) | ((text.length & 3) << 10);
for (const [text, type] of keywords) {
  const shape = shapeOf(text);
  shapes[shape] = [...(shapes[shape] ?? []), { text, type }];
}
function keywordOf(image: string): Keyword | undefined {
  const alike = shapes[shapeOf(image)];
  if (alike === undefined) return undefined;
  for (let i = 0; i < alike.length; i++) if ((alike[i] as Keyword).text === image) return alike[i];
  return undefined;
}

/**
 * Names that were read before, each at the place that its letters say: the same name is the same string, which spares a
 * large policy tens of megabytes. Another name takes the place of one that was there.
 */
const names: string[] = new Array(1 << 15).fill("");
function shared(name: string): string {
  let place = name.length;
  for (let i = 0; i < name.length; i++) place = (Math.imul(place, 31) + name.charCodeAt(i)) | 0;
  place = (place ^ (place >>> 15)) & (names.length - 1);
  const known = names[place] as string;
  if (known === name) return known;
  names[place] = name;
  return name;
}
/** When a text is read: a name is a piece of its text, and keeps all of that. */
export function forgetNames(): void {
  names.fill("");
}

/** Always gives tokens, and in order. */
export function lex(text: string): Lexed {
  if (text.length > LONG) return lexLong(text);
  const { tokens, groups } = lexer().tokenize(text);
  const name = Name.tokenTypeIdx;
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i] as IToken;
    if (token.tokenTypeIdx !== name) continue;
    const { image } = token;
    const keyword = keywordOf(image);
    if (keyword !== undefined) {
      retype(token, keyword.type);
      token.image = keyword.text;
      continue;
    }
    token.image = shared(image);
    // Six hyphenated hex pairs are a MAC, not a name.
    if (image.length === 17 && DASHED_MAC.test(image)) retype(token, MacDashes);
  }
  return { tokens, comments: groups.comments ?? [] };
}

/** More characters are read piece by piece. */
export const LONG = 1 << 20;
/** So many tokens come to half a gigabyte: what is behind them is not read. The longest group has two million. */
export const MOST_TOKENS = 4_000_000;
/** Of a line no more is read: a key has all of its line read anew. A vNIC's 246,138 addresses are four million. */
export const MOST_OF_LINE = 1 << 22;

/**
 * The same for a text that one line, one statement or one paste makes very long, in pieces that begin where no token
 * looks back. V8's patterns cannot go on for ever: a word or a string of more than a piece is one token that is wrong,
 * to the end of its line. A comment may be as long as it likes.
 */
function lexLong(text: string): Lexed {
  const tokens: IToken[] = [];
  const comments: IToken[] = [];
  const tooLong = (from: number, to: number) => {
    const image = text.slice(from, to);
    tokens.push({ image, startOffset: from, tokenType: TooLong, tokenTypeIdx: TooLong.tokenTypeIdx as number });
  };
  const cuts = cutsOf(text);
  for (let from = 0, next = 0; from < text.length; ) {
    if (tokens.length > MOST_TOKENS) {
      tooLong(from, text.length);
      break;
    }
    const cut = cuts[next] as Span;
    // A comment may have gone beyond it.
    if (from >= cut.start) {
      if (text.slice(from, cut.end).trim() !== "") tooLong(from, cut.end);
      from = Math.max(from, cut.end);
      next += 1;
      continue;
    }
    const to = Math.min(cut.start, from + LONG);
    const comment = commentAt(text, from);
    if (comment !== undefined) {
      comments.push(comment);
      from += comment.image.length;
      continue;
    }
    const piece = lex(text.slice(from, to));
    // A comment goes on behind what is too much of its line.
    const last = piece.comments.at(-1);
    const isOpen = to < cut.end && endOf(last) === to - from && last?.tokenType !== BlockComment;
    const end = to === cut.start && !isOpen ? to - from : breakIn(piece, text, from, to - from);
    for (const token of piece.tokens) if (token.startOffset < end) tokens.push(at(token, from));
    for (const token of piece.comments) if (token.startOffset < end) comments.push(at(token, from));
    if (end > 0) {
      from += end;
      continue;
    }
    const line = text.slice(to, cut.end).search(/[\r\n]/);
    const lineEnd = line < 0 ? cut.end : to + line;
    tooLong(from, lineEnd);
    from = lineEnd;
  }
  return { tokens, comments };
}

/** What is too much of lines, in order; behind the last the text's end. */
function cutsOf(text: string): Span[] {
  const cuts: Span[] = [];
  let start = 0;
  for (const line of splitLines(text)) {
    const end = start + bare(line).length;
    if (end - start > MOST_OF_LINE) cuts.push({ start: start + MOST_OF_LINE, end });
    start += line.length;
  }
  return [...cuts, { start: text.length, end: text.length }];
}

function at(token: IToken, offset: number): IToken {
  token.startOffset += offset;
  return token;
}

/**
 * Where a piece may be left: at its end, where that is in white space; else where the last token begins that stands by
 * itself. 0 where there is no such place.
 */
function breakIn({ tokens, comments }: Lexed, text: string, from: number, length: number): number {
  const end = Math.max(endOf(tokens.at(-1)), endOf(comments.at(-1)));
  if (end < length) return length;
  const comment = comments.at(-1)?.startOffset ?? 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const { startOffset } = tokens[i] as IToken;
    if (startOffset < comment) break;
    if (startOffset > 0 && ALONE.has(text.charCodeAt(from + startOffset - 1))) return startOffset;
  }
  return comment;
}
const endOf = (token: IToken | undefined): number => (token ? token.startOffset + token.image.length : 0);
/** Behind these a token begins whatever it is: none but strings and comments holds one, and none looks beyond one. */
const ALONE = new Set([..." \t\r\n,{}[]="].map((char) => char.charCodeAt(0)));

/** The comment that begins here, however long it is. */
function commentAt(text: string, from: number): IToken | undefined {
  const line = text.startsWith("//", from);
  if (!line && !text.startsWith("/*", from)) return undefined;
  const end = line ? text.slice(from).search(/[\r\n]/) : text.indexOf("*/", from + 2) + 2 - from;
  const image = end < (line ? 0 : 2) ? text.slice(from) : text.slice(from, from + end);
  const doc = image.startsWith("///") && image[3] !== "/";
  const type = doc
    ? DocComment
    : line
      ? LineComment
      : image.endsWith("*/") && image.length >= 4
        ? BlockComment
        : OpenComment;
  return { image, startOffset: from, tokenType: type, tokenTypeIdx: type.tokenTypeIdx as number };
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx as number;
}
