/**
 * A workspace of a stranger's, opened and debugged: neither program reads, starts or connects to anything that the
 * workspace has no right to, and nothing of what lies outside comes to the person's screen.
 */
import { spawn, spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { frame, unframe } from "../../server/src/wire/framing.ts";
import { hostile, innocent, POLICY, SECRET, type Workspace } from "./workspaces.ts";

const dist = join(import.meta.dirname, "../../dist");
const CALLS = "execve,execveat,fork,vfork,open,openat,openat2,creat,socket,connect,bind,listen";
const STRACE = spawnSync("strace", ["-f", "-o", "/dev/null", "-e", `trace=${CALLS}`, "true"]).status === 0;

/** What a program said, all of it, and what it asked of the system: nothing where there is no strace. */
interface Watched {
  readonly said: string;
  readonly calls: readonly string[];
}
type Ask = (message: object) => Promise<unknown>;

/** Runs a program on a workspace; `talk` has its conversation. */
async function watched(at: Workspace, program: readonly string[], talk: (ask: Ask) => Promise<void>): Promise<Watched> {
  const log = join(at.outside, "calls.log");
  const [command, ...args] = [
    ...(STRACE ? ["strace", "-f", "-qq", "-s", "4096", "-o", log, "-e", `trace=${CALLS}`] : []),
    process.execPath,
    ...program,
  ] as [string, ...string[]];
  const child = spawn(command, args, {
    cwd: at.folder,
    stdio: ["pipe", "pipe", "inherit"],
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: "1" },
  });
  const waiting = new Map<unknown, (message: unknown) => void>();
  let said = "";
  const read = unframe((message) => {
    said += `${JSON.stringify(message)}\n`;
    const { id, request_seq: seq, event, method } = message as Record<string, unknown>;
    // Whatever the server asks of its client gets an answer.
    if (method !== undefined && id !== undefined) child.stdin.write(frame({ jsonrpc: "2.0", id, result: null }));
    else waiting.get(event ?? seq ?? id)?.(message);
  });
  child.stdout.on("data", read);
  const closed = new Promise((resolve) => child.on("close", resolve));
  let last = 0;
  await talk((message) => {
    last += 1;
    const { event } = message as { readonly event?: string };
    const answer = new Promise((resolve) => waiting.set(event ?? last, resolve));
    if (event === undefined)
      child.stdin.write(frame({ ...("notice" in message ? {} : { id: last }), seq: last, ...message }));
    return answer;
  });
  child.stdin.end();
  await closed;
  return { said, calls: STRACE ? readFileSync(log, "utf8").trim().split("\n") : [] };
}

/** Everything that an editor asks of a document by itself, and what a person may ask. */
const openedInServer = (at: Workspace, folders: boolean) =>
  watched(at, [join(dist, "server.js"), "--stdio"], async (ask) => {
    const uri = pathToFileURL(at.main).href;
    const request = (method: string, params: object) => ask({ jsonrpc: "2.0", method, params });
    const notify = (method: string, params: object) => void ask({ jsonrpc: "2.0", method, params, notice: true });
    const folder = { uri: pathToFileURL(at.folder).href, name: "workspace" };
    const capabilities = { textDocument: { diagnostic: {} } };
    await request("initialize", { processId: null, capabilities, workspaceFolders: folders ? [folder] : null });
    notify("initialized", {});
    notify("textDocument/didOpen", { textDocument: { uri, languageId: "iochain", version: 1, text: at.text } });
    const textDocument = { uri };
    const range = { start: { line: 0, character: 0 }, end: { line: 99, character: 0 } };
    await request("textDocument/diagnostic", { textDocument });
    await request("workspace/diagnostic", { previousResultIds: [] });
    await request("textDocument/documentLink", { textDocument });
    await request("textDocument/codeLens", { textDocument });
    await request("textDocument/inlayHint", { textDocument, range });
    await request("textDocument/codeAction", { textDocument, range, context: { diagnostics: [] } });
    await request("workspace/symbol", { query: "" });
    for (let line = 0; line < at.text.split("\n").length; line++)
      for (const method of ["hover", "definition", "completion"])
        await request(`textDocument/${method}`, { textDocument, position: { line, character: 12 } });
    await request("iochain/runTests", { uri });
    await request("iochain/way", { uri, scenario: "A scenario" });
    await request("iochain/coverage", { uri });
    // Addresses that a page of the workspace could link to.
    for (const secret of ["../secret.iochain", "../secret.txt", "/etc/passwd"]) {
      const wanted = new URL(secret, uri).href;
      await request("workspace/textDocumentContent", {
        uri: `iochain-trace:/x?${encodeURIComponent(JSON.stringify({ uri: wanted, scenario: "x" }))}`,
      });
      await request("textDocument/hover", { textDocument: { uri: wanted }, position: { line: 0, character: 7 } });
    }
    await request("shutdown", {});
  });

