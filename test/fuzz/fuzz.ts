/**
 * Fuzzing: a target is tried on made-up inputs for as long as FUZZ_SECONDS says (in CI 8, so that all targets together
 * take about a minute; else 1), from FUZZ_SEED (fixed by default: CI must not be a lottery; `npm run fuzz` draws one).
 * What was found is kept: `corpus/TARGET/*` is tried first, each time.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { test } from "vitest";

const seconds = Number(process.env.FUZZ_SECONDS ?? (process.env.CI ? 8 : 1));
const seed = Number(process.env.FUZZ_SEED ?? 20261125);
/** No single input may take longer, in milliseconds of processor time. */
export const LONGEST = 2000;

export function fuzz<T>(
  target: string,
  inputs: fc.Arbitrary<T>,
  run: (input: T) => void | Promise<void>,
  /** How an input is kept in a file of the corpus. */
  read?: (bytes: Buffer) => T,
): void {
  const folder = join(import.meta.dirname, "corpus", target);
  if (read && existsSync(folder))
    for (const name of readdirSync(folder))
      test(`${target}: ${name} stays mended`, async () => run(read(readFileSync(join(folder, name)))));
  test(`${target} for ${seconds} s, seed ${seed}`, { timeout: (seconds + 60) * 1000 }, async () => {
    await fc.assert(
      fc.asyncProperty(inputs, async (input) => run(input)),
      {
        seed,
        numRuns: Number.MAX_SAFE_INTEGER,
        interruptAfterTimeLimit: seconds * 1000,
        markInterruptAsFailure: false,
      },
    );
  });
}

/** Runs, and complains when it took too much processor time. */
export function within<R>(limit: number, what: string, run: () => R): R {
  const before = process.cpuUsage();
  const result = run();
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000;
  if (milliseconds > limit) throw new Error(`${what} took ${milliseconds.toFixed(0)} ms of processor time`);
  return result;
}

/** Octets with some changed, cut out, doubled, or put in from elsewhere. */
export const damaged = (whole: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      whole,
      fc.array(
        fc.record({
          where: fc.double({ min: 0, max: 1, noNaN: true }),
          how: fc.constantFrom("set", "cut", "double", "insert", "end"),
          octets: fc.uint8Array({ minLength: 1, maxLength: 8 }),
        }),
        { minLength: 1, maxLength: 6 },
      ),
    )
    .map(([bytes, changes]) =>
      changes.reduce((octets, { where, how, octets: put }) => {
        const at = Math.floor(where * octets.length);
        const before = octets.subarray(0, at);
        const behind = octets.subarray(at);
        switch (how) {
          case "set":
            return Buffer.concat([before, put, behind.subarray(put.length)]);
          case "cut":
            return Buffer.concat([before, behind.subarray(put.length)]);
          case "double":
            return Buffer.concat([before, behind.subarray(0, 64), behind]);
          case "insert":
            return Buffer.concat([before, put, behind]);
          default:
            return Buffer.from(before);
        }
      }, Buffer.from(bytes)),
    );
