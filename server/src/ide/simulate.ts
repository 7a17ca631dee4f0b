/**
 * What the editor asks of the engine: a packet's trip, the slots of a chain, the tests of a policy and their results.
 * The same walk as everywhere; here it only is given the words of the requests.
 */
import type { Range } from "vscode-languageserver-types";
import { byText, decisiveSlot } from "../chain/expectation.ts";
import { makePacket } from "../chain/packet.ts";
import { runScenario, type ScenarioHost, type ScenarioResult } from "../chain/scenario.ts";
import type { By, Trace } from "../chain/trace.ts";
import { traceText } from "../chain/traceText.ts";
import { chainOf, run } from "../chain/walk.ts";
import { World } from "../chain/world.ts";
import { checkAssert } from "../check/asserts.ts";
import { SLOTS } from "../policy/platforms.ts";
import type { Policy, Source, Vnic } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import { parsePacket } from "../syntax/packetText.ts";
import type { AssertStatement, ScenarioStatement, Statement } from "../syntax/tree.ts";
import { fullRange, type View } from "./view.ts";

// ---- iochain/trace ----------------------------------------------------------------------------------------------

/** The trip of one packet in the language's notation, in a world that has just begun; else why there is none. */
export function tracePacket(view: View, text: string, from?: string): Trace | { readonly error: string } {
  const parsed = parsePacket(from === undefined ? text : `from ${from} ${text.replace(/^\s*send\b/, "")}`);
  const [mistake] = parsed.errors;
  if (mistake || !parsed.packet) return { error: mistake?.message ?? "no packet" };
  const world = World.start(view.policy());
  const sending = makePacket(world, parsed.packet, parsed.from);
  return "error" in sending ? { error: sending.error } : run(world, sending);
}

// ---- iochain/chain ----------------------------------------------------------------------------------------------

export interface ChainSlot {
  readonly slot: number;
  readonly owner: string;
  readonly module: string;
  readonly block?: string;
  /** Where the block is declared. */
  readonly by?: By;
}
export interface ChainView {
  /** A vNIC that the chain covers; none when it covers nobody. */
  readonly vnic: string;
  readonly chain: string;
  readonly direction: "out";
  readonly slots: readonly ChainSlot[];
  /** Names of all chains of the policy. */
  readonly chains: readonly string[];
}

/** The sixteen slots of a chain: of that name, of that vNIC, else the first. Undefined when there is none. */
export function chainView(
  view: View,
  wanted: { readonly chain?: string; readonly vnic?: string },
): ChainView | undefined {
  const policy = view.policy();
  const asked: Vnic | undefined = wanted.vnic === undefined ? undefined : policy.vnics.get(wanted.vnic);
  const byName = policy.chains.find(({ name }) => name === wanted.chain);
  const chain = byName ?? (asked && chainOf(policy, asked)) ?? policy.chains[0];
  if (chain === undefined) return undefined;
  const vnic = asked && chain.vnics.has(asked) ? asked : [...chain.vnics][0];
  return {
    vnic: vnic?.id ?? "",
    chain: chain.name,
    direction: "out",
    chains: policy.chains.map(({ name }) => name),
    slots: SLOTS.map((slot) => {
      const { owner, module } = policy.platform.slots[slot];
      const block = chain.slots.get(slot)?.block;
      const empty = module === undefined ? "reserved" : "empty";
      return {
        slot,
        owner,
        module: block?.module ?? empty,
        ...(block && { block: block.name, by: declaredAt(block.source) }),
      };
    }),
  };
}

const declaredAt = ({ uri, statement }: Source<Statement>): By => ({
  kind: "policy",
  file: uri,
  line: lineOf(statement),
});

// ---- iochain/tests, iochain/runTests ----------------------------------------------------------------------------

export interface TestItem {
  readonly name: string;
  readonly kind: "scenario" | "assert";
  readonly uri: string;
  readonly range: Range;
}

export function tests({ document }: View): TestItem[] {
  const out: TestItem[] = [];
  for (const statement of document.tree.statements) {
    if (statement.kind !== "scenario" && statement.kind !== "assert") continue;
    out.push({
      name: testName(statement),
      kind: statement.kind,
      uri: document.uri,
      range: fullRange(document, statement),
    });
  }
  return out;
}

/** An assert without a title is called by its text. */
const testName = (statement: ScenarioStatement | AssertStatement): string =>
  statement.title?.text ??
  (statement.kind === "scenario"
    ? "scenario"
    : statement.chunk.text.slice(statement.start, statement.end).replace(/\s+/g, " "));

