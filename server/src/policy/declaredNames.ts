/** The names that a document declares, by space and name. */

import type { SourceDocument } from "../syntax/document.ts";
import { eachStatement } from "../syntax/statements.ts";
import type { Statement } from "../syntax/tree.ts";
import { type Declared, declaredIn, lookupKey, type Space } from "./names.ts";

export type NameTable<T> = Readonly<Record<Space, Map<string, T[]>>>;
export const nameTable = <T>(): NameTable<T> => ({
  endpoint: new Map(),
  service: new Map(),
  block: new Map(),
  key: new Map(),
  vnic: new Map(),
  tag: new Map(),
});

export class DeclaredNames {
  protected readonly declared = nameTable<Declared>();

  /** Those of a document that is not edited. */
  static in(document: SourceDocument): DeclaredNames {
    const names = new DeclaredNames();
    eachStatement(document.tree.statements, (statement) => {
      const entry = declaredIn(statement);
      if (entry) put(names.declared[entry.space], lookupKey(entry), entry);
    });
    return names;
  }

  /** In the order of the file. */
  declarations(space: Space, key: string): readonly Declared[] {
    const found = this.declared[space].get(key) ?? [];
    return found.length > 1 ? [...found].sort((a, b) => inOrder(a.statement, b.statement)) : found;
  }

  /** The keys of all that is declared, space by space. */
  *spaces(): Generator<{ readonly space: Space; readonly keys: Iterable<string> }> {
    for (const space of Object.keys(this.declared) as Space[]) yield { space, keys: this.declared[space].keys() };
  }

  /** All that is declared in a space, by lookup key. */
  all(space: Space): ReadonlyMap<string, readonly Declared[]> {
    return this.declared[space];
  }
}

export const inOrder = (a: Statement, b: Statement): number => a.chunk.line - b.chunk.line || a.start - b.start;

export function put<T>(into: Map<string, T[]>, key: string, entry: T): void {
  const list = into.get(key);
  if (list === undefined) into.set(key, [entry]);
  else list.push(entry);
}
