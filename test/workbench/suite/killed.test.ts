/** Processes of ours that somebody kills: the server comes back with all that was typed, a session ends, nothing stays. */
import * as assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import * as process from "node:process";
import * as vscode from "vscode";
import { eventually, openPolicy } from "./policy.ts";

const THREE_SECONDS = 3000;
const TWO_SECONDS = 2000;

/** Process ids of our programs that run below the extension host. */
function running(program: string): number[] {
  const rows = execFileSync("ps", ["-ww", "-o", "pid=,args=", "--ppid", String(process.pid)], { encoding: "utf8" });
  return rows.split("\n").flatMap((row) => {
    const [, pid, args] = /^\s*(\d+) (.*)$/.exec(row) ?? [];
    return args?.includes(program) ? [Number(pid)] : [];
  });
}

const hasPs = (() => {
  try {
    return running("extensionHost").length >= 0;
  } catch {
    return false;
  }
})();

describe("killed", () => {
  before(function () {
    if (!hasPs) this.skip();
  });

  describe("the language server", () => {
    let document: vscode.TextDocument;
    const messages = (): string[] => vscode.languages.getDiagnostics(document.uri).map(({ message }) => message);
    const toldOf = (word: string) => () => messages().some((message) => message.includes(word)) || undefined;
    const type = async (text: string): Promise<void> => {
      const edit = new vscode.WorkspaceEdit();
      edit.insert(document.uri, document.positionAt(document.getText().length), text);
      assert.ok(await vscode.workspace.applyEdit(edit));
    };

    let original = "";
    before(async () => {
      document = await openPolicy("three-tier.iochain");
      original = document.getText();
    });
    // Whatever failed: the editor may have saved by itself what was typed, and other tests open the same sample.
    after(async () => {
      const edit = new vscode.WorkspaceEdit();
      edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), original);
      await vscode.workspace.applyEdit(edit);
      await document.save();
    });

    it("is back within three seconds, with what was typed before and meanwhile", async () => {
      await type("\ngroup before = nobody-before\n");
      await eventually("the first finding", toldOf("nobody-before"));
      const [server] = running("dist/server.js");
      assert.ok(server, "no server runs");
      // Typed, and not waited for.
      await type("group at-once = nobody-at-once\n");
      process.kill(server, "SIGKILL");
      await type("group meanwhile = nobody-meanwhile\n");
      const text = document.getText();
      await eventually("findings of the new server", toldOf("nobody-meanwhile"), THREE_SECONDS);
      assert.ok(messages().some((message) => message.includes("nobody-before")));
      assert.ok(messages().some((message) => message.includes("nobody-at-once")));
      assert.equal(document.getText(), text);
      const now = running("dist/server.js");
      assert.equal(now.length, 1);
      assert.notEqual(now[0], server);
    });

    it("goes on reading what is typed", async () => {
      await type("group after = nobody-after\n");
      await eventually("a finding of the new server", toldOf("nobody-after"));
    });
  });

  describe("the debug adapter", () => {
    it("takes its session with it within two seconds, and leaves nothing behind", async () => {
      await openPolicy("three-tier.iochain");
      assert.deepEqual(running("dist/debug-adapter.js"), []);
      await vscode.commands.executeCommand("workbench.action.debug.start");
      await eventually("a stopped session", () => vscode.debug.activeStackItem);
      const [adapter] = running("dist/debug-adapter.js");
      assert.ok(adapter, "no adapter runs");
      process.kill(adapter, "SIGKILL");
      await eventually(
        "the end of the session",
        () => (vscode.debug.activeDebugSession ? undefined : true),
        TWO_SECONDS,
      );
      assert.deepEqual(running("dist/debug-adapter.js"), []);
    });
  });
});
