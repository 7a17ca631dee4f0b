/** Exception filters: the fates of a packet at which a session can be asked to stop. */
import type { SlotTrace } from "../chain/trace.ts";
import type { Expression } from "./expression/tree.ts";
import type { Moment } from "./moment.ts";

interface Filter {
  readonly id: FilterId;
  readonly label: string;
  readonly description: string;
  readonly on: (decision: SlotTrace) => boolean;
}
export type FilterId =
  | "drop"
  | "reject"
  | "spoofguard"
  | "redirect"
  | "fail-closed"
  | "blackhole"
  | "default-rule"
  | "expect-failed";

/** The more particular first: a packet that two of them stop is shown under the first. */
export const FILTERS: readonly Filter[] = [
  {
    id: "expect-failed",
    label: "Expectation failed",
    description: "A send step's expectation did not come true.",
    on: () => false,
  },
  {
    id: "spoofguard",
    label: "SpoofGuard",
    description: "A packet from a VM is dropped for an address that is not its own.",
    on: (decision) => decision.reason?.startsWith("spoofguard") ?? false,
  },
  {
    id: "fail-closed",
    label: "Fail closed",
    description: "A packet is dropped because what should look at it is down.",
    on: (decision) => decision.reason === "fail-closed",
  },
  {
    id: "blackhole",
    label: "Blackholed",
    description: "A packet is handed to an appliance that hangs, and is lost.",
    on: (decision) => decision.verdict === "blackhole",
  },
  {
    id: "reject",
    label: "Rejected",
    description: "A packet is refused with an answer.",
    on: (decision) => decision.verdict === "reject",
  },
  {
    id: "drop",
    label: "Dropped",
    description: "A packet is dropped, for any reason.",
    on: (decision) => decision.verdict === "drop",
  },
  {
    id: "redirect",
    label: "Redirected",
    description: "A packet is handed to an appliance.",
    on: (decision) => decision.appliance !== undefined || decision.verdict === "redirect",
  },
  {
    id: "default-rule",
    label: "Default decided",
    description: "No rule of a block matched, and its default line decides.",
    on: (decision) => decision.by?.kind === "default" && decision.by.line !== undefined,
  },
];

export interface ActiveFilter {
  readonly id: FilterId;
  readonly condition?: Expression;
}

/** What only the end of a trip tells: an expectation that failed, a packet that was lost between two walks. */
const isEnd = (id: FilterId, { failure, trace }: Moment & { readonly kind: "finished" }): boolean =>
  (id === "expect-failed" && failure !== undefined) || (id === "drop" && trace?.reason !== undefined);

/** The filter, of those that are on, that what just happened falls under. */
export function caught(
  moment: Moment | undefined,
  active: readonly ActiveFilter[],
  holds: (condition: Expression) => boolean,
): FilterId | undefined {
  if (active.length === 0 || (moment?.kind !== "decided" && moment?.kind !== "finished")) return undefined;
  for (const { id, on } of FILTERS) {
    const asked = active.find((filter) => filter.id === id);
    if (!asked) continue;
    const here = moment.kind === "decided" ? on(moment.decision) : isEnd(id, moment);
    if (here && (!asked.condition || holds(asked.condition))) return id;
  }
  return undefined;
}
