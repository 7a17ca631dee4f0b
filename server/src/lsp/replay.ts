/**
 * Captures, for any client that shows them; read as a stream, answered in slices, with progress and cancellable:
 *
 * - `iochain/replay` `{ uri, capture, at?, interfaces?, macs?, inner?, limit?, workDoneToken? }` → what became of its frames
 * - `iochain/flowScenario` `{ uri, title, sends }` → `{ text }`, a flow as a scenario
 */
import { decompressed } from "../capture/gzip.ts";
import { CaptureReader } from "../capture/reader.ts";
import { parseMac } from "../capture/text.ts";
import { Replay, type Vantage } from "../chain/replay.ts";
import type { FlowRow } from "../chain/replayFlows.ts";
import { ReplayReport } from "../chain/replayReport.ts";
import { scenarioText } from "../chain/replayScenario.ts";
import { World } from "../chain/world.ts";
import { Coverage, type CoverageReport } from "../check/coverage.ts";
import type { Policy, Vnic } from "../policy/policy.ts";
import { resolveImport } from "../policy/program.ts";
import type { Answer, Answers } from "./features.ts";
import type { OpenCapture } from "./host.ts";
import { ErrorCodes, LSPErrorCodes, ResponseError } from "./protocol.ts";
import type { Session } from "./session.ts";
import { text, viewOf } from "./simulation.ts";
import { breathe, inSlices, SLICE } from "./slices.ts";
import { type WorkDone, workDone } from "./workDone.ts";

type Token = Parameters<Answer>[2];
const refuse = (message: string) => new ResponseError(ErrorCodes.InvalidParams, message);

export const REPLAY = {
  "iochain/replay": async (session, params, token) => {
    const view = viewOf(session, params.uri);
    if (view === undefined) throw refuse(`no policy ${params.uri}`);
    const policy = view.policy();
    const vantage = vantageOf(policy, params);
    const capture = session.openCapture?.(resolveImport(view.document.uri, text(params.capture, "capture")));
    if (capture === undefined) throw new ResponseError(LSPErrorCodes.RequestFailed, "captures cannot be read here");
    const limit = params.limit ?? Number.POSITIVE_INFINITY;
    if (typeof limit !== "number" || !(limit >= 0)) throw refuse("limit is a number of frames");
    const progress = workDone(session, params.workDoneToken, "Replaying the capture", 0);
    try {
      const { coverage, ...answer } = await replay(policy, vantage, capture, limit, progress, token);
      keep(session, view.document.uri, answer.hits, coverage);
      return { ...answer, files: view.program.documents.map(({ uri }) => uri) };
    } finally {
      progress?.end();
    }
  },
  "iochain/flowScenario": (session, params) => {
    const view = viewOf(session, params.uri);
    if (view === undefined) throw refuse(`no policy ${params.uri}`);
    const { sends } = params;
    const isSend = (send: unknown) => {
      const { packet, clock } = (send ?? {}) as { packet?: unknown; clock?: unknown };
      return typeof packet === "string" && Number.isFinite(clock);
    };
    if (!Array.isArray(sends) || !sends.every(isSend)) throw refuse("sends are [{ packet, clock }]");
    return { text: scenarioText(view.policy(), text(params.title, "title"), sends) };
  },
} satisfies Answers;

async function replay(
  policy: Policy,
  vantage: Vantage,
  capture: OpenCapture,
  limit: number,
  progress: WorkDone | undefined,
  token: Token,
) {
  const reader = new CaptureReader();
  const warnings: string[] = [];
  const world = World.start(policy);
  const replaying = new Replay(world, vantage);
  const report = new ReplayReport();
  const coverage = new Coverage(policy);
  let begun = performance.now();
  let read = 0;
  const counted = async function* () {
    for await (const chunk of capture.chunks) {
      read += chunk.length;
      yield chunk;
    }
  };
  const walkAll = async () => {
    for (let frame = reader.next(); frame !== undefined && report.frames < limit; frame = reader.next()) {
      const replayed = replaying.walk(frame, reader.interfaceOf(frame)?.name);
      report.add(replayed);
      coverage.addTrace(replayed.trace);
      if (performance.now() - begun < SLICE) continue;
      progress?.tell(
        `${report.frames} frames`,
        capture.size ? Math.min(99, Math.floor((100 * read) / capture.size)) : undefined,
      );
      await breathe(token);
      begun = performance.now();
    }
  };
  try {
    for await (const chunk of decompressed(counted(), (why) => warnings.push(why))) {
      reader.push(chunk);
      await walkAll();
      if (reader.error !== undefined || report.frames >= limit) break;
    }
    if (report.frames < limit) {
      reader.end();
      await walkAll();
    }
  } catch (error) {
    if (error instanceof ResponseError) throw error;
    throw new ResponseError(LSPErrorCodes.RequestFailed, error instanceof Error ? error.message : String(error));
  }
  const { error } = reader;
  // What is no capture at all is an error; damage further in ends the part that could be read.
  if (error !== undefined && reader.interfaces.length === 0)
    throw new ResponseError(LSPErrorCodes.RequestFailed, error.message);
  if (error !== undefined) warnings.push(`byte ${error.at}: ${error.message}`);
  const { frames, bytes, outcomes, reasons, hits, without, timeline } = report;
  const flows = await inSlices(listed(report.flows), token);
  warnings.unshift(...reader.warnings);
  coverage.addHits(world);
  return { frames, bytes, outcomes, reasons, hits, flows, without, timeline, warnings, coverage: coverage.report() };
}

/** There may be very many, each made when it is asked for. */
function* listed(flows: Iterable<FlowRow>): Generator<undefined, FlowRow[]> {
  const list: FlowRow[] = [];
  for (const flow of flows) {
    list.push(flow);
    yield;
  }
  return list;
}

/** Code lenses show from now on how many packets each rule decided, and `iochain/coverage` can tell what had any. */
function keep(session: Session, uri: string, hits: ReplayReport["hits"], coverage: CoverageReport): void {
  const rules: Record<string, number> = Object.create(null);
  for (const { kind, block, id, hits: count } of hits) if (kind === "rule") rules[`${block}.${id}`] = count;
  for (const root of session.workspace.rootsOf(uri)) session.replayed.set(root, { hits: rules, coverage });
  session.lensesChanged();
}

/** Where the capture was taken. Complains about vNICs that the policy does not have. */
function vantageOf(policy: Policy, params: Record<string, unknown>): Vantage {
  const vnic = (id: unknown, what: string): Vnic => {
    const found = policy.vnics.get(text(id, what));
    if (found === undefined) throw refuse(`${what}: the policy has no vNIC ${id}`);
    return found;
  };
  const table = (what: string) => {
    const value = params[what] ?? {};
    if (typeof value !== "object" || Array.isArray(value)) throw refuse(`${what} is { name: vNIC }`);
    return Object.entries(value as object).map(([name, id]) => [name, vnic(id, `${what}.${name}`)] as const);
  };
  const macs = table("macs").map(([name, found]) => {
    const mac = parseMac(name);
    if (mac === undefined) throw refuse(`macs: "${name}" is no MAC address`);
    return [mac, found] as const;
  });
  return {
    ...(params.at !== undefined && params.at !== null && { at: vnic(params.at, "at") }),
    interfaces: new Map(table("interfaces")),
    macs: new Map(macs),
    inner: params.inner === true,
  };
}
