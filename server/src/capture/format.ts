import type { Octets } from "./octets.ts";
import type { Frame } from "./packet.ts";

export interface CaptureInterface {
  /** pcapng: the section it belongs to, and its index there. */
  readonly section: number;
  readonly id: number;
  readonly linkType: number;
  /** Longest part of a frame that is kept; 0 for no limit. */
  readonly snapLength: number;
  readonly name?: string;
  readonly description?: string;
}

/** Why reading had to stop, and the octet of the file at which. */
export interface CaptureError {
  readonly at: number;
  readonly message: string;
}

/** Where a format says what it finds. */
export interface CaptureLog {
  readonly failed: boolean;
  addInterface(found: CaptureInterface): void;
  warn(at: number, message: string): void;
  fail(at: number, message: string): undefined;
}

export interface CaptureFormat {
  /** The next frame; undefined when more octets are needed, or after `fail`. */
  next(): Frame | undefined;
  /** One that goes on where this one is, in other octets. */
  fork(octets: Octets, log: CaptureLog): CaptureFormat;
  /** In words, what would come next. */
  expected(): string;
}
