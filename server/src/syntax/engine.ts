/**
 * Chevrotain, bent to this language: the parser reads a part of a token array, builds no concrete tree, and writes what
 * it reads into the statement at once, so that a mistake later on loses nothing. `ERR_MSG` is what could stand at a
 * place, in words of the language; `mistakes.ts` makes the sentence.
 *
 * Chevrotain finds the grammar by running every rule once with made-up tokens, and from it what may stand at each place.
 * That would be the longest part of every start, so what it finds is kept: `lookahead.ts`. The speed of all policies
 * hangs on a few rules, so alternatives are made once and not on every call.
 */
import {
  EmbeddedActionsParser,
  type IOrAlt,
  type IToken,
  NoViableAltException,
  type ParserMethod,
  type TokenType,
} from "chevrotain";
import { LOOKAHEAD } from "./lookahead.ts";
import { foundInstead, MESSAGES } from "./mistakes.ts";
import { type ByPlace, numberAt, spanAt } from "./nodes.ts";
import { unquote } from "./strings.ts";
import * as t from "./tokens.ts";
import type * as tree from "./tree.ts";

export type Mutable<T> = { -readonly [K in keyof T]: T[K] };
export type Rule<T = void> = ParserMethod<[], T>;
/** A rule that takes one token, and what it makes of it; `usual`: the type that it mostly is. */
export type Leaf<T> = Rule<T> & { readonly usual: number; readonly make: (token: IToken) => T };

const word = t.word;
export const list = (words: readonly string[]): string => words.join(", ");
export const typesOf = (words: readonly string[]): ReadonlySet<number> =>
  new Set(words.map((text) => word(text).tokenTypeIdx as number));

/** What the engine could not take, and what it wanted there; none when tokens are left over at the end. */
export interface Failure {
  readonly wanted: string;
}

const STR = t.Str.tokenTypeIdx;
/** Types of tokens have numbers from 1; Chevrotain's own are among them. */
const TYPES = 1 + Math.max(...t.VOCABULARY.map(({ tokenTypeIdx = 0 }) => tokenTypeIdx));

/** In the order of Chevrotain's keys. */
export const METHODS = ["OR", "OPTION", "MANY", "AT_LEAST_ONE", "MANY_SEP", "AT_LEAST_ONE_SEP"];
/** Which alternative the next token begins, or whether it begins what is optional. */
type Lookahead = (this: Engine) => number | undefined | boolean;

export abstract class Engine extends EmbeddedActionsParser {
  declare private currIdx: number;
  declare private tokVector: IToken[];
  declare private tokVectorLength: number;
  declare private RULE_STACK_IDX: number;
  declare private RULE_OCCURRENCE_STACK_IDX: number;
  declare private consumeToken: () => void;
  declare private tokensMap: Record<string, TokenType>;
  declare private fullRuleNameToShort: Record<string, number>;
  declare private selfAnalysisDone: boolean;
  declare private setLaFuncCache: (rule: number, key: number, choose: Lookahead) => void;
  declare protected LA_FAST: (howMuch: number) => IToken;

  /** Offset of the chunk in the text that the tokens are from: spans are relative to it. */
  protected base = 0;
  /** Mistakes that do not stop the reading. */
  protected slips: tree.SyntaxError[] = [];
  protected failure: Failure | undefined;

  constructor() {
    super([...t.VOCABULARY], {
      maxLookahead: 1,
      skipValidations: true,
      recoveryEnabled: false,
      errorMessageProvider: MESSAGES,
    });
  }

  /** Stands for `performSelfAnalysis`, once all rules are there: says of every rule which token leads where. */
  protected takeLookahead(): void {
    this.selfAnalysisDone = true;
    // As Chevrotain does there: what V8 takes for a prototype it makes quick to look things up in.
    Object.create(this);
    for (const line of LOOKAHEAD.trim().split("\n")) {
      const [place = "", ...choices] = line.split(" | ");
      const [rule = "", method = "", occurrence = ""] = place.split(" ");
      const key = ((METHODS.indexOf(method) + 1) << 8) | Number(occurrence);
      this.setLaFuncCache(this.fullRuleNameToShort[rule] as number, key, this.chooser(method, choices));
    }
  }
  private chooser(method: string, choices: readonly string[]): Lookahead {
    const alternatives = new Int8Array(TYPES).fill(-1);
    for (const [index, names] of choices.entries())
      for (const name of names.split(" ")) {
        const { tokenTypeIdx = 0, categoryMatches = [] } = this.tokensMap[name] as TokenType;
        for (const type of [tokenTypeIdx, ...categoryMatches])
          if (alternatives[type] === -1) alternatives[type] = index;
      }
    if (method === "OR")
      return function (this: Engine) {
        const index = alternatives[this.LA_FAST(1).tokenTypeIdx] as number;
        return index < 0 ? undefined : index;
      };
    return function (this: Engine) {
      return alternatives[this.LA_FAST(1).tokenTypeIdx] === 0;
    };
  }

