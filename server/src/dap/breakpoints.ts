/**
 * Breakpoints of every kind, and what one does when the packet comes to it: its condition, its hit count, its message.
 * What a breakpoint is *at* is decided by whoever makes it; this file knows nothing of lines.
 */
import { check, evaluate, test } from "./expression/evaluate.ts";
import { parseExpression } from "./expression/parser.ts";
import { type Expression, ExpressionError } from "./expression/tree.ts";
import { type Environment, show } from "./expression/values.ts";
import type { Grain } from "./history.ts";
import type { Moment } from "./moment.ts";

/** What a client asks for, besides where. */
export interface Wish {
  readonly condition?: string;
  readonly hitCondition?: string;
  readonly logMessage?: string;
}

/** A wish understood. */
export interface Terms {
  readonly condition?: Expression;
  readonly hits?: (count: number) => boolean;
  readonly message?: readonly (string | Expression)[];
}

export interface Breakpoint {
  readonly id: number;
  /** The same for the same place in every set the client sends: what its hits are counted under. */
  readonly key: string;
  readonly terms: Terms;
  readonly at: (moment: Moment | undefined) => boolean;
  /** How finely packets must be run for it to be come to. */
  readonly grain: Grain;
}
/** Stops where a value has changed since the moment before. */
export interface Watch extends Omit<Breakpoint, "at" | "grain"> {
  readonly read: () => string | undefined;
  readonly counts: (before: string | undefined, after: string | undefined) => boolean;
  /** What the change was, in a line. */
  readonly told: (before: string | undefined, after: string | undefined) => string;
}

/** Reads a wish; throws an ExpressionError with the words to show. `nowhere` knows the names, but no packet. */
export function understand(wish: Wish, nowhere: Environment): Terms {
  const condition = wish.condition?.trim() ? checked(wish.condition, nowhere) : undefined;
  const hits = wish.hitCondition?.trim() ? hitCondition(wish.hitCondition) : undefined;
  const message = wish.logMessage ? template(wish.logMessage, nowhere) : undefined;
  return { ...(condition ? { condition } : {}), ...(hits ? { hits } : {}), ...(message ? { message } : {}) };
}

function checked(text: string, nowhere: Environment): Expression {
  const expression = parseExpression(text);
  check(expression, nowhere);
  return expression;
}

const HITS = /^(?:(==|=|!=|>=|>|<=|<)\s*)?(\d+)$/;
const EVERY = /^%\s*(\d+)(?:\s*==?\s*(\d+))?$/;
/** `3` (the third time), `>= 3`, `> 3`, `<= 3`, `< 3`, `!= 3`, `% 3` (every third), `% 3 == 1`. */
function hitCondition(text: string): (count: number) => boolean {
  const wrong = (why: string): ExpressionError =>
    new ExpressionError(`hit count ${text}: ${why}`, { start: 0, end: text.length });
  const [, operator = "==", count] = HITS.exec(text.trim()) ?? [];
  const [, every, rest = "0"] = EVERY.exec(text.trim()) ?? [];
  if (every !== undefined) {
    const n = Number(every);
    if (Number(rest) >= n) throw wrong("it never holds");
    return (hits) => hits % n === Number(rest);
  }
  if (count === undefined) throw wrong("expected a number such as 3, or >= 3, > 3, <= 3, < 3, != 3, % 3, % 3 == 1");
  const n = Number(count);
  // Hits are counted from 1.
  if ((n === 0 && (operator === "==" || operator === "=" || operator === "<=")) || (n <= 1 && operator === "<"))
    throw wrong("it never holds");
  return (hits) => COMPARE[operator]?.(hits, n) ?? hits === n;
}
const COMPARE: Readonly<Record<string, (hits: number, n: number) => boolean>> = {
  "!=": (hits, n) => hits !== n,
  ">=": (hits, n) => hits >= n,
  ">": (hits, n) => hits > n,
  "<=": (hits, n) => hits <= n,
  "<": (hits, n) => hits < n,
};

