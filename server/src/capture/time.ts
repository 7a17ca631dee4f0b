const scratch = new DataView(new ArrayBuffer(8));

const WORD = 0x1_0000_0000;
/** The seconds that were asked for last, and the two words of them in nanoseconds: many frames are of one second. */
let last = 0;
let lastHigh = 0;
let lastLow = 0;

/**
 * Seconds (below 2^48) and nanoseconds (below 2^52) as one count of nanoseconds. Put together in doubles and read as one
 * bigint: arithmetic on bigints would cost more than the rest of reading a frame.
 */
export function nanoseconds(seconds: number, nanos: number): bigint {
  if (seconds !== last) {
    const upper = Math.floor(seconds / 0x10000) * 1_000_000_000;
    const lower = (upper % 0x10000) * 0x10000 + (seconds % 0x10000) * 1_000_000_000;
    last = seconds;
    lastHigh = Math.floor(upper / 0x10000) + Math.floor(lower / WORD);
    lastLow = lower % WORD;
  }
  const low = lastLow + nanos;
  scratch.setUint32(0, low < WORD ? lastHigh : lastHigh + Math.floor(low / WORD));
  // Modulo 2^32.
  scratch.setUint32(4, low);
  return scratch.getBigInt64(0);
}

/** The 64 bits of two words as nanoseconds. */
export function words(high: number, low: number): bigint {
  scratch.setUint32(0, high);
  scratch.setUint32(4, low);
  return scratch.getBigUint64(0);
}

/** How a pcapng interface counts time: ticks to a second, by if_tsresol, and seconds to add, by if_tsoffset. */
export interface Clock {
  /** Nanoseconds a tick where that is a whole number below 2^31, else 0. */
  readonly tick: number;
  readonly ticksPerSecond: bigint;
  readonly offset: bigint;
}

/** `resolution` as in if_tsresol: a power of ten, or with the highest bit a power of two. */
export function clock(resolution: number, offset: bigint): Clock {
  const power = resolution & 0x7f;
  const ticksPerSecond = (resolution & 0x80) === 0 ? 10n ** BigInt(power) : 1n << BigInt(power);
  const tick = (resolution & 0x80) === 0 && power <= 9 ? 10 ** (9 - power) : 0;
  return { tick, ticksPerSecond, offset };
}

export function timeOf(clock: Clock, high: number, low: number): bigint {
  let time: bigint;
  if (clock.tick === 1) time = words(high, low);
  else if (clock.tick > 1 && high < 0x200000) {
    const ticks = high * 0x1_0000_0000 + low;
    const perSecond = 1_000_000_000 / clock.tick;
    const seconds = Math.floor(ticks / perSecond);
    time =
      seconds < 0x1_0000_0000
        ? nanoseconds(seconds, (ticks - seconds * perSecond) * clock.tick)
        : BigInt(ticks) * BigInt(clock.tick);
  } else time = (words(high, low) * 1_000_000_000n) / clock.ticksPerSecond;
  return clock.offset === 0n ? time : time + clock.offset * 1_000_000_000n;
}
