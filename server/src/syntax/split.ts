/**
 * Tokens → statements, before any of them is parsed: where each begins, what it is, and how blocks nest.
 *
 * Inside braces, reading resumes at the block's own next item or its `}`. A declaration word ends the block only as
 * the first word of a line and where the block's own grammar has no place for it; so one missing brace costs one
 * finding and not the rest of the file.
 */
import type { IToken } from "chevrotain";
import * as t from "./tokens.ts";
import type { Statement } from "./tree.ts";

export type Kind = Statement["kind"];
export type BlockKind = Extract<
  Kind,
  "segment" | "vm" | "vnic" | "acl" | "swsec" | "dfw" | "encryption" | "appliance" | "redirect" | "chain" | "scenario" | "section" | "timeouts" | "inspect"
>;

const DECLARATIONS: Readonly<Record<string, Kind>> = Object.fromEntries(
  ["policy", "platform", "import", "segment", "vm", "group", "service", "acl", "swsec", "dfw", "appliance", "redirect", "encryption", "chain", "scenario", "assert"].map(
    (word) => [word, word as Kind],
  ),
);
const RULES = { rule: "rule", default: "default" } as const;
/** What may stand in a block: the word that begins it, and the kind of statement it is. */
const ITEMS: Readonly<Record<BlockKind, Readonly<Record<string, Kind>>>> = {
  segment: { vni: "vni", vlan: "vlan", subnet: "subnet", gateway: "gateway" },
  vm: { tags: "tags", vnic: "vnic" },
  vnic: { mac: "mac", ip: "ip", segment: "in-segment" },
  acl: RULES,
  inspect: RULES,
  redirect: RULES,
  encryption: { ...RULES, key: "key" },
  swsec: {
    spoofguard: "spoofguard",
    "allow-local": "allow-local",
    bind: "bind",
    discover: "discover",
    "arp-suppression": "arp-suppression",
    block: "block",
    limit: "limit",
  },
  dfw: { exclude: "exclude", timeouts: "timeouts", section: "section", default: "default" },
  section: { rule: "rule" },
  timeouts: {},
  appliance: { vendor: "vendor", fail: "fail", inspect: "inspect" },
  chain: { slot: "slot" },
  scenario: { send: "send", wait: "wait", set: "set", approve: "approve", rotate: "rotate", replay: "replay" },
};
const BLOCKS = new Set(Object.keys(ITEMS));
const opensBlock = (kind: Kind): kind is BlockKind => BLOCKS.has(kind);
/** Words that begin an item of some block, for a word that stands in the wrong one. */
export const itemWords = (block: BlockKind | undefined): string[] =>
  block === "timeouts" ? [] : Object.keys(block ? ITEMS[block] : DECLARATIONS);

/** A piece of the text, in order: a statement, the `}` of a block, or the place where a block's `}` is missing. */
export type Piece =
  | { readonly is: "statement"; readonly kind: Kind; readonly from: number; readonly to: number; readonly opened?: BlockKind; readonly block?: BlockKind }
  | { readonly is: "close"; readonly at: number }
  | { readonly is: "stray"; readonly at: number }
  | { readonly is: "unclosed"; readonly at: number; readonly block: BlockKind };

/** What the splitter knows between two statements. Equal states split equal texts equally. */
export interface SplitState {
  /** Open blocks, outermost first. */
  readonly stack: readonly BlockKind[];
  /** The statement before, and whether it could go on with a word that would else end the block. */
  readonly last: string;
}
export const START: SplitState = { stack: [], last: "" };
export const sameState = (a: SplitState, b: SplitState): boolean =>
  a.last === b.last && a.stack.length === b.stack.length && a.stack.every((kind, i) => kind === b.stack[i]);

/**
 * Cuts tokens into pieces. `firstOnLine(i)` tells whether token i is the first of its line; `done` is asked before each
 * piece with the state there, and stops the cutting by answering true.
 */
export class Splitter {
  private readonly stack: BlockKind[];
  private last: string;
  private i = 0;

  constructor(
    private readonly tokens: readonly IToken[],
    private readonly firstOnLine: (index: number) => boolean,
    state: SplitState,
  ) {
    this.stack = [...state.stack];
    this.last = state.last;
  }

  get state(): SplitState {
    return { stack: [...this.stack], last: this.last };
  }

  next(): Piece | undefined {
    const token = this.tokens[this.i];
    if (!token) return undefined;
    const block = this.stack.at(-1);
    if (token.tokenType === t.RCurly) {
      this.last = "";
      const at = this.i++;
      if (!block) return { is: "stray", at };
      this.stack.pop();
      return { is: "close", at };
    }
    let kind = this.kindOf(block, this.i);
    if (!kind && block && this.endsBlock(this.i)) {
      this.stack.pop();
      return { is: "unclosed", at: this.i, block };
    }
    kind ??= "unknown";
    return this.statement(kind, block);
  }

  private statement(kind: Kind, block: BlockKind | undefined): Piece {
    const from = this.i++;
    let opened: BlockKind | undefined;
    while (this.i < this.tokens.length) {
      const token = this.tokens[this.i] as IToken;
      if (token.tokenType === t.LCurly) {
        if (opensBlock(kind)) {
          this.i++;
          opened = kind;
          break;
        }
        this.i = this.afterBraces(this.i, from);
        continue;
      }
      if (token.tokenType === t.RCurly || this.begins(kind, block, from)) break;
      this.i++;
    }
    // A head without its `{`, with an item of its block behind it: the brace is what is missing.
    const behind = this.tokens[this.i];
    if (!opened && opensBlock(kind) && behind && behind.tokenType !== t.RCurly && this.kindOf(kind, this.i) && !this.isDeclaration(this.i)) opened = kind;
    if (opened) this.stack.push(opened);
    this.last = opened ? "" : this.signature(kind, block, from, this.i);
    return { is: "statement", kind, from, to: this.i, opened, block };
  }

