/**
 * Tokens → statements, before any of them is parsed: where each begins, what it is, and how blocks nest.
 *
 * Inside braces, reading resumes at the block's own next item or its `}`. A declaration word ends the block only as
 * the first word of a line and where the block's own grammar has no place for it; so one missing brace costs one
 * finding and not the rest of the file.
 */
import type { IToken, TokenType } from "chevrotain";
import { nearest } from "./near.ts";
import * as t from "./tokens.ts";
import type { BlockStatement, Statement } from "./tree.ts";

export type Kind = Statement["kind"];
export type BlockKind = BlockStatement["kind"];
type Words = Readonly<Record<string, Kind>>;

const words = <K extends Kind>(...kinds: K[]): Words => Object.fromEntries(kinds.map((kind) => [kind, kind]));
const DECLARATIONS = words(
  ...["policy", "platform", "import", "segment", "vm", "group", "service", "acl", "swsec", "dfw"].map((k) => k as Kind),
  ...["appliance", "redirect", "encryption", "chain", "scenario", "assert"].map((k) => k as Kind),
);
/** What may stand in a block: the word that begins it, and the kind of statement it is. */
export const ITEMS: Readonly<Record<BlockKind, Words>> = {
  segment: words("vni", "vlan", "subnet", "gateway"),
  vm: words("tags", "vnic"),
  vnic: { ...words("mac", "ip"), segment: "in-segment" },
  acl: words("rule", "default"),
  inspect: words("rule", "default"),
  redirect: words("rule", "default"),
  encryption: words("rule", "default", "key"),
  swsec: words("spoofguard", "allow-local", "bind", "discover", "arp-suppression", "block", "limit"),
  dfw: words("exclude", "timeouts", "section", "default"),
  section: words("rule"),
  timeouts: {},
  appliance: words("vendor", "fail", "inspect"),
  chain: words("slot"),
  scenario: words("send", "wait", "set", "approve", "rotate", "replay"),
};
/** Declaration words that a block's own grammar has a place for: there, only the shape of a head ends the block. */
const PLACES: { readonly [K in BlockKind]?: readonly string[] } = {
  acl: ["service"],
  section: ["service"],
  inspect: ["service"],
  encryption: ["service"],
  redirect: ["service", "redirect"],
  vnic: ["segment"],
  chain: ["acl", "swsec", "dfw", "redirect", "encryption"],
};
const BLOCK_KINDS = Object.keys(ITEMS) as BlockKind[];
const bitOf = Object.fromEntries(BLOCK_KINDS.map((kind, i) => [kind, 1 << i])) as Record<BlockKind, number>;
const blockKinds = new Set<Kind>(BLOCK_KINDS);
const opensBlock = (kind: Kind): kind is BlockKind => blockKinds.has(kind);

/** The words that begin something in a block, or at the top of a file. */
export const itemWords = (block: BlockKind | undefined): readonly string[] =>
  Object.keys(block ? ITEMS[block] : DECLARATIONS);
/** The blocks that a word begins an item of. */
export const homesOf = (word: string): readonly BlockKind[] =>
  BLOCK_KINDS.filter((kind) => Object.hasOwn(ITEMS[kind], word));

/** By token type: the blocks in which the word begins an item, as bits; 0 for nearly all tokens. */
const homes = new Map<TokenType, number>();
/** By token type: words that begin a declaration. */
const declarations = new Set<TokenType>(Object.keys(DECLARATIONS).map(t.word));
for (const kind of BLOCK_KINDS)
  for (const text of Object.keys(ITEMS[kind])) homes.set(t.word(text), (homes.get(t.word(text)) ?? 0) | bitOf[kind]);
/** Quick answer for most tokens: can it begin anything? */
const starters = new Uint8Array(Math.max(...t.VOCABULARY.map((type) => type.tokenTypeIdx as number)) + 1);
for (const type of [...homes.keys(), ...declarations]) starters[type.tokenTypeIdx as number] = 1;

/** By block and token type: what the word begins there. */
const kinds = new Map<BlockKind | undefined, (Kind | undefined)[]>();
for (const block of [...BLOCK_KINDS, undefined]) {
  const byType: (Kind | undefined)[] = new Array(starters.length).fill(undefined);
  for (const [text, kind] of Object.entries(block ? ITEMS[block] : DECLARATIONS))
    byType[t.word(text).tokenTypeIdx as number] = kind;
  kinds.set(block, byType);
}

