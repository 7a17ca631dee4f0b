/** What is declared is answered, and what is answered is declared. */
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { expect, test } from "vitest";
import { inProcess } from "./client.ts";

/** The request that each capability promises; those that only add an argument or an event promise none. */
const REQUESTS: Readonly<Record<string, string | undefined>> = {
  supportsConfigurationDoneRequest: "configurationDone",
  supportsFunctionBreakpoints: "setFunctionBreakpoints",
  supportsConditionalBreakpoints: undefined,
  supportsHitConditionalBreakpoints: undefined,
  supportsLogPoints: undefined,
  supportsBreakpointLocationsRequest: "breakpointLocations",
  supportsDataBreakpoints: "setDataBreakpoints",
  supportsEvaluateForHovers: "evaluate",
  supportsClipboardContext: "evaluate",
  supportsStepBack: "stepBack",
  supportsSetVariable: "setVariable",
  supportsSetExpression: "setExpression",
  supportsRestartRequest: "restart",
  supportsRestartFrame: "restartFrame",
  supportsGotoTargetsRequest: "gotoTargets",
  supportsStepInTargetsRequest: "stepInTargets",
  supportsSteppingGranularity: undefined,
  supportsCompletionsRequest: "completions",
  completionTriggerCharacters: undefined,
  supportsModulesRequest: "modules",
  additionalModuleColumns: undefined,
  supportsExceptionInfoRequest: "exceptionInfo",
  supportsExceptionFilterOptions: "setExceptionBreakpoints",
  exceptionBreakpointFilters: "setExceptionBreakpoints",
  supportsLoadedSourcesRequest: "loadedSources",
  supportsTerminateRequest: "terminate",
  supportTerminateDebuggee: undefined,
  supportsCancelRequest: "cancel",
  supportsReadMemoryRequest: "readMemory",
  supportsWriteMemoryRequest: "writeMemory",
  supportsDelayedStackTraceLoading: undefined,
  supportsValueFormattingOptions: undefined,
};

test("every capability is known here, answered, and tried in a story or a test", async () => {
  const client = inProcess({ readFile: () => undefined });
  const capabilities = await client.get("initialize", { adapterID: "iochain" });
  expect(Object.keys(capabilities).sort()).toEqual(Object.keys(REQUESTS).sort());
  for (const request of Object.values(REQUESTS)) {
    if (request === undefined || request === "configurationDone" || request === "terminate") continue;
    const { message } = await client.ask(request, { breakpoints: [], filters: [], source: {}, line: 1 });
    expect(message ?? "").not.toMatch(/does not know/);
  }
});

test("the exception filters are those of the manual", async () => {
  const client = inProcess({ readFile: () => undefined });
  const capabilities = await client.get<{ exceptionBreakpointFilters: { filter: string }[] }>("initialize", {});
  expect(capabilities.exceptionBreakpointFilters.map((f) => f.filter).sort()).toEqual(
    ["blackhole", "default-rule", "drop", "expect-failed", "fail-closed", "redirect", "reject", "spoofguard"].sort(),
  );
});

test("the sources of the adapter know neither Node nor an editor, but for its entry", () => {
  const folder = new URL("../../server/src/dap/", import.meta.url);
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  expect(files.length).toBeGreaterThan(20);
  for (const name of files.filter((file) => file !== "node.ts"))
    expect(readFileSync(new URL(name, folder), "utf8"), name).not.toMatch(
      /from "(node:|vscode"|@vscode\/debugadapter")/,
    );
});

test("the session is bundled for a browser as it is", async () => {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("../../server/src/dap/session.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "browser",
    format: "esm",
    logLevel: "error",
  });
  expect(outputFiles[0]?.text).toContain("createSession");
});
