/** `iochain replay`: every frame of a capture through the chain of the vNIC that it belongs to. */
import { closeSync, openSync, writeSync } from "node:fs";
import type { Frame } from "../capture/packet.ts";
import { parseMac } from "../capture/text.ts";
import { byText, decisiveSlot } from "../chain/expectation.ts";
import { Replay, type Replayed, type Vantage } from "../chain/replay.ts";
import { ReplayReport } from "../chain/replayReport.ts";
import { vnicOf } from "../chain/scenario.ts";
import type { Trace } from "../chain/trace.ts";
import { outcomeText } from "../chain/traceText.ts";
import { World } from "../chain/world.ts";
import { Coverage, lcov } from "../check/coverage.ts";
import type { Policy, Vnic } from "../policy/policy.ts";
import { eachFrame, growLess } from "./captures.ts";
import { printUncovered, sayCovered } from "./coverage.ts";
import { csv } from "./csv.ts";
import { loadPolicy, unreadable } from "./files.ts";
import { printSummary } from "./replaySummary.ts";
import { json, Lines, OK, print, style, Unusable } from "./terminal.ts";
import { seconds } from "./time.ts";
import { vnicRef } from "./trace.ts";
import { annotated, captureWriter } from "./traceCapture.ts";

export interface ReplayOptions {
  readonly at?: string;
  /** `MAC=VM.VNIC` and `NAME=VM.VNIC`. */
  readonly macMap?: readonly string[];
  readonly interface?: readonly string[];
  readonly inner?: boolean;
  readonly format: "text" | "json" | "ndjson" | "csv";
  readonly summary?: boolean;
  readonly limit?: number;
  /** A pcapng file to write. */
  readonly write?: string;
  /** `text`: what no frame came to is listed. `lcov`: printed instead of the frames. */
  readonly coverage?: "text" | "lcov";
}

export async function replay(file: string, capture: string, options: ReplayOptions): Promise<number> {
  growLess();
  const { policy } = loadPolicy(file);
  const world = World.start(policy);
  const replaying = new Replay(world, vantageOf(policy, options));
  const { limit = Number.POSITIVE_INFINITY, summary = false, coverage: covers } = options;
  // Standard output is for one reader at a time.
  if (covers !== undefined && options.format !== "text")
    throw new Unusable("--coverage is a text, or lcov alone: leave out --format");
  if (covers === "lcov" && summary)
    throw new Unusable("--coverage lcov prints the coverage alone: leave out --summary");
  const coverage = covers && new Coverage(policy);
  const report = new ReplayReport();
  const written = options.write === undefined ? undefined : new WrittenCapture(options.write);
  const lines = new Lines();
  const printer = PRINTERS[options.format];
  let count = 0;
  if (!summary && printer.head !== undefined) lines.add(printer.head);
  const sink = (frame: Frame, interfaceName: string | undefined): boolean => {
    if (++count > limit) return false;
    const replayed = replaying.walk(frame, interfaceName);
    written?.add(replayed);
    coverage?.addTrace(replayed.trace);
    if (summary) report.add(replayed);
    else if (covers !== "lcov") lines.add(printer.line(replayed, count));
    return count < limit;
  };
  try {
    await eachFrame(capture, sink, {
      flush: () => lines.flush(),
      showsProgress: summary || covers === "lcov" || lines.isHidden,
    });
  } finally {
    written?.close();
  }
  if (summary) printSummary(report, options.format);
  else if (printer.foot !== undefined) lines.add(printer.foot(count));
  lines.flush();
  if (coverage) printCoverage(coverage, world, covers === "lcov");
  return OK;
}

function printCoverage(coverage: Coverage, world: World, asLcov: boolean): void {
  coverage.addHits(world);
  const report = coverage.report();
  if (asLcov) print(lcov(report));
  else printUncovered(report);
  sayCovered(report);
}

