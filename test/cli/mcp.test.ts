/** `iochain mcp` speaks the Model Context Protocol: a client greets it, lists its tools, asks, and goes away. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, expect, test } from "vitest";
import { TOOLS } from "../../server/src/ide/assistant/tools.ts";

const folder = mkdtempSync(path.join(tmpdir(), "iochain-mcp-"));
afterAll(() => rmSync(folder, { recursive: true }));
const root = path.join(import.meta.dirname, "../..");

test("an assistant's session", async () => {
  const child = spawn(process.execPath, ["dist/cli.js", "mcp"], { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  const answers = new Map<number, (result: Result) => void>();
  const refused: unknown[] = [];
  createInterface(child.stdout).on("line", (line) => {
    const { id, result, error } = JSON.parse(line);
    if (error) refused.push([id, error.code]);
    answers.get(id)?.(result);
  });
  let last = 0;
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  const ask = (method: string, params: object): Promise<Result> => {
    const id = ++last;
    const answer = new Promise<Result>((resolve) => answers.set(id, resolve));
    send({ id, method, params });
    return answer;
  };
  const call = async (name: string, args: object) => {
    const { content, isError } = await ask("tools/call", { name, arguments: args });
    return `${isError ? "ERROR " : ""}${content?.[0]?.text}`;
  };
  const greeting = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "test", version: "1" } };
  expect((await ask("initialize", greeting)).serverInfo).toMatchObject({ name: "iochain" });
  send({ method: "notifications/initialized" });
  const { tools } = await ask("tools/list", {});
  expect(tools?.map(({ name }) => name)).toEqual(TOOLS.map(({ name }) => name));

  child.stdin.write('no JSON\n\n{"jsonrpc":"2.0"\n[]\n{"id":"odd"}\r\n{"jsonrpc":"1.0","id":7,"method":"ping"}\n');
  await ask("ping", {});
  expect(refused).toEqual([
    [null, -32700],
    [null, -32700],
    [null, -32600],
    ["odd", -32600],
    [7, -32600],
  ]);

  const policy = "samples/three-tier.iochain";
  expect(await call("find_packet", { policy, fate: "delivered", from: "internet", to: "db" })).toMatch(
    /no such packet/,
  );
  expect(await call("trace_packet", { policy, packet: "tcp 203.0.113.7:1 -> web-01:443 syn" })).toMatch(/rule 1001/);
  expect(await call("check_policy", { policy: "none.iochain" })).toBe("ERROR none.iochain: no such file or folder");
  expect(await call("check_policy", { policy: "/etc/passwd" })).toBe("ERROR /etc/passwd: is no policy (.iochain)");
  const link = path.join(folder, "link.iochain");
  symlinkSync("/etc/passwd", link);
  expect(await call("check_policy", { policy: link })).toMatch(/^ERROR .* is no policy/);
  const importing = path.join(folder, "importing.iochain");
  writeFileSync(importing, 'import "/etc/passwd"\nimport "link.iochain"\n');
  expect(await call("check_policy", { policy: importing })).not.toMatch(/root:/);
  expect(await call("check_policy", { policy: importing })).toMatch(/import-outside[\s\S]*import-outside/);
  expect(await call("explain_rule", { policy, rule: "first" })).toMatch(/^ERROR .*integer/);

  child.stdin.end();
  expect(await new Promise((resolve) => child.on("close", resolve))).toBe(0);
});

interface Result {
  readonly serverInfo?: object;
  readonly tools?: readonly { readonly name: string }[];
  readonly content?: readonly { readonly text: string }[];
  readonly isError?: boolean;
}
