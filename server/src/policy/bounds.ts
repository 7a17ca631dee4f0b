/**
 * How much is taken before a program says no: what a policy may ask for is bounded, so that nobody's file can hold up
 * an editor or fill a machine. The page `docs/limits.md` is held against this table; in VS Code each is a setting
 * `iochain.limits.NAME`.
 */
interface Bound {
  readonly standard: number;
  /** What is counted, and what is told beyond. */
  readonly what: string;
  readonly beyond: string;
}

export const BOUNDS = {
  fileMegabytes: {
    standard: 64,
    what: "The size of a policy or of a capture in a scenario that is read from disk, in megabytes.",
    beyond: "An import is an error `import-not-found`, a `replay` step fails.",
  },
  imports: {
    standard: 1000,
    what: "Files that a policy imports, directly or not.",
    beyond: "An error `import-not-found` at the first line too many.",
  },
  importDepth: {
    standard: 100,
    what: "How far imports go on from file to file.",
    beyond: "An error `import-not-found` at the line that goes too far.",
  },
} as const satisfies Record<string, Bound>;

export type Bounds = { readonly [name in keyof typeof BOUNDS]: number };

export const STANDARD_BOUNDS = boundsOf(undefined);

/** Bounds as a client's settings give them; what is no whole number from 1 is left as it is. */
export function boundsOf(given: unknown): Bounds {
  const wanted = (typeof given === "object" && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
  const entries = Object.entries(BOUNDS).map(([name, { standard }]) => {
    const value = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    return [name, Number.isSafeInteger(value) && (value as number) > 0 ? value : standard];
  });
  return Object.fromEntries(entries);
}

export const MEGABYTE = 1024 * 1024;
