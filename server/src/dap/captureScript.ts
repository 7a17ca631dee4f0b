/** A capture, or one flow of it, as a script: a unit a frame, each one walk at the vNIC where the capture was taken. */
import { decodeFrame } from "../capture/decode.ts";
import type { Frame, Packet } from "../capture/packet.ts";
import { describe } from "../chain/describe.ts";
import { flowOf } from "../chain/flow.ts";
import { flowKeyText } from "../chain/flowTable.ts";
import { World } from "../chain/world.ts";
import type { Policy, Vnic } from "../policy/policy.ts";
import { type Unread, unreadText } from "../policy/program.ts";
import type { Files } from "./files.ts";
import { FrameTape } from "./frameTape.ts";
import { baseName } from "./paths.ts";
import { RequestError } from "./protocol.ts";
import type { Script } from "./script.ts";
import { frameUnit } from "./units.ts";

/** Frames in one source of the session's own: a list of a million would be of no use. */
const PAGE = 1000;

/** `frame 12 · t=0.013s`, numbered from 1, as the capture has it. */
export function frameName(tape: FrameTape, index: number): string {
  const frame = tape.at(index);
  return `frame ${frame.number} · t=${tape.seconds(frame).toFixed(6)}s`;
}

export const noCapture = (path: string, why: Unread): string =>
  why === "missing" ? `there is no capture ${path}, or it cannot be read` : `the capture ${path} ${unreadText(why)}`;

/** `flow`: its key, as `flowKeyText` writes it. Throws a RequestError when the file is not there, or is no capture. */
export function captureScript(
  path: string,
  vnic: Vnic,
  policy: Policy,
  files: Files,
  flow?: string,
): { readonly script: Script; readonly warnings: readonly string[] } {
  const pieces = files.captureNamed(path);
  if (pieces === "too long") throw new RequestError(`${path} is too long to be debugged: up to 1 GiB is read`, true);
  if (typeof pieces === "string") throw new RequestError(noCapture(path, pieces), true);
  const name = baseName(path);
  let tape: FrameTape;
  try {
    tape = new FrameTape(pieces, flow === undefined ? undefined : (frame) => keyOf(frame) === flow);
  } catch (error) {
    throw new RequestError(`${name}: ${(error as Error).message}`, true);
  }
  if (tape.length === 0)
    throw new RequestError(`${name} holds no frame${flow === undefined ? "" : ` of the flow "${flow}"`}`, true);
  const packet = (index: number): Packet => packetOf(tape.at(index));
  const script: Script = {
    title: `${name} at ${vnic.id}`,
    capture: true,
    length: tape.length,
    world: () => World.start(policy),
    begin: (index, world, edit, grain) => frameUnit(world, { tape, vnic, index }, edit, grain),
    packet,
    notation: (index) => describe(packet(index), policy),
    frame: (index) => ({
      name: frameName(tape, index),
      depth: "step",
      reference: 1 + Math.floor(index / PAGE),
      line: (index % PAGE) + 1,
      column: 1,
    }),
    given: (index) => tape.at(index),
    statement: () => undefined,
    isSend: () => true,
    source: (reference) => {
      const start = (reference - 1) * PAGE;
      if (!Number.isInteger(start) || start < 0 || start >= tape.length) return undefined;
      const end = Math.min(start + PAGE, tape.length);
      const lines: string[] = [];
      for (let index = start; index < end; index++)
        lines.push(`${frameName(tape, index)} · ${describe(packet(index), policy)}\n`);
      return { name: tape.length > PAGE ? `${name} ${start + 1}–${end}` : name, text: lines.join("") };
    },
  };
  return { script, warnings: tape.warnings.map((warning) => `${name}: ${warning}`) };
}

const packetOf = ({ data, linkType, originalLength }: Frame): Packet => decodeFrame(data, linkType, originalLength);

function keyOf(frame: Frame): string | undefined {
  const found = flowOf(packetOf(frame));
  return found && flowKeyText(found.key);
}
