/** Going through statements: into blocks, and out of them. */
import type { Statement } from "./tree.ts";

/** All statements in order, each block before what is in it. */
export function* statementsOf(statements: readonly Statement[]): Generator<Statement, void> {
  for (const statement of statements) {
    yield statement;
    if ("children" in statement) yield* statementsOf(statement.children);
  }
}

/** The same, for where there are very many and none is waited for. */
export function eachStatement(statements: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of statements) {
    visit(statement);
    if ("children" in statement) eachStatement(statement.children, visit);
  }
}

/** The outermost block around a statement, or itself. */
export function topOf(statement: Statement): Statement {
  let top = statement;
  while (top.parent !== undefined) top = top.parent;
  return top;
}
