import type { Packet } from "../../server/src/capture/packet.ts";
import { makePacket, type Sending } from "../../server/src/chain/packet.ts";
import { World } from "../../server/src/chain/world.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { parsePacket } from "../../server/src/syntax/packetText.ts";

/** A packet in the language's notation, with the MACs that a policy's inventory gives it. */
export function packetOf(policy: string, text: string): Packet {
  const program = loadProgram("memory", () => parseFile("memory", policy));
  return sendingOf(World.start(compilePolicy(program)), text).packet;
}

/** The same, about to be sent in a world. */
export function sendingOf(world: World, text: string): Sending {
  const { packet, from } = parsePacket(text);
  if (packet === undefined) throw new Error(`no packet: ${text}`);
  const made = makePacket(world, packet, from);
  if ("error" in made) throw new Error(made.error);
  return made;
}
