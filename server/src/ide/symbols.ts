/** Which thing a name is: the identity that definition, references, highlight and rename share. */
import type { Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
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

/** The statements of a file in order, blocks before what is in them. */
export function* statementsOf(statements: readonly Statement[]): Generator<Statement> {
  for (const statement of statements) {
    yield statement;
    if ("children" in statement) yield* statementsOf(statement.children);
  }
}

/** The outermost block around a statement, or itself. */
export function topOf(statement: Statement): Statement {
  let top = statement;
  while (top.parent !== undefined) top = top.parent;
  return top;
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

/** Where a thing is declared; empty for what is built in or unknown. */
export function declarationsOfKey(program: Program, key: SymbolKey): readonly Declared[] {
  if (key.startsWith("rule:") || key.startsWith("section:")) return declaredInside(program, key);
  return declarationsByKey(program).get(key) ?? [];
}

function declaredInside(program: Program, key: SymbolKey): Declared[] {
  const out: Declared[] = [];
  for (const { uri, tree } of program.declarationOrder)
    for (const statement of statementsOf(tree.statements)) {
      if (statement.kind === "rule" && statement.id !== undefined) {
        const block = nameOf(topOf(statement));
        if (block !== undefined && sameSymbol(key, `rule:${block}.${statement.id.value}`))
          out.push({ uri, statement, name: { ...statement.id, text: String(statement.id.value) } });
      } else if (statement.kind === "section" && statement.name && declaredKey(statement, statement.name) === key)
        out.push({ uri, statement, name: statement.name });
    }
  return out;
}

const occurrences = new WeakMap<Program, ReadonlyMap<SymbolKey, readonly Occurrence[]>>();

/** Every place of every name of a program, by what it names, in the order of the program's text. */
export function occurrencesByKey(program: Program): ReadonlyMap<SymbolKey, readonly Occurrence[]> {
  const known = occurrences.get(program);
  if (known) return known;
  const out = new Map<SymbolKey, Occurrence[]>();
  for (const { uri, tree } of program.documents)
    for (const statement of statementsOf(tree.statements))
      for (const part of partsOf(statement)) {
        const key = keyOf(statement, part);
        if (key === undefined) continue;
        const list = out.get(key);
        if (list) list.push({ uri, statement, part });
        else out.set(key, [{ uri, statement, part }]);
      }
  occurrences.set(program, out);
  return out;
}

/** Every place that names a thing, its declarations included. */
export function occurrencesOf(program: Program, key: SymbolKey): readonly Occurrence[] {
  const all = occurrencesByKey(program);
  if (!key.startsWith("rule:")) return all.get(key) ?? [];
  return [...all].flatMap(([other, list]) => (sameSymbol(key, other) ? list : []));
}

/** Whether an occurrence declares what it names. */
export const isDeclaration = ({ part }: Occurrence): boolean =>
  part.kind === "declares" || (part.kind === "rule-id" && part.declared);
