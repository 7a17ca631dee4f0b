/**
 * Mistakes in a policy's text: those that the packets would meet, and those that they never do. What a run is worth that
 * passes a line which was left out nobody knows, so it does not begin; elsewhere a warning is enough.
 */

import type { Code } from "../check/codes.ts";
import { errorSteps } from "../check/errors.ts";
import type { Finding } from "../check/finding.ts";
import { HOLDING, isTriedBy, ruleOf } from "../check/mistakenWay.ts";
import { referencesIn } from "../policy/names.ts";
import type { Policy, Source } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { ProgramDeclarations } from "../policy/programNames.ts";
import { lineOf } from "../syntax/document.ts";
import { eachStatement, topOf } from "../syntax/statements.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import type { ScenarioStatement, Statement } from "../syntax/tree.ts";
import { baseName } from "./paths.ts";
import type { Script } from "./script.ts";

interface Found {
  /** Why the run would be worth nothing. */
  readonly onTheWay?: string;
  readonly elsewhere: readonly string[];
}

/** Units of a script that are tried to find out where its packets pass. */
const TRIED = 500;

/** A launch tells these by itself. */
const IMPORTS: ReadonlySet<Code> = new Set(["import-not-found", "import-outside"]);

/** The first of those in the text, told with its place; undefined: it reads without one. */
export function firstMistake(program: Program): string | undefined {
  for (const document of program.documents)
    for (const { chunk, error } of document.errors())
      return told(document.uri, document.positionAt(chunk, error.start).line + 1, error.message);
  return undefined;
}

export function* mistakesOnTheWay(
  program: Program,
  policy: Policy,
  script: Script,
  scenario: Source<ScenarioStatement> | undefined,
): Steps<Found> {
  const errors = yield* errorSteps(program, policy);
  const mistakes = errors.filter(({ code }) => !IMPORTS.has(code));
  if (mistakes.length === 0) return { elsewhere: [] };
  const reached = yield* linesReached(program, script, scenario?.statement);
  const met = mistakes.filter(({ place }) => isReached(place.at.statement, reached));
  const grave = met.find(({ code }) => !HOLDING.has(code));
  if (grave) return { onTheWay: `the packet would pass a mistake: ${toldOf(program, grave)}`, elsewhere: [] };
  const others = mistakes.filter((mistake) => !met.includes(mistake));
  return {
    elsewhere: [
      ...summary(program, met, "and runs as it is written"),
      ...summary(program, others, "none where the packets pass"),
    ],
  };
}

function summary(program: Program, [first, ...more]: readonly Finding[], which: string): string[] {
  if (!first) return [];
  const many = more.length === 0 ? "a mistake" : `${more.length + 1} mistakes`;
  return [`the policy has ${many}, ${which}; the first: ${toldOf(program, first)}`];
}
function toldOf(program: Program, { place: { at, span }, message }: Finding): string {
  const line = program.document(at.uri)?.rangeOf(at.statement.chunk, span).start.line;
  return told(at.uri, line === undefined ? lineOf(at.statement) : line + 1, message);
}
const told = (uri: string, line: number, message: string): string => `${baseName(uri)}:${line}: ${message}`;

/** The declarations that the packets meet, each with the rule that decided there; undefined: all of it was read. */
type Reached = ReadonlyMap<Statement, Statement | undefined>;

function isReached(statement: Statement, reached: Reached): boolean {
  const owner = topOf(statement);
  if (!reached.has(owner) || isSkipped(statement)) return false;
  const decider = reached.get(owner);
  return decider === undefined || isTriedBy(decider, statement);
}
/** A disabled rule: no packet asks what it says. */
const isSkipped = (statement: Statement): boolean =>
  statement.kind === "rule" && statement.clauses.some(({ kind }) => kind === "disabled");

function* linesReached(program: Program, script: Script, scenario: Statement | undefined): Steps<Reached> {
  const reached = new Map<Statement, Statement | undefined>();
  /** With a decider: as far as it; of two the one that more is tried before. */
  const reach = (owner: Statement, decider?: Statement): void => {
    if (!reached.has(owner)) reached.set(owner, decider);
    else {
      const known = reached.get(owner);
      if (known && (!decider || isTriedBy(decider, known))) reached.set(owner, decider);
    }
  };
  if (scenario) reach(scenario);
  let moments = 0;
  const world = script.world();
  for (let index = 0; index < Math.min(script.length, TRIED); index++)
    for (const moment of script.begin(index, world, undefined, "slots")) {
      if (++moments % STRIDE === 0) yield;
      if (moment.kind !== "decided") continue;
      const { chain, block } = moment.place;
      if (chain) reach(chain.source.statement);
      const { by, appliance } = moment.decision;
      if (!block || by?.kind === "state") continue;
      const decider = by?.kind === "rule" && by.id !== undefined ? ruleOf(block, by.id) : undefined;
      reach(block.source.statement, decider?.source.statement);
      if (appliance !== undefined && block.module === "redirect" && block.via) reach(block.via.source.statement);
    }
  followNames(program, reached, reach);
  return reached;
}

/** What the lines that are reached name (groups, services, machines and their segments) is met with them. */
function followNames(program: Program, reached: Reached, reach: (owner: Statement) => void): void {
  const names = new ProgramDeclarations(program);
  // A map hands out what is added while one goes through it.
  for (const owner of reached.keys())
    eachStatement([owner], (statement) => {
      if (!isReached(statement, reached)) return;
      for (const reference of referencesIn(statement)) {
        if (reference.space !== "endpoint" && reference.space !== "service") continue;
        const declared = names.resolve(reference);
        if (declared) reach(topOf(declared.entry.statement));
      }
    });
}
