/** What became of a capture's frames, added up: by outcome, reason, statement, flow and time. */
import { formatIp } from "../policy/addresses.ts";
import { ipProtocolName, SCTP, TCP, UDP } from "../policy/protocols.ts";
import { portText } from "./describe.ts";
import { byText, decisiveSlot } from "./expectation.ts";
import { type End, type Flow, flowOf } from "./flow.ts";
import { FlowTable, flowKeyText } from "./flowTable.ts";
import type { Replayed } from "./replay.ts";
import type { By, Outcome, SlotTrace } from "./trace.ts";

/** `unplaced`: the frame belongs to no vNIC and was not walked. */
export type Fate = Outcome | "unplaced";
export type Tally<K extends string = string> = Partial<Record<K, number>>;

/** A statement that decided at a slot: a rule, a default, a binding, a block for its connection table. */
export interface Hits {
  readonly kind: By["kind"];
  readonly slot: number;
  readonly block?: string;
  /** Of a rule. */
  readonly id?: number;
  readonly name?: string;
  /** Where it is written; the line from 1. */
  readonly file?: string;
  readonly line?: number;
  hits: number;
  /** The first and the last frame that met it, from 1. */
  readonly firstFrame: number;
  lastFrame: number;
}

export interface FlowRow {
  /** The same for both directions, and whenever the capture is replayed. */
  readonly key: string;
  /** `tcp 10.0.0.1:51000 -> 10.0.1.11:443`, as its first frame went. */
  readonly flow: string;
  readonly protocol: string;
  readonly from: string;
  readonly to: string;
  /** The vNICs that saw its first frame. */
  readonly vnics: readonly string[];
  packets: number;
  /** Octets on the wire. */
  bytes: number;
  /** Seconds since the epoch; absent where the frames have no time. */
  first?: number;
  last?: number;
  /** From 1. */
  readonly firstFrame: number;
  /** Of the first frame that was stopped, else of the first one; and what decided that frame. */
  outcome: Fate;
  decidingFrame: number;
  by?: By & { readonly slot: number; readonly text: string };
  reason?: string;
  readonly outcomes: Tally<Fate>;
  /** Its first packets in the language's notation, each as often as it differs from the one before, with the clock in milliseconds. */
  readonly sends: readonly { readonly packet: string; readonly clock: number }[];
}

type Row = FlowRow & { readonly sends: { packet: string; clock: number }[] };

export interface Bucket {
  /** Seconds since the epoch at which it begins. */
  readonly start: number;
  readonly outcomes: Tally<Fate>;
}

/** Flows beyond these are counted together: a scan has as many as frames. */
export const MOST_FLOWS = 50_000;
const MOST_SENDS = 12;
const MOST_BUCKETS = 240;
const NANOSECONDS = 1_000_000_000;

export class ReplayReport {
  frames = 0;
  bytes = 0;
  readonly outcomes = tally<Fate>();
  /** Why walks were ended. */
  readonly reasons = tally();
  private readonly statements = new Map<string, Hits>();
  private readonly rows = new FlowTable<Row>();
  /** Frames without a flow (ARP, errors and the like), and of flows beyond those that are kept. */
  without = 0;
  private readonly line = new Timeline();

  add(replayed: Replayed): void {
    const { frame, trace } = replayed;
    this.frames++;
    this.bytes += frame.originalLength;
    const fate: Fate = trace.walks.length === 0 ? "unplaced" : trace.outcome;
    count(this.outcomes, fate);
    this.line.add(frame.time, fate);
    for (const walk of trace.walks) {
      for (const slot of walk.slots) if (slot.by) this.hit(slot, frame.number);
      const reason = walk.outcome === "delivered" ? undefined : walk.slots.at(-1)?.reason;
      if (reason !== undefined) count(this.reasons, reason);
    }
    this.addFlow(replayed, fate);
  }

  /** Most hits first. */
  get hits(): readonly Hits[] {
    return [...this.statements.values()].sort((a, b) => b.hits - a.hits);
  }
  /** Most packets first. */
  get flows(): readonly FlowRow[] {
    return this.rows
      .entries()
      .map(([, row]) => row)
      .sort((a, b) => b.packets - a.packets || a.firstFrame - b.firstFrame);
  }
  /** Equally long, without gaps, at most a few hundred; empty when no frame has a time. */
  get timeline(): { readonly seconds: number; readonly buckets: readonly Bucket[] } {
    return this.line.result();
  }

