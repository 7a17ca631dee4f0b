/** The language server as a process of its own, spoken to over Node IPC. */
import { type ChildProcess, fork } from "node:child_process";
import process from "node:process";
import type * as vscode from "vscode";

/** The first starts at once, to be there when the client is: loading that takes a third of the time. */
export function serverProcess(context: vscode.ExtensionContext): () => ChildProcess {
  const program = context.asAbsolutePath("dist/server.js");
  // Who debugs the extension debugs the server, too.
  const isDebugged = process.execArgv.some((argument) => argument.startsWith("--inspect"));
  const start = (): ChildProcess =>
    fork(program, ["--node-ipc"], {
      execArgv: isDebugged ? ["--inspect=6009"] : [],
      // In a desktop VS Code the running executable is Electron, which is Node only when it is told to be.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ELECTRON_NO_ASAR: "1" },
      silent: true,
    });
  let first: ChildProcess | undefined = start();
  // Without a listener that it cannot be started would be thrown; the client finds that it is not connected.
  first.on("error", () => {});
  return () => {
    const started = first?.connected ? first : start();
    first = undefined;
    return started;
  };
}
