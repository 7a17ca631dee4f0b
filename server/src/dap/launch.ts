/** From a launch request to what runs. What cannot be run is said in words that a person can act on. */

import { boundsOf, MEGABYTE } from "../policy/bounds.ts";
import { compileSteps } from "../policy/compile.ts";
import type { Block, Policy, Source, Vnic } from "../policy/policy.ts";
import { type Program, programSteps, type Unread, unreadText } from "../policy/program.ts";
import { readableFrom, type Wanted } from "../policy/readable.ts";
import { utf8 } from "../policy/utf8.ts";
import { parseFile, type SourceDocument } from "../syntax/document.ts";
import { nearest } from "../syntax/near.ts";
import type { Steps } from "../syntax/steps.ts";
import type { ScenarioStatement } from "../syntax/tree.ts";
import { captureScript } from "./captureScript.ts";
import type { Files } from "./files.ts";
import { firstMistake, mistakesOnTheWay } from "./mistakes.ts";
import { packetScript } from "./packetScript.ts";
import { baseName } from "./paths.ts";
import { usedBlocks } from "./places.ts";
import { RequestError } from "./protocol.ts";
import { scenarioScript } from "./scenarioScript.ts";
import type { Script } from "./script.ts";

export interface LaunchArguments {
  readonly program?: string;
  readonly scenario?: string;
  readonly packet?: string;
  readonly capture?: string;
  readonly at?: string;
  /** The key of a flow, as `iochain/replay` tells it: only its frames are replayed. */
  readonly flow?: string;
  readonly stopOnEntry?: boolean;
  readonly stepThroughEmptySlots?: boolean;
  readonly stopOnExpectFailure?: boolean;
  readonly noDebug?: boolean;
  /** Where imports and the captures of scenarios may be read from, by path or URI. */
  readonly folders?: readonly string[];
  readonly outsideFolders?: boolean;
  /** Of `bounds.ts`, those that are not to be the standard ones. */
  readonly limits?: object;
}

export interface Loaded {
  /** What the session is called. */
  readonly title: string;
  readonly program: Program;
  readonly policy: Policy;
  /** The blocks that packets come to. */
  readonly used: ReadonlySet<Block>;
  readonly script: Script;
  /** The scenario that runs, if one does. */
  readonly scenario?: Source<ScenarioStatement>;
  readonly stepThroughEmptySlots: boolean;
  readonly warnings: readonly string[];
  /** Of each file that was read, what its `stamp` was. */
  readonly stamps: ReadonlyMap<string, number | undefined>;
}

/**
 * Reads and compiles what a launch asks for, in short steps: a large policy takes seconds, and the client may want to go
 * meanwhile. Throws a RequestError, to be shown, when it cannot run.
 */
export function* load(args: LaunchArguments, files: Files): Steps<Loaded> {
  const path = args.program;
  if (typeof path !== "string" || path === "")
    throw new RequestError("the launch configuration names no program: the policy file to debug", true);
  const stamps = new Map<string, number | undefined>();
  const documentOf = (uri: string, bytes: Uint8Array | Unread): SourceDocument | Unread => {
    if (typeof bytes === "string") return bytes;
    // Reading a program or a picture as a policy would take long, and find nothing but mistakes.
    const text = bytes.includes(0) ? undefined : utf8(bytes);
    if (text === undefined) return "no text";
    stamps.set(uri, files.stamp?.(uri));
    return parseFile(uri, text);
  };
  const bytes = files.readNamed(path);
  const root = documentOf(path, bytes);
  if (typeof root === "string") throw new RequestError(notThere(path, root), true);
  const load = (uri: string) => (uri === path ? root : documentOf(uri, files.read(uri)));
  const program = yield* programSteps(path, load, boundsOf(args.limits));
  const policy = yield* compileSteps(program);
  const capture = (open: Files["capture"]) => (name: string) => {
    stamps.set(name, files.stamp?.(name));
    return open(name);
  };
  const watched: Files = { ...files, capture: capture(files.capture), captureNamed: capture(files.captureNamed) };
  const { script, scenario, warnings: about = [] } = scriptOf(args, program, policy, watched);
  const warnings = program.missingImports.map(
    ({ uri, why }) => `the import ${uri} ${unreadText(why)}: what it declares is missing`,
  );
  warnings.push(...about);
  yield;
  const mistakes = yield* mistakesOnTheWay(program, policy, script, scenario);
  if (mistakes.onTheWay) throw new RequestError(mistakes.onTheWay, true);
  return {
    title: baseName(path),
    program,
    policy,
    used: usedBlocks(policy),
    script,
    ...(scenario ? { scenario } : {}),
    stepThroughEmptySlots: args.stepThroughEmptySlots === true,
    warnings: [...warnings, ...mistakes.elsewhere],
    stamps,
  };
}

