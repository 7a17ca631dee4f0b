/** The flows of a capture, a row each. A capture may have more of them than objects fit: rows are numbers in columns. */
import { formatIp } from "../policy/addresses.ts";
import { ipProtocolName, SCTP, TCP, UDP } from "../policy/protocols.ts";
import { portText } from "./describe.ts";
import { byText, decisiveSlot } from "./expectation.ts";
import { type End, type Flow, flowOf } from "./flow.ts";
import { NUMBERS } from "./flowPages.ts";
import { type FlowKey, FlowTable, flowKeyText } from "./flowTable.ts";
import type { Replayed } from "./replay.ts";
import type { By, Outcome } from "./trace.ts";

/** `unplaced`: the frame belongs to no vNIC and was not walked. */
export type Fate = Outcome | "unplaced";
export type Tally<K extends string = string> = Partial<Record<K, number>>;

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
  readonly packets: number;
  /** Octets on the wire. */
  readonly bytes: number;
  /** Seconds since the epoch; absent where the frames have no time. */
  readonly first?: number;
  readonly last?: number;
  /** From 1. */
  readonly firstFrame: number;
  /** Of the first frame that was stopped, else of the first one; and what decided that frame. */
  readonly outcome: Fate;
  readonly decidingFrame: number;
  readonly by?: By & { readonly slot: number; readonly text: string };
  readonly reason?: string;
  readonly outcomes: Tally<Fate>;
  /** Its first packets in the language's notation, each as often as it differs from the one before, with the clock in milliseconds. */
  readonly sends: readonly { readonly packet: string; readonly clock: number }[];
}

/** Flows beyond these are counted together: a scan has as many as frames. */
export const MOST_FLOWS = 50_000;
const MOST_SENDS = 12;
const NANOSECONDS = 1_000_000_000;
const FATES: readonly Fate[] = ["delivered", "dropped", "rejected", "answered", "blackholed", "flooded", "unplaced"];

/** What decided a frame, the same object for all flows that it decided. */
interface Decision {
  readonly by?: FlowRow["by"];
  readonly reason?: string;
}

/** Numbers, one a row. */
class Column {
  private values = new Float64Array(256);

