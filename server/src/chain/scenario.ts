/** Scenarios: steps in a world that starts afresh, and what each came to. */
import type { Frame } from "../capture/packet.ts";
import { settingOf } from "../policy/bounds.ts";
import { ipOf, vnicId } from "../policy/endpoints.ts";
import type { Policy, Source, Vnic } from "../policy/policy.ts";
import { lineOf } from "../syntax/document.ts";
import type { ScenarioStatement, SendStep, Span, Statement, Step, VnicRef } from "../syntax/tree.ts";
import { compare, type Mismatch } from "./expectation.ts";
import { makePacket, type Sending } from "./packet.ts";
import { replayFrame } from "./replay.ts";
import type { Trace } from "./trace.ts";
import { run } from "./walk.ts";
import { World } from "./world.ts";

/** What scenarios need of the world outside: captures, by the path as written. */
export interface ScenarioHost {
  /** The frames of a capture, or why there are none. */
  readCapture(path: string, from: string): Iterable<Frame> | { readonly error: string };
}

export interface StepResult {
  /** A step, or what stands in its place and cannot be read. */
  readonly step: Statement;
  /** Of a send step. */
  readonly trace?: Trace;
  /** The expectation that did not come true, or the step that could not be done. */
  readonly failure?: Mismatch & { readonly span: Span };
  /** Of a replay step. */
  readonly traces?: readonly Trace[];
}
export interface ScenarioResult {
  readonly scenario: Source<ScenarioStatement>;
  readonly steps: readonly StepResult[];
  readonly passed: boolean;
  /** As the last step left it. */
  readonly world: World;
}

export function runScenario(policy: Policy, scenario: Source<ScenarioStatement>, host?: ScenarioHost): ScenarioResult {
  const world = World.start(policy);
  const steps: StepResult[] = [];
  let walks = 0;
  for (const step of scenario.statement.children) {
    if (!isStep(step) || step.broken) {
      steps.push({ step, failure: cannot(step, "it has a mistake, and is not taken") });
      continue;
    }
    const beyond = beyondBounds(policy, steps.length, walks);
    if (beyond !== undefined) {
      steps.push({ step, failure: cannot(step, beyond) });
      break;
    }
    const result = runStep(world, step, scenario.uri, host);
    steps.push(result);
    walks += walksOf(result);
  }
  return { scenario, steps, passed: steps.every((step) => step.failure === undefined), world };
}

/** Walks through a chain that a step was: of a capture each frame counts as one. */
export const walksOf = ({ trace, traces }: StepResult): number => trace?.walks.length ?? traces?.length ?? 0;

/** What is told instead of another step, after so many. */
export function beyondBounds({ bounds }: Policy, steps: number, walks: number): string | undefined {
  if (steps >= bounds.scenarioSteps)
    return `it is one of more than ${bounds.scenarioSteps} (${settingOf("scenarioSteps")})`;
  if (walks > bounds.walks) return `packets have made more than ${bounds.walks} walks (${settingOf("walks")})`;
  return undefined;
}

const STEPS = new Set(["send", "wait", "set", "approve", "rotate", "replay"]);
const isStep = (statement: Statement): statement is Step => STEPS.has(statement.kind);
export const stepsOf = (scenario: ScenarioStatement): readonly Step[] => scenario.children.filter(isStep);

/** Does a step. One that cannot be done is a failure, and changes nothing. */
export function runStep(world: World, step: Step, uri: string, host?: ScenarioHost): StepResult {
  if (step.kind === "send") return runSend(world, step);
  if (step.kind === "replay") return runReplay(world, step, uri, host);
  const problem = applyStep(world, step);
  return problem ? { step, failure: cannot(step, problem) } : { step };
}

function runSend(world: World, step: SendStep): StepResult {
  const sending = sendingOf(world, step);
  if ("error" in sending) return { step, failure: { ...cannot(step, sending.error), span: sending.span } };
  const trace = run(world, sending);
  const mismatch = step.expect && compare(step.expect, trace);
  return mismatch ? { step, trace, failure: { ...mismatch, span: step.expect ?? step } } : { step, trace };
}