  // ---- the engine, bent to read a part of a token array ---------------------------------------------------------

  /** Runs `entry` on tokens[start, end). Gives the index of the token that it could not take; `end` when all is well. */
  protected run(entry: Rule, tokens: IToken[], start: number, end: number): number {
    this.tokVector = tokens;
    this.tokVectorLength = end;
    this.currIdx = start - 1;
    this.RULE_STACK_IDX = -1;
    this.RULE_OCCURRENCE_STACK_IDX = -1;
    this.failure = undefined;
    // Chevrotain looks a token ahead without checking bounds, and wants an end there.
    const after = tokens[end];
    tokens[end] = t.END;
    try {
      entry.call(this);
    } finally {
      if (after === undefined) tokens.length = end;
      else tokens[end] = after;
    }
    return this.currIdx + 1;
  }
  // Chevrotain pads the tokens here, and complains of what is left: `run` and its callers do both.
  onBeforeParse(): void {}
  onAfterParse(): void {}
  /** Stays where it failed: that is the place of the mistake. */
  moveToTerminatedState(): void {}
  SAVE_ERROR(error: Error): Error {
    this.failure = { wanted: error.message };
    return error;
  }
  raiseNoAltException(_occurrence: number, wanted = "something else"): never {
    throw this.SAVE_ERROR(new NoViableAltException(wanted, this.LA(1), this.LA(0)));
  }
  raiseEarlyExitException(_occurrence: number, _kind: unknown, wanted = "something else"): never {
    throw this.SAVE_ERROR(new NoViableAltException(wanted, this.LA(1), this.LA(0)));
  }

  // ---- nodes ----------------------------------------------------------------------------------------------------

  protected span(token: IToken): tree.Span {
    if (this.RECORDING_PHASE) return MADE_UP;
    return spanAt((token.startOffset - this.base) | 0, token.image.length);
  }
  /** What a word makes that stands alone. */
  protected alone<T>(token: IToken, known: ByPlace<T>, make: (start: number, type: number) => T): T {
    if (this.RECORDING_PHASE) return make(0, t.END.tokenTypeIdx);
    return known.of((token.startOffset - this.base) | 0, token.tokenTypeIdx, make);
  }
  protected startOf(token: IToken): number {
    return this.RECORDING_PHASE ? 0 : (token.startOffset - this.base) | 0;
  }
  /** End of the token read last. */
  protected lastEnd(): number {
    const token = this.tokVector[this.currIdx];
    return token === undefined ? 0 : (token.startOffset + token.image.length - this.base) | 0;
  }
  protected toName(token: IToken): tree.Name {
    if (this.RECORDING_PHASE) return MADE_UP;
    const start = (token.startOffset - this.base) | 0;
    const end = start + token.image.length;
    return token.tokenTypeIdx === t.Str.tokenTypeIdx
      ? { start, end, text: unquote(token.image), quoted: true }
      : { start, end, text: token.image, quoted: false };
  }
  protected toNameAlone<T>(token: IToken, Node: new (start: number, end: number, text: string) => T): T {
    if (this.RECORDING_PHASE) return new Node(0, 0, "");
    const { image } = token;
    const start = (token.startOffset - this.base) | 0;
    return new Node(start, start + image.length, token.tokenTypeIdx === STR ? unquote(image) : image);
  }
  protected toText(token: IToken): tree.Text {
    if (this.RECORDING_PHASE) return MADE_UP;
    const start = (token.startOffset - this.base) | 0;
    return { start, end: start + token.image.length, text: unquote(token.image) };
  }
  protected toInt(token: IToken): tree.Int {
    if (this.RECORDING_PHASE) return MADE_UP;
    const start = (token.startOffset - this.base) | 0;
    return numberAt(start, token.image);
  }
  protected toWord(token: IToken): tree.Word {
    if (this.RECORDING_PHASE) return MADE_UP;
    const start = (token.startOffset - this.base) | 0;
    return { start, end: start + token.image.length, text: token.image };
  }
  private toAddress(token: IToken): tree.AddressText {
    if (this.RECORDING_PHASE) return MADE_UP;
    const start = (token.startOffset - this.base) | 0;
    const end = start + token.image.length;
    const idx = token.tokenTypeIdx;
    const mac = idx === t.MacDashes.tokenTypeIdx || (idx === t.Colons.tokenTypeIdx && isMac(token.image));
    const kind = mac ? "mac" : idx === t.Dotted.tokenTypeIdx ? "ipv4" : "ipv6";
    return { start, end, text: token.image, kind };
  }

