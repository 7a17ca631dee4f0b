/**
 * Feature: tools for assistants. A language model that is asked about a policy should ask the engine instead of
 * guessing; these are its questions. The same table serves VS Code's language-model tools and the MCP server.
 */
import { traceText } from "../../chain/traceText.ts";
import { checkEverything } from "../../check/everything.ts";
import { tracePacket } from "../simulate.ts";
import type { View } from "../view.ts";
import { findingLines } from "./findings.ts";
import { findPacketFor } from "./findPacket.ts";
import { explainRule } from "./rule.ts";

/** What a tool takes, as JSON Schema: an object of texts and numbers. */
export interface ToolParameters {
  readonly type: "object";
  readonly properties: Readonly<Record<string, ToolParameter>>;
  readonly required: readonly string[];
  readonly additionalProperties: false;
}
export interface ToolParameter {
  readonly type: "string" | "integer";
  readonly description: string;
  readonly enum?: readonly string[];
}

/** Text for the model to read; an error says what to ask differently. */
export type Answer = { readonly text: string } | { readonly error: string };
export type ToolInput = Readonly<Record<string, unknown>>;

export interface Tool {
  readonly name: string;
  readonly title: string;
  /** When to use it, for the model. */
  readonly description: string;
  readonly parameters: ToolParameters;
  readonly answer: (view: View, input: ToolInput) => Answer;
}

/** Every tool speaks of one policy; how its file is found is for whoever offers the tools. */
const POLICY: ToolParameter = { type: "string", description: "Path of the policy, a .iochain file." };
const takes = (
  properties: Readonly<Record<string, ToolParameter>>,
  ...required: readonly string[]
): ToolParameters => ({
  type: "object",
  properties: { policy: POLICY, ...properties },
  required: ["policy", ...required],
  additionalProperties: false,
});

const PACKET = [
  "The packet in IOChain's notation, as after `send`: `tcp 203.0.113.7:51000 -> web-01:443 syn`,",
  "`udp web-01:40000 -> 10.0.3.11:53`, `icmp web-01 -> db-01 echo-request`. Hosts are addresses or names of VMs.",
].join(" ");
const ENDPOINTS = "Endpoints as in a rule: addresses, prefixes, groups, VMs, `tag NAME`, `any except …`.";

export const TOOLS: readonly Tool[] = [
  {
    name: "trace_packet",
    title: "Trace a packet",
    description:
      "Walks one packet through all sixteen IOChain slots of an NSX host, out of the sender's vNIC and into the receiver's, and tells for each slot the verdict, the reason and the rule that decided. Use it for any question of what happens to a certain packet; never guess from the rules' text.",
    parameters: takes(
      {
        packet: { type: "string", description: PACKET },
        from: { type: "string", description: "The vNIC that sends it, VM.VNIC, where the source does not say it." },
      },
      "packet",
    ),
    answer: (view, input) => {
      const trace = tracePacket(view, text(input.packet), optional(input.from));
      return "error" in trace ? trace : { text: traceText(trace) };
    },
  },
  {
    name: "explain_rule",
    title: "Explain a rule",
    description:
      "Tells what a rule really means once all names are resolved: addresses, services, direction, the vNICs where it exists, its place in the order, and whether earlier rules cover it.",
    parameters: takes(
      {
        rule: { type: "integer", description: "The rule's number." },
        block: { type: "string", description: "The block it stands in, where several have a rule of that number." },
      },
      "rule",
    ),
    answer: (view, input) => explainRule(view, Number(input.rule), optional(input.block)),
  },
  {
    name: "check_policy",
    title: "Check a policy",
    description:
      "All findings of a policy: syntax, names, slots, shadowed and redundant rules, SpoofGuard bindings that cut a VM off, and scenarios and asserts that fail. Use it after every edit of a policy.",
    parameters: takes({}),
    answer: (view) => ({ text: findingLines(view.program, checkEverything(view.program, view.policy())) }),
  },
  {
    name: "find_packet",
    title: "Find a packet",
    description:
      "Searches all packets that could open a connection, exactly and not by sampling, for one with the fate asked for, and traces it; or proves that there is none. Use it for questions such as: can the internet ever reach the database? is anything from web to db dropped?",
    parameters: takes(
      {
        fate: {
          type: "string",
          description: "What is to happen to the packet.",
          enum: ["delivered", "stopped", "uninspected", "unencrypted"],
        },
        from: { type: "string", description: `Who sends it. ${ENDPOINTS} Left out: anybody.` },
        to: { type: "string", description: `Who is to receive it. ${ENDPOINTS} Left out: anybody.` },
        service: { type: "string", description: "Services as in a rule: `https`, `tcp/8443`, `icmp`. Left out: all." },
        appliance: { type: "string", description: "With fate uninspected: the appliance that it passes by." },
      },
      "fate",
    ),
    answer: (view, input) =>
      findPacketFor(view, {
        fate: text(input.fate),
        from: optional(input.from),
        to: optional(input.to),
        service: optional(input.service),
        appliance: optional(input.appliance),
      }),
  },
];

/** The answer of a tool, whatever a model has made of its parameters. */
export function askTool(name: string, view: View, input: ToolInput): Answer {
  const tool = TOOLS.find((candidate) => candidate.name === name);
  if (tool === undefined)
    return { error: `there is no tool ${name}; there are ${TOOLS.map((t) => t.name).join(", ")}` };
  const { properties, required } = tool.parameters;
  const missing = required.filter((key) => key !== "policy" && (input[key] === undefined || input[key] === ""));
  if (missing.length > 0) return { error: `${name} needs ${missing.join(" and ")}` };
  for (const [key, { type, enum: words }] of Object.entries(properties)) {
    const value = input[key];
    if (value === undefined || value === null) continue;
    if (type === "integer" ? !Number.isInteger(value) : typeof value !== "string")
      return { error: `${key} is ${type === "integer" ? "a whole number" : "a text"}` };
    if (words && !words.includes(value as string)) return { error: `${key} is one of ${words.join(", ")}` };
  }
  return tool.answer(view, input);
}

const text = (value: unknown): string => String(value);
const optional = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value : undefined;
