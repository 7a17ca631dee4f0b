/**
 * The language server as a process of its own, spoken to over its streams: what a policy's findings are is sent as bytes
 * that were written before, where Node IPC would have a thousand objects written anew at every key.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import process from "node:process";
import type * as vscode from "vscode";

/** The first starts at once, to be there when the client is: loading that takes a third of the time. */
export function serverProcess(context: vscode.ExtensionContext): () => ChildProcessWithoutNullStreams {
  const program = context.asAbsolutePath("dist/server.js");
  // Who debugs the extension debugs the server, too.
  const isDebugged = process.execArgv.some((argument) => argument.startsWith("--inspect"));
  const start = (): ChildProcessWithoutNullStreams =>
    spawn(process.execPath, [...(isDebugged ? ["--inspect=6009"] : []), program, "--stdio"], {
      // In a desktop VS Code the running executable is Electron, which is Node only when it is told to be.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: "1", ELECTRON_NO_ASAR: "1" },
    });
  let first: ChildProcessWithoutNullStreams | undefined = start();
  // Without a listener that it cannot be started would be thrown; the client finds that it is not connected.
  first.on("error", () => {});
  return () => {
    const isThere = first?.pid !== undefined && first.exitCode === null && first.signalCode === null;
    const started = first && isThere ? first : start();
    first = undefined;
    return started;
  };
}
