/** Nanoseconds since the epoch as seconds, to the microsecond that a number holds. */
export const seconds = (time: bigint | undefined): number | null =>
  time === undefined ? null : Number(time / 1_000n) / 1e6;
