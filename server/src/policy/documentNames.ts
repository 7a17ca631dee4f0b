/** The names of a document: an index that is kept statement by statement, so that an edit costs what it changes. */

import type { Edit, SourceDocument } from "../syntax/document.ts";
import { eachStatement } from "../syntax/statements.ts";
import { finish, STRIDE, type Steps } from "../syntax/steps.ts";
import type { Statement } from "../syntax/tree.ts";
import { DeclaredNames, inOrder, nameTable, put } from "./declaredNames.ts";
import {
  type Declared,
  declaredIn,
  lookupKey,
  type NameKey,
  type Reference,
  referencesIn,
  type Space,
} from "./names.ts";

/** Who declares and who uses each name of one document: an index by name that every edit of it keeps up. */
export class DocumentNames extends DeclaredNames {
  readonly #users = nameTable<Statement>();
  /** What a statement was entered under where that hangs on the block around it, which may be another by now. */
  readonly #local = new Map<Statement, Entries>();
  /** While the document is entered for the first time: its statements, and the next of them. */
  #all: readonly Statement[] = [];
  #next = 0;
  /** Those that are not entered yet, where an edit has come between. */
  #waiting: Set<Statement> | undefined;

  readonly #followers = new Set<(touched: TouchedNames) => void>();
  /** Calls `follower` after every edit with the names that it touched, until the function it gives is called. */
  follow(follower: (touched: TouchedNames) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  static readonly #known = new WeakMap<SourceDocument, DocumentNames>();
  static readonly #making = new WeakMap<SourceDocument, Steps<DocumentNames>>();
  /** A document's one index. */
  static of(document: SourceDocument): DocumentNames {
    return DocumentNames.known(document) ?? finish(DocumentNames.make(document));
  }
  /** Undefined where nobody has asked for it. */
  static known(document: SourceDocument): DocumentNames | undefined {
    return DocumentNames.#known.get(document);
  }
  /** The same in short steps, with edits between them; whoever asks for it meanwhile does what is left. */
  static *make(document: SourceDocument): Steps<DocumentNames> {
    const made = () => DocumentNames.#known.get(document);
    const steps = DocumentNames.#making.get(document) ?? new DocumentNames().#read(document);
    DocumentNames.#making.set(document, steps);
    for (let names = made(); ; names = made()) {
      if (names !== undefined) return names;
      const step = steps.next();
      if (step.done) DocumentNames.#known.set(document, step.value);
      else yield;
    }
  }
  *#read(document: SourceDocument): Steps<this> {
    const all: Statement[] = [];
    eachStatement(document.tree.statements, (statement) => void all.push(statement));
    this.#all = all;
    document.follow((edit) => this.#update(edit));
    while (this.#next < all.length) {
      const statement = all[this.#next++] as Statement;
      if (this.#waiting === undefined || this.#waiting.delete(statement)) this.#enter(statement);
      if (this.#next % STRIDE === 0) yield;
    }
    this.#all = [];
    this.#waiting = undefined;
    return this;
  }
  /** Whether a statement that has gone was not entered yet; now it will not be. */
  #waits(statement: Statement): boolean {
    if (this.#all.length === 0) return false;
    this.#waiting ??= new Set(this.#all.slice(this.#next));
    return this.#waiting.delete(statement);
  }

  /** The statements that refer to a name, each once, in no order. */
  users(space: Space, key: string): readonly Statement[] {
    return this.#users[space].get(key) ?? [];
  }

  /** Every name that something refers to. */
  *used(): Generator<NameKey> {
    for (const space of Object.keys(this.#users) as Space[])
      for (const key of this.#users[space].keys()) yield { space, key };
  }

  /** In the order of the file. */
  references(space: Space, key: string): readonly Reference[] {
    return [...this.users(space, key)]
      .sort(inOrder)
      .flatMap((statement) =>
        referencesIn(statement).filter((reference) => reference.space === space && lookupKey(reference) === key),
      );
  }

  #update({ removed, added, moved }: Edit): void {
    const declared: NameKey[] = [];
    const used: NameKey[] = [];
    const touch = (entries: Entries) => {
      if (entries.declared) declared.push({ space: entries.declared.entry.space, key: entries.declared.key });
      for (const use of entries.uses) used.push(use);
    };
    const gone = removed.filter((statement) => !this.#waits(statement));
    for (const entries of gone.length > MANY ? this.#leaveTogether(gone) : gone.map((each) => this.#leave(each)))
      touch(entries);
    eachStatement(moved, (statement) => {
      if (!this.#local.has(statement)) return;
      touch(this.#leave(statement));
      touch(this.#enter(statement));
    });
    for (const statement of added) touch(this.#enter(statement));
    for (const follower of this.#followers) follower({ declared, used });
  }

  #enter(statement: Statement): Entries {
    const entries = namesIn(statement);
    if (entries.local) this.#local.set(statement, entries);
    const { declared, uses } = entries;
    if (declared) put(this.declared[declared.entry.space], declared.key, declared.entry);
    for (const { space, key } of uses) put(this.#users[space], key, statement);
    return entries;
  }
  #entriesOf(statement: Statement): Entries {
    const entries = this.#local.get(statement) ?? namesIn(statement);
    this.#local.delete(statement);
    return entries;
  }
  #leave(statement: Statement): Entries {
    const entries = this.#entriesOf(statement);
    const { declared, uses } = entries;
    if (declared) take(this.declared[declared.entry.space], declared.key, (entry) => entry.statement === statement);
    for (const { space, key } of uses) take(this.#users[space], key, (user) => user === statement);
    return entries;
  }
  #leaveTogether(statements: readonly Statement[]): readonly Entries[] {
    const gone = new Set(statements);
    const left = statements.map((statement) => this.#entriesOf(statement));
    const seen = new Set<unknown>();
    for (const { declared, uses } of left) {
      if (declared) takeAll(this.declared[declared.entry.space], declared.key, seen, (e) => gone.has(e.statement));
      for (const { space, key } of uses) takeAll(this.#users[space], key, seen, (user) => gone.has(user));
    }
    return left;
  }
}

/** More statements than an edit removes by hand: each list is then looked through once for all of them. */
const MANY = 64;

/** Names of which a declaration, or a use, has gone or come. */
export interface TouchedNames {
  readonly declared: readonly NameKey[];
  readonly used: readonly NameKey[];
}
interface Entries {
  readonly declared?: { readonly key: string; readonly entry: Declared };
  /** Each name once. */
  readonly uses: readonly NameKey[];
  /** Whether a key hangs on the block around the statement. */
  readonly local: boolean;
}

/** What a statement itself (not its children) is entered under in the index of its document. */
function namesIn(statement: Statement): Entries {
  const entry = declaredIn(statement);
  const uses: NameKey[] = [];
  let many: Set<string> | undefined;
  const use = (space: Space, key: string) => {
    if (uses.length === FEW) many = new Set(uses.map((known) => `${known.space} ${known.key}`));
    if (many ? many.has(`${space} ${key}`) : isAmong(uses, space, key)) return;
    uses.push({ space, key });
    many?.add(`${space} ${key}`);
  };
  let local = entry !== undefined && isEnclosed(entry);
  for (const reference of referencesIn(statement)) {
    local ||= isEnclosed(reference);
    use(reference.space, lookupKey(reference));
  }
  // What was meant by a line with an error nobody knows: whatever it may name is in use.
  if (statement.broken)
    for (const key of wordsOf(statement))
      for (const space of MAYBE_MEANT) if (key !== entry?.name.text) use(space, key);
  return { declared: entry && { key: lookupKey(entry), entry }, uses, local };
}

function isAmong(uses: readonly NameKey[], space: Space, key: string): boolean {
  for (const known of uses) if (known.space === space && known.key === key) return true;
  return false;
}
/** Of so many, looking at each is quicker than keeping a set. */
const FEW = 8;
const MAYBE_MEANT = ["endpoint", "service", "block"] as const;

/** The words of a statement's text, quoted ones too, each once. */
function wordsOf({ chunk, start, end }: Statement): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [word] of chunk.text.slice(start, end).matchAll(/"[^"\n]*"|[A-Za-z_][A-Za-z0-9_-]*/g))
    words.add(word.startsWith('"') ? word.slice(1, -1) : word);
  return words;
}

const isEnclosed = (entry: Declared | Reference): boolean =>
  entry.space === "vnic" || entry.space === "key" ? !("owner" in entry && entry.owner !== undefined) : false;

function take<T>(from: Map<string, T[]>, key: string, wanted: (entry: T) => boolean): void {
  const list = from.get(key);
  const at = list?.findIndex(wanted) ?? -1;
  if (list === undefined || at < 0) return;
  // The last takes its place: a name may have very many users.
  const last = list.pop() as T;
  if (at < list.length) list[at] = last;
  if (list.length === 0) from.delete(key);
}
/** Once for a list that was not `seen`. */
function takeAll<T>(from: Map<string, T[]>, key: string, seen: Set<unknown>, wanted: (entry: T) => boolean): void {
  const list = from.get(key);
  if (list === undefined || seen.has(list)) return;
  const left = list.filter((entry) => !wanted(entry));
  seen.add(left);
  if (left.length > 0) from.set(key, left);
  else from.delete(key);
}