const debugged = (at: Workspace, folders: boolean) =>
  watched(at, [join(dist, "debug-adapter.js")], async (ask) => {
    const request = (command: string, args: object = {}) => ask({ type: "request", command, arguments: args });
    await request("initialize", { adapterID: "iochain" });
    const ended = ask({ event: "terminated" });
    await request("launch", {
      program: at.main,
      scenario: "A scenario",
      stopOnEntry: false,
      stopOnExpectFailure: false,
      ...(folders && { folders: [at.folder] }),
    });
    await request("configurationDone");
    await ended;
    await request("disconnect");
  });

// Where no folder is open there is no outside: other policies and captures may be read, and nothing else.
const BY_NAME = /\.(?:iochain|pcap)$/;
const NOTHING = /^$/;

describe.each([
  ["the language server, of a folder", (at: Workspace) => openedInServer(at, true), NOTHING],
  ["the language server, of a file", (at: Workspace) => openedInServer(at, false), BY_NAME],
  ["the debug adapter, with folders", (at: Workspace) => debugged(at, true), NOTHING],
  ["the debug adapter, started in the folder", (at: Workspace) => debugged(at, false), NOTHING],
])("%s", (_, run, outside) => {
  const [stranger, friend] = [hostile(), innocent()];
  let seen: Watched;
  let usual: Watched;
  beforeAll(async () => {
    seen = await run(stranger);
    usual = await run(friend);
  }, 60_000);
  afterAll(() => {
    for (const { outside: made } of [stranger, friend]) rmSync(made, { recursive: true });
  });

  test("says nothing of what lies outside", () => {
    expect(seen.said).toContain("outside the folders");
    expect(seen.said).not.toContain(SECRET);
    if (outside !== BY_NAME) expect(seen.said).not.toContain(POLICY);
    expect(seen.said).not.toContain("root:");
  });

  test.skipIf(!STRACE)("opens only files of the workspace (needs strace)", () => {
    const opened = new Set(filesOf(usual));
    const more = filesOf(seen).filter((path) => !opened.has(path));
    const inside = more.filter((path) => path === stranger.folder || path.startsWith(`${stranger.folder}/`));
    expect(inside).toContain(join(stranger.folder, "inside.iochain"));
    expect(inside.filter((path) => /pipe|zero|secret/.test(path))).toEqual([]);
    expect(more.filter((path) => !inside.includes(path) && !outside.test(path))).toEqual([]);
  });

  test.skipIf(!STRACE)("starts no program, and opens no socket (needs strace)", () => {
    const calls = (...names: string[]) =>
      seen.calls.filter((call) => names.some((name) => call.includes(` ${name}(`)) && !call.includes(" resumed>"));
    expect(calls("execve", "execveat")).toHaveLength(1);
    expect(calls("fork", "vfork")).toEqual([]);
    expect(calls("socket", "connect", "bind", "listen")).toEqual([]);
  });
});

/** Files that were opened, but for those of the process itself. */
const filesOf = ({ calls }: Watched): string[] =>
  calls
    .flatMap((call) => / open(?:at2?)?\((?:AT_FDCWD, )?"((?:[^"\\]|\\.)*)"/.exec(call)?.[1] ?? [])
    .filter((path) => !path.startsWith("/proc/self/") && !path.startsWith("/sys/"));
