/**
 * Feature: trips as read-only documents, `iochain-trace:`. A document of one packet, or of all that a scenario sends:
 * each slot of each walk in a line, as `iochain trace` prints it.
 */
import type { CodeAction } from "vscode-languageserver-types";
import type { ScenarioHost } from "../chain/scenario.ts";
import { traceText } from "../chain/traceText.ts";
import { quote } from "../syntax/strings.ts";
import { address, readAddress, TRACE_SCHEME } from "./address.ts";
import { workspaceEdit } from "./edits.ts";
import { expectationOf, tracePacket } from "./simulate.ts";
import type { View } from "./view.ts";
import { wayOf } from "./way.ts";

export interface Wanted {
  /** The policy. */
  readonly uri: string;
  /** One packet, as it stands after `send`, and the vNIC that sends it; */
  readonly packet?: string | undefined;
  readonly from?: string | undefined;
  /** or all packets of a scenario. */
  readonly scenario?: string;
}

export const traceUri = (wanted: Wanted): string =>
  address(TRACE_SCHEME, `${wanted.scenario ?? wanted.packet ?? ""}.trace`, wanted);

/** What a document's address asks for; undefined when it is none of ours. */
export function readTraceUri(text: string): Wanted | undefined {
  const { uri, packet, from, scenario } = readAddress(TRACE_SCHEME, text) ?? {};
  if (!isText(uri) || isText(packet) === isText(scenario)) return undefined;
  return {
    uri,
    ...(isText(packet) && { packet }),
    ...(isText(from) && { from }),
    ...(isText(scenario) && { scenario }),
  };
}
const isText = (value: unknown): value is string => typeof value === "string";

/** The document's text. What cannot be traced is told in it: a document that fails to open says nothing. */
export function traceDocument(view: View, wanted: Wanted, host?: ScenarioHost): string {
  if (wanted.scenario !== undefined) {
    const steps = wayOf(view, wanted.scenario, host);
    if (steps === undefined) return `The policy has no scenario ${quote(wanted.scenario)}.\n`;
    const texts = steps.map(({ line, trace, failure }) => {
      const fails = failure ? `\n  expected ${failure.expected}, but ${failure.actual}` : "";
      return `line ${line}: ${traceText(trace)}${fails}\n`;
    });
    return texts.length === 0 ? "The scenario sends no packet.\n" : texts.join("\n");
  }
  const trace = tracePacket(view, wanted.packet ?? "", wanted.from);
  return "error" in trace ? `${trace.error}\n` : `${traceText(trace)}\n`;
}

/** Feature: a trace becomes a scenario: the packet and what became of it, at the end of its policy. */
export function scenarioOfTrace(view: View, wanted: Wanted): CodeAction[] {
  if (wanted.packet === undefined) return [];
  const trace = tracePacket(view, wanted.packet, wanted.from);
  if ("error" in trace) return [];
  const { document } = view;
  const taken = new Set(view.policy().scenarios.map(({ statement }) => statement.title?.text));
  const base = `Trace of ${trace.packet}`;
  let title = base;
  for (let n = 2; taken.has(title); n += 1) title = `${base} ${n}`;
  const packet = wanted.packet.replace(/^\s*send\b/, "").trim();
  const from = wanted.from === undefined ? "" : `from ${wanted.from} `;
  const last = document.lineCount - 1;
  const end = { line: last, character: document.lineText(last).length };
  const lead = document.lineText(last).trim() === "" ? "" : "\n";
  const newText = `${lead}\nscenario ${quote(title)} {\n  send ${from}${packet} expect ${expectationOf(trace)}\n}\n`;
  const edit = workspaceEdit([{ uri: document.uri, edit: { range: { start: end, end }, newText } }]);
  return [{ title: "Write this trip as a scenario of its policy", kind: "refactor.rewrite", edit }];
}
