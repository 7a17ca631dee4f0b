/**
 * The language server over the wire, timed: `node bench/languageServer.ts [rules …]`. For each size: opening until the
 * first findings, one key until fresh findings, completion right after a key, hover, definition, and memory.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import { generatePolicy, nsxShape } from "./policies.ts";

/** Milliseconds but for `memory` (MB) and `findings`. */
export interface Figures {
  readonly rules: number;
  readonly start: number;
  readonly open: number;
  readonly findings: number;
  readonly key: Spread;
  readonly completion: Spread;
  readonly hover: Spread;
  readonly definition: Spread;
  /** One key while the checks that need sets of packets are at work. */
  readonly keyWhileBusy: Spread;
  readonly memory: { readonly resident: number; readonly peak: number };
}
export interface Spread {
  readonly median: number;
  readonly p95: number;
}

const spread = (times: readonly number[]): Spread => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function measure(
  server: string,
  rules: number,
  keys = 40,
  flags: readonly string[] = [],
): Promise<Figures> {
  const text = generatePolicy(nsxShape(rules));
  const uri = `file:///bench/${rules}.iochain`;
  const begun = performance.now();
  const child = spawn(process.execPath, [...flags, server, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = connect(child);
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    capabilities: {
      textDocument: {
        diagnostic: {},
        completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
        hover: { contentFormat: ["markdown"] },
      },
    },
  });
  const start = performance.now() - begun;
  await connection.sendNotification("initialized", {});
  const textDocument = { uri };
  const diagnostics = () => connection.sendRequest<{ items?: unknown[] }>("textDocument/diagnostic", { textDocument });

  const opened = performance.now();
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "iochain", version: 1, text },
  });
  const first = await diagnostics();
  const open = performance.now() - opened;

  // The action of the rule in the middle, one letter too many and back.
  const lines = text.split("\n");
  const line = lines.findIndex((l) => l.includes(`rule ${1000 + Math.floor(rules / 2)} `));
  const behind = /" [a-z]+/.exec(lines[line] as string);
  const character = (behind?.index ?? 0) + (behind?.[0].length ?? 0);
  let version = 1;
  const type = async () => {
    version += 1;
    const typed = version % 2 === 0;
    const end = { line, character: typed ? character : character + 1 };
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: { line, character }, end }, text: typed ? "x" : "" }],
    });
  };
  const timed = async (times: number, run: () => Promise<unknown>, gap = 0): Promise<Spread> => {
    const all: number[] = [];
    for (let i = 0; i < times; i += 1) {
      await pause(gap);
      const from = performance.now();
      await run();
      all.push(performance.now() - from);
    }
    return spread(all);
  };
  const keyWhileBusy = await timed(
    keys,
    async () => {
      await type();
      await diagnostics();
    },
    // Longer than the silence after which the dear checks begin.
    350,
  );
  const key = await timed(keys, async () => {
    await type();
    await diagnostics();
  });
  const from = (lines[line] as string).indexOf("from ") + 5;
  const completion = await timed(keys, async () => {
    await type();
    const offset = version % 2 === 0 ? 1 : 0;
    await connection.sendRequest("textDocument/completion", {
      textDocument,
      position: { line, character: from + offset },
    });
  });
  const position = { line, character: from + 1 };
  const hover = await timed(keys, () => connection.sendRequest("textDocument/hover", { textDocument, position }));
  const definition = await timed(keys, () =>
    connection.sendRequest("textDocument/definition", { textDocument, position }),
  );
  const memory = memoryOf(child);
  connection.dispose();
  child.kill();
  return {
    rules,
    start,
    open,
    findings: first.items?.length ?? 0,
    key,
    keyWhileBusy,
    completion,
    hover,
    definition,
    memory,
  };
}

function connect(child: ChildProcess): MessageConnection {
  const { stdin, stdout } = child;
  if (stdin === null || stdout === null) throw new Error("the server has no streams");
  const connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
  connection.onNotification("window/logMessage", ({ message }) => console.error(message));
  connection.onRequest(() => null);
  connection.listen();
  return connection;
}

/** Of the process, in MB, as Linux tells it. */
function memoryOf({ pid }: ChildProcess) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const megabytes = (field: string) =>
    Math.round(Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(status)?.[1] ?? Number.NaN) / 1024);
  return { resident: megabytes("VmRSS"), peak: megabytes("VmHWM") };
}

if (process.argv[1] === import.meta.filename) {
  const sizes = process.argv.slice(2).map(Number);
  const server = join(import.meta.dirname, "../dist/server.js");
  const show = ({ median, p95 }: Spread) => `${median.toFixed(1)} (${p95.toFixed(0)})`;
  for (const rules of sizes.length > 0 ? sizes : [1000, 10_000, 100_000]) {
    const f = await measure(server, rules);
    console.table([
      {
        rules,
        start: f.start.toFixed(0),
        open: f.open.toFixed(0),
        findings: f.findings,
        key: show(f.key),
        "key, busy": show(f.keyWhileBusy),
        "key + completion": show(f.completion),
        hover: show(f.hover),
        definition: show(f.definition),
        "MB (peak)": `${f.memory.resident} (${f.memory.peak})`,
      },
    ]);
  }
}
