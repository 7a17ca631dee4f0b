/** The debug adapter as a process of its own. */
import * as vscode from "vscode";

export function adapterProcess(context: vscode.ExtensionContext): () => vscode.DebugAdapterDescriptor {
  const program = context.asAbsolutePath("dist/debug-adapter.js");
  // In a desktop VS Code the running executable is Electron, which is Node only when it is told to be.
  return () => new vscode.DebugAdapterExecutable(process.execPath, [program], { env: { ELECTRON_RUN_AS_NODE: "1" } });
}
