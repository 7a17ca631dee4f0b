/** What a session runs: the steps of a scenario, one packet, or the frames of a capture. */
import type { Frame as CapturedFrame, Packet } from "../capture/packet.ts";
import type { World } from "../chain/world.ts";
import type { Statement } from "../syntax/tree.ts";
import type { Frame } from "./frames.ts";
import type { Course } from "./history.ts";
import type { Moment } from "./moment.ts";

/** A frame as somebody has it; one of a capture has its number there, from 1. */
export type Given = Pick<CapturedFrame, "data" | "linkType" | "originalLength"> & { readonly number?: number };

export interface Script extends Course<World, Moment, Packet> {
  /** As the session's last line names it. */
  readonly title: string;
  /** Many frames rather than a few steps: its packets are not told one by one. */
  readonly capture: boolean;
  /** The packet that unit `index` is about to send; undefined where it sends none. */
  packet(index: number, world: World): Packet | undefined;
  /** The packet, as text. */
  notation(index: number, world: World): string;
  /** The unit's own place on the call stack. */
  frame(index: number, world: World): Frame;
  /** The scenario's step; undefined for a packet or a frame that stands in no file. */
  statement(index: number): Statement | undefined;
  /** Whether unit `index` sends a packet. */
  isSend(index: number): boolean;
  /** What unit `index` sends, where it was captured or stands in the text octet by octet. */
  given?(index: number, world: World): Given | undefined;
  /** Sources of the session's own, by reference. */
  source(reference: number): { readonly name: string; readonly text: string } | undefined;
}
