/** Requests with arguments that are none: each is answered in words, and no request is a fault of the adapter's. */
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type Client, inProcess } from "./client.ts";

const POLICY = readFileSync(new URL("data/first-steps.txt", import.meta.url), "utf8")
  .split("--- shop.iochain\n")[1]
  ?.split("--- session")[0] as string;

async function stopped(): Promise<Client> {
  const client = inProcess({ readFile: () => new TextEncoder().encode(POLICY) });
  await client.get("initialize", {});
  await client.get("launch", { program: "/shop.iochain" });
  await client.get("configurationDone");
  await client.event(["stopped"]);
  return client;
}

test.each([
  ["scopes", {}, "scopes: frameId is missing"],
  ["evaluate", { expression: 5 }, "evaluate: expression is a number, not a string"],
  ["setBreakpoints", {}, "setBreakpoints: source is missing"],
  [
    "setBreakpoints",
    { source: {}, breakpoints: [{ line: "x" }] },
    "breakpoints[0]: line is a string, not a whole number",
  ],
  ["setExceptionBreakpoints", { filters: "drop" }, "setExceptionBreakpoints: filters is a string, not an array"],
  ["initialize", {}, "the session has been initialized already"],
  ["attach", {}, "this adapter does not know the request attach"],
])("%s %o", async (command, args, message) => {
  expect(await (await stopped()).ask(command, args)).toMatchObject({ success: false, message });
});

test("whatever a request carries, the adapter answers and has no fault", async () => {
  const commands = fc.constantFrom(
    ...["threads", "stackTrace", "scopes", "variables", "setVariable", "setExpression", "evaluate", "completions"],
    ...["setBreakpoints", "setFunctionBreakpoints", "setDataBreakpoints", "setExceptionBreakpoints", "source"],
    ...["breakpointLocations", "dataBreakpointInfo", "gotoTargets", "goto", "stepInTargets", "restartFrame", "modules"],
    ...["readMemory", "writeMemory", "exceptionInfo", "locations", "loadedSources", "cancel", "iochain/chain"],
  );
  const value = fc.oneof(
    fc.constantFrom(
      0,
      1,
      2,
      -1,
      1e9,
      0.5,
      "",
      "ip.ttl",
      "rule(1001)",
      "slot 2",
      "packet",
      "AAAA",
      "/shop.iochain",
      null,
    ),
    fc.constantFrom("field ip.ttl", "hits east-west.1001", "connections web-01.eth0", "drop", ">= 3", "{slot}"),
    fc.jsonValue(),
  );
  const names = [
    ...["expression", "name", "value", "source", "path", "line", "column", "breakpoints", "filters", "filterOptions"],
    ...["frameId", "variablesReference", "memoryReference", "count", "offset", "data", "targetId", "text", "context"],
    ...["condition", "hitCondition", "logMessage", "dataId", "filterId", "sourceReference", "locationReference"],
  ];
  const flat = fc.dictionary(fc.constantFrom(...names), value);
  const member = fc.oneof(value, flat, fc.array(flat, { maxLength: 3 }));
  const client = await stopped();
  await fc.assert(
    fc.asyncProperty(commands, fc.dictionary(fc.constantFrom(...names), member), async (command, args) => {
      const answer = await client.ask(command, args);
      if (!answer.success) expect(answer.message).toMatch(/\S/);
      const faults = client.events.splice(0).filter((event) => event.body?.category === "telemetry");
      expect(faults, `${command} ${JSON.stringify(args)}`).toEqual([]);
    }),
    { numRuns: 1000 },
  );
});