/** The packet of a send step, or why there is none. */
export function sendingOf(world: World, step: SendStep): Sending | { readonly error: string; readonly span: Span } {
  if (!step.packet) return { error: "the packet has a mistake", span: step };
  const made = makePacket(world, step.packet, step.from);
  return "error" in made ? { error: made.error, span: { start: made.start, end: made.end } } : made;
}

/** What a step that cannot be taken falls short of. */
export const POSSIBLE_STEP = "a step that can be done";
const cannot = (step: Statement, problem: string) => ({
  expected: POSSIBLE_STEP,
  actual: problem,
  span: { start: step.start, end: step.end },
});

/** A step that sends nothing; what is wrong with it, if anything. */
export function applyStep(world: World, step: Exclude<Step, { kind: "send" | "replay" }>): string | undefined {
  switch (step.kind) {
    case "wait":
      if (!step.duration) return "how long is missing";
      world.clock += step.duration.milliseconds;
      return undefined;
    case "set":
      return setState(world, step.name?.text ?? "", step.state?.text ?? "");
    case "approve": {
      const vnic = step.vnic && vnicOf(world.policy, step.vnic);
      const ip = ipOf(step.address);
      if (!vnic) return `there is no vNIC ${step.vnic ? vnicId(step.vnic.vm, step.vnic.vnic) : ""}`;
      if (ip === undefined) return `"${step.address?.text ?? ""}" is not an IP address`;
      world.approve(vnic, ip);
      return undefined;
    }
    case "rotate": {
      const block = world.policy.blocks.get(step.block?.text ?? "");
      if (block?.module !== "encryption") return `there is no encryption block "${step.block?.text ?? ""}"`;
      const key = step.key?.text ?? "";
      if (!block.keys.has(key)) return `the block "${block.name}" has no key "${key}"`;
      world.epochs.set(`${block.name}.${key}`, world.epoch(block.name, key) + 1);
      return undefined;
    }
  }
}

function setState(world: World, name: string, state: string): string | undefined {
  if (world.policy.appliances.has(name)) {
    if (state !== "up" && state !== "hung" && state !== "down") return `"${state}" is no state: up, hung, down`;
    world.appliances.set(name, state);
    return undefined;
  }
  if (!world.policy.blocks.has(name)) return `there is no appliance or block "${name}"`;
  if (state === "hung") return `a block is up or down; only an appliance can be hung`;
  if (state === "down") world.blocksDown.set(name, true);
  else world.blocksDown.delete(name);
  return undefined;
}

export const vnicOf = (policy: Policy, ref: VnicRef): Vnic | undefined => policy.vnics.get(vnicId(ref.vm, ref.vnic));

function runReplay(
  world: World,
  step: Extract<Step, { kind: "replay" }>,
  uri: string,
  host?: ScenarioHost,
): StepResult {
  const vnic = step.at && vnicOf(world.policy, step.at);
  if (!vnic)
    return { step, failure: cannot(step, `there is no vNIC ${step.at ? vnicId(step.at.vm, step.at.vnic) : ""}`) };
  if (!host || !step.path) return { step, failure: cannot(step, "captures cannot be read here") };
  const frames = host.readCapture(step.path.text, uri);
  if ("error" in frames) return { step, failure: cannot(step, frames.error) };
  const start = world.clock;
  let first: bigint | undefined;
  const traces: Trace[] = [];
  const { replayedFrames } = world.policy.bounds;
  let count = 0;
  for (const frame of frames) {
    count += 1;
    if (count > replayedFrames) {
      const why = `the capture has more than ${replayedFrames} frames (${settingOf("replayedFrames")})`;
      return { step, traces, failure: cannot(step, why) };
    }
    first ??= frame.time;
    const trace = replayFrame(world, vnic, frame, start, first);
    if (trace) traces.push(trace);
  }
  return { step, traces };
}

/** Where a step is written, for messages: file and line from 1. */
export const stepPlace = (uri: string, step: Step): { readonly file: string; readonly line: number } => ({
  file: uri,
  line: lineOf(step),
});
