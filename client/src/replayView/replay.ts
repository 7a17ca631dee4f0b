/** What the replay view's page and its host say to each other, and what the server answers to `iochain/replay`. */

/** Frames by what became of them: `delivered`, `dropped` … */
export type Tally = Readonly<Record<string, number>>;

/** A flow of the capture, as the server tells it. Times are seconds since the epoch, absent where frames have none. */
export interface Flow {
  readonly key: string;
  readonly flow: string;
  readonly vnics: readonly string[];
  readonly packets: number;
  readonly bytes: number;
  readonly first?: number;
  readonly last?: number;
  /** From 1. */
  readonly firstFrame: number;
  readonly outcome: string;
  readonly by?: { readonly slot: number; readonly text: string; readonly file?: string; readonly line?: number };
  readonly reason?: string;
  readonly sends: readonly { readonly packet: string; readonly clock: number }[];
}

export interface Replayed {
  readonly frames: number;
  readonly outcomes: Tally;
  readonly flows: readonly Flow[];
  /** Frames that belong to no flow, or to one beyond those that are told. */
  readonly without: number;
  readonly timeline: { readonly seconds: number; readonly buckets: readonly Bucket[] };
  readonly warnings: readonly string[];
  /** URIs of the policy and of what it imports. */
  readonly files: readonly string[];
}
export interface Bucket {
  /** Seconds since the epoch. */
  readonly start: number;
  readonly outcomes: Tally;
}

/** A flow as the page needs it: its place in the list is its name. */
export type Row = Omit<Flow, "key" | "sends" | "by"> & { readonly slot?: number; readonly by?: string };
export interface Picture extends Omit<Replayed, "flows" | "files"> {
  /** `web.pcapng at web-01.eth0` */
  readonly title: string;
  readonly rows: readonly Row[];
}

/** The page's words, in the language of the window. */
export type Texts = Readonly<Record<Word, string>>;
export type Word =
  | "filter"
  | "shown"
  | "frames"
  | "without"
  | "timeline"
  | "all"
  | "debug"
  | "scenario"
  | "open"
  | "again"
  | "edited"
  | "coverage"
  | "none"
  | "flow"
  | "vnics"
  | "packets"
  | "bytes"
  | "first"
  | "lasts"
  | "outcome"
  | "by"
  | "reason";

export type ToPage =
  | { readonly type: "texts"; readonly texts: Texts }
  | { readonly type: "picture"; readonly picture: Picture }
  /** What is shown may be so no more. */
  | { readonly type: "edited" };

/** From the page: what the person wants, and of which flow. */
export type FromPage =
  | { readonly type: "ready" }
  | { readonly type: "again" }
  | { readonly type: "coverage" }
  | { readonly type: "debug" | "scenario" | "open"; readonly flow: number };

export function pictureOf(title: string, { flows, files: _files, ...rest }: Replayed): Picture {
  const rows = flows.map(
    ({ key: _key, sends: _sends, by, ...row }): Row => ({ ...row, ...(by && { slot: by.slot, by: by.text }) }),
  );
  return { title, ...rest, rows };
}
