/**
 * Requests of our own, for any client that wants them:
 *
 * - `iochain/trace` `{ uri, packet, from? }` → a packet's trip (`chain/trace.ts`)
 * - `iochain/chain` `{ uri, chain?, vnic? }` → the sixteen slots of a chain, or null when the policy has none
 * - `iochain/vnics` `{ uri }` → `{ vnics: [{ vnic, mac?, ips, segment? }] }`, the policy's inventory
 * - `iochain/tests` `{ uri }` → `{ tests: [{ name, kind, uri, range }] }`
 * - `iochain/runTests` `{ uri, names? }` → `{ tests: [{ name, kind, uri, line, outcome, failures, counterexample? }], errors }`,
 *   `errors` being what the policy is tested without (`check/leftOut.ts`)
 * - `iochain/way` `{ uri, scenario }` → `{ steps: [{ line, trace, failure? }] }`, the trips of a scenario's packets
 */
import { leftOut } from "../check/leftOut.ts";
import { chainView, runTests, type TestResult, tests, tracePacket } from "../ide/simulate.ts";
import type { View } from "../ide/view.ts";
import { wayOf } from "../ide/way.ts";
import { formatIp, formatMac } from "../policy/addresses.ts";
import type { Answer, Answers } from "./features.ts";
import { ErrorCodes, LSPErrorCodes, ResponseError } from "./protocol.ts";
import type { Session } from "./session.ts";
import { breathe, inSlices } from "./slices.ts";

/** Undefined when nobody knows the document. */
export const viewOf = (session: Session, uri: unknown): View | undefined =>
  session.view({ textDocument: { uri: text(uri, "uri") } });
export const text = (value: unknown, what: string): string => {
  if (typeof value !== "string") throw new ResponseError(ErrorCodes.InvalidParams, `${what} is a text`);
  return value;
};
export const optionalText = (value: unknown, what: string): string | undefined =>
  value === undefined || value === null ? undefined : text(value, what);

export async function run(
  session: Session,
  view: View | undefined,
  names: readonly string[] | undefined,
  token: Parameters<Answer>[2],
) {
  const results: TestResult[] = [];
  if (view === undefined) return results;
  for (const result of runTests(view, session.scenarioHost, names)) {
    results.push(result);
    await breathe(token);
  }
  return results;
}

export const SIMULATION = {
  "iochain/trace": (session, params) => {
    const view = viewOf(session, params.uri);
    if (view === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no policy ${params.uri}`);
    const trace = tracePacket(view, text(params.packet, "packet"), optionalText(params.from, "from"));
    if ("error" in trace) throw new ResponseError(LSPErrorCodes.RequestFailed, trace.error);
    return trace;
  },
  "iochain/chain": (session, params) => {
    const view = viewOf(session, params.uri);
    const chain = optionalText(params.chain, "chain");
    const vnic = optionalText(params.vnic, "vnic");
    return view && chainView(view, { chain, vnic });
  },
  "iochain/vnics": (session, params) => {
    const vnics = [...(viewOf(session, params.uri)?.policy().vnics.values() ?? [])];
    return {
      vnics: vnics.map(({ id, mac, ips, segment }) => ({
        vnic: id,
        ...(mac !== undefined && { mac: formatMac(mac) }),
        ips: ips.map(formatIp),
        ...(segment !== undefined && { segment }),
      })),
    };
  },
  "iochain/tests": (session, params) => {
    const view = viewOf(session, params.uri);
    return { tests: view ? tests(view) : [] };
  },
  "iochain/runTests": async (session, params, token) => {
    const names = Array.isArray(params.names) ? params.names.map(String) : undefined;
    const view = viewOf(session, params.uri);
    const tests = await run(session, view, names, token);
    return { tests, errors: view ? await inSlices(leftOut(view.program, view.policy()), token) : [] };
  },
  "iochain/way": (session, params) => {
    const view = viewOf(session, params.uri);
    const scenario = text(params.scenario, "scenario");
    const steps = view && wayOf(view, scenario, session.scenarioHost);
    if (steps === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no scenario ${scenario}`);
    return { steps };
  },
} satisfies Answers;