/** Where the frames belong, from the options. Complains as `Unusable`. */
function vantageOf(
  policy: Policy,
  { at, macMap = [], interface: interfaces = [], inner = false }: ReplayOptions,
): Vantage {
  const vnic = (text: string, option: string): Vnic => {
    const found = vnicOf(policy, vnicRef(text));
    if (found) return found;
    throw new Unusable(
      `${option}: the policy has no vNIC ${text}; it has ${[...policy.vnics.keys()].join(", ") || "none"}`,
    );
  };
  const pairs = (texts: readonly string[], option: string) =>
    texts
      .flatMap((text) => text.split(","))
      .map((text): [string, Vnic] => {
        const end = text.lastIndexOf("=");
        if (end < 1) throw new Unusable(`${option}: "${text}" is not NAME=VM.VNIC`);
        return [text.slice(0, end).trim(), vnic(text.slice(end + 1).trim(), option)];
      });
  const macs = pairs(macMap, "--mac-map").map(([text, found]): [number, Vnic] => {
    const mac = parseMac(text);
    if (mac === undefined) throw new Unusable(`--mac-map: "${text}" is not a MAC address`);
    return [mac, found];
  });
  return {
    ...(at !== undefined && { at: vnic(at, "--at") }),
    interfaces: new Map(pairs(interfaces, "--interface")),
    macs: new Map(macs),
    inner,
  };
}

/** The frames with what became of them, in a pcapng file. */
class WrittenCapture {
  private readonly path: string;
  private readonly fd: number;
  private readonly writer = captureWriter();

  constructor(path: string) {
    this.path = path;
    try {
      this.fd = openSync(path, "w");
    } catch (error) {
      throw unreadable(path, error);
    }
    this.put(this.writer.header);
  }

  add({ frame, trace }: Replayed): void {
    this.put(this.writer.frame(annotated(frame, trace)));
  }

  close(): void {
    closeSync(this.fd);
  }

  private put(octets: Uint8Array): void {
    try {
      for (let left = octets; left.length > 0; ) left = left.subarray(writeSync(this.fd, left));
    } catch (error) {
      throw unreadable(this.path, error);
    }
  }
}

interface Printer {
  readonly head?: string;
  /** `count` from 1. */
  readonly line: (replayed: Replayed, count: number) => string;
  readonly foot?: (count: number) => string;
}

const asJson = ({ frame, trace }: Replayed) =>
  json(Object.assign({ frame: frame.number, time: seconds(frame.time), packet: trace.packet }, trace));
const directionOf = (trace: Trace) => trace.walks[0]?.direction ?? "";

const PRINTERS: Record<ReplayOptions["format"], Printer> = {
  ndjson: { line: asJson },
  json: {
    line: (replayed, count) => `${count === 1 ? "[" : ","}${asJson(replayed)}`,
    foot: (count) => (count === 0 ? "[]" : "]"),
  },
  csv: {
    head: "frame,time,direction,packet,outcome,slot,by,reason",
    line: ({ frame, trace }) => {
      const decided = decisiveSlot(trace.walks)?.slot;
      const time = seconds(frame.time) ?? "";
      const by = decided ? byText(decided) : "";
      const reason = decided?.reason ?? "";
      return csv([
        frame.number,
        time,
        directionOf(trace),
        trace.packet,
        trace.outcome,
        decided?.slot ?? "",
        by,
        reason,
      ]);
    },
  },
  text: {
    line: ({ frame, trace }) => {
      const decided = decisiveSlot(trace.walks)?.slot;
      const where = decided ? `slot ${decided.slot} by ${byText(decided)}` : (trace.walks[0]?.note ?? trace.note ?? "");
      const head = `${String(frame.number).padStart(6)}  ${directionOf(trace).padEnd(3)}`;
      return `${head}  ${trace.packet}  ${outcomeText(trace.outcome, style)}  ${style(where, "dim")}`;
    },
  },
};
