/** What is not the protocol ends a server at once, with a word; what is, however cut up, is read; what is no message is refused. */
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { frame, unframe } from "../../server/src/wire/framing.ts";

const dist = join(import.meta.dirname, "../../dist");
const SERVERS = [
  { name: "language server", args: [join(dist, "server.js"), "--stdio"] },
  { name: "debug adapter", args: [join(dist, "debug-adapter.js")] },
];
const greeting = {
  ...{ seq: 1, type: "request", command: "initialize", arguments: { adapterID: "iochain" } },
  ...{ jsonrpc: "2.0", id: 1, method: "initialize", params: { processId: null, capabilities: {} } },
};

const WRONG: readonly [what: string, bytes: string, word: RegExp][] = [
  ["a message of gigabytes", "Content-Length: 5000000000\r\n\r\n{", /5000000000 bytes; at most \d+ are read/],
  ["a length that is none", "Content-Length: -5\r\n\r\n{}", /header without a Content-Length/],
  ["words between messages", "hello\r\n\r\n{}", /header without a Content-Length/],
  ["a stream without an end of line", "x".repeat(100_000), /no Content-Length header/],
  ["a few words", "hello there", /no Content-Length header/],
  ["a header whose lines end otherwise", "Content-Length: 2\n\n{}", /no Content-Length header/],
  ["two lengths", "Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}", /two different lengths/],
];
const REFUSED: readonly [what: string, body: string, code: number][] = [
  ["is not JSON", "{abc}", -32700],
  ["is cut", '{"jsonrpc":"2.0","id":', -32700],
  ["is empty", "", -32700],
  ["is a number", "5", -32600],
  ["is nothing", "null", -32600],
  ["is a batch", `[${JSON.stringify(greeting)}]`, -32600],
];

test("a session that comes in one piece is answered in order before the server goes", () => {
  const textDocument = { uri: "file:///a.iochain", languageId: "iochain", version: 1, text: "group web = 10.0.0.1\n" };
  const position = { line: 0, character: 7 };
  const messages = [
    { id: 1, method: "initialize", params: { processId: null, capabilities: {} } },
    { method: "initialized", params: {} },
    { method: "textDocument/didOpen", params: { textDocument } },
    { id: 2, method: "textDocument/hover", params: { textDocument, position } },
    { id: 3, method: "shutdown" },
    { method: "exit" },
  ];
  const input = Buffer.concat(messages.map((message) => frame({ jsonrpc: "2.0", ...message })));
  const { stdout, status } = spawnSync(process.execPath, [join(dist, "server.js"), "--stdio"], { input });
  const ids: unknown[] = [];
  const read = unframe((message) => {
    if ("id" in message && "result" in message) ids.push(message.id);
  });
  expect(read(stdout)).toBeUndefined();
  expect(ids).toEqual([1, 2, 3]);
  expect(status).toBe(0);
});

test("of requests with one id each is answered", () => {
  const messages = [
    { id: 3, method: "initialize", params: { processId: null, capabilities: {} } },
    { method: "initialized", params: {} },
    { id: 1, method: "iochain/none" },
    { id: "1", method: "iochain/none" },
    { id: 1, method: "iochain/none" },
    { id: 2, method: "shutdown" },
    { method: "exit" },
  ];
  const input = Buffer.concat(messages.map((message) => frame({ jsonrpc: "2.0", ...message })));
  const { stdout } = spawnSync(process.execPath, [join(dist, "server.js"), "--stdio"], { input });
  const answers: unknown[] = [];
  const read = unframe((message) => {
    if ("id" in message) answers.push([message.id, (message as { error?: { code: number } }).error?.code]);
  });
  expect(read(stdout)).toBeUndefined();
  expect(answers).toEqual(
    expect.arrayContaining([
      [3, undefined],
      [1, -32600],
      [1, -32601],
      ["1", -32600],
      [2, undefined],
    ]),
  );
  expect(answers).toHaveLength(5);
});

describe.each(SERVERS)("$name", ({ name, args }) => {
  test.each(WRONG)("%s ends it with a word", async (_, bytes, word) => {
    const child = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "pipe"] });
    let said = "";
    child.stderr.on("data", (chunk) => (said += chunk));
    child.stdin.on("error", () => {});
    child.stdin.write(frame(greeting));
    child.stdin.write(bytes);
    const code = await new Promise((resolve) => child.on("close", resolve));
    expect(code).toBe(1);
    expect(said).toMatch(word);
  });

  test.each(REFUSED)("a message that %s is left out, and the next one answered", async (_, body, code) => {
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe"] });
    const said = new Promise<string>((resolve) => child.stderr.once("data", (chunk) => resolve(String(chunk))));
    const answers: Record<string, unknown>[] = [];
    const answered = new Promise<void>((resolve) => {
      const read = unframe((message) => {
        answers.push(message as Record<string, unknown>);
        if ("result" in message || "success" in message) resolve();
      });
      child.stdout.on("data", read);
    });
    child.stdin.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    child.stdin.write(frame(greeting));
    await answered;
    if (name === "debug adapter") expect(await said).toMatch(/that is not (JSON|an object); it is left out/);
    else expect(answers[0]).toMatchObject({ id: null, error: { code } });
    child.kill();
  });

  test("a client that goes away ends it", async () => {
    const child = spawn(process.execPath, args, { stdio: ["pipe", "ignore", "ignore"] });
    child.stdin.end(frame(greeting));
    await new Promise((resolve) => child.on("close", resolve));
  });
});

test("a request whose method is no name is answered", async () => {
  const child = spawn(process.execPath, [join(dist, "server.js"), "--stdio"], { stdio: ["pipe", "pipe", "ignore"] });
  const answer = new Promise((resolve) => child.stdout.on("data", unframe(resolve)));
  child.stdin.write(frame({ jsonrpc: "2.0", id: 7, method: 5 }));
  expect(await answer).toMatchObject({ id: 7, error: { code: -32600 } });
  child.kill();
});

test("messages are read whole, however they are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 40 })),
      (messages, sizes) => {
        const read: object[] = [];
        const take = unframe((message) => read.push(message));
        const bytes = Buffer.concat(messages.map((message) => frame(message)));
        for (let at = 0; at < bytes.length; ) {
          const size = sizes.next().value as number;
          expect(take(bytes.subarray(at, at + size))).toBeUndefined();
          at += size;
        }
        expect(read).toEqual(JSON.parse(JSON.stringify(messages)));
      },
    ),
  );
});