/** What stands behind one of these is an operand, even if it is a word of the language. */
const WANTING = new Set<TokenType>([
  ...["from", "to", "service", "applied-to", "except", "tag", "expect"].map(t.word),
  ...[t.Equals, t.Comma, t.Dot, t.Slash, t.Colon, t.Arrow],
]);
const WITH = t.word("with");
const BY_OR_AT = new Set<TokenType>([t.word("by"), t.word("at")]);
const PORTS = new Set<TokenType>([t.LCurly, t.RCurly, t.Int, t.Dash, t.Comma]);

/** A piece of the text, in order: a statement, the `}` of a block, or the place where a block's `}` is missing. */
export type Piece =
  | {
      readonly is: "statement";
      readonly kind: Kind;
      readonly from: number;
      readonly to: number;
      readonly block: BlockKind | undefined;
      readonly opens: boolean;
      /** The word that the misspelt first one was taken for. */
      readonly meant: string | undefined;
    }
  | { readonly is: "close" | "stray"; readonly at: number }
  | { readonly is: "unclosed"; readonly at: number; readonly block: BlockKind };

/** The blocks that are open at a place, innermost first. Equal states split equal texts equally. */
export interface Open {
  readonly kind: BlockKind;
  readonly outer: Open | undefined;
  /** The kinds outside this one, as bits. */
  readonly outerKinds: number;
  readonly depth: number;
}
export type SplitState = Open | undefined;
export function sameState(a: SplitState, b: SplitState): boolean {
  if (a?.depth !== b?.depth) return false;
  let x = a;
  let y = b;
  while (x !== y) {
    if (x?.kind !== y?.kind) return false;
    x = x?.outer;
    y = y?.outer;
  }
  return true;
}

/**
 * Cuts tokens into pieces. With `partial`, more text follows the tokens: a piece whose end would depend on it is not
 * given, and nothing after it.
 */
export class Splitter {
  state: SplitState;
  private i = 0;
  private starved = false;
  /** By opening brace: the brace that closes it on the same line, if one does. Made when first asked for. */
  private braces: Int32Array | undefined;

  constructor(
    private readonly tokens: readonly IToken[],
    /** The line of each token. */
    private readonly lines: Int32Array,
    state: SplitState,
    private readonly partial: boolean,
  ) {
    this.state = state;
  }

  next(): Piece | undefined {
    const piece = this.piece();
    return this.starved ? undefined : piece;
  }

  private piece(): Piece | undefined {
    const { i, state } = this;
    const token = this.tokens[i];
    if (token === undefined) return undefined;
    if (token.tokenType === t.RCurly) {
      this.i++;
      if (state === undefined) return { is: "stray", at: i };
      this.state = state.outer;
      return { is: "close", at: i };
    }
    const block = state?.kind;
    const kind = this.kindOf(block, i);
    if (kind === undefined && block !== undefined && this.endsBlock(block, i)) {
      this.state = state?.outer;
      return { is: "unclosed", at: i, block };
    }
    if (kind !== undefined) return this.statement(kind, block, undefined);
    const meant = this.misspelt(block, i);
    if (meant === undefined) return this.statement("unknown", block, undefined);
    retype(token, t.word(meant));
    return this.statement(this.kindOf(block, i) ?? "unknown", block, meant);
  }

  private statement(kind: Kind, block: BlockKind | undefined, meant: string | undefined): Piece {
    const from = this.i++;
    const inside = opensBlock(kind) ? kind : undefined;
    let opens = false;
    for (;;) {
      const token = this.peek(this.i);
      if (token === undefined) break;
      if (token.tokenType === t.LCurly) {
        if (inside !== undefined) {
          this.i++;
          opens = true;
          break;
        }
        this.i = this.afterBraces(kind, this.i);
        continue;
      }
      if (token.tokenType === t.RCurly || this.begins(kind, block, from)) break;
      // A head without its `{`, with an item of its block behind it: the brace is what is missing.
      if (inside !== undefined && this.beginsInside(inside, from)) {
        opens = true;
        break;
      }
      this.i++;
    }
    if (opens && inside !== undefined) this.state = enter(this.state, inside);
    return { is: "statement", kind, from, to: this.i, block, opens, meant };
  }

