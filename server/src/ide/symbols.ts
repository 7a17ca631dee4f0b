/** Which thing a name is: the identity that definition, references, highlight and rename share. */

import type { NameKey } from "../policy/names.ts";
import type { Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { ProgramNames } from "../policy/programNames.ts";
import { statementsOf, topOf } from "../syntax/statements.ts";
import type { Name, Span, Statement } from "../syntax/tree.ts";
import { type Part, partsOf } from "./parts.ts";

/**
 * `endpoint:web`, `service:https`, `block:fw`, `vnic:web-01.eth0`, `key:payroll.hr`, `tag:prod`, `section:fw.Shop`,
 * `rule:fw.1001`; `rule:*.1001` is a rule that an expectation names without its block.
 */
export type SymbolKey = string;

export interface Declared extends Source {
  readonly name: Span & { readonly text: string };
}
export interface Occurrence extends Source {
  readonly part: Part;
}

const nameOf = (statement: Statement): string | undefined =>
  "name" in statement && statement.name !== undefined ? statement.name.text : undefined;

/** The thing that a part names, told from its statement alone; undefined when the part is no name. */
export function keyOf(statement: Statement, part: Part): SymbolKey | undefined {
  switch (part.kind) {
    case "declares":
      return declaredKey(statement, part.name);
    case "uses":
      return `${part.space}:${part.name.text}`;
    case "vnic-vm":
      return `endpoint:${part.name.text}`;
    case "vnic-name":
      return `vnic:${part.vnic.vm.text}.${part.name.text}`;
    case "uses-key": {
      const block = part.block?.text ?? nameOf(topOf(statement));
      return block === undefined ? undefined : `key:${block}.${part.name.text}`;
    }
    case "rule-id": {
      if (!part.declared) return `rule:*.${part.id.value}`;
      const block = nameOf(topOf(statement));
      return block === undefined ? undefined : `rule:${block}.${part.id.value}`;
    }
    default:
      return undefined;
  }
}

function declaredKey(statement: Statement, name: Name): SymbolKey | undefined {
  const owner = statement.parent && nameOf(statement.parent);
  switch (statement.kind) {
    case "segment":
    case "vm":
    case "group":
      return `endpoint:${name.text}`;
    case "service":
      return `service:${name.text}`;
    case "acl":
    case "swsec":
    case "dfw":
    case "redirect":
    case "encryption":
    case "appliance":
    case "chain":
      return `block:${name.text}`;
    case "vnic":
      return owner === undefined ? undefined : `vnic:${owner}.${name.text}`;
    case "key":
      return owner === undefined ? undefined : `key:${owner}.${name.text}`;
    case "section":
      return owner === undefined ? undefined : `section:${owner}.${name.text}`;
    default:
      return undefined;
  }
}

/** Whether two keys mean one thing: a rule named without its block is any rule of that number. */
export function sameSymbol(a: SymbolKey, b: SymbolKey): boolean {
  if (a === b) return true;
  if (!a.startsWith("rule:") || !b.startsWith("rule:")) return false;
  return (a.startsWith("rule:*.") || b.startsWith("rule:*.")) && ruleNumber(a) === ruleNumber(b);
}
const ruleNumber = (key: SymbolKey): string => key.slice(key.lastIndexOf(".") + 1);

const declarations = new WeakMap<Program, ReadonlyMap<SymbolKey, readonly Declared[]>>();

/** Every declaration of a program by what it declares: the one that holds first. Rules and sections are not in it. */
export function declarationsByKey(program: Program): ReadonlyMap<SymbolKey, readonly Declared[]> {
  const known = declarations.get(program);
  if (known) return known;
  const out = new Map<SymbolKey, Declared[]>();
  const add = (uri: string, statement: Statement) => {
    if (!("name" in statement) || statement.name === undefined) return;
    const key = declaredKey(statement, statement.name);
    if (key === undefined) return;
    const list = out.get(key);
    if (list) list.push({ uri, statement, name: statement.name });
    else out.set(key, [{ uri, statement, name: statement.name }]);
  };
  for (const { uri, tree } of program.declarationOrder)
    for (const statement of tree.statements) {
      add(uri, statement);
      if (statement.kind === "vm" || statement.kind === "encryption")
        for (const child of statement.children) add(uri, child);
    }
  declarations.set(program, out);
  return out;
}

/** Where a thing is declared, what holds first; empty for what is built in or unknown. */
export function declarationsOfKey(program: Program, key: SymbolKey): readonly Declared[] {
  if (key.startsWith("rule:") || key.startsWith("section:")) return declaredInside(program, key);
  const names = new ProgramNames(program);
  return namesOf(key).flatMap((name) =>
    names
      .declarations(name.space, name.key)
      .map(({ uri, entry }) => ({ uri, statement: entry.statement, name: entry.name })),
  );
}

/** What a key may be in the index of names; for one of two parts, wherever the dot between them is. */
function namesOf(key: SymbolKey): readonly NameKey[] {
  const space = key.slice(0, key.indexOf(":")) as NameKey["space"];
  const rest = key.slice(space.length + 1);
  if (space !== "vnic" && space !== "key") return [{ space, key: rest }];
  const names: NameKey[] = [];
  for (let dot = rest.indexOf("."); dot >= 0; dot = rest.indexOf(".", dot + 1))
    names.push({ space, key: `${rest.slice(0, dot)}\0${rest.slice(dot + 1)}` });
  return names;
}

function declaredInside(program: Program, key: SymbolKey): Declared[] {
  const out: Declared[] = [];
  for (const { uri, tree } of program.declarationOrder)
    for (const statement of statementsOf(tree.statements)) {
      if (statement.kind === "rule" && statement.id !== undefined) {
        const block = nameOf(topOf(statement));
        const { start, end, value } = statement.id;
        if (block !== undefined && sameSymbol(key, `rule:${block}.${value}`))
          out.push({ uri, statement, name: { start, end, text: String(value) } });
      } else if (statement.kind === "section" && statement.name && declaredKey(statement, statement.name) === key)
        out.push({ uri, statement, name: statement.name });
    }
  return out;
}

/** Every place that names a thing, its declarations included, in the order of the program's text. */
export function occurrencesOf(program: Program, key: SymbolKey): readonly Occurrence[] {
  const found: Occurrence[] = [];
  for (const { uri, statement } of mentioning(program, key))
    for (const part of partsOf(statement)) {
      const other = keyOf(statement, part);
      if (other !== undefined && sameSymbol(key, other)) found.push({ uri, statement, part });
    }
  return found;
}

/** The statements that may name a thing, in order. */
function mentioning(program: Program, key: SymbolKey): Iterable<Source> {
  if (key.startsWith("rule:")) return withRuleNumber(program, ruleNumber(key));
  if (key.startsWith("section:")) return declaredInside(program, key);
  const order = new Map(program.documents.map(({ uri }, index) => [uri, index]));
  const names = new ProgramNames(program);
  const found = new Map<Statement, Source>();
  for (const name of namesOf(key)) {
    for (const { uri, entry } of names.declarations(name.space, name.key))
      found.set(entry.statement, { uri, statement: entry.statement });
    for (const source of names.users(name.space, name.key)) found.set(source.statement, source);
  }
  const place = ({ statement: { chunk, start } }: Source) => chunk.line + start / 1e9;
  return [...found.values()].sort((a, b) => (order.get(a.uri) ?? 0) - (order.get(b.uri) ?? 0) || place(a) - place(b));
}

function* withRuleNumber(program: Program, number: string): Generator<Source> {
  for (const { uri, tree } of program.documents)
    for (const statement of statementsOf(tree.statements))
      if (statement.kind === "rule" ? String(statement.id?.value) === number : !("children" in statement))
        yield { uri, statement };
}

/** Whether an occurrence declares what it names. */
export const isDeclaration = ({ part }: Occurrence): boolean =>
  part.kind === "declares" || (part.kind === "rule-id" && part.declared);
