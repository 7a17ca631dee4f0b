/**
 * Statements in order → statements in their blocks. An edit that leaves the blocks around it as they are changes the
 * list of one block alone, and a block whose head was written anew takes over what stood in the old one; any other edit
 * puts the tree together anew. Either way a block knows when something in it last changed.
 */
import type { ParsedChunk, Part } from "./chunk.ts";
import { replace } from "./lines.ts";
import { isBlock } from "./statements.ts";
import type { BlockStatement, Chunk, Span, Statement, SyntaxError } from "./tree.ts";

/** Counts the edits of all documents: what `BlockStatement.changed` says. */
let edits = 0;

export class Assembly {
  statements: Statement[] = [];
  /** When the list of the statements at the top last changed, counted as `BlockStatement.changed` is. */
  changed = 0;
  /** The innermost block that nothing closes. */
  private open: BlockStatement | undefined;

  constructor(chunks: readonly ParsedChunk[]) {
    this.rebuild(chunks);
  }

  /** Gives the statements that stand in another block than before. */
  rebuild(chunks: readonly ParsedChunk[]): Statement[] {
    edits += 1;
    const moved: Statement[] = [];
    const before = new Map<BlockStatement, readonly Statement[]>();
    const top = this.statements;
    this.statements = [];
    const stack: BlockStatement[] = [];
    const place = (statement: Statement) => {
      const parent = stack[stack.length - 1];
      if (statement.parent !== parent) {
        statement.parent = parent;
        moved.push(statement);
      }
      (parent === undefined ? this.statements : parent.children).push(statement);
    };
    for (const chunk of chunks) {
      const { only } = chunk;
      if (only !== undefined && !isBlock(only)) {
        place(only);
        continue;
      }
      for (const part of chunk.parts) {
        if ("statement" in part) {
          const { statement } = part;
          place(statement);
          if (!isBlock(statement)) continue;
          before.set(statement, statement.children);
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
    if (!sameList(this.statements, top)) this.changed = edits;
    // Inner blocks come later, so by going backwards each has been seen before the one around it.
    for (const [block, children] of [...before].reverse()) {
      if (block.changed !== edits && !sameList(block.children, children)) block.changed = edits;
      if (block.changed === edits && block.parent) block.parent.changed = edits;
    }
    return moved;
  }

  /**
   * `chunks` from `at` on, `count` of them, have come in place of `old` ones. Gives the statements that stand in another
   * block than before.
   */
  update(chunks: readonly ParsedChunk[], at: number, count: number, old: readonly ParsedChunk[]): readonly Statement[] {
    if (count === 0 && old.length === 0) return NONE;
    const gone = outline(old);
    const come = outline(chunks.slice(at, at + count));
    if (gone === undefined || come === undefined || gone.open.length !== come.open.length) return this.rebuild(chunks);
    if (gone.top.length === 0 && come.top.length === 0) return NONE;
    const place = gone.top.length === 0 ? this.placeBehind(chunks, at) : this.placeOf(gone.top[0] as Statement);
    if (place === undefined) return this.rebuild(chunks);
    edits += 1;
    const { parent, index } = place;
    fill(come, parent);
    replace(parent?.children ?? this.statements, index, gone.top.length, come.top);
    if (parent === undefined) this.changed = edits;
    const moved: Statement[] = [];
    for (const [i, { block, inside }] of come.open.entries()) {
      const instead = gone.open[i] as Opened;
      const kept = instead.block.children.slice(instead.inside.length);
      block.children = [...inside, ...kept];
      block.close = instead.block.close;
      if (this.open === instead.block) this.open = block;
      for (const statement of kept) {
        statement.parent = block;
        moved.push(statement);
      }
    }
    for (let around = come.open.at(-1)?.block ?? parent; around !== undefined; around = around.parent)
      around.changed = edits;
    return moved;
  }

  private placeOf(first: Statement) {
    const { parent } = first;
    return { parent, index: (parent?.children ?? this.statements).indexOf(first) };
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
    // Behind the last statement there are comments and braces at most.
    for (let i = chunks.length - 1; i >= 0; i--) {
      const chunk = chunks[i] as ParsedChunk;
      const last = chunk.text.trim() === "" ? undefined : chunk.last;
      if (last !== undefined) return { chunk, error: unclosedError(open, last) };
    }
    return undefined;
  }
}

function unclosedError(open: BlockStatement, { start, end }: Span): SyntaxError {
  const message = `expected "}" at the end of the text: the ${open.kind} ${nameOf(open)}is not closed`;
  return { code: "syntax-error", start, end, message, expected: ["}"] };
}

/** A block that a run of chunks leaves open, and what of it stands in them. */
interface Opened {
  readonly block: BlockStatement;
  readonly inside: Statement[];
}
interface Outline {
  /** What stands in no other block of the run. */
  readonly top: Statement[];
  /** Outermost first. */
  readonly open: readonly Opened[];
  readonly closed: readonly (Opened & { readonly close: BlockStatement["close"] })[];
}

/** The statements of a run of chunks in their blocks; undefined where it ends a block that began before it. */
function outline(chunks: readonly ParsedChunk[]): Outline | undefined {
  // Of many it is quicker to begin anew.
  if (chunks.length > 1000) return undefined;
  const top: Statement[] = [];
  const open: Opened[] = [];
  const closed: (Opened & { readonly close: BlockStatement["close"] })[] = [];
  for (const chunk of chunks)
    for (const part of chunk.parts as readonly Part[]) {
      if (!("statement" in part)) {
        const last = open.pop();
        if (last === undefined) return undefined;
        closed.push({ ...last, close: "close" in part ? { chunk, span: part.close } : undefined });
        continue;
      }
      const { statement } = part;
      (open.at(-1)?.inside ?? top).push(statement);
      if (!isBlock(statement)) continue;
      const opened = { block: statement, inside: [] };
      if (part.opens) open.push(opened);
      else closed.push({ ...opened, close: undefined });
    }
  return { top, open, closed };
}

/** Tells the statements of a run in which blocks they are. */
function fill({ top, open, closed }: Outline, parent: BlockStatement | undefined): void {
  for (const statement of top) statement.parent = parent;
  for (const { block, inside } of open) for (const statement of inside) statement.parent = block;
  for (const { block, inside, close } of closed) {
    block.children = inside;
    block.close = close;
    block.changed = edits;
    for (const statement of inside) statement.parent = block;
  }
}

const NONE: readonly never[] = [];
const sameList = (a: readonly Statement[], b: readonly Statement[]): boolean =>
  a.length === b.length && a.every((statement, i) => statement === b[i]);

function nameOf(block: BlockStatement): string {
  if ("name" in block && block.name) return `"${block.name.text}" `;
  if ("title" in block && block.title) return `"${block.title.text}" `;
  return "";
}
