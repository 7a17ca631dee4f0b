/** Where the debug adapter runs: in a process of its own for policies on disk, else inside the extension host. */
import * as vscode from "vscode";
import { debugType } from "../names.ts";
import { isOnDisk } from "./configurations.ts";

/** `startProcess` is left out where no process can be started: in a browser. */
export function registerDebugAdapter(
  context: vscode.ExtensionContext,
  startProcess?: () => vscode.DebugAdapterDescriptor,
): void {
  context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(debugType, {
      createDebugAdapterDescriptor: ({ configuration }) =>
        startProcess && isOnDisk(configuration.program) ? startProcess() : inline(),
    }),
  );
}

/** Loaded by the first session that needs it: the engine is half of the bundle. */
async function inline(): Promise<vscode.DebugAdapterDescriptor> {
  const { inlineAdapter } = await import("./inline.ts");
  return inlineAdapter();
}
