/** Going through statements: into blocks, and out of them. */
import type { BlockStatement, Statement } from "./tree.ts";

/** Rules, which nearly all statements are, are told by their kind: to miss a property in an object takes ten times as long. */
export const isBlock = (statement: Statement): statement is BlockStatement =>
  statement.kind !== "rule" && "children" in statement;

/** All statements in order, each block before what is in it. */
export function* statementsOf(statements: readonly Statement[]): Generator<Statement, void> {
  for (const statement of statements) {
    yield statement;
    if (isBlock(statement)) yield* statementsOf(statement.children);
  }
}

/** The same, for where there are very many and none is waited for. */
export function eachStatement(statements: readonly Statement[], visit: (statement: Statement) => void): void {
  for (const statement of statements) {
    visit(statement);
    if (isBlock(statement)) eachStatement(statement.children, visit);
  }
}

/** The outermost block around a statement, or itself. */
export function topOf(statement: Statement): Statement {
  let top = statement;
  while (top.parent !== undefined) top = top.parent;
  return top;
}
