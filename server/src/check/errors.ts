/**
 * What is wrong with a program, for those who want to know before they ask it something: the findings of `check.ts` that
 * are errors, without what is kept for edits. Who uses a name is not asked: that nobody does is no error.
 */
import { compileRules } from "../policy/compile.ts";
import { lookupKey, type Space } from "../policy/names.ts";
import type { Policy } from "../policy/policy.ts";
import type { Program } from "../policy/program.ts";
import { ProgramDeclarations } from "../policy/programNames.ts";
import { eachStatement } from "../syntax/statements.ts";
import { STRIDE, type Steps } from "../syntax/steps.ts";
import type { Statement } from "../syntax/tree.ts";
import { checkBindings } from "./bindings.ts";
import { sortFindings } from "./check.ts";
import { CODES } from "./codes.ts";
import type { Finding } from "./finding.ts";
import { checkList, checkStatement } from "./kept.ts";
import { checkCycles, checkDuplicates, checkImports, type Scope } from "./names.ts";
import { Nearby } from "./nearby.ts";
import { RuleIds } from "./ruleIds.ts";
import { checkSizes } from "./sizes.ts";
import { checkSlots } from "./slots.ts";
import { checkText, mistake } from "./syntax.ts";

/** Of vNICs and keys, `checkList` tells what is declared twice. */
const SPACES: readonly Space[] = ["endpoint", "service", "block"];

export function* errorSteps(program: Program, policy: Policy): Steps<Finding[]> {
  const names = new ProgramDeclarations(program);
  const scope: Scope = { program, names, policy, nearby: new Nearby(names, policy) };
  const errors: Finding[] = [];
  const add = (findings: readonly Finding[]): void => {
    for (const finding of findings) if (CODES[finding.code].severity === "error") errors.push(finding);
  };
  for (const document of program.documents) {
    const { uri, tree } = document;
    for (const chunk of document.chunks) if (chunk.errors.length > 0) add(checkText(uri, chunk));
    const unclosed = document.unclosed();
    if (unclosed) add([mistake(uri, unclosed.chunk, unclosed.error)]);
    add(checkList(uri, document));
    const statements: Statement[] = [];
    eachStatement(tree.statements, (statement) => void statements.push(statement));
    for (const [index, statement] of statements.entries()) {
      add(checkStatement({ uri, statement }, scope));
      if ("children" in statement) {
        add(checkList(uri, statement));
        if (statement.parent === undefined) add(new RuleIds(statement).findings(uri));
      }
      if (index % STRIDE === 0) yield;
    }
  }
  for (const space of SPACES)
    for (const { entry } of names.declared(space)) add(checkDuplicates({ space, key: lookupKey(entry) }, names));
  add(checkImports(program));
  add(checkCycles(program));
  add(checkSlots(program, policy));
  add(checkBindings(policy));
  yield* compileRules(policy);
  add(checkSizes(policy));
  return sortFindings(program, errors);
}
