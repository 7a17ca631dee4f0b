/** The client's own promises: pages that load nothing but our script, messages that are looked at, Markdown without trust. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { OFFERED, readMessage } from "../../client/src/chainView/fromPage.ts";
import { readMessage as readReplayMessage } from "../../client/src/replayView/fromPage.ts";

vi.mock("vscode", () => ({
  Uri: { joinPath: (base: { path: string }, name: string) => ({ path: `${base.path}/${name}` }) },
}));

const CLIENT = join(import.meta.dirname, "../../client/src");
const sources = readdirSync(CLIENT, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name: name.replaceAll("\\", "/"), text: readFileSync(join(CLIENT, name), "utf8") }));
const having = (pattern: RegExp) => sources.filter(({ text }) => pattern.test(text)).map(({ name }) => name);

describe("every page", () => {
  test("is made in one place", () => {
    expect(having(/\bwebview\.html\s*=/)).toEqual(["chainView/view.ts", "replayView/view.ts"]);
    expect(having(/createWebviewPanel|registerCustomEditorProvider/)).toEqual([]);
    expect(having(/<!DOCTYPE/i)).toEqual(["pages/html.ts"]);
  });

  test("allows our script, by a nonce of its own, and our style sheet; nothing inline, nothing from elsewhere", async () => {
    const { pageHtml } = await import("../../client/src/pages/html.ts");
    const webview = {
      cspSource: "https://host.vscode-cdn.example",
      asWebviewUri: (uri: { path: string }) => ({ toString: () => `https://host.vscode-cdn.example${uri.path}` }),
    };
    const html = (): string => pageHtml(webview as never, { path: "/dist" } as never, "chain");
    const policyOf = (page: string) =>
      new Map(
        (/Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? "").split(";").map((part) => {
          const [name = "", ...sources] = part.trim().split(" ");
          return [name, sources] as const;
        }),
      );
    const [first, second] = [html(), html()];
    const policy = policyOf(first);
    expect([...policy.keys()].sort()).toEqual(["default-src", "script-src", "style-src"]);
    expect(policy.get("default-src")).toEqual(["'none'"]);
    expect(policy.get("style-src")).toEqual([webview.cspSource]);
    const nonce = /^'nonce-([0-9a-f-]{36})'$/.exec(policy.get("script-src")?.join(" ") ?? "")?.[1];
    expect(nonce).toBeDefined();
    expect(policyOf(second).get("script-src")).not.toEqual(policy.get("script-src"));
    for (const [, attributes] of first.matchAll(/<script([^>]*)>/g)) expect(attributes).toContain(`nonce="${nonce}"`);
    expect(first).not.toMatch(/\son\w+=|\sstyle=|<style|javascript:/i);
  });

  test("puts what strangers wrote in as text", () => {
    expect(having(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function/)).toEqual([]);
  });
});

describe("a message of the page's", () => {
  test("is one that it may send, or is dropped", () => {
    const part = fc.oneof(
      fc.integer({ min: -2, max: 20 }),
      fc.double(),
      fc.string(),
      fc.constantFrom(...OFFERED),
      fc.anything(),
    );
    const message = fc.record(
      {
        type: fc.oneof(fc.constantFrom("ready", "close", "runTo", "open", "step", "chain", "offer"), fc.string()),
        lane: part,
        slot: part,
        index: part,
        name: part,
        command: part,
      },
      { requiredKeys: ["type"] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), message), (said) => {
        const read = readMessage(said);
        if (read === undefined) return;
        if (read.type === "offer") expect(OFFERED).toContain(read.command);
        if (read.type === "open" || read.type === "runTo") expect(read.slot).toBeLessThan(16);
        if (read.type === "step") expect(read.index).toBeGreaterThanOrEqual(0);
        if (read.type === "chain") expect(typeof read.name).toBe("string");
      }),
      { numRuns: 5000 },
    );
  });
  test("of the replay view's is of a flow, or is dropped", () => {
    const message = fc.record(
      {
        type: fc.oneof(fc.constantFrom("ready", "again", "debug", "scenario", "open"), fc.string()),
        flow: fc.oneof(fc.integer(), fc.double(), fc.anything()),
      },
      { requiredKeys: ["type"] },
    );
    fc.assert(
      fc.property(fc.oneof(fc.anything(), message), (said) => {
        const read = readReplayMessage(said);
        if (read !== undefined && "flow" in read) expect(Number.isSafeInteger(read.flow) && read.flow >= 0).toBe(true);
      }),
      { numRuns: 5000 },
    );
  });
  test("runs no other command", () => {
    expect(readMessage({ type: "offer", command: "workbench.action.terminal.new" })).toBeUndefined();
    expect(readMessage({ type: "offer", command: "iochain.newPolicy" })).toEqual({
      type: "offer",
      command: "iochain.newPolicy",
    });
  });
});

describe("the client", () => {
  test("trusts no Markdown", () => {
    expect(having(/isTrusted\s*[:=]\s*(?!false)|supportHtml\s*[:=]\s*true/)).toEqual([]);
  });
  test("starts programs and opens connections nowhere but where the servers are started", () => {
    expect(having(/node:net|node:http|\bfetch\(|XMLHttpRequest|WebSocket|openExternal|createTerminal/)).toEqual([]);
    const starts =
      /DebugAdapterExecutable|NodeModule\b|^import (?!type\b).*child_process|\(["'](?:node:)?child_process/m;
    expect(having(starts).sort()).toEqual(["debugging/process.ts", "serverProcess.ts"]);
  });
});