export interface TestResult {
  readonly name: string;
  readonly kind: "scenario" | "assert";
  readonly uri: string;
  /** From 1. */
  readonly line: number;
  readonly outcome: "passed" | "failed";
  readonly failures: readonly {
    readonly line: number;
    readonly expected: string;
    readonly actual: string;
    readonly trace?: Trace;
    /** The trace as text. */
    readonly trip?: string;
  }[];
  /** Of an assert: a packet for which it does not hold, as it stands after `send`. */
  readonly counterexample?: string;
}

/** Runs the tests of the document, those whose name is in `names` or all; one at each step. */
export function* runTests(view: View, host?: ScenarioHost, names?: readonly string[]): Generator<TestResult, void> {
  const policy = view.policy();
  const { uri, tree } = view.document;
  for (const statement of tree.statements) {
    if (statement.kind !== "scenario" && statement.kind !== "assert") continue;
    if (names !== undefined && !names.includes(testName(statement))) continue;
    yield statement.kind === "scenario"
      ? scenarioResult(runScenario(policy, { uri, statement }, host))
      : assertResult(view, { uri, statement });
  }
}

function scenarioResult({ scenario: { uri, statement }, steps, passed }: ScenarioResult): TestResult {
  return {
    name: testName(statement),
    kind: "scenario",
    uri,
    line: lineOf(statement),
    outcome: passed ? "passed" : "failed",
    failures: steps.flatMap(({ step, trace, failure }) =>
      failure
        ? [
            {
              line: lineOf(step),
              expected: failure.expected,
              actual: failure.actual,
              ...(trace && { trace, trip: traceText(trace) }),
            },
          ]
        : [],
    ),
  };
}

function assertResult(view: View, assert: Source<AssertStatement>): TestResult {
  const { uri, statement } = assert;
  const line = lineOf(statement);
  const row = { name: testName(statement), kind: "assert" as const, uri, line };
  const result = checkAssert(view.policy(), assert);
  if (result.holds) return { ...row, outcome: "passed", failures: [] };
  const expected = statement.property?.word ?? "an assert that can be read";
  const actual = result.holds === undefined ? `not decided: ${result.undecided}` : result.reason;
  const counterexample = result.holds === undefined ? undefined : result.packet;
  const trace = counterexample === undefined ? undefined : tracePacket(view, counterexample);
  return {
    ...row,
    outcome: "failed",
    failures: [{ line, expected, actual, ...(trace && !("error" in trace) && { trace, trip: traceText(trace) }) }],
    ...(counterexample !== undefined && { counterexample }),
  };
}

// ---- what became of a scenario's packets ------------------------------------------------------------------------

const results = new WeakMap<Policy, Map<Statement, ScenarioResult>>();

/** A scenario's result, run once a policy. Captures are not read for it. */
export function resultOf(policy: Policy, scenario: Source<ScenarioStatement>): ScenarioResult {
  const known = results.get(policy) ?? new Map<Statement, ScenarioResult>();
  results.set(policy, known);
  let result = known.get(scenario.statement);
  if (result === undefined) {
    result = runScenario(policy, scenario);
    known.set(scenario.statement, result);
  }
  return result;
}

/** `delivered by rule 1001 "Users to web"`, `dropped at slot 2 by default`. */
export function outcomeText(trace: Trace): string {
  if (trace.reason !== undefined) return `${trace.outcome} between two walks by ${trace.reason}`;
  const decisive = decisiveSlot(trace.walks);
  if (decisive === undefined) return trace.outcome;
  const at = trace.outcome === "delivered" ? "" : ` at slot ${decisive.slot.slot}`;
  return `${trace.outcome}${at} by ${byText(decisive.slot)}`;
}

/** The most that can be expected of a packet's trip, as it stands after `expect`. */
export function expectationOf(trace: Trace): string {
  if (trace.reason !== undefined) return `${trace.outcome} by ${trace.reason}`;
  const decisive = trace.outcome === "flooded" ? undefined : decisiveSlot(trace.walks);
  if (decisive === undefined) return trace.outcome;
  const { slot, by, reason } = decisive.slot;
  const at = trace.outcome === "delivered" ? "" : ` at slot ${slot}`;
  if ((by?.kind === "rule" || by?.kind === "appliance") && by.id !== undefined)
    return `${trace.outcome}${at} by rule ${by.id}`;
  if (by?.kind === "state" || by?.kind === "default") return `${trace.outcome}${at} by ${by.kind}`;
  return `${trace.outcome}${at}${reason === undefined ? "" : ` by ${reason}`}`;
}
