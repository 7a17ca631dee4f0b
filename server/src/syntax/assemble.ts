/**
 * Statements in order → statements in their blocks. An edit inside a block that opens and closes nothing changes that
 * block's children alone; any other puts the tree together anew.
 */
import { isBlock, type ParsedChunk, type Part } from "./chunk.ts";
import type { BlockStatement, Chunk, Statement, SyntaxError } from "./tree.ts";

export class Assembly {
  statements: Statement[] = [];
  /** The innermost block that nothing closes. */
  private open: BlockStatement | undefined;

  constructor(chunks: readonly ParsedChunk[]) {
    this.rebuild(chunks);
  }

  rebuild(chunks: readonly ParsedChunk[]): void {
    this.statements = [];
    const stack: BlockStatement[] = [];
    for (const chunk of chunks) {
      for (const part of chunk.parts) {
        if ("statement" in part) {
          const { statement } = part;
          const parent = stack.at(-1);
          statement.parent = parent;
          (parent?.children ?? this.statements).push(statement);
          if (!isBlock(statement)) continue;
          statement.children = [];
          statement.close = undefined;
          if (part.opens) stack.push(statement);
        } else {
          const block = stack.pop();
          if (block && "close" in part) block.close = { chunk, span: part.close };
        }
      }
    }
    this.open = stack.at(-1);
  }

  /** `chunks` from `at` on, `count` of them, have come in place of `old` ones. */
  update(chunks: readonly ParsedChunk[], at: number, count: number, old: readonly ParsedChunk[]): void {
    const fresh = chunks.slice(at, at + count);
    const removed = leaves(old);
    const added = leaves(fresh);
    if (removed?.length === 0 && added?.length === 0) return;
    const place = removed?.length === 0 ? this.placeBehind(chunks, at) : removed && this.placeOf(removed);
    if (removed === undefined || added === undefined || place === undefined) {
      this.rebuild(chunks);
      return;
    }
    const { parent, index } = place;
    for (const statement of added) {
      statement.parent = parent;
      if (isBlock(statement)) statement.children = [];
    }
    const siblings = parent?.children ?? this.statements;
    siblings.splice(index, removed.length, ...added);
  }

  private placeOf(removed: readonly Statement[]) {
    const { parent } = removed[0] as Statement;
    if (removed.some((statement) => statement.parent !== parent)) return undefined;
    return { parent, index: (parent?.children ?? this.statements).indexOf(removed[0] as Statement) };
  }
  /** Behind the statement before, or first in the block that opens there. */
  private placeBehind(chunks: readonly ParsedChunk[], at: number) {
    for (let i = at - 1; i >= 0; i--) {
      const part = chunks[i]?.parts.at(-1);
      if (part === undefined) continue;
      if (!("statement" in part)) return undefined;
      const { statement, opens } = part;
      if (opens) return { parent: statement as BlockStatement, index: 0 };
      const { parent } = statement;
      return { parent, index: (parent?.children ?? this.statements).indexOf(statement) + 1 };
    }
    return { parent: undefined, index: 0 };
  }

  /** The block that the text's end leaves open, told at the last token. */
  unclosed(chunks: readonly ParsedChunk[]): { readonly chunk: Chunk; readonly error: SyntaxError } | undefined {
    const { open } = this;
    if (open === undefined) return undefined;
    const chunk = chunks.findLast(({ last }) => last !== undefined);
    if (chunk?.last === undefined) return undefined;
    const { start, end } = chunk.last;
    const message = `expected "}" at the end of the text: the ${open.kind} ${nameOf(open)}is not closed`;
    return { chunk, error: { code: "syntax-error", start, end, message, expected: ["}"] } };
  }
}

/** The statements of chunks in which no block begins or ends; a few of them, or it is quicker to begin anew. */
function leaves(chunks: readonly ParsedChunk[]): Statement[] | undefined {
  const statements: Statement[] = [];
  if (chunks.length > 1000) return undefined;
  for (const chunk of chunks) {
    for (const part of chunk.parts as readonly Part[]) {
      if (!("statement" in part) || part.opens) return undefined;
      statements.push(part.statement);
    }
  }
  return statements;
}

function nameOf(block: BlockStatement): string {
  if ("name" in block && block.name) return `"${block.name.text}" `;
  if ("title" in block && block.title) return `"${block.title.text}" `;
  return "";
}
