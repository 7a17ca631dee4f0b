/**
 * Commands that code lenses and code actions name, for any client (`workspace/executeCommand`):
 *
 * - `iochain.runScenario` `{ uri, scenario }` tells the result in a message, and answers it;
 * - `iochain.writeScenario` `{ uri, line }` writes a scenario whose packet comes to the rule, default or binding on the
 *   line (from 1), or tells why no packet does; it answers what `iochain/scenarioFor` does;
 * - `iochain.showTrips` `{ uri, scenario }` or `{ uri, packet, from? }` opens the trace as a document, and answers its
 *   `{ uri }`; `iochain.showExport` `{ uri, format }` does the same with the policy in another format, and tells what
 *   that cannot hold. Both are declared where the client can show them;
 * - `iochain.applyEdit` `{ label, edit }` is what code actions become for clients that know commands only.
 */
import type { CancellationToken } from "vscode-languageserver";
import { isExportFormat } from "../exchange/formats.ts";
import type { TestResult } from "../ide/simulate.ts";
import { traceUri } from "../ide/traceDocument.ts";
import { APPLY, type CommandName } from "./capabilities.ts";
import { EXPORTS_KNOWN, exported, exportUri } from "./exports.ts";
import type { Answers } from "./features.ts";
import { ErrorCodes, ResponseError } from "./protocol.ts";
import { scenarioFor } from "./questions.ts";
import type { Session } from "./session.ts";
import { optionalText, run, text, viewOf } from "./simulation.ts";

// biome-ignore lint/suspicious/noExplicitAny: arguments as they came over the wire.
type Argument = any;

/** A message that is shown is no list. */
const MOST_TOLD = 3;

const RUN: Readonly<
  Record<CommandName, (session: Session, argument: Argument, token: CancellationToken) => Promise<unknown>>
> = {
  "iochain.runScenario": async (session, { uri, scenario }, token) => {
    const [result] = await run(session, viewOf(session, uri), [text(scenario, "scenario")], token);
    if (result === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no scenario ${String(scenario)}`);
    session.tell(result.outcome === "passed", summary(result));
    return result;
  },
  "iochain.writeScenario": async (session, argument) => {
    const answer = scenarioFor(session, argument);
    if ("none" in answer) session.tell(false, `No scenario: ${answer.none}.`);
    else await session.apply("Write a scenario", answer.edit);
    return answer;
  },
  "iochain.showTrips": async (session, { uri, scenario, packet, from }) => {
    const policy = text(uri, "uri");
    const address =
      scenario === undefined
        ? traceUri({ uri: policy, packet: text(packet, "packet"), from: optionalText(from, "from") })
        : traceUri({ uri: policy, scenario: text(scenario, "scenario") });
    await session.show(address);
    return { uri: address };
  },
  "iochain.showExport": async (session, { uri, format }, token) => {
    const view = viewOf(session, uri);
    if (view === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no policy ${uri}`);
    if (typeof format !== "string" || !isExportFormat(format))
      throw new ResponseError(ErrorCodes.InvalidParams, `format is one of ${EXPORTS_KNOWN}`);
    const address = exportUri({ uri, format });
    await session.show(address);
    const { notes } = await exported(view, format, token);
    const more = notes.length > MOST_TOLD ? `; and ${notes.length - MOST_TOLD} more` : "";
    if (notes.length > 0)
      session.tell(
        false,
        `Not all of the policy can be said in ${format}: ${notes.slice(0, MOST_TOLD).join("; ")}${more}`,
      );
    return { uri: address, notes };
  },
  [APPLY]: async (session, { label, edit }) => ({ applied: await session.apply(text(label, "label"), edit) }),
};

export const COMMANDS = {
  "workspace/executeCommand": async (session, params, token) => {
    const command = String(params.command);
    const act = Object.hasOwn(RUN, command) ? RUN[command as CommandName] : undefined;
    if (act === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no command ${command}`);
    return act(session, params.arguments?.[0] ?? {}, token);
  },
} satisfies Answers;

function summary({ name, outcome, failures }: TestResult): string {
  if (outcome === "passed") return `${name}: all as expected.`;
  return `${name}: ${failures.map(({ line, expected, actual }) => `line ${line}: expected ${expected}, but ${actual}`).join("; ")}`;
}
