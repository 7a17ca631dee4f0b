/** The bundled adapter as a process of its own, over stdio and over a socket: it answers, and it never stays behind. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { DebugProtocol } from "@vscode/debugprotocol";
import { afterAll, describe, expect, test } from "vitest";
import { frame, unframe } from "../../server/src/wire/framing.ts";
import { Client, overStdio } from "./client.ts";
import { play, readStory, writeStory } from "./transcript.ts";

const folder = mkdtempSync(join(tmpdir(), "iochain-dap-"));
const bundle = fileURLToPath(new URL("../../dist/debug-adapter.js", import.meta.url));
const sample = fileURLToPath(new URL("../../samples/three-tier.iochain", import.meta.url));

afterAll(() => rmSync(folder, { recursive: true }));

describe("the adapter as a process", () => {
  const stories = new URL("data/", import.meta.url);
  const names = readdirSync(stories).filter((name) =>
    readFileSync(new URL(name, stories), "utf8").includes("\n--- session"),
  );

  /** A story told over stdio; each of its files lies on disk as `kept` makes it. */
  async function retold(name: string, kept = bytes): Promise<{ told: string; text: string }> {
    const text = readFileSync(new URL(name, stories), "utf8");
    const story = readStory(text);
    const home = mkdtempSync(join(folder, "story-"));
    for (const [file, body] of story.files) writeFileSync(join(home, file), kept(file, body));
    const told = await play(
      story,
      overStdio(bundle),
      (file) => join(home, file),
      (file, body) => writeFileSync(join(home, file), body),
    );
    return { told: writeStory(story, told), text };
  }

  test.each(names)("tells over stdio what it tells in process: %s", async (name) => {
    const { told, text } = await retold(name);
    expect(told).toBe(text);
  });

  test("a gzipped capture is replayed as the capture itself", async () => {
    const { told, text } = await retold("capture.txt", (file, body) => {
      const content = bytes(file, body);
      return typeof content === "string" ? content : gzipSync(content);
    });
    expect(told).toBe(text);
  });

  test("a long capture that is made shorter under way is told, and the run goes on to its end", async () => {
    const capture = join(folder, "long.pcap");
    const frames = 200;
    writeFileSync(capture, longPcap(frames, 60_000));
    const client = overStdio(bundle);
    await client.get("initialize", { adapterID: "iochain" });
    await client.get("launch", { program: sample, capture, at: "web-01" });
    await client.get("configurationDone");
    await client.event(["stopped"]);
    truncateSync(capture, 1000);
    const told: string[] = [];
    const note = (event: DebugProtocol.Event): void => void told.push(event.body?.output ?? "");
    await client.get("next", { threadId: 1 });
    await client.event(["stopped"], note);
    await client.get("continue", { threadId: 1 });
    await client.event(["terminated"], note);
    expect(told.join("")).toContain("long.pcap has changed; its frames may be others");
    expect(told.join("")).toContain(`${frames} packets`);
    await client.get("disconnect");
    await client.closed;
  });

  test.each([
    ["disconnects", async (client: Client) => void (await client.get("disconnect"))],
    ["closes its end", async (client: Client) => client.close()],
  ])("it ends within two seconds when the client %s", async (_, leave) => {
    const client = overStdio(bundle);
    await stopped(client);
    const started = performance.now();
    await leave(client);
    await client.closed;
    expect(performance.now() - started).toBeLessThan(2000);
    expect(client.child.exitCode).toBe(0);
  });

  test("a start runs the code that an earlier one left, unless it is damaged", async () => {
    const kept = mkdtempSync(join(folder, "code-"));
    /** The kept code of each part after another start: when it was written, and what it is. */
    const started = async (): Promise<Map<string, { written: number; code: Buffer }>> => {
      const client = await stopped(overStdio(bundle, { NODE_COMPILE_CACHE: kept }));
      client.close();
      await client.closed;
      expect(client.child.exitCode).toBe(0);
      const names = readdirSync(kept, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".code"));
      const codeOf = (file: string) => ({ written: statSync(file).mtimeMs, code: readFileSync(file) });
      return new Map(names.map((name) => [join(kept, name), codeOf(join(kept, name))]));
    };
    const first = await started();
    expect(first.size).toBeGreaterThan(3);
    expect(await started()).toEqual(first);
    for (const [file, { code }] of first) writeFileSync(file, Buffer.from(code).fill(0xff, code.length >> 1));
    const third = await started();
    for (const [file, { code }] of first) {
      const anew = third.get(file)?.code;
      expect(anew?.length).toBeGreaterThan(code.length / 2);
      expect(anew?.subarray(anew.length >> 1).every((octet) => octet === 0xff)).toBe(false);
    }
  });

  test("a pattern of exponential time is answered", async () => {
    const client = overStdio(bundle);
    await stopped(client);
    const expression = `"${"a".repeat(60)}!" matches "^(A+)+$"`;
    const { body } = await client.ask("evaluate", { expression, context: "watch" });
    expect(body?.result).toBe("false");
    client.close();
    await client.closed;
  });

  test("a failed launch leaves no process", async () => {
    const client = overStdio(bundle);
    await client.get("initialize", { adapterID: "iochain" });
    const response = await client.ask("launch", { program: join(folder, "none.iochain") });
    expect(response.message).toMatch(/^there is no file .*none\.iochain/);
    const started = performance.now();
    await client.closed;
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test("--port serves a session a connection", async () => {
    const child = spawn(process.execPath, [bundle, "--port", "0"], { stdio: ["ignore", "ignore", "pipe"] });
    try {
      const port = await portOf(child);
      const [one, two] = await Promise.all([stopped(overSocket(port)), stopped(overSocket(port))]);
      await one.get("stepIn", { threadId: 1 });
      await one.event(["stopped"]);
      const depth = async (client: Client): Promise<number> =>
        (await client.get<{ totalFrames: number }>("stackTrace", { threadId: 1 })).totalFrames;
      expect([await depth(one), await depth(two)]).toEqual([2, 1]);
      await one.get("disconnect");
      await one.closed;
      expect(await depth(two)).toBe(1);
      two.close();
    } finally {
      child.kill();
      await once(child, "close");
    }
  });

  test("a wrong command line is said so", async () => {
    const child = spawn(process.execPath, [bundle, "--port", "many"], { stdio: ["ignore", "ignore", "pipe"] });
    const [code] = (await once(child, "close")) as [number];
    expect(code).toBe(2);
  });
});