  at(row: number): number {
    return this.values[row] as number;
  }
  set(row: number, value: number): void {
    if (row >= this.values.length) {
      const larger = new Float64Array(2 * this.values.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[row] = value;
  }
}

export class ReplayFlows {
  private readonly rows = new FlowTable(NUMBERS);
  private readonly keys: FlowKey[] = [];
  private readonly ends: string[] = [];
  private readonly vnics: (readonly string[])[] = [];
  private readonly packets = new Column();
  private readonly bytes = new Column();
  private readonly first = new Column();
  private readonly last = new Column();
  private readonly firstFrame = new Column();
  private readonly decidingFrame = new Column();
  /** Places in `FATES` and `decisions`. */
  private readonly outcome = new Column();
  private readonly decision = new Column();
  private readonly counts = FATES.map(() => new Column());
  /** Text and clock, in turn. */
  private readonly sends: (string | number)[][] = [];

  private readonly decisions: Decision[] = [];
  private readonly decisionIndex = new Map<string, number>();
  private readonly shared = new Map<string, readonly string[]>();
  private readonly texts = new Map<string, string>();

  /** Whether the frame has a flow that is kept. */
  add({ frame, packet, trace }: Replayed, fate: Fate): boolean {
    const flow = flowOf(packet);
    const row = flow && (this.rows.get(flow.key) ?? this.newRow(flow, frame.number, trace.walks));
    if (row === undefined) return false;
    const seen = this.packets.at(row);
    this.packets.set(row, seen + 1);
    this.bytes.set(row, this.bytes.at(row) + frame.originalLength);
    const column = this.counts[FATES.indexOf(fate)] as Column;
    column.set(row, column.at(row) + 1);
    if (frame.time !== undefined) {
      const seconds = Number(frame.time) / NANOSECONDS;
      this.first.set(row, minimum(this.first.at(row), seconds));
      this.last.set(row, -minimum(-this.last.at(row), -seconds));
    }
    if (seen === 0 || (passed(FATES[this.outcome.at(row)]) && !passed(fate))) {
      this.outcome.set(row, FATES.indexOf(fate));
      this.decidingFrame.set(row, frame.number);
      this.decision.set(row, this.decisionOf(trace.walks));
    }
    const sends = this.sends[row] as (string | number)[];
    if (sends.length < 2 * MOST_SENDS) {
      const text = this.packed(row, trace.packet);
      if (sends.at(-2) !== text) sends.push(text, trace.clock);
    }
    return true;
  }

  /** Most packets first. One is made at a time: there may be many. */
  *byPackets(): Generator<FlowRow> {
    const order = this.keys.map((_, row) => row);
    order.sort((a, b) => this.packets.at(b) - this.packets.at(a) || this.firstFrame.at(a) - this.firstFrame.at(b));
    for (const row of order) yield this.row(row);
  }

  private newRow(flow: Flow, frame: number, walks: Replayed["trace"]["walks"]): number | undefined {
    const row = this.keys.length;
    if (row >= MOST_FLOWS) return undefined;
    this.rows.set(flow.key, row);
    this.keys.push(flow.key);
    this.ends.push(`${endText(flow, flow.from)} ${endText(flow, flow.to)}`);
    const vnics = [...new Set(walks.map(({ vnic }) => vnic))];
    this.vnics.push(remembered(this.shared, vnics.join(" "), () => vnics));
    for (const column of [this.packets, this.bytes, ...this.counts]) column.set(row, 0);
    for (const column of [this.first, this.last]) column.set(row, Number.NaN);
    this.firstFrame.set(row, frame);
    this.sends.push([]);
    return row;
  }

  private decisionOf(walks: Replayed["trace"]["walks"]): number {
    const decided = decisiveSlot(walks)?.slot;
    const { by, reason } = decided ?? {};
    const key = `${decided?.slot} ${decided?.block} ${by?.kind} ${by?.id} ${by?.file} ${by?.line} ${reason}`;
    const known = this.decisionIndex.get(key);
    if (known !== undefined) return known;
    const index = this.decisions.length;
    this.decisionIndex.set(key, index);
    this.decisions.push({
      ...(by && decided && { by: { ...by, slot: decided.slot, text: byText(decided) } }),
      ...(reason !== undefined && { reason }),
    });
    return index;
  }

  /** A packet's text without its flow's ends, which are those of all: of what remains there are few. */
  private packed(row: number, packet: string): string {
    const { forward, back } = this.heads(row);
    const text = packet.startsWith(forward)
      ? `>${packet.slice(forward.length)}`
      : packet.startsWith(back)
        ? `<${packet.slice(back.length)}`
        : `=${packet}`;
    return text.startsWith("=") ? text : remembered(this.texts, text, () => text);
  }

  private heads(row: number) {
    const [from = "", to = ""] = (this.ends[row] as string).split(" ");
    const protocol = protocolOf(this.keys[row] as FlowKey);
    return { protocol, from, to, forward: `${protocol} ${from} -> ${to}`, back: `${protocol} ${to} -> ${from}` };
  }

  private outcomesOf(row: number): Tally<Fate> {
    const outcomes: Tally<Fate> = {};
    for (const [i, column] of this.counts.entries()) {
      const n = column.at(row);
      if (n > 0) outcomes[FATES[i] as Fate] = n;
    }
    return outcomes;
  }

  private row(row: number): FlowRow {
    const { protocol, from, to, forward, back } = this.heads(row);
    const unpacked = (text: string) => `${text[0] === ">" ? forward : text[0] === "<" ? back : ""}${text.slice(1)}`;
    const first = this.first.at(row);
    const sends = this.sends[row] as (string | number)[];
    return {
      key: flowKeyText(this.keys[row] as FlowKey),
      flow: forward,
      protocol,
      from,
      to,
      vnics: this.vnics[row] as readonly string[],
      packets: this.packets.at(row),
      bytes: this.bytes.at(row),
      ...(!Number.isNaN(first) && { first, last: this.last.at(row) }),
      firstFrame: this.firstFrame.at(row),
      outcome: FATES[this.outcome.at(row)] as Fate,
      decidingFrame: this.decidingFrame.at(row),
      ...this.decisions[this.decision.at(row)],
      outcomes: this.outcomesOf(row),
      sends: Array.from({ length: sends.length / 2 }, (_, i) => ({
        packet: unpacked(sends[2 * i] as string),
        clock: sends[2 * i + 1] as number,
      })),
    };
  }
}

const passed = (fate: Fate | undefined) => fate === "delivered" || fate === "flooded" || fate === "unplaced";
/** NaN stands for none. */
const minimum = (known: number, value: number) => (Number.isNaN(known) ? value : Math.min(known, value));
const protocolOf = ({ protocol }: FlowKey) => ipProtocolName(protocol) ?? `ip/${protocol}`;

function endText({ protocol }: Flow, { ip, port }: End): string {
  return protocol === TCP || protocol === UDP || protocol === SCTP ? portText(ip, port) : formatIp(ip);
}

/** Of more distinct values than these a capture's packets may have, only the first are shared. */
const MOST_SHARED = 10_000;

function remembered<V>(known: Map<string, V>, key: string, make: () => V): V {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  if (known.size < MOST_SHARED) known.set(key, made);
  return made;
}
