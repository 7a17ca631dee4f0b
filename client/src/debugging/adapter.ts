/** The debug adapter as a process of its own. */
import * as vscode from "vscode";
import { debugType } from "../names.ts";

export function registerDebugAdapter(context: vscode.ExtensionContext): void {
  const program = context.asAbsolutePath("dist/debug-adapter.js");
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      // In a desktop VS Code the running executable is Electron, which is Node only when it is told to be.
      createDebugAdapterDescriptor: () =>
        new vscode.DebugAdapterExecutable(process.execPath, [program], { env: { ELECTRON_RUN_AS_NODE: "1" } }),
    }),
  );
}
