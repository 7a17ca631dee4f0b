/** Message storms: whatever a client sends, every request gets an answer, and the server goes on. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { inProcess } from "../dap/client.ts";
import { startClient } from "../lsp/client.ts";
import { snippet } from "../syntax/policies.ts";
import { fuzz } from "./fuzz.ts";

const policy = readFileSync(join(import.meta.dirname, "../../samples/three-tier.iochain"), "utf8");
/** Milliseconds; what is not answered by then hangs. The machine may be busy. */
const PATIENCE = 10_000;

/** What stands where a parameter should: right ones, wrong ones, none. */
const odd = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, true, -1, 0, 1.5, 2 ** 53, "", "x", [], {}, [[]], { uri: 5 }),
  fc.jsonValue({ maxDepth: 2 }),
);
const uri = "file:///policies/storm.iochain";
const position = fc.oneof(
  { weight: 4, arbitrary: fc.record({ line: fc.nat(120), character: fc.nat(80) }) },
  { weight: 1, arbitrary: fc.record({ line: odd, character: odd }) },
);
const range = fc.record({ start: position, end: position });
const textDocument = fc.oneof(
  { weight: 6, arbitrary: fc.constant({ uri }) },
  { weight: 1, arbitrary: fc.constantFrom({ uri: "file:///nowhere.iochain" }, { uri: "" }) },
  { weight: 1, arbitrary: odd },
);
const REQUESTS = [
  ...["hover", "completion", "definition", "declaration", "typeDefinition", "implementation", "references"],
  ...["documentHighlight", "prepareRename", "rename", "documentSymbol", "codeAction", "codeLens", "inlayHint"],
  ...["signatureHelp", "foldingRange", "selectionRange", "documentLink", "formatting", "rangeFormatting"],
  ...["onTypeFormatting", "prepareCallHierarchy", "semanticTokens/full", "semanticTokens/full/delta"],
  ...["semanticTokens/range", "diagnostic", "linkedEditingRange", "inlineValue"],
].map((name) => `textDocument/${name}`);
const OWN = [
  "trace",
  "chain",
  "tests",
  "runTests",
  "tool",
  "replay",
  "diff",
  "explain",
  "coverage",
  "import",
  "export",
];
const OTHERS = [
  ...["workspace/symbol", "workspace/diagnostic", "workspace/executeCommand", "workspace/willRenameFiles"],
  ...["completionItem/resolve", "codeLens/resolve", "inlayHint/resolve", "callHierarchy/incomingCalls", "no/such"],
  ...OWN.map((name) => `iochain/${name}`),
];
const request = fc.record({
  kind: fc.constant("request" as const),
  method: fc.constantFrom(...REQUESTS, ...OTHERS),
  params: fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record(
        {
          ...{ textDocument, position, range, positions: fc.array(position, { maxLength: 3 }), uri: fc.constant(uri) },
          ...{
            newName: fc.oneof(odd, fc.string()),
            ch: fc.constantFrom("\n", "}", " "),
            query: odd,
            packet: fc.string(),
          },
          context: fc.oneof(fc.constant({ diagnostics: [], includeDeclaration: true }), odd),
          options: fc.oneof(fc.constant({ tabSize: 2, insertSpaces: true }), odd),
        },
        { requiredKeys: ["textDocument"] },
      ),
    },
    { weight: 1, arbitrary: fc.dictionary(fc.string(), odd) },
  ),
});
const edit = fc.record({
  kind: fc.constant("edit" as const),
  change: fc.oneof(fc.record({ range, text: snippet }), fc.record({ text: snippet })),
  version: fc.oneof({ weight: 8, arbitrary: fc.constant("next" as const) }, { weight: 1, arbitrary: odd }),
});

fuzz("lsp-storm", fc.array(fc.oneof(request, edit), { minLength: 5, maxLength: 40 }), async (messages) => {
  const client = await startClient();
  await client.open(uri, policy);
  let version = 1;
  const answers: Promise<unknown>[] = [];
  for (const message of messages) {
    if (message.kind === "edit") {
      version += 1;
      const told = message.version === "next" ? version : message.version;
      await client.notify("textDocument/didChange", {
        textDocument: { uri, version: told },
        contentChanges: [message.change],
      });
    } else answers.push(client.request(message.method, message.params).catch(() => undefined));
  }
  await inTime("the language server", Promise.all(answers));
  // It still answers.
  await inTime("the language server", client.request("textDocument/documentSymbol", { textDocument: { uri } }));
  client.stop();
});

const COMMANDS = [
  ...["next", "stepIn", "stepOut", "stepBack", "continue", "reverseContinue", "pause", "threads", "stackTrace"],
  ...["scopes", "variables", "evaluate", "setVariable", "setExpression", "setBreakpoints", "setFunctionBreakpoints"],
  ...["setDataBreakpoints", "dataBreakpointInfo", "setExceptionBreakpoints", "exceptionInfo", "completions"],
  ...["gotoTargets", "goto", "stepInTargets", "restartFrame", "readMemory", "writeMemory", "modules", "loadedSources"],
  ...["breakpointLocations", "source", "locations", "cancel", "restart", "configurationDone", "no-such"],
];
const command = fc.record({
  command: fc.constantFrom(...COMMANDS),
  arguments: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record(
        {
          ...{ threadId: fc.constantFrom(1, 1, 2), frameId: fc.nat(2000), variablesReference: fc.nat(2000) },
          ...{ expression: fc.oneof(fc.constantFrom("ip.src", "matches(1001)", "state", "("), fc.string()) },
          ...{ name: fc.constantFrom("ip.src", "x"), value: fc.constantFrom("10.0.0.1", "", "é"), text: fc.string() },
          ...{ source: fc.constantFrom<unknown>({ path: "/p.iochain" }, {}, 5), line: fc.nat(100), column: fc.nat(50) },
          ...{ breakpoints: fc.oneof(fc.array(fc.record({ line: fc.nat(100), name: fc.string() })), odd) },
          ...{
            filters: fc.oneof(fc.array(fc.constantFrom("drop", "x")), odd),
            offset: fc.integer(),
            count: fc.integer(),
          },
          ...{
            memoryReference: fc.constantFrom("packet", "x"),
            data: fc.constantFrom("AAAA", "%"),
            targetId: fc.nat(20),
          },
          granularity: fc.constantFrom("statement", "line", "instruction", "x"),
        },
        { requiredKeys: [] },
      ),
    },
    { weight: 1, arbitrary: odd },
  ),
});

fuzz("dap-storm", fc.array(command, { minLength: 5, maxLength: 60 }), async (commands) => {
  const client = inProcess({
    readFile: (path) => (path === "/p.iochain" ? new TextEncoder().encode(policy) : undefined),
  });
  await client.get("initialize", { adapterID: "iochain", linesStartAt1: true, columnsStartAt1: true });
  const launched = client.ask("launch", { program: "/p.iochain", stopOnEntry: true });
  await client.ask("configurationDone");
  await launched;
  const answers = commands.map((each) => client.ask(each.command, each.arguments as object | undefined));
  await inTime("the debug adapter", Promise.all(answers));
  await inTime("the debug adapter", client.ask("disconnect"));
  await inTime("the debug adapter", client.closed);
});

async function inTime(who: string, answer: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${who} left something pending for ${PATIENCE} ms`)), PATIENCE);
  });
  await Promise.race([answer, late]).finally(() => clearTimeout(timer));
}
