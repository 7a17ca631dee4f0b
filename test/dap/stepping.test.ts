/**
 * What a debugger shows is what happens: however a scenario is stepped, its packets meet the same fates as when it runs;
 * and any steps, taken back, give every former state again, to the last variable.
 */
import { readdirSync, readFileSync } from "node:fs";
import type { DebugProtocol } from "@vscode/debugprotocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runScenario } from "../../server/src/chain/scenario.ts";
import type { Files } from "../../server/src/dap/files.ts";
import { scenarioScript } from "../../server/src/dap/scenarioScript.ts";
import { compilePolicy } from "../../server/src/policy/compile.ts";
import { loadProgram } from "../../server/src/policy/program.ts";
import { parseFile } from "../../server/src/syntax/document.ts";
import { type Client, inProcess } from "./client.ts";

const samples = new URL("../../samples/", import.meta.url);
const policies = readdirSync(samples)
  .filter((name) => name.endsWith(".iochain"))
  .map((name) => ({ name, text: readFileSync(new URL(name, samples), "utf8") }));
const programs = policies.map(({ name, text }) => {
  const policy = compilePolicy(loadProgram(name, (uri) => (uri === name ? parseFile(uri, text) : undefined)));
  return { name, text, policy };
});
const scenarios = programs.flatMap(({ name, text, policy }) =>
  policy.scenarios.map((scenario) => ({ name, text, policy, scenario, title: scenario.statement.title?.text ?? "" })),
);

const NO_FILES: Files = {
  read: () => "missing",
  readNamed: () => "missing",
  capture: () => "missing",
  captureNamed: () => "missing",
};

describe("stepping", () => {
  test.each(scenarios)("$name: $title: run finely, coarsely, and by the engine", ({ policy, scenario }) => {
    const wanted = runScenario(policy, scenario).steps.flatMap((step) => step.trace ?? []);
    for (const grain of ["every stop", "slots", "whole"] as const) {
      const script = scenarioScript(scenario, policy, NO_FILES);
      const world = script.world();
      const traces: unknown[] = [];
      for (let index = 0; index < script.length; index++)
        for (const moment of script.begin(index, world, undefined, grain))
          if (moment.kind === "finished") traces.push(moment.trace);
      expect(traces).toEqual(wanted);
    }
  });

  const steps = fc.constantFrom(
    { command: "next" },
    { command: "stepIn" },
    { command: "stepIn" },
    { command: "stepOut" },
    { command: "next", granularity: "statement" },
    { command: "next", granularity: "instruction" },
  );
  const anyScenario = fc.constantFrom(...scenarios);

  /** What is done to the packet before a step, if anything: it goes on from there as it is then. */
  const edits = fc.option(
    fc.constantFrom(
      ["setExpression", { expression: "ip.ttl", value: "7" }],
      ["setExpression", { expression: "ip.dst", value: "203.0.113.9" }],
      ["setExpression", { expression: "tcp.dstport", value: "22" }],
      ["evaluate", { expression: "tcp.flags.syn = 0", context: "repl" }],
      ["writeMemory", { memoryReference: "packet", offset: 30, data: "CgABCw==" }],
    ),
    { freq: 4 },
  ) as fc.Arbitrary<readonly [command: string, args: object] | null>;
  const walks = fc.array(fc.tuple(edits, steps), { minLength: 1, maxLength: 25 });

  test("any steps and edits, and then the same number of steps back, give every former state", async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, walks, async (scenario, commands) => {
        const client = await launched(scenario);
        const seen = [await everything(client)];
        for (const [edit, { command, ...more }] of commands) {
          if (edit && (await client.ask(...edit)).success) {
            // Whoever comes back here finds the packet as it was left.
            seen[seen.length - 1] = await everything(client);
          }
          const event = await go(client, command, more);
          if (event.event === "terminated") break;
          seen.push(await everything(client));
        }
        // The last step may have ended the run: what is over cannot be gone back over.
        if ((await client.ask("stackTrace", { threadId: 1 })).success) {
          for (const former of seen.slice(0, -1).reverse()) {
            await go(client, "stepBack", {});
            expect(await everything(client)).toEqual(former);
          }
        }
        await client.get("disconnect");
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test("any steps to the end tell the same fates as running", async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, fc.array(steps, { minLength: 1, maxLength: 12 }), async (scenario, commands) => {
        const running = await fates(scenario, [{ command: "continue" }]);
        expect(await fates(scenario, commands)).toEqual(running);
      }),
      { numRuns: 40 },
    );
  }, 60_000);

  test("going back and on again tells the same", async () => {
    await fc.assert(
      fc.asyncProperty(anyScenario, fc.array(fc.boolean(), { minLength: 5, maxLength: 40 }), async (scenario, ways) => {
        const client = await launched(scenario);
        const first = await everything(client);
        for (const forth of ways) {
          const event = await go(client, forth ? "stepIn" : "stepBack", {});
          if (event.event === "terminated") return;
        }
        await go(client, "reverseContinue", {});
        expect(await everything(client)).toEqual(first);
        await client.get("disconnect");
      }),
      { numRuns: 40 },
    );
  }, 60_000);
});

type Scenario = (typeof scenarios)[number];

async function launched({ name, text, title }: Scenario): Promise<Client> {
  const client = inProcess({ readFile: (path) => (path === name ? new TextEncoder().encode(text) : undefined) });
  await client.get("initialize", { adapterID: "iochain" });
  await client.get("launch", { program: name, scenario: title, stepThroughEmptySlots: title.length % 2 === 0 });
  await client.get("configurationDone");
  await client.event(["stopped"]);
  return client;
}
async function go(client: Client, command: string, more: object, passing?: (e: DebugProtocol.Event) => void) {
  await client.get(command, { threadId: 1, ...more });
  return client.event(["stopped", "terminated"], passing);
}

/** The stack, every variable of every scope, and the chain, without the numbers that change at every stop. */
async function everything(client: Client): Promise<unknown> {
  const { stackFrames } = await client.get<{ stackFrames: DebugProtocol.StackFrame[] }>("stackTrace", { threadId: 1 });
  const { scopes } = await client.get<{ scopes: DebugProtocol.Scope[] }>("scopes", { frameId: stackFrames[0]?.id });
  return {
    stack: stackFrames.map(({ id: _, ...frame }) => frame),
    scopes: await Promise.all(scopes.map(async (s) => [s.name, await below(client, s.variablesReference)])),
    chain: await client.get("iochain/chain"),
  };
}
async function below(client: Client, variablesReference: number): Promise<unknown> {
  if (variablesReference === 0) return [];
  const { variables } = await client.get<{ variables: DebugProtocol.Variable[] }>("variables", { variablesReference });
  return Promise.all(variables.map(async (v) => [v.name, v.value, await below(client, v.variablesReference)]));
}

/** What is told of each packet when the commands are repeated to the end. */
async function fates(scenario: Scenario, commands: readonly { command: string }[]): Promise<string[]> {
  const client = await launched(scenario);
  const told: string[] = [];
  for (let i = 0; ; i++) {
    const { command, ...more } = commands[i % commands.length] as { command: string };
    const event = await go(client, command, more, ({ event: name, body }) => {
      if (name === "output" && body.category !== "important") told.push(`${body.category}: ${body.output}`);
    });
    if (event.event === "terminated") break;
  }
  await client.get("disconnect");
  return told;
}
