/**
 * What the grammar takes at a place: its own follow sets, from the productions that Chevrotain records of the parser.
 * The tokens before the place are run through them; where that ends, the terminals that could come next are told,
 * each with the rule that wants it (`endpointName`, `slotNumber`): the rule's name is the sort of what is wanted.
 */
import {
  Alternation,
  type Alternative,
  type IProduction,
  type IToken,
  NonTerminal,
  Option,
  Repetition,
  RepetitionMandatory,
  RepetitionMandatoryWithSeparator,
  RepetitionWithSeparator,
  type Rule,
  Terminal,
  type TokenType,
  tokenMatcher,
} from "chevrotain";
import { type Kind, productionsOfGrammar, statementParser } from "../syntax/parser.ts";

export interface Wanted {
  /** The token's type: a word of the grammar by its text, else `Name`, `Int`, `String` … */
  readonly token: TokenType;
  /** The innermost rule that wants it. */
  readonly rule: string;
}
export interface Expected {
  readonly wanted: readonly Wanted[];
  /** Whether the statement can end here. */
  readonly whole: boolean;
}

/** A place in the productions: what is still to come here, and then further out. */
interface Place {
  readonly items: readonly IProduction[];
  readonly at: number;
  readonly rule: string;
  readonly then?: Place;
}
interface Step {
  readonly terminal: Terminal;
  readonly rule: string;
  readonly rest: Place;
}

let productions: Readonly<Record<string, Rule>> | undefined;
let entries: Readonly<Record<Kind, string>> | undefined;

/** Made when completion is first asked for: a server that only checks needs none. */
function grammar() {
  if (productions === undefined || entries === undefined) {
    productions = productionsOfGrammar();
    entries = Object.fromEntries(
      Object.entries(statementParser().entries).map(([kind, rule]) => [
        kind,
        (rule as unknown as { ruleName: string }).ruleName,
      ]),
    ) as Record<Kind, string>;
  }
  return { productions, entries };
}

/** What a statement of a kind takes after these tokens; undefined when they are no beginning of one. */
export function expectedAfter(kind: Kind, tokens: readonly IToken[]): Expected | undefined {
  const { productions: rules, entries: starts } = grammar();
  const start = rules[starts[kind]];
  if (start === undefined) return undefined;
  let steps: Step[] = [];
  let whole = expand({ items: start.definition, at: 0, rule: start.name }, steps);
  for (const token of tokens) {
    const next: Step[] = [];
    whole = false;
    for (const step of steps)
      if (tokenMatcher(token, step.terminal.terminalType)) whole = expand(step.rest, next) || whole;
    if (next.length === 0 && !whole) return undefined;
    steps = next;
  }
  return { wanted: steps.map(({ terminal, rule }) => ({ token: terminal.terminalType, rule })), whole };
}

/** The terminals that can come first at a place. True when nothing need come any more. */
function expand(place: Place | undefined, out: Step[]): boolean {
  if (place === undefined) return true;
  const item = place.items[place.at];
  if (item === undefined) return expand(place.then, out);
  const rest: Place = { ...place, at: place.at + 1 };
  const inside = (items: readonly IProduction[], then: Place, rule = place.rule): Place => ({
    items,
    at: 0,
    rule,
    then,
  });
  if (item instanceof Terminal) {
    out.push({ terminal: item, rule: place.rule, rest });
    return false;
  }
  if (item instanceof NonTerminal)
    return expand(inside(item.referencedRule.definition, rest, item.referencedRule.name), out);
  if (item instanceof Alternation)
    return item.definition
      .map((alternative) => expand(inside((alternative as Alternative).definition, rest), out))
      .some(Boolean);
  if (item instanceof Option) return either(expand(inside(item.definition, rest), out), expand(rest, out));
  if (item instanceof Repetition) return either(expand(inside(item.definition, place), out), expand(rest, out));
  if (item instanceof RepetitionMandatory) {
    const more = new Repetition({ definition: item.definition, idx: item.idx });
    return expand(inside(item.definition, inside([more], rest)), out);
  }
  if (item instanceof RepetitionWithSeparator || item instanceof RepetitionMandatoryWithSeparator) {
    const again = [new Terminal({ terminalType: item.separator }), ...item.definition];
    const more = new Repetition({ definition: again, idx: item.idx });
    const some = expand(inside(item.definition, inside([more], rest)), out);
    return item instanceof RepetitionWithSeparator ? either(some, expand(rest, out)) : some;
  }
  return expand(rest, out);
}
const either = (a: boolean, b: boolean): boolean => a || b;