  /** The token at i; where the text goes on behind the tokens, asking beyond them ends the cutting. */
  private peek(i: number): IToken | undefined {
    const token = this.tokens[i];
    if (token === undefined && this.partial) this.starved = true;
    return token;
  }
  private firstOnLine(i: number): boolean {
    return i === 0 || this.lines[i] !== this.lines[i - 1];
  }

  /** Does token i begin something new, while a statement of `kind` that began at `from` is read? */
  private begins(kind: Kind, block: BlockKind | undefined, from: number): boolean {
    const { i } = this;
    const first = this.firstOnLine(i);
    if (first && kind === "unknown") return true;
    const token = this.tokens[i] as IToken;
    if (starters[token.tokenTypeIdx] === 1) {
      if (this.kindOf(block, i) !== undefined) return this.standsFree(kind, from, i) && !this.continues(kind, from, i);
      return block !== undefined && this.endsBlock(block, i) && !this.continues(kind, from, i);
    }
    if (block === "timeouts") return this.kindOf(block, i) !== undefined && (first || i > from + 1);
    return first && !this.wanted(kind, i) && this.misspelt(block, i) !== undefined;
  }

  private beginsInside(kind: BlockKind, from: number): boolean {
    const { i } = this;
    const token = this.tokens[i] as IToken;
    if (starters[token.tokenTypeIdx] !== 1 || i <= from + 1) return false;
    if (!this.firstOnLine(i) && !t.RESERVED_WORDS.has(token.image)) return false;
    return this.kindOf(kind, i) !== undefined && this.standsFree(kind, from, i);
  }

  /** A word behind one that wants an operand is that operand; so is a statement's second word, its name. */
  private standsFree(kind: Kind, from: number, i: number): boolean {
    const reserved = t.RESERVED_WORDS.has((this.tokens[i] as IToken).image);
    if (reserved && this.firstOnLine(i)) return true;
    if (i <= from + 1 || this.wanted(kind, i)) return false;
    return reserved || this.peek(i + 1)?.tokenType !== t.Dot;
  }
  private wanted(kind: Kind, i: number): boolean {
    const before = (this.tokens[i - 1] as IToken).tokenType;
    if (WANTING.has(before)) return true;
    if (before === WITH) return kind === "rule" || kind === "default";
    return (kind === "send" || kind === "assert") && BY_OR_AT.has(before);
  }

  private kindOf(block: BlockKind | undefined, i: number): Kind | undefined {
    const token = this.tokens[i] as IToken;
    if (block === "timeouts") return t.isName(token) ? "timeout" : undefined;
    if (starters[token.tokenTypeIdx] !== 1) return undefined;
    // `segment NAME {` inside a vnic is the next declaration.
    if (block === "vnic" && token.image === "segment" && this.firstOnLine(i) && this.headShaped(i)) return undefined;
    return kinds.get(block)?.[token.tokenTypeIdx];
  }

  /** A declaration word, or an item of an enclosing block, as the first word of a line. */
  private endsBlock(block: BlockKind, i: number): boolean {
    if (!this.firstOnLine(i)) return false;
    const { image, tokenType } = this.tokens[i] as IToken;
    if (declarations.has(tokenType)) return !PLACES[block]?.includes(image) || this.headShaped(i);
    const outside = (homes.get(tokenType) ?? 0) & (this.state?.outerKinds ?? 0);
    if (outside === 0) return false;
    return t.RESERVED_WORDS.has(image) || i === 0 || !WANTING.has((this.tokens[i - 1] as IToken).tokenType);
  }

  /** Has the statement a place for this declaration word, so that it goes on? */
  private continues(kind: Kind, from: number, i: number): boolean {
    const { image, tokenType } = this.tokens[i] as IToken;
    if (!declarations.has(tokenType)) return false;
    if (image === "service" && (kind === "rule" || kind === "assert")) return !this.headShaped(i);
    if (kind === "slot" && i === from + 2) return !(this.firstOnLine(i) && this.headShaped(i));
    if (image !== "redirect") return false;
    // The action of a rule: behind its number and title.
    const action = (kind === "default" && i === from + 1) || (kind === "rule" && i > from && i <= from + 3);
    return action && !this.headShaped(i);
  }

