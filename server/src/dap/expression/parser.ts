/**
 * Text → expression. From loosest to tightest: or, and, not, comparison, &, member. The grammar is section 8 of the
 * language's reference; names are given their meaning by `evaluate.ts`, not here.
 */
import { EmbeddedActionsParser, EOF, type IToken, type TokenType, tokenLabel } from "chevrotain";
import { stretches } from "./octets.ts";
import * as T from "./tokens.ts";
import {
  type Assignment,
  type CompareOperator,
  type Expression,
  ExpressionError,
  type Literal,
  type Place,
  type RuleName,
  type SetItem,
} from "./tree.ts";

const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const COMPARISONS: Readonly<Record<string, CompareOperator>> = {
  eq: "==",
  any_eq: "==",
  all_eq: "===",
  ne: "!=",
  all_ne: "!=",
  any_ne: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};
const place = (token: IToken): Place => ({
  start: token.startOffset,
  end: token.startOffset + token.image.length,
});
const around = (first: Place, last: Place): Place => ({ start: first.start, end: last.end });

function literal(token: IToken): Literal {
  const at = place(token);
  const text = token.image;
  switch (token.tokenType) {
    case T.Int:
      return { kind: "number", value: Number(text), ...at };
    case T.Duration: {
      const [, count, unit] = /^(\d+)([a-z]+)$/.exec(text) as unknown as [string, string, string];
      return { kind: "duration", value: Number(count) * (MILLISECONDS[unit] ?? 0), ...at };
    }
    case T.Mac:
      return { kind: "mac", text, ...at };
    case T.Octets:
      return { kind: "octets", text, ...at };
    case T.Text:
      return { kind: "text", value: unquote(text), ...at };
    case T.RawText:
      return { kind: "text", value: text.slice(2, -1), ...at };
    default:
      return { kind: "address", text, ...at };
  }
}
function unquote(text: string): string {
  return text.slice(1, -1).replace(/\\(["\\nt])/g, (_, c: string) => (c === "n" ? "\n" : c === "t" ? "\t" : c));
}

class ExpressionParser extends EmbeddedActionsParser {
  constructor() {
    super(T.TOKENS, { maxLookahead: 2, skipValidations: true });
    this.performSelfAnalysis();
  }

  readonly line = this.RULE("line", (): Expression | Assignment => {
    const left = this.SUBRULE(this.disjunction);
    const value = this.OPTION(() => {
      this.CONSUME(T.Assign);
      return this.SUBRULE1(this.disjunction);
    });
    return value
      ? this.ACTION((): Assignment => ({ kind: "assign", target: left, value, ...around(left, value) }))
      : left;
  });

  private readonly disjunction = this.RULE("disjunction", (): Expression => {
    const operands: Expression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Or, DEF: () => operands.push(this.SUBRULE(this.exclusion)) });
    return this.ACTION(() => joined("or", operands));
  });
  private readonly exclusion = this.RULE("exclusion", (): Expression => {
    const operands: Expression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.Xor, DEF: () => operands.push(this.SUBRULE(this.conjunction)) });
    return this.ACTION(() => joined("xor", operands));
  });
  private readonly conjunction = this.RULE("conjunction", (): Expression => {
    const operands: Expression[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: T.And, DEF: () => operands.push(this.SUBRULE(this.negation)) });
    return this.ACTION(() => joined("and", operands));
  });
  private readonly negation: (index?: number) => Expression = this.RULE(
    "negation",
    (): Expression =>
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(T.Not);
            const operand = this.SUBRULE(this.negation);
            return this.ACTION((): Expression => ({ kind: "not", operand, ...around(place(word), operand) }));
          },
        },
        { ALT: () => this.SUBRULE(this.comparison) },
      ]),
  );
  private readonly comparison = this.RULE("comparison", (): Expression => {
    const left = this.SUBRULE(this.bits);
    const rest = this.OPTION(() =>
      this.OR([
        {
          ALT: () => {
            const operator = this.CONSUME(T.Compare);
            const right = this.SUBRULE1(this.value);
            return (l: Expression): Expression => ({
              kind: "compare",
              operator: COMPARISONS[operator.image] ?? (operator.image as CompareOperator),
              left: l,
              right,
              ...around(l, right),
            });
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Contains);
            const right = this.SUBRULE2(this.bits);
            return (l: Expression): Expression => ({ kind: "contains", left: l, right, ...around(l, right) });
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.Matches);
            const right = this.SUBRULE3(this.bits);
            return (l: Expression): Expression => ({ kind: "matches", left: l, right, ...around(l, right) });
          },
        },
        {
          ALT: () => {
            this.CONSUME(T.In);
            const { items, end } = this.SUBRULE4(this.set);
            return (l: Expression): Expression => ({ kind: "in", left: l, items, start: l.start, end });
          },
        },
      ]),
    );
    return this.ACTION(() => (rest ? rest(left) : left));
  });
  /** After a comparison `in` is a value: `direction == in`. */
  private readonly value = this.RULE(
    "value",
    (): Expression =>
      this.OR([
        {
          ALT: () => {
            const word = this.CONSUME(T.In);
            return this.ACTION((): Expression => ({ kind: "name", text: "in", quoted: false, ...place(word) }));
          },
        },
        { ALT: () => this.SUBRULE(this.bits) },
      ]),
  );
  private readonly set = this.RULE("set", (): { items: SetItem[]; end: number } =>
    this.OR([
      {
        ALT: () => {
          const items: SetItem[] = [];
          this.CONSUME(T.OpenSet);
          this.AT_LEAST_ONE(() => {
            items.push(this.SUBRULE(this.item));
            this.OPTION(() => this.CONSUME(T.Comma));
          });
          const close = this.CONSUME(T.CloseSet);
          return this.ACTION(() => ({ items, end: place(close).end }));
        },
      },
      {
        ALT: () => {
          const one = this.SUBRULE(this.member);
          return this.ACTION(() => ({ items: [one], end: one.end }));
        },
      },
    ]),
  );
  private readonly item = this.RULE("item", (): SetItem => {
    const from = this.SUBRULE(this.primary);
    const to = this.OPTION(() => {
      this.CONSUME(T.To);
      return this.SUBRULE1(this.primary);
    });
    return this.ACTION(() => {
      if (!to) return from;
      if (!isLiteral(from) || !isLiteral(to))
        throw new ExpressionError("a range goes from one value to another: 1000..2000", around(from, to));
      return { kind: "range", from, to, ...around(from, to) } as const;
    });
  });
  private readonly bits = this.RULE("bits", (): Expression => {
    const left = this.SUBRULE(this.member);
    const right = this.OPTION(() => {
      this.CONSUME(T.BitAnd);
      return this.SUBRULE1(this.member);
    });
    return this.ACTION(() => (right ? { kind: "bits", left, right, ...around(left, right) } : left));
  });
  private readonly member = this.RULE("member", (): Expression => {
    let object = this.SUBRULE(this.primary);
    this.MANY(() => {
      this.CONSUME(T.Dot);
      const name = this.CONSUME(T.Name);
      object = this.ACTION(() => ({
        kind: "member",
        object,
        name: name.image,
        ...around(object, place(name)),
      }));
    });
    const cut = this.OPTION(() => this.CONSUME(T.Slice));
    return this.ACTION(() => {
      if (!cut) return object;
      const at = place(cut);
      return { kind: "slice", object, ranges: stretches(cut.image, at), ...around(object, at) };
    });
  });
  private readonly primary = this.RULE(
    "primary",
    (): Expression =>
      this.OR([
        {
          ALT: () => {
            this.CONSUME(T.Open);
            const inner = this.SUBRULE(this.disjunction);
            this.CONSUME(T.Close);
            return inner;
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(T.Name);
            const argument = this.OPTION(() => {
              this.CONSUME1(T.Open);
              const rule = this.SUBRULE(this.ruleName);
              const close = this.CONSUME1(T.Close);
              return this.ACTION(() => ({ rule, end: place(close).end }));
            });
            return this.ACTION((): Expression => {
              const at = place(name);
              return argument
                ? { kind: "call", name: name.image, argument: argument.rule, start: at.start, end: argument.end }
                : { kind: "name", text: name.image, quoted: false, ...at };
            });
          },
        },
        { ALT: () => this.literal(T.Int, 1) },
        { ALT: () => this.literal(T.Duration, 2) },
        { ALT: () => this.literal(T.Text, 3) },
        { ALT: () => this.literal(T.Mac, 4) },
        { ALT: () => this.literal(T.Ipv4, 5) },
        { ALT: () => this.literal(T.Ipv6, 6) },
        { ALT: () => this.literal(T.Octets, 7) },
        { ALT: () => this.literal(T.RawText, 8) },
      ]),
  );
  private literal(type: TokenType, index: number): Literal {
    const token = this.consume(index, type);
    return this.ACTION(() => literal(token));
  }
  /** `1001`; `east-west.1001`, which the lexer sees as one name; `"East West".1001` in three. */
  private readonly ruleName = this.RULE(
    "ruleName",
    (): RuleName =>
      this.OR([
        {
          ALT: () => {
            const id = this.CONSUME(T.Int);
            return this.ACTION(() => ({ id: Number(id.image), ...place(id) }));
          },
        },
        {
          ALT: () => {
            const name = this.CONSUME(T.Name);
            return this.ACTION(() => {
              const parts = /^(.*)\.(\d+)$/.exec(name.image);
              if (!parts) throw new ExpressionError("expected a rule's number, or BLOCK.NUMBER", place(name));
              return { block: parts[1] as string, id: Number(parts[2]), ...place(name) };
            });
          },
        },
        {
          ALT: () => {
            const block = this.CONSUME(T.Text);
            this.CONSUME(T.Dot);
            const id = this.CONSUME1(T.Int);
            return this.ACTION(() => ({
              block: unquote(block.image),
              id: Number(id.image),
              ...around(place(block), place(id)),
            }));
          },
        },
      ]),
  );
}

