/** What became of a capture's frames, added up: by outcome, reason, statement, flow and time. */
import type { Replayed } from "./replay.ts";
import { type Fate, type FlowRow, ReplayFlows, type Tally } from "./replayFlows.ts";
import type { By, SlotTrace } from "./trace.ts";

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

export interface Bucket {
  /** Seconds since the epoch at which it begins. */
  readonly start: number;
  readonly outcomes: Tally<Fate>;
}

const MOST_BUCKETS = 240;
const NANOSECONDS = 1_000_000_000;

export class ReplayReport {
  frames = 0;
  bytes = 0;
  readonly outcomes = tally<Fate>();
  /** Why walks were ended. */
  readonly reasons = tally();
  private readonly statements = new Map<string, Hits>();
  private readonly rows = new ReplayFlows();
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
    if (!this.rows.add(replayed, fate)) this.without++;
  }

  /** Most hits first. */
  get hits(): readonly Hits[] {
    return [...this.statements.values()].sort((a, b) => b.hits - a.hits);
  }
  /** Most packets first, made one at a time. */
  get flows(): Iterable<FlowRow> {
    return this.rows.byPackets();
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
