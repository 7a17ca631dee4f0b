/** The firewall's timers: their names, and how long they are when a policy does not say. */
import type { BlockDeclaration } from "../syntax/tree.ts";
import { MAX_TIMER } from "./limits.ts";
import type { Timeouts, TimerName } from "./policy.ts";

const SECOND = 1000;
const HOUR = 3600 * SECOND;

export const DEFAULT_TIMEOUTS: Timeouts = {
  "tcp-first-packet": 120 * SECOND,
  "tcp-opening": 30 * SECOND,
  "tcp-established": 12 * HOUR,
  "tcp-closing": 120 * SECOND,
  "tcp-fin-wait": 45 * SECOND,
  "tcp-closed": 20 * SECOND,
  "udp-first": 60 * SECOND,
  "udp-single": 30 * SECOND,
  "udp-multiple": 60 * SECOND,
  "icmp-first": 20 * SECOND,
  "icmp-error": 10 * SECOND,
};

export const isTimerName = (text: string): text is TimerName => Object.hasOwn(DEFAULT_TIMEOUTS, text);

/** A firewall's timers; the first line for each holds. */
export function compileTimeouts(dfw: BlockDeclaration): Timeouts {
  const set: Partial<Record<TimerName, number>> = {};
  for (const block of dfw.children) {
    if (block.kind !== "timeouts") continue;
    for (const line of block.children) {
      if (line.kind !== "timeout" || line.timer === undefined || line.duration === undefined) continue;
      const { text } = line.timer;
      if (isTimerName(text) && line.duration.milliseconds <= MAX_TIMER) set[text] ??= line.duration.milliseconds;
    }
  }
  return { ...DEFAULT_TIMEOUTS, ...set };
}
