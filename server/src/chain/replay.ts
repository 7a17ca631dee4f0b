/** A captured frame at the vNIC where the capture was taken. */
import { decodeFrame } from "../capture/decode.ts";
import type { Frame, Packet } from "../capture/packet.ts";
import type { Vnic } from "../policy/policy.ts";
import type { Steps } from "./slot.ts";
import type { Direction, Trace } from "./trace.ts";
import { runAt, walkAt } from "./walk.ts";
import type { World } from "./world.ts";

/** Out when the vNIC is its source, by MAC or else by address; all else came in. */
export function directionOf(world: World, vnic: Vnic, packet: Packet): Direction {
  if (vnic.mac !== undefined) {
    if (packet.eth.src === vnic.mac) return "out";
    if (packet.eth.dst === vnic.mac) return "in";
  }
  const own = world.addresses(vnic);
  const source = packet.arp ? packet.arp.senderIp : packet.ip?.src;
  return source !== undefined && own.includes(source) ? "out" : "in";
}

/** The frame's walk, stop by stop. The clock goes on by the frame's time since the first one's; it never goes back. */
export function* replayTrip(
  world: World,
  vnic: Vnic,
  frame: Frame,
  startClock: number,
  firstTime: bigint | undefined,
  stepping: boolean,
): Steps<Trace> {
  advance(world, frame, startClock, firstTime);
  const packet = decodeFrame(frame.data, frame.linkType, frame.originalLength);
  return yield* walkAt(world, vnic, directionOf(world, vnic, packet), packet, { stepping });
}

/** The same, to its end. */
export function replayFrame(
  world: World,
  vnic: Vnic,
  frame: Frame,
  startClock: number,
  firstTime: bigint | undefined,
): Trace {
  advance(world, frame, startClock, firstTime);
  const packet = decodeFrame(frame.data, frame.linkType, frame.originalLength);
  return runAt(world, vnic, directionOf(world, vnic, packet), packet);
}

export function advance(world: World, frame: Frame, startClock: number, firstTime: bigint | undefined): void {
  if (frame.time === undefined || firstTime === undefined) return;
  const clock = startClock + Number((frame.time - firstTime) / 1_000_000n);
  if (clock > world.clock) world.clock = clock;
}