const joined = (kind: "or" | "xor" | "and", operands: readonly Expression[]): Expression => {
  const [first, ...others] = operands as [Expression, ...Expression[]];
  const last = others.at(-1);
  return last ? { kind, operands, ...around(first, last) } : first;
};
const isLiteral = (e: Expression): e is Literal =>
  e.kind === "number" || e.kind === "text" || e.kind === "address" || e.kind === "mac" || e.kind === "duration";

let parser: ExpressionParser | undefined;

/** Nobody types more; a lexer's stack has its end. */
const LONGEST = 1_000_000;

/** One line of the console, a condition, a watch. Throws an ExpressionError that says what is wrong and where. */
export function parseLine(text: string): Expression | Assignment {
  if (text.length > LONGEST)
    throw new ExpressionError(`this is too long: ${LONGEST} characters at most`, { start: 0, end: 1 });
  const { tokens, errors } = T.lexer().tokenize(text);
  const odd = errors[0];
  if (odd) {
    const at = { start: odd.offset, end: odd.offset + odd.length };
    const found = text.slice(at.start, at.end);
    const open = found.startsWith('"') ? "the text has no closing quote" : "the slice has no closing ]";
    const why = /^["[]/.test(found) ? open : `unexpected ${found}`;
    throw new ExpressionError(found.startsWith("-") ? `${why}; a range is written 1..100` : why, at);
  }
  if (tokens.length === 0) throw new ExpressionError("expected an expression", { start: 0, end: text.length });
  refuse(tokens);
  parser ??= new ExpressionParser();
  parser.input = tokens;
  const line = parser.line();
  const mistake = parser.errors[0];
  if (mistake) throw new ExpressionError(...explain(mistake.token, tokens, text));
  return line;
}

/** Parentheses and `not` open at a time: what is nested deeper nobody has written by hand. */
const DEEPEST = 200;
const FUNCTIONS: ReadonlySet<string> = new Set(["rule", "matches"]);
/** Refuses what the grammar would tell in its own words only: functions that do not exist, and nesting without end. */
function refuse(tokens: readonly IToken[]): void {
  let depth = 0;
  let negations = 0;
  for (const [i, token] of tokens.entries()) {
    const { tokenType, image } = token;
    const next = tokens[i + 1];
    if (tokenType === T.Name && next?.tokenType === T.Open && !FUNCTIONS.has(image))
      throw new ExpressionError(`there is no function ${image}; there are rule(N) and matches(N)`, place(token));
    if (tokenType === T.Name && next?.tokenType !== T.Open && FUNCTIONS.has(image))
      throw new ExpressionError(
        `expected a rule's number, such as ${image}(1001) or ${image}(BLOCK.1001)`,
        place(token),
      );
    depth += tokenType === T.Open ? 1 : tokenType === T.Close ? -1 : 0;
    negations = tokenType === T.Not ? negations + 1 : tokenType === T.Open ? negations : 0;
    if (depth + negations > DEEPEST) throw new ExpressionError("this is nested too deeply", place(token));
  }
}

/** An expression; an assignment is an error (it changes the packet, and a condition must not). */
export function parseExpression(text: string): Expression {
  const line = parseLine(text);
  if (line.kind === "assign")
    throw new ExpressionError("= sets a field, in the debug console only; == compares", {
      start: line.target.end,
      end: line.value.start,
    });
  return line;
}

function explain(token: IToken, tokens: readonly IToken[], text: string): [string, Place] {
  const ended = token.tokenType === EOF;
  const before = ended ? tokens.at(-1) : tokens[tokens.indexOf(token) - 1];
  const at = ended ? { start: text.length, end: text.length } : place(token);
  const wants = before && wantsValue(before.tokenType);
  const found = ended ? "the end" : token.image;
  const opens = before?.tokenType === T.Open ? tokens[tokens.indexOf(before) - 1] : undefined;
  if (opens?.tokenType === T.Name)
    return [`expected a rule's number, such as ${opens.image}(1001) or ${opens.image}(BLOCK.1001), found ${found}`, at];
  if (!before || wants) return [`expected a field or a value, found ${found}`, at];
  if (before.tokenType === T.In) return [`expected a set {80 443} or a name of the policy, found ${found}`, at];
  if (ended && tokens.some((t) => t.tokenType === T.OpenSet) && !tokens.some((t) => t.tokenType === T.CloseSet))
    return ["expected } to close the set", at];
  if (ended) return [`expected ${tokenLabel(T.Close)}, found the end`, at];
  return [`expected an operator (==, !=, <, <=, >, >=, in, and, or), found ${found}`, at];
}
const wantsValue = (type: TokenType): boolean =>
  type === T.And ||
  type === T.Or ||
  type === T.Xor ||
  type === T.Not ||
  type === T.Compare ||
  type === T.Contains ||
  type === T.Matches ||
  type === T.BitAnd ||
  type === T.Assign ||
  type === T.Open ||
  type === T.OpenSet;