  /** `service NAME =`, `redirect NAME via`, `dfw NAME {`: the shape of a declaration's head. */
  private headShaped(i: number): boolean {
    const { image } = this.tokens[i] as IToken;
    if (this.peek(i + 1)?.tokenType === t.Equals) return true;
    const after = this.peek(i + 2);
    if (image === "service" || image === "group") return after?.tokenType === t.Equals;
    if (image === "redirect") return after?.image === "via" || after?.tokenType === t.LCurly;
    return after?.tokenType === t.LCurly;
  }

  /** The word that a misspelt one stands for, where what follows it fits. */
  private misspelt(block: BlockKind | undefined, i: number): string | undefined {
    const token = this.tokens[i] as IToken;
    if (token.tokenType !== t.Name) return undefined;
    const meant = nearest(token.image, itemWords(block));
    if (meant === undefined) return undefined;
    const next = this.peek(i + 1);
    if (next === undefined) return undefined;
    const named = t.isName(next) || next.tokenType === t.Str;
    switch (meant) {
      case "rule":
      case "slot":
        return next.tokenType === t.Int ? meant : undefined;
      case "section":
      case "vnic":
      case "scenario":
        return named ? meant : undefined;
      case "policy":
      case "import":
      case "assert":
      case "platform":
        return undefined;
      case "default":
        return t.RESERVED_WORDS.has(next.image) ? meant : undefined;
      case "group":
      case "service":
        return named && this.peek(i + 2)?.tokenType === t.Equals ? meant : undefined;
      case "redirect":
        return named && this.peek(i + 2)?.image === "via" ? meant : undefined;
      default:
        return declarations.has(t.word(meant)) && named && this.peek(i + 2)?.tokenType === t.LCurly ? meant : undefined;
    }
  }

  /** Past the braces that begin at `i`: a port list's, or ones that do not belong there. */
  private afterBraces(kind: Kind, i: number): number {
    const before = (this.tokens[i - 1] as IToken).tokenType;
    if (before === t.Slash || before === FROM) {
      for (let k = i + 1; ; k++) {
        const type = this.peek(k)?.tokenType;
        if (type === t.RCurly) return k + 1;
        if (type === undefined || !PORTS.has(type)) return k;
      }
    }
    this.braces ??= this.matchBraces();
    const close = this.braces[i] as number;
    if (close > 0) return close + 1;
    return kind === "unknown" ? this.afterUnknownBlock(i) : i + 1;
  }
  /** A block that nobody knows is passed over as one, up to its `}` or to a declaration that begins a line. */
  private afterUnknownBlock(i: number): number {
    let depth = 0;
    for (let k = i; ; k++) {
      const token = this.peek(k);
      if (token === undefined) return k;
      if (token.tokenType === t.LCurly) depth++;
      else if (token.tokenType === t.RCurly && --depth === 0) return k + 1;
      else if (this.firstOnLine(k) && declarations.has(token.tokenType) && this.headShaped(k)) return k;
    }
  }
  private matchBraces(): Int32Array {
    const matches = new Int32Array(this.tokens.length);
    let open: number[] = [];
    for (let k = 0; k < this.tokens.length; k++) {
      if (this.firstOnLine(k)) open = [];
      const { tokenType } = this.tokens[k] as IToken;
      if (tokenType === t.LCurly) open.push(k);
      else if (tokenType === t.RCurly) {
        const from = open.pop();
        if (from !== undefined) matches[from] = k;
      }
    }
    return matches;
  }
}

const FROM = t.word("from");

function enter(outer: SplitState, kind: BlockKind): Open {
  const outerKinds = outer === undefined ? 0 : outer.outerKinds | bitOf[outer.kind];
  return { kind, outer, outerKinds, depth: (outer?.depth ?? 0) + 1 };
}

function retype(token: IToken, type: TokenType): void {
  token.tokenType = type;
  token.tokenTypeIdx = type.tokenTypeIdx as number;
}