/** What a policy may have read: of the folders that the client names, else of the one that the adapter was started in. */
export function wantedBy(
  { program, folders, outsideFolders, limits }: LaunchArguments,
  startedIn: string | undefined,
): Wanted {
  const opened = { folders: folders ?? [], policies: [String(program)], startedIn, outside: outsideFolders === true };
  return { readable: readableFrom(opened), longest: boundsOf(limits).fileMegabytes * MEGABYTE };
}

/** Why a file that the launch names does not run. */
export function notThere(path: string, why: Unread): string {
  if (why === "no text") return `${path} ${unreadText(why)}`;
  return why === "too long" ? `${path} is too long to be debugged` : `there is no file ${path}, or it cannot be read`;
}

function scriptOf(
  args: LaunchArguments,
  program: Program,
  policy: Policy,
  files: Files,
): { script: Script; scenario?: Source<ScenarioStatement>; warnings?: readonly string[] } {
  if (args.packet !== undefined && args.capture !== undefined)
    throw new RequestError("the launch configuration has a packet and a capture: one of them can run", true);
  if (args.packet !== undefined) return { script: packetScript(args.packet, policy) };
  if (args.capture !== undefined) return captureScript(args.capture, vnicOf(args.at, policy), policy, files, args.flow);
  const scenario = scenarioOf(args.scenario, policy, program);
  return { script: scenarioScript(scenario, policy, files), scenario };
}

function scenarioOf(name: string | undefined, policy: Policy, program: Program): Source<ScenarioStatement> {
  const [first] = policy.scenarios;
  if (!first) {
    const mistake = firstMistake(program);
    const why =
      mistake === undefined ? "write one, or launch with a packet or a capture" : `a mistake may hide it, ${mistake}`;
    throw new RequestError(`the policy has no scenario: ${why}`, true);
  }
  if (name === undefined) return first;
  const found = policy.scenarios.find((s) => s.statement.title?.text === name);
  if (found) return found;
  const titles = policy.scenarios.map((s) => s.statement.title?.text ?? "");
  const close = nearest(name, titles);
  const choices = titles.map((title) => `"${title}"`).join(", ");
  throw new RequestError(
    `there is no scenario "${name}"${close === undefined ? `; there are ${choices}` : `; did you mean "${close}"?`}`,
    true,
  );
}

function vnicOf(at: string | undefined, policy: Policy): Vnic {
  const all = [...policy.vnics.keys()];
  if (at === undefined)
    throw new RequestError(`a capture needs the vNIC at which it was taken, as "at": ${all.join(", ")}`, true);
  const [only, more] = policy.vms.get(at)?.vnics ?? [];
  const named = policy.vnics.get(at) ?? (more ? undefined : only);
  if (named) return named;
  const close = nearest(at, all);
  throw new RequestError(
    `there is no vNIC ${at}; ${close ? `did you mean ${close}?` : `there are ${all.join(", ")}`}`,
    true,
  );
}
