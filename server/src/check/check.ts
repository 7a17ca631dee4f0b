/** All findings that need no packets: those of every document of a program, in order, each once. */
import { compilePolicy, compileRules } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import type { SourceDocument } from "../syntax/document.ts";
import { finish, type Steps } from "../syntax/steps.ts";
import { checkAtVnics } from "./atVnics.ts";
import type { Finding } from "./finding.ts";
import { KeptFindings } from "./kept.ts";
import { checkKeys } from "./services.ts";
import { checkSizes } from "./sizes.ts";
import { checkText } from "./syntax.ts";
import { checkValues } from "./values.ts";

export const checkProgram = (program: Program, policy: Policy = compilePolicy(program)): Finding[] =>
  finish(checkSteps(program, policy));

/** The same in short steps. */
export function* checkSteps(program: Program, policy: Policy): Steps<Finding[]> {
  const kept = new KeptFindings(program);
  yield* kept.refresh(program, policy);
  yield* compileRules(policy);
  return sortFindings(program, [...kept.found.all(), ...checkCompiledRules(policy)]);
}

/** What an editor shows at first, and some more: statements that stand at the beginning of a document. */
const FIRST_PART = 2000;
/** What is wrong at the beginning of a document, as far as it was read and tells by itself. */
export function checkPart({ uri, part }: SourceDocument): Finding[] {
  const findings: Finding[] = [];
  for (const chunk of part.slice(0, FIRST_PART)) {
    if (chunk.errors.length > 0) findings.push(...checkText(uri, chunk));
    for (const statement of chunk.statements) checkValues({ uri, statement }, findings);
  }
  return findings;
}

/** What looks at all rules as they were compiled. */
export const checkCompiledRules = (policy: Policy): Finding[] => [
  ...checkAtVnics(policy),
  ...checkKeys(policy),
  ...checkSizes(policy),
];

/** By document, in the program's order, then by place; of equal findings at one place, one. */
export function sortFindings(program: Program, findings: readonly Finding[]): Finding[] {
  const order = new Map(program.documents.map(({ uri }, index) => [uri, index]));
  const document = ({ place }: Finding) => order.get(place.at.uri) ?? order.size;
  const line = ({ place }: Finding) => place.at.statement.chunk.line;
  const sorted = [...findings].sort(
    (a, b) =>
      document(a) - document(b) ||
      line(a) - line(b) ||
      a.place.span.start - b.place.span.start ||
      a.place.span.end - b.place.span.end ||
      (a.code < b.code ? -1 : a.code > b.code ? 1 : 0),
  );
  return sorted.filter((found, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.code !== found.code ||
      before.message !== found.message ||
      !samePlace(before, found)
    );
  });
}

const samePlace = (a: Finding, b: Finding): boolean =>
  a.place.at.uri === b.place.at.uri &&
  a.place.at.statement.chunk === b.place.at.statement.chunk &&
  a.place.span.start === b.place.span.start &&
  a.place.span.end === b.place.span.end;
