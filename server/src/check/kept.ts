/**
 * The findings of a program that need no packets, kept up by edits. Each belongs to what was looked at for it: a chunk,
 * a statement, a list of statements, a name, the ids of a block, or the declarations as a whole. An edit marks those
 * that it touches, a name's users among them where the name has come to mean something else; marked ones are looked at
 * anew, and the rest stays as it is.
 */

import { DocumentNames, type TouchedNames } from "../policy/documentNames.ts";
import { declaredIn, type NameKey } from "../policy/names.ts";
import type { Policy, Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { ProgramNames } from "../policy/programNames.ts";
import type { Edit, SourceDocument } from "../syntax/document.ts";
import { eachStatement, isBlock, topOf } from "../syntax/statements.ts";
import type { BlockStatement, Chunk, Statement } from "../syntax/tree.ts";
import { checkBindings } from "./bindings.ts";
import { FindingsByPlace } from "./byPlace.ts";
import type { Finding } from "./finding.ts";
import {
  checkCycles,
  checkDuplicates,
  checkImports,
  checkKeyUse,
  checkLocalNames,
  checkUse,
  checkUses,
  isLibrary,
  type Scope,
  type UseScope,
} from "./names.ts";
import { Nearby } from "./nearby.ts";
import { RuleIds } from "./ruleIds.ts";
import { checkDfw, checkGroups, checkRule } from "./rules.ts";
import { checkFailure } from "./services.ts";
import { checkSlots } from "./slots.ts";
import { checkOnce, checkText, mistake } from "./syntax.ts";
import { checkValues } from "./values.ts";

/** What one statement tells. */
export function checkStatement(at: Source, scope: Scope): Finding[] {
  const findings: Finding[] = [];
  checkValues(at, findings);
  checkUses(at, scope, findings);
  checkRule(at, scope.policy, findings);
  checkFailure(at, findings);
  return findings;
}
/** `of`: a block, or the document whose statements at the top are meant. */
export function checkList(uri: string, of: BlockStatement | SourceDocument): Finding[] {
  if (!("kind" in of)) return checkOnce(uri, of.tree.statements);
  const at = { uri, statement: of };
  return [...checkOnce(uri, of.children), ...checkLocalNames(at), ...checkDfw(at)];
}
function checkName(name: NameKey, scope: UseScope, library: boolean): Finding[] {
  const repeated = checkDuplicates(name, scope.names);
  return library ? repeated : [...repeated, ...checkUse(name, scope)];
}

/** Checks of the declarations as a whole, and which of them they read: what is in those of some
 * kinds, and of all others that there are. */
const WHOLE: readonly {
  readonly reads: ReadonlySet<Statement["kind"]>;
  readonly run: (scope: UseScope) => Finding[];
}[] = [
  { reads: new Set(["import"]), run: ({ program }) => checkImports(program) },
  { reads: new Set(["encryption"]), run: checkKeyUse },
  { reads: new Set(["group", "service"]), run: ({ program }) => checkCycles(program) },
  { reads: new Set(["segment", "vm", "group"]), run: ({ policy }) => checkGroups(policy) },
  {
    reads: new Set(["segment", "vm", "group", "chain", "swsec", "platform"]),
    run: ({ program, policy }) => [...checkSlots(program, policy), ...checkBindings(policy)],
  },
];

/** Spaces of which a name in one is told where one of another is wanted. */
const TOLD_APART: ReadonlySet<NameKey["space"]> = new Set(["endpoint", "service", "block"]);

type List = BlockStatement | SourceDocument;
const idOf = ({ space, key }: NameKey): string => `${space} ${key}`;
const nameOf = (id: string): NameKey => {
  const space = id.slice(0, id.indexOf(" "));
  return { space: space as NameKey["space"], key: id.slice(space.length + 1) };
};

export class KeptFindings {
  #program: Program;
  #names: ProgramNames;
  #nearby: Nearby | undefined;
  #library = false;
  /** The root when that was found out, and how its list of statements stood. */
  #looked: { readonly root: SourceDocument; readonly changed: number } | undefined;

  /** What was found, as of the last `refresh`; between an edit and the next, what still stands of it. */
  readonly found = new FindingsByPlace();
  readonly #chunks = new Kept<Chunk>(this.found);
  readonly #statements = new Kept<Statement>(this.found);
  readonly #lists = new Kept<List>(this.found);
  readonly #declared = new Kept<string>(this.found);
  readonly #ids = new Kept<BlockStatement>(this.found);
  readonly #whole = new Kept<(typeof WHOLE)[number]>(this.found);
  /** Of each document that ends in an open block, that it does. */
  readonly #unclosed = new Kept<SourceDocument>(this.found);
  readonly #kept: readonly Kept<never>[] = [
    this.#chunks,
    this.#statements,
    this.#lists,
    this.#declared,
    this.#ids,
    this.#whole,
    this.#unclosed,
  ] as unknown as readonly Kept<never>[];
  /** By block at the top; made when its ids are first looked at. */
  readonly #tables = new Map<BlockStatement, RuleIds>();
  /** What each declared name means to those who use it. */
  readonly #meanings = new Map<string, string>();
  /** Declared names that an edit touched. */
  readonly #touched = new Set<string>();
  /** Names that an edit touched a use of. */
  readonly #used = new Set<string>();
  /** Statements that use a name of the wrong kind, and their documents. */
  readonly #wrong = new Map<Statement, string>();
  /** Every statement is marked as it is, whoever uses what. */
  #fresh = true;
  readonly #unfollow = new Map<SourceDocument, () => void>();

  constructor(program: Program) {
    this.#program = program;
    this.#names = new ProgramNames(program);
    for (const document of program.documents) this.#come(document);
    for (const check of WHOLE) this.#whole.mark(check, program.root.uri);
  }

  /** From now on edits of the program's documents are told; `stop` ends it. */
  follow(): void {
    this.found.follow(this.#program.documents);
    for (const document of this.#program.documents) {
      if (this.#unfollow.has(document)) continue;
      const stops = [
        document.follow((edit) => this.#edited(document, edit)),
        DocumentNames.of(document).follow((touched) => this.#touch(document.uri, touched)),
      ];
      this.#unfollow.set(document, () => {
        for (const stop of stops) stop();
      });
    }
  }
  stop(): void {
    this.found.stop();
    for (const stop of this.#unfollow.values()) stop();
    this.#unfollow.clear();
  }

  // ---- marking --------------------------------------------------------------------------------------------------

  #come(document: SourceDocument): void {
    const { uri } = document;
    for (const chunk of document.chunks) if (chunk.errors.length > 0) this.#chunks.mark(chunk, uri);
    this.#lists.mark(document, uri);
    const all: Statement[] = [];
    eachStatement(document.tree.statements, (statement) => {
      all.push(statement);
      if (isBlock(statement)) this.#lists.mark(statement, uri);
    });
    this.#statements.markAll(all, uri);
    for (const statement of document.tree.statements) if ("children" in statement) this.#ids.mark(statement, uri);
    for (const { space, keys } of DocumentNames.of(document).spaces())
      for (const key of keys) {
        const id = idOf({ space, key });
        this.#touched.add(id);
        this.#declared.mark(id, uri);
      }
  }

  #edited(document: SourceDocument, { chunks, removed, added, moved }: Edit): void {
    const { uri } = document;
    for (const chunk of chunks.removed) this.#chunks.drop(chunk);
    for (const chunk of chunks.added) if (chunk.errors.length > 0) this.#chunks.mark(chunk, uri);
    for (const statement of removed) {
      this.#around(document, statement);
      if (statement.kind === "rule") this.#tables.get(topOf(statement) as BlockStatement)?.delete(statement);
    }
    for (const statement of [...moved, ...added]) {
      this.#around(document, statement);
      this.#statements.mark(statement, uri);
      if ("children" in statement) this.#lists.mark(statement, uri);
    }
    for (const statement of removed) {
      this.#statements.drop(statement);
      this.#wrong.delete(statement);
      // What points at it points at nothing now.
      for (const kept of this.#kept) kept.markPointing(statement);
      if (!("children" in statement)) continue;
      this.#lists.drop(statement);
      this.#ids.drop(statement);
      this.#tables.delete(statement);
    }
    for (const statement of added)
      if (statement.kind === "rule") this.#tables.get(topOf(statement) as BlockStatement)?.add(statement);
    const known = (rule: Statement) =>
      rule.kind !== "rule" || (this.#tables.get(topOf(rule) as BlockStatement)?.has(rule) ?? false);
    let strayed = false;
    eachStatement(moved, (statement) => {
      strayed ||= !known(statement);
    });
    if (!strayed) return;
    for (const statement of document.tree.statements) {
      if (!("children" in statement)) continue;
      this.#tables.delete(statement);
      this.#ids.mark(statement, uri);
    }
  }

  /** Marks what a statement that went, came or moved stands in. */
  #around(document: SourceDocument, statement: Statement): void {
    const { uri } = document;
    const top = topOf(statement);
    // Nothing is said of lists because of the rules in them, which may be very many.
    if (statement.kind !== "rule") this.#lists.mark(statement.parent ?? document, uri);
    if ("children" in top && (statement.kind === "rule" || "children" in statement)) this.#ids.mark(top, uri);
    const declares = top === statement && declaredIn(statement) !== undefined;
    for (const check of WHOLE) if (declares || check.reads.has(top.kind)) this.#whole.mark(check, uri);
  }

  #touch(uri: string, { declared, used }: TouchedNames): void {
    for (const name of declared) {
      this.#touched.add(idOf(name));
      // Which vNICs it has is a part of what a VM means.
      const [owner] = name.key.split("\0");
      if (name.space === "vnic" && owner !== undefined) this.#touched.add(idOf({ space: "endpoint", key: owner }));
    }
    for (const name of used) this.#used.add(idOf(name));
    for (const name of [...declared, ...used]) if (name.space !== "tag") this.#declared.mark(idOf(name), uri);
  }

  // ---- looking --------------------------------------------------------------------------------------------------

  /** Looks at what is marked, some of it a step. `program` and `policy` are those of the same documents, as they are now. */
  *refresh(program: Program, policy: Policy): Generator<undefined, void> {
    if (program !== this.#program) {
      this.#program = program;
      this.#names = new ProgramNames(program);
    }
    this.#nearby ??= new Nearby(this.#names, policy);
    const scope: UseScope = { program, names: this.#names, policy, nearby: this.#nearby };
    yield* this.#spread(scope);
    yield;
    const library = this.#isLibrary(program.root);
    if (library !== this.#library)
      for (const { space, keys } of DocumentNames.of(program.root).spaces())
        for (const key of keys) this.#declared.mark(idOf({ space, key }), program.root.uri);
    this.#library = library;
    yield* this.#chunks.refresh((chunk, uri) => checkText(uri, chunk));
    yield* this.#statements.refresh((statement, uri) => {
      const findings = checkStatement({ uri, statement }, scope);
      if (findings.some(({ code }) => code === "wrong-kind")) this.#wrong.set(statement, uri);
      else this.#wrong.delete(statement);
      return findings;
    });
    yield* this.#lists.refresh((list, uri) => checkList(uri, list));
    yield* this.#declared.refresh((id) => checkName(nameOf(id), scope, library));
    yield* this.#ids.refresh((block, uri) => this.#tableOf(block).findings(uri));
    yield* this.#whole.refresh((check) => check.run(scope), 1);
    for (const document of program.documents) this.#unclosed.mark(document, document.uri);
    yield* this.#unclosed.refresh((document, uri) => {
      const unclosed = document.unclosed();
      return unclosed ? [mistake(uri, unclosed.chunk, unclosed.error)] : [];
    });
  }

  /** Marks those who use a name that means something else than before. */
  *#spread({ policy, names, nearby }: UseScope): Generator<undefined, void> {
    for (const id of this.#used) {
      const name = nameOf(id);
      if (names.users(name.space, name.key).next().done) nearby.forget(name);
    }
    this.#used.clear();
    // Another declaration may be the one that such a name is of.
    if (this.#touched.size > 0) for (const [statement, uri] of this.#wrong) this.#statements.mark(statement, uri);
    for (const id of this.#touched) {
      const name = nameOf(id);
      const meaning = meaningOf(name, names, policy);
      if ((this.#meanings.get(id) ?? "") === meaning) continue;
      if (meaning === "") this.#meanings.delete(id);
      else this.#meanings.set(id, meaning);
      if (this.#fresh) continue;
      // Who wants a name of another kind is told what it is.
      for (const space of TOLD_APART.has(name.space) ? TOLD_APART : [name.space])
        for (const { uri, statement } of names.users(space, name.key)) {
          this.#statements.mark(statement, uri);
          // A service means what those that it holds mean.
          if (space === name.space && statement.kind === "service" && statement.name !== undefined)
            this.#touched.add(idOf({ space: "service", key: statement.name.text }));
        }
    }
    // A name that is not known may now be near another.
    for (const unknown of nearby.follow(names, policy, [...this.#touched].map(nameOf)))
      if (unknown === undefined) yield;
      else
        for (const { uri, statement } of names.users(unknown.space, unknown.key)) this.#statements.mark(statement, uri);
    this.#touched.clear();
    this.#fresh = false;
  }

  #isLibrary(root: SourceDocument): boolean {
    const { changed } = root.tree;
    if (this.#looked?.root === root && this.#looked.changed === changed) return this.#library;
    this.#looked = { root, changed };
    return isLibrary(root);
  }

  #tableOf(block: BlockStatement): RuleIds {
    let table = this.#tables.get(block);
    if (table === undefined) {
      table = new RuleIds(block);
      this.#tables.set(block, table);
    }
    return table;
  }
}

/** What a declared name is, as far as those who use it are judged by it; empty for a name that nothing declares. */
function meaningOf({ space, key }: NameKey, names: ProgramNames, policy: Policy): string {
  const kind = names.first(space, key)?.entry.kind ?? "";
  if (kind === "vm")
    return `vm ${
      policy.vms
        .get(key)
        ?.vnics.map((vnic) => vnic.id)
        .join() ?? ""
    }`;
  if (kind === "service")
    return `service ${
      policy.services
        .get(key)
        ?.matches.map((match) => match.layer)
        .join() ?? ""
    }`;
  return kind;
}

/** As many take a millisecond or so to look at. */
const UNITS_A_STEP = 300;

/** Findings by what was looked at for them. */
class Kept<U> {
  /** Only of what has any. */
  readonly findings = new Map<U, readonly Finding[]>();
  readonly #marked = new Map<U, string>();
  /** Very many, which are looked at in their order before what is marked one by one. */
  readonly #all: { readonly units: readonly U[]; readonly uri: string; next: number }[] = [];
  /** Those of them that have gone. */
  readonly #gone = new Set<U>();
  /** By a statement that findings point at, those that they belong to. */
  readonly #pointing = new Map<Statement, Set<U>>();

  constructor(private readonly found: FindingsByPlace) {}

  mark(unit: U, uri: string): void {
    this.#marked.set(unit, uri);
  }
  markAll(units: readonly U[], uri: string): void {
    this.#all.push({ units, uri, next: 0 });
  }
  /** It is gone, and no longer to be looked at. */
  drop(unit: U): void {
    this.#marked.delete(unit);
    if (this.#all.length > 0) this.#gone.add(unit);
    this.#set(unit, []);
  }
  markPointing(at: Statement): void {
    for (const unit of this.#pointing.get(at) ?? []) {
      const [first] = this.findings.get(unit) ?? [];
      if (first !== undefined) this.mark(unit, first.place.at.uri);
    }
  }

  *refresh(check: (unit: U, uri: string) => readonly Finding[], unitsAStep = UNITS_A_STEP): Generator<undefined, void> {
    let left = unitsAStep;
    for (let list = this.#all[0]; list !== undefined; list = this.#all[0]) {
      const { units, uri } = list;
      while (list.next < units.length) {
        const unit = units[list.next++] as U;
        if (!this.#gone.has(unit)) this.#set(unit, check(unit, uri));
        if (list.next % unitsAStep === 0) yield;
      }
      this.#all.shift();
    }
    this.#gone.clear();
    for (const [unit, uri] of this.#marked) {
      this.#set(unit, check(unit, uri));
      this.#marked.delete(unit);
      left -= 1;
      if (left > 0) continue;
      left = unitsAStep;
      yield;
    }
  }

  #set(unit: U, findings: readonly Finding[]): void {
    const before = this.findings.get(unit);
    if (before === findings || (before === undefined && findings.length === 0)) return;
    for (const finding of before ?? []) this.found.delete(finding);
    for (const at of pointedAt(before)) {
      const units = this.#pointing.get(at);
      units?.delete(unit);
      if (units?.size === 0) this.#pointing.delete(at);
    }
    if (findings.length === 0) {
      this.findings.delete(unit);
      return;
    }
    this.findings.set(unit, findings);
    for (const finding of findings) this.found.add(finding);
    for (const at of pointedAt(findings)) {
      const units = this.#pointing.get(at);
      if (units === undefined) this.#pointing.set(at, new Set([unit]));
      else units.add(unit);
    }
  }
}

/** The statements that findings point at besides their own place. */
function* pointedAt(findings: readonly Finding[] | undefined): Generator<Statement> {
  for (const { related } of findings ?? []) for (const { at } of related ?? []) yield at.statement;
}
