/**
 * Questions about all packets, for any client that wants to ask them; answered in slices, and cancellable:
 *
 * - `iochain/explain` `{ uri, from?, to?, service? }` → the fate of a class (`check/explain.ts`)
 * - `iochain/diff` `{ old, new }`, each `{ uri, files? }` → the packets that fare differently (`check/diff.ts`)
 * - `iochain/coverage` `{ uri, of? }` → what its scenarios and asserts, or the last replay, exercise (`check/coverage.ts`)
 * - `iochain/scenarioFor` `{ uri, line }` → a scenario for the rule, default or binding there (`check/reach.ts`)
 */
import type { WorkspaceEdit } from "vscode-languageserver";
import { runScenario } from "../chain/scenario.ts";
import { diffText, explanationText } from "../check/classText.ts";
import { Coverage, coverageText } from "../check/coverage.ts";
import { diff } from "../check/diff.ts";
import { explain } from "../check/explain.ts";
import { leftOut, leftOutLines, type PolicyError } from "../check/leftOut.ts";
import { type Reach, reach } from "../check/reach.ts";
import { appended } from "../ide/edits.ts";
import { statementOn } from "../ide/scenarioActions.ts";
import { compilePolicy } from "../policy/compile.ts";
import type { Policy } from "../policy/policy.ts";
import { loadProgram, type Program } from "../policy/program.ts";
import { fileName } from "../policy/uri.ts";
import { SourceDocument } from "../syntax/document.ts";
import type { Answers } from "./features.ts";
import { ErrorCodes, LSPErrorCodes, ResponseError } from "./protocol.ts";
import type { Session } from "./session.ts";
import { optionalText, text, viewOf } from "./simulation.ts";
import { breathe, inSlices } from "./slices.ts";

/** For people, who know files by their names. */
const withLeftOut = (text: string, errors: readonly PolicyError[]): string =>
  [text, ...leftOutLines(errors.map((error) => ({ ...error, file: fileName(error.file) })))].join("\n");

export const QUESTIONS = {
  "iochain/explain": async (session, params, token) => {
    const view = viewOf(session, params.uri);
    if (view === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no policy ${params.uri}`);
    const asked = {
      from: optionalText(params.from, "from"),
      to: optionalText(params.to, "to"),
      service: optionalText(params.service, "service"),
    };
    const answer = await inSlices(explain(view.program, view.policy(), asked), token);
    if (!("problems" in answer)) {
      const errors = await inSlices(leftOut(view.program, view.policy()), token);
      return { ...answer, errors, text: withLeftOut(explanationText(answer), errors) };
    }
    const message = answer.problems.map((problem) => `${problem.part}: ${problem.message}`).join(" ");
    throw new ResponseError(LSPErrorCodes.RequestFailed, message, answer);
  },
  "iochain/diff": async (session, params, token) => {
    const [old, now] = [policyOf(session, params.old, "old"), policyOf(session, params.new, "new")];
    const answer = await inSlices(diff(old.policy, now.policy), token);
    const errors: PolicyError[] = [];
    for (const { program, policy } of [old, now]) errors.push(...(await inSlices(leftOut(program, policy), token)));
    return { ...answer, errors, text: withLeftOut(diffText(answer), errors) };
  },
  "iochain/coverage": async (session, params, token) => {
    const view = viewOf(session, params.uri);
    if (view === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no policy ${params.uri}`);
    if (params.of === "replay") {
      const [replayed] = session.workspace
        .rootsOf(view.document.uri)
        .flatMap((root) => session.replayed.get(root) ?? []);
      if (replayed === undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, "no capture has been replayed");
      return { ...replayed.coverage, text: coverageText(replayed.coverage) };
    }
    if (params.of !== undefined) throw new ResponseError(ErrorCodes.InvalidParams, `of: "replay" or nothing`);
    const policy = view.policy();
    const coverage = new Coverage(policy);
    for (const scenario of policy.scenarios) {
      coverage.addScenario(runScenario(policy, scenario, session.scenarioHost));
      await breathe(token);
    }
    for (const assert of policy.asserts) await inSlices(coverage.addAssert(assert), token);
    const report = coverage.report();
    return { ...report, text: coverageText(report) };
  },
  "iochain/scenarioFor": (session, params) => scenarioFor(session, params),
} satisfies Answers;

/** A scenario for what is written on a line (from 1) of a document, to be added at its end; else why there is none. */
export function scenarioFor(
  session: Session,
  params: { readonly uri?: unknown; readonly line?: unknown },
): (Reach & { readonly edit: WorkspaceEdit }) | { readonly none: string } {
  const view = viewOf(session, params.uri);
  const line = typeof params.line === "number" && Number.isInteger(params.line) ? params.line : 0;
  if (view === undefined || line < 1)
    throw new ResponseError(ErrorCodes.InvalidParams, "a policy that is known, and a line of it, from 1");
  const statement = statementOn(view, line - 1, (each) => targets.has(each.kind));
  const found = statement && reach(view.policy(), statement);
  if (found === undefined) return { none: "no rule, default or binding that counts is written there" };
  return "none" in found ? found : { ...found, edit: appended(view.document, found.scenario) };
}
const targets: ReadonlySet<string> = new Set(["rule", "default", "bind"]);

/** The policy that starts at a document, with other texts for some of its files: those of a commit, or of an editor. */
function policyOf(
  session: Session,
  side: unknown,
  what: string,
): { readonly program: Program; readonly policy: Policy } {
  const { uri, files } = (side ?? {}) as { readonly uri?: unknown; readonly files?: Readonly<Record<string, unknown>> };
  const root = text(uri, `${what}.uri`);
  const own = new Map(
    Object.entries(files ?? {}).map(([file, content]) => [
      file,
      new SourceDocument(file, text(content, `${what}.files`)),
    ]),
  );
  session.workspace.name(root);
  const document = (file: string) => own.get(file) ?? session.workspace.load(file);
  if (typeof document(root) === "string") throw new ResponseError(ErrorCodes.InvalidParams, `no policy ${root}`);
  const program = loadProgram(root, document);
  return { program, policy: compilePolicy(program) };
}