async function stopped<C extends Client>(client: C): Promise<C> {
  await client.get("initialize", { adapterID: "iochain" });
  await client.get("launch", { program: sample });
  await client.get("configurationDone");
  await client.event(["stopped"]);
  return client;
}
/** Frames that are long and of no protocol that anybody knows. */
function longPcap(count: number, length: number): Uint8Array {
  const record = Buffer.alloc(16 + length);
  record.writeUInt32LE(length, 8);
  record.writeUInt32LE(length, 12);
  const head = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");
  return Buffer.concat([head, ...new Array<Buffer>(count).fill(record)]);
}
function overSocket(port: number): Client {
  const socket = connect(port, "127.0.0.1");
  return new Client().over((take) => {
    const read = unframe(take);
    socket.on("data", read);
    return {
      send: (message) => void socket.write(frame(message)),
      close: () => void socket.end(),
      closed: new Promise((resolve) => socket.on("close", () => resolve())),
    };
  });
}
async function portOf(child: ChildProcess): Promise<number> {
  let said = "";
  for await (const chunk of child.stderr ?? []) {
    said += String(chunk);
    const port = /127\.0\.0\.1:(\d+)/.exec(said)?.[1];
    if (port) return Number(port);
  }
  throw new Error(`the adapter said: ${said}`);
}
/** A capture stands in a story as hexadecimal digits. */
const bytes = (name: string, body: string): string | Uint8Array =>
  name.endsWith(".iochain") ? body : Buffer.from(body.replace(/\s/g, ""), "hex");
