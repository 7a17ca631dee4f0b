/** A scenario as a script: a unit a step, and of a `replay` step a unit a frame. */
import { decodeFrame } from "../capture/decode.ts";
import type { Packet } from "../capture/packet.ts";
import { describe } from "../chain/describe.ts";
import { applyStep, sendingOf, stepsOf, vnicOf } from "../chain/scenario.ts";
import { World } from "../chain/world.ts";
import type { Policy, Source, Vnic } from "../policy/policy.ts";
import { resolveImport } from "../policy/program.ts";
import type { ReplayStep, ScenarioStatement, Step } from "../syntax/tree.ts";
import { frameName, noCapture } from "./captureScript.ts";
import type { Files } from "./files.ts";
import { headOf } from "./frames.ts";
import { FrameTape } from "./frameTape.ts";
import type { Grain } from "./history.ts";
import { baseName } from "./paths.ts";
import type { Script } from "./script.ts";
import { failedUnit, frameUnit, sendUnit, type Unit } from "./units.ts";

interface Replayed {
  readonly tape: FrameTape;
  readonly vnic: Vnic;
}
interface UnitOf {
  readonly step: Step;
  /** From 1, in the scenario. */
  readonly number: number;
  readonly frame?: { readonly replayed: Replayed; readonly index: number };
  /** Why a replay cannot be done. */
  readonly problem?: string;
}

export function scenarioScript(scenario: Source<ScenarioStatement>, policy: Policy, files: Files): Script {
  const title = scenario.statement.title?.text ?? "scenario";
  const units = stepsOf(scenario.statement).flatMap((step, i) => unitsOf(step, i + 1, scenario.uri, policy, files));
  const unit = (index: number): UnitOf => units[index] as UnitOf;
  const packet = (index: number, world: World): Packet | undefined => {
    const { step, frame } = unit(index);
    if (frame) return frameAt(frame);
    if (step.kind !== "send") return undefined;
    const sending = sendingOf(world, step);
    return "error" in sending ? undefined : sending.packet;
  };
  return {
    title,
    capture: false,
    length: units.length,
    world: () => World.start(policy),
    begin: (index, world, edit, grain) => begin(unit(index), world, edit, grain),
    packet,
    notation: (index, world) => {
      const found = packet(index, world);
      return found ? describe(found, policy) : textOf(unit(index).step);
    },
    frame: (index) => {
      const { step, number, frame } = unit(index);
      const name = `step ${number} · ${title}`;
      return {
        name: frame ? `${frameName(frame.replayed.tape, frame.index)} · ${name}` : name,
        depth: "step",
        uri: scenario.uri,
        ...headOf(step),
      };
    },
    given: (index, world) => {
      const { step, frame } = unit(index);
      if (frame) return frame.replayed.tape.at(frame.index);
      const sending = step.kind === "send" ? sendingOf(world, step) : undefined;
      return sending && "given" in sending ? sending.given : undefined;
    },
    statement: (index) => unit(index).step,
    isSend: (index) => {
      const { step, frame } = unit(index);
      return step.kind === "send" || frame !== undefined;
    },
    source: () => undefined,
  };
}

function unitsOf(step: Step, number: number, uri: string, policy: Policy, files: Files): UnitOf[] {
  if (step.kind !== "replay") return [{ step, number }];
  const replayed = replayedBy(step, uri, policy, files);
  if (typeof replayed === "string") return [{ step, number, problem: replayed }];
  return Array.from({ length: replayed.tape.length }, (_, index) => ({ step, number, frame: { replayed, index } }));
}
function replayedBy(step: ReplayStep, uri: string, policy: Policy, files: Files): Replayed | string {
  const vnic = step.at && vnicOf(policy, step.at);
  if (!vnic) return `there is no vNIC ${step.at ? `${step.at.vm.text}.${step.at.vnic.text}` : ""}`;
  if (!step.path) return "the capture's path is missing";
  const pieces = files.capture(resolveImport(uri, step.path.text));
  if (typeof pieces === "string") return noCapture(step.path.text, pieces);
  try {
    return { tape: new FrameTape(pieces), vnic };
  } catch (error) {
    return `${baseName(step.path.text)}: ${(error as Error).message}`;
  }
}

function* begin({ step, frame, problem }: UnitOf, world: World, edit: Packet | undefined, grain: Grain): Unit {
  if (problem !== undefined) yield* failedUnit(problem);
  else if (frame) yield* frameUnit(world, { ...frame.replayed, index: frame.index }, edit, grain);
  else if (step.kind === "send") {
    const sending = sendingOf(world, step);
    if ("error" in sending) yield* failedUnit(sending.error);
    else yield* sendUnit(world, sending, edit, step.expect, grain);
  } else if (step.kind !== "replay") {
    const wrong = applyStep(world, step);
    if (wrong !== undefined) yield* failedUnit(wrong);
  }
}

const frameAt = ({ replayed, index }: { replayed: Replayed; index: number }): Packet => {
  const { data, linkType, originalLength } = replayed.tape.at(index);
  return decodeFrame(data, linkType, originalLength);
};
const textOf = (step: Step): string => step.chunk.text.slice(step.start, step.end).replace(/\s+/g, " ");