  private hit({ by, slot, block }: SlotTrace, frame: number): void {
    if (by === undefined) return;
    const key = `${slot} ${by.kind} ${block} ${by.id} ${by.file} ${by.line}`;
    const known = this.statements.get(key);
    if (known !== undefined) {
      known.hits++;
      known.lastFrame = frame;
      return;
    }
    const row = { slot, ...(block !== undefined && { block }), ...by, hits: 1, firstFrame: frame, lastFrame: frame };
    this.statements.set(key, row);
  }

  private addFlow({ frame, packet, trace }: Replayed, fate: Fate): void {
    const flow = flowOf(packet);
    const row = flow && (this.rows.get(flow.key) ?? this.newRow(flow, frame.number, trace.walks));
    if (row === undefined) {
      this.without++;
      return;
    }
    const isFirst = row.packets === 0;
    row.packets++;
    row.bytes += frame.originalLength;
    count(row.outcomes, fate);
    if (frame.time !== undefined) {
      const seconds = Number(frame.time) / NANOSECONDS;
      row.first = Math.min(row.first ?? seconds, seconds);
      row.last = Math.max(row.last ?? seconds, seconds);
    }
    if (isFirst || (passed(row.outcome) && !passed(fate))) {
      row.outcome = fate;
      row.decidingFrame = frame.number;
      const decided = decisiveSlot(trace.walks)?.slot;
      if (decided?.by) row.by = { ...decided.by, slot: decided.slot, text: byText(decided) };
      if (decided?.reason !== undefined) row.reason = decided.reason;
    }
    if (row.sends.length < MOST_SENDS && row.sends.at(-1)?.packet !== trace.packet)
      row.sends.push({ packet: trace.packet, clock: trace.clock });
  }

  private newRow(flow: Flow, frame: number, walks: Replayed["trace"]["walks"]): Row | undefined {
    if (this.rows.size >= MOST_FLOWS) return undefined;
    const { protocol } = flow;
    const [from, to] = [endText(flow, flow.from), endText(flow, flow.to)];
    const name = ipProtocolName(protocol) ?? `ip/${protocol}`;
    const row: Row = {
      key: flowKeyText(flow.key),
      flow: `${name} ${from} -> ${to}`,
      protocol: name,
      from,
      to,
      vnics: [...new Set(walks.map(({ vnic }) => vnic))],
      packets: 0,
      bytes: 0,
      firstFrame: frame,
      outcome: "delivered",
      decidingFrame: frame,
      outcomes: tally<Fate>(),
      sends: [],
    };
    this.rows.set(flow.key, row);
    return row;
  }
}

const passed = (fate: Fate) => fate === "delivered" || fate === "flooded" || fate === "unplaced";

function endText({ protocol }: Flow, { ip, port }: End): string {
  return protocol === TCP || protocol === UDP || protocol === SCTP ? portText(ip, port) : formatIp(ip);
}

/** No prototype: a name from a capture cannot be one of Object's. */
function tally<K extends string = string>(): Tally<K> {
  return Object.create(null);
}
function count<K extends string>(tally: Tally<K>, key: K): void {
  tally[key] = (tally[key] ?? 0) + 1;
}

/** Buckets of which the width is doubled when there would be too many: how long the capture is shows at its end only. */
class Timeline {
  private start: bigint | undefined;
  /** In nanoseconds. */
  private width = 1_000_000;
  private buckets: Tally<Fate>[] = [];

  add(time: bigint | undefined, fate: Fate): void {
    if (time === undefined) return;
    this.start ??= time;
    // Frames may be out of order: those before the first one count with it.
    const since = Math.max(0, Number(time - this.start));
    while (since / this.width >= MOST_BUCKETS) this.double();
    const at = Math.floor(since / this.width);
    while (this.buckets.length <= at) this.buckets.push(tally());
    count(this.buckets[at] as Tally<Fate>, fate);
  }

  private double(): void {
    this.width *= 2;
    const halved: Tally<Fate>[] = [];
    this.buckets.forEach((bucket, i) => {
      const into = halved[i >> 1];
      if (into === undefined) halved.push(bucket);
      else for (const [fate, n] of Object.entries(bucket) as [Fate, number][]) into[fate] = (into[fate] ?? 0) + n;
    });
    this.buckets = halved;
  }

  result(): { readonly seconds: number; readonly buckets: readonly Bucket[] } {
    const { start, width } = this;
    if (start === undefined) return { seconds: 0, buckets: [] };
    const first = Number(start) / NANOSECONDS;
    const seconds = width / NANOSECONDS;
    return { seconds, buckets: this.buckets.map((outcomes, i) => ({ start: first + i * seconds, outcomes })) };
  }
}