  /** Past the braces that begin at `i`: a port list's, or, where none belong, to the matching one on the same line. */
  private afterBraces(i: number, from: number): number {
    const before = this.tokens[i - 1] as IToken;
    const list = before.tokenType === t.Slash || before.tokenType === t.word("from");
    let depth = 0;
    for (let k = i; k < this.tokens.length; k++) {
      const { tokenType } = this.tokens[k] as IToken;
      if (k > from && this.firstOnLine(k) && !list) return i + 1;
      if (list && k > i && !PORTS.has(tokenType)) return k;
      if (tokenType === t.LCurly) depth++;
      if (tokenType === t.RCurly && --depth === 0) return k + 1;
    }
    return list ? this.tokens.length : i + 1;
  }

  /** Does token i (the current one) begin something new, while a statement of `kind` that began at `from` is read? */
  private begins(kind: Kind, block: BlockKind | undefined, from: number): boolean {
    const i = this.i;
    if (this.kindOf(block, i) && this.standsFree(i, from) && !this.continues(kind, block, from, i)) return true;
    if (kind === "unknown" && this.firstOnLine(i)) return true;
    return block !== undefined && this.endsBlock(i) && !this.continues(kind, block, from, i);
  }

  /** A contextual word right after the first word, or beside a dot or a comma, is a name. */
  private standsFree(i: number, from: number): boolean {
    const token = this.tokens[i] as IToken;
    if (t.RESERVED_WORDS.has(token.image)) return true;
    const before = (this.tokens[i - 1] as IToken).tokenType;
    const after = this.tokens[i + 1]?.tokenType;
    return i > from + 1 && before !== t.Dot && before !== t.Comma && after !== t.Dot;
  }

  private kindOf(block: BlockKind | undefined, i: number): Kind | undefined {
    const { image, tokenType } = this.tokens[i] as IToken;
    if (tokenType === t.Str) return undefined;
    if (block === "timeouts") return t.RESERVED_WORDS.has(image) || !/^[A-Za-z_]/.test(image) ? undefined : "timeout";
    const items = block ? ITEMS[block] : DECLARATIONS;
    if (!Object.hasOwn(items, image)) return undefined;
    // `segment NAME {` inside a vnic is the next declaration.
    if (block === "vnic" && image === "segment" && this.firstOnLine(i) && this.tokens[i + 2]?.tokenType === t.LCurly) return undefined;
    return items[image];
  }

  private isDeclaration(i: number): boolean {
    const { image, tokenType } = this.tokens[i] as IToken;
    return tokenType !== t.Str && Object.hasOwn(DECLARATIONS, image) && this.firstOnLine(i) && this.headShaped(i);
  }

  /** A declaration word, or an item of an enclosing block, as the first word of a line. */
  private endsBlock(i: number): boolean {
    if (!this.firstOnLine(i)) return false;
    const { image, tokenType } = this.tokens[i] as IToken;
    if (tokenType === t.Str || !t.RESERVED_WORDS.has(image)) return false;
    if (Object.hasOwn(DECLARATIONS, image)) return true;
    return this.stack.slice(0, -1).some((outer) => Object.hasOwn(ITEMS[outer], image));
  }

  /** Has the statement a place for this word, so that it does not begin a declaration? */
  private continues(kind: Kind, block: BlockKind | undefined, from: number, i: number): boolean {
    const { image } = this.tokens[i] as IToken;
    if (!Object.hasOwn(DECLARATIONS, image)) return false;
    if (image === "service" && (kind === "rule" || kind === "assert")) return !this.headShaped(i);
    const words = this.signature(kind, block, from, i);
    if (words === "slot?") return true;
    if (words === "rule?" && image === "redirect") return !this.headShaped(i);
    return false;
  }

  /** `service NAME =`, `redirect NAME via`, `dfw NAME {`: the shape of a declaration's head. */
  private headShaped(i: number): boolean {
    const { image } = this.tokens[i] as IToken;
    const next = this.tokens[i + 1];
    if (next?.tokenType === t.Equals) return true;
    const after = this.tokens[i + 2];
    if (image === "service" || image === "group") return after?.tokenType === t.Equals;
    if (image === "redirect") return after?.image === "via" || after?.tokenType === t.LCurly;
    return true;
  }

  /** What of a statement so far decides whether a word goes on with it. */
  private signature(kind: Kind, block: BlockKind | undefined, from: number, to: number): string {
    const rest = this.tokens.slice(from + 1, Math.min(to, from + 4));
    if (kind === "slot" && to === from + 2 && rest[0]?.tokenType === t.Int) return "slot?";
    if (kind === "rule" && block === "redirect" && to - from <= 3 && rest.every(({ tokenType }) => tokenType === t.Int || tokenType === t.Str)) return "rule?";
    return kind === "assert" || kind === "rule" ? kind : kind === "unknown" ? kind : "";
  }
}

const PORTS = new Set([t.LCurly, t.RCurly, t.Int, t.Dash, t.Comma]);
