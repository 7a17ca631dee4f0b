// Railroad diagrams, drawn from the parser's own grammar, so that they cannot say anything else than it does.
import railroad from "railroad-diagrams";
import { productionsOfGrammar } from "../../server/src/syntax/parser.ts";
import { ITEMS } from "../../server/src/syntax/split.ts";

const { Diagram, Sequence, Choice, Optional, OneOrMore, ZeroOrMore, Terminal, NonTerminal } = railroad;
const productions = productionsOfGrammar();

/** What the documentation calls the parser's tokens. */
const TOKENS = { Name: "NAME", String: "STRING", Int: "INT", Duration: "DURATION", Dotted: "VERSION" };
/** Wanted, but the parser goes on without them, for a better message than "expected". */
const FORGIVEN = new Set(["newName", "action"]);
/** Rules that only choose between tokens. */
const CHOICES = { address: "ADDRESS", rangeEnd: "ADDRESS", mac: "MAC" };

/** The statements of the language by the names of their grammar rules: what a page of diagrams has to show. */
export const statements = Object.keys(productions).filter((name) => /(Statement|Property|Step)$/.test(name));

/**
 * A rule's diagram as SVG. Rules in `shown` have a diagram of their own and are named; all others are drawn in place.
 * Complains when the grammar has no such rule.
 */
export function diagram(name, shown) {
  const rule = productions[name];
  if (!rule) throw new Error(`the grammar has no rule ${name}`);
  const parts = draw(rule.definition, shown);
  const items = ITEMS[label(name)];
  if (items) parts.push(...rest(items, shown));
  return Diagram(...parts).toString();
}

/** What follows a block's brace. That is the splitter's grammar, for blocks are told apart before they are parsed. */
function rest(items, shown) {
  const inside = Object.entries(items).map(([word, kind]) => {
    const rule = ["Statement", "Property", "Step"].map((end) => kind + end).find((name) => shown.has(name));
    return rule ? NonTerminal(label(rule)) : Terminal(word);
  });
  if (inside.length === 0) inside.push(...draw([productions.timeoutStatement], shown));
  return [ZeroOrMore(inside.length === 1 ? inside[0] : Choice(0, ...inside)), Terminal("}")];
}

function draw(definition, shown) {
  return definition.map((part) => one(part, shown));
}

function one(part, shown) {
  const sequence = (parts) => (parts.length === 1 ? draw(parts, shown)[0] : Sequence(...draw(parts, shown)));
  switch (part.constructor.name) {
    case "Terminal": {
      const name = part.terminalType.name;
      return TOKENS[name] ? NonTerminal(TOKENS[name]) : Terminal(name.replace(/^"(.*)"$/, "$1"));
    }
    case "NonTerminal":
      if (CHOICES[part.nonTerminalName]) return NonTerminal(CHOICES[part.nonTerminalName]);
      if (isName(part.referencedRule)) return NonTerminal("NAME");
      return shown.has(part.nonTerminalName)
        ? NonTerminal(label(part.nonTerminalName))
        : sequence(part.referencedRule.definition);
    case "Rule":
    case "Alternative":
      return sequence(part.definition);
    case "Alternation":
      return Choice(0, ...part.definition.map((alternative) => one(alternative, shown)));
    case "Option":
      if (FORGIVEN.has(part.definition[0].nonTerminalName)) return sequence(part.definition);
      return Optional(sequence(part.definition));
    case "Repetition":
      return ZeroOrMore(sequence(part.definition));
    case "RepetitionMandatory":
      return OneOrMore(sequence(part.definition));
    case "RepetitionWithSeparator":
      return ZeroOrMore(sequence(part.definition), Terminal(part.separator.name));
    case "RepetitionMandatoryWithSeparator":
      return OneOrMore(sequence(part.definition), Terminal(part.separator.name));
    default:
      throw new Error(`a grammar has no ${part.constructor.name}`);
  }
}

/** A name may be written as a string anywhere. */
function isName({ definition }) {
  const choices = definition.length === 1 ? (definition[0].definition ?? []) : [];
  return choices.map((choice) => choice.definition?.[0]?.terminalType?.name).join() === "Name,String";
}

/** `ruleStatement` is called `rule`, `vniProperty` `vni`. */
export const label = (rule) => rule.replace(/(Statement|Property|Step)$/, "");
