/** What the figures are to be, each as a bound in itself or beside a peer in the same run. */
import { FLOOR, MOCK } from "./debugAdapter.ts";
import type { Figure } from "./figure.ts";
import { TUPLE_MERGE } from "./tupleMerge.ts";

interface Goal {
  readonly suite: string;
  readonly what: string;
  /** Undefined: at every size. */
  readonly size?: number;
  /** At most: in the figure's unit, or so many times what the peer takes; `least`: who is taken where it is not there. */
  readonly most: number | { readonly times: number; readonly peer: string; readonly least?: string };
  /** Of the 95th percentile instead of the median. */
  readonly p95?: true;
}

const JSON_SERVER = "VS Code JSON";
const [K, K10, K100] = [1000, 10_000, 100_000];

/** A bound a size: 1,000, 10,000 and 100,000. */
const bySize = (suite: string, what: string, bounds: readonly Goal["most"][]): Goal[] =>
  bounds.map((most, i) => ({ suite, what, size: [K, K10, K100][i] as number, most }));
const times = (times: number, peer: string) => ({ times, peer });

const server = "language server";
const key = "a key until fresh findings";
const firstFindings = "open until the first findings";
const rules = "which rule";
const adapter = "debug adapter";

export const GOALS: readonly Goal[] = [
  { suite: server, what: "start", most: times(1.25, JSON_SERVER) },
  { suite: server, what: "start, for the first time", most: times(1.25, JSON_SERVER) },
  { suite: server, what: firstFindings, most: 300 },
  { suite: server, what: firstFindings, size: K10, most: times(0.75, JSON_SERVER) },
  { suite: server, what: firstFindings, size: K100, most: times(0.5, JSON_SERVER) },
  ...bySize(server, key, [10, 15, 30]),
  { suite: server, what: key, most: 50, p95: true },
  ...bySize(server, key, [times(1 / 5, JSON_SERVER), times(1 / 40, JSON_SERVER), times(1 / 200, JSON_SERVER)]),
  { suite: server, what: "a key and completion", size: K10, most: 10 },
  { suite: server, what: "a key and completion", size: K100, most: 15 },
  { suite: server, what: "hover", most: 3 },
  { suite: server, what: "definition", most: 3 },
  { suite: server, what: "memory", size: K10, most: times(0.4, JSON_SERVER) },
  { suite: server, what: "memory", size: K100, most: times(0.2, JSON_SERVER) },
  { suite: server, what: "memory", size: K100, most: 600 },
  { suite: "activation", what: "load and activate", most: 50 },
  { suite: "parse", what: "whole file", size: K100, most: 650 },
  { suite: adapter, what: "start until the first stop", size: K, most: { times: 1, peer: MOCK, least: FLOOR } },
  { suite: adapter, what: "step until stopped", most: 0.5 },
  { suite: adapter, what: "step, threads, stack, scopes, variables", most: 1.5 },
  { suite: "captures", what: "a packet read and decoded", most: 0.45 },
  { suite: "captures", what: "a packet to its verdict", size: K10, most: 3 },
  { suite: "captures", what: "the same, the whole trace written out", most: 20 },
  ...bySize(rules, "nsx: distinct packets", [500, 1000, 10_000]),
  { suite: rules, what: "adverse: distinct packets", most: times(1, "linear scan") },
  ...["nsx", "adverse", "classbench"].map((set): Goal => ({ suite: rules, what: `${set}: build`, most: 1000 })),
  { suite: rules, what: "classbench: distinct packets", most: times(2, TUPLE_MERGE) },
  { suite: "connections", what: "look-up, IPv4", size: K10, most: 100 },
  ...bySize("packet sets", "rules that no packet comes to, NSX-shaped", [100, 500, 5000]),
];

/** A goal beside what was reached. `met` is undefined where the peer was not there. */
export interface Judged {
  /** `at most 10 ms`. */
  readonly goal: string;
  readonly met: boolean | undefined;
}

/** What is aimed at in a row of figures, ours and the peers'. */
export function judged(row: readonly Figure[]): Judged[] {
  const ours = row.find(({ subject }) => subject === "IOChain");
  if (ours === undefined) return [];
  return GOALS.filter(
    ({ suite, what, size = ours.size }) => suite === ours.suite && what === ours.what && size === ours.size,
  ).map(({ most, p95 }) => {
    const reached = p95 ? ours.p95 : ours.value;
    const named = (name: string | undefined) => row.find(({ subject }) => subject === name);
    const peer = typeof most === "number" ? undefined : (named(most.peer) ?? named(most.least));
    const bound = typeof most === "number" ? most : peer && most.times * peer.value;
    const said = typeof most === "number" ? `${most.toLocaleString("en")} ${ours.unit}` : beside(most);
    return {
      goal: p95 ? `p95 ${said}` : said,
      met: reached === undefined || bound === undefined ? undefined : reached <= bound,
    };
  });
}

const beside = ({ times, peer }: { readonly times: number; readonly peer: string }): string =>
  times === 1 ? peer : times < 0.25 && Number.isInteger(1 / times) ? `1/${1 / times} of ${peer}` : `${times} × ${peer}`;
