/**
 * Commands that code lenses and code actions name, for any client (`workspace/executeCommand`):
 *
 * - `iochain.runScenario` `{ uri, scenario }` tells the result in a message, and answers it;
 * - `iochain.writeScenario` `{ uri, line }` writes a scenario whose packet comes to the rule, default or binding on the
 *   line (from 1), or tells why no packet does; it answers what `iochain/scenarioFor` does;
 * - `iochain.showTrips` `{ uri, scenario }` or `{ uri, packet, from? }` opens the trace as a document, and answers its
 *   `{ uri }`. Declared where the client can show one.
 */
import { type CancellationToken, ErrorCodes, ResponseError } from "vscode-languageserver";
import type { TestResult } from "../ide/simulate.ts";
import { traceUri } from "../ide/traceDocument.ts";
import { canShow } from "./documents.ts";
import type { Feature } from "./features.ts";
import { scenarioFor } from "./questions.ts";
import type { Session } from "./session.ts";
import { optionalText, run, text, viewOf } from "./simulation.ts";

// biome-ignore lint/suspicious/noExplicitAny: arguments as they came over the wire.
type Argument = any;

const SHOW = "iochain.showTrips";

const RUN: Readonly<
  Record<string, (session: Session, argument: Argument, token: CancellationToken) => Promise<unknown>>
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
  [SHOW]: async (session, { uri, scenario, packet, from }) => {
    const policy = text(uri, "uri");
    const address =
      scenario === undefined
        ? traceUri({ uri: policy, packet: text(packet, "packet"), from: optionalText(from, "from") })
        : traceUri({ uri: policy, scenario: text(scenario, "scenario") });
    await session.show(address);
    return { uri: address };
  },
};

export const COMMANDS: readonly Feature[] = [
  {
    method: "workspace/executeCommand",
    declare: (client) => ({
      executeCommandProvider: { commands: Object.keys(RUN).filter((name) => name !== SHOW || canShow(client)) },
    }),
    answer: async (session, params, token) => {
      const command = String(params.command);
      const act = Object.hasOwn(RUN, command) ? RUN[command] : undefined;
      if (act === undefined) throw new ResponseError(ErrorCodes.InvalidParams, `no command ${command}`);
      return act(session, params.arguments?.[0] ?? {}, token);
    },
  },
];

function summary({ name, outcome, failures }: TestResult): string {
  if (outcome === "passed") return `${name}: all as expected.`;
  return `${name}: ${failures.map(({ line, expected, actual }) => `line ${line}: expected ${expected}, but ${actual}`).join("; ")}`;
}
