/** A captured frame at the vNIC where the capture was taken. */
import { decodeFrame } from "../capture/decode.ts";
import type { Frame, Packet } from "../capture/packet.ts";
import type { Vnic } from "../policy/policy.ts";
import { describe } from "./describe.ts";
import type { Steps } from "./slot.ts";
import type { Direction, Trace } from "./trace.ts";
import { CapturedTrace, runAt, walkAt } from "./walk.ts";
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

/** Where the frames of a capture are met. With neither `at` nor an interface, by the MACs of the inventory. */
export interface Vantage {
  /** All frames at this vNIC. */
  readonly at?: Vnic;
  /** The vNICs of pcapng interfaces, by name, else by number. They count before `at`. */
  readonly interfaces?: ReadonlyMap<string, Vnic>;
  /** MACs of the capture that are not those of the inventory. They count before the inventory's. */
  readonly macs?: ReadonlyMap<number, Vnic>;
  /** Walk what a tunnel carries, the innermost, instead of the tunnel's own packet. */
  readonly inner?: boolean;
}

export interface Replayed {
  readonly frame: Frame;
  /** As it was walked: what a tunnel carries, where that was asked for. */
  readonly packet: Packet;
  readonly trace: Trace;
}

/** A capture's frames, one after the other, in one world. */
export class Replay {
  private readonly world: World;
  private readonly vantage: Vantage;
  private readonly startClock: number;
  private firstTime: bigint | undefined;

  constructor(world: World, vantage: Vantage) {
    this.world = world;
    this.vantage = vantage;
    this.startClock = world.clock;
  }

  /** Walks a frame. `interfaceName` is its pcapng interface's. A frame that belongs to no vNIC walks nowhere, and its trace notes it. */
  walk(frame: Frame, interfaceName?: string): Replayed {
    const { world, vantage } = this;
    this.firstTime ??= frame.time;
    advance(world, frame, this.startClock, this.firstTime);
    const outer = decodeFrame(frame.data, frame.linkType, frame.originalLength);
    const packet = vantage.inner ? innermost(outer) : outer;
    return { frame, packet, trace: this.trace(frame, packet, interfaceName) };
  }

  private trace(frame: Frame, packet: Packet, interfaceName: string | undefined): Trace {
    const { world, vantage } = this;
    const nowhere = (note: string): Trace => ({
      packet: packet.unsupported === undefined ? describe(packet, world.policy) : `${frame.data.length} octets`,
      outcome: "delivered",
      clock: world.clock,
      walks: [],
      note,
    });
    if (packet.unsupported !== undefined) return nowhere(packet.unsupported);
    const vnic =
      (interfaceName === undefined ? undefined : vantage.interfaces?.get(interfaceName)) ??
      vantage.interfaces?.get(String(frame.interface)) ??
      vantage.at;
    if (vnic !== undefined) return runAt(world, vnic, this.direction(vnic, packet), packet);
    const sender = this.ownerOf(packet.eth.src);
    const receiver = this.ownerOf(packet.eth.dst);
    if (sender === undefined && receiver === undefined) return nowhere("neither MAC is that of a vNIC");
    const out = sender && runAt(world, sender, "out", packet);
    if (receiver === undefined || (out && out.outcome !== "delivered")) return out as Trace;
    const into = runAt(world, receiver, "in", packet);
    return out ? new CapturedTrace(world, packet, [...out.walks, ...into.walks]) : into;
  }

  private direction(vnic: Vnic, packet: Packet): Direction {
    if (this.vantage.macs?.get(packet.eth.src) === vnic) return "out";
    if (this.vantage.macs?.get(packet.eth.dst) === vnic) return "in";
    return directionOf(this.world, vnic, packet);
  }

  private ownerOf(mac: number): Vnic | undefined {
    return this.vantage.macs?.get(mac) ?? this.world.ownerOfMac(mac);
  }
}

function innermost(packet: Packet): Packet {
  let at = packet;
  while (at.inner !== undefined) at = at.inner;
  return at;
}
