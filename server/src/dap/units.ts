/** What a unit of a script does, moment by moment: a packet sent, or a captured frame replayed. */
import type { Packet } from "../capture/packet.ts";
import { compare } from "../chain/expectation.ts";
import type { Sending } from "../chain/packet.ts";
import { replayFrame, replayTrip } from "../chain/replay.ts";
import { POSSIBLE_STEP } from "../chain/scenario.ts";
import { run, trip } from "../chain/walk.ts";
import type { World } from "../chain/world.ts";
import type { Vnic } from "../policy/policy.ts";
import type { Expectation } from "../syntax/tree.ts";
import type { FrameTape } from "./frameTape.ts";
import type { Grain } from "./history.ts";
import type { Moment } from "./moment.ts";
import { LAST, type Travelled, tripMoments } from "./tripMoments.ts";

export type Unit = Generator<Moment, void, Packet | undefined>;

/** A packet is sent; `edit` takes its place before it leaves. */
export function* sendUnit(
  world: World,
  sending: Sending,
  edit: Packet | undefined,
  expectation: Expectation | undefined,
  grain: Grain,
): Unit {
  const sent: Sending = edit ? { ...sending, packet: edit } : sending;
  const { trace, edited = sent.packet }: Travelled =
    grain === "whole"
      ? { trace: run(world, sent) }
      : yield* tripMoments(trip(world, sent, { stepping: grain === "every stop" }));
  const failure = expectation && compare(expectation, trace);
  yield { kind: "finished", order: LAST, packet: edited, trace, ...(failure ? { failure } : {}) };
}

/** Frame `index` of a capture that was taken at `vnic`. An edit before its first slot is made there. */
export function* frameUnit(
  world: World,
  { tape, vnic, index }: { readonly tape: FrameTape; readonly vnic: Vnic; readonly index: number },
  edit: Packet | undefined,
  grain: Grain,
): Unit {
  const frame = tape.at(index);
  const start = tape.startClock(index, world.clock);
  const steps = () => replayTrip(world, vnic, frame, start, tape.start, grain === "every stop");
  const { trace, edited }: Travelled =
    grain === "whole" && !edit
      ? { trace: replayFrame(world, vnic, frame, start, tape.start) }
      : yield* tripMoments(steps(), edit);
  yield { kind: "finished", order: LAST, trace, ...(edited ? { packet: edited } : {}) };
}

/** A step that could not be done. */
export function* failedUnit(problem: string): Unit {
  yield { kind: "finished", order: LAST, failure: { expected: POSSIBLE_STEP, actual: problem } };
}
