/** One packet in the language's notation, as a script of one unit. */
import { describe } from "../chain/describe.ts";
import { makePacket } from "../chain/packet.ts";
import { World } from "../chain/world.ts";
import type { Policy } from "../policy/policy.ts";
import { parsePacket } from "../syntax/packetText.ts";
import { RequestError } from "./protocol.ts";
import type { Script } from "./script.ts";
import { failedUnit, sendUnit } from "./units.ts";

const SOURCE = 1;

/** Throws a RequestError that says what is wrong with the packet, and where. */
export function packetScript(text: string, policy: Policy): Script {
  const { packet, from, expect, errors } = parsePacket(text);
  const complain = (message: string, at: number): RequestError =>
    new RequestError(`packet, at ${at + 1}: ${message}: ${text.slice(0, at)}▸${text.slice(at)}`, true);
  const [mistake] = errors;
  if (mistake || !packet) throw complain(mistake?.message ?? "expected a packet", mistake?.start ?? 0);
  const sending = (world: World) => makePacket(world, packet, from);
  const first = sending(World.start(policy));
  if ("error" in first) throw complain(first.error, first.start);
  return {
    title: describe(first.packet, policy),
    capture: false,
    length: 1,
    world: () => World.start(policy),
    begin: (_, world, edit, grain) => {
      const made = sending(world);
      return "error" in made ? failedUnit(made.error) : sendUnit(world, made, edit, expect, grain);
    },
    packet: (_, world) => {
      const made = sending(world);
      return "error" in made ? undefined : made.packet;
    },
    given: () => first.given,
    notation: () => describe(first.packet, policy),
    frame: () => ({
      name: `packet ${describe(first.packet, policy)}`,
      depth: "step",
      reference: SOURCE,
      line: 1,
      column: 1,
    }),
    statement: () => undefined,
    isSend: () => true,
    source: (reference) =>
      reference === SOURCE ? { name: "packet", text: `send ${text.replace(/^\s*send\s+/, "")}\n` } : undefined,
  };
}
