/** `iochain replay`: every frame of a capture through the chain of the vNIC at which it was taken. */
import { decodeFrame } from "../capture/decode.ts";
import type { Frame } from "../capture/packet.ts";
import { portText } from "../chain/describe.ts";
import { byText, decisiveSlot } from "../chain/expectation.ts";
import { type Flow, flowOf } from "../chain/flow.ts";
import { flowKeyText } from "../chain/flowTable.ts";
import { replayFrame } from "../chain/replay.ts";
import { vnicOf } from "../chain/scenario.ts";
import type { Trace } from "../chain/trace.ts";
import { outcomeText } from "../chain/traceText.ts";
import { World } from "../chain/world.ts";
import { formatIp } from "../policy/addresses.ts";
import type { Vnic } from "../policy/policy.ts";
import { ipProtocolName, SCTP, TCP, UDP } from "../policy/protocols.ts";
import { framesOf } from "./captures.ts";
import { loadPolicy } from "./files.ts";
import { OK, print, style, Unusable } from "./terminal.ts";
import { seconds } from "./time.ts";
import { vnicRef } from "./trace.ts";

export interface ReplayOptions {
  readonly at: string;
  readonly format: "text" | "json" | "ndjson" | "csv";
  readonly summary?: boolean;
  readonly limit?: number;
}
interface Replayed {
  readonly frame: Frame;
  readonly trace: Trace;
}

export function replay(file: string, capture: string, options: ReplayOptions): number {
  const { policy } = loadPolicy(file);
  const vnic = vnicOf(policy, vnicRef(options.at));
  if (!vnic)
    throw new Unusable(
      `--at: the policy has no vNIC ${options.at}; it has ${[...policy.vnics.keys()].join(", ") || "none"}`,
    );
  const replayed = walkAll(World.start(policy), vnic, framesOf(capture), options.limit ?? Number.POSITIVE_INFINITY);
  if (options.summary) printSummary(summarize(replayed), options.format === "json" || options.format === "ndjson");
  else PRINTERS[options.format](replayed);
  return OK;
}

function* walkAll(world: World, vnic: Vnic, frames: Iterable<Frame>, limit: number): Generator<Replayed> {
  let first: bigint | undefined;
  let count = 0;
  for (const frame of frames) {
    if (++count > limit) return;
    first ??= frame.time;
    yield { frame, trace: replayFrame(world, vnic, frame, 0, first) };
  }
}

const asJson = ({ frame, trace }: Replayed) =>
  JSON.stringify({ frame: frame.number, time: seconds(frame.time), ...trace });
const directionOf = (trace: Trace) => trace.walks[0]?.direction ?? "";

const PRINTERS: Record<ReplayOptions["format"], (replayed: Iterable<Replayed>) => void> = {
  ndjson(replayed) {
    for (const one of replayed) print(asJson(one));
  },
  json(replayed) {
    let lead = "[";
    for (const one of replayed) {
      print(`${lead}${asJson(one)}`);
      lead = ",";
    }
    print(lead === "[" ? "[]" : "]");
  },
  csv(replayed) {
    print("frame,time,direction,packet,outcome,slot,by,reason");
    for (const { frame, trace } of replayed) {
      const decided = decisiveSlot(trace.walks)?.slot;
      print(
        [
          frame.number,
          seconds(frame.time) ?? "",
          directionOf(trace),
          trace.packet,
          trace.outcome,
          decided?.slot ?? "",
          decided ? byText(decided) : "",
          decided?.reason ?? "",
        ]
          .map(csv)
          .join(","),
      );
    }
  },
  text(replayed) {
    for (const { frame, trace } of replayed) {
      const decided = decisiveSlot(trace.walks);
      const where = decided
        ? `slot ${decided.slot.slot} by ${byText(decided.slot)}`
        : (trace.walks[0]?.note ?? trace.note ?? "");
      print(
        `${String(frame.number).padStart(6)}  ${directionOf(trace).padEnd(3)}  ${trace.packet}  ${outcomeText(trace.outcome, style)}  ${style(where, "dim")}`,
      );
    }
  },
};

/** RFC 4180. A value that a spreadsheet would take for a formula is kept a text. */
function csv(value: string | number): string {
  const text = typeof value === "number" ? String(value) : value.replace(/^[=+\-@]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

interface Summary {
  readonly frames: number;
  readonly outcomes: Record<string, number>;
  readonly rules: Record<string, number>;
  readonly reasons: Record<string, number>;
  readonly flows: readonly {
    readonly flow: string;
    readonly packets: number;
    readonly outcomes: Record<string, number>;
  }[];
}

function summarize(replayed: Iterable<Replayed>): Summary {
  const summary = { frames: 0, outcomes: tally(), rules: tally(), reasons: tally() };
  const flows = new Map<string, { flow: string; packets: number; outcomes: Record<string, number> }>();
  for (const { frame, trace } of replayed) {
    summary.frames++;
    count(summary.outcomes, trace.outcome);
    for (const walk of trace.walks) {
      for (const slot of walk.slots) if (slot.by?.kind === "rule") count(summary.rules, `${slot.block}.${slot.by.id}`);
      const last = walk.outcome === "delivered" ? undefined : walk.slots.at(-1);
      if (last?.reason) count(summary.reasons, last.reason);
    }
    const flow = flowOf(decodeFrame(frame.data, frame.linkType, frame.originalLength));
    const key = flow ? flowKeyText(flow.key) : "no flow";
    const text = flow ? flowText(flow) : "no flow";
    const row = flows.get(key) ?? { flow: text, packets: 0, outcomes: tally() };
    row.packets++;
    count(row.outcomes, trace.outcome);
    flows.set(key, row);
  }
  return { ...summary, flows: [...flows.values()].sort((a, b) => b.packets - a.packets) };
}
function flowText({ protocol, from, to }: Flow): string {
  const withPorts = protocol === TCP || protocol === UDP || protocol === SCTP;
  const end = ({ ip, port }: Flow["from"]) => (withPorts ? portText(ip, port) : formatIp(ip));
  return `${ipProtocolName(protocol) ?? `ip/${protocol}`} ${end(from)} -> ${end(to)}`;
}

/** No prototype: a name from a capture cannot be one of Object's. */
const tally = (): Record<string, number> => Object.create(null);
function count(tally: Record<string, number>, key: string): void {
  tally[key] = (tally[key] ?? 0) + 1;
}

function printSummary(summary: Summary, json: boolean): void {
  if (json) {
    print(JSON.stringify(summary, undefined, 1));
    return;
  }
  print(`${summary.frames} frames`);
  const section = (title: string, rows: Record<string, number>) => {
    const sorted = Object.entries(rows).sort(([, a], [, b]) => b - a);
    if (sorted.length > 0) print(style(title, "bold"));
    for (const [name, n] of sorted) print(`${String(n).padStart(8)}  ${name}`);
  };
  section("outcomes", summary.outcomes);
  section("rules", summary.rules);
  section("stopped because", summary.reasons);
  if (summary.flows.length > 0) print(style("flows", "bold"));
  for (const { flow, packets, outcomes } of summary.flows) {
    print(
      `${String(packets).padStart(8)}  ${flow}  ${Object.entries(outcomes)
        .map(([outcome, n]) => `${outcome} ${n}`)
        .join(", ")}`,
    );
  }
}
