/**
 * Mistakes in a policy's text: those that the packets would meet, and those that they never do. What a run is worth that
 * passes a mistake nobody knows, so it does not begin; elsewhere a warning is enough.
 */

import type { Policy, Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { ProgramNames } from "../policy/programNames.ts";
import { slotLines } from "../policy/slots.ts";
import { lineOf } from "../syntax/document.ts";
import { topOf } from "../syntax/statements.ts";
import type { ScenarioStatement, Statement } from "../syntax/tree.ts";
import { baseName } from "./paths.ts";
import type { Script } from "./script.ts";

interface Mistake {
  readonly uri: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
  /** The declaration, at the top of its file, that it is in. */
  readonly owner?: Statement;
}
interface Found {
  /** Why the run would be worth nothing. */
  readonly onTheWay?: string;
  readonly elsewhere: readonly string[];
}

/** Units of a script that are tried to find out where its packets pass. */
const TRIED = 500;

/** The first of those in the text, told with its place; undefined: it reads without one. */
export function firstMistake(program: Program): string | undefined {
  const [first] = inText(program);
  return first && told(first);
}

export function mistakesOnTheWay(
  program: Program,
  policy: Policy,
  script: Script,
  scenario: Source<ScenarioStatement> | undefined,
): Found {
  const mistakes = [...inText(program), ...inNames(program, policy), ...inSlots(policy)];
  const [first] = mistakes;
  if (!first) return { elsewhere: [] };
  const reached = linesReached(script, scenario?.statement);
  const met = mistakes.find(({ owner, line }) => owner !== undefined && line <= (reached.get(owner) ?? -1));
  if (met) return { onTheWay: `the packet would pass a mistake: ${told(met)}`, elsewhere: [] };
  const many = mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`;
  return { elsewhere: [`the policy has ${many}, none where the packets pass; the first: ${told(first)}`] };
}
const told = ({ uri, line, message }: Mistake): string => `${baseName(uri)}:${line}: ${message}`;

/** What the parser complains about. */
const inText = (program: Program): Mistake[] =>
  program.documents.flatMap((document) =>
    [...document.errors()].map(({ chunk, error }) => {
      const within = chunk.statements.find((s) => s.start <= error.start && error.end <= s.end) ?? chunk.statements[0];
      // Text that is no statement counts to the declaration before it.
      const nearest = within ?? document.tree.statements.findLast((s) => s.chunk.line <= chunk.line);
      const line = document.positionAt(chunk, error.start).line + 1;
      return { uri: document.uri, line, message: error.message, ...(nearest ? { owner: topOf(nearest) } : {}) };
    }),
  );

/** Names that stand for nothing. */
function inNames(program: Program, policy: Policy): Mistake[] {
  const found: Mistake[] = [];
  for (const { uri, space, key, users } of new ProgramNames(program).undeclared()) {
    // What is local to a block or VM is entered behind its name.
    const name = key.slice(key.indexOf("\0") + 1);
    if (space === "tag" || (space === "service" && policy.services.has(name))) continue;
    for (const statement of users) {
      if (statement.broken) continue;
      const message = `nothing named "${name}" is declared`;
      found.push({ uri, line: lineOf(statement), message, owner: topOf(statement) });
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

const SLOT_PROBLEMS = {
  "out-of-range": "there is no slot of this number",
  reserved: "this slot is reserved",
  "wrong-module": "this slot is another module's",
  duplicate: "this slot is taken by a line above",
} as const;
/** Slot lines that do not hold. */
const inSlots = (policy: Policy): Mistake[] =>
  policy.chains.flatMap(({ source }) =>
    slotLines(source.statement, policy.platform).flatMap(({ statement, problem }) =>
      problem
        ? [{ uri: source.uri, line: lineOf(statement), message: SLOT_PROBLEMS[problem.kind], owner: source.statement }]
        : [],
    ),
  );

/**
 * The declarations that the packets meet, each with the last line of it that one reads: of rules those up to the one that
 * decides, of the rest all.
 */
function linesReached(script: Script, scenario: Statement | undefined): ReadonlyMap<Statement, number> {
  const reached = new Map<Statement, number>();
  const reach = (statement: Statement, line: number): void => {
    reached.set(statement, Math.max(line, reached.get(statement) ?? -1));
  };
  if (scenario) reach(scenario, Number.POSITIVE_INFINITY);
  const world = script.world();
  for (let index = 0; index < Math.min(script.length, TRIED); index++)
    for (const moment of script.begin(index, world, undefined, "slots")) {
      if (moment.kind !== "decided") continue;
      const { chain, block } = moment.place;
      if (chain) reach(chain.source.statement, Number.POSITIVE_INFINITY);
      const { by, appliance } = moment.decision;
      if (!block || by?.kind === "state") continue;
      reach(block.source.statement, by?.kind === "rule" ? (by.line ?? 0) : Number.POSITIVE_INFINITY);
      if (appliance !== undefined && block.module === "redirect" && block.via)
        reach(block.via.source.statement, Number.POSITIVE_INFINITY);
    }
  return reached;
}
