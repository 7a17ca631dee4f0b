/** The names of a program: which declaration, in a root or what it imports, a name means. */

import type { SourceDocument } from "../syntax/document.ts";
import type { Statement } from "../syntax/tree.ts";
import { DeclaredNames, inOrder } from "./declaredNames.ts";
import { DocumentNames } from "./documentNames.ts";
import { type Declared, lookupKey, type NameKey, type Reference, type Space } from "./names.ts";
import type { Source } from "./policy.ts";
import type { Program } from "./program.ts";

export interface Located<T extends Declared | Reference> {
  readonly uri: string;
  readonly entry: T;
}

/** What a root and all that it imports declare: everything declared in one of the documents is visible in each. */
export class ProgramDeclarations {
  protected readonly documents: readonly { readonly uri: string; readonly names: DeclaredNames }[];

  /** `of` gives the names of one document. */
  constructor(
    { declarationOrder }: Program,
    of = (one: SourceDocument) => DocumentNames.known(one) ?? DeclaredNames.in(one),
  ) {
    this.documents = declarationOrder.map((document) => ({ uri: document.uri, names: of(document) }));
  }

  /** The declarations of a name; the first is the one that holds. */
  declarations(space: Space, key: string): Located<Declared>[] {
    const found: Located<Declared>[] = [];
    for (const { uri, names } of this.documents)
      for (const entry of names.declarations(space, key)) found.push({ uri, entry });
    return found;
  }

  /** What a reference means: the declaration that holds, of whatever kind it is. */
  resolve(reference: Reference): Located<Declared> | undefined {
    return this.first(reference.space, lookupKey(reference));
  }

  first(space: Space, key: string): Located<Declared> | undefined {
    for (const { uri, names } of this.documents) {
      const entry = names.declarations(space, key)[0];
      if (entry !== undefined) return { uri, entry };
    }
    return undefined;
  }

  /** Whether a declaration counts before another. */
  standsBefore(one: Located<Declared>, other: Located<Declared>): boolean {
    if (one.uri === other.uri) return inOrder(one.entry.statement, other.entry.statement) < 0;
    return this.documents.find(({ uri }) => uri === one.uri || uri === other.uri)?.uri === one.uri;
  }

  /** Names declared in a space, each once, with the kind that holds. */
  *declared(space: Space): Generator<Located<Declared>> {
    const seen = new Set<string>();
    for (const { uri, names } of this.documents)
      for (const key of names.all(space).keys()) {
        if (seen.has(key)) continue;
        seen.add(key);
        yield { uri, entry: names.declarations(space, key)[0] as Declared };
      }
  }
}

/** The same with who refers to it, kept up by edits. */
export class ProgramNames extends ProgramDeclarations {
  declare protected readonly documents: readonly { readonly uri: string; readonly names: DocumentNames }[];

  constructor(program: Program) {
    super(program, DocumentNames.of);
  }

  /** The statements that refer to a name, each once, in no order. */
  *users(space: Space, key: string): Generator<Source> {
    for (const { uri, names } of this.documents)
      for (const statement of names.users(space, key)) yield { uri, statement };
  }

  /** Names that are referred to and not declared, a document at a time. */
  *undeclared(): Generator<NameKey & { readonly uri: string; readonly users: readonly Statement[] }> {
    for (const { uri, names } of this.documents)
      for (const { space, key } of names.used())
        if (this.first(space, key) === undefined) yield { uri, space, key, users: names.users(space, key) };
  }

  /** Every place that names what is declared there, in the order of the documents. */
  references(to: Declared | Reference): Located<Reference>[] {
    const found: Located<Reference>[] = [];
    for (const { uri, names } of this.documents)
      for (const entry of names.references(to.space, lookupKey(to))) found.push({ uri, entry });
    return found;
  }
}
