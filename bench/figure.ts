/** What a bench has measured: one figure, of one subject, at one size. */
export interface Figure {
  /** `language server`, `parse` … */
  readonly suite: string;
  /** `open until the first findings` … */
  readonly what: string;
  /** `IOChain`, or the peer. */
  readonly subject: string;
  /** Rules, packets …; 0 where there is none. */
  readonly size: number;
  /** The median. */
  readonly value: number;
  readonly p95?: number;
  readonly unit: "s" | "ms" | "µs" | "ns" | "MB";
}

/** `results.json`: the last figures of every suite. */
export interface Results {
  /** Of the last run, `2026-01-31`. */
  readonly date: string;
  readonly machine: string;
  readonly figures: readonly Figure[];
}

/** Processor time of a run in milliseconds: it does not move with what else the machine does. Median of `times`. */
export function cpu(times: number, run: () => unknown): number {
  const all: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const before = process.cpuUsage();
    run();
    const { user, system } = process.cpuUsage(before);
    all.push((user + system) / 1000);
  }
  return all.sort((a, b) => a - b)[Math.floor(all.length / 2)] as number;
}

/** The same for each of `count` things, in nanoseconds. */
export const cpuEach = (count: number, times: number, run: () => unknown): number => (cpu(times, run) * 1e6) / count;
