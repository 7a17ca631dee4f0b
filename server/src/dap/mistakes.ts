/** Mistakes in a policy's text: those that the packet would walk over, and those that it never meets. */
import type { Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import type { SourceDocument } from "../syntax/document.ts";
import type { Chunk, SyntaxError as Mistake, ScenarioStatement, Statement } from "../syntax/tree.ts";
import { baseName } from "./paths.ts";
import type { Script } from "./script.ts";

interface Found {
  /** Why the run would be worth nothing. */
  readonly onTheWay?: string;
  readonly elsewhere: readonly string[];
}

/** Units of a script that are tried to find out where its packets pass. */
const TRIED = 500;

export function mistakesOnTheWay(
  program: Program,
  script: Script,
  scenario: Source<ScenarioStatement> | undefined,
): Found {
  const mistakes = program.documents.flatMap((document) =>
    [...document.errors()].map(({ chunk, error }) => ({ document, chunk, error })),
  );
  if (mistakes.length === 0) return { elsewhere: [] };
  const passed = passedBy(script, scenario?.statement);
  const onTheWay = mistakes.find(({ document, chunk, error }) => {
    const owner = outermost(statementAt(chunk, error), document, chunk);
    return owner !== undefined && passed.has(owner);
  });
  if (onTheWay) return { onTheWay: `the packet would pass a mistake: ${told(onTheWay)}`, elsewhere: [] };
  return {
    elsewhere: [
      `the policy has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}, none where the packets pass; the first: ${told(mistakes[0] as (typeof mistakes)[0])}`,
    ],
  };
}

const told = ({ document, chunk, error }: { document: SourceDocument; chunk: Chunk; error: Mistake }): string =>
  `${baseName(document.uri)}:${document.positionAt(chunk, error.start).line + 1}: ${error.message}`;

/** The declarations that the packets meet: their scenario, their chains, the blocks that are asked. */
function passedBy(script: Script, scenario: Statement | undefined): ReadonlySet<Statement> {
  const passed = new Set<Statement>(scenario ? [scenario] : []);
  const world = script.world();
  for (let index = 0; index < Math.min(script.length, TRIED); index++)
    for (const moment of script.begin(index, world, undefined, "slots")) {
      if (moment.kind !== "slot") continue;
      const { chain, block } = moment.place;
      if (chain) passed.add(chain.source.statement);
      if (!block) continue;
      passed.add(block.source.statement);
      if (block.module === "redirect" && block.via) passed.add(block.via.source.statement);
    }
  return passed;
}

const statementAt = (chunk: Chunk, error: Mistake): Statement | undefined =>
  chunk.statements.find((s) => s.start <= error.start && error.end <= s.end) ?? chunk.statements[0];

/** The declaration at the top of the file that a statement is in; of text that is no statement, the one before it. */
function outermost(statement: Statement | undefined, document: SourceDocument, chunk: Chunk): Statement | undefined {
  let outer = statement ?? document.tree.statements.findLast((s) => s.chunk.line <= chunk.line);
  while (outer?.parent) outer = outer.parent;
  return outer;
}