  protected slip(
    span: tree.Span,
    message: string,
    expected?: readonly string[],
    code: tree.SyntaxError["code"] = "syntax-error",
  ): void {
    if (this.RECORDING_PHASE) return;
    this.slips.push({ code, start: span.start, end: span.end, message, expected });
  }
  /**
   * Whether what begins with `type` is to be tried: where it cannot be there, a repetition or an option, and what they
   * close over, need not be made.
   */
  protected mayBe(type: TokenType): boolean {
    return this.RECORDING_PHASE || this.LA_FAST(1).tokenTypeIdx === type.tokenTypeIdx;
  }
  /** What begins with `type`, where it stands here: an OPTION that is decided without Chevrotain. */
  protected optional<T>(type: TokenType, option: () => T): T | undefined {
    if (this.RECORDING_PHASE) return this.OPTION(option);
    return this.LA_FAST(1).tokenTypeIdx === type.tokenTypeIdx ? option() : undefined;
  }
  /** The token by which an alternative was chosen: it is one of those that begin it, and nothing is asked again. */
  protected chosen(among: () => IToken): IToken {
    if (this.RECORDING_PHASE) return among();
    const token = this.LA_FAST(1);
    this.consumeToken();
    return token;
  }
  protected skip(): void {
    this.consumeToken();
  }

  /** Alternatives that take one token each. */
  protected oneOf(...types: TokenType[]): IOrAlt<IToken>[] {
    return types.map((type) => ({ ALT: () => this.consume(0, type) }));
  }
  protected oneOfWords(words: readonly string[]): IOrAlt<IToken>[] {
    return this.oneOf(...words.map(word));
  }
  /** A word with a fixed choice. Any other name is taken too, and told. */
  protected choice(rule: string, what: string, words: readonly string[]): Rule<tree.Word> {
    const allowed = typesOf(words);
    const alternatives = { DEF: this.oneOfWords(words), ERR_MSG: `${what}: ${list(words)}` };
    return this.RULE(rule, () => {
      const next = this.LA(1);
      if (!allowed.has(next.tokenTypeIdx) && t.isName(next)) {
        this.slip(this.span(next), `expected ${what}: ${list(words)}; ${foundInstead(next.image, words)}`, words);
        this.consumeToken();
        return this.toWord(next);
      }
      return this.toWord(this.OR(alternatives));
    });
  }
  /** A name of some sort: the rule's own name is what `follow.ts` tells the sorts apart by. */
  protected nameRule(rule: string, what: string): Leaf<tree.Name> {
    return this.namedRule(rule, what, (token) => this.toName(token));
  }
  /** The same where the name is made into something. */
  protected namedRule<T>(rule: string, what: string, make: (token: IToken) => T): Leaf<T> {
    const alternatives = { DEF: this.oneOf(t.Name, t.Str), ERR_MSG: what };
    return Object.assign(
      this.RULE(rule, () => make(this.OR(alternatives))),
      { usual: t.Name.tokenTypeIdx as number, make },
    );
  }
  protected intRule(rule: string, what: string): Leaf<tree.Int> {
    const options = { ERR_MSG: what };
    const make = (token: IToken) => this.toInt(token);
    return Object.assign(
      this.RULE(rule, () => make(this.CONSUME(t.Int, options))),
      { usual: t.Int.tokenTypeIdx as number, make },
    );
  }
  protected textRule(rule: string, what: string): Leaf<tree.Text> {
    const options = { ERR_MSG: what };
    const make = (token: IToken) => this.toText(token);
    return Object.assign(
      this.RULE(rule, () => make(this.CONSUME(t.Str, options))),
      { usual: t.Str.tokenTypeIdx as number, make },
    );
  }
  /** What a rule of one token makes; where it is the usual one, without what Chevrotain does around a rule. */
  protected leaf<T>(rule: Leaf<T>): T {
    if (this.RECORDING_PHASE) return this.SUBRULE(rule);
    const token = this.LA_FAST(1);
    if (token.tokenTypeIdx !== rule.usual) return this.SUBRULE(rule);
    this.consumeToken();
    return rule.make(token);
  }
  protected addressRule(rule: string, what: string): Rule<tree.AddressText> {
    const alternatives = { DEF: this.oneOf(t.Dotted, t.Colons, t.MacDashes), ERR_MSG: what };
    return this.RULE(rule, () => this.toAddress(this.OR(alternatives)));
  }
}

/** What a rule reads while Chevrotain records the grammar. */
const MADE_UP = { start: 0, end: 0, text: "", quoted: false, value: 0, kind: "ipv4" as const };

/** `00:50:56:aa:01:11`, and what was meant as one: groups of two at most, six of them or fewer. */
function isMac(image: string): boolean {
  return /^[0-9A-Za-z]{1,2}(?::[0-9A-Za-z]{1,3}){1,6}$/.test(image) && image.split(":").length <= 6;
}