/** `packet to {ip.dst}`: `{{` and `}}` stand for the braces themselves. */
function template(text: string, nowhere: Environment): (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  const piece = /\{\{|\}\}|\{((?:[^{}]|\{[^{}]*\})*)\}|\{/g;
  let end = 0;
  for (const match of text.matchAll(piece)) {
    parts.push(text.slice(end, match.index));
    end = match.index + match[0].length;
    if (match[0] === "{")
      throw new ExpressionError("the { is not closed; {{ stands for the brace itself", {
        start: match.index,
        end: match.index + 1,
      });
    if (match[1] === undefined) parts.push(match[0].charAt(0));
    else {
      const expression = parseExpression(match[1]);
      evaluate(expression, nowhere);
      parts.push(expression);
    }
  }
  parts.push(text.slice(end));
  return parts;
}

/** The hits counted and the values seen, under each breakpoint's key. */
export interface Counted {
  readonly hits: ReadonlyMap<string, number>;
  readonly values: ReadonlyMap<string, string | undefined>;
}

export const NOTHING_COUNTED: Counted = { hits: new Map(), values: new Map() };

export interface Halt {
  readonly ids: readonly number[];
  /** What log points say, and conditions that could not be evaluated. */
  readonly messages: readonly { readonly text: string; readonly wrong: boolean }[];
}

/** The breakpoints that are set, and the hits they have had. */
export class Breakpoints {
  private all: readonly Breakpoint[] = [];
  private watches: readonly Watch[] = [];
  private hits = new Map<string, number>();
  private values = new Map<string, string | undefined>();

  set(all: readonly Breakpoint[], watches: readonly Watch[]): void {
    this.all = all;
    this.watches = watches;
    // Watched from now on: what a value was before its breakpoint was set is no change.
    for (const { key, read } of watches) if (!this.values.has(key)) this.values.set(key, read());
  }
  /** The finest grain that one of them needs. */
  get grain(): Grain {
    const needs = (grain: Grain): boolean => this.all.some((breakpoint) => breakpoint.grain === grain);
    if (this.watches.length > 0 || needs("every stop")) return "every stop";
    return needs("slots") ? "slots" : "whole";
  }
  get none(): boolean {
    return this.all.length === 0 && this.watches.length === 0;
  }
  /** A copy: the hits go on counting. */
  memory(): Counted {
    return { hits: new Map(this.hits), values: new Map(this.values) };
  }
  recall({ hits, values }: Counted): void {
    this.hits = new Map(hits);
    this.values = new Map(values);
  }

  /** Counts the breakpoints that the packet has come to, and says which of them stop it. */
  come(moment: Moment | undefined, environment: () => Environment): Halt {
    const ids: number[] = [];
    const messages: { text: string; wrong: boolean }[] = [];
    const hit = ({ id, key, terms }: Pick<Breakpoint, "id" | "key" | "terms">, told?: string): void => {
      const { condition, hits, message } = terms;
      try {
        if (condition && !test(condition, environment())) return;
        const count = (this.hits.get(key) ?? 0) + 1;
        this.hits.set(key, count);
        if (hits && !hits(count)) return;
        if (!message) ids.push(id);
        if (!message && told !== undefined) messages.push({ text: told, wrong: false });
        if (message) messages.push({ text: filled(message, environment()), wrong: false });
      } catch (error) {
        if (!(error instanceof ExpressionError)) throw error;
        // A breakpoint that cannot say whether it holds stops: better once too often than never.
        ids.push(id);
        messages.push({ text: `breakpoint condition: ${error.message}`, wrong: true });
      }
    };
    for (const breakpoint of this.all) if (breakpoint.at(moment)) hit(breakpoint);
    for (const watch of this.watches) {
      // Set after the place that the run went back to: what the value is there is no change.
      if (!this.values.has(watch.key)) {
        this.values.set(watch.key, watch.read());
        continue;
      }
      const before = this.values.get(watch.key);
      const after = watch.read();
      this.values.set(watch.key, after);
      if (before !== after && watch.counts(before, after)) hit(watch, watch.told(before, after));
    }
    return { ids, messages };
  }
}

const filled = (message: readonly (string | Expression)[], environment: Environment): string =>
  message.map((part) => (typeof part === "string" ? part : show(evaluate(part, environment)))).join("");
