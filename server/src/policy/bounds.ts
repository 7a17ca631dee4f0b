/**
 * How much a policy may ask for: beyond, a program says no, so that nobody's file holds up an editor or fills a
 * machine. The page `docs/limits.md` is held against this table. In VS Code each is a setting `iochain.limits.NAME`.
 */
export interface Bound {
  readonly standard: number;
  /** No setting goes further. */
  readonly most?: number;
  /** What is counted. */
  readonly what: string;
  /** What is told when there is more. */
  readonly beyond: string;
}

export const BOUNDS = {
  fileMegabytes: {
    standard: 64,
    what: "The size of a policy, or of a capture that a scenario replays, on disk, in megabytes; unpacked, a capture may come to eight times that.",
    beyond: "An import is an error `import-not-found`, a `replay` step fails.",
  },
  workspaceFiles: {
    standard: 5000,
    what: "Policies of a workspace folder that are known without being open.",
    beyond: "A message names the folder; files beyond are known once they are opened or imported.",
  },
  imports: {
    standard: 1000,
    what: "Files that a policy imports, directly or not.",
    beyond: "An error `import-not-found` at the first line too many.",
  },
  importDepth: {
    standard: 100,
    most: 1000,
    what: "How far imports go on from file to file.",
    beyond: "An error `import-not-found` at the line that goes too far.",
  },
  importedMegabytes: {
    standard: 256,
    // V8 has no longer texts.
    most: 500,
    what: "The size of a dump, an export or a log that is imported, in megabytes.",
    beyond: "The import is refused.",
  },
  importedNesting: {
    standard: 200,
    most: 1000,
    what: "The depth of JSON and XML that is imported. NSX's own is under 20 deep.",
    beyond: "The import is refused, with the place.",
  },
  groupAddresses: {
    standard: 1_000_000,
    what: "Addresses, address ranges and vNICs that a group, or a list of groups in a rule, comes to; all of a policy's together may come to twenty times that.",
    beyond: "An error `too-large`; the group or list is taken as empty.",
  },
  serviceEntries: {
    standard: 10_000,
    what: "Protocols and ports that a service, or a list of services in a rule, comes to; all of a policy's together may come to a hundred times that.",
    beyond: "An error `too-large`; the service or list is taken as empty.",
  },
  scenarioSteps: {
    standard: 50_000,
    what: "Steps of a scenario that are run. (The debugger, which can be stopped, has no such limit.)",
    beyond: "The step after the last fails, and the scenario with it.",
  },
  replayedFrames: {
    standard: 100_000,
    what: "Frames of a capture that a scenario replays. (`iochain replay` and the debugger have no such limit.)",
    beyond: "The `replay` step fails.",
  },
  receivers: {
    standard: 10_000,
    what: "Receivers of a flooded packet.",
    beyond: "The trace notes how many there are, and walks the first.",
  },
  walks: {
    standard: 1_000_000,
    what: "Walks through a chain that one run of a scenario keeps: one or two for a packet, one for each receiver of a flood. (The debugger has no such limit.)",
    beyond: "The next step fails, and the scenario with it.",
  },
  findings: {
    standard: 1000,
    what: "Findings of a file that the editor is told, errors first.",
    beyond: "One more says how many there are. `iochain check` tells all.",
  },
} as const satisfies Record<string, Bound>;

export type Bounds = { readonly [name in keyof typeof BOUNDS]: number };

/** Bounds as a client's settings give them; what is no whole number from 1 is left as it is. */
export function boundsOf(given: unknown): Bounds {
  const wanted = (typeof given === "object" && given !== null ? given : {}) as Readonly<Record<string, unknown>>;
  const entries = Object.entries<Bound>(BOUNDS).map(([name, { standard, most = Number.MAX_SAFE_INTEGER }]) => {
    const value = Object.hasOwn(wanted, name) ? wanted[name] : undefined;
    return [name, Number.isSafeInteger(value) && (value as number) > 0 ? Math.min(value as number, most) : standard];
  });
  return Object.fromEntries(entries);
}

export const STANDARD_BOUNDS = boundsOf(undefined);

export const MEGABYTE = 1024 * 1024;

/** The setting, for messages. */
export const settingOf = (name: keyof Bounds): string => `iochain.limits.${name}`;
