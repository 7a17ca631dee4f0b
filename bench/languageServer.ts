/**
 * A language server over the wire, timed: `node bench/languageServer.ts [rules …]` for ours, with `--peers` for the
 * others beside it. For each size: opening until the first and the last findings, one key until fresh findings, completion right
 * after a key, hover, definition, and memory. `KEYS` says how many keys, `NODE_FLAGS` what Node is given.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import {
  createMessageConnection,
  type InitializeResult,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import type { Figure } from "./figure.ts";
import { makePolicy, nsxShape } from "./policies.ts";
import { iochain, peers, type Subject } from "./subjects.ts";

/** Milliseconds but for `memory` (MB) and `findings`. */
export interface Figures {
  readonly subject: string;
  readonly rules: number;
  /** Megabytes of the policy's text. */
  readonly text: number;
  readonly start: number;
  /** Until the first answer, and until the last one that says anything new. */
  readonly open: number;
  readonly openAll: number;
  /** Of the policy as generated, and with a letter too many in one of its rules: a server that looks finds more. */
  readonly findings: number;
  readonly findingsTyped: number;
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

export const spread = (times: readonly number[]): Spread => {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
  return { median: at(0.5), p95: at(0.95) };
};
const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

export async function measure(
  subject: Subject,
  rules: number,
  keys = 40,
  flags: readonly string[] = [],
): Promise<Figures> {
  const text = subject.text(makePolicy(nsxShape(rules)));
  const uri = `file:///bench/${rules}.${subject.extension}`;
  const begun = performance.now();
  const child = spawn(process.execPath, [...flags, ...subject.command], { stdio: ["pipe", "pipe", "inherit"] });
  const connection = connect(child);
  const published = new Publications(connection);
  let refreshed = () => {};
  connection.onRequest("workspace/diagnostic/refresh", () => {
    refreshed();
    return null;
  });
  const { capabilities } = await connection.sendRequest<InitializeResult>("initialize", {
    processId: process.pid,
    rootUri: null,
    workspaceFolders: null,
    initializationOptions: subject.initializationOptions,
    capabilities: {
      workspace: { diagnostics: { refreshSupport: true } },
      textDocument: {
        ...(subject.pulls && { diagnostic: {} }),
        publishDiagnostics: { versionSupport: true },
        completion: { completionItem: { snippetSupport: true, documentationFormat: ["markdown"] } },
        hover: { contentFormat: ["markdown"] },
      },
    },
  });
  const start = performance.now() - begun;
  await connection.sendNotification("initialized", {});
  await subject.prepare?.(connection);
  const textDocument = { uri };
  const diagnostics = (previousResultId?: string): Promise<Report> =>
    subject.pulls
      ? connection.sendRequest("textDocument/diagnostic", { textDocument, previousResultId })
      : published.next();

  const opened = performance.now();
  const firstFindings = subject.pulls ? undefined : published.next();
  await connection.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: subject.languageId, version: 1, text },
  });
  let report = await (firstFindings ?? diagnostics());
  const open = performance.now() - opened;
  let openAll = open;
  const again = async () => {
    const next = await diagnostics(report.resultId);
    if (next.kind === "unchanged") return;
    report = next;
    openAll = performance.now() - opened;
  };
  refreshed = () => void again();
  // A server that looks deeper takes the longer the more there is to look at.
  for (let quiet = -1; openAll !== quiet; ) {
    quiet = openAll;
    await pause(1000 + rules / 20);
  }
  refreshed = () => {};

  // The action of the rule in the middle, one letter too many and back.
  const lines = text.split("\n");
  const ruleAt = lines.findIndex((l) => l.includes(subject.ruleMark(1000 + Math.floor(rules / 2))));
  const behind = (pattern: RegExp) => {
    const line = lines.findIndex((l, i) => i >= ruleAt && pattern.test(l));
    const found = pattern.exec(lines[line] as string) as RegExpExecArray;
    return { line, character: found.index + found[0].length };
  };
  const letter = behind(subject.letterBehind);
  const word = behind(subject.wordBehind);
  let version = 1;
  const type = async () => {
    version += 1;
    const typed = version % 2 === 0;
    const end = { ...letter, character: letter.character + (typed ? 0 : 1) };
    await connection.sendNotification("textDocument/didChange", {
      textDocument: { uri, version },
      contentChanges: [{ range: { start: letter, end }, text: typed ? "x" : "" }],
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
  let findingsTyped = 0;
  const typeAndSee = async () => {
    const fresh = subject.pulls ? undefined : published.next();
    await type();
    const { items } = await (fresh ?? diagnostics());
    if (version % 2 === 0) findingsTyped = items?.length ?? 0;
  };
  // Longer than the silence after which the dear checks begin.
  const keyWhileBusy = await timed(keys, typeAndSee, 350);
  const key = await timed(keys, typeAndSee);
  const isOnLetterLine = word.line === letter.line && word.character > letter.character;
  const completion = await timed(keys, async () => {
    const settled = subject.pulls ? undefined : published.next();
    await type();
    const offset = isOnLetterLine && version % 2 === 0 ? 1 : 0;
    await connection.sendRequest("textDocument/completion", {
      textDocument,
      position: { ...word, character: word.character + offset },
    });
    await settled;
  });
  const position = { ...word, character: word.character + 1 };
  const hover = await timed(keys, () => connection.sendRequest("textDocument/hover", { textDocument, position }));
  // A server that does not know names has no definitions: not a number.
  const definition = await timed(capabilities.definitionProvider ? keys : 0, () =>
    connection.sendRequest("textDocument/definition", { textDocument, position }),
  );
  const memory = memoryOf(child);
  const exited = new Promise((resolve) => child.once("exit", resolve));
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  await exited;
  connection.dispose();
  return {
    ...{
      subject: subject.name,
      rules,
      text: text.length / 1e6,
      start,
      open,
      openAll,
      findings: report.items?.length ?? 0,
      findingsTyped,
    },
    ...{ key, keyWhileBusy, completion, hover, definition, memory },
  };
}

interface Report {
  readonly kind?: string;
  readonly resultId?: string;
  readonly items?: readonly unknown[];
}

/** Findings that a server publishes by itself. */
class Publications {
  #waiting: ((report: Report) => void)[] = [];
  constructor(connection: MessageConnection) {
    connection.onNotification("textDocument/publishDiagnostics", ({ diagnostics }) => {
      for (const resolve of this.#waiting.splice(0)) resolve({ items: diagnostics });
    });
  }
  next(): Promise<Report> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
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

const STARTS = 7;

/**
 * Milliseconds until a server has answered `initialize`, several times; `known`: it has been started before, and Node
 * and the server may have kept what they made of its code.
 */
async function starts(subject: Subject, known: boolean): Promise<Spread> {
  const folder = mkdtempSync(join(tmpdir(), "iochain-bench-"));
  const times: number[] = [];
  try {
    for (let i = known ? -1 : 0; i < STARTS; i += 1) {
      const env = { ...process.env, NODE_COMPILE_CACHE: join(folder, known ? "kept" : String(i)) };
      const begun = performance.now();
      const child = spawn(process.execPath, subject.command, { stdio: ["pipe", "pipe", "inherit"], env });
      const connection = connect(child);
      await connection.sendRequest("initialize", { processId: process.pid, rootUri: null, capabilities: {} });
      if (i >= 0) times.push(performance.now() - begun);
      const exited = new Promise((resolve) => child.once("exit", resolve));
      await connection.sendRequest("shutdown");
      await connection.sendNotification("exit");
      await exited;
      connection.dispose();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return spread(times);
}

/** Ours and the peers', size by size. */
export async function languageServer(sizes: readonly number[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const known of [true, false])
    for (const subject of [iochain(), ...peers()]) {
      const { median, p95 } = await starts(subject, known);
      const what = known ? "start" : "start, for the first time";
      figures.push({ suite: "language server", what, subject: subject.name, size: 0, value: median, p95, unit: "ms" });
    }
  for (const rules of sizes)
    for (const subject of [iochain(), ...peers()]) {
      if (rules > (subject.most ?? Number.POSITIVE_INFINITY)) continue;
      const f = await measure(subject, rules, rules > 20_000 ? 12 : 40);
      const add = (what: string, value: number | Spread, unit: Figure["unit"] = "ms") => {
        const figure = { suite: "language server", what, subject: subject.name, size: rules, unit };
        if (typeof value === "number") figures.push({ ...figure, value });
        else if (!Number.isNaN(value.median)) figures.push({ ...figure, value: value.median, p95: value.p95 });
      };
      add("open until the first findings", f.open);
      add("open until the last findings", f.openAll);
      add("a key until fresh findings", f.key);
      add("the same, dear checks at work", f.keyWhileBusy);
      add("a key and completion", f.completion);
      add("hover", f.hover);
      add("definition", f.definition);
      add("memory", f.memory.resident, "MB");
    }
  return figures;
}

/** As `console.table` shows them: milliseconds, the 95th percentile in brackets. */
export function row(f: Figures): Record<string, string | number> {
  const show = ({ median, p95 }: Spread) => `${median.toFixed(1)} (${p95.toFixed(0)})`;
  return {
    rules: f.rules,
    server: f.subject,
    start: f.start.toFixed(0),
    open: `${f.open.toFixed(0)} – ${f.openAll.toFixed(0)}`,
    findings: `${f.findings} → ${f.findingsTyped}`,
    key: show(f.key),
    "key, busy": show(f.keyWhileBusy),
    "key + completion": show(f.completion),
    hover: show(f.hover),
    definition: show(f.definition),
    "MB (peak)": `${f.memory.resident} (${f.memory.peak})`,
  };
}

if (process.argv[1] === import.meta.filename) {
  const sizes = process.argv.slice(2).map(Number).filter(Number.isInteger);
  const keys = Number(process.env.KEYS ?? 40);
  const flags = process.env.NODE_FLAGS?.split(" ") ?? [];
  const subjects = [iochain(), ...(process.argv.includes("--peers") ? peers() : [])];
  for (const rules of sizes.length > 0 ? sizes : [1000, 10_000, 100_000]) {
    const able = subjects.filter(({ most = Number.POSITIVE_INFINITY }) => rules <= most);
    const figures: Figures[] = [];
    for (const subject of able) figures.push(await measure(subject, rules, keys, flags));
    console.table(figures.map(row));
  }
}
